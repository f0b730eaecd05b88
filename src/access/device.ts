import { macSpellings, parseMac } from '../base/mac.ts';
import type { Secret } from '../base/secret.ts';
import type { AccessKind } from '../model/model.ts';
import type { Credential } from './credentials/credential.ts';
import { equalOctets } from './credentials/equal-octets.ts';
import { chapResponse, verifyCredential } from './credentials/verify-credential.ts';

/** What a NAS sends as password of a device: a secret, its MAC, or nothing. */
export type MacPassword = Secret | 'mac' | 'none';

/**
 * Is this what a NAS sends as password with a MAC that it saw itself? A DHCP server may send nothing, a space or the
 * MAC, whatever its hotspots send.
 *
 * @param mac `AA:BB:CC:DD:EE:FF`
 * @param expected of the hotspots there. Empty: nothing, or the MAC in any spelling
 */
export function provesDevice(
  credential: Credential,
  mac: string,
  door: AccessKind | undefined,
  expected: readonly MacPassword[],
): boolean {
  if (door === 'dhcp' && (isBlank(credential) || isMac(credential, mac))) return true;
  const any: readonly MacPassword[] = expected.length === 0 ? ['none', 'mac'] : expected;
  return any.some((each) => {
    if (each === 'none') return isBlank(credential);
    if (each === 'mac') return isMac(credential, mac);
    return verifyCredential(credential, mac, each).result === 'right';
  });
}

const blanks = ['', ' '];

function isBlank(credential: Credential): boolean {
  if (credential.method === 'none') return true;
  if (credential.method === 'pap') return blanks.includes(Buffer.from(credential.password).toString('latin1'));
  return provesAny(credential, blanks);
}

function isMac(credential: Credential, mac: string): boolean {
  if (credential.method === 'pap') return parseMac(Buffer.from(credential.password).toString('latin1')) === mac;
  return provesAny(credential, macSpellings(mac));
}

function provesAny(credential: Credential, texts: readonly string[]): boolean {
  if (credential.method !== 'chap') return false;
  const { identifier, challenge, response } = credential;
  return texts.some((text) => equalOctets(response, chapResponse(identifier, text, challenge)));
}
