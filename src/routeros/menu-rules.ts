import type { ObservedRow } from '../reconcile/row.ts';
import type { Target } from '../reconcile/target.ts';
import type { Menu } from './menus/menu.ts';

/** What the reconciler asks about menus. */
export type MenuRules = Pick<Target, 'references' | 'ordered'> &
  Required<Pick<Target, 'refuses' | 'unique' | 'aside' | 'folders' | 'spaces'>>;

/** The rules of these menus. Pure. */
export function rulesOf(menus: readonly Menu[]): MenuRules {
  return {
    references: Object.fromEntries(menus.map((menu) => [menu.path, referencesOf(menu)])),
    spaces: Object.fromEntries(menus.flatMap(({ path, space }) => (space === undefined ? [] : [[path, space]]))),
    ordered: menus.filter((menu) => menu.ordered === true).map((menu) => menu.path),
    refuses: Object.fromEntries(menus.flatMap(refusesOf)),
    unique: Object.fromEntries(menus.map((menu) => [menu.path, uniqueOf(menu)])),
    aside: Object.fromEntries(menus.flatMap(({ path, aside }) => (aside === undefined ? [] : [[path, aside]]))),
    folders: menus.filter((menu) => menu.folders === true).map((menu) => menu.path),
  };
}

function referencesOf(menu: Menu): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(menu.fields).flatMap(([name, { references }]) =>
      references === undefined ? [] : [[name, references]],
    ),
  );
}

function refusesOf({ path, refuses }: Menu): readonly [string, (row: ObservedRow) => boolean][] {
  return refuses === undefined ? [] : [[path, ({ fields }) => refuses(fields)]];
}

function uniqueOf(menu: Menu): Readonly<Record<string, (value: string) => boolean>> {
  return Object.fromEntries(
    Object.entries(menu.fields).flatMap(([name, { unique }]) => (unique === undefined ? [] : [[name, unique]])),
  );
}
