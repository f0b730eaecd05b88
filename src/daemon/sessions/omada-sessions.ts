import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ApiReading, Session } from '../../accounting/event.ts';
import type { SessionState } from '../../accounting/sessions/session-state.ts';
import { deviceOf } from '../../accounting/sessions/session-user.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import type { Clock } from '../../base/clock.ts';
import { LastmileError, messageOf } from '../../base/errors.ts';
import type { Model } from '../../model/model.ts';
import type { OmadaEnd } from '../../omada/client.ts';
import type { ClientRecord } from '../../omada/client-records.ts';
import type { OmadaClients } from '../../omada/clients.ts';
import type { GuestSession } from '../../portal/ports.ts';
import type { SessionsAtControllers, Told } from '../../radius/coa/session-control.ts';
import { endCauses } from '../../usage/match-sessions.ts';

export interface OmadaSessionsOptions {
  readonly accounting: Pick<AccountingStore, 'record' | 'open' | 'openOf' | 'bySessionId' | 'history'>;
  readonly controllers: Pick<OmadaClients, 'records' | 'disconnect'>;
  /** A controller has answered. */
  readonly onAnswer?: (controller: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

const usualSeconds = 300;
/** A controller and we may take so long to see a client come. */
const lateMs = 60_000;
/** Sessions looked at in one turn. */
const perSlice = 10_000;
/** For all pages of a site. */
const readMs = 30_000;

/**
 * Sessions of guests whom Omada controllers let in for us. No RADIUS tells of them: they begin when the portal has let somebody
 * in, and are counted by what the controller says of its clients, read now and then.
 */
export class OmadaSessions implements SessionsAtControllers {
  readonly #options: OmadaSessionsOptions;
  /** Being stored: a reading that did not wait for them would take their guests for strangers. */
  readonly #starting = new Set<Promise<void>>();

  readonly #turns = new Map<string, Promise<void>>();
  #model: Pick<Model, 'portalSites' | 'operator'> | undefined;

  constructor(options: OmadaSessionsOptions) {
    this.#options = options;
  }

  /** Takes a model into force: its sites are read. */
  use(model: Pick<Model, 'portalSites' | 'operator'>): void {
    this.#model = model;
  }

  /** The portal has let somebody in. */
  began(guest: GuestSession): void {
    const { accounting, clock, log } = this.#options;
    const now = clock.now();
    const ours = accounting.openOf(guest.username).some((each) => isOurs(each, guest));
    if (ours) return;
    const start = this.#reading(guest, now, now, 0);
    const stored = accounting.record(start).catch((error: unknown) => {
      if (!(error instanceof LastmileError)) throw error;
      log.warn(
        { err: error, nas: guest.nas },
        'session of a guest not stored yet: it begins when its controller is read',
      );
    });
    this.#starting.add(stored);
    void stored.then(() => this.#starting.delete(stored));
  }

  /** Reads the controllers for ever. Never rejects. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const seconds = this.#everySeconds;
      await this.#options.clock.sleep(seconds * 1000, signal).catch(() => undefined);
      if (!signal.aborted) await this.collect(signal);
    }
  }

  /** Reads all controllers now. Never rejects. */
  async collect(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    const model = this.#model;
    if (model === undefined) return;
    const places = placesOf(model);
    await Promise.all(this.#starting);
    const open = await this.#openByController();
    for (const [controller, sites] of places) {
      try {
        await this.#inTurn(controller, () => this.#collect(controller, sites, open.get(controller) ?? [], signal));
      } catch (error) {
        if (!(error instanceof LastmileError)) throw error;
        log.warn({ err: error, controller }, 'what a controller counts of its clients is not stored');
      }
    }
    // Nobody reads those any more.
    for (const [controller, sessions] of open) {
      if (!places.has(controller)) await this.#end(sessions, endCauses.undeclared);
    }
  }

  /** Nothing is read of that controller meanwhile: what was seen before would let the guest go on. */
  end(session: Session, signal: AbortSignal): Promise<Told | undefined> {
    return this.#inTurn(session.nas, () => this.#endNow(session, signal));
  }

  async #endNow(session: Session, signal: AbortSignal): Promise<Told | undefined> {
    const model = this.#model;
    const sites = model === undefined ? [] : (placesOf(model).get(session.nas) ?? []);
    const mac = deviceOf(session);
    if (sites.length === 0 || mac === undefined) return undefined;
    if (this.#isSomebodyElses(session))
      return await this.#over(session, undefined, 'gone', 'its device is another guest’s by now');
    const found: ClientRecord[] = [];
    let didEnd = false;
    for (const site of sites) {
      const ended = await this.#endAt(session.nas, site, mac, signal);
      if (ended === undefined) return undefined;
      if (ended.result === 'failed') {
        const { reason: detail, unreached } = ended;
        return { result: 'failed', detail, ...(unreached === undefined ? {} : { unreached }) };
      }
      didEnd ||= ended.ended;
      found.push(...ended.records);
    }
    const record = this.#recordOf(session, found, didEnd);
    if (didEnd) return await this.#over(session, record, 'disconnected', 'ended at its controller, which lists it so');
    return await this.#over(session, record, 'gone', 'not let in at its controller');
  }

  async #endAt(controller: string, site: string, mac: string, signal: AbortSignal): Promise<OmadaEnd | undefined> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(readMs)]);
    return await this.#options.controllers.disconnect(controller, site, mac, within);
  }

  /** Somebody else has logged in on the same device since. */
  #isSomebodyElses({ nas, sessionId, startedAt, username, key }: Session): boolean {
    const others = this.#options.accounting.bySessionId(sessionId);
    return others.some(
      (each) =>
        each.source === 'omada' &&
        each.nas === nas &&
        each.key !== key &&
        each.username !== username &&
        each.startedAt > startedAt,
    );
  }

  /** @param didEnd just now: of what no reading has seen yet the newest is meant */
  #recordOf(
    { key, username, startedAt }: Session,
    records: readonly ClientRecord[],
    didEnd: boolean,
  ): ClientRecord | undefined {
    const id = this.#options.accounting.openOf(username).find((each) => each.key === key)?.api?.meter?.id;
    if (id !== undefined) return records.find((record) => record.id === id);
    const [newest] = newestByMac(records).values();
    return didEnd || (newest !== undefined && newest.start > startedAt - lateMs) ? newest : undefined;
  }

  /** What was counted last is stored, and that it is over. */
  async #over(
    { key, username }: Session,
    record: ClientRecord | undefined,
    result: 'disconnected' | 'gone',
    detail: string,
  ): Promise<Told> {
    const session = this.#options.accounting.openOf(username).find((each) => each.key === key);
    try {
      if (session !== undefined && record === undefined) await this.#end([session], endCauses.gone);
      if (session !== undefined && record !== undefined) await this.#counted(session, { ...record, valid: false });
      return { result, detail };
    } catch (error) {
      if (!(error instanceof LastmileError)) throw error;
      return { result, detail: `${detail}; open in accounting: ${messageOf(error)}` };
    }
  }

