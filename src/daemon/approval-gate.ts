import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import type { Model } from '../model/model.ts';
import type { PlanDocument } from '../reconcile/plan.ts';
import { planTrailers } from '../source/plan-trailers.ts';
import type { Revision, Source } from '../source/source.ts';
import type { Judgement } from '../status/conditions.ts';
import type { Engine } from './engine.ts';
import { planTargets } from './targets/plan-targets.ts';
import { lastRevision } from './targets/reconciler.ts';

export interface ApprovalGateOptions {
  readonly engine: Pick<
    Engine,
    'approvals' | 'borrow' | 'inventory' | 'protection' | 'pauses' | 'planSeal' | 'quotas' | 'status'
  >;
  readonly source: Source;
  readonly clock: Clock;
  readonly log: Logger;
  readonly judge: (judgement: Judgement) => unknown;
}

/** A revision, and what it declares. */
interface Candidate {
  readonly revision: Pick<Revision, 'id'>;
  readonly model: Model;
}

/** A revision that is not in force, and what has to be approved for it. */
export interface WaitingRevision {
  readonly revision: string;
  /** Of its plan as it was when somebody last looked. */
  readonly checksum: string;
  /** Targets whose changes nobody approved. */
  readonly targets: readonly string[];
}

/** Time for looking at routers before a revision waits. One that is silent is not waited for: what it gets is held against the approval later. */
const longestLookMs = 60_000;

/**
 * With `reconcile.mode: approved`, lets a revision into force once its plan is approved by checksum: of the whole, or of every
 * target with changes. Until then the one before stays, with all that follows from it: drift is healed, people expire.
 */
export class ApprovalGate {
  readonly #options: ApprovalGateOptions;
  #waiting: WaitingRevision | undefined;

  constructor(options: ApprovalGateOptions) {
    this.#options = options;
  }

  get waiting(): WaitingRevision | undefined {
    return this.#waiting;
  }

  /**
   * Whether this may come into force.
   *
   * @param before what is in force, or was last: its mode counts, so that no commit does away with its own review
   * @param asOrdered an admin has it served, by a rollback
   */
  async admits(candidate: Candidate, before: Model | undefined, asOrdered = false): Promise<boolean> {
    const { approvals } = this.#options.engine;
    const { revision, model } = candidate;
    if (approvals.passed === revision.id) return this.#admitted(candidate, 'it was approved before');
    // A state folder that knows of none yet: nothing is in force, and nobody could have been shown a plan.
    const isReviewed = before === undefined ? approvals.passed !== undefined : isApproved(before);
    if (!isReviewed && !isApproved(model)) {
      this.#waiting = undefined;
      return true;
    }
    // What brings the review is not reviewed: it is in force at once, on every target.
    if (!isReviewed || asOrdered) {
      await this.#beginAll(candidate);
      return this.#admitted(candidate, asOrdered ? 'it was ordered by a rollback' : 'from here on plans are approved');
    }
    await this.#takeTrailers(revision.id);
    const plan = await this.#planOf(candidate);
    const open = plan.targets.flatMap(({ name, checksum }) =>
      checksum === undefined || approvals.allows(name, checksum, revision.id) ? [] : [{ name, checksum }],
    );
    if (open.length > 0) return this.#waits(plan, open);
    await approvals.use(
      [plan.checksum, ...plan.targets.flatMap(({ checksum }) => (checksum === undefined ? [] : [checksum]))],
      revision.id,
    );
    return this.#admitted(candidate, plan.changes.length === 0 ? 'it changes nothing' : `plan ${plan.checksum}`);
  }

  async #admitted({ revision }: Candidate, why: string): Promise<true> {
    const { engine, log, judge } = this.#options;
    if (engine.approvals.passed !== revision.id) {
      await engine.approvals.pass(revision.id);
      log.info({ revision: revision.id, why }, 'revision approved');
    }
    this.#waiting = undefined;
    judge({ type: 'Approved', status: 'True', reason: 'Approved', message: `${revision.id}: ${why}` });
    return true;
  }

  #waits(
    { revision, checksum }: PlanDocument,
    open: readonly { readonly name: string; readonly checksum: string }[],
  ): false {
    const targets = open.map(({ name }) => name);
    const isNews = this.#waiting?.revision !== revision || this.#waiting.checksum !== checksum;
    this.#waiting = { revision, checksum, targets };
    const message =
      `${revision} waits: nobody approved its plan ${checksum} (${targets.slice(0, 5).join(', ')}` +
      `${targets.length > 5 ? ` and ${targets.length - 5} more` : ''}). lastmile approve ${checksum}`;
    this.#options.judge({ type: 'Approved', status: 'False', reason: 'AwaitingApproval', message });
    if (isNews) this.#options.log.warn({ revision, checksum, targets }, 'revision waits for approval');
    return false;
  }

  /** Changes of any target are begun for this revision: none of them is held against an approval. */
  async #beginAll({ revision, model }: Candidate): Promise<void> {
    const { approvals } = this.#options.engine;
    for (const { name } of [...model.routers, ...model.omadaControllers]) await approvals.begin(name, revision.id);
  }

  /** What the commit itself, or those it merges, say is approved. */
  async #takeTrailers(revision: string): Promise<void> {
    const { source, engine, clock } = this.#options;
    for (const { checksum, by } of await planTrailers(source.history?.repository, revision)) {
      await engine.approvals.approve({ checksum, by, at: clock.now(), usedFor: revision });
    }
  }

  async #planOf({ revision, model: declared }: Candidate): Promise<PlanDocument> {
    const { engine, clock } = this.#options;
    const now = clock.now();
    const model = engine.quotas.asOf(declared, now);
    await using loan = engine.borrow(model);
    const plan = await planTargets(loan.targets, {
      ...{ model, revision: revision.id, now, sessionsKnown: true, seal: engine.planSeal },
      ...{ inventory: engine.inventory, protection: engine.protection },
      pauseOf: (name) => engine.pauses.of(name, now),
      signal: AbortSignal.timeout(longestLookMs),
      lastRevision: (target) => lastRevision(engine, target).lastRevision,
    });
    await engine.approvals.remember(plan, now);
    return plan;
  }
}

function isApproved({ operator }: Model): boolean {
  return operator.reconcile.approved === true;
}
