import type { X509Certificate } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { Secret } from '../../base/secret.ts';
import type { Nas } from '../../directory/reader.ts';
import type { NasRadsec } from '../../model/model.ts';

/** What is known of the other end of a connection once TLS is up. */
export interface TlsPeer {
  /** Without IPv6 clothes. */
  readonly address: string;
  readonly certificate: X509Certificate;
  /** An authority that we trust signed it. */
  readonly trusted: boolean;
}

/** NAS that may connect from an address, most specific declaration first. */
export function tunnelNasAt(address: string, all: readonly Nas[]): readonly TunnelNas[] {
  return all
    .flatMap((nas) => (nas.radsec === undefined ? [] : [{ nas, radsec: nas.radsec, bits: bitsIn(address, nas) }]))
    .filter(({ bits }) => bits >= 0)
    .sort((a, b) => b.bits - a.bits);
}

export interface TunnelNas {
  readonly nas: Nas;
  readonly radsec: NasRadsec;
}

/**
 * Which NAS is it? One with a pinned certificate by that alone; any other by a certificate of a trusted authority that names
 * it: by its name, its NAS-Identifier or its address.
 */
export function nasOfPeer(peer: TlsPeer, candidates: readonly TunnelNas[]): Nas | undefined {
  const fingerprint = peer.certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  const pinned = candidates.find(({ radsec }) => radsec.fingerprint === fingerprint);
  if (pinned !== undefined) return pinned.nas;
  if (!peer.trusted) return undefined;
  return candidates.find(({ nas, radsec }) => radsec.fingerprint === undefined && names(peer.certificate, nas))?.nas;
}

/** RFC 6614 §2.3: MD5 goes on as on UDP, with a secret that everybody knows; TLS is what protects. */
const wellKnown = new Secret('radsec');

/**
 * The NAS as it talks through a tunnel, the same object for the same NAS. What it need not sign there is not asked for
 * either: nobody stands between.
 */
export function tunnelled(known: WeakMap<Nas, Nas>, nas: Nas): Nas {
  const made = known.get(nas) ?? { ...nas, secret: wellKnown, messageAuthenticator: 'off', tunnelled: true };
  known.set(nas, made);
  return made;
}

function names(certificate: X509Certificate, { name, nasIdentifier, clientAddress }: Nas): boolean {
  const texts = [name, ...(nasIdentifier === undefined ? [] : [nasIdentifier])];
  const host = texts.some((text) => certificate.checkHost(text, { wildcards: false }) !== undefined);
  return host || texts.includes(commonName(certificate) ?? '') || certificate.checkIP(clientAddress) !== undefined;
}

function commonName({ subject }: X509Certificate): string | undefined {
  return /^CN=(.+)$/m.exec(subject ?? '')?.[1];
}

/** How many leading bits the declaration of a NAS fixes of this address; -1 when it is another. */
function bitsIn(address: string, { clientAddress }: Nas): number {
  if (!ipaddr.isValid(address)) return -1;
  const source = ipaddr.process(address);
  if (ipaddr.isValidCIDR(clientAddress)) {
    const [network, bits] = ipaddr.parseCIDR(clientAddress);
    return network.kind() === source.kind() && source.match([network, bits] as never) ? bits : -1;
  }
  if (!ipaddr.isValid(clientAddress)) return -1;
  return ipaddr.process(clientAddress).toString() === source.toString() ? source.toByteArray().length * 8 : -1;
}
