import { createCipheriv, createHash, createSecretKey } from 'node:crypto';
import { createRequire } from 'node:module';

// OpenSSL 3 offers neither MD4 nor single DES without its legacy provider.
const md4 = createRequire(import.meta.url)('js-md4') as { array(octets: Uint8Array): number[] };

/** The client's half of MS-CHAPv2 (RFC 2759), and what the server must prove in return. */
export interface MsChap2Answer {
  /** 24 octets. */
  readonly ntResponse: Buffer;
  /** `S=` and 40 upper-case hex digits. */
  readonly expectedSuccess: string;
}

/** MD4 of the password in UTF-16LE (RFC 2433 A.4). 16 octets. */
export function ntPasswordHash(password: string): Buffer {
  return Buffer.from(md4.array(Buffer.from(password, 'utf16le')));
}

/** NT response to an 8-octet challenge: MS-CHAPv1 (RFC 2433 A.5). 24 octets. */
export function ntChallengeResponse(challenge: Buffer, password: string): Buffer {
  return challengeResponse(challenge, ntPasswordHash(password));
}

/**
 * @param username as the peer sends it, without a `DOMAIN\` in front
 */
export function msChap2Answer(
  username: string,
  password: string,
  authenticatorChallenge: Buffer,
  peerChallenge: Buffer,
): MsChap2Answer {
  const challenge = challengeHash(peerChallenge, authenticatorChallenge, username);
  const passwordHash = ntPasswordHash(password);
  const ntResponse = challengeResponse(challenge, passwordHash);
  return { ntResponse, expectedSuccess: authenticatorResponse(passwordHash, ntResponse, challenge) };
}

const magicServerToClient = 'Magic server to client signing constant';
const magicIteration = 'Pad to make it do more than one iteration';

/** RFC 2759 §8.7. */
function authenticatorResponse(passwordHash: Buffer, ntResponse: Buffer, challenge: Buffer): string {
  const hashHash = Buffer.from(md4.array(passwordHash));
  const inner = sha1(hashHash, ntResponse, Buffer.from(magicServerToClient));
  return `S=${sha1(inner, challenge, Buffer.from(magicIteration)).toString('hex').toUpperCase()}`;
}

/** RFC 2759 §8.2. */
function challengeHash(peerChallenge: Buffer, authenticatorChallenge: Buffer, username: string): Buffer {
  const bare = username.slice(username.lastIndexOf('\\') + 1);
  return sha1(peerChallenge, authenticatorChallenge, Buffer.from(bare)).subarray(0, 8);
}

/** RFC 2433 A.5: the challenge under three DES keys cut from the hash and five zero octets. */
function challengeResponse(challenge: Buffer, passwordHash: Buffer): Buffer {
  const padded = Buffer.concat([passwordHash, Buffer.alloc(5)]);
  return Buffer.concat([0, 7, 14].map((at) => desEncrypt(challenge, padded.subarray(at, at + 7))));
}

function desEncrypt(block: Buffer, key: Buffer): Buffer {
  const wide = spread(key);
  // Triple DES with one key three times is single DES.
  const cipher = createCipheriv('des-ede3-ecb', createSecretKey(Buffer.concat([wide, wide, wide])), null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

/** 56 bits over eight octets, seven in each; the parity bit is ignored by DES. */
function spread(key: Buffer): Buffer {
  const bits = BigInt(`0x${key.toString('hex')}`);
  return Buffer.from(Array.from({ length: 8 }, (_, index) => Number((bits >> BigInt(49 - 7 * index)) & 0x7fn) << 1));
}

function sha1(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
