import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import type { Credentials } from '../routeros/certificates.ts';
import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';
import { formatRouterTime, parseRouterTime } from '../routeros/time.ts';
import type { Call, Line, Pending } from './line.ts';
import { isGenuineReply, trimmed } from './packet.ts';
import { RadsecLink } from './radsec-link.ts';
import type { SessionKind } from './session-kind.ts';

/** One row of `/radius`, as the client uses it. */
export interface RadiusServer {
  readonly rowId: number;
  readonly address: string;
  readonly authPort: number;
  readonly accountingPort: number;
  readonly secret: string;
  readonly timeoutMs: number;
  readonly needsMessageAuthenticator: boolean;
  /** NAS-IP-Address and, where the machine has it, source of packets. */
  readonly sourceAddress?: string;
  /** `protocol=radsec`, with what `certificate` holds. */
  readonly radsec?: { readonly certificate: string };
}

/** What `/radius monitor` shows. */
export interface RadiusCounters {
  pending: number;
  requests: number;
  accepts: number;
  rejects: number;
  resends: number;
  timeouts: number;
  badReplies: number;
  lastRttMs: number;
}

export interface RadiusClientOptions {
  readonly clock: Clock;
  readonly database: Database;
  /** Source of all packets, whatever `src-address` says. */
  readonly bindAddress?: string;
  /** Source where neither that nor `src-address` names one. */
  readonly ownAddress: string;
  /** How often a packet is sent before the next server is asked. */
  readonly transmissions: number;
  readonly log: (topics: string, message: string) => void;
  /** Certificate and key that a row of `/radius` refers to. */
  readonly credentials: (stored: string) => Credentials | undefined;
  /** PEM of what the router trusts. */
  readonly authorities: () => readonly string[];
  /** Answers what a server asks down a RadSec connection, or not. */
  readonly incoming: (packet: Buffer, server: RadiusServer) => Buffer | undefined;
}

/** Whatever is declared for UDP (RouterOS: RADIUS). */
const radsecPort = 2083;

/** Words of `/radius service` that somebody here asks for. */
export type RadiusService = 'ppp' | 'hotspot' | 'dhcp';

/** What `/radius service` calls the doors. */
export const radiusServiceOf: Readonly<Record<SessionKind, RadiusService>> = {
  pppoe: 'ppp',
  hotspot: 'hotspot',
  dhcp: 'dhcp',
};

export interface Exchange {
  readonly kind: 'auth' | 'accounting';
  encode(identifier: number): Buffer;
}

/** RADIUS as RouterOS speaks it: servers in order, the same octets again after `timeout`. */
export class RadiusClient {
  readonly #options: RadiusClientOptions;
  readonly #sockets = new Map<string, Line[]>();
  readonly #counters = new Map<number, RadiusCounters>();
  readonly #closing = new AbortController();

  constructor(options: RadiusClientOptions) {
    this.#options = options;
  }

  /**
   * Enabled servers for a service, in table order; those for accounting only when the others fail come last.
   *
   * @param service absent: any of those asked for here
   */
  servers(kind: Exchange['kind'], service?: RadiusService): readonly RadiusServer[] {
    const wanted: readonly string[] = service === undefined ? Object.values(radiusServiceOf) : [service];
    const rows = [...this.#options.database.table('/radius').rows()].filter(
      ({ values }) =>
        values.get('disabled') !== 'true' &&
        (values.get('service') ?? '').split(',').some((word) => wanted.includes(word)),
    );
    const isBackup = (row: TableRow) => row.values.get('accounting-backup') === 'true';
    const ordered = kind === 'accounting' ? [...rows.filter((row) => !isBackup(row)), ...rows.filter(isBackup)] : rows;
    return ordered.map(radiusServerOf);
  }

  countersOf(rowId: number): RadiusCounters {
    let counters = this.#counters.get(rowId);
    if (counters === undefined) {
      counters = newCounters();
      this.#counters.set(rowId, counters);
    }
    return counters;
  }

  resetCounters(rowId?: number): void {
    if (rowId === undefined) this.#counters.clear();
    else this.#counters.delete(rowId);
  }

