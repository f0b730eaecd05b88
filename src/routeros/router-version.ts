import type { Finding } from '../reconcile/target.ts';
import { RouterTrapError } from './errors.ts';
import type { RouterOsSession } from './session.ts';
import { RouterOsTooOldError } from './target-errors.ts';
import {
  isAtLeast,
  isUnknownNewer,
  newestVersion,
  oldestVersion,
  parseVersion,
  type RouterOsVersion,
} from './versions.ts';

/**
 * Asks a router for its version; `undefined` where it does not say.
 *
 * @throws RouterOsTooOldError; the errors of the connection
 */
export async function readVersion(
  router: string,
  session: Pick<RouterOsSession, 'run'>,
  signal: AbortSignal,
): Promise<RouterOsVersion | undefined> {
  const version = parseVersion(await versionText(session, signal));
  if (version !== undefined && !isAtLeast(version, oldestVersion)) {
    throw new RouterOsTooOldError(router, version.text, oldestVersion);
  }
  return version;
}

/** What is to be said of a version that is newer than any known. */
export function versionFindings(version: RouterOsVersion | undefined): readonly Finding[] {
  if (version === undefined || !isUnknownNewer(version)) return [];
  const message =
    `RouterOS ${version.text} is newer than ${newestVersion}, the newest that is known; ` +
    'it is taken to be like that one, and what it does not know shows as a failed change';
  return [{ code: 'LM_ROUTER_VERSION_UNKNOWN', message }];
}

async function versionText(session: Pick<RouterOsSession, 'run'>, signal: AbortSignal): Promise<string> {
  try {
    const { rows } = await session.run('/system/resource/print', { '.proplist': 'version' }, { signal });
    return rows[0]?.['version'] ?? '';
  } catch (error) {
    if (error instanceof RouterTrapError) return '';
    throw error;
  }
}
