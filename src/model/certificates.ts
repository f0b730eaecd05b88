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
