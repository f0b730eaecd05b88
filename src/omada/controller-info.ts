import { isRecord, readAnswer } from './answer.ts';
import { OmadaAnswerError } from './errors.ts';
import type { Transport } from './transport.ts';

/** What a controller told of itself at `/api/info`. */
export interface ControllerInfo {
  /** omadacId. Absent: one of v4, which may have none. */
  readonly id?: string;
  readonly version?: string;
}

/** v4: 4.1.5 to 4.4.6, without an id in its addresses. v5: 5.0.15 and above. */
export type Generation = 'v4' | 'v5';

/** The generation of a controller version; `old`: none that we speak to. A version that is not told is taken for v5. */
export function generationOf(version: string | undefined): Generation | 'old' {
  if (version === undefined) return 'v5';
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major >= 5) return 'v5';
  return major === 4 && minor * 1_000 + patch >= 1_005 ? 'v4' : 'old';
}

/** What to say of a controller that is too old. */
export function tooOld(version: string): string {
  return `is version ${version}: 4.1.5 or above is needed. Older ones speak to portals in another way; update it`;
}

/**
 * Asks a controller what it is: no account is needed for it.
 *
 * @throws OmadaAnswerError when it is none, or one that is too old; OmadaUnreachableError, OmadaUntrustedError
 */
export async function askInfo(
  controller: string,
  transport: Pick<Transport, 'exchange'>,
  signal: AbortSignal,
): Promise<ControllerInfo & { readonly generation: Generation }> {
  const answer = readAnswer(await transport.exchange({ method: 'GET', path: '/api/info' }, signal));
  const odd = (what: string, retry: 'backoff' | 'never' = 'never') => new OmadaAnswerError(controller, what, retry);
  const about = 'answered the question for its id with';
  switch (answer.type) {
    case 'result':
      break;
    case 'refused':
      throw odd(`${about} error code ${answer.errorCode}: is it a cloud address? Declare id`);
    case 'session-over':
      throw odd(
        `${about} ${answer.sign}: is url its own address, https and the right port? One older than 4.1.5 does so, too, and cannot be used`,
      );
    case 'overloaded':
      throw odd(`is overloaded (HTTP ${answer.status})`, 'backoff');
    case 'foreign':
      throw odd(
        `${about} ${answer.what} (HTTP ${answer.status}): is it an Omada controller? One older than 4.1.5 does so, too, and cannot be used`,
      );
  }
  const { omadacId: id, controllerVer } = isRecord(answer.result) ? answer.result : {};
  const version = typeof controllerVer === 'string' && versionText.test(controllerVer) ? controllerVer : undefined;
  const generation = generationOf(version);
  if (generation === 'old') throw odd(tooOld(version ?? ''));
  const known = typeof id === 'string' && idText.test(id) ? id : undefined;
  if (known === undefined && generation === 'v5') throw odd('does not tell its id: declare it as id');
  return { ...(known === undefined ? {} : { id: known }), ...(version === undefined ? {} : { version }), generation };
}

/** What may stand in a path, a message. */
const idText = /^[0-9A-Za-z_-]{1,64}$/;
const versionText = /^\d{1,4}(?:\.\d{1,6}){1,5}$/;
