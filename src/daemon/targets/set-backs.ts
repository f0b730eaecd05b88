import type { Finding } from '../../reconcile/target.ts';
import type { DriftEvent } from '../../status/drift-log.ts';

/** So often within the time, and nobody makes such a change by hand. */
const often = 3;
const leastMs = 3_600_000;
/** Rows that are watched at a target: of more that somebody else writes, these are enough to tell. */
const watched = 1_000;

/** How often rows were set back lately: what comes back again and again is written by something else, not by a person. */
export class SetBacks {
  /** By target and address of the row: when, in the clock's monotonic time. */
  readonly #times = new Map<string, Map<string, readonly number[]>>();

  /**
   * Takes in what a run of a target set back.
   *
   * @param intervalMs between two looks at a target
   * @returns what is to be told of it: nothing, or one finding
   */
  noted(
    target: string,
    events: readonly DriftEvent[],
    operator: string,
    now: number,
    intervalMs: number,
  ): readonly Finding[] {
    const withinMs = Math.max(leastMs, 2 * often * intervalMs);
    const rows = this.#times.get(target) ?? new Map<string, readonly number[]>();
    for (const { address } of events.filter(({ result }) => result === 'healed')) {
      if (rows.has(address) || rows.size < watched) rows.set(address, [...(rows.get(address) ?? []), now]);
    }
    for (const [address, times] of rows) {
      const recent = times.filter((at) => now - at < withinMs).slice(-often);
      if (recent.length === 0) rows.delete(address);
      else rows.set(address, recent);
    }
    if (rows.size === 0) this.#times.delete(target);
    else this.#times.set(target, rows);
    const again = [...rows].filter(([, times]) => times.length >= often).map(([address]) => address);
    return again.length === 0 ? [] : [flapping(again, operator, withinMs)];
  }

  /** Those that are targets still. */
  keep(targets: ReadonlySet<string>): void {
    for (const target of this.#times.keys()) if (!targets.has(target)) this.#times.delete(target);
  }
}

function flapping([first = '', ...others]: readonly string[], operator: string, withinMs: number): Finding {
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return {
    code: 'LM_FLAPPING',
    message:
      `${first}${more}: set back ${often} times or more within ${Math.round(withinMs / 60_000)} minutes, and written otherwise ` +
      `each time: by another lastmile of the operator name ${operator}, a script, or another tool? See lastmile drift, and who ` +
      'logged in, in the log of the router',
  };
}
