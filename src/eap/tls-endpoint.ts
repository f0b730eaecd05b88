import { constants } from 'node:crypto';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { LastmileError } from '../base/errors.ts';
import { resumedIdentity } from './client-hello.ts';
import type { Resumption, Resumptions } from './resumptions.ts';
import { TlsTunnel } from './tls-tunnel.ts';

export interface TlsEndpointOptions {
  /** PEM, with the chain. */
  readonly certificate: string;
  readonly key: string;
  /** Asks the peer for a certificate of these authorities, PEM. Absent: it is asked for none. */
  readonly clientCa?: string;
  /** Revoked ones, PEM. */
  readonly clientRevoked?: string;
  /** Seconds; 0: no session is resumed. */
  readonly sessionLifetimeSeconds: number;
  readonly resumptions: Resumptions;
  /** What tells its sessions from those of other endpoints. */
  readonly name: string;
}

/** Certificate, key or authority are none that TLS takes. */
export class EapCertificateError extends LastmileError {
  readonly code = 'LM_EAP_CERTIFICATE';
  readonly retry = 'never';
}

/**
 * The server's side of TLS without a network: each conversation has a tunnel, into which octets are put and from which they
 * are taken.
 *
 * Everything that TLS does with octets happens while they are put in, so the one tunnel that is being fed is the one that
 * events of the server are about.
 */
export class TlsEndpoint {
  readonly #server: Server;
  readonly #resumptions: Resumptions;
  #fed: TlsTunnel | undefined;

  private constructor(server: Server, options: TlsEndpointOptions) {
    this.#server = server;
    this.#resumptions = options.resumptions;
    server.on('newSession', (id, session, done) => {
      this.#fed?.offer(id, session);
      done();
    });
    server.on('resumeSession', (id, done) => done(null, this.#resume(id)?.session ?? null));
    server.on('secureConnection', (socket: TLSSocket) => this.#fed?.open(socket));
    server.on('tlsClientError', (error: Error) => this.#fed?.fail(error));
  }

  /** @throws EapCertificateError */
  static create(options: TlsEndpointOptions): TlsEndpoint {
    return new TlsEndpoint(createTlsServer(options), options);
  }

  /** A tunnel for one conversation. */
  tunnel(): TlsTunnel {
    const tunnel = new TlsTunnel({
      resumptions: this.#resumptions,
      feeding: () => {
        this.#fed = tunnel;
      },
    });
    this.#fed = tunnel;
    this.#server.emit('connection', tunnel.stream);
    return tunnel;
  }

  #resume(id: Buffer): Resumption | undefined {
    const tunnel = this.#fed;
    const wanted = tunnel === undefined ? id : (resumedIdentity(tunnel.lastFed) ?? id);
    const found = this.#resumptions.find(wanted);
    if (tunnel === undefined || found === undefined) return undefined;
    if (tunnel.mayResume(found.identity)) {
      tunnel.resumed = found.identity;
      return found;
    }
    this.#resumptions.drop(wanted);
    return undefined;
  }
}

function createTlsServer(options: TlsEndpointOptions): Server {
  const { certificate, key, clientCa, clientRevoked, name, sessionLifetimeSeconds } = options;
  try {
    return createServer({
      cert: certificate,
      key,
      ...(clientCa === undefined ? {} : { ca: clientCa }),
      ...(clientRevoked === undefined ? {} : { crl: clientRevoked }),
      requestCert: clientCa !== undefined,
      // Judged once the handshake is done, so that the peer gets an answer by EAP.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      // Sessions are looked up here: what a ticket holds nobody but TLS can read.
      secureOptions: constants.SSL_OP_NO_TICKET,
      sessionIdContext: name,
      sessionTimeout: Math.max(1, sessionLifetimeSeconds),
    });
  } catch (error) {
    throw new EapCertificateError('TLS takes no such certificate, key or authority for EAP', { cause: error });
  }
}
