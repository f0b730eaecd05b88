import type { Row } from './row.ts';
import type { Observation } from './target.ts';

/** Wanted rows that have to be compared with what was seen: all but those that the target knows to be there as they are. */
export function unsettled(
  wanted: readonly Row[],
  { settled, agreed }: Pick<Observation, 'settled' | 'agreed'>,
): readonly Row[] {
  if (settled !== undefined) return wanted.filter((row) => !settled.has(row));
  return agreed === undefined ? wanted : wanted.filter((row) => !agreed.has(row));
}
