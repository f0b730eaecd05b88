import { equalOctets } from '../base/equal-octets.ts';
import { macSpellings, parseMac } from '../base/mac.ts';
import type { Secret } from '../base/secret.ts';
import type { AccessKind } from '../model/kinds/service.ts';
import type { Credential } from './credentials/credential.ts';
import { chapResponse, verifyCredential } from './credentials/verify-credential.ts';

/** What a NAS sends as password of a device: a secret, its MAC, or nothing. */
export type MacPassword = Secret | 'mac' | 'none';

/** What is known of a NAS that asks about devices. The directory's `Nas` is one. */
export interface DeviceNas {
  /** Set when it is a declared router. */
  readonly router?: string;
  /** By name of its hotspots that let devices in by their MAC. */
  readonly macPasswords?: ReadonlyMap<string, MacPassword>;
}

/**
 * What may be sent as password of a device at this hotspot. Of a declared router it is known which hotspots let devices in:
 * at the others there is none, and no device gets in. Any other NAS may send nothing, or the MAC.
 *
 * @param hotspot Called-Station-Id. Absent: any of the router's
 */
export function macPasswordsAt(
  { router, macPasswords }: DeviceNas,
  hotspot: string | undefined,
): readonly MacPassword[] {
  if (macPasswords === undefined) return router === undefined ? ['none', 'mac'] : [];
  if (hotspot === undefined) return [...macPasswords.values()];
  const here = macPasswords.get(hotspot);
  return here === undefined ? [] : [here];
}

/**
 * Is this what a NAS sends as password with a MAC that it saw itself? A DHCP server and an access point may send nothing, a
 * space or the MAC, whatever their hotspots send (RouterOS: radius-mac-mode).
 *
 * @param mac `AA:BB:CC:DD:EE:FF`
 * @param expected any of which will do; elsewhere than at a DHCP server one is needed
 */
export function provesDevice(
  credential: Credential,
  mac: string,
  door: AccessKind | undefined,
  expected: readonly MacPassword[],
): boolean {
  if ((door === 'dhcp' || door === 'wireless') && (isBlank(credential) || isMac(credential, mac))) return true;
  return expected.some((each) => {
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
