import { createHash } from 'node:crypto';
import { Secret } from '../../base/secret.ts';
import type { ConfigFields, ConfigMenu, ConfigRow, Router } from '../../model/kinds/router.ts';
import type { Row, Value } from '../../reconcile/row.ts';
import type { Menu } from '../menus/menu.ts';
import { rowIdentity } from '../menus/rows.ts';
import { factsOf, fieldOf } from './facts.ts';
import type { KnownMenu } from './known-menu.ts';

/** RouterOS's own argument, by which a row of an ordered menu says where the block of ours goes. */
const placeBefore = 'place-before';

/** Fields of a rule that may change without its being another rule. */
const passing = new Set(['disabled', 'log', 'log-prefix', placeBefore]);

/**
 * The rows that `config` of a router wants, values in canonical form, in the declared order. Rows that fields do not tell
 * apart are known by their key in the marker. Pure.
 */
export function configRows(router: Router, managed: ReadonlyMap<string, Menu>): readonly Row[] {
  return (router.config ?? []).flatMap((menu) => {
    const facts = factsOf(menu.path, managed.get(menu.path), menu);
    return menu.kind === 'settings' ? [settingsRow(router, menu, facts)] : rowsOf(router, menu, facts);
  });
}

/** Whether a row comes from `config` of its router alone. */
export function isConfigRow({ owner }: Pick<Row, 'owner'>): boolean {
  // Most of a large table belong to subscribers.
  return owner.startsWith('Router/') && ownerPattern.test(owner);
}

const ownerPattern = /^Router\/[^#]*#config(?:-|$)/;

/** The owner of a row of `config`: `key` is unique in its menu. */
export function ownerOfConfigRow({ name }: Pick<Router, 'name'>, key: string): string {
  return `Router/${name}#config-${encodeURIComponent(key)}`;
}

/**
 * What tells a row from its neighbours where no field does: a digest of what it says, but for what may change without
 * its being another row. Eight hex digits.
 */
export function keyFrom(fields: ConfigFields): string {
  const said = Object.entries(fields)
    .filter(([name]) => !passing.has(name))
    .map(([name, value]) => `${name}=${value instanceof Secret ? '' : value}`)
    .sort();
  return createHash('sha256').update(said.join('\n')).digest('hex').slice(0, 8);
}

function settingsRow(
  router: Router,
  { path, settings, origin }: Extract<ConfigMenu, { kind: 'settings' }>,
  facts: KnownMenu,
): Row {
  return {
    menu: path,
    identity: '',
    owner: `Router/${router.name}#config`,
    source: origin,
    fields: canonicalFields(facts, settings),
  };
}

function rowsOf(
  router: Router,
  { path, rows }: Extract<ConfigMenu, { kind: 'rows' }>,
  facts: KnownMenu,
): readonly Row[] {
  const rest = facts.whole === true ? restOf(facts) : undefined;
  const place = goesBefore(rows);
  const keyed = keysOf(rows, facts);
  return rows.map((row, at) => {
    const fields = {
      ...canonicalFields(facts, row.fields),
      // The marker follows it: what is blank between the two is nobody's.
      ...(row.comment === undefined ? {} : { comment: row.comment.trimEnd() }),
    };
    const key = keyed[at] ?? '';
    const owner = ownerOfConfigRow(router, key);
    return {
      menu: path,
      identity: facts.identity === 'marker' ? owner : key,
      owner,
      source: row.origin,
      fields,
      ...(rest === undefined ? {} : { rest }),
      ...(place === undefined ? {} : { goesBefore: place }),
      free: true,
    };
  });
}

/** Of rows that say the same, the second is `…-2`. */
function keysOf(rows: readonly ConfigRow[], facts: KnownMenu): readonly string[] {
  const { identity } = facts;
  if (typeof identity !== 'string') return rows.map(({ fields }) => identityOf(identity, facts, fields));
  const times = new Map<string, number>();
  return rows.map(({ key, fields }) => {
    if (key !== undefined) return key;
    const made = keyFrom(fields);
    const count = (times.get(made) ?? 0) + 1;
    times.set(made, count);
    return count === 1 ? made : `${made}-${count}`;
  });
}

function identityOf(names: readonly string[], facts: KnownMenu, declared: ConfigFields): string {
  const values = canonicalFields(facts, declared);
  return rowIdentity(...names.map((name) => String(values[name] ?? fallback(facts, name))));
}

function fallback(facts: KnownMenu, name: string): string {
  const field = fieldOf(facts, name);
  const value = field.default ?? '';
  return field.canonical?.(value) ?? value;
}

function canonicalFields(facts: KnownMenu, declared: ConfigFields): Readonly<Record<string, Value>> {
  const values = Object.entries(declared).filter(([name]) => name !== placeBefore);
  return Object.fromEntries(values.map(([name, value]) => [name, canonicalValue(facts, name, value)]));
}

function canonicalValue(facts: KnownMenu, name: string, value: string | Secret): Value {
  const field = fieldOf(facts, name, value);
  if (field.secret === true) return value instanceof Secret ? value : new Secret(value);
  const text = value instanceof Secret ? value.reveal() : value;
  return field.canonical?.(text) ?? text;
}

/** What fields have that are not declared: those that a print leaves out, or that have a value from the factory. */
function restOf(facts: KnownMenu): Readonly<Record<string, string>> {
  const known = Object.entries(facts.fields).filter(
    ([, { default: value, clear }]) => value !== undefined || clear !== undefined,
  );
  return Object.fromEntries(known.map(([name]) => [name, fallback(facts, name)]));
}

/** The block goes where the first row that says so wants it. */
function goesBefore(rows: readonly ConfigRow[]): Row['goesBefore'] {
  const place = rows.map(({ fields }) => fields[placeBefore]).find((value) => value !== undefined);
  if (typeof place !== 'string' || place === 'last') return undefined;
  return place === 'first' ? { any: true } : { comment: place };
}
