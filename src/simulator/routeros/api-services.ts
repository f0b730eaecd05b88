import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { messageOf } from '../../base/errors.ts';
import { isInRange } from '../address-range.ts';
import { ApiServer } from './api-server.ts';
import { ApiSession, type SessionDeps } from './api-session.ts';
import type { Credentials } from './certificates.ts';
import type { Database } from './database.ts';
import { type InputPacket, inputVerdict, outputVerdict } from './input-rules.ts';
import type { TableRow } from './table.ts';
import { listOf } from './value-types.ts';
import { has } from './version.ts';

export type ApiServiceName = 'api' | 'api-ssl';

export interface ApiServicesOptions {
  readonly database: Database;
  /** Addresses it listens on, whatever `/ip/address` says; `undefined`: those of the rows there. */
  readonly host: string | undefined;
  /** Ports to begin with, 0 for any; a service without one is not served. The rows then show what was bound. */
  readonly ports: Readonly<Partial<Record<ApiServiceName, number>>>;
  /** A certificate with its key, by a reference as rows hold it. */
  credentials(stored: string | undefined): Credentials | undefined;
  sessionDeps(from: ApiPeer): SessionDeps;
  log(topics: string, message: string): void;
}

/** Who is at the other end, and where he came in. */
export interface ApiPeer {
  readonly service: ApiServiceName;
  readonly remote: string;
  readonly remotePort: number;
  readonly local: string;
}

interface Door {
  readonly service: ApiServiceName;
  readonly host: string;
  /** What it was opened with: when that changes, it is opened anew. */
  readonly key: string;
  readonly server: ApiServer;
}

interface Guest {
  readonly session: ApiSession;
  readonly peer: ApiPeer;
  readonly row: TableRow | undefined;
}

/** What api-ssl speaks without a certificate (RouterOS manual, API-SSL). */
const anonymous: TlsOptions = {
  ciphers: 'ADH-AES256-GCM-SHA384:ADH-AES128-GCM-SHA256:ADH-AES256-SHA256:ADH-AES128-SHA256:@SECLEVEL=0',
  maxVersion: 'TLSv1.2',
  dhparam: 'auto',
};

