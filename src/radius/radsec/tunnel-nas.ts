import type { X509Certificate } from 'node:crypto';
import { Secret } from '../../base/secret.ts';
import type { Nas } from '../../directory/reader.ts';

/** What is known of the other end of a connection once TLS is up. */
export interface TlsPeer {
  /** Without IPv6 clothes. */
  readonly address: string;
  readonly certificate: X509Certificate;
  /** An authority that we trust signed it. */
  readonly trusted: boolean;
}

/**
 * Which NAS is it? One with a pinned certificate by that alone; any other by a certificate of a trusted authority that names
 * it: by its name, its NAS-Identifier or its address.
 *
 * @param candidates NAS on TLS that may connect from its address, most specific declaration first
 */
export function nasOfPeer(peer: TlsPeer, candidates: readonly Nas[]): Nas | undefined {
  const fingerprint = peer.certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  const pinned = candidates.find(({ radsec }) => radsec?.fingerprint === fingerprint);
  if (pinned !== undefined || !peer.trusted) return pinned;
  return candidates.find((nas) => nas.radsec?.fingerprint === undefined && names(peer.certificate, nas));
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
