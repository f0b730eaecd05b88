import { Secret } from '../../base/secret.ts';
import type { ConfigMenu } from '../../model/kinds/router.ts';
import type { Row, Value } from '../../reconcile/row.ts';
import { yesNo } from '../canonical.ts';
import type { Field, Menu } from '../menus/menu.ts';
import { has, type RouterOsVersion } from '../versions.ts';
import { bareFlag, disabled, each, hasComments, type KnownMenu } from './known-menu.ts';
import { knownMenus } from './known-menus.ts';

/** A field of which nothing is known: booleans are compared as such, everything else as it is written. */
const plain: Field = { canonical: yesNo };

/** Where rows are known by a name, a menu of which nothing is known has one. */
const nameAlone = ['name'];

/**
 * What is known of a menu, from the rows that we make in it and from the table; of any other what its declaration tells:
 * settings, rows by name where all have one, else rows by their marker. Pure.
 */
export function factsOf(path: string, managed: Menu | undefined, declared?: ConfigMenu): KnownMenu {
  const known = knownMenus.get(path);
  if (managed === undefined) return known ?? guessed(path, declared);
  const { rows: _rows, ...ours } = managed;
  return { ...known, ...ours, fields: bothOf(known?.fields ?? {}, ours.fields) };
}

/** A menu of ours, with what its fields name besides. Pure. */
export function withKnown(menu: Menu): Menu {
  const known = knownMenus.get(menu.path)?.fields ?? {};
  const fields = Object.entries(menu.fields).map(([name, field]) => {
    const references = known[name]?.references;
    return [name, references === undefined ? field : { references, ...field }];
  });
  return { ...menu, fields: Object.fromEntries(fields) };
}

/** What we say of a field counts before what is known of it. */
function bothOf(known: Menu['fields'], ours: Menu['fields']): Menu['fields'] {
  const joined = Object.entries(ours).map(([name, field]) => [name, { ...known[name], ...field }] as const);
  return { ...known, ...Object.fromEntries(joined) };
}

/** Words without a value, which no print tells from an empty text, by menu. */
const bareFlags: Readonly<Record<string, readonly string[]>> = {
  '/ipv6/route': ['blackhole'],
  '/routing/ospf/area': ['no-summaries'],
  '/routing/ospf/interface-template': ['passive'],
  '/routing/table': ['fib'],
};

/** What is known of fields of a menu of rows of which nothing else is. */
export function guessedFields(path: string): KnownMenu['fields'] {
  return { ...each(bareFlag, ...(bareFlags[path] ?? [])), ...disabled };
}

function guessed(path: string, declared: ConfigMenu | undefined): KnownMenu {
  const generic = { path, fields: declared?.kind === 'settings' ? {} : guessedFields(path) };
  if (declared?.kind === 'settings') return { ...generic, identity: 'settings', comment: false };
  const named = declared?.rows.every(({ fields }) => fields['name'] !== undefined) === true;
  return { ...generic, identity: named ? nameAlone : 'marker', comment: true };
}

/** A field of a menu, as known, else as it is declared. */
export function fieldOf({ fields }: Pick<KnownMenu, 'fields'>, name: string, value?: Value): Field {
  return fields[name] ?? (value instanceof Secret ? { ...plain, secret: true } : plain);
}

/**
 * A menu as it is read and written on a router of this version: the fields that we make rows with, those that tell rows
 * apart, and those that are declared. Pure.
 */
export function menuOf(
  path: string,
  managed: Menu | undefined,
  rows: readonly Row[],
  version: RouterOsVersion | undefined,
): Menu {
  const facts = factsOf(path, managed, undefined);
  const identity = knownMenus.has(path) || managed !== undefined ? facts.identity : identityFrom(rows);
  const { whole, commentSince: _commentSince, since: _since, goneSince: _gone, instead: _instead, ...shape } = facts;
  const declared = declaredFields(facts, rows);
  const names = whole === true ? Object.keys(facts.fields) : Object.keys(managed?.fields ?? {});
  const told = Object.fromEntries(names.map((name) => [name, fieldOf(facts, name)]));
  const keys =
    typeof identity === 'string' ? {} : Object.fromEntries(identity.map((name) => [name, fieldOf(facts, name)]));
  const fields = Object.entries({ ...keys, ...told, ...declared }).filter(([, field]) => has(version, field));
  const comment = identity !== 'settings' && hasComments(facts, version);
  return { ...shape, identity, comment, fields: Object.fromEntries(fields), rows: managed?.rows ?? (() => []) };
}

/** A menu as this version has it: of lists that older ones keep in single fields, newer ones know no parts. Pure. */
export function ofVersion(menu: Menu, version: RouterOsVersion | undefined): Menu {
  const split = Object.entries(menu.fields).filter(([, { parts }]) => parts !== undefined && !has(version, parts));
  if (split.length === 0) return menu;
  const whole = split.map(([name, { parts: _parts, ...field }]) => [name, field]);
  return { ...menu, fields: { ...menu.fields, ...Object.fromEntries(whole) } };
}

/** Of a menu that is not known: as its rows are known. One that nobody declares any more is known by markers. */
function identityFrom(rows: readonly Row[]): Menu['identity'] {
  const [first] = rows;
  if (first?.identity === '') return 'settings';
  return first !== undefined && rows.every((row) => row.identity === row.fields['name']) ? nameAlone : 'marker';
}

function declaredFields(facts: KnownMenu, rows: readonly Row[]): Readonly<Record<string, Field>> {
  const fields: Record<string, Field> = {};
  for (const row of rows) {
    for (const [name, value] of Object.entries(row.fields)) fields[name] ??= fieldOf(facts, name, value);
  }
  return fields;
}