/** The services `api` and `api-ssl`, as `/ip/service`, `/ip/address` and the input rules of the firewall have them. */
export class ApiServices {
  readonly #options: ApiServicesOptions;
  readonly #doors = new Map<string, Door>();
  readonly #guests = new Set<Guest>();
  #adjusting: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: ApiServicesOptions) {
    this.#options = options;
  }

  /** @throws when an address cannot be listened on */
  static async start(options: ApiServicesOptions): Promise<ApiServices> {
    const services = new ApiServices(options);
    for (const service of ['api', 'api-ssl'] as const) await services.#begin(service);
    services.#watch();
    return services;
  }

  get openSessions(): number {
    return this.#guests.size;
  }

  /** The port of a service, as its row says. */
  port(service: ApiServiceName): number {
    return Number(this.#row(service)?.values.get('port') ?? 0);
  }

  /** Cuts every connection, as a reboot does. */
  dropConnections(): void {
    for (const { session } of this.#guests) session.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Rows of connections go with them, and nothing is opened for that.
    this.#closed = true;
    await this.#adjusting;
    this.dropConnections();
    await Promise.all([...this.#doors.values()].map(({ server }) => server[Symbol.asyncDispose]()));
    this.#doors.clear();
  }

  async #begin(service: ApiServiceName): Promise<void> {
    const row = this.#row(service);
    let port = this.#options.ports[service];
    if (row === undefined || port === undefined) return;
    for (const host of this.#hosts()) {
      const door = await this.#open(service, host, port);
      port = door.server.port;
      row.values.set('port', String(port));
      this.#doors.set(`${service} ${host}`, { ...door, key: this.#keyOf(service) });
    }
  }

  #watch(): void {
    const { database } = this.#options;
    for (const menu of ['/ip/service', '/ip/address', '/certificate']) {
      database.find(menu)?.watch((event) => {
        if (event.type === 'removed' || event.row.values.get('connection') !== 'true') this.#adjust();
      });
    }
    for (const menu of ['/ip/firewall/filter', '/ip/firewall/raw', '/ip/firewall/address-list']) {
      database.find(menu)?.watch(() => this.#listenAnew());
    }
  }

  #row(service: ApiServiceName): TableRow | undefined {
    return this.#options.database.table('/ip/service').named(service);
  }

  #hosts(): readonly string[] {
    const { host, database } = this.#options;
    if (host !== undefined) return [host];
    const rows = [...(database.find('/ip/address')?.rows() ?? [])].filter(
      ({ values }) => values.get('disabled') !== 'true',
    );
    const addresses = rows.map(({ values }) => (values.get('address') ?? '').replace(/\/.*$/, ''));
    // Others are not this machine's to listen on.
    return [...new Set(addresses.filter((address) => address.startsWith('127.')))];
  }

  #keyOf(service: ApiServiceName): string {
    const values = this.#row(service)?.values;
    const tls = service === 'api' ? [] : [values?.get('certificate'), values?.get('tls-version')];
    const certificate = service === 'api' ? undefined : this.#options.credentials(values?.get('certificate'));
    return [values?.get('port'), ...tls, certificate?.certificate].join(' ');
  }

  /** Opens and closes doors until they are as the rows say. Answers wait for it. */
  #adjust(): void {
    if (this.#closed) return;
    const before = this.#adjusting;
    this.#adjusting = (async () => {
      await before;
      await this.#adjustNow();
    })();
    this.#options.database.settleAfter(this.#adjusting);
  }

  async #adjustNow(): Promise<void> {
    if (this.#closed) return;
    const hosts = this.#hosts();
    const wanted = new Map<string, { service: ApiServiceName; host: string; key: string }>();
    for (const service of ['api', 'api-ssl'] as const) {
      if (this.#options.ports[service] === undefined || this.#row(service)?.values.get('disabled') === 'true') continue;
      for (const host of hosts) wanted.set(`${service} ${host}`, { service, host, key: this.#keyOf(service) });
    }
    for (const [name, door] of this.#doors) {
      if (wanted.get(name)?.key === door.key) continue;
      door.server.close();
      this.#doors.delete(name);
    }
    for (const [name, { service, host, key }] of wanted) {
      if (!this.#doors.has(name)) await this.#reopen(name, service, host, key);
    }
    this.#leave(hosts);
  }

  async #reopen(name: string, service: ApiServiceName, host: string, key: string): Promise<void> {
    try {
      this.#doors.set(name, { ...(await this.#open(service, host, this.port(service))), key });
    } catch (error) {
      this.#options.log('system,error', `service ${service} cannot listen on ${host}: ${messageOf(error)}`);
    }
  }

  async #open(service: ApiServiceName, host: string, port: number): Promise<Omit<Door, 'key'>> {
    const tls = service === 'api' ? {} : { tls: this.#tlsOptions() };
    const server = await ApiServer.start({
      host,
      port,
      ...tls,
      connected: (socket) => this.#connected(service, socket),
    });
    return { service, host, server };
  }

  #tlsOptions(): TlsOptions {
    const values = this.#row('api-ssl')?.values;
    const credentials = this.#options.credentials(values?.get('certificate'));
    if (credentials === undefined) return anonymous;
    const newest = values?.get('tls-version') === 'only-1.2' ? ({ maxVersion: 'TLSv1.2' } as const) : {};
    return { cert: credentials.certificate, key: credentials.key, ...newest };
  }

  /** Connections to an address the router has no more end a moment later: the answer is still on its way. */
  #leave(hosts: readonly string[]): void {
    for (const { session, peer } of this.#guests) {
      if (!hosts.includes(peer.local)) setImmediate(() => session.end());
    }
  }

  #connected(service: ApiServiceName, socket: Socket): void {
    const peer = {
      service,
      remote: plain(socket.remoteAddress),
      remotePort: socket.remotePort ?? 0,
      local: plain(socket.localAddress),
    };
    const first = this.#heard(peer, 'new');
    // A connection may be let in of which nothing more is heard, or that is not answered.
    const verdict = first === 'accept' && !this.#serves(peer) ? 'drop' : first;
    if (verdict === 'reject') return void socket.resetAndDestroy();
    if (!this.#admits(peer)) return void socket.destroy();
    const session = new ApiSession(socket, this.#options.sessionDeps(peer));
    if (verdict === 'drop') session.deafen(true);
    const guest = { session, peer, row: verdict === 'drop' ? undefined : this.#show(peer) };
    this.#guests.add(guest);
    socket.once('close', () => this.#gone(guest));
  }

  #gone(guest: Guest): void {
    this.#guests.delete(guest);
    if (guest.row !== undefined) this.#options.database.table('/ip/service').remove(guest.row);
  }

  #admits({ service, remote }: ApiPeer): boolean {
    const values = this.#row(service)?.values;
    const allowed = listOf(values?.get('address') ?? '');
    if (allowed.length > 0 && !allowed.some((prefix) => isInRange(remote, prefix))) return false;
    const open = [...this.#guests].filter(({ peer }) => peer.service === service).length;
    return open < Number(values?.get('max-sessions') ?? Number.POSITIVE_INFINITY);
  }

  /** A live connection as a row of its own. */
  #show({ service, remote, remotePort, local }: ApiPeer): TableRow | undefined {
    const { database } = this.#options;
    if (!has(database.version, 'serviceConnections')) return undefined;
    const values = {
      name: service,
      port: String(this.port(service)),
      proto: 'tcp',
      local,
      remote: `${remote}:${remotePort}`,
    };
    return database
      .table('/ip/service')
      .add(new Map(Object.entries({ ...values, dynamic: 'true', connection: 'true', invalid: 'false' })));
  }

  /** Rules changed: who may not be heard any more is not, and who may be is heard again, as TCP would repeat it. */
  #listenAnew(): void {
    for (const { session, peer } of this.#guests) session.deafen(!this.#serves(peer));
  }

  /** Is a connection that is there heard, and answered? */
  #serves(peer: ApiPeer): boolean {
    const packet = this.#packetOf(peer, 'established');
    const { database } = this.#options;
    return inputVerdict(database, packet) === 'accept' && outputVerdict(database, packet) === 'accept';
  }

  #heard(peer: ApiPeer, state: InputPacket['state']): 'accept' | 'drop' | 'reject' {
    return inputVerdict(this.#options.database, this.#packetOf(peer, state));
  }

  #packetOf(peer: ApiPeer, state: InputPacket['state']): InputPacket {
    const { remote: source, remotePort: sourcePort, local: destination } = peer;
    return { source, sourcePort, destination, port: this.port(peer.service), state };
  }
}

function plain(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/, '');
}
