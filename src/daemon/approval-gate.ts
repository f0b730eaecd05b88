import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { compact } from '../base/compact.ts';
import { directoryName } from '../directory/directory-target.ts';
import type { Model } from '../model/model.ts';
import { type PlanDocument, settingsName } from '../reconcile/plan.ts';
import type { Target } from '../reconcile/target.ts';
import { planTrailers } from '../source/plan-trailers.ts';
import type { Revision, Source } from '../source/source.ts';
import type { Judgement } from '../status/conditions.ts';
import type { Engine } from './engine.ts';
import { checksumOfSeen } from './targets/exact-plan.ts';
import { fewLooks } from './targets/few-looks.ts';
import { dialledOtherwise, planTargets } from './targets/plan-targets.ts';
import { lastRevision } from './targets/reconciler.ts';
import { settingsPart } from './targets/settings-part.ts';
import { unchangedTargets } from './targets/unchanged-targets.ts';

export interface ApprovalGateOptions {
  readonly engine: Pick<
    Engine,
    'approvals' | 'policies' | 'borrow' | 'inventory' | 'protection' | 'pauses' | 'planSeal' | 'quotas' | 'status'
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
  async admits(candidate: Candidate, before: Candidate | undefined, asOrdered = false): Promise<boolean> {
    const { approvals } = this.#options.engine;
    const { revision, model } = candidate;
    if (approvals.passed === revision.id) return this.#admitted(candidate, 'it was approved before');
    // A state folder that knows of none yet: nothing is in force, and nobody could have been shown a plan.
    const isReviewed = before === undefined ? approvals.passed !== undefined : isApproved(before.model);
    if (!isReviewed && !isApproved(model)) return this.#unreviewed();
    // What brings the review is not reviewed: it is in force at once, on every target.
    if (!isReviewed || asOrdered) {
      await this.#beginAll(candidate);
      return this.#admitted(candidate, asOrdered ? 'it was ordered by a rollback' : 'from here on plans are approved');
    }
    await this.#takeTrailers(revision.id);
    const { plan, untouched } = await this.#planOf(candidate, before);
    const openIn = () =>
      plan.targets.flatMap(({ name, checksum }) =>
        checksum === undefined || approvals.allows(name, checksum, revision.id) ? [] : [{ name, checksum }],
      );
    if (openIn().length > 0) await this.#takeStatuses(revision.id, before?.model);
    if (openIn().length > 0) return this.#waits(plan, openIn());
    await approvals.use(
      [plan.checksum, ...plan.targets.flatMap(({ checksum }) => (checksum === undefined ? [] : [checksum]))],
      revision.id,
    );
    for (const name of untouched) await approvals.begin(name, revision.id, { sync: false });
    return this.#admitted(candidate, plan.changes.length === 0 ? 'it changes nothing' : `plan ${plan.checksum}`);
  }

  /** Whether somebody at a forge approved what waits, since it was looked at last. @param inForce says who may */
  async approvedMeanwhile(inForce: Model | undefined): Promise<boolean> {
    return this.#waiting !== undefined && (await this.#takeStatuses(this.#waiting.revision, inForce));
  }

  /** Neither what was in force nor this wants to be approved. */
  async #unreviewed(): Promise<true> {
    const { engine, judge } = this.#options;
    this.#waiting = undefined;
    if (engine.approvals.passed === undefined) return true;
    await engine.approvals.pass(undefined);
    judge({ type: 'Approved', status: 'Unknown', reason: 'NotRequired', message: 'no approvals are asked for' });
    return true;
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

  /** What forges say of the commit, or of those that it merges. @returns whether there was a word that was not known */
  async #takeStatuses(revision: string, inForce: Model | undefined): Promise<boolean> {
    const { source, engine, clock, log } = this.#options;
    const forges = (inForce?.webhooks ?? []).filter(({ approvers }) => approvers !== undefined);
    const repository = source.history?.repository;
    if (forges.length === 0 || repository === undefined) return false;
    const { forgeApprovals } = await import('./telling/forge-approvals.ts');
    const { approvals, troubles } = await forgeApprovals(forges, repository, revision);
    for (const { forge, why } of troubles) log.warn({ forge, revision, why }, 'who approved it is not known');
    const news = approvals.filter(({ checksum }) => !engine.approvals.isApproved(checksum, revision));
    for (const { checksum, by } of news) {
      await engine.approvals.approve({ checksum, by, at: clock.now(), usedFor: revision });
      log.info({ revision, checksum, by }, 'plan approved at a forge');
    }
    return news.length > 0;
  }

  /**
   * What this would do, and which targets it leaves as they are: of these, what differs is drift, and was before.
   *
   * Where it declares routers at another address or with another login than in force, these are not dialled before that is
   * approved: whoever writes a commit could have a password of theirs sent to himself.
   */
  async #planOf({ revision, model: declared }: Candidate, before: Candidate | undefined) {
    const { engine, clock } = this.#options;
    const { approvals, planSeal: seal } = engine;
    const now = clock.now();
    const model = engine.quotas.asOf(declared, now);
    const settings = settingsPart(before?.model, declared);
    const mayDial =
      settings?.plan === undefined ||
      approvals.allows(settingsName, checksumOfSeen({ plan: settings.plan }, seal), revision.id);
    await using known = engine.borrow(model, 'known');
    await using all = mayDial && known.unknown.length > 0 ? engine.borrow(model) : undefined;
    const plan = await planTargets((all ?? known).targets, {
      ...{ model, revision: revision.id, now, sessionsKnown: true, seal },
      ...{ inventory: engine.inventory, protection: engine.protection, policiesInForce: engine.policies.inForce },
      policiesBefore: (target) => engine.policies.of(target),
      pauseOf: (name) => engine.pauses.of(name, now),
      signal: AbortSignal.timeout(longestLookMs),
      lastRevision: (target) => lastRevision(engine, target).lastRevision,
      leftOut: (all ?? known).unknown.map(dialledOtherwise),
      ...compact({ settings }),
      looking: fewLooks(clock),
    });
    await approvals.remember(plan, now);
    return { plan, untouched: await this.#untouched(known.targets, model, before) };
  }

  async #untouched(known: readonly Target[], now: Model, before: Candidate | undefined): Promise<readonly string[]> {
    if (before === undefined) return [];
    const { engine, clock } = this.#options;
    const { id } = before.revision;
    const inHand = known.filter(({ name }) => name !== directoryName && engine.approvals.hasBegun(name, id));
    const was = engine.quotas.asOf(before.model, clock.now());
    return await unchangedTargets(inHand, was, now, engine.planSeal);
  }
}

/** Whether revisions after this one are to be approved. Pure. */
export function isApproved({ operator }: Pick<Model, 'operator'>): boolean {
  return operator.reconcile.approved === true;
}
