import { eachInSteps, type Steps } from '../base/steps.ts';
import { differingFields } from '../reconcile/differing-fields.ts';
import type { ObservedRow, Row } from '../reconcile/row.ts';
import type { RowName } from '../reconcile/row-name.ts';
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
  /** By menu and identity: two texts that are kept anyway, where a key made of both would be one more for each row. */
  readonly #menus = new Map<string, Map<string, ObservedRow>>();
  /** Those that no declaration is known to say. */
  readonly #found: Set<ObservedRow>;

  constructor(rows: readonly ObservedRow[]) {
    this.#found = new Set(rows);
    for (const row of rows) this.#set(row);
  }

  get({ menu, identity }: RowName): ObservedRow | undefined {
    return this.#menus.get(menu)?.get(identity);
  }

  /** Those that were made of declarations, with their secrets. */
  *declared(): Iterable<Row> {
    for (const rows of this.#menus.values())
      for (const row of rows.values()) if (!this.#found.has(row) && isDirectoryRow(row)) yield row;
  }

  put(row: Row): void {
    this.#forget(row);
    this.#set(isDirectoryRow(row) ? row : { ...row, ownership: 'ours' });
  }

  delete(name: RowName): void {
    this.#forget(name);
    this.#menus.get(name.menu)?.delete(name.identity);
  }

  *all(): Iterable<ObservedRow> {
    for (const rows of this.#menus.values()) yield* rows.values();
  }

  /** Keeps those of the wanted rows that say what is there, in place of what says it. */
  *adopt(wanted: readonly Row[]): Steps<void> {
    yield* eachInSteps(wanted, (row) => {
      const there = this.get(row);
      if (there === undefined || isOne(row, there) || !isDirectoryRow(row)) return;
      if (saysTheSame(row, there)) this.put(row);
    });
  }

  /** Parts what is there from what is wanted and there already. In one go: what is applied meanwhile is seen in both. */
  besides(wanted: readonly Row[]): Unsettled {
    const settled = new Set<object>();
    for (const row of wanted) if (isOne(row, this.get(row))) settled.add(row);
    const held = new Map<string, number>();
    const rows: ObservedRow[] = [];
    for (const [menu, there] of this.#menus) {
      if (there.size > 0) held.set(menu, there.size);
      for (const row of there.values()) if (!settled.has(row)) rows.push(row);
    }
    return { rows, settled, held };
  }

  /** The same of these alone: nothing is said of others. */
  amid(wanted: readonly Row[]): Unsettled {
    const there = wanted.flatMap((row) => this.get(row) ?? []);
    const settled = new Set<object>(wanted.filter((row) => isOne(row, this.get(row))));
    const held = new Map(Array.from(this.#menus, ([menu, rows]) => [menu, rows.size] as const));
    return { rows: there.filter((row) => !settled.has(row)), settled, held };
  }

  #forget(name: RowName): void {
    const old = this.get(name);
    if (old !== undefined) this.#found.delete(old);
  }

  #set(row: ObservedRow): void {
    const rows = this.#menus.get(row.menu);
    if (rows === undefined) this.#menus.set(row.menu, new Map([[row.identity, row]]));
    else rows.set(row.identity, row);
  }
}

function isOne(wanted: object, there: object | undefined): boolean {
  return wanted === there;
}

function isDirectoryRow(row: Row | ObservedRow): row is DirectoryRow {
  return 'ownership' in row;
}

/** Nothing is lost of the row there by taking the other in its place. */
function saysTheSame(row: Row, there: ObservedRow): boolean {
  const { fields } = row;
  if (Object.keys(differingFields({ fields }, there)).length > 0) return false;
  for (const name in there.fields) if (!Object.hasOwn(fields, name)) return false;
  return true;
}
