import type { Clock } from '../../base/clock.ts';
import { parseMac } from '../../base/mac.ts';
import type { LeaseRequest, LeaseResult } from '../dhcp/lease-request.ts';
import type { AddressPools } from '../nas/address-pools.ts';
import { randomMac } from '../nas/pppoe-nas.ts';
import type { Sessions } from '../nas/sessions.ts';
import type { Database } from '../routeros/database.ts';
import type { OwnCommand } from '../routeros/executor.ts';
import { failure } from '../routeros/trap.ts';
import { bindingOf } from './binding.ts';
import type { DeviceView, JoinFailure, JoinRequest, JoinResult } from './device.ts';
import { type DeviceRequest, Gateway, isLoopback, type Outcome, plain, type Target } from './gateway.ts';
import { Guests } from './guests.ts';
import { Host } from './host.ts';
import { addHostRow } from './hotspot-rows.ts';
import { Servlet } from './servlet.ts';
import { type HotspotSettings, hotspotOf, hotspots } from './settings.ts';
import { walledGarden } from './walled-garden.ts';

export interface HotspotsDeps {
  readonly clock: Clock;
  readonly database: Database;
  readonly sessions: Sessions;
  readonly pools: AddressPools;
  readonly log: (topics: string, message: string) => void;
  readonly random: (size: number) => Buffer;
  /** A file of the router by its path. */
  readonly contents: (path: string) => string | undefined;
  readonly dhcp: {
    lease(request: LeaseRequest): Promise<LeaseResult>;
    release(mac: string, how: { readonly silently: boolean }): boolean;
  };
  readonly disabledUserAsksRadius: boolean;
  /** Whether a user who is disabled or removed goes offline. Not known of real routers. */
  readonly userRemovalEndsSession: boolean;
}

/** The hotspots of the router, and the devices in their reach. */
export class Hotspots {
  readonly #deps: HotspotsDeps;
  readonly #guests: Guests;
  readonly #servlet: Servlet;
  readonly #hosts = new Map<string, Host>();
  /** Devices of the shared listener, by the address their requests come from. */
  readonly #strangers = new Map<string, Promise<Host | undefined>>();
  readonly #unwatch: readonly (() => void)[];
  #shared: Gateway | undefined;

  constructor(deps: HotspotsDeps) {
    const { database } = deps;
    this.#deps = deps;
    this.#guests = new Guests({ ...deps, ended: (host) => this.#sessionEnded(host) });
    this.#servlet = new Servlet({ ...deps, guests: this.#guests });
    database.computeWith('/ip/hotspot', 'ip-of-dns-name', (row) => addressOf(hotspotOf(database, row.id)));
    for (const kind of ['blocked', 'bypassed']) {
      database.computeWith('/ip/hotspot/ip-binding', kind, (row) => String(row.values.get('type') === kind));
    }
    this.#unwatch = [
      database.table('/ip/hotspot').watch((event) => {
        const id = event.type === 'removed' ? event.id : event.row.id;
        if (hotspotOf(database, id) === undefined) this.#closeDown(id);
      }),
      database.table('/ip/hotspot/user').watch(() => this.#endRemovedUsers()),
    ];
  }

