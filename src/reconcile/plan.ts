import type { Origin } from '../model/origin.ts';
import type { HeldChange } from './hold.ts';
import { levelsOf, type OrderRules } from './order.ts';
import { type PlanSeal, targetChecksum, wholeChecksum } from './plan-checksum.ts';
import type { Row } from './row.ts';
import { keyOf } from './row-key.ts';
import type { Change, Finding, Risk, SessionEffect, Target } from './target.ts';

/** What one reconcile of one target is about to do. Plain data. */
export interface ChangePlan {
  readonly target: string;
  readonly changes: readonly Change[];
  readonly levels: readonly (readonly Change[])[];
  /** Sessions that the changes end or alter; absent when it is not known who is online. */
  readonly sessions: readonly SessionEffect[];
  readonly findings: readonly Finding[];
  /** What differs and is not changed now. Absent: nothing. */
  readonly held?: readonly HeldChange[];
  /** What is wanted and cannot be had: findings tell why. Absent: nothing. */
  readonly unmet?: readonly Row[];
  /** What is made only where the target can take it back, as it may cut our own access. Absent: nothing. */
  readonly underConfirm?: readonly Risk[];
}

/** Arranges the changes of one target. Pure. */
export function planChanges(
  target: Pick<Target, 'name'> & OrderRules & Partial<Pick<Target, 'ordered'>>,
  changes: readonly Change[],
  sessions: readonly SessionEffect[],
  findings: readonly Finding[],
): ChangePlan {
  return {
    target: target.name,
    changes,
    levels: inDeclaredOrder(levelsOf(changes, target), changes, target.ordered ?? []),
    sessions,
    findings,
  };
}

/**
 * New rows of an ordered menu are made in one level, since each goes to its place among those made before it: in the last
 * in which one of that menu would be. What goes of it goes from its end: a rule that drops the rest before those that it
 * leaves out. All moves are one level, each to a place that does not move.
 */
function inDeclaredOrder(
  levels: ChangePlan['levels'],
  changes: readonly Change[],
  ordered: readonly string[],
): ChangePlan['levels'] {
  const isNew = ({ action, menu }: Change) => action === 'create' && ordered.includes(menu);
  const goesInTurn = ({ action, menu }: Change) => action === 'delete' && ordered.includes(menu);
  const moves = changes.filter(({ action }) => action === 'move');
  // Each move is a level: of thousands, none is left to go through.
  const rest = levels
    .map((level) => level.filter(({ action }) => action !== 'move'))
    .filter((level) => level.length > 0);
  const last = new Map(rest.flatMap((level, at) => level.filter(isNew).map(({ menu }) => [menu, at] as const)));
  const inOne = rest.map((level, at) => [
    ...level.filter((change) => !isNew(change) && !goesInTurn(change)),
    // In the order of the plan, which is the declared one.
    ...changes.filter((change) => isNew(change) && last.get(change.menu) === at),
    ...level.filter(goesInTurn).reverse(),
  ]);
  return [...inOne, moves].filter((level) => level.length > 0);
}

export type ChangeCause = 'git' | 'drift';

/** A change as published: `schemas/plan.schema.json`. */
export interface PlannedChange {
  /** `core-1/ppp/secret/anna@isp.example`. */
  readonly address: string;
  readonly target: string;
  readonly menu: string;
  readonly identity: string;
  readonly actions: readonly ('create' | 'update' | 'delete' | 'move')[];
  readonly owner: string;
  readonly before: Readonly<Record<string, string>> | null;
  readonly after: Readonly<Record<string, string>> | null;
  /** Names of the fields that will be written: of secrets, nothing else tells. */
  readonly fields: readonly string[];
  /** True when a row that was there without a marker becomes ours. */
  readonly adopts: boolean;
  readonly source?: Pick<Origin, 'file' | 'line'>;
  readonly cause: ChangeCause;
}

/** Among the targets of a plan, where a revision declares lastmile itself otherwise. No router has such a name. */
export const settingsName = '(settings)';

export interface PlanTarget {
  readonly name: string;
  /** `unreachable`: nothing is known of it, and nothing is planned. `left-out`: on purpose, see `reason`. */
  readonly state: 'observed' | 'unreachable' | 'left-out';
  readonly reason?: string;
  /** SHA-256 over what would be done there, hex. Absent: nothing. */
  readonly checksum?: string;
}

export interface Refusal {
  readonly target: string;
  /** Stable, `LM_…`. */
  readonly code: string;
  readonly message: string;
  /** The rule of the operator's own that denies it. Absent: none does. */
  readonly policy?: { readonly name: string; readonly rule: string; readonly file: string; readonly line: number };
}

/** A whole plan over all targets, versioned. Secrets appear as `[secret]`. */
export interface PlanDocument {
  readonly formatVersion: '1';
  readonly revision: string;
  readonly targets: readonly PlanTarget[];
  readonly changes: readonly PlannedChange[];
  /** Live sessions that will be altered or ended; absent when no store could be read. */
  readonly sessionsAffected?: readonly PlannedSession[];
  readonly findings: readonly (Finding & { readonly target: string })[];
  readonly refusals: readonly Refusal[];
  readonly summary: PlanSummary;
  /** SHA-256 over the checksums of targets, hex. */
  readonly checksum: string;
  /** The checksums stand for the secrets that are written, too, by a key of the state folder. Absent: for all but these. */
  readonly sealed?: true;
}

export interface PlannedSession {
  readonly target: string;
  readonly username: string;
  readonly action: 'change' | 'disconnect';
  readonly why: string;
  readonly sessions: number;
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly move: number;
  readonly sessions: number;
}

