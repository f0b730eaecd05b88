import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../base/clock.ts';
import { parseMac } from '../../base/mac.ts';
import type { AddressPools } from '../nas/address-pools.ts';
import { type Caller, type Grant, Session, type TerminateCause } from '../nas/session.ts';
import { SessionRows } from '../nas/session-rows.ts';
import type { SessionOwner, Sessions } from '../nas/sessions.ts';
import type { Database } from '../routeros/database.ts';
import type { OwnCommand } from '../routeros/executor.ts';
import type { TableRow } from '../routeros/table.ts';
import { parseRouterTime } from '../routeros/time.ts';
import { inBackground, sleepUntil } from '../timers.ts';
import { Devices } from './devices.ts';
import { expiresAt, isDynamic, type Lease } from './lease.ts';
import { LeaseAuthority, type LeaseGrant } from './lease-authority.ts';
import {
  clientIdOf,
  type DhcpClient,
  isClientId,
  type LeaseFailure,
  type LeaseRequest,
  type LeaseResult,
  type LeaseView,
} from './lease-request.ts';
import { LeaseTable } from './lease-table.ts';
import { viewOf } from './lease-view.ts';
import { serverOn, works } from './server-choice.ts';

export interface DhcpServersDeps {
  readonly clock: Clock;
  readonly database: Database;
  readonly sessions: Sessions;
  /** Those of the whole router. */
  readonly pools: AddressPools;
  readonly random: (size: number) => Buffer;
  readonly log: (topics: string, message: string) => void;
  /** Whether CoA and Disconnect reach leases. */
  readonly takesCoa: boolean;
}

/** The DHCP servers of the router, and the devices that ask them. */
export class DhcpServers {
  readonly #deps: DhcpServersDeps;
  readonly #authority: LeaseAuthority;
  readonly #table: LeaseTable;
  readonly #devices: Devices;
  /** By row. */
  readonly #leases = new Map<number, Lease>();
  /** By server and client. */
  readonly #held = new Map<string, Lease>();