  /** Commands of the hotspot menus. */
  get commands(): Iterable<readonly [string, OwnCommand]> {
    return [
      ['/ip/hotspot/active login', (fields) => this.#loginByCommand(fields)],
      ['/ip/hotspot/host make-binding', (fields, rows) => this.#makeBindings(fields, rows)],
    ];
  }

  /** `host:port` of the listener whose devices are known by their address. */
  get sharedAddress(): string | undefined {
    return this.#shared?.address;
  }

  /** Serves devices that nobody announced: each is known by the address it comes from. @throws what `listen` throws */
  async share(host: string, port: number): Promise<void> {
    this.#shared = await Gateway.start({ host, port, ...this.#handlers((remote) => this.#stranger(remote)) });
  }

  /** A device appears: it asks for an address, and the hotspot for its MAC. Known ones go on with their session. */
  async join(request: JoinRequest): Promise<JoinResult> {
    const host = await this.#appear(request);
    if (!(host instanceof Host)) return host;
    host.gateway ??= await Gateway.start({
      ...{ host: '127.0.0.1', port: 0 },
      ...this.#handlers(() => Promise.resolve(host.present ? host : undefined)),
    });
    return { ok: true, gateway: host.gateway.address, ...this.#view(host) };
  }

  /** The device is out of reach. Its session lasts until the hotspot misses it. @returns false when it was not there */
  async leave(mac: string): Promise<boolean> {
    const host = this.#hosts.get(parseMac(mac) ?? mac);
    if (host === undefined || !host.present) return false;
    host.present = false;
    const { gateway } = host;
    host.gateway = undefined;
    await gateway?.[Symbol.asyncDispose]();
    if (host.session === undefined) this.#forget(host);
    else if (host.keepaliveMs > 0) void this.#miss(host).catch(() => undefined);
    return true;
  }

  devices(): readonly DeviceView[] {
    return [...this.#hosts.values()].filter(({ present }) => present).map((host) => this.#view(host));
  }

  /** All devices have to appear again; those in reach do so with their next packet. */
  reboot(): void {
    for (const host of this.#hosts.values()) if (host.row !== undefined) this.#removeRow(host);
    for (const host of [...this.#hosts.values()]) if (!host.present) this.#forget(host);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const unwatch of this.#unwatch) unwatch();
    const gateways = [...this.#hosts.values()].map(({ gateway }) => gateway);
    await Promise.all([this.#shared, ...gateways].map(async (gateway) => gateway?.[Symbol.asyncDispose]()));
  }

  async #appear(request: JoinRequest): Promise<Host | Extract<JoinResult, { ok: false }>> {
    const mac = parseMac(request.mac);
    if (mac === undefined) return refused('not a mac');
    const resolve = new Map(Object.entries(request.resolve ?? {}).map(([name, to]) => [name.toLowerCase(), to]));
    if (![...resolve.values()].every((to) => targetIn(to) !== undefined)) return refused('not loopback');
    const { database } = this.#deps;
    const hotspot = hotspots(database).find(
      ({ port }) => request.interface === undefined || request.interface === port,
    );
    if (hotspot === undefined) return refused('no hotspot');
    const known = this.#hosts.get(mac);
    if (known !== undefined && known.serverId === hotspot.server.id) {
      known.present = true;
      known.resolve = resolve;
      await this.#refresh(known);
      return known;
    }
    if (known !== undefined) await this.#drop(known);
    return this.#newHost({ ...request, mac }, hotspot, resolve);
  }

  async #newHost(request: JoinRequest, hotspot: HotspotSettings, resolve: ReadonlyMap<string, string>) {
    const { mac, hostName } = request;
    const place = await this.#place(mac, hotspot, hostName);
    if ('reason' in place) return place;
    const host = new Host({
      ...{ mac, resolve, address: place.address, release: place.release },
      serverId: hotspot.server.id,
      port: hotspot.port,
      joinedAt: this.#deps.clock.monotonic(),
      ...(hostName === undefined ? {} : { hostName }),
    });
    this.#hosts.set(mac, host);
    await this.#refresh(host);
    return host;
  }

  /** From the DHCP server of the interface, from the hotspot's own pool, or next to the hotspot's address. */
  async #place(mac: string, hotspot: HotspotSettings, hostName: string | undefined) {
    const { dhcp, pools } = this.#deps;
    const name = hostName === undefined ? {} : { hostName };
    const lease = await dhcp.lease({ mac, interface: hotspot.port, ...name });
    if (lease.ok) return { address: lease.address, release: () => void dhcp.release(mac, { silently: true }) };
    if (lease.reason !== 'no dhcp server') return lease;
    const pool = hotspot.server.values.get('address-pool') ?? 'none';
    const address = pool === 'none' ? this.#neighbour(hotspot) : pools.take(pool)?.address;
    return address === undefined ? refused('no address') : { address, release: () => pools.release(address) };
  }

  #neighbour({ profile }: HotspotSettings): string | undefined {
    const { pools } = this.#deps;
    const own = profile.get('hotspot-address') ?? '0.0.0.0';
    const network = own === '0.0.0.0' ? '10.5.50' : own.replace(/\.\d+$/, '');
    for (let number = 2; number < 255; number += 1) {
      const address = `${network}.${number}`;
      if (address === own || pools.isUsed(address)) continue;
      pools.hold(address);
      return address;
    }
    return undefined;
  }

  /** A packet of the device was seen: it is in the table of hosts, and logged in if the hotspot can do that by itself. */
  async #refresh(host: Host): Promise<void> {
    const { database, clock } = this.#deps;
    const hotspot = hotspotOf(database, host.serverId);
    if (hotspot === undefined) return;
    if (host.session !== undefined) host.session.lastTrafficAt = clock.monotonic();
    const binding = bindingOf(database, host);
    if (host.row !== undefined) return binding === undefined ? this.#guests.remember(host) : undefined;
    const bypassed = binding === 'bypassed';
    host.row = addHostRow(host, hotspot, { database, clock, bypassed }, () => this.#removeRow(host));
    if (binding === undefined) await this.#guests.welcome(host);
  }

  async #stranger(remote: string): Promise<Host | undefined> {
    let found = this.#strangers.get(remote);
    if (found === undefined || !((await found)?.present ?? false)) {
      found = this.#appear({ mac: randomMac(this.#deps.random) }).then((host) =>
        host instanceof Host ? host : undefined,
      );
      this.#strangers.set(remote, found);
    }
    return found;
  }

  #handlers(hostAt: (remote: string) => Promise<Host | undefined>) {
    return {
      answer: async (request: DeviceRequest) => this.#answer(await hostAt(request.remote), request),
      tunnel: async (remote: string, name: string, port: number) => this.#tunnel(await hostAt(remote), name, port),
    };
  }

  async #answer(host: Host | undefined, asked: DeviceRequest): Promise<Outcome> {
    const { database } = this.#deps;
    const hotspot = host && hotspotOf(database, host.serverId);
    if (host === undefined || hotspot === undefined)
      return plain('503 Service Unavailable', 'There is no hotspot here.');
    await this.#refresh(host);
    const binding = bindingOf(database, host);
    if (binding === 'blocked') return { kind: 'refuse' };
    // The shared listener is the router itself, whichever way a device comes to it.
    const request = asked.url.host === this.#shared?.address ? { ...asked, ownAddress: true } : asked;
    if (isServlet(hotspot, request)) return this.#servlet.answer(host, hotspot, request);
    const { hostname, port, pathname, search } = request.url;
    const target = resolved(host, hostname, Number(port || 80));
    if (!host.online && binding !== 'bypassed') {
      const http = { method: request.method, path: `${pathname}${search}` };
      const wanted = destination(hostname, Number(port || 80), target);
      const verdict = walledGarden(database, visitorOf(host), { ...wanted, http });
      if (verdict === 'refuse') return { kind: 'refuse' };
      if (verdict === 'ask to log in') return this.#servlet.stopped(host, hotspot, request);
    }
    return target === undefined
      ? plain('502 Bad Gateway', 'The simulated network does not reach this host.')
      : { kind: 'forward', target };
  }

  async #tunnel(host: Host | undefined, name: string, port: number): Promise<Target | undefined> {
    const { database } = this.#deps;
    const hotspot = host && hotspotOf(database, host.serverId);
    if (host === undefined || hotspot === undefined) return undefined;
    await this.#refresh(host);
    const binding = bindingOf(database, host);
    if (binding === 'blocked' || isOwnName(hotspot, name)) return undefined;
    const target = resolved(host, name, port);
    if (host.online || binding === 'bypassed') return target;
    const verdict = walledGarden(database, visitorOf(host), destination(name, port, target));
    return verdict === 'pass' ? target : undefined;
  }

  /** `/ip/hotspot/active/login`: somebody else logs a known device in. */
  async #loginByCommand(fields: ReadonlyMap<string, string | undefined>): Promise<void> {
    const [mac, ip] = [parseMac(fields.get('mac-address') ?? ''), fields.get('ip')];
    const host = [...this.#hosts.values()].find(
      (each) => each.present && (mac === undefined || each.mac === mac) && (ip === undefined || each.address === ip),
    );
    // The router's own words are not known.
    if (host === undefined || (mac === undefined && ip === undefined)) throw failure('unknown host');
    const secret = { kind: 'password', password: fields.get('password') ?? '' } as const;
    const error = await this.#guests.login(host, { username: fields.get('user') ?? '', method: 'http-pap', secret });
    if (error !== undefined) throw failure(error.original);
  }

