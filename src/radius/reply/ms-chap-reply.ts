import type { CredentialProof } from '../../access/credentials/credential.ts';
import { mschapErrorNumber } from '../../access/mschap-error.ts';
import type { SentCredential } from '../access-credential.ts';
import { microsoft, microsoftVendor } from '../dictionary/microsoft.ts';
import { encodeVendorAttribute } from '../packet/attributes.ts';
import { attribute, headerLength, maxPacketLength } from '../packet/codes.ts';
import { mask } from '../packet/password.ts';
import { appendEncoded, type ReplyWriter } from '../packet/reply.ts';
import { hideSaltedInto, saltedLength } from '../packet/salted.ts';
import type { SharedKey } from '../packet/shared-key.ts';
import type { RandomPool } from '../random-pool.ts';

/** MPPE: encryption allowed, not demanded; by 40 and 128 bit. */
const encryption = Buffer.concat([
  encodeVendorAttribute(microsoftVendor, microsoft.mppeEncryptionPolicy, Uint8Array.of(0, 0, 0, 1)),
  encodeVendorAttribute(microsoftVendor, microsoft.mppeEncryptionTypes, Uint8Array.of(0, 0, 0, 6)),
]);

/** What an MS-CHAP accept adds: proof that we know the password, and the keys of MPPE, hidden (RFC 2548 §2.3.3, §2.4). */
export function appendMschapProof(
  writer: ReplyWriter,
  proof: CredentialProof,
  identifier: number,
  request: Buffer,
  key: SharedKey,
  random: RandomPool,
): void {
  if (proof.method === 'mschap2') {
    appendSuccess(writer, identifier, proof.authenticatorResponse);
    appendKeys(writer, proof, request, key, random);
  } else {
    const hidden = mask(oldKeys(proof.ntKey), request.subarray(4, headerLength), key);
    appendEncoded(writer, encodeVendorAttribute(microsoftVendor, microsoft.chapMppeKeys, hidden));
  }
  appendEncoded(writer, encryption);
}

function appendSuccess(writer: ReplyWriter, identifier: number, response: string): void {
  const at = beginMicrosoft(writer, microsoft.chap2Success, 1 + response.length);
  if (at === undefined) return;
  writer.out[at] = identifier;
  for (let index = 0; index < response.length; index += 1) writer.out[at + 1 + index] = response.charCodeAt(index);
}

/** Their salts differ in one bit. */
function appendKeys(
  writer: ReplyWriter,
  { sendKey, receiveKey }: CredentialProof & { readonly method: 'mschap2' },
  request: Uint8Array,
  key: SharedKey,
  random: RandomPool,
): void {
  const { out } = writer;
  const first = beginMicrosoft(writer, microsoft.mppeSendKey, saltedLength(sendKey.length));
  const second = beginMicrosoft(writer, microsoft.mppeRecvKey, saltedLength(receiveKey.length));
  if (first === undefined || second === undefined) return;
  random.fill(out, first, 2);
  out[second] = out[first] as number;
  out[second + 1] = (out[first + 1] as number) ^ 1;
  hideSaltedInto(out, first, sendKey, request, key);
  hideSaltedInto(out, second, receiveKey, request, key);
}

/** The head of a Vendor-Specific attribute of Microsoft's. @returns where its value goes; nothing where it does not fit */
function beginMicrosoft(writer: ReplyWriter, type: number, length: number): number | undefined {
  const { out, length: at } = writer;
  writer.length += vendorHead + length;
  if (writer.length > maxPacketLength) return undefined;
  out[at] = attribute.vendorSpecific;
  out[at + 1] = vendorHead + length;
  for (let index = 0; index < 4; index += 1) out[at + 2 + index] = microsoftVendor >>> (24 - 8 * index);
  out[at + 6] = type;
  out[at + 7] = 2 + length;
  return at + vendorHead;
}

/** Octets of a Vendor-Specific attribute of the usual form before its value. */
const vendorHead = 8;

/**
 * What an MS-CHAP reject adds: an error the peer's system understands, without a second try (RFC 2759 §6, 2433 §6).
 *
 * @param text what its user may be shown; version 1 has no place for it
 */
export function appendMschapError(
  writer: ReplyWriter,
  reason: string,
  text: string,
  sent: SentCredential,
  random: RandomPool,
): void {
  const { method } = sent.credential;
  const is2 = method === 'mschap2' || sent.newPassword === 2;
  if (!is2 && method !== 'mschap1' && sent.newPassword === undefined) return;
  const challenge = Buffer.from(random.take(is2 ? 16 : 8))
    .toString('hex')
    .toUpperCase();
  const number = mschapErrorNumber(sent.newPassword === undefined ? reason : 'password-change');
  const error = `E=${number} R=0 C=${challenge} ${is2 ? `V=3 M=${text}` : 'V=2'}`;
  const value = Buffer.concat([Uint8Array.of(sent.identifier ?? 0), Buffer.from(error)]);
  appendEncoded(writer, encodeVendorAttribute(microsoftVendor, microsoft.chapError, value));
}

/** LAN Manager key, which we never have, NT key, and zeros to 32 octets (RFC 2548 §2.4.1). */
function oldKeys(ntKey: Uint8Array): Uint8Array {
  const keys = new Uint8Array(32);
  keys.set(ntKey, 8);
  return keys;
}
