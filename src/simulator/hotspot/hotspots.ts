import type { Clock } from '../../base/clock.ts';
import { parseMac } from '../../base/mac.ts';
import { randomMac } from '../nas/pppoe-nas.ts';
import type { Sessions } from '../nas/sessions.ts';
import type { OwnCommand } from '../routeros/executor.ts';
import { failure } from '../routeros/trap.ts';
import { bindingOf } from './binding.ts';
import type { DeviceView, JoinFailure, JoinRequest, JoinResult } from './device.ts';
import { keepFirewallRows } from './firewall-rows.ts';
import { Gateway, type OwnTls } from './gateway.ts';
import { Guests } from './guests.ts';
import { Host } from './host.ts';
import { addHostRow } from './hotspot-rows.ts';
import { Passage, targetIn } from './passage.ts';
import { type PlacesDeps, takePlace } from './places.ts';
import { Servlet } from './servlet.ts';
import { type HotspotSettings, hotspotOf, hotspots } from './settings.ts';
import { Traces } from './traces.ts';

export interface HotspotsDeps extends PlacesDeps {
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly log: (topics: string, message: string) => void;
  readonly random: (size: number) => Buffer;
  /** A file of the router by its path. */
  readonly contents: (path: string) => string | undefined;
  /** Certificate and key behind a reference to `/certificate`. */
  readonly credentials: (stored: string | undefined) => OwnTls | undefined;
  readonly disabledUserAsksRadius: boolean;
  /** Whether a user who is disabled or removed goes offline. Not known of real routers. */
  readonly userRemovalEndsSession: boolean;
}

/** The hotspots of the router, and the devices in their reach. */
export class Hotspots {
  readonly #deps: HotspotsDeps;
  readonly #guests: Guests;
  readonly #passage: Passage;
  readonly #traces: Traces;
  readonly #hosts = new Map<string, Host>();
  /** Devices that are being given an address. */
  readonly #coming = new Map<string, Promise<unknown>>();
  /** Devices of the shared listener, by the address their requests come from. */
  readonly #strangers = new Map<string, Host>();
  readonly #unwatch: readonly (() => void)[];
  #shared: Gateway | undefined;
  #closed = false;

  constructor(deps: HotspotsDeps) {
    const { database } = deps;
    this.#deps = deps;
    this.#guests = new Guests({ ...deps, ended: (host) => this.#sessionEnded(host) });
    this.#traces = new Traces(deps);
    this.#passage = new Passage({
      database,
      asked: (name) => void this.#traces.asked(name),
      passed: (host, to) => this.#traces.passed(host, to),
      turnedAway: (host, hotspot, to) => this.#traces.turnedAway(host, hotspot, to),
      servlet: new Servlet({ ...deps, guests: this.#guests }),
      tlsOf: (hotspot) => this.#tlsOf(hotspot),
      seen: (host) => this.#refresh(host),
      sharedAddress: () => this.#shared?.address,
    });
    database.computeWith('/ip/hotspot', 'ip-of-dns-name', (row) => addressOf(hotspotOf(database, row.id)));
    database.computeWith('/ip/hotspot', 'HTTPS', (row) => {
      const hotspot = hotspotOf(database, row.id);
      return String(hotspot !== undefined && this.#tlsOf(hotspot) !== undefined);
    });
    for (const kind of ['blocked', 'bypassed']) {
      database.computeWith('/ip/hotspot/ip-binding', kind, (row) => String(row.values.get('type') === kind));
    }
    keepFirewallRows(database);
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
    this.#shared = await Gateway.start({ host, port, ...this.#passage.handlers((remote) => this.#stranger(remote)) });
  }

  /** A device appears: it asks for an address, and the hotspot for its MAC. Known ones go on with their session. */
  async join(request: JoinRequest): Promise<JoinResult> {
    const mac = parseMac(request.mac);
    if (mac === undefined) return refused('not a mac');
    return this.#inTurn(mac, async () => {
      const host = await this.#enter(request, mac);
      if (!(host instanceof Host)) return host;
      host.gateway ??= await this.#gatewayOf(host);
      return { ok: true, ...this.#view(host), gateway: host.gateway.address };
    });
  }

