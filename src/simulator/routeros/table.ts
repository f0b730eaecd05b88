import type { Menu, UniqueRule, Values } from './menu.ts';
import { failure } from './trap.ts';

/** One row as stored. Rows of sessions carry values that are computed when they are read, and a way to end. */
export interface TableRow {
  readonly id: number;
  readonly values: Map<string, string>;
  readonly live?: Readonly<Record<string, () => string | undefined>>;
  /** Called in place of a removal: the owner takes the row away itself. */
  readonly onRemove?: () => void;
}

export interface RowOptions {
  readonly id?: number;
  readonly live?: Readonly<Record<string, () => string | undefined>>;
  readonly onRemove?: () => void;
  /** Inserts before this row; else the row goes last. */
  readonly before?: number;
}

export type TableEvent =
  | { readonly type: 'changed'; readonly row: TableRow }
  | { readonly type: 'removed'; readonly id: number };

/** Rows of one menu in their order, with an index by name and one for each uniqueness rule. */
export class Table {
  readonly menu: Menu;
  /** Insertion order is table order. */
  #rows = new Map<number, TableRow>();
  #nextId = 1;
  readonly #names = new Map<string, Set<number>>();
  readonly #taken: readonly Map<string, Set<number>>[];
  readonly #watchers = new Set<(event: TableEvent) => void>();

