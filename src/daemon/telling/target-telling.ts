import type { NewEvent } from '../../events/event.ts';
import type { TargetReport } from '../../status/report.ts';

const inStep: ReadonlySet<TargetReport['result']> = new Set(['applied', 'in-sync']);
const inTrouble: ReadonlySet<TargetReport['result']> = new Set(['failed', 'partial', 'refused']);

/** Makes events of what comes of reconciles: when a target begins to fail, when it is in step again, and what drift there is. */
export class TargetTelling {
  /** What was told of a target that fails. */
  readonly #failing = new Map<string, string>();
  /** What was told of drift, by target. */
  readonly #drift = new Map<string, string>();

  /** @param last what the targets were at before a restart: it is no news */
  constructor(last: readonly TargetReport[] = []) {
    for (const report of last) {
      if (inTrouble.has(report.result)) this.#failing.set(report.target, wordsOf(report));
      if (report.drift) this.#drift.set(report.target, rowsOf(report).join('\n'));
    }
  }

  eventsOf(report: TargetReport): readonly NewEvent[] {
    return [...this.#trouble(report), ...this.#drifted(report)];
  }

  #trouble(report: TargetReport): readonly NewEvent[] {
    const { target, result } = report;
    const before = this.#failing.get(target);
    if (inStep.has(result)) {
      if (!this.#failing.delete(target)) return [];
      return [eventOf(report, 'target.recovered', { message: `${target} is in step again` })];
    }
    if (!inTrouble.has(result)) return [];
    const message = wordsOf(report);
    this.#failing.set(target, message);
    return message === before ? [] : [eventOf(report, 'target.failing', { result, message })];
  }

  #drifted(report: TargetReport): readonly NewEvent[] {
    const { target, drift } = report;
    const rows = rowsOf(report);
    const told = drift ? rows.join('\n') : '';
    const before = this.#drift.get(target) ?? '';
    this.#drift.set(target, told);
    if (told === '' || told === before) return [];
    const message = `${rows.length} rows were otherwise than declared`;
    return [eventOf(report, 'drift.found', { message, rows, healed: report.result === 'applied' })];
  }
}

function rowsOf({ changed, waiting = [] }: TargetReport): readonly string[] {
  return [...changed, ...waiting.map(({ address }) => address)];
}

function eventOf(
  { target, at, revision }: TargetReport,
  type: NewEvent['type'],
  more: Readonly<Record<string, unknown>>,
): NewEvent {
  return { type, at, subject: `target/${target}`, data: { target, revision, ...more } };
}

function wordsOf({ error, refusals, failed, result }: TargetReport): string {
  const words = [
    ...(error === undefined ? [] : [error.message]),
    ...refusals.map(({ message }) => message),
    ...failed.slice(0, 3).map(({ address, error: why }) => `${address}: ${why}`),
  ];
  return words.length === 0 ? result : words.join('; ');
}
