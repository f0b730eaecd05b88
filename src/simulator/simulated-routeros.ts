import { randomBytes } from 'node:crypto';
import { tellDeviceFacts } from './device-facts.ts';
import { DhcpServers } from './dhcp/dhcp-servers.ts';
import type { LeaseRequest, LeaseResult, LeaseView } from './dhcp/lease-request.ts';
import { Faults } from './faults.ts';
import type { Reached, ReachRequest } from './firewall/packet.ts';
import { Forwarding } from './forwarding.ts';
import { furnish } from './furnish.ts';
import type { DeviceView, JoinRequest, JoinResult } from './hotspot/device.ts';
import { Hotspots } from './hotspot/hotspots.ts';
import { AddressPools } from './nas/address-pools.ts';
import { type DialRequest, type DialResult, PppoeNas } from './nas/pppoe-nas.ts';
import { monitorRow } from './nas/radius-client.ts';
import type { SessionView, TerminateCause } from './nas/session.ts';
import { Sessions } from './nas/sessions.ts';
import { resetPort, resetQueue } from './nas/traffic-path.ts';
import { allMenus } from './routeros/all-menus.ts';
import { ApiLogins } from './routeros/api-logins.ts';
import { ApiServices } from './routeros/api-services.ts';
import { Certificates } from './routeros/certificates.ts';
import { Database } from './routeros/database.ts';
import { type Caller, Executor, type Extras } from './routeros/executor.ts';
import { FileSystem } from './routeros/file-system.ts';
import { inspectWith } from './routeros/inspect.ts';
import { policies } from './routeros/menus/user-group.ts';
import { Scheduler } from './routeros/scheduler.ts';
import { Scripts } from './routeros/scripts.ts';
import { formatId, type TableRow } from './routeros/table.ts';
import { formatRouterDate, formatRouterTime } from './routeros/time.ts';
import { notPermitted } from './routeros/trap.ts';
import { has } from './routeros/version.ts';
import type { SimulatedRouterOsOptions } from './simulated-options.ts';

/** Values of a row as a print shows them, `.id` among them. */
export type ShownRow = Readonly<Record<string, string>>;

export type RowEvent =
  | { readonly type: 'changed'; readonly id: string; readonly row: ShownRow }
  | { readonly type: 'removed'; readonly id: string };

/**
 * A router that is not there: the API of RouterOS over TCP; its PPPoE server, DHCP servers and hotspots with their local
 * users and RADIUS; and the pages a guest's browser is shown.
 * What a person at the router would do (WinBox, a cable pulled, a subscriber's device) are methods.
 */
export class SimulatedRouterOs {
  readonly faults: Faults;
  readonly #options: SimulatedRouterOsOptions;
  readonly #database: Database;
  readonly #files: FileSystem;
  readonly #certificates: Certificates;
  readonly #sessions: Sessions;
  readonly #pppoe: PppoeNas;
  readonly #dhcp: DhcpServers;
  readonly #hotspots: Hotspots;
  readonly #forwarding: Forwarding;
  readonly #scripts: Scripts;
  readonly #scheduler: Scheduler;
  /** The router's own clock is ahead by so much. */
  #clockAheadMs = 0;
  readonly #executor: Executor;
  readonly #logins: ApiLogins;
  #api: ApiServices | undefined;
  #bootedAt: number;

