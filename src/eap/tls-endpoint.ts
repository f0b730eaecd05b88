import { constants } from 'node:crypto';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import { LastmileError } from '../base/errors.ts';
import { readClientHello } from './client-hello.ts';
import { type FillRandom, randomOctets } from './method.ts';
import type { ResumableIdentity, Resumptions } from './resumptions.ts';
import { sessionIdOf, ticketKeysLength } from './session-ticket.ts';
import { type MayResume, TlsTunnel } from './tls-tunnel.ts';

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
  readonly random: FillRandom;
  /** What tells its sessions from those of other endpoints. */
  readonly name: string;
}

/** Certificate, key or authority are none that TLS takes. */
export class EapCertificateError extends LastmileError {
  readonly code = 'LM_EAP_CERTIFICATE';
  readonly retry = 'never';
}

/** SSL_OP_NO_RENEGOTIATION: once begun, a conversation is with one peer. */
const noRenegotiation = 1 << 30;

/** One server for each way to begin. */
interface Servers {
  /** Looks up sessions by their id. */
  readonly tls12: Server;
  /** Has sessions in tickets, of which we have the keys. */
  readonly tls13: Server;
  /** Takes no ticket: for whoever has a good one and is to prove everything anew. */
  readonly anew: Server;
}

/**
 * The server's side of TLS without a network: each conversation has a tunnel, into which octets are put and from which they
 * are taken.
 *
 * Everything that TLS does with octets happens while they are put in, so the one tunnel that is being fed is the one that
 * events of a server are about. Its errors come at any time and are heard of by the tunnel itself, whose stream they close.
 */
export class TlsEndpoint {
  readonly #servers: Servers;
  readonly #ticketKeys: Buffer;
  readonly #resumptions: Resumptions;
  #fed: TlsTunnel | undefined;

  private constructor(servers: Servers, ticketKeys: Buffer, resumptions: Resumptions) {
    this.#servers = servers;
    this.#ticketKeys = ticketKeys;
    this.#resumptions = resumptions;
    for (const server of [servers.tls12, servers.tls13]) {
      server.on('newSession', (id, session, done) => {
        this.#fed?.offer(id, session);
        done();
      });
    }
    servers.tls12.on('resumeSession', (id, done) => done(null, this.#resume(id)));
    for (const server of Object.values(servers) as Server[]) {
      server.on('secureConnection', (socket: TLSSocket) => this.#fed?.open(socket));
    }
  }

  /** @throws EapCertificateError */
  static create(options: TlsEndpointOptions): TlsEndpoint {
    const ticketKeys = randomOctets(options.random, ticketKeysLength);
    // What a ticket of TLS 1.2 holds nobody but TLS can tell before it is resumed.
    const tls12 = { maxVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET | noRenegotiation } as const;
    const servers = {
      tls12: createTlsServer(options, tls12),
      tls13: createTlsServer(options, { minVersion: 'TLSv1.3', ticketKeys }),
      anew: createTlsServer(options, { minVersion: 'TLSv1.3' }),
    };
    return new TlsEndpoint(servers, ticketKeys, options.resumptions);
  }

  /**
   * A tunnel for one conversation.
   *
   * @param first what the peer says first
   * @param mayResume is asked about a session that the peer would like to resume
   */
  tunnel(first: Buffer, mayResume: MayResume): TlsTunnel {
    const tunnel = new TlsTunnel({ resumptions: this.#resumptions, mayResume });
    const { stream } = tunnel;
    // Before and after the listener by which TLS is given octets.
    stream.on('data', () => {
      this.#fed = tunnel;
    });
    this.#serverFor(first, tunnel, mayResume).emit('connection', stream);
    stream.on('data', () => {
      this.#fed = undefined;
    });
    return tunnel;
  }

  #serverFor(first: Buffer, tunnel: TlsTunnel, mayResume: MayResume): Server {
    const { tls12, tls13, anew } = this.#servers;
    const hello = readClientHello(first);
    if (hello?.offersTls13 !== true) return tls12;
    const id = hello.ticket === undefined ? undefined : sessionIdOf(hello.ticket, this.#ticketKeys);
    if (id === undefined) return tls13;
    const identity = this.#identityOf(id, mayResume);
    if (identity === undefined) return anew;
    tunnel.asked = { id, identity };
    return tls13;
  }

  #resume(id: Buffer): Buffer | null {
    const tunnel = this.#fed;
    const identity = tunnel === undefined ? undefined : this.#identityOf(id, tunnel.mayResume);
    if (tunnel === undefined || identity === undefined) return null;
    tunnel.asked = { id: Buffer.from(id), identity };
    return this.#resumptions.find(id)?.session ?? null;
  }

  /** Whose session it is, if it may be resumed; otherwise it is forgotten. */
  #identityOf(id: Buffer, mayResume: MayResume): ResumableIdentity | undefined {
    const found = this.#resumptions.find(id)?.identity;
    if (found === undefined || mayResume(found)) return found;
    this.#resumptions.drop(id);
    return undefined;
  }
}

function createTlsServer(options: TlsEndpointOptions, more: TlsOptions): Server {
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
      sessionIdContext: name,
      sessionTimeout: Math.max(1, sessionLifetimeSeconds),
      ...more,
    });
  } catch (error) {
    throw new EapCertificateError('TLS takes no such certificate, key or authority for EAP', { cause: error });
  }
}
