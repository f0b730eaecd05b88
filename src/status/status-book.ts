import type { KeyValue } from '../store/key-value.ts';
import { keyOf, keysUnder } from '../store/layout.ts';
import { type Condition, type Judgement, judge } from './conditions.ts';
import type { SessionEvent, TargetReport } from './report.ts';

export interface TargetStatus {
  readonly name: string;
  readonly conditions: readonly Condition[];
  readonly last: TargetReport;
  /** Newest first, at most ten: runs that changed something or did not end well. */
  readonly history: readonly TargetReport[];
}

const kept = 10;
const sessionEventsKept = 200;

/** What happened last, per target: in memory for readers, on disk for the next start and for `status` without a daemon. */
export class StatusBook {
  readonly #meta: KeyValue<unknown>;
  readonly #targets = new Map<string, TargetStatus>();
  readonly #sessionEvents: SessionEvent[] = [];
  #source: readonly Condition[] = [];

  private constructor(meta: KeyValue<unknown>) {
    this.#meta = meta;
  }

  static async open(meta: KeyValue<unknown>): Promise<StatusBook> {
    const book = new StatusBook(meta);
    for await (const [, value] of meta.entries(keysUnder('status'))) {
      const status = value as TargetStatus;
      book.#targets.set(status.name, status);
    }
    return book;
  }

  target(name: string): TargetStatus | undefined {
    return this.#targets.get(name);
  }

  /** In order of name. */
  targets(): readonly TargetStatus[] {
    return [...this.#targets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Conditions of the daemon itself: its source of declarations, its ports. */
  get source(): readonly Condition[] {
    return this.#source;
  }

  /** Newest first. */
  sessionEvents(): readonly SessionEvent[] {
    return [...this.#sessionEvents].reverse();
  }

  async record(report: TargetReport): Promise<TargetStatus> {
    const before = this.#targets.get(report.target);
    const notable = report.result !== 'in-sync' && report.reason !== '';
    const status: TargetStatus = {
      name: report.target,
      conditions: transition(before?.conditions ?? [], judge(report), report.at),
      last: report,
      history: notable ? [report, ...(before?.history ?? [])].slice(0, kept) : (before?.history ?? []),
    };
    this.#targets.set(report.target, status);
    await this.#meta.put(keyOf('status', report.target), status);
    return status;
  }

  recordSource(judgement: Judgement, at: number): void {
    const others = this.#source.filter(({ type }) => type !== judgement.type);
    const all = [...transition(this.#source, [judgement], at), ...others];
    this.#source = all.sort((a, b) => (a.type < b.type ? -1 : 1));
  }

  recordSessions(events: readonly SessionEvent[]): void {
    for (const event of events.slice(-sessionEventsKept)) this.#sessionEvents.push(event);
    this.#sessionEvents.splice(0, Math.max(0, this.#sessionEvents.length - sessionEventsKept));
  }

  /** Forgets targets that are no longer declared. */
  async keepOnly(names: ReadonlySet<string>): Promise<void> {
    for (const name of [...this.#targets.keys()].filter((each) => !names.has(each))) {
      this.#targets.delete(name);
      await this.#meta.del(keyOf('status', name));
    }
  }
}

function transition(before: readonly Condition[], now: readonly Judgement[], at: number): readonly Condition[] {
  return now.map((judgement) => {
    const same = before.find((each) => each.type === judgement.type && each.status === judgement.status);
    return { ...judgement, lastTransitionTime: same?.lastTransitionTime ?? new Date(at).toISOString() };
  });
}
