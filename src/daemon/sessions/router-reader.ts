import type { TranslationHistory } from '../../accounting/addresses/translation-history.ts';
import type { UserTotals } from '../../accounting/event.ts';
import type { SessionState } from '../../accounting/sessions/session-state.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import { lacksOctets } from '../../accounting/usage/fold-reading.ts';
import type { Clock } from '../../base/clock.ts';
import { parseMac } from '../../base/mac.ts';
import type { RouterOsSession } from '../../routeros/session.ts';
import type { RouterOsRow } from '../../routeros/wire/reply.ts';
import {
  type CountsBefore,
  concernOf,
  countsOf,
  type PathFinding,
  pathFindings,
  portBypass,
  queueBypass,
  switchBypass,
} from '../../usage/bypass.ts';
import type { FlowState } from '../../usage/flows.ts';
import { isSame, type MatchContext, matchSessions, onlineReading } from '../../usage/match-sessions.ts';
import { arrivalOf, type ReadOptions, readRouter } from '../../usage/read-router.ts';
import type { OnlineSession, RouterReading } from '../../usage/reading.ts';
import { takeOverCounts, takeOverSessions } from '../targets/renamed-router.ts';

/** A router whose sessions are read. */
export interface ReadRouter {
  readonly name: string;
  /** Names it had before, and no router has now. */
  readonly formerNames: readonly string[];
  readonly everySeconds: number;
  /** MACs of subscribers whose static leases are sessions. */
  readonly devices: ReadonlySet<string>;
  /** Interfaces with a hotspot or DHCP server. */
  readonly ports: ReadonlySet<string>;
  /** May what the router has counted by address be taken from it? */
  readonly takesFlows: boolean;
}

export interface ReaderOptions {
  readonly accounting: Pick<AccountingStore, 'record' | 'open' | 'openOf' | 'history' | 'totalsOf' | 'flowsOf'>;
  /** Where it is kept how routers translate addresses. Absent: nowhere. */
  readonly translations?: Pick<TranslationHistory, 'seen'>;
  readonly clock: Clock;
}

/** What one reading came to. */
export interface ReadResult {
  /** Online and read over the API, not by RADIUS. */
  readonly sessions: number;
  readonly findings: readonly PathFinding[];
}

/** So many records at once wait for a commit: packets of RADIUS have to find room, too. */
const recordsAtOnce = 250;
/** A router's clock and ours may differ by so much of the time that passes. */
const drift = 0.02;

