import type { Row } from '../../reconcile/row.ts';
import type { Finding, Objection } from '../../reconcile/target.ts';
import type { Menu } from '../menus/menu.ts';
import type { RouterOsSession } from '../session.ts';
import type { RouterOsVersion } from '../versions.ts';
import { checkRows } from './check-rows.ts';
import { isConfigRow } from './config-rows.ts';
import { factsOf, menuOf, ofVersion, withKnown } from './facts.ts';
import type { Inspections } from './inspect.ts';
import { clashes } from './join-rows.ts';
import { knownMenus } from './known-menus.ts';
import { wrongWords } from './wrong-words.ts';

/** What to read for one reconcile, and what is wrong with what is wanted there. */
export interface Look {
  readonly menus: readonly Menu[];
  readonly objections: readonly Objection[];
  readonly findings: readonly Finding[];
  /** Menus that are among the objections. */
  readonly refused: ReadonlySet<string>;
}

export interface LookOptions {
  readonly session: Pick<RouterOsSession, 'run'>;
  readonly version: RouterOsVersion | undefined;
  readonly managed: ReadonlyMap<string, Menu>;
  readonly inspections: Inspections;
  /** Menus in which we hold rows, by our records. */
  readonly held: readonly string[];
}

/**
 * The menus to read: those we make rows in, those that `config` names, and those in which rows of ours may be left. What
 * `config` says is held against what the router tells of itself, before anything is read.
 *
 * @throws the errors of the connection
 */
export async function lookFor(desired: readonly Row[], options: LookOptions, signal: AbortSignal): Promise<Look> {
  const { managed, version, held } = options;
  const rows = rowsFromConfig(desired, managed);
  const ours = [...managed.values()]
    .filter(isWorthReading(desired, held))
    .map((menu) =>
      rows.has(menu.path) || differsByVersion(menu)
        ? menuOf(menu.path, menu, rows.get(menu.path) ?? [], version)
        : withKnown(menu),
    );
  const others = new Set([...rows.keys(), ...held.filter(mayHoldRows)]);
  const checked = await Promise.all(
    [...rows].map(async ([path, wanted]) => ({ path, ...(await check(path, wanted, options, desired, signal)) })),
  );
  const bare = new Set(checked.flatMap(({ path, commented }) => (commented === false ? [path] : [])));
  const more = [...others]
    .filter((path) => !managed.has(path))
    .map((path) => menuOf(path, undefined, rows.get(path) ?? [], version))
    .map((menu) => (bare.has(menu.path) ? { ...menu, comment: false } : menu));
  return {
    menus: [...ours, ...more].map((menu) => ofVersion(menu, version)),
    objections: [...clashes(desired), ...checked.flatMap(({ objections }) => objections)],
    findings: checked.flatMap(({ findings }) => findings),
    refused: new Set(checked.filter(({ objections }) => objections.length > 0).map(({ path }) => path)),
  };
}

/** Where nothing is known of what we hold, rows of ours may be left in any menu. */
function isWorthReading(desired: readonly Row[], held: readonly string[]): (menu: Menu) => boolean {
  const wanted = new Set(held);
  for (const { menu } of desired) wanted.add(menu);
  return ({ path, sparing }) => sparing !== true || held.length === 0 || wanted.has(path);
}

/** Is more read of it than our rows say, or less by an old version? */
function differsByVersion({ path }: Menu): boolean {
  const known = knownMenus.get(path);
  return known?.whole === true || known?.commentSince !== undefined;
}

/** By menu: rows of `config`, and settings that say more than we do by ourselves. */
function rowsFromConfig(
  desired: readonly Row[],
  managed: ReadonlyMap<string, Menu>,
): ReadonlyMap<string, readonly Row[]> {
  const menus = new Map<string, Row[]>();
  for (const row of desired) {
    if (!isConfigRow(row) && !saysMore(row, managed.get(row.menu))) continue;
    const list = menus.get(row.menu);
    if (list === undefined) menus.set(row.menu, [row]);
    else list.push(row);
  }
  return menus;
}

function saysMore({ identity, fields }: Row, menu: Menu | undefined): boolean {
  if (menu === undefined) return true;
  return identity === '' && Object.keys(fields).some((name) => menu.fields[name] === undefined);
}

/** Settings keep their last value: there is nothing to look for. */
function mayHoldRows(path: string): boolean {
  return knownMenus.get(path)?.identity !== 'settings';
}

async function check(
  path: string,
  rows: readonly Row[],
  options: LookOptions,
  desired: readonly Row[],
  signal: AbortSignal,
): Promise<Pick<Look, 'objections' | 'findings'> & { readonly commented?: boolean }> {
  const { session, version, managed, inspections } = options;
  const known = managed.has(path) || knownMenus.has(path);
  const guess = known ? {} : { identity: menuOf(path, undefined, rows, version).identity };
  const facts = { ...factsOf(path, managed.get(path)), ...guess };
  const report = await inspections.report(session, version, path, signal);
  const { objections, findings, doubts } = checkRows(rows, facts, known, report, version);
  if (typeof report === 'string') return { objections, findings };
  const wrong = await wrongWords({ path, kind: report.kind, doubts, desired }, options, signal);
  // Of a menu that nothing is known of, only the router tells whether its rows have a comment, and so a marker.
  const commented = known ? {} : { commented: report.fields.has('comment') };
  return { objections: [...objections, ...wrong], findings, ...commented };
}
