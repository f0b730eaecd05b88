import type { IgnoreRule } from '../model/kinds/operator.ts';
import { differingFields } from './differing-fields.ts';
import type { ObservedRow, ObservedValue, Row, Value } from './row.ts';
import { keyOf } from './row-key.ts';
import type { Finding, Observation } from './target.ts';

/** What is compared when some of it is to be left as it is. */
export interface Compared {
  readonly desired: readonly Row[];
  readonly observation: Observation;
  /** What differs and stays so, rule by rule. */
  readonly findings: readonly Finding[];
}

/**
 * Takes out of a comparison what is to be left as it is on the router: whole rows, on both sides, or fields of rows that
 * are there. A field of a row that is still to be made is written as declared. Pure.
 */
export function withoutIgnored(
  desired: readonly Row[],
  observation: Observation,
  rules: readonly IgnoreRule[] = [],
): Compared {
  return rules.reduce(applyRule, { desired, observation, findings: [] });
}

function applyRule({ desired, observation: all, findings }: Compared, rule: IgnoreRule): Compared {
  const matches = matcherOf(rule);
  const observation = rule.fields === undefined ? withoutAgreed(all, rule, matches) : all;
  const present = new Map(inMenu(observation.rows, rule).map((row) => [keyOf(row), row]));
  const wanted = new Map(inMenu(desired, rule).map((row) => [keyOf(row), row]));
  const meant = new Set([
    ...[...present.values()].filter(matches).map(keyOf),
    ...[...wanted.values()].filter(matches).map(keyOf),
  ]);
  if (meant.size === 0) return { desired, observation, findings };
  const left = rule.fields === undefined ? leftRows(meant, wanted, present) : leftFields(rule, meant, wanted, present);
  return {
    desired: rule.fields === undefined ? desired.filter((row) => !isMeant(row, meant)) : desired.map(left.as),
    observation:
      rule.fields === undefined
        ? { ...observation, rows: observation.rows.filter((row) => !isMeant(row, meant)) }
        : observation,
    findings: left.names.length === 0 ? findings : [...findings, leftFinding(rule, left.names)],
  };
}

/** A row that is as wanted differs in nothing: it is only left out, on both sides. */
function withoutAgreed(
  observation: Observation,
  { menu }: IgnoreRule,
  matches: (row: Matchable) => boolean,
): Observation {
  const { agreed } = observation;
  if (agreed === undefined) return observation;
  return { ...observation, agreed: agreed.without(menu, (there, wanted) => matches(there) || matches(wanted)) };
}

interface Left {
  /** Rows that differ and stay so. */
  readonly names: readonly string[];
  readonly as: (row: Row) => Row;
}

function leftRows(
  meant: ReadonlySet<string>,
  wanted: ReadonlyMap<string, Row>,
  present: ReadonlyMap<string, ObservedRow>,
): Left {
  const differs = (key: string) => {
    const row = wanted.get(key);
    const before = present.get(key);
    return row !== undefined && (before === undefined || Object.keys(differingFields(row, before)).length > 0);
  };
  const names = [...meant].filter(differs).map((key) => wanted.get(key)?.identity ?? '');
  return { names, as: (row) => row };
}

function leftFields(
  { fields = [] }: IgnoreRule,
  meant: ReadonlySet<string>,
  wanted: ReadonlyMap<string, Row>,
  present: ReadonlyMap<string, ObservedRow>,
): Left {
  const names = [...meant].flatMap((key) => {
    const row = wanted.get(key);
    const before = present.get(key);
    if (row === undefined || before === undefined) return [];
    const differing = Object.keys(differingFields(row, before)).filter((field) => fields.includes(field));
    return differing.length === 0 ? [] : [`${row.identity} (${differing.join(', ')})`];
  });
  const as = (row: Row): Row => {
    const key = keyOf(row);
    if (!meant.has(key) || !present.has(key)) return row;
    return {
      ...row,
      fields: Object.fromEntries(Object.entries(row.fields).filter(([field]) => !fields.includes(field))),
    };
  };
  return { names, as };
}

function inMenu<T extends { readonly menu: string }>(rows: readonly T[], { menu }: IgnoreRule): readonly T[] {
  return rows.filter((row) => row.menu === menu);
}

function isMeant(row: { readonly menu: string; readonly identity: string }, meant: ReadonlySet<string>): boolean {
  return meant.has(keyOf(row));
}

type Matchable = {
  readonly identity: string;
  readonly fields: Readonly<Record<string, Value | ObservedValue>>;
  readonly ownText?: string;
  readonly note?: string;
};

function matcherOf({ match = {} }: IgnoreRule): (row: Matchable) => boolean {
  const patterns = Object.entries(match).map(([field, pattern]) => [field, patternOf(pattern)] as const);
  return (row) => patterns.every(([field, pattern]) => pattern.test(textOf(row, field)));
}

function textOf({ identity, fields, ownText, note }: Matchable, field: string): string {
  if (field === 'comment') return ownText ?? note ?? '';
  const value = fields[field] ?? (field === 'name' ? identity : '');
  return typeof value === 'string' ? value : '';
}

/** `*` stands for any text. */
function patternOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`);
}

function leftFinding({ menu, origin }: IgnoreRule, names: readonly string[]): Finding {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return {
    code: 'LM_IGNORED',
    message: `${menu}: ${names.slice(0, 5).join(', ')}${more} left as it is, by reconcile.ignore at ${origin.file}:${origin.line}`,
  };
}
