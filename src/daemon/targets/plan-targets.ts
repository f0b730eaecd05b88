import { compact } from '../../base/compact.ts';
import { LastmileError, messageOf } from '../../base/errors.ts';
import { directoryName } from '../../directory/directory-target.ts';
import type { Issue } from '../../manifest/issue.ts';
import type { Policy } from '../../model/kinds/policy.ts';
import type { Model } from '../../model/model.ts';
import type { Inventory } from '../../reconcile/inventory.ts';
import {
  type ChangePlan,
  type PlanDocument,
  type PlanPart,
  type PlanTarget,
  planDocument,
} from '../../reconcile/plan.ts';
import type { PlanSeal } from '../../reconcile/plan-checksum.ts';
import { prepare, type ReconcileDeps } from '../../reconcile/reconcile-once.ts';
import type { Finding, Target } from '../../reconcile/target.ts';
import type { Pause } from '../../status/pauses.ts';
import type { Protection } from '../../status/protection.ts';
import { withPolicies } from './plan-policies.ts';
import { guardOf, policyOf, type TargetPolicy, windowState } from './target-policy.ts';

export interface PlanSettings {
  readonly model: Model;
  readonly revision: string;
  readonly inventory: Inventory;
  /** How many deletes a person allows. */
  readonly allowDeletes?: number;
  /** Objects that must not be destroyed; absent when no store says. */
  readonly protection?: Pick<Protection, 'has'>;
  /** Whom a person wants left alone; absent when no store says. */
  readonly pauseOf?: (target: string) => Pause | undefined;
  /** Wall time, milliseconds since 1970: by which windows are open or closed. */
  readonly now: number;
  /** With a deadline (`AbortSignal.timeout`), targets that did not answer in time are left unknown. */
  readonly signal: AbortSignal;
  /** The revision a target was last in step with: what differs under the same one is drift. */
  readonly lastRevision: (target: string) => string | undefined;
  /** Targets that are not looked at, and why. */
  readonly leftOut?: readonly PlanTarget[];
  /** False when no store says who is online by RADIUS. */
  readonly sessionsKnown: boolean;
  /** Rules that were in force when a target was last in step, and that are in force now. Absent: no store says. */
  readonly policiesBefore?: (target: string) => readonly Policy[];
  readonly policiesInForce?: readonly Policy[];
  /** What rules over objects say; denials are errors. */
  readonly objections?: readonly Issue[];
  /** Who has signed what is declared, where that is known. */
  readonly signers?: readonly string[];
  /** By which its checksums stand for secrets; absent where no store has one. */
  readonly seal?: PlanSeal;
  /** Leave to look at a target, among others. Absent: all are looked at together. */
  readonly looking?: NonNullable<ReconcileDeps['looking']>;
  /** What is declared otherwise of lastmile itself. Absent: nothing, or it is not asked for. */
  readonly settings?: PlanPart;
}

/** Looks at every target, side by side, and joins what would change. Writes nothing. */
export async function planTargets(targets: readonly Target[], settings: PlanSettings): Promise<PlanDocument> {
  const parts = await Promise.all(targets.map((target) => planPart(target, settings)));
  const leftOut = (settings.leftOut ?? []).map(
    (target): PlanPart => ({ ...nothing, target, sessionsKnown: target.name !== directoryName }),
  );
  const own = settings.settings === undefined ? [] : [settings.settings];
  const plan = planDocument(settings.revision, [...own, ...leftOut, ...parts], settings.seal);
  return await withPolicies(plan, parts, settings);
}

const nothing = { refusals: [], cause: 'git', sessionsKnown: true } as const;

async function planPart(target: Target, settings: PlanSettings): Promise<PlanPart> {
  const cause = settings.lastRevision(target.name) === settings.revision ? 'drift' : 'git';
  try {
    const { model, inventory, signal, sessionsKnown, looking } = settings;
    const policy = policyOf(target, model);
    const guard = guardOf(target, model, { ...settings, cause });
    const { plan, refusals } = await prepare(target, model, {
      inventory,
      signal,
      guard,
      ignore: policy.ignore,
      asked: true,
      ...compact({ looking }),
    });
    const findings = [...plan.findings, ...laterOf(plan, policy, settings), ...pausedOf(target, settings)];
    const told = { ...plan, findings };
    return { target: { name: target.name, state: 'observed' }, plan: told, refusals, cause, sessionsKnown };
  } catch (error) {
    const ours = error instanceof LastmileError;
    if (!ours && !isTimeout(settings.signal)) throw error;
    const reason = ours ? messageOf(error) : 'it did not answer before the time for planning was up';
    return { ...nothing, target: { name: target.name, state: 'unreachable', reason } };
  }
}

/** That nothing of a plan is applied for now. */
function pausedOf({ name }: Target, { pauseOf }: PlanSettings): readonly Finding[] {
  const pause = pauseOf?.(name);
  if (pause === undefined) return [];
  const till = pause.until === undefined ? 'until lastmile resume' : `until ${new Date(pause.until).toISOString()}`;
  return [
    { code: 'LM_SUSPENDED', message: `it is suspended ${till}: ${pause.reason} (${pause.by}); nothing is applied` },
  ];
}

/** What of a plan waits when nobody asks for it to be applied. */
function laterOf(
  { changes }: Pick<ChangePlan, 'changes'>,
  policy: TargetPolicy,
  { model, now }: PlanSettings,
): readonly Finding[] {
  const window = windowState(policy, now, model.operator.timezone);
  const later = changes.filter(({ owner }) => !owner.startsWith('Subscriber/')).length;
  if (window.open || later === 0) return [];
  const opens = window.opens === undefined ? 'one opens' : new Date(window.opens).toISOString();
  const why =
    window.exception === undefined
      ? 'no window of reconcile.windows is open'
      : `reconcile.exceptions closes all windows now (${window.exception.reason ?? 'no reason is given'})`;
  return [
    {
      code: 'LM_WINDOW_CLOSED',
      message: `${why}: the daemon makes ${later} of these changes when ${opens}, lastmile apply makes them now`,
    },
  ];
}

/** Of one whose declaration says that it is dialled otherwise than the one in force. */
export function dialledOtherwise(name: string): PlanTarget {
  const reason = 'it is declared with another address or login than in force: it is looked at after the merge';
  return { name, state: 'left-out', reason };
}

/** Whether a deadline aborted it, and not a person. */
function isTimeout({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof DOMException && reason.name === 'TimeoutError';
}

/** Those of `targets` that were asked for. */
export function chosen<T extends { readonly name: string }>(
  targets: readonly T[],
  only: readonly string[] = [],
  exclude: readonly string[] = [],
): readonly T[] {
  return targets.filter(({ name }) => (only.length === 0 || only.includes(name)) && !exclude.includes(name));
}
