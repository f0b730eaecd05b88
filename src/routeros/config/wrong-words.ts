import type { Row } from '../../reconcile/row.ts';
import type { Objection } from '../../reconcile/target.ts';
import type { RouterOsSession } from '../session.ts';
import type { RouterOsVersion } from '../versions.ts';
import { type Doubt, doubtful } from './check-rows.ts';
import type { Asked, Inspections } from './inspect.ts';
import { isWrong } from './keywords.ts';

/** Fields of one menu that one plan asks about: more than any menu has. */
const mostFields = 200;

export interface Doubted extends Pick<Asked, 'path' | 'kind'> {
  readonly doubts: readonly Doubt[];
  /** All that the router is to hold: its names may be what a field takes. */
  readonly desired: readonly Row[];
}

interface Asking {
  readonly session: Pick<RouterOsSession, 'run'>;
  readonly version: RouterOsVersion | undefined;
  readonly inspections: Inspections;
}

/**
 * Of the words that nothing here tells, those that the router does not take. It is asked field by field, about what it has
 * not offered before; where what it answers is not plainly a set of words, it has the last word when rows are written.
 *
 * @throws the errors of the connection
 */
export async function wrongWords(
  { path, kind, doubts, desired }: Doubted,
  asking: Asking,
  signal: AbortSignal,
): Promise<readonly Objection[]> {
  const fields = [...new Set(doubts.map(({ field }) => field))].slice(0, mostFields);
  const isName = (word: string) => desired.some(({ identity, fields: { name } }) => identity === word || name === word);
  const found = await Promise.all(
    fields.map((field) => {
      const ofField = doubts.filter((doubt) => doubt.field === field);
      return wrongIn({ path, kind, field }, ofField, isName, asking, signal);
    }),
  );
  const wrong = new Map(found.flat().map(([doubt, words]) => [doubt, words]));
  return doubts.flatMap((doubt) => {
    const words = wrong.get(doubt);
    return words === undefined ? [] : [doubtful(doubt, words, path)];
  });
}

type Wrong = readonly [doubt: Doubt, words: ReadonlySet<string>];

async function wrongIn(
  asked: Asked,
  doubts: readonly Doubt[],
  isName: (word: string) => boolean,
  { session, version, inspections }: Asking,
  signal: AbortSignal,
): Promise<readonly Wrong[]> {
  const wanted = inspections.unseen(version, asked, [...new Set(doubts.map(({ word }) => word))]);
  if (wanted.length === 0) return [];
  const words = await inspections.words(session, version, asked, wanted, signal);
  const missing = doubts.filter(({ word }) => wanted.includes(word) && !words.has(word));
  const unknown = missing.some(({ known }) => known === undefined);
  const notation = unknown && words.size > 1 ? await inspections.notation(session, asked, signal) : '';
  return missing.flatMap((doubt): readonly Wrong[] => {
    const { word, known, certainty } = doubt;
    if (known !== undefined) return [[doubt, new Set([...known, ...words])]];
    if (certainty !== undefined && isWrong(word, { words, notation }, certainty, isName)) return [[doubt, words]];
    inspections.pass(version, asked, word);
    return [];
  });
}
