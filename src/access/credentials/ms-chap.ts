import type { CredentialProof } from './credential.ts';
import { desBlock } from './des.ts';
import { md4 } from './md4.ts';
import { type Sha1Workspace, sha1, sha1Begin, sha1Block, sha1Workspace, sha1Write } from './sha1.ts';

/** One MS-CHAPv2 exchange: both challenges, who answered, and what the answer must have been made with. */
export interface Mschap2Exchange {
  /** The authenticator's challenge, 16 octets. */
  readonly challenge: Uint8Array;
  readonly peerChallenge: Uint8Array;
  readonly ntResponse: Uint8Array;
  /** Without a `DOMAIN\` prefix. */
  readonly username: string;
  readonly passwordHash: Uint8Array;
}

const text = (value: string): Uint8Array => Buffer.from(value, 'latin1');
const responseMagic = text('Magic server to client signing constant');
const paddingMagic = text('Pad to make it do more than one iteration');
const masterKeyMagic = text('This is the MPPE Master Key');
const serverSend = startKeyBlocks(
  'On the client side, this is the receive key; on the server side, it is the send key.',
);
const serverReceive = startKeyBlocks(
  'On the client side, this is the send key; on the server side, it is the receive key.',
);

/** MD4 of the password in UTF-16, low octet first (RFC 2759 §8.3). 16 octets. */
export function ntPasswordHash(password: string): Uint8Array {
  return md4(Buffer.from(password, 'utf16le'));
}

/** MD4 of the hash (RFC 2759 §8.4). 16 octets. */
export function ntPasswordHashHash(passwordHash: Uint8Array): Uint8Array {
  return md4(passwordHash);
}

/** The NT response to an 8-octet challenge (RFC 2433 A.5). 24 octets. */
export function mschap1Response(challenge: Uint8Array, passwordHash: Uint8Array): Uint8Array {
  const keys = new Uint8Array(21);
  keys.set(passwordHash);
  const response = new Uint8Array(24);
  for (let block = 0; block < 3; block += 1) desBlock(keys, block * 7, challenge, response, block * 8);
  return response;
}

/** The NT response of MS-CHAPv2 (RFC 2759 §8.1). 24 octets. */
export function mschap2Response(exchange: Omit<Mschap2Exchange, 'ntResponse'>): Uint8Array {
  return mschap1Response(challengeHash(exchange), exchange.passwordHash);
}

/** What a right answer is answered with (RFC 2759 §8.7), and the 128-bit MPPE keys that follow from it (RFC 3079 §3). */
export function mschap2Proof(
  exchange: Mschap2Exchange,
  hashed = challengeHash(exchange),
): CredentialProof & { readonly method: 'mschap2' } {
  const work = sha1Workspace();
  const hashHash = ntPasswordHashHash(exchange.passwordHash);
  const both = Buffer.allocUnsafe(longestHashed);
  both.set(hashHash);
  both.set(exchange.ntResponse, 16);
  both.set(responseMagic, 40);
  sha1(work, both, 40 + responseMagic.length);
  const response = Buffer.allocUnsafe(longestHashed);
  sha1Write(work.state, 20, response, 0);
  response.set(hashed, 20);
  response.set(paddingMagic, 28);
  sha1(work, response, 28 + paddingMagic.length);
  sha1Write(work.state, 20, response, 0);
  both.set(masterKeyMagic, 40);
  sha1(work, both, 40 + masterKeyMagic.length);
  const master = work.state.slice(0, 4);
  return {
    method: 'mschap2',
    authenticatorResponse: `S=${response.toString('hex', 0, 20).toUpperCase()}`,
    sendKey: startKey(work, master, serverSend),
    receiveKey: startKey(work, master, serverReceive),
  };
}

/** RFC 2759 §8.2. 8 octets. */
export function challengeHash({
  peerChallenge,
  challenge,
  username,
}: Pick<Mschap2Exchange, 'peerChallenge' | 'challenge' | 'username'>): Uint8Array {
  const octets = Buffer.allocUnsafe(32 + username.length * 3);
  octets.set(peerChallenge);
  octets.set(challenge, peerChallenge.length);
  const before = peerChallenge.length + challenge.length;
  const work = sha1Workspace();
  sha1(work, octets, before + octets.write(username, before));
  const hashed = new Uint8Array(8);
  sha1Write(work.state, 8, hashed, 0);
  return hashed;
}

/** The most octets of a digest that begins with 40 others. */
const longestHashed = 80;

/**
 * RFC 3079 §3.4 GetAsymmetricStartKey, 128 bits: of 180 octets only the first sixteen, the master key, are not always the same.
 *
 * @param blocks of `startKeyBlocks`
 */
function startKey(work: Sha1Workspace, master: Int32Array, blocks: StartKeyBlocks): Uint8Array {
  sha1Begin(work.state);
  work.words.set(blocks[0]);
  work.words.set(master);
  sha1Block(work.state, work.words);
  sha1Block(work.state, blocks[1]);
  sha1Block(work.state, blocks[2]);
  const key = new Uint8Array(16);
  sha1Write(work.state, 16, key, 0);
  return key;
}

/** Master key, 40 zeros, one of the texts and 40 times F2, and the padding of SHA-1, in words. */
type StartKeyBlocks = readonly [Int32Array, Int32Array, Int32Array];

function startKeyBlocks(magic: string): StartKeyBlocks {
  const octets = Buffer.alloc(192);
  octets.write(magic, 56, 'latin1');
  octets.fill(0xf2, 140, 180);
  octets[180] = 0x80;
  octets.writeUInt32BE(180 * 8, 188);
  const block = (from: number) => Int32Array.from({ length: 16 }, (_, word) => octets.readInt32BE(from + word * 4));
  return [block(0), block(64), block(128)];
}
