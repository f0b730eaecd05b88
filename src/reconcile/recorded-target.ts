import { compact } from '../base/compact.ts';
import type { Inventory } from './inventory.ts';
import { partTarget } from './part-target.ts';
import type { ObservedRow, ObservedValue } from './row.ts';
import { keyOf } from './row-key.ts';
import type { Observation, Target } from './target.ts';

/** What a target held once, for looking at it again without it: `plan --record`. No secret is in it. */
export interface RecordedTarget {
  readonly name: string;
  /** RFC 3339. */
  readonly at: string;
  /** In the target's own order. */
  readonly rows: readonly RecordedRow[];
  /** Menus that it has not. */
  readonly absent?: readonly string[];
  /** Who we say made rows that cannot say so themselves, as `menu`, `identity`, `owner`; absent: nobody knows. */
  readonly ours?: readonly (readonly [menu: string, identity: string, owner: string])[];
}

export interface RecordedRow extends Omit<ObservedRow, 'fields' | 'handle'> {
  /** `null` for a secret. */
  readonly fields: Readonly<Record<string, string | null>>;
}

/** @param isSecret whether a field of this name holds what nobody else should read, whatever it is printed as */
export function recordedTarget(
  name: string,
  { rows, agreed, absent }: Pick<Observation, 'rows' | 'agreed' | 'absent'>,
  { at, inventory, isSecret }: { at: string; inventory: Inventory; isSecret: (field: string) => boolean },
): RecordedTarget {
  const all = [...rows, ...(agreed?.rows() ?? [])];
  const ours = all.flatMap(({ menu, identity }) => {
    const owner = inventory.ownerOf(name, menu, identity);
    return owner === undefined ? [] : [[menu, identity, owner] as const];
  });
  return compact({
    ...{ name, at, rows: all.map((row) => recordedRow(row, isSecret)) },
    absent: absent?.length === 0 ? undefined : absent,
    ours: inventory.knows(name) ? ours : undefined,
  });
}

function recordedRow(
  { handle: _handle, fields, ...row }: ObservedRow,
  isSecret: (field: string) => boolean,
): RecordedRow {
  const shown = Object.entries(fields).map(([name, value]) => {
    const isHidden = typeof value !== 'string' || (value !== '' && isSecret(name));
    return [name, isHidden ? null : value] as const;
  });
  return { ...row, fields: Object.fromEntries(shown) };
}

/** The same target, which tells what it was seen to hold. */
export function recording(target: Target, seen: (observation: Observation) => void): Target {
  return new Proxy(target, {
    get(it, key) {
      const value: unknown = Reflect.get(it, key, it);
      if (typeof value !== 'function') return value;
      if (key !== 'observe') return value.bind(it) as unknown;
      return async (...asked: Parameters<Target['observe']>) => {
        const observation = await it.observe(...asked);
        seen(observation);
        return observation;
      };
    },
  });
}

/** A target as it was recorded: it is compared, and never asked. What only the target itself can tell is not known of it. */
export function replayed(target: Target, { at, rows, absent }: RecordedTarget): Target {
  const message =
    `compared with the rows that it held at ${at}, not with what it holds now; ` +
    'whether secrets are as declared, who is online, and whether the changes would cut us off was not looked at';
  return {
    ...partTarget(target, {
      desired: [],
      observe: async () => ({
        ...{ rows: rows.map(observedRow), sessions: [], pendingEffects: [] },
        findings: [{ code: 'LM_RECORDED', message }],
        ...(absent === undefined ? {} : { absent }),
      }),
    }),
    ...(target.refuses === undefined ? {} : { refuses: target.refuses }),
    desired: (model) => target.desired(model),
    sessionEffects: () => [],
  };
}

/** Taken to be as declared: nothing else can be said of it. */
const unseen: ObservedValue = { equals: () => true };

function observedRow({ fields, ...row }: RecordedRow): ObservedRow {
  const values = Object.entries(fields).map(([name, value]) => [name, value ?? unseen] as const);
  return { ...row, fields: Object.fromEntries(values) };
}

/** Which rows were ours when they were recorded. */
export function recordedInventory(empty: Inventory, targets: readonly RecordedTarget[]): Inventory {
  const ours = new Map(
    targets.map(({ name, ours: rows }) => [
      name,
      rows && new Map(rows.map(([menu, identity, owner]) => [keyOf({ menu, identity }), owner])),
    ]),
  );
  return {
    ...empty,
    ownerOf: (target, menu, identity) => ours.get(target)?.get(keyOf({ menu, identity })),
    knows: (target) => ours.get(target) !== undefined,
  };
}
