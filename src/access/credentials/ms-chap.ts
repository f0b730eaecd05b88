import { hash } from 'node:crypto';
import type { CredentialProof } from './credential.ts';
import { desBlock } from './des.ts';
import { md4 } from './md4.ts';

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
const serverSendMagic = text('On the client side, this is the receive key; on the server side, it is the send key.');
const serverReceiveMagic = text('On the client side, this is the send key; on the server side, it is the receive key.');
const zeroPad = new Uint8Array(40);
const f2Pad = new Uint8Array(40).fill(0xf2);

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
export function mschap2Proof(exchange: Mschap2Exchange): CredentialProof & { readonly method: 'mschap2' } {
  const hashHash = ntPasswordHashHash(exchange.passwordHash);
  const signed = sha1(hashHash, exchange.ntResponse, responseMagic);
  const response = sha1(signed, challengeHash(exchange), paddingMagic);
  const master = sha1(hashHash, exchange.ntResponse, masterKeyMagic).subarray(0, 16);
  return {
    method: 'mschap2',
    authenticatorResponse: `S=${response.toString('hex').toUpperCase()}`,
    sendKey: startKey(master, serverSendMagic),
    receiveKey: startKey(master, serverReceiveMagic),
  };
}

/** RFC 2759 §8.2. 8 octets. */
function challengeHash(exchange: Omit<Mschap2Exchange, 'ntResponse'>): Buffer {
  return sha1(exchange.peerChallenge, exchange.challenge, Buffer.from(exchange.username)).subarray(0, 8);
}

/** RFC 3079 §3.4 GetAsymmetricStartKey, 128 bits. */
function startKey(master: Uint8Array, magic: Uint8Array): Uint8Array {
  return sha1(master, zeroPad, magic, f2Pad).subarray(0, 16);
}

function sha1(...parts: readonly Uint8Array[]): Buffer {
  return hash('sha1', Buffer.concat(parts), 'buffer');
}
