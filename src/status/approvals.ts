import type { KeyValue, WriteOptions } from '../store/key-value.ts';
import { keyOf, keysUnder } from '../store/layout.ts';

/** A person's word that a plan may be applied, by its checksum. */
export interface Approval {
  /** Of a whole plan, or of one target of it. */
  readonly checksum: string;
  readonly by: string;
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  readonly reason?: string;
  /** The revision that it was used for: it holds for no other any more. */
  readonly usedFor?: string;
}

/** A plan that somebody was shown: what approving it as a whole means for each target. */
export interface ReviewedPlan {
  readonly checksum: string;
  readonly revision: string;
  readonly at: number;
  readonly targets: readonly { readonly name: string; readonly checksum: string }[];
}

/** What a plan is remembered by. */
export interface PlanSums {
  readonly checksum: string;
  readonly revision: string;
  readonly targets: readonly { readonly name: string; readonly checksum?: string }[];
}

const keptPlans = 1_000;
/** Of all plans together: one of a large network has a thousand. */
const keptTargets = 50_000;
const keptApprovals = 1_000;
/** In `meta`. */
const passedKey = 'approved-revision';

/** Which plans were shown, which of them somebody approved, and which revision that brought into force. On disk. */
export class Approvals {
  readonly #meta: KeyValue<unknown>;
  readonly #approvals = new Map<string, Approval>();
  readonly #plans = new Map<string, ReviewedPlan>();
  /** Targets that an approved plan was begun on, with the revision. */
  readonly #begun = new Map<string, string>();
  #passed: string | undefined;

  private constructor(meta: KeyValue<unknown>) {
    this.#meta = meta;
  }

  static async open(meta: KeyValue<unknown>): Promise<Approvals> {
    const approvals = new Approvals(meta);
    for await (const [, value] of meta.entries(keysUnder('approval'))) {
      const approval = value as Approval;
      approvals.#approvals.set(approval.checksum, approval);
    }
    for await (const [, value] of meta.entries(keysUnder('reviewed'))) {
      const plan = value as ReviewedPlan;
      approvals.#plans.set(plan.checksum, plan);
    }
    for await (const [, value] of meta.entries(keysUnder('approved-begun'))) {
      const { target, revision } = value as { readonly target: string; readonly revision: string };
      approvals.#begun.set(target, revision);
    }
    const passed = await meta.get(passedKey);
    if (typeof passed === 'string') approvals.#passed = passed;
    return approvals;
  }

  /** The revision that an approved plan brought into force last, or that needed none. */
  get passed(): string | undefined {
    return this.#passed;
  }

  /** Newest first. */
  list(): readonly Approval[] {
    return [...this.#approvals.values()].sort((a, b) => b.at - a.at);
  }

  /** A plan was shown: from now on it can be approved as a whole. The oldest are forgotten. */
  async remember({ checksum, revision, targets }: PlanSums, at: number): Promise<void> {
    const named = targets.flatMap(({ name, checksum: sum }) => (sum === undefined ? [] : [{ name, checksum: sum }]));
    if (named.length === 0) return;
    const plan: ReviewedPlan = { checksum, revision, at, targets: named };
    this.#plans.delete(checksum);
    this.#plans.set(checksum, plan);
    await this.#meta.put(keyOf('reviewed', checksum), plan);
    for (const old of this.#tooMany(checksum)) {
      this.#plans.delete(old);
      await this.#meta.del(keyOf('reviewed', old));
    }
  }

  /** The oldest, but for the newest of all, and those whose approval still counts. */
  #tooMany(newest: string): readonly string[] {
    let targets = [...this.#plans.values()].reduce((sum, plan) => sum + plan.targets.length, 0);
    let plans = this.#plans.size;
    return oldest(this.#plans.values(), 0).flatMap((plan) => {
      const isKept = plan.checksum === newest || this.#approvals.has(plan.checksum);
      if (isKept || (plans <= keptPlans && targets <= keptTargets)) return [];
      plans -= 1;
      targets -= plan.targets.length;
      return [plan.checksum];
    });
  }

  /** Was a plan shown that has this checksum, or a target with it? */
  knows(checksum: string): boolean {
    if (this.#plans.has(checksum)) return true;
    return [...this.#plans.values()].some(({ targets }) => targets.some((target) => target.checksum === checksum));
  }

  async approve(approval: Approval): Promise<void> {
    await this.#meta.put(keyOf('approval', approval.checksum), approval, { sync: true });
    this.#approvals.set(approval.checksum, approval);
    for (const old of oldest(this.#approvals.values(), keptApprovals)) {
      this.#approvals.delete(old.checksum);
      await this.#meta.del(keyOf('approval', old.checksum));
    }
  }

  /** Whether somebody approved this plan, or this target of one, and the word still counts for this revision. */
  isApproved(checksum: string, revision: string): boolean {
    return this.#valid(revision).includes(checksum);
  }

  /** Whether this is what somebody approved for a target. */
  allows(target: string, checksum: string, revision: string): boolean {
    return this.#valid(revision).some((word) => word === checksum || this.#meansOf(word, target) === checksum);
  }

  /** A revision came into force. Absent: one that nobody had to approve. */
  async pass(revision: string | undefined): Promise<void> {
    if (revision === undefined) await this.#meta.del(passedKey, { sync: true });
    else await this.#meta.put(passedKey, revision, { sync: true });
    this.#passed = revision;
  }

  /** This approval is used up, but for this revision. */
  async use(checksums: readonly string[], revision: string): Promise<void> {
    for (const [word, approval] of this.#approvals) {
      const isUsed =
        checksums.includes(word) || this.#plans.get(word)?.targets.some((each) => checksums.includes(each.checksum));
      if (isUsed !== true || approval.usedFor !== undefined) continue;
      const used = { ...approval, usedFor: revision };
      await this.#meta.put(keyOf('approval', word), used, { sync: true });
      this.#approvals.set(word, used);
    }
  }

  /** An approved plan is begun, or there is nothing to do: what differs from here on needs no other word. */
  async begin(target: string, revision: string, options: WriteOptions = { sync: true }): Promise<void> {
    if (this.#begun.get(target) === revision) return;
    this.#begun.set(target, revision);
    await this.#meta.put(keyOf('approved-begun', target), { target, revision }, options);
  }

  hasBegun(target: string, revision: string): boolean {
    return this.#begun.get(target) === revision;
  }

  #valid(revision: string): readonly string[] {
    return [...this.#approvals.values()]
      .filter(({ usedFor }) => usedFor === undefined || usedFor === revision)
      .map(({ checksum }) => checksum);
  }

  #meansOf(whole: string, target: string): string | undefined {
    return this.#plans.get(whole)?.targets.find(({ name }) => name === target)?.checksum;
  }
}

function oldest<T extends { readonly at: number }>(all: Iterable<T>, kept: number): readonly T[] {
  const sorted = [...all].sort((a, b) => a.at - b.at);
  return sorted.slice(0, Math.max(0, sorted.length - kept));
}
