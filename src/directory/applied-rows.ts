import { eachInSteps, type Steps } from '../base/steps.ts';
import { differingFields } from '../reconcile/differing-fields.ts';
import { keyOf } from '../reconcile/row-key.ts';
import type { ObservedRow, Row } from '../reconcile/target.ts';
import type { DirectoryRow } from './rows.ts';

/** The rows there, but for those that are known to be as wanted. */
export interface Unsettled {
  readonly rows: readonly ObservedRow[];
  /** Wanted ones that are there as they are. */
  readonly settled: ReadonlySet<object>;
  /** How many are there in all, by menu. */
  readonly held: ReadonlyMap<string, number>;
}

/**
 * What was applied to the directory. A row that is as declared is the object made of the declaration: it is kept once, and
 * told from one that changed by looking at nothing but which object it is.
 */
export class AppliedRows {
  readonly #rows: Map<string, ObservedRow>;
  /** Those of them that were made of declarations. */
  readonly #declared = new Set<object>();

  constructor(rows: readonly ObservedRow[]) {
    this.#rows = new Map(rows.map((row) => [keyOf(row), row]));
  }

  keys(): Iterable<string> {
    return this.#rows.keys();
  }

  get(key: string): ObservedRow | undefined {
    return this.#rows.get(key);
  }

  /** Those that were made of declarations, with their secrets. */
  *declared(): Iterable<Row> {
    for (const row of this.#rows.values()) if (this.#declared.has(row)) yield row as DirectoryRow;
  }

  put(row: Row): void {
    const key = keyOf(row);
    const old = this.#rows.get(key);
    if (old !== undefined) this.#declared.delete(old);
    const applied = isDirectoryRow(row) ? row : { ...row, ownership: 'ours' as const };
    this.#rows.set(key, applied);
    this.#declared.add(applied);
  }

  delete(key: string): void {
    const old = this.#rows.get(key);
    if (old !== undefined) this.#declared.delete(old);
    this.#rows.delete(key);
  }

  /** Keeps those of the wanted rows that say what is there, in place of what says it. */
  *adopt(wanted: readonly Row[]): Steps<void> {
    yield* eachInSteps(wanted, (row) => {
      if (this.#declared.has(row) || !isDirectoryRow(row)) return;
      const there = this.#rows.get(keyOf(row));
      if (there !== undefined && saysTheSame(row, there)) this.put(row);
    });
  }

  /** Parts what is there from what is wanted and there already. In one go: what is applied meanwhile is seen in both. */
  besides(wanted: readonly Row[]): Unsettled {
    const settled = new Set<object>();
    for (const row of wanted) if (this.#declared.has(row)) settled.add(row);
    const rows: ObservedRow[] = [];
    const held = new Map<string, number>();
    for (const row of this.#rows.values()) {
      held.set(row.menu, (held.get(row.menu) ?? 0) + 1);
      if (!settled.has(row)) rows.push(row);
    }
    return { rows, settled, held };
  }
}

function isDirectoryRow(row: Row): row is DirectoryRow {
  return 'ownership' in row;
}

/** Nothing is lost of the row there by taking the other in its place. */
function saysTheSame(row: Row, there: ObservedRow): boolean {
  if (Object.keys(differingFields(row, there)).length > 0) return false;
  for (const name in there.fields) if (!Object.hasOwn(row.fields, name)) return false;
  return true;
}
