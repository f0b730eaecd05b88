import type { DeleteLimits } from '../model/kinds/operator.ts';
import { foldersOf } from './folders.ts';
import { type ChangePlan, countByMenu, type Refusal } from './plan.ts';
import type { Row } from './row.ts';
import { keyOf } from './row-key.ts';
import type { Change, Finding, Target } from './target.ts';

export interface GuardSettings {
  readonly deleteLimits: DeleteLimits;
  /** Deletes a person allowed for this run; lifts the limits when it is at least the number planned. */
  readonly allowDeletes?: number;
  /** The object (`Subscriber/anna`) that must not lose its rows, when the delete is of one of its rows. */
  readonly protects?: (change: Change) => string | undefined;
  /** What rules of the operator's own say of a plan. A number lifts nothing of it. Absent: there are none. */
  readonly judge?: (plan: ChangePlan) => Promise<Judged>;
}

export interface Judged {
  readonly refusals: readonly Refusal[];
  readonly findings: readonly Finding[];
}

/**
 * Rows of ours on the target now, by menu, and objects with rows there, by kind: what a share of deletes is measured
 * against.
 */
export type HeldRows = ReadonlyMap<string, number>;

/** Counts rows that are ours. Pure. */
export function countHeld(rows: readonly Pick<Row, 'menu' | 'identity' | 'owner'>[]): HeldRows {
  const kinds = new Map<string, number>();
  for (const object of new Set(rows.map(objectOf))) {
    const kind = object.split('/', 1)[0] ?? '';
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return new Map([...countByMenu(rows), ...kinds]);
}

/**
 * Why this plan must not be applied; empty when it may. Deletes of one kind on one target are refused when there are
 * more than `always` of them and they exceed `share` of the rows held, or when they exceed `most`. What goes of one
 * folder counts as one, whether the folder goes with it or not. Pure.
 */
export function guard(
  plan: ChangePlan,
  held: HeldRows,
  settings: GuardSettings,
  folders: Target['folders'] = [],
): readonly Refusal[] {
  const deletes = new Map<string, number>();
  for (const { menu } of countable(plan.changes, folders)) deletes.set(menu, (deletes.get(menu) ?? 0) + 1);
  const total = [...deletes.values()].reduce((sum, count) => sum + count, 0);
  const protectedRows = protectedDeletes(plan, settings);
  if (settings.allowDeletes !== undefined && settings.allowDeletes >= total) return protectedRows;
  const refusals: Refusal[] = [...protectedRows];
  for (const [menu, count] of deletes) {
    const rows = held.get(menu) ?? count;
    if (!excessive(count, rows, settings.deleteLimits.kinds?.[menu] ?? settings.deleteLimits)) continue;
    refusals.push({
      target: plan.target,
      code: 'LM_TOO_MANY_DELETES',
      message: `${plan.target}: ${count} of ${rows} rows of ${menu} would be deleted; if that is meant, apply with --allow-deletes ${total}`,
    });
  }
  return [...refusals, ...excessiveKinds(plan, held, settings.deleteLimits, total)];
}

/** A number does not lift it: who means it takes the annotation away first, in a commit of its own. */
function protectedDeletes({ target, changes }: ChangePlan, { protects }: GuardSettings): readonly Refusal[] {
  if (protects === undefined) return [];
  const rows = new Map<string, number>();
  for (const change of changes.filter(({ action }) => action === 'delete')) {
    const object = protects(change);
    if (object !== undefined) rows.set(object, (rows.get(object) ?? 0) + 1);
  }
  return [...rows].map(([object, count]) => ({
    target,
    code: 'LM_PREVENT_DESTROY',
    message:
      `${target}: ${count} rows of ${object} would be deleted, which lastmile/prevent-destroy forbids; ` +
      'take the annotation away in one commit, and the object in a later one',
  }));
}

/** Limits by kind (`Subscriber`): of the objects of that kind with rows here, how many may lose any. */
function excessiveKinds(
  { target, changes }: ChangePlan,
  held: HeldRows,
  { kinds = {} }: DeleteLimits,
  total: number,
): readonly Refusal[] {
  const deletes = changes.filter(({ action }) => action === 'delete');
  return Object.entries(kinds).flatMap(([kind, limits]) => {
    if (kind.startsWith('/')) return [];
    const count = new Set(deletes.filter(({ owner }) => owner.startsWith(`${kind}/`)).map(objectOf)).size;
    const objects = held.get(kind) ?? count;
    if (!excessive(count, objects, limits)) return [];
    return [
      {
        target,
        code: 'LM_TOO_MANY_DELETES',
        message: `${target}: ${count} of ${objects} objects of kind ${kind} would lose rows; if that is meant, apply with --allow-deletes ${total}`,
      },
    ];
  });
}

/** `Subscriber/anna`, without the part. */
export function objectOf({ owner }: Pick<Change, 'owner'>): string {
  return owner.split('#', 1)[0] ?? owner;
}

/** Deletes that count: of those in one folder, which goes or stays, the first. */
function countable(changes: readonly Change[], folders: readonly string[]): readonly Change[] {
  const deletes = changes.filter(({ action }) => action === 'delete');
  const going = new Set(deletes.filter(({ menu }) => folders.includes(menu)).map(keyOf));
  const holders = new Set(
    deletes.flatMap(({ menu, identity }) => foldersOf(identity).map((path) => keyOf({ menu, identity: path }))),
  );
  const counted = new Set<string>();
  return deletes.filter((change) => {
    if (!folders.includes(change.menu)) return true;
    const unit = unitOf(change, going, holders);
    if (counted.has(unit)) return false;
    counted.add(unit);
    return true;
  });
}

/** The outermost folder that goes, with what is in it; else the folder around the row. */
function unitOf({ menu, identity }: Change, going: ReadonlySet<string>, holders: ReadonlySet<string>): string {
  const paths = [identity, ...foldersOf(identity)].map((path) => keyOf({ menu, identity: path }));
  const [self = '', around = self] = paths;
  return paths.slice(1).findLast((path) => going.has(path)) ?? (holders.has(self) ? self : around);
}

function excessive(count: number, rows: number, limits: DeleteLimits): boolean {
  return (count > limits.always && count > rows * limits.share) || count > limits.most;
}
