import { yesNo } from './canonical.ts';
import { RouterTrapError } from './errors.ts';
import type { RouterOsSession } from './session.ts';

/**
 * Features that a router's device-mode forbids, such as `scheduler` and `hotspot`. RouterOS: System > Device-mode, since
 * 6.49.8 and 7.x; a router without the menu forbids nothing.
 *
 * @throws the errors of `RouterOsSession.run`
 */
export async function forbiddenFeatures(
  session: Pick<RouterOsSession, 'run'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const { rows } = await session.run('/system/device-mode/print', {}, { signal });
    return Object.entries(rows[0] ?? {}).flatMap(([name, value]) => (yesNo(value) === 'no' ? [name] : []));
  } catch (error) {
    if (error instanceof RouterTrapError && error.knowsNoCommand) return [];
    throw error;
  }
}