  #makeBindings(fields: ReadonlyMap<string, string | undefined>, rows: Parameters<OwnCommand>[1]): void {
    for (const { values } of rows) {
      const [type, comment] = [fields.get('type') ?? 'regular', fields.get('comment') ?? ''];
      const host = { 'mac-address': values.get('mac-address') ?? '', address: values.get('address') ?? '' };
      this.#deps.database.add('/ip/hotspot/ip-binding', new Map(Object.entries({ ...host, type, comment })));
    }
  }

  async #miss(host: Host): Promise<void> {
    const { session } = host;
    if (session === undefined) return;
    await this.#deps.clock.sleep(host.keepaliveMs, session.lifetime.signal);
    if (!host.present) this.#deps.sessions.end(session, 'Lost-Service');
  }

  #sessionEnded(host: Host): void {
    if (!host.present) this.#forget(host);
  }

  async #drop(host: Host): Promise<void> {
    await this.leave(host.mac);
    if (host.session !== undefined) this.#deps.sessions.end(host.session, 'Lost-Service');
    this.#forget(host);
  }

  #forget(host: Host): void {
    if (this.#hosts.get(host.mac) !== host) return;
    this.#hosts.delete(host.mac);
    this.#removeRow(host);
    host.release();
  }

  #removeRow(host: Host): void {
    const { row, session } = host;
    host.row = undefined;
    if (row !== undefined) this.#deps.database.table('/ip/hotspot/host').remove(row);
    if (session !== undefined) this.#deps.sessions.end(session, 'Admin-Reset');
  }

  /** A hotspot is gone or switched off: so are its hosts. */
  #closeDown(serverId: number): void {
    for (const host of this.#hosts.values()) if (host.serverId === serverId) this.#removeRow(host);
  }

  #endRemovedUsers(): void {
    if (!this.#deps.userRemovalEndsSession) return;
    const users = this.#deps.database.table('/ip/hotspot/user');
    for (const session of this.#deps.sessions.of('hotspot')) {
      const rows = users.allNamed(session.caller.username);
      const alive = rows.some(({ values }) => values.get('disabled') !== 'true');
      if (!session.grant.radius && !alive) this.#deps.sessions.end(session, 'Admin-Reset');
    }
  }

  #view(host: Host): DeviceView {
    const { mac, address, port, session, gateway, loginBy, hostName } = host;
    const bypassed = bindingOf(this.#deps.database, host) === 'bypassed';
    return {
      ...{ mac, address: session?.address ?? address, interface: port },
      hotspot: hotspotOf(this.#deps.database, host.serverId)?.name ?? '',
      online: session !== undefined || bypassed,
      ...(gateway === undefined ? {} : { gateway: gateway.address }),
      ...(session === undefined ? {} : { username: session.caller.username }),
      ...(loginBy === undefined ? {} : { loginBy }),
      ...(hostName === undefined ? {} : { hostName }),
    };
  }
}

