import type { Clock } from '../base/clock.ts';
import { compact } from '../base/compact.ts';
import type { Secret } from '../base/secret.ts';
import { isPublicAddress } from '../model/check/check-public-radius.ts';
import type { Router } from '../model/kinds/router.ts';
import type { Model } from '../model/model.ts';
import { timeMs } from '../routeros/canonical.ts';
import { RouterTrapError } from '../routeros/errors.ts';
import { firstRows } from '../routeros/first-rows.ts';
import { listOf, readOwnAccess } from '../routeros/own-access.ts';
import { readVersion } from '../routeros/router-version.ts';
import type { Attributes, RouterOsSession } from '../routeros/session.ts';
import type { RouterOsRow } from '../routeros/wire/reply.ts';
import { readPath } from '../usage/read-path.ts';
import { isYes, type RadiusCounts, type RadiusRow, type RouterFacts } from './facts.ts';
import { readTries } from './read-tries.ts';

export interface ReadFactsOptions {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly signal: AbortSignal;
  /** Menus with rows of ours. */
  readonly managed: readonly string[];
  /** What the router pings to see whether it has the Internet. Absent: a public name server that it uses. */
  readonly outside?: string;
}

/** What is read of every router: a few settings and short tables, never a list of subscribers. */
const readings: Readonly<Record<string, readonly [fields: string, ...queries: string[]]>> = {
  '/system/resource': ['version,board-name,uptime'],
  '/system/license': ['level,nlevel,deadline-at,expires-in'],
  '/system/ntp/client': ['enabled,status,servers,primary-ntp'],
  '/system/device-mode': ['mode,scheduler,hotspot,fetch,flagged'],
  '/user/active': ['name,via'],
  '/user-manager': ['enabled'],
  '/certificate': ['name,expires-after,expired'],
  '/radius/incoming': ['accept,port'],
  '/ppp/aaa': ['use-radius,accounting,interim-update'],
  '/ip/dns': ['allow-remote-requests,servers,dynamic-servers'],
  '/ip/address': ['address,interface,disabled'],
  '/ip/route': ['dst-address,gateway,active,disabled', '?dst-address=0.0.0.0/0'],
  '/interface': ['name,type'],
  '/ip/hotspot': ['name,interface,profile,disabled'],
  '/ip/hotspot/profile': ['name,use-radius,radius-accounting,radius-interim-update'],
  '/ip/dhcp-server': ['name,interface,use-radius,disabled'],
  '/ip/firewall/filter': [
    'chain,action,protocol,dst-port,in-interface,in-interface-list,src-address,src-address-list,dst-address,' +
      'dst-address-list,dst-address-type,src-mac-address,connection-state,connection-limit,limit,dst-limit,disabled,dynamic',
    '?chain=input',
  ],
  '/ip/firewall/raw': [
    'action,protocol,dst-port,src-address,src-address-list,src-mac-address,limit,dst-limit,disabled',
    ...['?chain=prerouting', '?action=drop'],
  ],
};

/** Menus of which only the number of rows is of interest. */
const counted: Readonly<Record<string, readonly string[]>> = {
  '/ppp/active': ['?service=pppoe'],
  '/ip/hotspot/active': [],
};

/** @throws the errors of the connection, RouterOsTooOldError */
export async function readFacts(
  session: RouterOsSession,
  router: Router,
  model: Model,
  options: ReadFactsOptions,
): Promise<RouterFacts> {
  const { clock, signal } = options;
  const look = new Look(session, options);
  const version = await readVersion(router.name, session, signal);
  const us = { username: router.api?.username ?? '', operator: model.operator.name };
  const access = await readOwnAccess(session, us, signal);
  const rows = new Map<string, readonly RouterOsRow[]>();
  for (const [menu, [fields, ...queries]] of Object.entries(readings)) {
    rows.set(menu, await look.print(menu, fields, queries));
  }
  for (const [menu, queries] of Object.entries(counted)) rows.set(menu, await look.count(menu, queries));
  const radius = await readRadius(look, router.radius?.secret);
  const [server] = model.operator.radius.servers;
  const maySend = access.policies?.has('test') !== false;
  const outside = options.outside ?? publicResolver(rows.get('/ip/dns')?.[0]);
  const pingMs = maySend && server !== undefined ? await look.ping(server.address) : undefined;
  const answered = maySend && outside !== undefined ? await look.ping(outside) : undefined;
  const interfaces = rows.get('/interface') ?? [];
  const path = await readPath((menu, fields, queries) => look.print(menu, fields, queries ?? []), interfaces);
  const tries = await readTries(model, router, (menu, fields, queries, most) => look.some(menu, fields, queries, most));
  rows.set('/system/clock', await look.print('/system/clock', 'date,time,gmt-offset', []));
  return compact({
    router,
    operator: model.operator,
    hybrid: isHybrid(router, model),
    managed: options.managed,
    access,
    version,
    radius,
    rows,
    forbidden: look.forbidden,
    now: clock.now(),
    roundTripMs: look.shortestMs,
    pingMs: pingMs === 'lost' ? undefined : pingMs,
    outside: answered === undefined || outside === undefined ? undefined : told(outside, answered),
    path,
    tries,
  });
}

/** Asks, notes what it may not ask, and how long the quickest answer took. */
class Look {
  readonly #session: RouterOsSession;
  readonly #options: ReadFactsOptions;
  readonly #forbidden: string[] = [];
  shortestMs = Number.POSITIVE_INFINITY;

