import { joinInterfaces, refuseInterfaceName } from './interface-kinds.ts';
import type { InitialRow, Menu, Properties, Property } from './menu.ts';
import { formatId, parseId, type RowOptions, Table, type TableRow } from './table.ts';
import { invalidValue, missingArgument, RouterTrap, unknownParameter } from './trap.ts';
import type { Resolution, ValueContext } from './value-types.ts';
import { isAtLeast } from './version.ts';

/** What a reader may see of secrets. */
export type SecretView = 'clear' | 'placeholder' | 'omitted';

/** All menus of one router: the rows, and the rules by which values are written and read. */
export class Database {
  readonly version: string;
  readonly #tables = new Map<string, Table>();
  readonly #properties = new Map<Menu, Properties>();
  /** By path, then by property. */
  readonly #computed = new Map<string, Map<string, (row: TableRow) => string | undefined>>();
  readonly #settling = new Set<Promise<void>>();

  /** @param packages those that are installed beside the system's own */
  constructor(menus: readonly Menu[], version: string, packages: readonly string[] = []) {
    this.version = version;
    const present = menus.filter((menu) => hasMenu(menu, version, packages));
    for (const menu of present) {
      this.#tables.set(menu.path, new Table(menu));
      const known = Object.entries(menu.properties)
        .filter(([, property]) => isThere(property, version))
        .map(([name, property]) => [name, inVersion(property, version)] as const);
      // Without a prototype: names come from clients, and `constructor` is no property of a row.
      this.#properties.set(menu, Object.assign(Object.create(null), Object.fromEntries(known)) as Properties);
    }
    for (const menu of present)
      for (const { id, values } of initialRows(menu, version)) this.addByRouter(menu.path, values, id);
    for (const menu of present) if (menu.interfaceType !== undefined) joinInterfaces(this, menu, menu.interfaceType);
  }

  find(path: string): Table | undefined {
    return this.#tables.get(path);
  }