export interface PlanPart {
  readonly target: PlanTarget;
  readonly plan?: ChangePlan;
  readonly refusals: readonly Refusal[];
  readonly cause: ChangeCause;
  /** False when nobody could say who is online. */
  readonly sessionsKnown: boolean;
}

/** Joins the plans of all targets into the published document. Pure. */
export function planDocument(revision: string, parts: readonly PlanPart[], seal?: PlanSeal): PlanDocument {
  const published = parts.map(({ plan, cause }) => (plan === undefined ? [] : publishedChanges(plan, cause)));
  const changes = published.flat();
  const targets = parts.map(({ target, plan }, at) => withChecksum(target, plan, published[at] ?? [], seal));
  const sessions = parts.flatMap(({ plan }) => (plan?.sessions ?? []).map((effect) => publishEffect(plan, effect)));
  const findings = parts.flatMap(({ plan, refusals }) =>
    [...(plan?.findings ?? []), ...(refusals.length === 0 ? confirmed(plan) : [])].map(({ code, message }) => ({
      target: plan?.target ?? '',
      code,
      message,
    })),
  );
  const count = (action: Change['action']) => changes.filter((change) => change.actions[0] === action).length;
  return {
    formatVersion: '1',
    revision,
    targets,
    changes,
    ...(parts.every((part) => part.sessionsKnown) ? { sessionsAffected: sessions } : {}),
    findings,
    refusals: parts.flatMap((part) => part.refusals),
    summary: {
      create: count('create'),
      update: count('update'),
      delete: count('delete'),
      move: count('move'),
      sessions: sessions.reduce((sum, effect) => sum + effect.sessions, 0),
    },
    checksum: wholeChecksum(targets),
    ...(seal === undefined ? {} : { sealed: true }),
  };
}

/** The changes of one target as published: menu by menu, then deletes, then moves. Pure. */
export function publishedChanges(plan: ChangePlan, cause: ChangeCause): readonly PlannedChange[] {
  return readable(plan).map((change) => publish(plan.target, change, cause));
}

function withChecksum(
  target: PlanTarget,
  plan: ChangePlan | undefined,
  published: readonly PlannedChange[],
  seal: PlanSeal | undefined,
): PlanTarget {
  if (plan === undefined || published.length === 0) return target;
  return { ...target, checksum: targetChecksum(plan.changes, published, seal) };
}

/** True when a plan would change nothing. */
export function isEmpty(plan: PlanDocument): boolean {
  return plan.changes.length === 0;
}

/** Menu by menu, as listed; then deletes, in the order in which they will be carried out; then moves. */
function readable({ changes, levels }: ChangePlan): readonly Change[] {
  const deletes = levels.flat().filter((change) => change.action === 'delete');
  const moves = changes.filter((change) => change.action === 'move');
  return [...changes.filter((change) => change.action !== 'delete' && change.action !== 'move'), ...deletes, ...moves];
}

/** Risky changes that are named, the others are counted. */
const namedRisks = 5;

/** What goes under commit-confirm, and why. */
function confirmed(plan: ChangePlan | undefined): readonly Finding[] {
  if (plan?.underConfirm === undefined || plan.underConfirm.length === 0) return [];
  const { target, underConfirm: risks } = plan;
  const words = risks.slice(0, namedRisks).map(({ change, why }) => `${addressOf(target, change)} ${why}`);
  const more = risks.length > namedRisks ? [`and ${risks.length - namedRisks} more`] : [];
  const count = risks.length === 1 ? '1 change goes' : `${risks.length} changes go`;
  const message =
    `${count} under commit-confirm: the router takes the risky part of this plan back unless we get in again after it. ` +
    [...words, ...more].join('; ');
  return [{ code: 'LM_COMMIT_CONFIRM', message }];
}

function publishEffect(plan: ChangePlan | undefined, effect: SessionEffect): PlannedSession {
  const { username, action, why } = effect;
  return { target: plan?.target ?? '', username, action, why, sessions: effect.sessionIds.length };
}

function publish(target: string, change: Change, cause: ChangeCause): PlannedChange {
  const { menu, identity, owner, before, after } = change;
  return {
    address: addressOf(target, change),
    target,
    menu,
    identity,
    actions: [change.action],
    owner,
    before: before === undefined ? null : shown(before.fields, after?.fields),
    after: after === undefined ? null : shown(after.fields),
    fields: Object.keys(change.set).sort(),
    adopts: change.adopts === true,
    ...(after?.source === undefined ? {} : { source: { file: after.source.file, line: after.source.line } }),
    cause,
  };
}

/** `target/menu/identity`, without the identity for settings. */
export function addressOf(target: string, row: { readonly menu: string; readonly identity: string }): string {
  const menu = row.menu.replace(/^\//, '');
  return row.identity === '' ? `${target}/${menu}` : `${target}/${menu}/${row.identity}`;
}

/** Field values as text, secrets hidden, in order of name; only the fields that `only` has, when given. */
function shown(fields: Readonly<Record<string, unknown>>, only?: Readonly<Record<string, unknown>>) {
  const names = Object.keys(fields).filter((name) => only === undefined || Object.hasOwn(only, name));
  return Object.fromEntries(
    names.sort().map((name) => [name, typeof fields[name] === 'string' ? String(fields[name]) : '[secret]']),
  );
}

/** Counts rows of a kind for the guard: menu → number. */
export function countByMenu(rows: readonly { readonly menu: string; readonly identity: string }[]) {
  const counts = new Map<string, number>();
  for (const row of new Map(rows.map((each) => [keyOf(each), each])).values()) {
    counts.set(row.menu, (counts.get(row.menu) ?? 0) + 1);
  }
  return counts;
}
