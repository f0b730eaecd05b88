/** Error-Cause values that decide what is done next (RFC 5176 §3.5). */
export const errorCauses = {
  unsupportedAttribute: 401,
  missingAttribute: 402,
  nasIdentificationMismatch: 403,
  invalidRequest: 404,
  invalidValue: 407,
  notFound: 503,
  proxyError: 505,
  resources: 506,
  several: 508,
} as const;

/**
 * What a NAK calls for: `other-keys`, another identification may still find the session; `later`, the NAS or a proxy before
 * it cannot now and may in a while; `final`, asking again gets the same answer, as with a session that several match: what
 * says less matches no fewer.
 */
export type CauseMeaning = 'other-keys' | 'later' | 'final';

const worthOtherKeys: ReadonlySet<number> = new Set([
  errorCauses.unsupportedAttribute,
  errorCauses.missingAttribute,
  errorCauses.nasIdentificationMismatch,
  errorCauses.invalidRequest,
  errorCauses.invalidValue,
  errorCauses.notFound,
]);
const passing: ReadonlySet<number> = new Set([errorCauses.proxyError, errorCauses.resources]);

/** @param cause absent when the NAK has none */
export function meaningOfCause(cause: number | undefined): CauseMeaning {
  if (cause === undefined) return 'final';
  if (worthOtherKeys.has(cause)) return 'other-keys';
  return passing.has(cause) ? 'later' : 'final';
}
