import type { Io } from './io.ts';

/** Who asks, as far as this machine knows. */
export function whoOf({ env }: Pick<Io, 'env'>): string {
  return env['SUDO_USER'] ?? env['USER'] ?? env['LOGNAME'] ?? 'somebody';
}
