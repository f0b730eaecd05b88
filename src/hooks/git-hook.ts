import { createHash, createHmac, type Hmac, timingSafeEqual } from 'node:crypto';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface HookCheck {
  /** The body as it comes, piece by piece: nothing of it is kept. */
  update(octets: Uint8Array): void;
  /** Is it from somebody who knows one of the secrets? */
  isRight(): boolean;
}

interface Proof {
  readonly hmac: Hmac;
  readonly expected: Buffer;
}

/** Headers that carry a hexadecimal HMAC-SHA256 of the body: GitHub (and Forgejo), Forgejo, Gitea, Gogs, and others by hand. */
const hexHeaders = [
  'x-hub-signature-256',
  'x-forgejo-signature',
  'x-gitea-signature',
  'x-gogs-signature',
  'x-signature',
];
/** A signed time that is further from ours is of a request that somebody sends again. */
const longestSeconds = 300;

/**
 * Checks a webhook that tells of a push, of whatever forge:
 * - `X-Hub-Signature-256: sha256=<hex>` (GitHub), `X-Gitea-Signature`, `X-Forgejo-Signature`, `X-Gogs-Signature: <hex>`, and
 *   `X-Signature: sha256=<hex>` for whatever else can make an HMAC-SHA256 of its body;
 * - `webhook-signature: v1,<base64>` with `webhook-id` and `webhook-timestamp` (GitLab's signing token, Standard Webhooks);
 * - `X-Gitlab-Token`, the secret itself.
 *
 * @param now seconds since 1970
 * @returns `undefined` when the request carries no proof at all
 */
export function checkGitHook(headers: Headers, secrets: readonly string[], now: number): HookCheck | undefined {
  const token = textOf(headers['x-gitlab-token']);
  const proofs = [
    ...hexHeaders.flatMap((name) => hexProofs(textOf(headers[name]), secrets)),
    ...standardProofs(headers, secrets, now),
  ];
  const carries = [...hexHeaders, 'webhook-signature'].some((name) => headers[name] !== undefined);
  if (token === undefined && !carries) return undefined;
  const knows = token !== undefined && secrets.some((secret) => isSame(digest(token), digest(secret)));
  return {
    update(octets) {
      for (const { hmac } of proofs) hmac.update(octets);
    },
    isRight() {
      // All of them are looked at, so that the time tells nothing.
      const right = proofs.map(({ hmac, expected }) => isSame(hmac.digest(), expected));
      return knows || right.some((each) => each);
    },
  };
}

function hexProofs(given: string | undefined, secrets: readonly string[]): readonly Proof[] {
  const [, hex] = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(given ?? '') ?? [];
  if (hex === undefined) return [];
  return secrets.map((secret) => ({ hmac: createHmac('sha256', secret), expected: Buffer.from(hex, 'hex') }));
}

function standardProofs(headers: Headers, secrets: readonly string[], now: number): readonly Proof[] {
  const [id, at] = [textOf(headers['webhook-id']), textOf(headers['webhook-timestamp'])];
  const given = textOf(headers['webhook-signature']);
  if (id === undefined || at === undefined || given === undefined) return [];
  if (!/^\d{1,12}$/.test(at) || Math.abs(Number(at) - now) > longestSeconds) return [];
  const signatures = given.split(' ').slice(0, 8);
  return signatures.flatMap((signature) => {
    const [, base64] = /^v1,([A-Za-z0-9+/]{43}=)$/.exec(signature) ?? [];
    if (base64 === undefined) return [];
    return secrets.map((secret) => ({
      hmac: createHmac('sha256', keyOf(secret)).update(`${id}.${at}.`),
      expected: Buffer.from(base64, 'base64'),
    }));
  });
}

/** `whsec_` and base64 as that specification has it, or any other text taken as it is. */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret, 'utf8');
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' && header !== '' ? header : undefined;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
