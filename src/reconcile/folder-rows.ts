import { differingFields } from './differing-fields.ts';
import { foldersOf } from './folders.ts';
import type { Ownership } from './ownership.ts';
import type { ObservedRow, Row } from './row.ts';
import { keyOf } from './row-key.ts';
import type { Change, Finding } from './target.ts';

interface Possible {
  /** Without those that would overwrite a stranger's, and without what would show them. */
  readonly rows: readonly Row[];
  readonly findings: readonly Finding[];
  readonly refused: ReadonlySet<ObservedRow>;
}

/**
 * Takes out rows that would overwrite what somebody else put there: something else of the same path, in a folder that we
 * did not make. All that is to lie in that folder waits with them, and who names it goes without it: a stranger's folder is
 * not filled with ours, nor are guests shown a mixture. Pure.
 */
export function strangersFiles(
  rows: readonly Row[],
  present: ReadonlyMap<string, ObservedRow>,
  { target, inventory }: Ownership,
): Possible {
  const folders = target.folders ?? [];
  const isHeld = (menu: string, path: string) => inventory.ownerOf(target.name, menu, path) !== undefined;
  const isStrangers = (row: Row) => {
    const before = present.get(keyOf(row));
    if (before === undefined || Object.keys(differingFields(row, before)).length === 0) return false;
    // What lies in a folder of ours was put there beside our pages: it is set back like any other drift.
    return ![row.identity, ...foldersOf(row.identity)].some((path) => isHeld(row.menu, path) || isDefault(path));
  };
  const inTheWay = rows.filter((row) => folders.includes(row.menu) && isStrangers(row));
  if (inTheWay.length === 0) return { rows, findings: [], refused: new Set() };
  const theirs = new Set(
    inTheWay.flatMap(({ menu, identity }) =>
      [identity, ...foldersOf(identity)].map((path) => keyOf({ menu, identity: path })),
    ),
  );
  const waits = ({ menu, identity }: Row) =>
    folders.includes(menu) &&
    [identity, ...foldersOf(identity)].some((path) => theirs.has(keyOf({ menu, identity: path })));
  return {
    rows: rows.filter((row) => !waits(row)).map((row) => withoutNames(row, theirs, target)),
    findings: inTheWay.map(fileFinding),
    refused: new Set(rows.filter(waits).flatMap((row) => present.get(keyOf(row)) ?? [])),
  };
}

/** Folders below this one are ours though no record says so: nobody else makes them. */
const defaultFolder = 'lastmile';

function isDefault(path: string): boolean {
  return path === defaultFolder;
}

function withoutNames(row: Row, folders: ReadonlySet<string>, { references = {} }: Ownership['target']): Row {
  const names = Object.entries(references[row.menu] ?? {}).filter(([field, menu]) => {
    const identity = row.fields[field];
    return typeof identity === 'string' && folders.has(keyOf({ menu, identity }));
  });
  if (names.length === 0) return row;
  const left = new Set(names.map(([field]) => field));
  return { ...row, fields: Object.fromEntries(Object.entries(row.fields).filter(([field]) => !left.has(field))) };
}

function fileFinding({ menu, identity, owner }: Row): Finding {
  return {
    about: { menu, identity },
    code: 'LM_FILE_IN_THE_WAY',
    message:
      `${menu} ${identity} is there with other contents, in a folder that we did not make as far as is known; ${owner} ` +
      'waits until it is moved away or removed, or another folder is declared',
  };
}

/** A folder goes with the last row in it: a router would take along what somebody else put there. */
export function withoutFullFolders(
  deletes: readonly Change[],
  observed: readonly ObservedRow[],
  { folders = [] }: Ownership['target'],
): { readonly deletes: readonly Change[]; readonly findings: readonly Finding[] } {
  if (!deletes.some(({ menu }) => folders.includes(menu))) return { deletes, findings: [] };
  const going = new Set(deletes.map(keyOf));
  const full = new Set<string>();
  const kept = new Map<string, string[]>();
  for (const { menu, identity } of observed) {
    if (!folders.includes(menu) || going.has(keyOf({ menu, identity }))) continue;
    const around = foldersOf(identity).map((path) => keyOf({ menu, identity: path }));
    for (const key of around) full.add(key);
    const [innermost] = around;
    if (innermost !== undefined && going.has(innermost))
      kept.set(innermost, [...(kept.get(innermost) ?? []), identity]);
  }
  return {
    deletes: deletes.filter((change) => !full.has(keyOf(change))),
    findings: deletes.flatMap((change) => {
      const paths = kept.get(keyOf(change));
      return paths === undefined ? [] : [fullFinding(change, paths)];
    }),
  };
}

function fullFinding({ menu, identity }: Change, paths: readonly string[]): Finding {
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
  return {
    about: { menu, identity },
    code: 'LM_FOLDER_KEPT',
    message: `${menu} ${identity} is no longer declared and stays: ${paths.slice(0, 3).join(', ')}${more} in it is not ours`,
  };
}