  constructor(menu: Menu) {
    this.menu = menu;
    this.#taken = (menu.unique ?? []).map(() => new Map<string, Set<number>>());
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The id the next row gets: for a row of another menu that is to be here too. */
  get nextId(): number {
    return this.#nextId;
  }

  rows(): IterableIterator<TableRow> {
    return this.#rows.values();
  }

  get(id: number): TableRow | undefined {
    return this.#rows.get(id);
  }

  /** The first row of that name. */
  named(name: string): TableRow | undefined {
    const [id] = this.#names.get(name) ?? [];
    return id === undefined ? undefined : this.#rows.get(id);
  }

  allNamed(name: string): readonly TableRow[] {
    return [...(this.#names.get(name) ?? [])].flatMap((id) => this.#rows.get(id) ?? []);
  }

  /** Rows whose name begins so: two are enough to know that it is ambiguous. */
  withPrefix(prefix: string): readonly TableRow[] {
    const found: TableRow[] = [];
    for (const [name, ids] of this.#names) {
      if (!name.startsWith(prefix)) continue;
      for (const id of ids) found.push(this.#rows.get(id) as TableRow);
      if (found.length > 1) break;
    }
    return found;
  }

  at(position: number): TableRow | undefined {
    let index = 0;
    for (const row of this.#rows.values()) {
      if (index === position) return row;
      index += 1;
    }
    return undefined;
  }

  /** @throws RouterTrap when a uniqueness rule forbids it */
  add(values: ReadonlyMap<string, string>, options: RowOptions = {}): TableRow {
    this.#refuseDuplicate(values, undefined);
    const row: TableRow = {
      id: options.id ?? this.#nextId,
      values: new Map(values),
      ...(options.live === undefined ? {} : { live: options.live }),
      ...(options.onRemove === undefined ? {} : { onRemove: options.onRemove }),
    };
    // Ids are never handed out twice, not even after a removal. Those of built-in rows and sessions lie far away.
    this.#nextId = Math.max(this.#nextId, row.id < 0x10_0000 ? row.id + 1 : 0);
    this.#rows.set(row.id, row);
    this.#index(row);
    if (options.before !== undefined) this.move([row.id], options.before);
    this.#tell({ type: 'changed', row });
    return row;
  }

  /** Writes values; `undefined` takes one away.
   * @throws RouterTrap when a uniqueness rule forbids it */
  set(row: TableRow, changes: ReadonlyMap<string, string | undefined>): void {
    const after = new Map(row.values);
    for (const [name, value] of changes) {
      if (value === undefined) after.delete(name);
      else after.set(name, value);
    }
    this.#refuseDuplicate(after, row.id);
    const named = this.#nameOf(row);
    this.#unindexRules(row);
    row.values.clear();
    for (const [name, value] of after) row.values.set(name, value);
    this.#indexRules(row);
    this.#rename(row, named);
    this.#tell({ type: 'changed', row });
  }

  remove(row: TableRow): void {
    if (!this.#rows.delete(row.id)) return;
    this.#unindex(row);
    this.#tell({ type: 'removed', id: row.id });
  }

  /** Puts rows, in the order given and as one block, before another, or at the end. Ids stay. */
  move(ids: readonly number[], before: number | undefined): void {
    const block = new Set(ids);
    const rest = [...this.#rows.values()].filter((row) => !block.has(row.id));
    const found = rest.findIndex((row) => row.id === before);
    const at = found === -1 ? rest.length : found;
    const moved = ids.flatMap((id) => this.#rows.get(id) ?? []);
    const ordered = [...rest.slice(0, at), ...moved, ...rest.slice(at)];
    this.#rows = new Map(ordered.map((row) => [row.id, row]));
    for (const row of moved) this.#tell({ type: 'changed', row });
  }

  /** Calls `watcher` on every change until the returned function is called. */
  watch(watcher: (event: TableEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #tell(event: TableEvent): void {
    for (const watcher of this.#watchers) watcher(event);
  }

  #refuseDuplicate(values: ReadonlyMap<string, string>, self: number | undefined): void {
    for (const [index, rule] of (this.menu.unique ?? []).entries()) {
      const key = uniqueKey(rule, values);
      for (const id of (key === undefined ? undefined : this.#taken[index]?.get(key)) ?? []) {
        const holder = id === self ? undefined : this.#rows.get(id);
        if (holder !== undefined && !rule.apart?.(values, holder.values)) throw failure(rule.message);
      }
    }
  }

  #index(row: TableRow): void {
    put(this.#names, this.#nameOf(row), row.id);
    this.#indexRules(row);
  }

  /** One that keeps its name keeps its place among those of the same name. */
  #rename(row: TableRow, before: string | undefined): void {
    const after = this.#nameOf(row);
    if (after === before) return;
    drop(this.#names, before, row.id);
    put(this.#names, after, row.id);
  }

  #indexRules(row: TableRow): void {
    for (const [index, rule] of (this.menu.unique ?? []).entries()) {
      put(this.#taken[index], uniqueKey(rule, row.values), row.id);
    }
  }

  #unindex(row: TableRow): void {
    drop(this.#names, this.#nameOf(row), row.id);
    this.#unindexRules(row);
  }

  #unindexRules(row: TableRow): void {
    for (const [index, rule] of (this.menu.unique ?? []).entries()) {
      drop(this.#taken[index], uniqueKey(rule, row.values), row.id);
    }
  }

  #nameOf(row: TableRow): string | undefined {
    return this.menu.nameProperty === undefined ? undefined : row.values.get(this.menu.nameProperty);
  }
}

/** `*1A`: upper-case hex behind an asterisk. */
export function formatId(id: number): string {
  return `*${id.toString(16).toUpperCase()}`;
}

export function parseId(text: string): number | undefined {
  return /^\*[0-9A-Fa-f]{1,8}$/.test(text) ? Number.parseInt(text.slice(1), 16) : undefined;
}

/** `undefined`: the rule is not about this row, or it has nothing that could repeat. */
function uniqueKey(rule: UniqueRule, values: Values): string | undefined {
  if (rule.amongEnabled && values.get('disabled') === 'true') return undefined;
  if (rule.among?.(values) === false) return undefined;
  const parts = rule.properties.map((property) => values.get(property));
  return parts.includes(undefined) || parts.every((part) => part === '') ? undefined : parts.join('\0');
}

function put(index: Map<string, Set<number>> | undefined, key: string | undefined, id: number): void {
  if (index === undefined || key === undefined) return;
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}

function drop(index: Map<string, Set<number>> | undefined, key: string | undefined, id: number): void {
  const ids = key === undefined ? undefined : index?.get(key);
  ids?.delete(id);
  if (key !== undefined && ids?.size === 0) index?.delete(key);
}