  /** NAS-IP-Address towards this server. */
  nasAddress(server: RadiusServer): string {
    return server.sourceAddress ?? this.#options.bindAddress ?? this.#options.ownAddress;
  }

  /** Where CoA is taken: at the address that servers hear from, so that answers leave from it. */
  incomingAddress(): string {
    const { bindAddress, ownAddress } = this.#options;
    return bindAddress ?? this.servers('auth')[0]?.sourceAddress ?? ownAddress;
  }

  /** The genuine reply of this server, or `undefined` after the last transmission went unanswered. */
  async exchange(server: RadiusServer, exchange: Exchange): Promise<{ reply: Buffer; request: Buffer } | undefined> {
    if (this.#closing.signal.aborted) return undefined;
    const counters = this.countersOf(server.rowId);
    counters.requests += 1;
    counters.pending += 1;
    try {
      return await this.#transmit(server, exchange, counters);
    } catch (error) {
      if (this.#closing.signal.aborted) return undefined;
      this.#options.log('radius,error', `could not send: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    } finally {
      counters.pending -= 1;
    }
  }

  [Symbol.dispose](): void {
    this.#closing.abort(new Error('the simulated router stops'));
    for (const sockets of this.#sockets.values()) for (const socket of sockets) socket.close();
    this.#sockets.clear();
  }

  async #transmit(server: RadiusServer, exchange: Exchange, counters: RadiusCounters) {
    const socket = await this.#socketFor(server);
    const port = exchange.kind === 'auth' ? server.authPort : server.accountingPort;
    const needsAuthenticator = exchange.kind === 'auth' && server.needsMessageAuthenticator;
    const call = socket.open(server.address, port, (reply, request) => {
      const genuine = isGenuineReply(reply, request, server.secret, needsAuthenticator);
      if (!genuine) counters.badReplies += 1;
      return genuine;
    });
    try {
      const request = exchange.encode(call.identifier);
      const startedAt = this.#options.clock.monotonic();
      const reply = await this.#sendUntilAnswered(call, request, server.timeoutMs, counters);
      counters.lastRttMs = this.#options.clock.monotonic() - startedAt;
      return reply === undefined ? undefined : { reply, request };
    } finally {
      call.close();
    }
  }

  async #sendUntilAnswered(call: Call, request: Buffer, timeoutMs: number, counters: RadiusCounters) {
    for (let count = 0; count < this.#options.transmissions; count += 1) {
      if (count > 0) counters.resends += 1;
      const waiting = new AbortController();
      const signal = AbortSignal.any([waiting.signal, this.#closing.signal]);
      call.send(request);
      const silence = this.#options.clock.sleep(timeoutMs, signal).then(
        () => undefined,
        () => undefined,
      );
      const reply = await Promise.race([call.reply, silence]);
      waiting.abort();
      if (reply !== undefined) return reply;
      this.#closing.signal.throwIfAborted();
    }
    counters.timeouts += 1;
    return undefined;
  }

  async #socketFor(server: RadiusServer): Promise<Line> {
    const { bindAddress, ownAddress } = this.#options;
    const bind = bindAddress ?? server.sourceAddress ?? (isIPv6(server.address) ? '::' : ownAddress);
    const name = server.radsec === undefined ? bind : `${bind} ${server.address} ${server.radsec.certificate}`;
    const sockets = this.#sockets.get(name) ?? [];
    this.#sockets.set(name, sockets);
    // 256 identifiers are in flight on one port at most (RFC 2865 §3).
    let socket = sockets.find((candidate) => candidate.hasRoom);
    if (socket === undefined) {
      socket = this.#line(server, bind, () => this.#drop(name, socket));
      sockets.push(socket);
    }
    socket.reserve();
    try {
      await socket.ready;
    } catch (error) {
      this.#drop(name, socket);
      throw error;
    }
    return socket;
  }

  #line(server: RadiusServer, bind: string, gone: () => void): Line {
    const { radsec, address } = server;
    if (radsec === undefined) return new RadiusSocket(bind);
    const { credentials, authorities, incoming, log } = this.#options;
    const shown = credentials(radsec.certificate);
    return new RadsecLink({
      ...{ address, port: radsecPort, bind, log, gone },
      authorities: authorities(),
      incoming: (packet) => incoming(packet, server),
      ...(shown === undefined ? {} : { credentials: shown }),
    });
  }