  constructor(deps: DhcpServersDeps) {
    const { database, clock } = deps;
    this.#deps = deps;
    this.#authority = new LeaseAuthority({ ...deps, radius: deps.sessions.radius });
    this.#table = new LeaseTable({
      database,
      clock,
      leaseOn: (rowId) => this.#leases.get(rowId),
      lost: (lease) => this.#end(lease, 'Admin-Reset'),
    });
    this.#devices = new Devices(clock, (request) => this.#ask(request));
    database.computeWith('/ip/dhcp-server', 'invalid', (row) => String(!works(row, database)));
  }

  /** Commands of `/ip/dhcp-server/lease`. */
  get commands(): Iterable<readonly [string, OwnCommand]> {
    return this.#table.commands();
  }

  /** A device comes up, or asks once more. */
  async lease(request: LeaseRequest): Promise<LeaseResult> {
    const mac = parseMac(request.mac);
    if (mac === undefined) return { ok: false, reason: 'not a mac' };
    if (request.clientId !== undefined && !isClientId(request.clientId))
      return { ok: false, reason: 'not a client id' };
    return this.#devices.lease({ ...request, mac });
  }

  /** The device asks for its time anew, as it does by itself at half time. */
  async renew(mac: string): Promise<LeaseResult> {
    return this.#devices.renew(parseMac(mac) ?? mac);
  }

  /** The device gives its address back, or, `silently`, is gone: its lease runs out. @returns false when it has none */
  release(mac: string, { silently = false }: { readonly silently?: boolean } = {}): boolean {
    const own = parseMac(mac) ?? mac;
    this.#devices.forget(own);
    const leases = [...this.#leases.values()].filter(({ client }) => client.mac === own);
    if (!silently) for (const lease of leases) this.#end(lease, 'User-Request');
    return leases.length > 0;
  }

  views(): readonly LeaseView[] {
    return [...this.#leases.values()].map((lease) => viewOf(lease, this.#deps.database));
  }

  /** Leases of a MAC that RADIUS does not know of: octets pass through them all the same. */
  unreported(mac: string): readonly Session[] {
    return [...this.#leases.values()]
      .filter((each) => !each.reported && each.client.mac === mac)
      .map((each) => each.session);
  }

  /** Leases that nobody wrote down are gone, without a word to anybody; devices do not know it yet. */
  reboot(): void {
    for (const lease of [...this.#leases.values()]) {
      lease.session.finish('NAS-Reboot');
      this.#forget(lease);
    }
  }

  [Symbol.dispose](): void {
    this.#devices[Symbol.dispose]();
    for (const { session } of this.#leases.values()) session.finish('NAS-Reboot');
    this.#leases.clear();
  }

  async #ask(request: LeaseRequest): Promise<LeaseResult> {
    const client = clientOf(request);
    const server = serverOn(request.interface, this.#deps.database);
    if (server === undefined) return this.#refuse(client, 'no dhcp server');
    const before = this.#heldBy(client, server);
    const caller = before === undefined ? this.#newCaller(client, server) : renewing(before);
    const verdict = await this.#authority.decide(client, server, caller);
    if (verdict.verdict === 'refused') return this.#refuse(client, verdict.reason, verdict.message, server);
    // Another request of the same device may have been answered in the meantime.
    const held = this.#heldBy(client, server);
    if (held !== undefined && fits(held, verdict.lease)) return this.#prolong(held, verdict.lease);
    if (held !== undefined) this.#end(held, 'NAS-Request');
    // What becomes of an earlier lease that does not fit is another session.
    return this.#bind(client, server, before === undefined ? caller : this.#newCaller(client, server), verdict.lease);
  }

  #prolong(lease: Lease, { grant, leaseMs }: LeaseGrant): LeaseResult {
    if (!isDeepStrictEqual(limitsOf(lease.grant), limitsOf(grant))) {
      lease.rows.remove();
      lease.rows.addLimits({ ...grant, ...poolOf(lease) });
    }
    lease.grant = grant;
    lease.leaseMs = leaseMs;
    lease.grantedAt = this.#deps.clock.monotonic();
    this.#table.bound(lease);
    return { ok: true, ...viewOf(lease, this.#deps.database) };
  }

  #bind(client: DhcpClient, server: TableRow, caller: Caller, { grant, leaseMs, row }: LeaseGrant): LeaseResult {
    const { clock, pools } = this.#deps;
    if (grant.address !== undefined && pools.isUsed(grant.address)) return this.#refuse(client, 'address in use');
    const place =
      grant.address === undefined
        ? pools.take(grant.pool ?? '', (address) => this.#authority.reserves(address))
        : { address: grant.address, pool: undefined };
    if (place === undefined) return this.#refuse(client, 'no address', undefined, server);
    pools.hold(place.address);
    const session = new Session({
      caller,
      // The pool it came from may be one that the pool asked for goes on to.
      grant: { ...withoutPlace(grant), ...(place.pool === undefined ? {} : { pool: place.pool }) },
      address: place.address,
      label: queueNameOf(client, server, row),
      serverId: server.id,
      startedAt: clock.monotonic(),
    });
    const lease: Lease = {
      client,
      session,
      server,
      row: row ?? this.#table.add(client, session, server),
      rows: new SessionRows(session, this.#deps, {
        queueTarget: `${place.address}/32`,
        poolOwner: 'DHCP',
        topic: 'dhcp',
      }),
      reported: usesRadius(server),
      grant,
      leaseMs,
      grantedAt: session.startedAt,
    };
    this.#start(lease);
    return { ok: true, ...viewOf(lease, this.#deps.database) };
  }

  #start(lease: Lease): void {
    const { log, sessions } = this.#deps;
    const { session, client, server } = lease;
    this.#leases.set(lease.row.id, lease);
    this.#held.set(holderOf(client, server), lease);
    this.#table.bound(lease);
    lease.rows.addLimits();
    const name = client.hostName === undefined ? '' : ` ${client.hostName}`;
    log('dhcp,info', `${server.values.get('name')} assigned ${session.address} for ${client.mac}${name}`);
    if (lease.reported) sessions.open(session, this.#ownerOf(lease), this.#interimSeconds());
    inBackground(session.lifetime.signal, () => this.#expire(lease));
  }

  #ownerOf(lease: Lease): SessionOwner {
    const config = this.#deps.database.settings('/ip/dhcp-server/config').values;
    return {
      deaf: !this.#deps.takesCoa,
      accounts: () => usesRadius(lease.server) && config.get('accounting') === 'true',
      limit: (rateLimit) => lease.rows.limit(rateLimit),
      forget: () => this.#forget(lease),
      noteEnd: () => this.#noteEnd(lease),
    };
  }

  async #expire(lease: Lease): Promise<void> {
    while (this.#deps.clock.monotonic() < expiresAt(lease)) {
      await sleepUntil(expiresAt(lease), this.#deps.clock, lease.session.lifetime.signal);
    }
    this.#end(lease, 'Session-Timeout');
  }

  /** A lease that RADIUS knows of ends as a session does; others are the business of this server alone. */
  #end(lease: Lease, cause: TerminateCause): void {
    if (lease.reported) this.#deps.sessions.end(lease.session, cause);
    else if (lease.session.finish(cause)) {
      this.#forget(lease);
      this.#noteEnd(lease);
    }
  }

  #forget(lease: Lease): void {
    this.#leases.delete(lease.row.id);
    this.#held.delete(holderOf(lease.client, lease.server));
    lease.rows.remove();
    this.#table.unbound(lease);
    this.#deps.pools.release(lease.session.address);
  }

  #noteEnd({ session, client, server }: Lease): void {
    this.#deps.log('dhcp,info', `${server.values.get('name')} deassigned ${session.address} for ${client.mac}`);
  }

  #interimSeconds(): number {
    const text = this.#deps.database.settings('/ip/dhcp-server/config').values.get('interim-update') ?? '0s';
    return Math.floor((parseRouterTime(text) ?? 0) / 1000);
  }

  #heldBy(client: DhcpClient, server: TableRow): Lease | undefined {
    return this.#held.get(holderOf(client, server));
  }

  #newCaller({ mac, clientId }: DhcpClient, { values }: TableRow): Caller {
    const port = this.#deps.database.referenced('/interface', values.get('interface'));
    return {
      kind: 'dhcp',
      username: mac,
      mac,
      // An attribute holds no more (RFC 2865 §5).
      callerId: clientId.slice(0, 253),
      sessionNumber: this.#deps.sessions.nextNumber('dhcp'),
      nasPort: port?.id ?? 0,
      port: port?.values.get('name') ?? '',
      serviceName: values.get('name') ?? '',
    };
  }

  #refuse(client: DhcpClient, reason: LeaseFailure, message?: string, server?: TableRow): LeaseResult {
    const name = server?.values.get('name') ?? 'dhcp';
    this.#deps.log('dhcp,warning', `${name} offered nothing to ${client.mac}: ${reason}`);
    return { ok: false, reason, ...(message === undefined ? {} : { message }) };
  }
}

