import { addressOf } from '../../reconcile/plan.ts';
import type { Change } from '../../reconcile/target.ts';
import type { DriftEvent } from '../../status/drift-log.ts';

export interface DriftOutcome {
  readonly target: string;
  readonly at: number;
  readonly drift: readonly Change[];
  /** Why a change was not made now. */
  readonly held: ReadonlyMap<Change, string>;
  /** Addresses of changes that failed. */
  readonly failed: ReadonlySet<string>;
  /** False when its mode, or a person, keeps us from writing there. */
  readonly written: boolean;
}

/** What was found otherwise than declared, with what became of it. Pure. */
export function driftEvents({ target, at, drift, held, failed, written }: DriftOutcome): readonly DriftEvent[] {
  const of = (change: Change): Pick<DriftEvent, 'result' | 'why'> => {
    const why = held.get(change);
    if (why !== undefined) return { result: 'left', why };
    if (!written) return { result: 'left', why: 'its mode only looks, or it is suspended' };
    return { result: failed.has(addressOf(target, change)) ? 'failed' : 'healed' };
  };
  return drift.map((change) => ({
    at,
    target,
    address: addressOf(target, change),
    action: change.action,
    owner: change.owner,
    ...(change.after?.source === undefined
      ? {}
      : { source: { file: change.after.source.file, line: change.after.source.line } }),
    fields: fieldsOf(change),
    ...of(change),
  }));
}

function fieldsOf({ action, set, before, after }: Change): DriftEvent['fields'] {
  const names = action === 'delete' ? Object.keys(before?.fields ?? {}) : Object.keys(set);
  return names.sort().map((name) => ({
    name,
    found: shown(before?.fields[name]),
    declared: action === 'delete' ? '' : shown(after?.fields[name]),
  }));
}

function shown(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : '[secret]';
}