  /** Whether menus lie below this path, which need not be one itself. */
  hasBelow(path: string): boolean {
    return [...this.#tables.keys()].some((known) => known.startsWith(`${path}/`));
  }

  /** Paths of all menus. */
  get paths(): readonly string[] {
    return [...this.#tables.keys()];
  }

  /** @throws TypeError when there is no such menu: a fault of the caller's */
  table(path: string): Table {
    const table = this.#tables.get(path);
    if (table === undefined) throw new TypeError(`the simulated router has no menu ${path}`);
    return table;
  }

  /** The properties this version has. */
  properties(table: Table): Properties {
    return this.#properties.get(table.menu) ?? {};
  }

  /** The only row of a settings menu. */
  settings(path: string): TableRow {
    const [row] = this.table(path).rows();
    if (row === undefined) throw new TypeError(`${path} is not a settings menu`);
    return row;
  }

  /** Adds a row as a client would, checking everything.
   * @throws RouterTrap in the words of the router */
  add(path: string, fields: ReadonlyMap<string, string>, options: RowOptions = {}): TableRow {
    const table = this.table(path);
    const properties = this.properties(table);
    const values = new Map<string, string>();
    for (const [name, property] of Object.entries(properties)) {
      const given = fields.get(name);
      if (given === undefined && property.mandatory) throw missingArgument(name);
      const text = given ?? property.default ?? (name === table.menu.nameProperty ? freeName(table) : undefined);
      if (text !== undefined) values.set(name, this.#parse(property, name, text));
    }
    refuseUnwritable(fields.keys(), properties);
    refuseBroken(table, values);
    if (table.menu.interfaceType === undefined) return table.add(values, options);
    refuseInterfaceName(this.table('/interface'), undefined, values);
    return table.add(values, { ...options, id: this.table('/interface').nextId });
  }

  /** Changes a row as a client would. `undefined` is `=!name=`.
   * @throws RouterTrap in the words of the router */
  set(table: Table, row: TableRow, fields: ReadonlyMap<string, string | undefined>): void {
    const properties = this.properties(table);
    refuseUnwritable(fields.keys(), properties);
    const changes = new Map<string, string | undefined>();
    for (const [name, text] of fields) {
      const property = properties[name] as Property;
      if (text !== undefined) changes.set(name, this.#parse(property, name, text, row.values.get(name)));
      // Seen on 7.23: on other properties `=!name=` does nothing and says nothing.
      else if (property.clearable) changes.set(name, undefined);
    }
    refuseBroken(table, merged(row.values, changes));
    if (table.menu.interfaceType !== undefined) refuseInterfaceName(this.table('/interface'), row.id, changes);
    table.set(row, changes);
  }

  /** Adds a row of the router's own: read-only properties too, nothing mandatory, defaults where nothing is given. */
  addByRouter(path: string, fields: Readonly<Record<string, string>>, options: RowOptions | number = {}): TableRow {
    const table = this.table(path);
    const values = new Map<string, string>();
    for (const [name, property] of Object.entries(this.properties(table))) {
      const given = fields[name];
      if (given !== undefined) values.set(name, property.readonly ? given : this.#parse(property, name, given));
      else if (property.default !== undefined) values.set(name, this.#parse(property, name, property.default));
    }
    return table.add(values, typeof options === 'number' ? { id: options } : options);
  }

  /** A property as a print shows it; `undefined` when it is left out. */
  shown(table: Table, row: TableRow, name: string, secrets: SecretView = 'clear'): string | undefined {
    if (name === '.id') return table.menu.kind === 'settings' ? undefined : formatId(row.id);
    const property = this.#properties.get(table.menu)?.[name];
    if (property === undefined || property.writeOnly || property.shownWhen?.(row.values) === false) return undefined;
    const live = row.live?.[name] ?? this.#computer(table, row, name);
    const stored = live === undefined ? (row.values.get(name) ?? property.workedOut?.(row.values)) : live();
    if (stored === undefined || stored === property.leftOutAt) return undefined;
    if (property.sensitive && secrets !== 'clear') return secrets === 'omitted' ? undefined : '*****';
    return property.type.show === undefined ? stored : property.type.show(stored, this.context(name));
  }

  /** By exact name, by `*id`, or by an unambiguous beginning of a name. */
  resolve(path: string, text: string): Resolution {
    const table = this.table(path);
    const id = parseId(text);
    const exact = id === undefined ? table.named(text) : table.get(id);
    if (exact !== undefined) return { result: 'found', id: formatId(exact.id) };
    if (text === '') return { result: 'ambiguous' };
    const [first, second] = id === undefined ? table.withPrefix(text) : [];
    if (first === undefined) return { result: 'unknown' };
    return second === undefined ? { result: 'found', id: formatId(first.id) } : { result: 'ambiguous' };
  }

  /** The row a stored reference points at. */
  referenced(path: string, stored: string | undefined): TableRow | undefined {
    const id = stored === undefined ? undefined : parseId(stored);
    return id === undefined ? undefined : this.table(path).get(id);
  }

  context(argument: string): ValueContext {
    return {
      argument,
      resolve: (menu, text) => this.resolve(menu, text),
      nameOf: (menu, stored) => {
        const table = this.table(menu);
        return this.referenced(menu, stored)?.values.get(table.menu.nameProperty ?? 'name');
      },
    };
  }

  /** Has a property of every row of a menu computed when it is read. */
  computeWith(path: string, name: string, compute: (row: TableRow) => string | undefined): void {
    const known = this.#computed.get(path) ?? new Map();
    this.#computed.set(path, known.set(name, compute));
  }

  #computer(table: Table, row: TableRow, name: string): (() => string | undefined) | undefined {
    const compute = this.#computed.get(table.menu.path)?.get(name);
    return compute === undefined ? undefined : () => compute(row);
  }

  /** Answers to writes wait for this: a socket that must be bound anew. */
  settleAfter(work: Promise<void>): void {
    this.#settling.add(work);
    void work.finally(() => this.#settling.delete(work));
  }

  get settling(): boolean {
    return this.#settling.size > 0;
  }

  async settled(): Promise<void> {
    while (this.#settling.size > 0) await Promise.all(this.#settling);
  }

  #parse(property: Property, name: string, value: string, before = ''): string {
    const parsed = property.type.parse(value, this.context(name));
    return property.combine === undefined ? parsed : property.combine(before, parsed);
  }
}

function isThere({ since, goneSince }: Pick<Property, 'since' | 'goneSince'>, version: string): boolean {
  if (since !== undefined && !isAtLeast(version, since)) return false;
  return goneSince === undefined || !isAtLeast(version, goneSince);
}

function hasMenu(menu: Menu, version: string, packages: readonly string[]): boolean {
  if (!isThere(menu, version)) return false;
  const { package: needed } = menu;
  if (needed === undefined || packages.includes(needed.name)) return true;
  return needed.since !== undefined && !isAtLeast(version, needed.since);
}

function inVersion(property: Property, version: string): Property {
  const [until, differences] = property.before ?? [];
  return until === undefined || isAtLeast(version, until) ? property : { ...property, ...differences };
}

function initialRows(menu: Menu, version: string): readonly InitialRow[] {
  if (menu.initial !== undefined) return menu.initial.filter((row) => isThere(row, version));
  return menu.kind === 'settings' ? [{ values: {} }] : [];
}

/** `dhcp1`, or the next number that is free. */
function freeName(table: Table): string | undefined {
  const stem = table.menu.nameStem;
  if (stem === undefined) return undefined;
  for (let number = 1; ; number += 1) if (table.named(`${stem}${number}`) === undefined) return `${stem}${number}`;
}

function refuseUnwritable(names: Iterable<string>, properties: Properties): void {
  for (const name of names) {
    const property = properties[name];
    if (property === undefined || property.readonly) throw unknownParameter(name);
  }
}

function refuseBroken(table: Table, values: ReadonlyMap<string, string>): void {
  const name = table.menu.nameProperty;
  if (name !== undefined && values.get(name) === '') throw invalidValue(name);
  const broken = table.menu.check?.(values, table);
  if (broken instanceof RouterTrap) throw broken;
}

function merged(
  values: ReadonlyMap<string, string>,
  changes: ReadonlyMap<string, string | undefined>,
): ReadonlyMap<string, string> {
  const after = new Map(values);
  for (const [name, value] of changes) {
    if (value === undefined) after.delete(name);
    else after.set(name, value);
  }
  return after;
}
