import { LastmileError } from '../base/errors.ts';
import { sameData } from '../base/same-data.ts';
import type { Policy } from '../model/kinds/policy.ts';
import { type TargetReport, waitingCount } from '../status/report.ts';
import type { KeyValue } from '../store/key-value.ts';

/** In `meta`. */
const key = 'policies-in-force';
const none: readonly Policy[] = [];

interface Stored {
  /** Each set once. */
  readonly sets: readonly (readonly Policy[])[];
  /** Which of them is in force. */
  readonly inForce: number;
  /** Which of them a target was last in step with. */
  readonly targets: Readonly<Record<string, number>>;
}

/**
 * Policies that were in force before: what comes is judged by them as well, so that no commit does away with a rule and does
 * what it forbids. They hold for the declarations until others come into force, and for a target until it is in step with these.
 * On disk.
 */
export class PolicyBook {
  readonly #meta: KeyValue<unknown>;
  #inForce: readonly Policy[] = none;
  readonly #targets = new Map<string, readonly Policy[]>();

  private constructor(meta: KeyValue<unknown>) {
    this.#meta = meta;
  }

  static async open(meta: KeyValue<unknown>): Promise<PolicyBook> {
    const book = new PolicyBook(meta);
    const stored = (await meta.get(key)) as Stored | undefined;
    if (stored === undefined) return book;
    const setAt = (at: number) => stored.sets[at] ?? none;
    book.#inForce = setAt(stored.inForce);
    for (const [target, at] of Object.entries(stored.targets)) book.#targets.set(target, setAt(at));
    return book;
  }

  get inForce(): readonly Policy[] {
    return this.#inForce;
  }

  /** Those by which the target was in step. One that never was has none of before. */
  of(target: string): readonly Policy[] {
    return this.#targets.get(target) ?? none;
  }

  /** Declarations with these came into force. */
  async took(policies: readonly Policy[] = none): Promise<void> {
    const isSame = sameData(this.#inForce, policies);
    this.#inForce = policies;
    if (isSame) return;
    // A disk that takes nothing says so itself, and keeps no commit out.
    await this.#store().catch((error: unknown) => {
      if (!(error instanceof LastmileError)) throw error;
    });
  }

  /** A target was reconciled with declarations that have these. */
  async settled(report: TargetReport, policies: readonly Policy[] = none): Promise<void> {
    const { target, result, refusals } = report;
    const isInStep = (result === 'applied' || result === 'in-sync') && refusals.length === 0;
    const before = this.of(target);
    if (!isInStep || waitingCount(report) > 0 || before === policies) return;
    this.#targets.set(target, policies);
    if (!sameData(before, policies)) await this.#store();
  }

  async #store(): Promise<void> {
    const sets: (readonly Policy[])[] = [];
    const placeOf = (policies: readonly Policy[]): number => {
      const known = sets.findIndex((each) => sameData(each, policies));
      return known === -1 ? sets.push(policies) - 1 : known;
    };
    const inForce = placeOf(this.#inForce);
    const targets = Object.fromEntries([...this.#targets].map(([target, each]) => [target, placeOf(each)]));
    const stored: Stored = { sets, inForce, targets };
    await this.#meta.put(key, stored, { sync: true });
  }
}