  private constructor(options: SimulatedRouterOsOptions) {
    const { clock, random = randomBytes, radiusSourceAddress, disabledSecretFallsThrough = true } = options;
    const log = (topics: string, message: string) => this.#write(topics, message);
    this.#options = options;
    // It was in service before anybody came to look: what a router does as it starts, it has done.
    this.#bootedAt = clock.monotonic() - inServiceMs;
    this.faults = new Faults(options.faults);
    const database = new Database(allMenus, options.version ?? '7.22.3', options.packages);
    this.#database = database;
    const ownClock = {
      now: () => clock.now() + this.#clockAheadMs,
      monotonic: () => clock.monotonic(),
      sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal),
    };
    tellDeviceFacts({ database, clock: ownClock, random, packages: options.packages ?? [] });
    const { flash = false, filesPrintOneFolder: printsOneFolder = false } = options;
    this.#files = new FileSystem({ database, clock, flash, printsOneFolder });
    this.#certificates = new Certificates({ database, clock });
    this.#forwarding = new Forwarding({
      clock,
      database,
      sessions: () => this.#sessions,
      fastTrackPercent: options.fastTrackPercent ?? 90,
    });
    this.#sessions = new Sessions({
      upkeep: options.upkeep ?? clock,
      credentials: (stored) => this.#certificates.credentials(stored),
      authorities: () => this.#certificates.authorities(),
      clock,
      path: this.#forwarding.path,
      database,
      faults: this.faults,
      log,
      transmissions: options.radiusTransmissions ?? 3,
      ...(radiusSourceAddress === undefined ? {} : { bindAddress: radiusSourceAddress }),
      ownAddress: this.apiHost,
    });
    const doors = { clock, database, sessions: this.#sessions, pools: new AddressPools(database), log, random };
    this.#pppoe = new PppoeNas({ ...doors, disabledSecretAsksRadius: disabledSecretFallsThrough });
    this.#dhcp = new DhcpServers({ ...doors, takesCoa: options.leasesTakeCoa ?? true });
    this.#hotspots = new Hotspots({
      ...doors,
      contents: (path) => this.#files.contents(path),
      credentials: (stored) => this.#certificates.credentials(stored),
      dhcp: this.#dhcp,
      disabledUserAsksRadius: disabledSecretFallsThrough,
      userRemovalEndsSession: options.userRemovalEndsSession ?? false,
    });
    this.#scripts = new Scripts({ clock, database, executor: () => this.#executor, log });
    this.#scheduler = new Scheduler({
      clock: ownClock,
      upMs: inServiceMs,
      database,
      isAllowed: () => database.settings('/system/device-mode').values.get('scheduler') !== 'false',
      run: (name, onEvent, rights) => this.#scripts.event(name, onEvent, rights),
    });
    const secretsUnasked = options.secretsUnasked ?? 'clear';
    this.#executor = new Executor({ database, extras: this.#extras(), secretsUnasked });
    this.#logins = new ApiLogins({ clock, database, faults: this.faults, executor: this.#executor, log });
    const uptime = () => formatRouterTime(Math.floor((clock.monotonic() - this.#bootedAt) / 1000) * 1000);
    furnish(database, options, uptime);
    for (const certificate of options.certificates ?? []) this.#certificates.add(certificate);
  }

  /** @throws when the address cannot be listened on */
  static async start(options: SimulatedRouterOsOptions): Promise<SimulatedRouterOs> {
    const router = new SimulatedRouterOs(options);
    router.#api = await ApiServices.start({
      database: router.#database,
      host: options.addresses === undefined ? router.apiHost : undefined,
      ports: {
        api: options.apiPort ?? 0,
        ...(options.apiSslPort === undefined ? {} : { 'api-ssl': options.apiSslPort }),
      },
      credentials: (stored) => router.#certificates.credentials(stored),
      sessionDeps: (peer) => router.#logins.sessionDeps(peer),
      log: (topics, message) => router.#write(topics, message),
    });
    const { hotspotHost, hotspotPort = 0 } = options;
    if (hotspotHost !== undefined) await router.#hotspots.share(hotspotHost, hotspotPort);
    return router;
  }

  get apiHost(): string {
    const { addresses, apiHost = '127.0.0.1' } = this.#options;
    return (addresses?.[0] ?? apiHost).replace(/\/.*$/, '');
  }

  get apiPort(): number {
    return this.#api?.port('api') ?? 0;
  }

  /** Port of the API over TLS, if `apiSslPort` was given. */
  get apiSslPort(): number {
    return this.#options.apiSslPort === undefined ? 0 : (this.#api?.port('api-ssl') ?? 0);
  }

  /** `host:port` of the hotspot for devices that nobody announced, if there is one. */
  get hotspotAddress(): string | undefined {
    return this.#hotspots.sharedAddress;
  }

  /** UDP port CoA is taken at, while `/radius/incoming` accepts it. */
  get incomingPort(): number | undefined {
    return this.#sessions.incoming.port;
  }

  get openApiSessions(): number {
    return this.#api?.openSessions ?? 0;
  }

  /** All rows of a menu, secrets in clear. @throws TypeError when there is no such menu */
  rows(menu: string): readonly ShownRow[] {
    const table = this.#database.table(menu);
    return [...table.rows()].map((row) => this.#shown(menu, row));
  }

  /** The first row of that name. */
  row(menu: string, name: string): ShownRow | undefined {
    const row = this.#database.table(menu).named(name);
    return row && this.#shown(menu, row);
  }

  /** Paths of all menus this version has. */
  get menus(): readonly string[] {
    return this.#database.paths;
  }

  /** Tells of every row that is made, changed or removed in a menu, at once. @returns what ends that */
  watch(menu: string, told: (event: RowEvent) => void): () => void {
    return this.#database.table(menu).watch((event) => {
      if (event.type === 'removed') told({ type: 'removed', id: formatId(event.id) });
      else told({ type: 'changed', id: formatId(event.row.id), row: this.#shown(menu, event.row) });
    });
  }

  /** Adds a row as a person would. @returns its `.id` @throws RouterTrap in the words of the router */
  add(menu: string, fields: Readonly<Record<string, string>>): string {
    this.#database.table(menu);
    const answer = this.#run(menu, 'add', new Map(Object.entries(fields)));
    return answer.kind === 'done' ? (answer.ret ?? '') : '';
  }

  /** Changes the row of that `.id` or name; a settings menu takes none. @throws RouterTrap */
  set(menu: string, target: string | undefined, fields: Readonly<Record<string, string>>): void {
    this.#run(menu, 'set', this.#targeted(menu, target, Object.entries(fields)));
  }

  /** @throws RouterTrap */
  remove(menu: string, target: string): void {
    this.#run(menu, 'remove', this.#targeted(menu, target, []));
  }

  /** Somebody puts a certificate with its key on the router. */
  certify(certificate: NonNullable<SimulatedRouterOsOptions['certificates']>[number]): void {
    this.#certificates.add(certificate);
  }

  async dial(request: DialRequest): Promise<DialResult> {
    return this.#pppoe.dial(request);
  }

  /** A device on an interface asks the DHCP server there for an address. It asks again in time by itself. */
  async lease(request: LeaseRequest): Promise<LeaseResult> {
    return this.#dhcp.lease(request);
  }

  /** The device asks for its time anew. */
  async renew(mac: string): Promise<LeaseResult> {
    return this.#dhcp.renew(mac);
  }

  /** The device gives its address back, or, `silently`, is gone without a word. @returns false when it has none */
  release(mac: string, how: { readonly silently?: boolean } = {}): boolean {
    return this.#dhcp.release(mac, how);
  }

  leases(): readonly LeaseView[] {
    return this.#dhcp.views();
  }

  /** A device comes into reach of a hotspot, which gives it a way to the network and logs it in if it can. */
  async join(request: JoinRequest): Promise<JoinResult> {
    return this.#hotspots.join(request);
  }

  /** The device is out of reach. Its session lasts until the hotspot misses it. @returns false when it was not there */
  async leave(mac: string): Promise<boolean> {
    return this.#hotspots.leave(mac);
  }

  /** Devices in reach of a hotspot. */
  devices(): readonly DeviceView[] {
    return this.#hotspots.devices();
  }

  /** Ends the sessions of that Acct-Session-Id, name or MAC. @returns how many */
  hangUp(sessionIdOrName: string, cause: TerminateCause = 'User-Request'): number {
    const found = this.#sessions.find(sessionIdOrName);
    for (const session of found) this.#sessions.end(session, cause);
    return found.length;
  }

  /**
   * Octets from (`up`) and to (`down`) the subscriber, who talks to `peer`. While FastTrack is on, queues and
   * `/ip/accounting` see only a part of them.
   *
   * @returns how many sessions they went through
   */
  traffic(
    sessionIdOrName: string,
    octets: { readonly up?: bigint; readonly down?: bigint; readonly peer?: string },
  ): number {
    const reported = this.#sessions.find(sessionIdOrName);
    const found = reported.length > 0 ? reported : this.#dhcp.unreported(sessionIdOrName);
    const { up = 0n, down = 0n, peer } = octets;
    for (const session of found) this.#sessions.carry(session, { up, down }, peer);
    return found.length;
  }

  /**
   * What the firewall's rules do to the first packet of something a client wants: is it let through, and where to?
   * The rules count it, and those that fill address lists do.
   *
   * @param source the client's address, in a session or not
   */
  reach(source: string, request?: ReachRequest): Reached {
    return this.#forwarding.reach(source, request);
  }

  sessions(): readonly SessionView[] {
    return this.#sessions.views();
  }

  /** Power off and on: sessions are gone without a Stop, connections cut, the configuration stays. */
  reboot(): void {
    this.#sessions.reboot();
    this.#pppoe.reboot();
    this.#dhcp.reboot();
    this.#hotspots.reboot();
    this.#forwarding.reboot();
    this.#files.reboot();
    this.#scripts.reboot();
    this.#scheduler.reboot();
    this.#api?.dropConnections();
    this.#bootedAt = this.#options.clock.monotonic();
    const log = this.#database.table('/log');
    for (const row of [...log.rows()]) log.remove(row);
    this.#write('system,info', 'router rebooted');
  }

  /** The router's clock is set, by so many milliseconds: by a person, by NTP, or since its battery is empty. */
  setClock(byMs: number): void {
    this.#clockAheadMs += byMs;
    this.#scheduler.clockSet(byMs);
  }

  /** Cuts every API connection. */
  dropConnections(): void {
    this.#api?.dropConnections();
  }

  /** Lines of `/log`, oldest first. */
  log(): readonly ShownRow[] {
    return this.rows('/log');
  }

  /** Resolves once changed settings have taken effect on sockets. */
  async settled(): Promise<void> {
    await this.#database.settled();
  }

  /** Resolves once every accounting record sent so far was answered or given up. */
  async accountingIdle(): Promise<void> {
    await this.#sessions.accountingIdle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#scheduler[Symbol.dispose]();
    this.#scripts[Symbol.dispose]();
    await this.#hotspots[Symbol.asyncDispose]();
    this.#dhcp[Symbol.dispose]();
    this.#forwarding[Symbol.dispose]();
    await this.#sessions[Symbol.asyncDispose]();
    await this.#api?.[Symbol.asyncDispose]();
  }

  #extras(): Extras {
    const { inspectDrops = 0, random = randomBytes } = this.#options;
    const { radius, incoming } = this.#sessions;
    return {
      monitors: new Map([
        ['/radius', (row?: TableRow) => monitorRow(radius.countersOf(row?.id ?? 0))],
        ['/radius/incoming', () => incoming.monitorRow()],
        ['/system/resource', () => this.rows('/system/resource')[0] ?? {}],
        ['/interface/pppoe-server', (row?: TableRow) => (row ? this.#shown('/interface/pppoe-server', row) : {})],
      ]),
      resets: new Map([
        ['/radius', (row?: TableRow) => radius.resetCounters(row?.id)],
        ['/radius/incoming', () => incoming.resetCounters()],
        ['/interface', (row?: TableRow) => this.#resetInterface(row)],
        ['/ip/hotspot/user', (row?: TableRow) => resetCounters(row, userCounters)],
        ['/ip/hotspot/walled-garden', (row?: TableRow) => resetCounters(row, { hits: '0' })],
        ['/queue/simple', (row?: TableRow) => this.#resetQueue(row)],
        ...this.#forwarding.resets,
      ]),
      views: new Map([['/file', this.#files.view]]),
      guards: new Map([['/system/scheduler', ({ verb }) => this.#guardScheduler(verb)]]),
      commands: new Map([
        ['/file read', this.#files.read],
        [' execute', this.#scripts.execute],
        ['/system reboot', (_fields, _rows, caller) => this.#rebootFor(caller)],
        ...(has(this.#database.version, 'inspect')
          ? [['/console inspect', inspectWith({ database: this.#database, drops: inspectDrops, random })] as const]
          : []),
        ['/system/script run', this.#scripts.run],
        ['/certificate sign', this.#certificates.sign],
        ['/certificate import', this.#certificates.import],
        ['/ip/hotspot reset-html', (_fields, rows) => this.#resetPages(rows)],
        ...this.#dhcp.commands,
        ...this.#hotspots.commands,
        ...this.#forwarding.commands,
      ]),
    };
  }

  /** The answer is on its way before the connection is cut. */
  #rebootFor({ policies }: Caller): void {
    if (!policies.has('reboot')) throw notPermitted();
    setImmediate(() => this.reboot());
  }

  #resetInterface(row: TableRow | undefined): void {
    this.#pppoe.resetInterfaceCounters(row?.id ?? -1);
    if (row !== undefined) resetPort(row);
  }

  #resetQueue(row: TableRow | undefined): void {
    this.#sessions.resetQueueCounters(row?.values.get('name') ?? '');
    if (row !== undefined) resetQueue(row.values);
  }

  /** Taking a scheduler away is always allowed. */
  #guardScheduler(verb: string): void {
    if (verb !== 'remove' && verb !== 'disable') this.#scheduler.guard();
  }

  #resetPages(servers: readonly TableRow[]): void {
    for (const { values } of servers) {
      const profile = this.#database.referenced('/ip/hotspot/profile', values.get('profile'));
      this.#files.writeStockPages(profile?.values.get('html-directory') ?? 'hotspot');
    }
  }

  #targeted(
    menu: string,
    target: string | undefined,
    fields: Iterable<readonly [string, string]>,
  ): ReadonlyMap<string, string> {
    const all = new Map(fields);
    if (target === undefined) return all;
    // A person points at the row he sees; to him a name of digits is a name.
    const row = this.#database.table(menu).named(target);
    return all.set('.id', row === undefined ? target : formatId(row.id));
  }

  #run(path: string, verb: string, fields: ReadonlyMap<string, string>) {
    return this.#executor.run({ path, verb, fields, queries: [] }, { policies: new Set(policies) });
  }

  #shown(menu: string, row: TableRow): ShownRow {
    const table = this.#database.table(menu);
    const names = ['.id', ...Object.keys(this.#database.properties(table))];
    return Object.fromEntries(
      names.flatMap((name) => {
        const value = this.#database.shown(table, row, name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
  }

  #write(topics: string, message: string): void {
    const { clock, log } = this.#options;
    const table = this.#database.table('/log');
    const time = formatRouterDate(clock.now(), has(this.#database.version, 'isoDates'));
    this.#database.addByRouter('/log', { time, topics, message });
    const [oldest] = table.rows();
    if (table.size > 1000 && oldest !== undefined) table.remove(oldest);
    log?.(topics, message);
  }
}

/** How long it has been on when it is made. */
const inServiceMs = 3_600_000;
const userCounters = { uptime: '0s', 'bytes-in': '0', 'bytes-out': '0', 'packets-in': '0', 'packets-out': '0' };

function resetCounters(row: TableRow | undefined, counters: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(counters)) row?.values.set(name, value);
}
