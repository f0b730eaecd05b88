import { printable } from '../base/bytes.ts';
import type { PlanDocument, PlannedChange } from '../reconcile/plan.ts';
import { shownValue } from './measured.ts';

/** What is done to a row. */
export type PlannedAction = PlannedChange['actions'][number];

export function actionOf({ actions: [action = 'update'] }: Pick<PlannedChange, 'actions'>): PlannedAction {
  return action;
}

/** A field that is written, for people. */
export interface FieldWords {
  readonly name: string;
  /** Absent where the row is new. */
  readonly before?: string;
  readonly after: string;
}

/** Fields that a change writes, each on one line and safe for a terminal. None for a delete and a move. Pure. */
export function fieldWords({ actions, before, after, fields }: PlannedChange): readonly FieldWords[] {
  const [action] = actions;
  const written = Object.entries(after ?? {});
  if (action === 'create') {
    return written
      .filter(([, value]) => value !== '')
      .map(([name, value]) => ({ name: printable(name), after: shownValue(value) }));
  }
  if (action !== 'update') return [];
  return written
    .filter(([name]) => fields.includes(name))
    .map(([name, value]) => ({ name: printable(name), before: shownValue(before?.[name]), after: shownValue(value) }));
}

/** Menu and identity, as a person names the row. */
export function rowWords({ menu, identity }: Pick<PlannedChange, 'menu' | 'identity'>): string {
  return identity === '' ? printable(menu) : `${printable(menu)} ${printable(identity)}`;
}

/** What there is to know of a change besides its fields: `drift`, `adopts …`, `subscribers.yaml:9`. */
export function changeNotes({ cause, adopts, actions, fields, source }: PlannedChange): readonly string[] {
  return [
    ...(cause === 'drift' ? ['drift'] : []),
    ...(adopts ? ['adopts the row that is there'] : []),
    ...(!adopts && actions[0] === 'update' && fields.length === 0 ? ['its marker only'] : []),
    ...(source === undefined ? [] : [`${printable(source.file)}:${source.line}`]),
  ];
}

/** The last line of a plan: what it comes to. */
export function summaryWords({ summary, changes, targets }: PlanDocument): string {
  if (changes.length === 0) {
    return targets.some(({ state }) => state === 'unreachable')
      ? 'Nothing to change where it could be seen.'
      : 'Nothing to change.';
  }
  const { create, update, delete: deleted, move, sessions } = summary;
  const moved = move === 0 ? '' : `, ${move} to move`;
  const online = sessions === 0 ? '' : `; ${sessions} sessions affected`;
  return `Plan: ${create} to create, ${update} to update, ${deleted} to delete${moved}${online}.`;
}

/** Changes by target, in the plan's order of targets. */
export function changesByTarget({ changes }: Pick<PlanDocument, 'changes'>): ReadonlyMap<string, PlannedChange[]> {
  const byTarget = new Map<string, PlannedChange[]>();
  for (const change of changes) {
    const known = byTarget.get(change.target);
    if (known === undefined) byTarget.set(change.target, [change]);
    else known.push(change);
  }
  return byTarget;
}
