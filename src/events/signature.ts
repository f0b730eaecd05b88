import { createHmac } from 'node:crypto';

/** What is signed: any change of one of them is another signature. */
export interface Signed {
  readonly id: string;
  /** Seconds since 1970: an old request that somebody sends again can be told from a new one. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The headers of a signed request, as of the Standard Webhooks specification 1.0.0: `v1,` and base64 of HMAC-SHA256 over
 * `id.timestamp.body`, once for each key. Pure.
 *
 * @param keys `whsec_` and base64, as libraries of that specification want it, or any other text, taken as it is
 */
export function signatureHeaders({ id, timestamp, body }: Signed, keys: readonly string[]): Record<string, string> {
  const text = `${id}.${timestamp}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': keys
      .map((key) => `v1,${createHmac('sha256', octetsOf(key)).update(text).digest('base64')}`)
      .join(' '),
  };
}

function octetsOf(key: string): Buffer {
  return key.startsWith('whsec_') ? Buffer.from(key.slice('whsec_'.length), 'base64') : Buffer.from(key, 'utf8');
}