  constructor(session: RouterOsSession, options: ReadFactsOptions) {
    this.#session = session;
    this.#options = options;
  }

  get forbidden(): readonly string[] {
    return this.#forbidden;
  }

  print(menu: string, fields: string, queries: readonly string[]): Promise<readonly RouterOsRow[]> {
    return this.run(menu, `${menu}/print`, { '.proplist': fields }, queries);
  }

  /** As many empty rows as the menu has. */
  async count(menu: string, queries: readonly string[]): Promise<readonly RouterOsRow[]> {
    return this.run(menu, `${menu}/print`, { '.proplist': '.id' }, queries);
  }

  /** The first so many rows. */
  async some(menu: string, fields: string, queries: readonly string[], most: number): Promise<readonly RouterOsRow[]> {
    const { signal } = this.#options;
    try {
      return await firstRows(this.#session, menu, { fields, queries, most, signal });
    } catch (error) {
      this.#refused(menu, error);
      return [];
    }
  }

  /** Milliseconds of the quickest of three; `undefined` where it cannot ping. */
  async ping(address: string): Promise<number | 'lost' | undefined> {
    const answers = await this.run('/tool/ping', '/tool/ping', { address, count: '3' }, []);
    if (answers.length === 0) return undefined;
    const times = answers.flatMap(({ time }) => (time === undefined ? [] : [pingTime(time)]));
    return times.length === 0 ? 'lost' : Math.min(...times);
  }

  /** No rows where there is no such command, or it is not for us; then the menu is noted. */
  async run(
    menu: string,
    command: string,
    attributes: Attributes,
    queries: readonly string[],
  ): Promise<readonly RouterOsRow[]> {
    const { clock, signal } = this.#options;
    const started = clock.monotonic();
    try {
      const { rows } = await this.#session.run(command, attributes, { signal, queries });
      if (command.endsWith('/print')) this.shortestMs = Math.min(this.shortestMs, clock.monotonic() - started);
      return rows;
    } catch (error) {
      this.#refused(menu, error);
      return [];
    }
  }

  #refused(menu: string, error: unknown): void {
    if (!(error instanceof RouterTrapError)) throw error;
    if (error.traps.some(({ message }) => message.startsWith('not enough permissions'))) this.#forbidden.push(menu);
  }
}

async function readRadius(look: Look, declared: Secret | undefined): Promise<readonly RadiusRow[]> {
  const fields = '.id,address,service,src-address,timeout,require-message-auth,secret,disabled';
  const print = (more: Attributes) => look.run('/radius', '/radius/print', { '.proplist': fields, ...more }, []);
  // Since 7.21 secrets are shown to who asks for them; before, such a question is refused.
  const asked = await print({ 'show-sensitive': '' });
  const rows = asked.length > 0 ? asked : await print({});
  const found: RadiusRow[] = [];
  for (const row of rows.filter(({ disabled }) => !isYes(disabled))) {
    const [counts] = await look.run('/radius', '/radius/monitor', { numbers: row['.id'] ?? '', once: '' }, []);
    found.push(radiusRow(row, counts, declared));
  }
  return found;
}

function radiusRow(row: RouterOsRow, counts: RouterOsRow | undefined, declared: Secret | undefined): RadiusRow {
  const signed = row['require-message-auth'];
  const secret = row['secret'];
  const shown = secret !== undefined && !/^\*+$/.test(secret);
  const source = row['src-address'];
  return compact({
    address: (row['address'] ?? '').replace(/@.*$/, ''),
    services: listOf(row['service']),
    timeoutMs: timeMs(row['timeout'] ?? ''),
    source: source === undefined || source === '0.0.0.0' || source === '::' ? undefined : source.replace(/@.*$/, ''),
    requiresSignature: signed === undefined ? undefined : signed !== 'no',
    secretMatches: declared === undefined || !shown ? undefined : secret === declared.reveal(),
    counters: counts === undefined ? undefined : countsOf(counts),
  });
}

function countsOf(row: RouterOsRow): RadiusCounts {
  const count = (name: string) => Number(row[name] ?? 0) || 0;
  const rtt = timeMs(row['last-request-rtt'] ?? '');
  return {
    requests: count('requests'),
    accepts: count('accepts'),
    rejects: count('rejects'),
    timeouts: count('timeouts'),
    badReplies: count('bad-replies'),
    ...(rtt === undefined ? {} : { lastRoundTripMs: rtt }),
  };
}

/** `1ms234us`, as version 7 has it; `1ms` before. */
function pingTime(text: string): number {
  const micros = Number(/(\d+)us$/.exec(text)?.[1] ?? 0) / 1000;
  return (timeMs(text.replace(/\d+us$/, '')) ?? 0) + micros;
}

function publicResolver(dns: RouterOsRow | undefined): string | undefined {
  const servers = [...listOf(dns?.['servers']), ...listOf(dns?.['dynamic-servers'])];
  return servers.find((address) => isPublicAddress(address));
}

function told(address: string, answer: number | 'lost') {
  return { address, answered: answer !== 'lost' };
}

function isHybrid(router: Router, { services }: Model): boolean {
  const here = services.filter(({ routers }) => routers?.includes(router.name) !== false);
  return here.some(({ auth }) => (auth ?? router.auth) === 'hybrid');
}
