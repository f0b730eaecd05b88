import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { codeOf, messageOf } from '../base/errors.ts';
import type { OmadaTls } from '../model/kinds/omada-controller.ts';
import { OmadaUnreachableError, OmadaUntrustedError } from './errors.ts';

export interface TlsEndpoint {
  /** Name of the controller, for messages. */
  readonly controller: string;
  readonly host: string;
  readonly port: number;
  readonly tls: OmadaTls;
  readonly timeoutMs: number;
}

/**
 * A TLS connection to a controller whose certificate was looked at: until this resolves nothing was written but the
 * handshake.
 *
 * @throws OmadaUntrustedError, OmadaUnreachableError
 */
export function secureConnect(to: TlsEndpoint): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(connectOptions(to));
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const onError = (error: Error) => fail(tlsError(to, error));
    socket.once('error', onError);
    socket.setTimeout(to.timeoutMs, () => fail(new OmadaUnreachableError(to.controller, 'did not answer in time')));
    socket.once('secureConnect', () => {
      const objection = objectionTo(socket, to);
      if (objection !== undefined) return fail(objection);
      socket.off('error', onError);
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      resolve(socket);
    });
  });
}

/** SHA-256 of a certificate's DER, as declarations have it. */
export function fingerprintOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

function connectOptions({ host, port, tls }: TlsEndpoint): ConnectionOptions {
  return {
    host,
    port,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(tls.mode === 'ca' && tls.ca !== undefined ? { ca: tls.ca } : {}),
    // A controller makes its certificate itself, for the name `localhost`: a pin is compared below instead.
    rejectUnauthorized: tls.mode === 'ca',
  };
}

function objectionTo(socket: TLSSocket, { controller, tls }: TlsEndpoint): OmadaUntrustedError | undefined {
  switch (tls.mode) {
    case 'ca':
      return socket.authorized ? undefined : new OmadaUntrustedError(controller, 'is not trusted');
    case 'pinned': {
      const certificate = socket.getPeerX509Certificate();
      const seen = certificate === undefined ? 'none' : fingerprintOf(certificate.raw);
      if (seen === tls.fingerprint) return undefined;
      const words = `shows another certificate than the pinned one: declared ${tls.fingerprint}, shown ${seen}`;
      return new OmadaUntrustedError(controller, `${words}. Nothing was sent to it`);
    }
    case 'insecure':
      return undefined;
  }
}

function tlsError({ controller, host, port }: TlsEndpoint, error: Error): Error {
  const code = codeOf(error) ?? '';
  if (certificateCodes.test(code)) {
    const mend = 'declare tls.ca, or tls.mode: pinned with its fingerprint';
    return new OmadaUntrustedError(
      controller,
      `shows a certificate that is not trusted (${messageOf(error)}): ${mend}`,
      error,
    );
  }
  return connectError(controller, `${host}:${port}`, error);
}

/** Codes of OpenSSL's and Node's verification. */
const certificateCodes =
  /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|ERROR_IN_CERT|ERR_TLS_CERT)/;

/** In the words of an operator. */
export function connectError(controller: string, at: string, error: unknown): OmadaUnreachableError {
  return new OmadaUnreachableError(controller, `at ${at} ${wordsFor(error)}`, { cause: error });
}

function wordsFor(error: unknown): string {
  const code = codeOf(error) ?? '';
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused the connection: is it on, and is the port right (8043 for software, 443 for hardware controllers)?';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'has a name that is not known';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'cannot be reached: no route';
    case 'ETIMEDOUT':
      return 'did not answer in time';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'closed the connection';
    default:
      return code === 'EPROTO' || code.startsWith('ERR_SSL')
        ? 'does not speak TLS there'
        : `failed (${messageOf(error)})`;
  }
}
