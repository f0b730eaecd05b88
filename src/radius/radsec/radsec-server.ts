import type { Socket } from 'node:net';
import { type createSecureContext, createServer, type Server, type TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { codeOf, messageOf } from '../../base/errors.ts';
import type { DirectoryReader, Nas } from '../../directory/reader.ts';
import type { Endpoint, RadsecSettings } from '../../model/kinds/radius.ts';
import type { Channel, Peer } from '../channel.ts';
import type { Slot } from '../coa/request-lanes.ts';
import type { DropFields, DropReason, RadiusLog } from '../drops.ts';
import { foldAddress } from '../source-address.ts';
import { RadiusListenError } from '../udp.ts';
import { RadsecConnection } from './radsec-connection.ts';
import { nasOfPeer, type TlsPeer, tunnelled } from './tunnel-nas.ts';

export interface RadsecServerOptions {
  readonly listen: readonly Endpoint[];
  readonly tls: RadsecSettings;
  readonly directory: DirectoryReader;
  readonly clock: Clock;
  readonly log: RadiusLog;
  /** Told of connections that are refused. */
  readonly refused: (reason: DropReason, source: string, fields: DropFields) => void;
  /** The request pipeline. */
  readonly receive: (channel: Channel, packet: Buffer, from: Peer) => void;
  /** A NAS has a connection to us. */
  readonly connected?: (nas: Nas) => void;
  /** How long a peer may take to show who it is. Default 10 s. */
  readonly handshakeMs?: number;
}

const defaultHandshakeMs = 10_000;
const idleMs = 900_000;
const keepaliveMs = 60_000;
/** Of one NAS. A new one takes the place of the oldest: a router that was cut off does not know of those it had. */
const mostOfNas = 16;
/** Of one address, that have not shown who they are yet. */
const mostHandshakes = 16;
const mostConnections = 4_096;
/** Of one address. */
const handshakesAtOnce = 32;
const handshakesPerSecond = 8;

interface Arrivals {
  open: number;
  shown: number;
  /** Handshakes that may still begin now. */
  tokens: number;
  /** Monotonic milliseconds when that was so. */
  at: number;
}

/**
 * RADIUS over TLS (RFC 6614): authentication, accounting and Status-Server on one connection, and CoA down it. Both ends show
 * certificates.
 */
export class RadsecServer implements AsyncDisposable {
  readonly #options: RadsecServerOptions;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Map<string, RadsecConnection[]>();
  /** By address: connections there are, and those of them that have shown who they are. */
  readonly #arrivals = new Map<string, Arrivals>();
  readonly #tunnelled = new WeakMap<Nas, Nas>();
  /** In force. */
  #tls: RadsecSettings;
  /** Wanted last. */
  #asked: RadsecSettings;
  #trouble: string | undefined;

  private constructor(options: RadsecServerOptions) {
    this.#options = options;
    this.#tls = options.tls;
    this.#asked = options.tls;
  }

  /** @throws RadiusListenError when an address cannot be had, or the certificate is not usable */
  static async start(options: RadsecServerOptions): Promise<RadsecServer> {
    const server = new RadsecServer(options);
    try {
      for (const endpoint of options.listen) await server.#listen(endpoint);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Where it listens, with the ports the system gave. */
  addresses(): readonly Endpoint[] {
    return this.#servers.flatMap((server) => {
      const bound = server.address();
      return bound === null || typeof bound === 'string' ? [] : [{ host: bound.address, port: bound.port }];
    });
  }

  /** New connections see these certificates. */
  renew(tls: RadsecSettings): void {
    if (isSame(tls, this.#asked)) return;
    this.#asked = tls;
    try {
      for (const server of this.#servers) server.setSecureContext(contextOf(tls));
    } catch (error) {
      this.#trouble = `RadSec goes on with the certificate it had: TLS does not take the new one (${messageOf(error)})`;
      this.#options.log.warn({ err: error }, 'the RadSec certificate is not taken; the one before stays');
      return;
    }
    this.#trouble = undefined;
    const sameAuthorities = tls.clientCa === this.#tls.clientCa;
    this.#tls = tls;
    // Who was let in by authorities of which one may be trusted no longer must show himself again.
    if (!sameAuthorities) this.#closeUnpinned();
  }

  /** What is wrong with our own certificate, for people. */
  findings(): readonly string[] {
    return this.#trouble === undefined ? [] : [this.#trouble];
  }

  /** A way to send a request to a NAS; nothing when it has no connection to us. */
  slot(nas: string): Slot | undefined {
    for (const connection of this.#connections.get(nas)?.toReversed() ?? []) {
      const slot = connection.slot();
      if (slot !== undefined) return slot;
    }
    return undefined;
  }

  /** How many connections each NAS has. */
  connections(): ReadonlyMap<string, number> {
    return new Map([...this.#connections].map(([nas, all]) => [nas, all.length]));
  }

  /** Closes what is open: answers on their way must be out by then. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
    for (const all of this.#connections.values()) for (const each of [...all]) each.close('we stop');
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
    this.#servers.length = 0;
  }

  async #listen(endpoint: Endpoint): Promise<void> {
    const server = this.#server();
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(listenError(endpoint, cause)));
      const { host, port, fd } = endpoint;
      server.listen(fd === undefined ? { host, port } : { fd }, () => resolve());
    });
    server.removeAllListeners('error');
    server.on('error', (err) => this.#options.log.warn({ err, service: 'radsec' }, 'radius socket error'));
    this.#servers.push(server);
  }

  #server(): Server {
    const { handshakeMs = defaultHandshakeMs } = this.#options;
    const { certificate, key, clientCa } = this.#options.tls;
    const server = createServer({
      cert: certificate.reveal(),
      key: key.reveal(),
      ...(clientCa === undefined ? {} : { ca: clientCa }),
      requestCert: true,
      // One that is pinned needs no authority: judged below.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      handshakeTimeout: handshakeMs,
    });
    server.maxConnections = mostConnections;
    server.on('connection', (socket: Socket) => this.#arrived(socket));
    server.on('secureConnection', (socket) => this.#secured(socket));
    server.on('tlsClientError', (error, socket) => {
      // Gone before it showed anything, or refused before TLS.
      if (codeOf(error) !== 'ECONNRESET') this.#refuse(socket, 'radsec-tls', { error: messageOf(error) });
    });
    return server;
  }

  /** Before TLS: whoever cannot be one of our NAS costs no handshake. */
  #arrived(socket: Socket): void {
    const address = foldAddress(socket.remoteAddress ?? '');
    const arrivals = this.#arrivals.get(address) ?? { open: 0, shown: 0, tokens: handshakesAtOnce, at: 0 };
    this.#arrivals.set(address, arrivals);
    this.#sockets.add(socket);
    arrivals.open += 1;
    // Told by tlsClientError, or by its close.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      arrivals.open -= 1;
    });
    const { directory } = this.#options;
    if (directory.tunnelNasAt(address).length === 0) this.#refuse(socket, 'radsec-unknown-client');
    else if (arrivals.open - arrivals.shown > mostHandshakes || !this.#paced(arrivals)) {
      this.#refuse(socket, 'radsec-too-many');
    }
  }

  /** A handshake costs us a signature: so many at once, and then so many a second. */
  #paced(arrivals: Arrivals): boolean {
    const now = this.#options.clock.monotonic();
    const gained = ((now - arrivals.at) / 1000) * handshakesPerSecond;
    arrivals.tokens = Math.min(handshakesAtOnce, arrivals.tokens + gained) - 1;
    arrivals.at = now;
    if (this.#arrivals.size > mostConnections) this.#forget(now);
    if (arrivals.tokens >= 0) return true;
    arrivals.tokens = 0;
    return false;
  }

  /** Addresses of which nothing is open, and whose pace is full again. */
  #forget(now: number): void {
    const full = (handshakesAtOnce / handshakesPerSecond) * 1000;
    for (const [address, { open, at }] of this.#arrivals) {
      if (open === 0 && now - at > full) this.#arrivals.delete(address);
    }
  }

  #closeUnpinned(): void {
    for (const all of this.#connections.values()) {
      for (const each of [...all]) {
        if (!each.pinned) each.close('the authorities that are trusted have changed');
      }
    }
  }

  #secured(socket: TLSSocket): void {
    const from = { address: foldAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 };
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) {
      this.#refuse(socket, 'radsec-no-certificate');
      return;
    }
    const peer = { address: from.address, certificate, trusted: socket.authorized };
    const nas = this.#nasOf(peer);
    if (nas !== undefined) this.#open(socket, nas, peer, from);
    else {
      const { subject, fingerprint256: fingerprint } = certificate;
      this.#refuse(socket, 'radsec-unknown-certificate', { subject, fingerprint, trusted: peer.trusted });
    }
  }

  #open(socket: TLSSocket, nas: Nas, peer: TlsPeer, from: Peer): void {
    const { log, clock, receive, connected } = this.#options;
    const arrivals = this.#arrivals.get(from.address);
    if (arrivals !== undefined) {
      arrivals.shown += 1;
      socket.once('close', () => {
        arrivals.shown -= 1;
      });
    }
    socket.setKeepAlive(true, keepaliveMs);
    socket.setNoDelay(true);
    let judged = nas;
    const level = nas.isOurselves === true ? 'debug' : 'info';
    const connection = new RadsecConnection({
      socket,
      from,
      pinned: nas.radsec?.fingerprint !== undefined,
      clock,
      receive,
      // Judged anew with each packet: a declaration that changed may have no place for it any more.
      nas: () => {
        const declared = this.#current(judged, peer);
        if (declared !== undefined) judged = declared;
        return declared === undefined ? undefined : tunnelled(this.#tunnelled, declared);
      },
      closing: (reason) => log[level]({ nas: nas.name, source: from.address, reason }, 'RadSec connection closed'),
    });
    socket.setTimeout(idleMs, () => connection.close('nothing came for a quarter of an hour'));
    if (nas.isOurselves !== true) this.#keep(nas.name, connection, socket);
    log[level]({ nas: nas.name, source: from.address, tls: socket.getProtocol() }, 'RadSec connection open');
    connected?.(nas);
  }

  #keep(name: string, connection: RadsecConnection, socket: TLSSocket): void {
    const all = this.#connections.get(name) ?? [];
    this.#connections.set(name, all);
    all.push(connection);
    socket.once('close', () => {
      const at = all.indexOf(connection);
      if (at >= 0) all.splice(at, 1);
      if (all.length === 0 && this.#connections.get(name) === all) this.#connections.delete(name);
    });
    if (all.length > mostOfNas) all[0]?.close(`it has more than ${mostOfNas} connections`);
  }

  #current(nas: Nas, peer: TlsPeer): Nas | undefined {
    const declared = this.#options.directory.nas(nas.name);
    if (declared === undefined) return undefined;
    return declared === nas ? nas : this.#nasOf(peer);
  }

  #nasOf(peer: TlsPeer): Nas | undefined {
    return nasOfPeer(peer, this.#options.directory.tunnelNasAt(peer.address));
  }

  #refuse(socket: Socket, reason: DropReason, fields: DropFields = {}): void {
    this.#options.refused(reason, foldAddress(socket.remoteAddress ?? ''), fields);
    socket.destroy();
  }
}

function isSame(a: RadsecSettings, b: RadsecSettings): boolean {
  return a.certificate.equals(b.certificate) && a.key.equals(b.key) && a.clientCa === b.clientCa;
}

function contextOf({ certificate, key, clientCa }: RadsecSettings): Parameters<typeof createSecureContext>[0] & object {
  return { cert: certificate.reveal(), key: key.reveal(), ...(clientCa === undefined ? {} : { ca: clientCa }) };
}

function listenError({ host, port }: Endpoint, cause: unknown): RadiusListenError {
  const reason = codeOf(cause) === 'EADDRINUSE' ? 'it is in use by another process' : messageOf(cause);
  return new RadiusListenError(`cannot listen on TCP ${host} port ${port}: ${reason}`, { cause });
}
