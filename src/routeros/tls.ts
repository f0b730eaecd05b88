import { createHash, type X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { codeOf, LastmileError, messageOf, unreachable } from '../base/errors.ts';
import type { RouterTls } from '../model/kinds/router.ts';
import { type RouterAddress, RouterTlsError, RouterUntrustedError } from './errors.ts';

/**
 * With the anonymous key exchange that is all RouterOS offers on api-ssl without a certificate (manual: API, SSL), and
 * that OpenSSL has at this level only. OpenSSL's `DEFAULT` would rule it out for good.
 */
const anyCiphers = 'HIGH:@SECLEVEL=0';

/**
 * TLS over a connected socket. Until `ready` resolves, nothing was written but the handshake.
 *
 * @returns `ready` rejects with RouterUntrustedError, RouterTlsError
 */
export function secured(
  socket: Socket,
  at: RouterAddress,
  tls: RouterTls,
): { readonly socket: TLSSocket; readonly ready: Promise<void> } {
  const encrypted = connect({ socket, ...connectionOptions(at, tls) });
  const ready = new Promise<void>((resolve, reject) => {
    const failed = (error: Error) => reject(error instanceof LastmileError ? error : tlsError(at, error));
    encrypted.once('error', failed);
    encrypted.once('close', () => reject(new RouterTlsError(at, 'closed')));
    encrypted.once('secureConnect', () => {
      const objection = objectionTo(encrypted.getPeerX509Certificate(), at, tls);
      if (objection !== undefined) return reject(objection);
      encrypted.off('error', failed);
      resolve();
    });
  });
  return { socket: encrypted, ready };
}

/** SHA-256 of a certificate's DER, as declarations have it. */
export function fingerprintOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

function connectionOptions({ host }: RouterAddress, tls: RouterTls): ConnectionOptions {
  const named = { host, ...(isIP(host) === 0 ? { servername: host } : {}) };
  switch (tls.mode) {
    case 'ca':
      return tls.ca === undefined ? named : { ...named, ca: tls.ca, checkServerIdentity: identityUnderOwnCa };
    case 'pinned':
      // Routers sign their certificates themselves: the pin is compared before anything is said.
      return { ...named, rejectUnauthorized: false };
    case 'insecure':
      // There is no anonymous key exchange in TLS 1.3.
      return { ...named, rejectUnauthorized: false, maxVersion: 'TLSv1.2', ciphers: anyCiphers };
    default:
      return unreachable(tls);
  }
}

/**
 * Under an authority of the operator's own, a router dialled by its address may show a certificate that names no address:
 * most have only the router's name in it. One that names addresses must name this one.
 */
function identityUnderOwnCa(host: string, certificate: PeerCertificate): Error | undefined {
  const namesAddress = /(?:^|, )IP Address:/.test(certificate.subjectaltname ?? '');
  return isIP(host) !== 0 && !namesAddress ? undefined : checkServerIdentity(host, certificate);
}

function objectionTo(certificate: X509Certificate | undefined, at: RouterAddress, tls: RouterTls): Error | undefined {
  if (tls.mode !== 'pinned') return undefined;
  if (certificate === undefined) return new RouterTlsError(at, 'anonymous');
  const seen = fingerprintOf(certificate.raw);
  if (seen === tls.fingerprint) return undefined;
  return new RouterUntrustedError(
    at,
    `another certificate than the pinned one: declared ${tls.fingerprint}, shown ${seen}. Nothing was sent to it. ` +
      'If the router was given a new certificate, declare what it shows as api.tls.fingerprint',
  );
}

function tlsError(at: RouterAddress, error: Error): Error {
  const code = codeOf(error) ?? '';
  if (certificateCodes.test(code)) {
    return new RouterUntrustedError(
      at,
      `a certificate that is not trusted (${messageOf(error)}). Nothing was sent to it. Declare the authority that ` +
        'signed it as api.tls.ca, or api.tls.mode: pinned with the fingerprint of the certificate',
      error,
    );
  }
  if (noTlsCodes.test(code)) return new RouterTlsError(at, 'plain', error);
  if (noCipherCodes.test(code)) return new RouterTlsError(at, 'anonymous', error);
  return new RouterTlsError(at, code === 'ECONNRESET' ? 'closed' : 'failed', error);
}

/** Codes of OpenSSL's and Node's verification. */
const certificateCodes =
  /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|ERROR_IN_CERT|ERR_TLS_CERT)/;
/** What came is no TLS record. */
const noTlsCodes = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNEXPECTED_MESSAGE|RECORD_LAYER/;
/** Nothing that both sides know: a server without a certificate. */
const noCipherCodes = /HANDSHAKE_FAILURE|NO_SHARED_CIPHER|INSUFFICIENT_SECURITY/;
