import { yesNo } from '../canonical.ts';
import type { Field, Menu } from '../menus/menu.ts';
import { has, type RouterOsVersion } from '../versions.ts';

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

/** Do rows of this menu have a comment, in this version? */
export function hasComments(
  { comment, commentSince }: Pick<KnownMenu, 'comment' | 'commentSince'>,
  version: RouterOsVersion | undefined,
): boolean {
  return comment && (commentSince === undefined || has(version, { since: commentSince }));
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

/**
 * A word without a value: printed with nothing behind it where it is there, and left out where it is not (seen on RouterOS
 * 7 of `blackhole` and `fib`). In RouterOS 6 some are a yes or no.
 */
export const bareFlag: Field = {
  default: 'no',
  canonical: (value) => (value === '' ? 'yes' : yesNo(value)),
  clear: 'flag',
};

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
