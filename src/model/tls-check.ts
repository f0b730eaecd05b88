import { certificateIn } from './certificates.ts';
import type { Placed } from './declarations.ts';
import type { Tls } from './generated/documents.ts';
import { error, type Resolving, warning } from './resolve/resolving.ts';

/** How the certificate of something we connect to is judged. */
export type TlsCheck =
  | { readonly mode: 'ca'; readonly ca?: string }
  | { readonly mode: 'pinned'; readonly fingerprint: string }
  | { readonly mode: 'insecure' };

/** `tls` of a router's API or of a controller with its default. @param risk what somebody in between learns, in words */
export function resolveTls(
  to: Resolving,
  spec: Tls,
  place: Placed,
  path: readonly (string | number)[],
  risk: string,
): TlsCheck {
  const { mode, fingerprint, ca } = spec;
  const chosen = mode ?? (fingerprint === undefined ? 'ca' : 'pinned');
  const wrong = (field: string, message: string, hint?: string): void =>
    error(to, 'LM_TLS', message, place, [...path, field], hint);
  if (fingerprint !== undefined && chosen !== 'pinned') wrong('fingerprint', `mode ${chosen} uses no fingerprint`);
  if (ca !== undefined && chosen !== 'ca') wrong('ca', `mode ${chosen} uses no authority`);
  switch (chosen) {
    case 'pinned':
      if (fingerprint === undefined) wrong('mode', 'mode pinned needs a fingerprint', 'SHA-256 of the certificate');
      return { mode: 'pinned', fingerprint: (fingerprint ?? '').replaceAll(':', '').toLowerCase() };
    case 'ca':
      if (ca !== undefined && certificateIn(ca) === undefined) {
        wrong('ca', 'this is no certificate in PEM', 'text that begins with -----BEGIN CERTIFICATE-----');
      }
      return ca === undefined ? { mode: 'ca' } : { mode: 'ca', ca };
    default: {
      const hint = 'tls: {fingerprint: …} accepts its own certificate only';
      warning(to, 'LM_TLS_INSECURE', `whoever stands between ${risk}`, place, [...path, 'mode'], hint);
      return { mode: 'insecure' };
    }
  }
}
