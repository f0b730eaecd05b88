import type { Observation, Row } from './target.ts';

/** Wanted rows that have to be compared with what was seen: all but those that the target knows to be there as they are. */
export function unsettled(wanted: readonly Row[], { settled }: Pick<Observation, 'settled'>): readonly Row[] {
  return settled === undefined ? wanted : wanted.filter((row) => !settled.has(row));
}
