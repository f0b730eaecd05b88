import type { Clock } from '../base/clock.ts';
import { type Issue, wholeRepository } from '../manifest/issue.ts';
import type { Policy } from '../model/kinds/policy.ts';
import type { Model } from '../model/model.ts';
import type { Engine } from './engine.ts';
import { planJudge } from './targets/judge-target.ts';
import { planTargets } from './targets/plan-targets.ts';
import { lastRevision } from './targets/reconciler.ts';

export interface PolicyGateOptions {
  readonly engine: Pick<
    Engine,
    | 'policies'
    | 'approvals'
    | 'borrow'
    | 'inventory'
    | 'protection'
    | 'pauses'
    | 'planSeal'
    | 'quotas'
    | 'status'
    | 'directoryTarget'
  >;
  readonly clock: Clock;
}

/** Time for looking at routers before a revision comes into force. What is silent counts for nothing until it is changed. */
const longestLookMs = 60_000;

/** What policies have to say of a revision before it comes into force: those of before, and its own. */
export class PolicyGate {
  readonly #options: PolicyGateOptions;
  #isLoaded = false;

  constructor(options: PolicyGateOptions) {
    this.#options = options;
  }

  /** Rules in force until something comes into force. */
  get before(): readonly Policy[] {
    return this.#options.engine.policies.inForce;
  }

  /** What rules over whole plans deny. Where there are none, nothing is looked at. */
  async denials(revision: string, declared: Model, signers: readonly string[]): Promise<readonly Issue[]> {
    const { policies: now = [] } = declared;
    const isAsked = [...now, ...this.before].some(({ rules }) => rules.some(({ over }) => over === 'plan'));
    if (!isAsked || !(await planJudge(now, this.before)).isOfPlans) return [];
    const { engine, clock } = this.#options;
    const model = engine.quotas.asOf(declared, clock.now());
    if (!this.#isLoaded) await engine.directoryTarget.load(model);
    this.#isLoaded = true;
    // Where plans are approved, nobody is sent a password on the word of a commit that is not.
    const isReviewed = engine.approvals.passed !== undefined || declared.operator.reconcile.approved === true;
    await using loan = engine.borrow(model, ...(isReviewed ? (['known'] as const) : []));
    const plan = await planTargets(loan.targets, {
      ...{ model, revision, now: clock.now(), sessionsKnown: true, seal: engine.planSeal },
      ...{ inventory: engine.inventory, protection: engine.protection, signers },
      policiesBefore: (target) => engine.policies.of(target),
      policiesInForce: engine.policies.inForce,
      pauseOf: (name) => engine.pauses.of(name, clock.now()),
      signal: AbortSignal.timeout(longestLookMs),
      lastRevision: (target) => lastRevision(engine, target).lastRevision,
    });
    return plan.refusals.flatMap(({ target, code, message, policy }) => {
      if (target !== 'plan' || policy === undefined) return [];
      const { file, line } = policy;
      return [{ ...wholeRepository, severity: 'error' as const, code, message, file, line }];
    });
  }
}
