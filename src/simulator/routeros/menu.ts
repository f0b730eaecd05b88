import type { RouterTrap } from './trap.ts';
import type { ValueType } from './value-types.ts';

export interface Property {
  readonly type: ValueType;
  /** Written when the row is added without it. Absent: the property is left out of prints until written. */
  readonly default?: string;
  /** How it was in versions before that one: dates of another format, words that were a yes or no. */
  readonly before?: readonly [version: string, differences: Partial<Property>];
  /** Worked out from the row when it is read, if it was not written. */
  readonly workedOut?: (values: Values) => string | undefined;
  readonly mandatory?: true;
  /** Set by the router alone. */
  readonly readonly?: true;
  /** The value at which prints leave it out: an empty comment. */
  readonly leftOutAt?: string;
  /** What `=!name=` does to it: it vanishes. */
  readonly clearable?: true;
  /** `unset` knows it by name, and it vanishes. */
  readonly unset?: true;
  /** Shown as five asterisks to a reader without the right. */
  readonly sensitive?: true;
  /** Never printed. */
  readonly writeOnly?: true;
  /** First version that has it. */
  readonly since?: string;
  /** First version that has it no more. */
  readonly goneSince?: string;
  /** Prints leave it out unless this holds of the row: settings without use under others. */
  readonly shownWhen?: (values: Values) => boolean;
  /** A write that adds to what was there: policies. */
  readonly combine?: (before: string, written: string) => string;
}

export type Properties = Readonly<Record<string, Property>>;

export type Verb =
  | 'add'
  | 'set'
  | 'remove'
  | 'enable'
  | 'disable'
  | 'move'
  | 'unset'
  | 'comment'
  | 'print'
  | 'get'
  | 'listen'
  | 'monitor'
  | 'login'
  | 'reset-html'
  | 'sign'
  /** Of `/certificate`. */
  | 'import'
  | 'make-binding'
  | 'reset-counters'
  | 'reset-counters-all'
  /** Of `/ip/dhcp-server/lease`. */
  | 'make-static'
  | 'check-status'
  /** Of `/file`. */
  | 'read'
  | 'recursive-print'
  /** Of `/system/script`. */
  | 'run'
  /** Of `/ip/accounting/snapshot`. */
  | 'take'
  /** Of `/tool`. */
  | 'ping'
  | 'fetch'
  | 'check-for-updates';

export interface UniqueRule {
  readonly properties: readonly string[];
  /** After `failure: `. */
  readonly message: string;
  /** Disabled rows may repeat one another. */
  readonly amongEnabled?: true;
  /** The rows it is about. Absent: all. */
  readonly among?: (values: Values) => boolean;
  /** Whether two rows that are alike may stand side by side all the same. Absent: never. */
  readonly apart?: (one: Values, other: Values) => boolean;
}

/** Values of a row by name, as stored. */
export type Values = ReadonlyMap<string, string>;

/** The other rows of a menu, for rules that need them. */
export interface RowLookup {
  named(name: string): { readonly values: Values } | undefined;
}

/** One menu of the router, as data. Names come from what the router reports about itself (7.22.3). */
export interface Menu {
  readonly path: string;
  /** `settings`: one row without `.id`. */
  readonly kind: 'table' | 'settings';
  readonly properties: Properties;
  /** First version that has the menu. */
  readonly since?: string;
  /** First version that has it no more. */
  readonly goneSince?: string;
  /** The menu is there only with this package; before the version, if one is given, it was part of the system. */
  readonly package?: { readonly name: string; readonly since?: string };
  /** Rows that the router made may be written as well: the time an address stays on a list. */
  readonly editsDynamic?: true;
  /** Its rows are rows of `/interface` too, under the same ids, as interfaces of this type. */
  readonly interfaceType?: string;
  readonly verbs: readonly Verb[];
  /** Commands that older versions do not have, by their first version. */
  readonly verbsSince?: Readonly<Partial<Record<Verb, string>>>;
  /** The property that works in place of the id and that references show. */
  readonly nameProperty?: string;
  /** What an `add` without a name calls the row, before a number: `dhcp` for `dhcp1`. */
  readonly nameStem?: string;
  readonly unique?: readonly UniqueRule[];
  /** Rules between properties of one row; also called with the result of a `set`. */
  readonly check?: (values: Values, rows: RowLookup) => RouterTrap | undefined;
  /** Refuses the removal of built-in rows. */
  readonly keep?: (values: Values, id: number) => RouterTrap | undefined;
  /** What a write needs beside `write`. */
  readonly writePolicy?: string;
  /** Commands that need this right alone. */
  readonly verbPolicies?: Readonly<Partial<Record<Verb, string>>>;
  readonly initial?: readonly InitialRow[];
}

export interface InitialRow {
  /** First version that comes with it, and first that comes with it no more. */
  readonly since?: string;
  readonly goneSince?: string;
  /** Built-in rows have ids of their own: `*0`, `*FFFFFFFE`. */
  readonly id?: number;
  readonly values: Readonly<Record<string, string>>;
}

export const tableVerbs: readonly Verb[] = ['print', 'get', 'listen', 'add', 'set', 'remove'];
export const switchVerbs: readonly Verb[] = ['enable', 'disable'];