  /** The device is out of reach. Its session lasts until the hotspot misses it. @returns false when it was not there */
  async leave(mac: string): Promise<boolean> {
    const known = parseMac(mac) ?? mac;
    return this.#inTurn(known, () => this.#goAway(known));
  }

  devices(): readonly DeviceView[] {
    return [...this.#hosts.values()].filter(({ present }) => present).map((host) => this.#view(host));
  }

  /** All devices have to appear again; those in reach do so with their next packet. */
  reboot(): void {
    this.#traces.reboot();
    for (const host of this.#hosts.values()) if (host.row !== undefined) this.#removeRow(host);
    for (const host of [...this.#hosts.values()]) if (!host.present) this.#forget(host);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const unwatch of this.#unwatch) unwatch();
    this.#traces[Symbol.dispose]();
    const gateways = [...this.#hosts.values()].map(({ gateway }) => gateway);
    await Promise.all([this.#shared, ...gateways].map(async (gateway) => gateway?.[Symbol.asyncDispose]()));
  }

  /** `https` in `login-by` is without effect where there is no certificate, or no key to it. */
  #tlsOf({ loginBy, profile }: HotspotSettings): OwnTls | undefined {
    return loginBy.has('https') ? this.#deps.credentials(profile.get('ssl-certificate')) : undefined;
  }

  /** One after another for one device. */
  async #inTurn<T>(mac: string, work: () => Promise<T>): Promise<T> {
    const coming = Promise.resolve(this.#coming.get(mac)).then(work);
    this.#coming.set(mac, coming);
    try {
      return await coming;
    } finally {
      if (this.#coming.get(mac) === coming) this.#coming.delete(mac);
    }
  }

  async #gatewayOf(host: Host): Promise<Gateway> {
    const here = () => Promise.resolve(host.present ? host : undefined);
    const gateway = await Gateway.start({ host: '127.0.0.1', port: 0, ...this.#passage.handlers(here) });
    if (this.#closed) await gateway[Symbol.asyncDispose]();
    return gateway;
  }

  async #goAway(mac: string): Promise<boolean> {
    const host = this.#hosts.get(mac);
    if (host === undefined || !host.present) return false;
    host.present = false;
    const { gateway } = host;
    host.gateway = undefined;
    await gateway?.[Symbol.asyncDispose]();
    if (host.session === undefined) this.#forget(host);
    else if (host.keepaliveMs > 0) void this.#miss(host).catch(() => undefined);
    return true;
  }

  async #enter(request: JoinRequest, mac: string): Promise<Host | Extract<JoinResult, { ok: false }>> {
    const resolve = new Map(Object.entries(request.resolve ?? {}).map(([name, to]) => [name.toLowerCase(), to]));
    if (![...resolve.values()].every((to) => targetIn(to) !== undefined)) return refused('not loopback');
    const { database } = this.#deps;
    const known = this.#hosts.get(mac);
    const port = request.interface ?? known?.port;
    const hotspot = hotspots(database).find((each) => port === undefined || each.port === port);
    if (hotspot === undefined) return refused('no hotspot');
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
    const place = await takePlace(this.#deps, hotspot, { mac, ...(hostName === undefined ? {} : { hostName }) });
    if ('reason' in place) return place;
    const host = new Host({
      ...{ ...place, mac, resolve },
      serverId: hotspot.server.id,
      port: hotspot.port,
      joinedAt: this.#deps.clock.monotonic(),
      ...(hostName === undefined ? {} : { hostName }),
    });
    this.#hosts.set(mac, host);
    await this.#refresh(host);
    return host;
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

  /** The device that requests of this address are of: one that is made up when it is heard for the first time. */
  async #stranger(remote: string): Promise<Host | undefined> {
    return this.#inTurn(`at ${remote}`, async () => {
      const known = this.#strangers.get(remote);
      if (known?.present) return known;
      const mac = randomMac(this.#deps.random);
      const host = await this.#enter({ mac }, mac);
      if (!(host instanceof Host)) return undefined;
      this.#strangers.set(remote, host);
      return host;
    });
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
    await this.#goAway(host.mac);
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

/** Left out while the profile names none. */
function addressOf(hotspot: HotspotSettings | undefined): string | undefined {
  const address = hotspot?.profile.get('hotspot-address') ?? '0.0.0.0';
  return address === '0.0.0.0' ? undefined : address;
}