  async #collect(
    controller: string,
    sites: readonly string[],
    open: readonly SessionState[],
    signal: AbortSignal,
  ): Promise<void> {
    const { controllers } = this.#options;
    const records: ClientRecord[] = [];
    for (const site of sites) {
      const found = await controllers.records(controller, site, AbortSignal.any([signal, AbortSignal.timeout(readMs)]));
      // Who is not in half of a list may well be there.
      if (found === undefined) return;
      records.push(...found);
    }
    this.#options.onAnswer?.(controller);
    const byId = new Map(records.map((record) => [record.id, record]));
    const newest = newestByMac(records);
    const taken = new Set<string>();
    for (const session of open.filter((each) => this.#isOpen(each)).sort(bySight)) {
      const id = session.api?.meter?.id;
      const latest = newest.get(deviceOf(session) ?? '');
      const own = id === undefined ? (latest !== undefined && taken.has(latest.id) ? undefined : latest) : byId.get(id);
      if (own !== undefined) taken.add(own.id);
      await this.#goesOn(session, own);
    }
    for (const record of newest.values()) {
      const isNobodys = record.valid && !record.byRadius && !taken.has(record.id);
      if (isNobodys)
        await this.#unknown(
          controller,
          record,
          open.findLast((each) => deviceOf(each) === record.mac),
        );
    }
  }

  /** Somebody we know: what was counted since, or that it is over. */
  async #goesOn(session: SessionState, record: ClientRecord | undefined): Promise<void> {
    const now = this.#options.clock.now();
    if (record?.byRadius === true || this.#isByRadius(session))
      return await this.#end([session], endCauses.radius, true);
    // Of a session that began just now the controller may have no record yet.
    const isNew = now - session.startedAt < lateMs && session.api?.meter === undefined;
    if (record === undefined) return isNew ? undefined : await this.#end([session], endCauses.gone);
    if (isNew && !record.valid) return;
    await this.#counted(session, record);
  }

  async #counted(session: SessionState, record: ClientRecord): Promise<void> {
    const { accounting, clock } = this.#options;
    const now = clock.now();
    const guest = { username: session.username, nas: session.nas, mac: record.mac };
    const reading = this.#reading(guest, session.startedAt, now, Math.floor((now - session.startedAt) / 1000));
    const at = Math.min(now, Math.max(session.startedAt, record.end ?? now));
    await accounting.record({
      ...reading,
      ...describe(record),
      ...(record.valid ? {} : { ended: { cause: endedAtController, at } }),
    });
  }

  /**
   * Let in by somebody else, or while we could not store it: the device is all that is known. Let in once more, it is still
   * the guest it was. @param last that guest's session
   */
  async #unknown(controller: string, record: ClientRecord, last: SessionState | undefined): Promise<void> {
    const { accounting, clock } = this.#options;
    const { mac } = record;
    const guest = { username: last?.username ?? mac, nas: controller, mac };
    if (accounting.openOf(guest.username).some((each) => each.source === undefined)) return;
    // One that we had thought to be over: what was counted then is not counted again.
    const before = (await accounting.history(guest.username, 5)).filter(({ api }) => api?.meter?.id === record.id);
    const counted = {
      up: `${before.reduce((sum, { upOctets }) => sum + upOctets, 0n)}`,
      down: `${before.reduce((sum, { downOctets }) => sum + downOctets, 0n)}`,
    };
    const reading = this.#reading(guest, clock.now(), clock.now(), 0);
    const { meter, ...about } = describe(record);
    await accounting.record({ ...reading, ...about, meter: before.length === 0 ? meter : { ...meter, counted } });
  }

  async #end(sessions: readonly SessionState[], cause: string, isVoid = false): Promise<void> {
    const { accounting } = this.#options;
    for (const session of sessions) {
      const guest = { username: session.username, nas: session.nas, mac: session.sessionId };
      const reading = this.#reading(guest, session.startedAt, session.updatedAt, session.sessionSeconds);
      const ended = { cause, at: session.eventAt };
      await accounting.record({ ...reading, ended, ...(isVoid ? { void: true as const } : {}) });
    }
  }

  /** RADIUS tells of the same device at this controller. */
  #isByRadius(session: SessionState): boolean {
    const device = deviceOf(session);
    return this.#options.accounting
      .openOf(session.username)
      .some((each) => each.source === undefined && each.nas === session.nas && deviceOf(each) === device);
  }

  /** A million may be open: others come in between. */
  async #openByController(): Promise<ReadonlyMap<string, readonly SessionState[]>> {
    const found = new Map<string, SessionState[]>();
    let seen = 0;
    for (const session of this.#options.accounting.open()) {
      seen += 1;
      if (seen % perSlice === 0) await setImmediate();
      if (session.source !== 'omada') continue;
      const same = found.get(session.nas);
      if (same === undefined) found.set(session.nas, [session]);
      else same.push(session);
    }
    return found;
  }

  #isOpen({ key, username }: SessionState): boolean {
    return this.#options.accounting.openOf(username).some((each) => each.key === key);
  }

  async #inTurn<T>(controller: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(controller) ?? Promise.resolve()).then(work);
    const over = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(controller, over);
    return await turn;
  }

  #reading(guest: GuestSession, startedAt: number, receivedAt: number, sessionSeconds: number): ApiReading {
    const { username, nas, mac } = guest;
    return {
      status: 'read',
      source: 'omada',
      access: 'hotspot',
      nas,
      sessionId: mac.toLowerCase(),
      username,
      startedAt,
      receivedAt,
      sessionSeconds,
      everySeconds: this.#everySeconds,
      callingStationId: mac,
    };
  }

  get #everySeconds(): number {
    return this.#model?.operator.accounting.collectSeconds ?? usualSeconds;
  }
}