  #drop(name: string, socket: Line | undefined): void {
    const left = (this.#sockets.get(name) ?? []).filter((other) => other !== socket);
    if (left.length === 0) this.#sockets.delete(name);
    else this.#sockets.set(name, left);
  }
}

/** One UDP port with up to 256 requests in flight. */
class RadiusSocket implements Line {
  readonly ready: Promise<void>;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  #reserved = 0;
  #next = 0;

  constructor(bind: string) {
    this.#socket = createSocket(isIPv6(bind) ? 'udp6' : 'udp4');
    this.#socket.on('message', (datagram, from) => this.#receive(datagram, from.address, from.port));
    this.#socket.bind(0, bind);
    this.ready = once(this.#socket, 'listening').then(
      () => {
        // Later errors (an unreachable host) look like silence, as on a router.
        this.#socket.on('error', () => undefined);
      },
      (error: unknown) => {
        this.#socket.close();
        throw error;
      },
    );
  }

  get hasRoom(): boolean {
    return this.#reserved < 256;
  }

  reserve(): void {
    this.#reserved += 1;
  }

  open(address: string, port: number, genuine: Pending['genuine']): Call {
    while (this.#pending.has(this.#next)) this.#next = (this.#next + 1) % 256;
    const identifier = this.#next;
    this.#next = (this.#next + 1) % 256;
    let resolve: (reply: Buffer) => void = () => undefined;
    const reply = new Promise<Buffer>((settle) => {
      resolve = settle;
    });
    const pending: Pending = { address, port, genuine, resolve };
    this.#pending.set(identifier, pending);
    return {
      identifier,
      reply,
      send: (request) => {
        pending.request = request;
        this.#socket.send(request, port, address);
      },
      close: () => {
        this.#pending.delete(identifier);
        this.#reserved -= 1;
      },
    };
  }

  close(): void {
    void this.ready.then(
      () => this.#socket.close(),
      () => undefined,
    );
  }

  #receive(datagram: Buffer, address: string, port: number): void {
    const reply = trimmed(datagram);
    const pending = reply && this.#pending.get(reply[1] ?? -1);
    if (!reply || !pending?.request || pending.address !== address || pending.port !== port) return;
    if (pending.genuine(reply, pending.request)) pending.resolve(reply);
  }
}

function radiusServerOf({ id, values }: TableRow): RadiusServer {
  const plain = (name: string) => (values.get(name) ?? '').replace(/@.*$/, '');
  const source = plain('src-address');
  const isRadsec = values.get('protocol') === 'radsec';
  return {
    rowId: id,
    address: plain('address'),
    authPort: Number(values.get('authentication-port')),
    accountingPort: Number(values.get('accounting-port')),
    // RouterOS makes it so for RadSec.
    secret: isRadsec ? 'radsec' : (values.get('secret') ?? ''),
    timeoutMs: parseRouterTime(values.get(isRadsec ? 'radsec-timeout' : 'timeout') ?? '') ?? (isRadsec ? 3300 : 300),
    needsMessageAuthenticator: !isRadsec && values.get('require-message-auth') === 'yes-for-request-resp',
    ...(isRadsec ? { radsec: { certificate: values.get('certificate') ?? '' } } : {}),
    ...(source === '0.0.0.0' || source === '::' || source === '' ? {} : { sourceAddress: source }),
  };
}

function newCounters(): RadiusCounters {
  return {
    pending: 0,
    requests: 0,
    accepts: 0,
    rejects: 0,
    resends: 0,
    timeouts: 0,
    badReplies: 0,
    lastRttMs: 0,
  };
}

/** Counters in the words of `/radius monitor`. */
export function monitorRow(counters: RadiusCounters): Readonly<Record<string, string>> {
  return {
    pending: String(counters.pending),
    requests: String(counters.requests),
    accepts: String(counters.accepts),
    rejects: String(counters.rejects),
    resends: String(counters.resends),
    timeouts: String(counters.timeouts),
    'bad-replies': String(counters.badReplies),
    'last-request-rtt': formatRouterTime(counters.lastRttMs),
  };
}
