import type { CredentialProof } from '../../access/credentials/credential.ts';
import { mschapErrorNumber } from '../../access/mschap-error.ts';
import type { SentCredential } from '../access-credential.ts';
import { microsoft, microsoftVendor } from '../dictionary/microsoft.ts';
import { encodeVendorAttribute } from '../packet/attributes.ts';
import { headerLength } from '../packet/codes.ts';
import { mask } from '../packet/password.ts';
import { appendEncoded, type ReplyWriter } from '../packet/reply.ts';
import { hideSalted } from '../packet/salted.ts';
import type { SharedKey } from '../packet/shared-key.ts';
import type { RandomPool } from '../random-pool.ts';

/** Encryption allowed, not demanded. */
const policyAllowed = Uint8Array.of(0, 0, 0, 1);
/** 40 and 128 bit. */
const typesBoth = Uint8Array.of(0, 0, 0, 6);

/** What an MS-CHAP accept adds: proof that we know the password, and the keys of MPPE, hidden (RFC 2548 §2.3.3, §2.4). */
export function appendMschapProof(
  writer: ReplyWriter,
  proof: CredentialProof,
  identifier: number,
  request: Buffer,
  key: SharedKey,
  random: RandomPool,
): void {
  const authenticator = request.subarray(4, headerLength);
  const append = (type: number, value: Uint8Array): void =>
    appendEncoded(writer, encodeVendorAttribute(microsoftVendor, type, value));
  if (proof.method === 'mschap2') {
    append(
      microsoft.chap2Success,
      Buffer.concat([Uint8Array.of(identifier), Buffer.from(proof.authenticatorResponse)]),
    );
    const salt = random.take(2);
    append(microsoft.mppeSendKey, hideSalted(proof.sendKey, salt, authenticator, key));
    const other = Uint8Array.of(salt[0] as number, (salt[1] as number) ^ 1);
    append(microsoft.mppeRecvKey, hideSalted(proof.receiveKey, other, authenticator, key));
  } else {
    append(microsoft.chapMppeKeys, mask(oldKeys(proof.ntKey), authenticator, key));
  }
  append(microsoft.mppeEncryptionPolicy, policyAllowed);
  append(microsoft.mppeEncryptionTypes, typesBoth);
}

/** What an MS-CHAP reject adds: an error the peer's system understands, without a second try (RFC 2759 §6, 2433 §6). */
export function appendMschapError(writer: ReplyWriter, reason: string, sent: SentCredential, random: RandomPool): void {
  const { method } = sent.credential;
  const is2 = method === 'mschap2' || sent.newPassword === 2;
  if (!is2 && method !== 'mschap1' && sent.newPassword === undefined) return;
  const challenge = Buffer.from(random.take(is2 ? 16 : 8))
    .toString('hex')
    .toUpperCase();
  const number = mschapErrorNumber(sent.newPassword === undefined ? reason : 'password-change');
  const text = `E=${number} R=0 C=${challenge} V=${is2 ? 3 : 2}`;
  const value = Buffer.concat([Uint8Array.of(sent.identifier ?? 0), Buffer.from(text)]);
  appendEncoded(writer, encodeVendorAttribute(microsoftVendor, microsoft.chapError, value));
}

/** LAN Manager key, which we never have, NT key, and zeros to 32 octets (RFC 2548 §2.4.1). */
function oldKeys(ntKey: Uint8Array): Uint8Array {
  const keys = new Uint8Array(32);
  keys.set(ntKey, 8);
  return keys;
}