function holderOf({ mac, clientId }: DhcpClient, { id }: TableRow): string {
  return `${id} ${mac} ${clientId}`;
}

function clientOf({ mac, clientId, hostName }: LeaseRequest): DhcpClient {
  return { mac, clientId: clientId ?? clientIdOf(mac), ...(hostName === undefined ? {} : { hostName }) };
}

/** Framed-IP-Address tells RADIUS what it has. */
function renewing({ session }: Lease): Caller {
  return { ...session.caller, framedAddress: session.address };
}

function usesRadius({ values }: TableRow): boolean {
  return values.get('use-radius') !== 'no';
}

function limitsOf({ rateLimit, addressLists }: Grant): object {
  return { rateLimit, addressLists };
}

function withoutPlace({ address: _address, pool: _pool, ...rest }: Grant): Grant {
  return rest;
}

function poolOf({ session }: Lease): Pick<Grant, 'pool'> {
  return session.grant.pool === undefined ? {} : { pool: session.grant.pool };
}

/** Whether what it has is what it would be given. */
function fits(lease: Lease, { grant, row }: LeaseGrant): boolean {
  const held = lease.grant;
  if (row !== undefined && row !== lease.row) return false;
  if (row === undefined && !isDynamic(lease)) return false;
  if (held.radius !== grant.radius) return false;
  return grant.address === undefined ? held.pool === grant.pool : grant.address === lease.session.address;
}

/** `dhcp-ds<MAC>` stands for both protocols of a device. */
function queueNameOf({ mac }: DhcpClient, server: TableRow, row: TableRow | undefined): string {
  const dual = row?.values.get('allow-dual-stack-queue') ?? server.values.get('allow-dual-stack-queue') ?? 'true';
  return dual === 'true' ? `dhcp-ds<${mac}>` : `dhcp<${mac}>`;
}
