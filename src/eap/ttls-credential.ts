import type { Credential } from '../access/credentials/credential.ts';
import type { Avp } from './ttls-avps.ts';

const microsoft = 311;

/** What somebody shows inside TTLS without EAP (RFC 5281 §11.2). */
export interface TtlsCredential {
  readonly username: string;
  readonly credential: Credential;
  /** For `why`. */
  readonly name: 'pap' | 'chap' | 'mschap' | 'mschapv2';
  /** Of MS-CHAPv2, to be repeated with our own proof. */
  readonly identifier: number;
}

/**
 * @param implied the challenge that both sides know without a word (§11.1): so many octets, then the identifier
 * @returns nothing where there is no such credential, or it is of another challenge
 */
export function ttlsCredential(avps: readonly Avp[], implied: (length: number) => Buffer): TtlsCredential | undefined {
  const find = (code: number, vendor = 0): Buffer | undefined =>
    avps.find((avp) => avp.code === code && avp.vendor === vendor)?.value;
  const username = find(1)?.toString('utf8');
  if (username === undefined) return undefined;
  const password = find(2);
  if (password !== undefined) {
    return { username, name: 'pap', identifier: 0, credential: { method: 'pap', password: withoutZeros(password) } };
  }
  return chap(username, find(3), find(60), implied) ?? mschap(username, find, implied);
}

function chap(
  username: string,
  sent: Buffer | undefined,
  challenge: Buffer | undefined,
  implied: (length: number) => Buffer,
): TtlsCredential | undefined {
  if (sent?.length !== 17 || challenge === undefined) return undefined;
  if (!Buffer.concat([challenge, sent.subarray(0, 1)]).equals(implied(17))) return undefined;
  const identifier = sent[0] as number;
  const credential = { method: 'chap', identifier, challenge, response: sent.subarray(1) } as const;
  return { username, name: 'chap', identifier, credential };
}

/** RFC 5281 §11.2.3, §11.2.4; the responses as in RFC 2548. */
function mschap(
  username: string,
  find: (code: number, vendor: number) => Buffer | undefined,
  implied: (length: number) => Buffer,
): TtlsCredential | undefined {
  const challenge = find(11, microsoft);
  const second = find(25, microsoft);
  const response = second ?? find(1, microsoft);
  if (challenge === undefined || response?.length !== 50) return undefined;
  const identifier = response[0] as number;
  const length = second === undefined ? 8 : 16;
  if (!Buffer.concat([challenge, response.subarray(0, 1)]).equals(implied(length + 1))) return undefined;
  const ntResponse = response.subarray(26);
  if (second === undefined) {
    const usesNt = ((response[1] as number) & 1) === 1;
    const credential = { method: 'mschap1', challenge, ...(usesNt ? { ntResponse } : {}) } as const;
    return { username, name: 'mschap', identifier, credential };
  }
  const peerChallenge = response.subarray(2, 18);
  const credential = { method: 'mschap2', challenge, peerChallenge, ntResponse, username } as const;
  return { username, name: 'mschapv2', identifier, credential };
}

/** A password is padded with zeros so that its length is hidden (§11.2.5). */
function withoutZeros(password: Buffer): Buffer {
  let length = password.length;
  while (length > 0 && password[length - 1] === 0) length -= 1;
  return password.subarray(0, length);
}
