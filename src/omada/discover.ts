import type { X509Certificate } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { OmadaTls } from '../model/kinds/omada-controller.ts';
import { askInfo, type Generation } from './controller-info.ts';
import { fingerprintOf, secureConnect } from './secure-connect.ts';
import { hostOf, portOf, Transport } from './transport.ts';

/** A controller as anybody meets it. */
export interface DiscoveredController {
  readonly url: string;
  /** omadacId. Absent: one of v4 that tells none. */
  readonly id?: string;
  readonly version?: string;
  readonly generation: Generation;
  /** Absent: it speaks plain HTTP. */
  readonly certificate?: ShownCertificate;
}

/** The certificate that was shown, with which the question was asked. */
export interface ShownCertificate {
  /** SHA-256 of its DER, 64 lower-case hex digits. */
  readonly fingerprint: string;
  readonly subject: string;
  /** As the certificate has it: `Nov 22 06:00:00 2027 GMT`. */
  readonly validTo: string;
}

export interface DiscoverOptions {
  /** Nothing is asked of a controller with another certificate. Absent: of the one that answers. */
  readonly fingerprint?: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

/**
 * Asks a controller what it is. No account is needed, and no secret is sent: the certificate need not be trusted yet, and
 * the question goes only to who showed it.
 *
 * @param url its origin: `https://192.0.2.9:8043`
 * @throws OmadaUnreachableError, OmadaUntrustedError, OmadaAnswerError
 */
export async function discoverController(
  url: string,
  { fingerprint, clock, timeoutMs = 5_000 }: DiscoverOptions,
  signal: AbortSignal,
): Promise<DiscoveredController> {
  const name = new URL(url).host;
  const certificate = url.startsWith('https:') ? await shownBy(url, fingerprint, timeoutMs) : undefined;
  const tls: OmadaTls =
    certificate === undefined ? { mode: 'insecure' } : { mode: 'pinned', fingerprint: certificate.fingerprint };
  using transport = new Transport({ name, url, tls }, { clock, timeoutMs });
  const info = await askInfo(name, transport, signal);
  return { url, ...info, ...(certificate === undefined ? {} : { certificate }) };
}

async function shownBy(text: string, fingerprint: string | undefined, timeoutMs: number): Promise<ShownCertificate> {
  const url = new URL(text);
  const tls: OmadaTls = fingerprint === undefined ? { mode: 'insecure' } : { mode: 'pinned', fingerprint };
  const socket = await secureConnect({ controller: url.host, host: hostOf(url), port: portOf(url), tls, timeoutMs });
  try {
    const shown = socket.getPeerX509Certificate();
    if (shown === undefined) throw new TypeError('TLS without a certificate');
    return described(shown);
  } finally {
    socket.destroy();
  }
}

function described({ raw, subject, validTo }: X509Certificate): ShownCertificate {
  return { fingerprint: fingerprintOf(raw), subject: subject?.replaceAll('\n', ', ') ?? '', validTo };
}
