import type { SessionAction, SessionEffect, SessionResult } from '../reconcile/target.ts';
import { keyOf } from '../store/layout.ts';
import type { Table, Write } from '../store/table.ts';

/** What a session has to be told, and was not yet. Plain data, as it is on disk. */
export interface OutboxEntry {
  /** Its place: grows with each session that is put here. */
  readonly number: number;
  /** Empty where an earlier version did not say. */
  readonly nas: string;
  readonly username: string;
  readonly sessionId: string;
  readonly action: SessionAction;
  readonly why: string;
  /** When it was first ordered: wall time, milliseconds since 1970. */
  readonly since: number;
  /** The row the session runs by, as far as that has changed. Absent: the session is looked at itself. */
  readonly was?: RowBefore;
  /** A change of limits may have reached it meanwhile: what it has is not known. */
  readonly touched?: true;
  /** Absent: nobody has tried. */
  readonly tried?: { readonly times: number; readonly at: number; readonly detail: string };
}

/** Fields of a directory row as they were: text, and keyed digests of secrets. */
export interface RowBefore {
  readonly menu: string;
  readonly identity: string;
  readonly fields: Readonly<Record<string, string | { readonly digest: string }>>;
}

/** An order for one session, before it is put with what is due already. */
export type OutboxOrder = Pick<OutboxEntry, 'nas' | 'username' | 'sessionId' | 'action' | 'why' | 'was'>;

type OutboxListener = (nas: string, what: 'tried' | 'gone') => void;

/** What came of an order that was carried out, and the milliseconds from when it was first given. */
type EffectListener = (result: 'changed' | 'disconnected', tookMs: number) => void;

export interface OutboxOptions {
  readonly table: Table<OutboxEntry>;
  /** Wall time, milliseconds since 1970. */
  readonly now: () => number;
  /** More than these are not kept: the oldest goes. Default 200,000. */
  readonly most?: number;
}

