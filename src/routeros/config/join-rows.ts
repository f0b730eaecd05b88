import type { Row } from '../../reconcile/row.ts';
import { keyOf } from '../../reconcile/row-key.ts';
import type { Objection } from '../../reconcile/target.ts';
import { isConfigRow } from './config-rows.ts';

/**
 * Rows of ours, then those of `config`. What `config` says of a settings menu joins what we say of it; fields that both
 * declare differently stay two rows, for `clashes` to find. Pure.
 */
export function joinRows(ours: readonly Row[], config: readonly Row[]): readonly Row[] {
  if (config.length === 0) return ours;
  const settings = new Map(config.filter(({ identity }) => identity === '').map((row) => [row.menu, row]));
  const joined = ours.map((row) => {
    const other = row.identity === '' ? settings.get(row.menu) : undefined;
    if (other === undefined || clash(row, other)) return row;
    settings.delete(row.menu);
    return { ...row, fields: { ...row.fields, ...other.fields } };
  });
  return [...joined, ...config.filter((row) => row.identity !== '' || settings.has(row.menu))];
}

/** Rows that are declared twice, and settings that are declared differently, each with both lines. Pure. */
export function clashes(rows: readonly Row[]): readonly Objection[] {
  const menus = new Set(rows.filter(fromConfig).map(({ menu }) => menu));
  if (menus.size === 0) return [];
  const first = new Map<string, Row>();
  const found: Objection[] = [];
  for (const row of rows) {
    if (!menus.has(row.menu)) continue;
    const other = first.get(keyOf(row));
    if (other === undefined) first.set(keyOf(row), row);
    else found.push(objection(other, row));
  }
  return found;
}

/** Where a row is declared, for people. */
export function lineOf({ source, owner }: Pick<Row, 'source' | 'owner'>): string {
  return source === undefined ? owner : `${source.file}:${source.line}`;
}

function fromConfig(row: Row): boolean {
  return isConfigRow(row) || row.identity === '';
}

function clash(one: Row, other: Row): boolean {
  return Object.keys(one.fields).some((name) => {
    const value = other.fields[name];
    return value !== undefined && String(value) !== String(one.fields[name]);
  });
}

function objection(one: Row, other: Row): Objection {
  const what = one.identity === '' ? one.menu : `${one.menu} ${one.identity}`;
  return {
    code: 'LM_DECLARED_TWICE',
    message: `${lineOf(other)}: ${what} is declared at ${lineOf(one)} (${one.owner}), too; say it in one place`,
  };
}
