import { createHash } from 'node:crypto';
import type { Secret } from '../base/secret.ts';

/**
 * The `response` of a login to RouterOS before 6.43 (manual: API, Initial login): MD5 over a zero octet, the password and
 * the challenge.
 *
 * @param challenge the `ret` of a bare `/login`: 32 hex digits
 */
export function answerTo(challenge: string, password: Secret): string {
  const digest = createHash('md5').update(Buffer.of(0)).update(password.reveal()).update(Buffer.from(challenge, 'hex'));
  return `00${digest.digest('hex')}`;
}