/**
 * What sessions have to be told: on disk from the moment it is decided until their NAS has been told, or what is declared no
 * longer calls for it. In order by NAS; of one session only the latest. In memory as a whole: no more than sessions are open.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #entries = new Map<string, OutboxEntry>();
  readonly #byNas = new Map<string, Set<string>>();
  readonly #byUser = new Map<string, Set<string>>();
  readonly #bySession = new Map<string, Set<string>>();
  readonly #listeners = new Set<OutboxListener>();
  readonly #effectListeners = new Set<EffectListener>();
  #next = 1;
  #lost = 0;
  #turns = 0;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** @throws LastmileError of the store */
  static async open(options: OutboxOptions): Promise<Outbox> {
    const outbox = new Outbox(options);
    for await (const [, entry] of options.table.entries()) outbox.#put(entry);
    return outbox;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Orders that were given up because there were too many, since the start. */
  get lost(): number {
    return this.#lost;
  }

  /** Names of NAS that have to be told something. */
  nas(): readonly string[] {
    return [...this.#byNas.keys()];
  }

  /** In the order they were put. */
  at(nas: string): readonly OutboxEntry[] {
    return this.#all(this.#byNas.get(nas)).sort((a, b) => a.number - b.number);
  }

  countAt(nas: string): number {
    return this.#byNas.get(nas)?.size ?? 0;
  }

  of(username: string): readonly OutboxEntry[] {
    return this.#all(this.#byUser.get(username)).sort((a, b) => a.number - b.number);
  }

  /** The same as effects, one for each username and action. */
  effects(): readonly SessionEffect[] {
    const effects = new Map<string, SessionEffect & { readonly sessionIds: string[] }>();
    for (const { username, action, why, sessionId } of this.#entries.values()) {
      const key = keyOf(username, action);
      const known = effects.get(key);
      if (known === undefined) effects.set(key, { username, why, action, sessionIds: [sessionId] });
      else known.sessionIds.push(sessionId);
    }
    return [...effects.values()];
  }

  /** Is it still what has to be told, and not replaced by something later? */
  has(entry: OutboxEntry): boolean {
    return this.#entries.get(idOf(entry)) === entry;
  }

  /** Calls `listener` when something for a NAS was tried in vain, or taken out. @returns how to end that */
  onChange(listener: OutboxListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls `listener` when a session has what was ordered. */
  onEffect(listener: EffectListener): void {
    this.#effectListeners.add(listener);
  }

  /**
   * Runs `work` when all that was begun before is on the disk, and before anything else is written: an order takes the place of
   * the one before, and what is seen of that must not land on it.
   */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#turns += 1;
    const turn = this.#writing.then(work);
    this.#writing = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#turns -= 1;
    }
  }

  /** Joins orders with what is due. Nothing is kept yet: the disk comes first. Within a turn, as are `keep` and `trim`. */
  join(orders: readonly OutboxOrder[]): readonly OutboxEntry[] {
    const joined = new Map<string, OutboxEntry>();
    for (const order of orders) {
      const id = idOf(order);
      joined.set(id, together(joined.get(id) ?? this.#entries.get(id), order, this.#fresh()));
    }
    return [...joined.values()];
  }

  /** What the disk needs for these. */
  writes(entries: readonly OutboxEntry[]): readonly Write[] {
    return entries.map((entry) => this.#options.table.toPut(diskKey(entry), entry));
  }

  /** They are on the disk. */
  keep(entries: readonly OutboxEntry[]): void {
    for (const entry of entries) this.#put(entry);
  }

  /** Over the limit the oldest goes: who tells nobody for so long has another trouble. @returns what to delete on disk */
  trim(): readonly Write[] {
    const over = this.#entries.size - (this.#options.most ?? 200_000);
    if (over <= 0) return [];
    const oldest = [...this.#entries.values()].sort((a, b) => a.number - b.number).slice(0, over);
    this.#lost += oldest.length;
    for (const entry of oldest) this.#drop(entry);
    return oldest.map((entry) => this.#options.table.toDel(diskKey(entry)));
  }

  /**
   * Takes out what was done, and keeps what failed with what was met. What has come since stays as it is, and remembers that
   * something may have been told.
   *
   * @param result absent: the session is over
   */
  settle(entry: OutboxEntry, result: Pick<SessionResult, 'result' | 'detail'> | undefined): Promise<void> {
    return this.inTurn(() => this.#settle(entry, result));
  }

  /** Of a session that is over nothing has to be told. Its username may be spelt otherwise: that of a device is. */
  over({ nas, sessionId }: Pick<OutboxEntry, 'nas' | 'sessionId'>): Promise<void> | undefined {
    // What is being written may be about it, too.
    if (this.#turns === 0 && this.#bySession.size === 0) return undefined;
    const session = keyOf(nas, sessionId);
    if (this.#turns === 0 && !this.#bySession.has(session)) return undefined;
    return this.inTurn(async () => {
      for (const entry of this.#all(this.#bySession.get(session))) await this.#forget(entry);
    });
  }

  async #settle(entry: OutboxEntry, result: Pick<SessionResult, 'result' | 'detail'> | undefined): Promise<void> {
    const now = this.#entries.get(idOf(entry));
    if (now === undefined) return;
    if (now !== entry) {
      if (entry.action === 'change' && now.touched !== true) await this.#replace({ ...now, touched: true });
    } else if (result?.result === 'failed') {
      const tried = { times: (entry.tried?.times ?? 0) + 1, at: this.#options.now(), detail: result.detail };
      await this.#replace({ ...entry, ...(entry.action === 'change' ? { touched: true } : {}), tried });
      this.#tell(entry.nas, 'tried');
    } else {
      if (result !== undefined) this.#tellEffect(entry, result.result);
      await this.#forget(entry);
    }
  }

  #tellEffect({ since }: OutboxEntry, result: SessionResult['result']): void {
    if (result !== 'changed' && result !== 'disconnected') return;
    // The clock may have been set back meanwhile.
    const tookMs = Math.max(0, this.#options.now() - since);
    for (const listener of this.#effectListeners) listener(result, tookMs);
  }

  /** Takes it out: it is told, or its session is over. */
  async #forget(entry: OutboxEntry): Promise<void> {
    this.#drop(entry);
    this.#tell(entry.nas, 'gone');
    await this.#options.table.del(diskKey(entry));
  }

  async #replace(entry: OutboxEntry): Promise<void> {
    this.#put(entry);
    await this.#options.table.put(diskKey(entry), entry);
  }

  #fresh(): Pick<OutboxEntry, 'number' | 'since'> {
    const number = this.#next;
    this.#next += 1;
    return { number, since: this.#options.now() };
  }

  #all(ids: ReadonlySet<string> | undefined): OutboxEntry[] {
    return [...(ids ?? [])].flatMap((id) => this.#entries.get(id) ?? []);
  }

  #put(entry: OutboxEntry): void {
    const id = idOf(entry);
    this.#entries.set(id, entry);
    within(this.#byNas, entry.nas).add(id);
    within(this.#byUser, entry.username).add(id);
    within(this.#bySession, keyOf(entry.nas, entry.sessionId)).add(id);
    this.#next = Math.max(this.#next, entry.number + 1);
  }

  #drop(entry: OutboxEntry): void {
    const id = idOf(entry);
    this.#entries.delete(id);
    without(this.#byNas, entry.nas, id);
    without(this.#byUser, entry.username, id);
    without(this.#bySession, keyOf(entry.nas, entry.sessionId), id);
  }

  #tell(nas: string, what: 'tried' | 'gone'): void {
    for (const listener of this.#listeners) listener(nas, what);
  }
}

/**
 * The later order, in the place of the earlier. A disconnect that is due is not softened by a change that comes after, and what
 * the session runs by stays what it was before the first: whether it is still to be ended is seen when it is told.
 */
function together(
  due: OutboxEntry | undefined,
  order: OutboxOrder,
  fresh: Pick<OutboxEntry, 'number' | 'since'>,
): OutboxEntry {
  if (due === undefined) return { ...order, ...fresh };
  const { was: _was, ...rest } = due;
  const stronger = due.action === 'disconnect' && order.action === 'change' ? due : order;
  const was = due.was === undefined || order.was === undefined ? (due.was ?? order.was) : earlier(due.was, order.was);
  const { action, why } = stronger;
  return { ...rest, action, why, ...(was === undefined ? {} : { was }) };
}

/** Of each field what it was first. */
function earlier(first: RowBefore, then: RowBefore): RowBefore {
  if (first.menu !== then.menu || first.identity !== then.identity) return first;
  return { ...first, fields: { ...then.fields, ...first.fields } };
}

/** Of one session there is one order. */
export function idOf({ nas, username, sessionId }: Pick<OutboxEntry, 'nas' | 'username' | 'sessionId'>): string {
  return keyOf(nas, sessionId, username);
}

function diskKey({ nas, number }: OutboxEntry): string {
  return keyOf(nas, number);
}

function within(groups: Map<string, Set<string>>, name: string): Set<string> {
  const known = groups.get(name) ?? new Set();
  groups.set(name, known);
  return known;
}

function without(groups: Map<string, Set<string>>, name: string, id: string): void {
  const known = groups.get(name);
  known?.delete(id);
  if (known?.size === 0) groups.delete(name);
}