/** Reads one router again and again, and remembers between readings what is in no record. */
export class RouterReader {
  readonly #options: ReaderOptions;
  readonly #flows: FlowState = { snapshot: 'unknown' };
  #missing: ReadonlySet<string> = new Set();
  #counts: CountsBefore | undefined;
  /** Of the last reading: uptime of the router, and when by the monotonic clock. */
  #booted: { readonly uptimeSeconds: number; readonly at: number } | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** @throws the errors of the connection; AccountingUnavailableError when it cannot be stored */
  async read(router: ReadRouter, session: RouterOsSession, signal: AbortSignal): Promise<ReadResult> {
    await this.#takeOver(router);
    const reading = await readRouter(session, await this.#readOptions(router, signal));
    const rebooted = this.#hasBooted(router.name, reading);
    const totals = await this.#options.accounting.totalsOf(router.name);
    const context = await this.#context(router, reading, rebooted, totals);
    const { readings, missing } = matchSessions(reading, context);
    for (let at = 0; at < readings.length; at += recordsAtOnce) {
      const records = readings.slice(at, at + recordsAtOnce);
      await Promise.all(records.map((record) => this.#options.accounting.record(record)));
    }
    await this.#keepFlows(router.name, reading);
    const { translations } = reading;
    if (translations !== undefined) await this.#options.translations?.seen(router.name, context.now, translations);
    this.#missing = missing;
    if (reading.uptimeSeconds !== undefined) {
      this.#booted = { uptimeSeconds: reading.uptimeSeconds, at: this.#options.clock.monotonic() };
    }
    const ours = reading.sessions.filter((online) => !online.radius && !context.byRadius(online));
    return { sessions: ours.length, findings: this.#findings(router, reading, ours) };
  }

  /** Somebody comes online, as the router tells by itself. What is known already, and what RADIUS tells, is left alone. */
  async arrived(router: ReadRouter, menu: string, row: RouterOsRow): Promise<void> {
    const { accounting, clock } = this.#options;
    const online = arrivalOf(menu, row);
    if (online === undefined || online.radius || this.#isByRadius(router.name, online)) return;
    const open = accounting.openOf(online.username).filter(({ nas }) => nas === router.name);
    const named = open.filter(({ sessionId }) => sessionId === online.sessionId);
    if (named.some(({ source }) => source !== 'api')) return;
    const uptimeSeconds = this.#uptimeNow();
    const reading = uptimeSeconds === undefined ? {} : { uptimeSeconds };
    if (named.some((each) => isSame(each, online, reading, { rebooted: false }))) return;
    const closed = await this.#closedLike(router.name, online);
    const context = {
      nas: router.name,
      now: clock.now(),
      everySeconds: router.everySeconds,
      rebooted: false,
      closed: () => closed,
    };
    await accounting.record(onlineReading(online, undefined, reading, context));
  }

  /** Whoever is online is not counted anew because his router has another name. */
  async #takeOver(router: ReadRouter): Promise<void> {
    const { accounting, clock } = this.#options;
    await takeOverSessions(accounting, router, clock.now());
    await takeOverCounts(accounting, router, clock.now());
  }

  async #readOptions({ name, devices, takesFlows }: ReadRouter, signal: AbortSignal): Promise<ReadOptions> {
    if (!takesFlows || devices.size === 0) return { signal, devices };
    const stored = await this.#options.accounting.flowsOf(name);
    return { signal, devices, flows: { state: this.#flows, stored } };
  }

  /** Only now may the next snapshot be taken. */
  async #keepFlows(nas: string, { flows }: RouterReading): Promise<void> {
    if (flows === undefined) return;
    const { accounting, clock } = this.#options;
    await accounting.record({ status: 'flows', nas, receivedAt: clock.now(), snapshot: flows.id });
    this.#flows.snapshot = 'stored';
  }

  async #context(
    router: ReadRouter,
    reading: RouterReading,
    rebooted: boolean,
    totals: ReadonlyMap<string, UserTotals>,
  ): Promise<MatchContext> {
    const open = this.#openOn(router.name);
    const closed = new Map<OnlineSession, readonly SessionState[]>();
    const names = new Set(open.map(({ sessionId, username }) => `${sessionId}\n${username}`));
    for (const online of reading.sessions) {
      const isNew = !names.has(`${online.sessionId}\n${online.username}`) && !online.radius;
      if (isNew) closed.set(online, await this.#closedLike(router.name, online));
    }
    for (const away of reading.flows?.unbound ?? []) closed.set(away, await this.#closedLike(router.name, away));
    return {
      nas: router.name,
      now: this.#options.clock.now(),
      everySeconds: router.everySeconds,
      open,
      byRadius: (online) => this.#isByRadius(router.name, online),
      closed: (online) => closed.get(online) ?? [],
      rebooted,
      totals: totals.size === 0 ? undefined : totals,
      radiusUsers: await this.#radiusUsers(router.name, reading, totals),
      missing: this.#missing,
    };
  }

  #openOn(nas: string): readonly SessionState[] {
    const found: SessionState[] = [];
    for (const session of this.#options.accounting.open()) {
      if (session.nas === nas && session.source === 'api') found.push(session);
    }
    return found;
  }

  async #closedLike(nas: string, online: OnlineSession): Promise<readonly SessionState[]> {
    const history = await this.#options.accounting.history(online.username, 5);
    return history.filter((each) => each.nas === nas && each.stoppedAt !== undefined && each.source === 'api');
  }

  /** Of the hotspot users whose totals have grown, those whose sessions RADIUS accounts: what has grown is in those. */
  async #radiusUsers(nas: string, { totals }: RouterReading, before: ReadonlyMap<string, UserTotals>) {
    const found = new Set<string>();
    for (const [username, { up, down }] of totals ?? []) {
      const known = before.get(username);
      if (known?.up === up && known.down === down) continue;
      const history = await this.#options.accounting.history(username, 3);
      if (history.some((each) => each.nas === nas && each.source !== 'api')) found.add(username);
    }
    return found;
  }

  /** PPP by its id; a device at a hotspot by user and MAC, as the router does not show what RADIUS calls its session. */
  #isByRadius(nas: string, { access, username, sessionId, callingStationId }: OnlineSession): boolean {
    const sessions = this.#options.accounting
      .openOf(username)
      .filter((each) => each.nas === nas && each.source !== 'api');
    if (access === 'ppp') return sessions.some((each) => each.sessionId === sessionId && !lacksOctets(each));
    const mac = parseMac(callingStationId ?? '');
    return sessions.some((each) => parseMac(each.callingStationId ?? '') === mac);
  }

  /** It has been up for less long than since we last saw how long it had been up. By clocks that nobody sets. */
  #hasBooted(nas: string, reading: RouterReading): boolean {
    const { uptimeSeconds } = reading;
    const expected = this.#uptimeNow();
    const last = this.#booted;
    if (uptimeSeconds === undefined) return false;
    if (expected === undefined || last === undefined) return this.#hasBootedMeanwhile(nas, uptimeSeconds, reading);
    return isShorter(uptimeSeconds, last.uptimeSeconds, expected);
  }

