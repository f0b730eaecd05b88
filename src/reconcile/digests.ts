import { hash } from 'node:crypto';
import { Secret } from '../base/secret.ts';
import type { Row, Value } from './row.ts';
import { keyOf } from './row-key.ts';
import type { RowName } from './row-name.ts';

/** What was wanted, without the rows: a digest of each by its key. */
export type RowDigests = ReadonlyMap<string, string>;

/**
 * Digests of rows, SHA-256 over all that decides what is written, secrets among it. Where a row is declared does not count;
 * in an ordered menu its place does. Pure.
 *
 * @param key random, of this process: nobody can tell secrets from digests without it
 */
export function digestRows(rows: readonly Row[], ordered: readonly string[], key: Buffer): RowDigests {
  const salt = key.toString('hex');
  const digests = new Map<string, string>();
  const places = new Map(ordered.map((menu) => [menu, 0]));
  for (const row of rows) {
    const place = places.get(row.menu);
    if (place !== undefined) places.set(row.menu, place + 1);
    digests.set(keyOf(row), hash('sha256', salt + textOf(row, place), 'base64'));
  }
  return digests;
}

/** Rows that are wanted now and were not, or otherwise; and those that are wanted no more. Pure. */
export function rowsTouched(before: RowDigests, now: RowDigests): readonly RowName[] {
  const touched: RowName[] = [];
  for (const [key, digest] of now) if (before.get(key) !== digest) touched.push(nameOf(key));
  for (const key of before.keys()) if (!now.has(key)) touched.push(nameOf(key));
  return touched;
}

/** Of a hundred thousand rows with each commit: what nearly all of them have is not put into JSON. */
function textOf(row: Row, place = -1): string {
  const { source: _source, menu, identity, owner, fields, ...rest } = row;
  let text = `${place} ${measured(menu)}${measured(identity)}${measured(owner)}`;
  for (const name in fields) text += measured(name) + textOfValue(fields[name]);
  return text + JSON.stringify(rest);
}

function textOfValue(value: Value | undefined): string {
  return value instanceof Secret ? `s${measured(value.reveal())}` : measured(value ?? '');
}

/** With its length in front, so that no text runs into the next. */
function measured(text: string): string {
  return `${text.length}:${text}`;
}

/** What `keyOf` was made of: a menu has no line break in it. */
function nameOf(key: string): RowName {
  const end = key.indexOf('\n');
  return { menu: key.slice(0, end), identity: key.slice(end + 1) };
}
