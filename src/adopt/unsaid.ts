import type { Model } from '../model/model.ts';
import type { Row } from '../reconcile/row.ts';
import { factsOf } from '../routeros/config/facts.ts';
import type { KnownMenu } from '../routeros/config/known-menu.ts';
import type { Menu } from '../routeros/menus/menu.ts';
import { rowIdentity } from '../routeros/menus/rows.ts';
import { isDefault } from './config-menus.ts';
import { isSet, type Picture, type PictureRow, rowsOf } from './picture.ts';

/** A property of rows that are declared, which their declaration does not say: it stays as it is on the router. */
export interface Unsaid {
  readonly menu: string;
  readonly field: string;
  /** Names of the rows, in the router's order. */
  readonly rows: readonly string[];
}

/** What the rows that declarations make have on the router besides, as far as it is not as from the factory. Pure. */
export function unsaidOf(
  picture: Picture,
  model: Model,
  name: string,
  managed: ReadonlyMap<string, Menu>,
): readonly Unsaid[] {
  const router = model.routers.find((each) => each.name === name);
  if (router === undefined) return [];
  return [...managed.values()].flatMap((menu) => {
    if (typeof menu.identity === 'string') return [];
    const wanted = new Map(menu.rows(model, router).map((row) => [row.identity, row]));
    return wanted.size === 0 ? [] : unsaidIn(picture, menu, wanted);
  });
}

function unsaidIn(picture: Picture, menu: Menu, wanted: ReadonlyMap<string, Row>): readonly Unsaid[] {
  const facts = factsOf(menu.path, menu);
  const rows = rowsOf(picture, menu.path);
  const factory = rows.find((row) => isSet(row['default']));
  const found = new Map<string, string[]>();
  for (const row of rows) {
    const own = wanted.get(identityOf(menu, row));
    const called = row['name'] ?? row['mac-address'] ?? own?.identity ?? '';
    for (const field of own === undefined ? [] : besides(facts, row, own, factory)) {
      const names = found.get(field);
      if (names === undefined) found.set(field, [called]);
      else names.push(called);
    }
  }
  return [...found].map(([field, names]) => ({ menu: menu.path, field, rows: names }));
}

/** @param factory the row that every router has, if there is one: what it says is nobody's */
function besides(
  { fields }: KnownMenu,
  row: PictureRow,
  { fields: said }: Row,
  factory: PictureRow | undefined,
): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const value = row[name] ?? '';
    const nobodys = value === '' || value === factory?.[name] || isDefault(field, value);
    return nobodys || name in said || name === 'comment' || field.refused !== undefined ? [] : [name];
  });
}

function identityOf({ identity, fields }: Menu, row: PictureRow): string {
  const names = typeof identity === 'string' ? [] : identity;
  return rowIdentity(
    ...names.map((name) => {
      const { default: standard = '', canonical = (text: string) => text } = fields[name] ?? {};
      return canonical(row[name] ?? standard);
    }),
  );
}
