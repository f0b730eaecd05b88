/** What a refusal means for the guest who waits: see `OmadaVerdict`. */
export type RefusalKind = 'stale' | 'busy' | 'failed';

export interface ErrorCodeMeaning {
  readonly kind: RefusalKind;
  /** For the operator: what it means and what to do. */
  readonly words: string;
}

/** Codes after which the session of the hotspot operator is gone. */
export const sessionOverCode = -1200;
/** Also: there is no such record. */
export const invalidParametersCode = -1001;
/** No such address. */
export const noPathCode = -1600;
/** No such controller id. */
export const unknownIdCode = -7131;
/** The operator's account is the trouble: asking again with the same one will not help. */
export const operatorCodes: ReadonlySet<number> = new Set([-30109, -42003, -42006]);
/** The operator's account is good, and not for this site. */
export const noRightOnSiteCode = -1505;

const staleWords =
  'it does not know this client as one that waits at this site and access point (client gone, wrong MAC, site or AP, or an ' +
  'old redirect)';

/** The access token of the OpenAPI is over: another one helps. */
export const tokenOverCodes: ReadonlySet<number> = new Set([-44112, -44113]);
/** The refresh token is over: the credentials are asked with again. */
export const refreshOverCode = -44114;

const credentialWords =
  'the OpenAPI refuses clientId and clientSecret: they are those of an application under Settings > Platform Integration > ' +
  'Open API, of the mode "client credentials"';

const meanings: ReadonlyMap<number, ErrorCodeMeaning> = new Map([
  [-1, { kind: 'failed', words: 'general error: see its log' }],
  [invalidParametersCode, { kind: 'failed', words: 'invalid parameters: a version that wants other fields?' }],
  [-1004, { kind: 'failed', words: 'wrong request type: is url the address of the controller itself?' }],
  [-1005, { kind: 'failed', words: 'forbidden: is the account a hotspot operator of this site?' }],
  [sessionOverCode, { kind: 'busy', words: 'the session of the hotspot operator ended right after the login' }],
  [
    noRightOnSiteCode,
    { kind: 'failed', words: 'the hotspot operator has no right on this site: add the site to the operator' },
  ],
  [noPathCode, { kind: 'failed', words: 'path not supported: is it version 4.1.5 or above, and generation right?' }],
  [unknownIdCode, { kind: 'failed', words: 'no controller of this id there: correct id, or leave it out' }],
  [
    -30109,
    {
      kind: 'failed',
      words: 'login refused: name or password is wrong, or not of a hotspot operator (Hotspot Manager > Operators)',
    },
  ],
  [-33000, { kind: 'stale', words: 'the site does not exist there' }],
  [-33004, { kind: 'busy', words: 'busy' }],
  [-41500, { kind: 'failed', words: 'the portal of this client is not of type External Portal Server' }],
  [-41501, { kind: 'stale', words: staleWords }],
  [-41506, { kind: 'stale', words: staleWords }],
  [-41017, { kind: 'stale', words: 'the gateway of this client is gone' }],
  [-41018, { kind: 'busy', words: 'busy with this client' }],
  [-41019, { kind: 'busy', words: 'this client is just being disconnected' }],
  [
    -42003,
    {
      kind: 'failed',
      words: 'trouble with the account of the hotspot operator: look at it in Hotspot Manager > Operators',
    },
  ],
  [
    -42006,
    {
      kind: 'failed',
      words: 'trouble with the account of the hotspot operator: look at it in Hotspot Manager > Operators',
    },
  ],
  [-44106, { kind: 'failed', words: credentialWords }],
  [-44107, { kind: 'failed', words: credentialWords }],
  [-44111, { kind: 'failed', words: credentialWords }],
  [-44112, { kind: 'failed', words: 'the access token was over as soon as it was given: are both clocks right?' }],
  [-44113, { kind: 'failed', words: 'the access token is not taken: is url the address of the controller itself?' }],
  [-44114, { kind: 'failed', words: 'the refresh token is over' }],
  [-44116, { kind: 'failed', words: credentialWords }],
  [-44118, { kind: 'failed', words: 'the application of the OpenAPI is not of the mode "client credentials"' }],
  [-34004, { kind: 'failed', words: 'there is another of this name' }],
]);

/** What an `errorCode` other than 0 means. `message` is the controller's own, for codes that we do not know. */
export function meaningOf(errorCode: number, message: string | undefined): ErrorCodeMeaning {
  const known = meanings.get(errorCode);
  if (known !== undefined) return known;
  return { kind: 'failed', words: message === undefined || message === '' ? 'it gave no reason' : message };
}