function refused(reason: JoinFailure): Extract<JoinResult, { ok: false }> {
  return { ok: false, reason };
}

function visitorOf({ address, serverId }: Host): { readonly address: string; readonly serverId: number } {
  return { address, serverId };
}

function destination(name: string, port: number, target: Target | undefined) {
  return { host: name.toLowerCase(), port, ...(target === undefined ? {} : { address: target.host }) };
}

function addressOf(hotspot: HotspotSettings | undefined): string {
  return hotspot?.profile.get('hotspot-address') ?? '0.0.0.0';
}

function isServlet(hotspot: HotspotSettings, { url, ownAddress }: DeviceRequest): boolean {
  return ownAddress || isOwnName(hotspot, url.hostname);
}

function isOwnName({ profile }: HotspotSettings, name: string): boolean {
  const dnsName = (profile.get('dns-name') ?? '').toLowerCase();
  return (dnsName !== '' && name === dnsName) || name === profile.get('hotspot-address');
}

/** Where a name leads for this device. Nothing but this machine is ever reached. */
function resolved({ resolve }: Host, name: string, port: number): Target | undefined {
  const to = resolve.get(`${name}:${port}`) ?? resolve.get(name);
  if (to !== undefined) return targetIn(to);
  return isLoopback(name) ? { host: name.replace(/^\[|\]$/g, ''), port } : undefined;
}

/** `127.0.0.1:8080`. */
function targetIn(text: string): Target | undefined {
  const [, host, port] = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || !isLoopback(host) || Number(port) > 65_535) return undefined;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
