import type { RouterTrap } from './trap.ts';
import type { ValueType } from './value-types.ts';

export interface Property {
  readonly type: ValueType;
  /** Written when the row is added without it. Absent: the property is left out of prints until written. */
  readonly default?: string;
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
  | 'reset-counters'
  | 'reset-counters-all';

export interface UniqueRule {
  readonly properties: readonly string[];
  /** After `failure: `. */
  readonly message: string;
  /** Disabled rows may repeat one another. */
  readonly amongEnabled?: true;
}

/** Values of a row by name, as stored. */
export type Values = ReadonlyMap<string, string>;

/** One menu of the router, as data. Names come from what the router reports about itself (7.22.3). */
export interface Menu {
  readonly path: string;
  /** `settings`: one row without `.id`. */
  readonly kind: 'table' | 'settings';
  readonly properties: Properties;
  readonly verbs: readonly Verb[];
  /** The property that works in place of the id and that references show. */
  readonly nameProperty?: string;
  readonly unique?: readonly UniqueRule[];
  /** Rules between properties of one row; also called with the result of a `set`. */
  readonly check?: (values: Values) => RouterTrap | undefined;
  /** Refuses the removal of built-in rows. */
  readonly keep?: (values: Values, id: number) => RouterTrap | undefined;
  /** What a write needs beside `write`. */
  readonly writePolicy?: string;
  readonly initial?: readonly InitialRow[];
}

export interface InitialRow {
  /** Built-in rows have ids of their own: `*0`, `*FFFFFFFE`. */
  readonly id?: number;
  readonly values: Readonly<Record<string, string>>;
}

export const tableVerbs: readonly Verb[] = ['print', 'get', 'listen', 'add', 'set', 'remove'];
export const switchVerbs: readonly Verb[] = ['enable', 'disable'];
