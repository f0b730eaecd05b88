import { yesNo } from '../canonical.ts';
import type { Field, Menu } from '../menus/menu.ts';

/** What is known about a menu beforehand: all of it but the rows. */
export interface KnownMenu extends Omit<Menu, 'rows'> {
  /** First version whose rows have a comment, where older ones have none. Absent: as `comment` says. */
  readonly commentSince?: string;
  /** First version that has the menu, and the first that has it no more. */
  readonly since?: string;
  readonly goneSince?: string;
  /** True where a row is the whole of what it says: fields that are not declared must be as they are from the factory. */
  readonly whole?: boolean;
  /** What to write elsewhere, where the menu is not for declarations. */
  readonly instead?: string;
}

export type Fields = Readonly<Record<string, Field>>;

/** The same for each of several fields. */
export function each(field: Field, ...names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, field]));
}

/** Plain text, shown as it was written. */
export const text: Field = {};

export const secret: Field = { secret: true };

export function flag(value: 'yes' | 'no'): Field {
  return { default: value, canonical: yesNo };
}

/** `disabled`, which most rows have. */
export const disabled: Fields = { disabled: flag('no') };

/** One of some words. */
export function oneOf(...words: readonly string[]): Field {
  return { words, canonical: yesNo };
}

/** One of some words, of which the first is meant where a print leaves it out. */
export function oneOfFrom(first: string, ...words: readonly string[]): Field {
  return { ...oneOf(first, ...words), default: first };
}

/** A row of another menu, by name. */
export function rowOf(menu: string, none?: string): Field {
  return { references: menu, ...(none === undefined ? {} : { default: none, clear: { word: none } }) };
}