/** In place of an Acct-Terminate-Cause: its time was over, or somebody ended it there. */
const endedAtController = 'Ended-At-Controller';

function isOurs(session: SessionState, { nas, mac }: GuestSession): boolean {
  return session.source === 'omada' && session.nas === nas && session.sessionId === mac.toLowerCase();
}

function describe({ id, up, down, ip, network }: ClientRecord) {
  return {
    meter: { source: 'omada', id, up, down } as const,
    ...(ip === undefined ? {} : { framedIpAddress: ip }),
    ...(network === undefined ? {} : { calledStationId: network }),
  };
}

/** Those whose record is known first: what is left is of those who came since. */
function bySight(a: SessionState, b: SessionState): number {
  return (a.api?.meter?.id === undefined ? 1 : 0) - (b.api?.meter?.id === undefined ? 1 : 0);
}

/** Earlier ones stay in the list. */
function newestByMac(records: readonly ClientRecord[]): Map<string, ClientRecord> {
  const newest = new Map<string, ClientRecord>();
  for (const record of records) {
    const known = newest.get(record.mac);
    if (known === undefined || known.start < record.start || (record.valid && !known.valid))
      newest.set(record.mac, record);
  }
  return newest;
}

/** Controllers that let guests in for us, and the sites of each. */
function placesOf({ portalSites }: Pick<Model, 'portalSites'>): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const bridge of portalSites.flatMap(({ bridges }) => bridges)) {
    if (bridge.type !== 'omada') continue;
    const sites = places.get(bridge.controller) ?? [];
    const site = bridge.site.id ?? bridge.site.name;
    if (!sites.includes(site)) places.set(bridge.controller, [...sites, site]);
  }
  return places;
}