  /** While we were away, by the wall clock: unless somebody is online who was before. */
  #hasBootedMeanwhile(nas: string, uptimeSeconds: number, reading: RouterReading): boolean {
    const open = this.#openOn(nas).filter(({ api }) => api?.startUptime !== undefined);
    const [newest] = [...open].sort((a, b) => b.updatedAt - a.updatedAt);
    if (newest === undefined) return false;
    const last = (newest.api?.startUptime ?? 0) + newest.sessionSeconds;
    const expected = last + Math.max(0, this.#options.clock.now() - newest.updatedAt) / 1000;
    if (!isShorter(uptimeSeconds, last, expected)) return false;
    const dated = reading.sessions.filter((online) => online.uptimeSeconds !== undefined);
    const named = new Map(open.map((each) => [`${each.sessionId}\n${each.username}`, each]));
    return !dated.some((online) => {
      const known = named.get(`${online.sessionId}\n${online.username}`);
      return known !== undefined && isSame(known, online, reading, { rebooted: false });
    });
  }

  #uptimeNow(): number | undefined {
    if (this.#booted === undefined) return undefined;
    const { uptimeSeconds, at } = this.#booted;
    return uptimeSeconds + Math.floor((this.#options.clock.monotonic() - at) / 1000);
  }

  #findings(router: ReadRouter, reading: RouterReading, ours: readonly OnlineSession[]): readonly PathFinding[] {
    const { path } = reading;
    const now = countsOf(reading);
    const before = this.#counts;
    this.#counts = now;
    const share = before && {
      queues: queueBypass(before, now),
      ports: portBypass(before, now, router.ports),
      switched: switchBypass(before, reading.path, router.ports),
    };
    // Whom RADIUS accounts has a queue, too.
    const concern = { ...concernOf(ours), queued: concernOf(reading.sessions).queued };
    return pathFindings(path, concern, share, router.ports);
  }
}

/** A router was up for so long when seen last, should be by now, and is not. */
function isShorter(uptimeSeconds: number, lastSeconds: number, expectedSeconds: number): boolean {
  return uptimeSeconds + 30 + (expectedSeconds - lastSeconds) * drift < expectedSeconds;
}
