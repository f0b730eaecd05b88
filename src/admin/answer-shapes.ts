/** What a route answers, for the OpenAPI document. */
export interface Answer {
  readonly description: string;
  /** JSON Schema of the body. Absent: there is none. */
  readonly schema?: object;
}

/** Answers by status. */
export type Answers = Readonly<Record<number, Answer>>;

const text = { type: 'string' } as const;
const whole = { type: 'integer' } as const;
const yes = { type: 'boolean' } as const;
const instant = { ...text, format: 'date-time' } as const;
const octets = { ...text, pattern: '^[0-9]+$', description: 'octets, decimal' } as const;
const millis = { type: 'number', description: 'milliseconds since 1970' } as const;
const list = (items: object) => ({ type: 'array', items }) as const;
const oneOf = (...values: readonly string[]) => ({ ...text, enum: values }) as const;

function shape(required: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}): object {
  return { type: 'object', properties: { ...required, ...optional }, required: Object.keys(required) };
}

const session = shape(
  {
    ...{ key: text, nas: text, sessionId: text, username: text, startedAt: instant, updatedAt: instant },
    ...{ sessionSeconds: whole, upOctets: octets, downOctets: octets, stale: yes },
  },
  {
    ...{ sentSessionId: text, stoppedAt: instant, framedIpAddress: text, framedIpv6Address: text },
    ...{ framedIpv6Prefix: text, delegatedIpv6Prefix: text, formerAddresses: list({ type: 'object' }) },
    ...{ callingStationId: text, calledStationId: text, nasPort: whole, nasPortId: text, nasPortType: whole },
    ...{ serviceType: whole, framedProtocol: whole, connectInfo: text, nasIpAddress: text, nasIdentifier: text },
    ...{ multiSessionId: text, class: text, terminateCause: text, source: oneOf('api', 'omada') },
  },
);

const visit = shape(
  {
    ...{ username: text, nas: list(text), startedAt: instant, seconds: whole, upOctets: octets, downOctets: octets },
    sessions: { ...list(text), description: 'keys of sessions, in the order they began' },
  },
  { callingStationId: text, stoppedAt: instant },
);

const settled = shape({
  username: text,
  sessionId: text,
  nas: text,
  result: oneOf('disconnected', 'gone', 'failed', 'changed', 'open'),
  detail: { ...text, description: 'what the NAS answered, for people' },
});

const audited = shape(
  { number: whole, at: millis, who: text, action: text, object: text, result: text, detail: text, hash: text },
  {
    reason: text,
    revision: { type: 'object', description: 'of a revision: id, author, signer, subject' },
    apply: {
      type: 'object',
      description:
        'target, revision, author, signer, reason, run and changes: address, action, owner, before, after, result',
    },
  },
);

const device = shape({ username: text, mac: text, since: instant });

const decision = shape(
  {
    at: millis,
    username: text,
    nas: text,
    method: { ...text, description: 'pap, chap, peap-mschapv2, mac, portal, dhcp, hook, proxy, …' },
    verdict: oneOf('accept', 'reject', 'silent'),
  },
  {
    callingStationId: text,
    reason: { ...text, description: 'docs/radius.md has what each means' },
    reply: { ...text, description: 'attributes of an accept, for people; no secret' },
    sessionTimeoutSeconds: whole,
  },
);

const waiting = shape(
  { nas: text, sessionId: text, action: oneOf('change', 'disconnect'), why: text, since: millis },
  { tried: shape({ times: whole, at: millis, detail: text }) },
);

const why = shape(
  { username: text, decisions: list(decision), hints: list(text) },
  { login: { type: 'object', description: 'as it is in force; no secret' }, waiting: list(waiting) },
);

/** Attributes as rlm_rest reads them: `reply:Name`, `control:Name`. */
const settings = {
  type: 'object',
  additionalProperties: shape({ op: text, value: list({ type: ['string', 'number'] }) }),
};

const problem = shape({ error: text });
const refusals: Answers = {
  400: { description: 'what was asked for is not understood', schema: problem },
  503: { description: 'nobody can decide, or store, now: another server may', schema: problem },
};
const asked: Answers = {
  200: { description: 'it is let in, with these attributes', schema: settings },
  401: { description: 'it is rejected, or the token is not known', schema: { anyOf: [settings, problem] } },
  ...refusals,
};

/** By method and path. Of the others the summary of the route says what they answer. */
export const answerShapes: Readonly<Record<string, Answers>> = {
  'GET /api/v1/sessions': {
    200: {
      description: 'sessions, or with visits=true visits, newest first',
      schema: list({ anyOf: [session, visit] }),
    },
  },
  'POST /api/v1/disconnect': {
    200: { description: 'one of each session; none: nobody is online', schema: list(settled) },
  },
  'POST /api/v1/coa': { 200: { description: 'one of each session; none: nobody is online', schema: list(settled) } },
  'GET /api/v1/audit': { 200: { description: 'newest first', schema: list(audited) } },
  'GET /api/v1/devices': { 200: { description: 'by username, oldest first', schema: list(device) } },
  'POST /api/v1/devices/forget': { 200: { description: 'those that were forgotten', schema: list(device) } },
  'GET /api/v1/why/:username': { 200: { description: 'decisions are newest first', schema: why } },
  'POST /rest/authorize': asked,
  'POST /rest/authenticate': asked,
  'POST /rest/accounting': { 204: { description: 'it is stored' }, ...refusals },
  'POST /rest/post-auth': { 204: { description: 'as always' } },
};

/** Of every route. @param isOpen it takes no token */
export function answersOf(method: string, url: string, isOpen: boolean, takesSomething: boolean): Answers {
  const known = answerShapes[`${method} ${url}`] ?? { 200: { description: 'as the summary says' } };
  const refused: Answers = {
    401: { description: 'no token, or one that is not known', schema: problem },
    403: { description: 'the token has a lesser role', schema: problem },
  };
  const misunderstood: Answers = { 400: { description: 'what was asked for is not understood', schema: problem } };
  return { ...(takesSomething ? misunderstood : {}), ...(isOpen ? {} : refused), ...known };
}
