import { printable } from '../../base/bytes.ts';
import { nearest } from '../../base/nearest.ts';
import type { Row } from '../../reconcile/row.ts';
import type { Finding, Objection } from '../../reconcile/target.ts';
import { has, type RouterOsVersion } from '../versions.ts';
import { fieldOf } from './facts.ts';
import type { MenuReport, Report } from './inspect.ts';
import { lineOf } from './join-rows.ts';
import { type Certainty, certaintyOf, meant, wordsIn } from './keywords.ts';
import { hasComments, type KnownMenu } from './known-menu.ts';

/** What is wrong with the rows of one menu, and what could not be told. */
export interface Checked {
  readonly objections: readonly Objection[];
  readonly findings: readonly Finding[];
  /** Values that are not among the words known: worth a question to the router. */
  readonly doubts: readonly Doubt[];
}

export interface Doubt {
  readonly row: Row;
  readonly field: string;
  readonly word: string;
  /** All words it takes by what we know, where that is known. */
  readonly known?: readonly string[];
  readonly certainty?: Certainty;
}

/**
 * Holds the declared rows of one menu against what is known of it, and against what the router itself tells. Whatever is
 * found is found before anything is written. Pure.
 *
 * @param known is something known of the menu beforehand?
 */
export function checkRows(
  rows: readonly Row[],
  facts: KnownMenu,
  known: boolean,
  report: Report,
  version: RouterOsVersion | undefined,
): Checked {
  const [first] = rows;
  if (first === undefined) return { objections: [], findings: [], doubts: [] };
  const at = (row: Row, message: string) => objection(row, facts.path, message);
  if (!has(version, facts)) {
    const words = version === undefined ? '' : ` ${version.text}`;
    return refused(at(first, `RouterOS${words} has no such menu`));
  }
  if (facts.instead !== undefined) return refused(at(first, facts.instead));
  if (report === 'no-such-menu') {
    return refused(at(first, 'the router knows no such menu; is the path right, and is the package there?'));
  }
  if (report === 'not-offered') {
    const findings = known ? [] : [unchecked(first, facts.path)];
    const wrong = wrongKind(first, facts.identity === 'settings');
    if (wrong !== undefined) return refused(at(first, wrong));
    return { objections: checkAlone(rows, facts, version, at), findings, doubts: [] };
  }
  const wrong = [...checkKind(first, facts, report, at), ...checkNames(rows, facts, report, at)];
  const objections = [...wrong, ...checkAlone(rows, facts, version, at)];
  return { objections, findings: [], doubts: doubtsOf(rows, facts) };
}

type At = (row: Row, message: string) => Objection;

/** By what is known of the menu alone. */
function checkAlone(
  rows: readonly Row[],
  facts: KnownMenu,
  version: RouterOsVersion | undefined,
  at: At,
): readonly Objection[] {
  return rows.flatMap((row) =>
    Object.entries(row.fields).flatMap(([name, value]) => {
      const field = fieldOf(facts, name, value);
      const { refused: why } = field;
      if (why !== undefined) return [at(row, `${name} cannot be declared: ${why}`)];
      if (!has(version, field)) return [at(row, `RouterOS ${version?.text ?? ''} has no ${name} here`)];
      if (typeof value === 'string' && value !== '' && field.form?.fits(value) === false) {
        return [at(row, `${name} takes ${field.form.words}, not ${printable(value)}`)];
      }
      if (name === 'comment' && !hasComment(facts, version)) return [at(row, 'rows of this menu have no comment')];
      return [];
    }),
  );
}

function hasComment(facts: KnownMenu, version: RouterOsVersion | undefined): boolean {
  return facts.fields['comment'] !== undefined || hasComments(facts, version);
}

function checkKind(row: Row, facts: KnownMenu, { kind, fields }: MenuReport, at: At): readonly Objection[] {
  const wrong = wrongKind(row, kind === 'settings');
  if (wrong !== undefined) return [at(row, wrong)];
  if (facts.identity === 'marker' && !fields.has('comment')) {
    return [at(row, 'there is no way to tell its rows apart: they have neither name nor comment')];
  }
  return [];
}

function wrongKind(row: Row, settings: boolean): string | undefined {
  if ((row.identity === '') === settings) return undefined;
  return settings ? 'it is a menu of settings: declare properties, not a list' : 'it is a menu of rows: declare a list';
}

function checkNames(
  rows: readonly Row[],
  facts: KnownMenu,
  { kind, fields }: MenuReport,
  at: At,
): readonly Objection[] {
  // Rows of the router's own are found by their names, which nobody can write.
  const finding = kind === 'fixed' && typeof facts.identity !== 'string' ? facts.identity : [];
  const isKnown = (name: string) => fields.has(name) || name === 'comment' || finding.includes(name);
  return rows.flatMap((row) =>
    Object.keys(row.fields)
      .filter((name) => !isKnown(name))
      .map((name) => at(row, `the router knows no ${printable(name)} here${hint(name, fields)}`)),
  );
}

function hint(name: string, fields: ReadonlySet<string>): string {
  const meant = nearest(name, [...fields]);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

/** Words that nothing here tells: the router is asked about them. Those of fields that take what one makes up are none. */
function doubtsOf(rows: readonly Row[], facts: KnownMenu): readonly Doubt[] {
  return rows.flatMap((row) =>
    Object.entries(row.fields).flatMap(([field, value]): readonly Doubt[] => {
      const { words, references } = fieldOf(facts, field, value);
      if (typeof value !== 'string' || value === '') return [];
      if (words !== undefined) return words.includes(value) ? [] : [{ row, field, word: value, known: words }];
      const certainty = references === undefined ? certaintyOf(field) : undefined;
      return certainty === undefined ? [] : wordsIn(value).map((word) => ({ row, field, word, certainty }));
    }),
  );
}

/** A word that neither we nor the router know. */
export function doubtful({ row, field, word }: Doubt, words: ReadonlySet<string>, path: string): Objection {
  const hinted = meant(word, words);
  const hint = hinted === undefined ? '' : `; did you mean ${hinted}?`;
  return objection(row, path, `${field} takes ${listed([...words])}, not ${printable(word)}${hint}`);
}

/** Long lists are cut: `topics` has more than a hundred. */
function listed(words: readonly string[]): string {
  const more = words.length > mostWords ? ` and ${words.length - mostWords} more` : '';
  return words.slice(0, mostWords).join(', ') + more;
}

const mostWords = 40;

function refused(only: Objection): Checked {
  return { objections: [only], findings: [], doubts: [] };
}

function objection(row: Row, path: string, message: string): Objection {
  const { source } = row;
  const at = source === undefined ? lineOf(row) : `${lineOf(row)}:${source.column}`;
  return { code: 'LM_CONFIG_REFUSED', message: `${at}: ${path}: ${message}` };
}

function unchecked(row: Row, path: string): Finding {
  return {
    code: 'LM_CONFIG_UNCHECKED',
    message: `${lineOf(row)}: nothing is known of ${path}, and the router cannot be asked (/console/inspect): what is wrong shows when it is written`,
  };
}
