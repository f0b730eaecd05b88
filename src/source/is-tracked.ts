import { spawnSync } from 'node:child_process';

/** Does git keep this file of a folder? No where there is no repository, or no git. */
export function isTracked(dir: string, name: string): boolean {
  const { status, stdout } = spawnSync('git', ['-C', dir, 'ls-files', '--', name], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  return status === 0 && stdout.trim() !== '';
}
