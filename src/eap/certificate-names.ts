import type { X509Certificate } from 'node:crypto';

/** Mail address, host name; quoted where it holds a comma or a sign of control. */
const alternative = /(?:^|, )(?:email|DNS):("(?:[^"\\]|\\.)*"|[^,"]*)/g;

/** Whom a certificate may be about: its mail addresses and host names (subjectAltName), then its common names. */
export function certificateNames(certificate: X509Certificate): readonly string[] {
  const { subjectAltName = '' } = certificate;
  const alternatives = [...subjectAltName.matchAll(alternative)].map(([, text = '']) => unquoted(text));
  const { CN: common } = certificate.toLegacyObject().subject as { readonly CN?: string | readonly string[] };
  return [...new Set([...alternatives, ...[common ?? []].flat()])].filter((name) => name !== '');
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return '';
  }
}
