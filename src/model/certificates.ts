import { createPrivateKey, X509Certificate } from 'node:crypto';

/** The first certificate of a PEM text; `undefined` when there is none. */
export function certificateIn(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** How a private key in PEM fits a certificate. */
export function keyFits(certificate: X509Certificate, pem: string): 'fits' | 'other' | 'unreadable' {
  try {
    return certificate.checkPrivateKey(createPrivateKey(pem)) ? 'fits' : 'other';
  } catch {
    return 'unreadable';
  }
}

/** The certificates of a PEM text, in its order, whatever stands between them; those that cannot be read are left out. */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => certificateIn(block) ?? []);
}

/** SHA-256 of a certificate's DER as RouterOS shows it: 64 lower-case hex digits. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}
