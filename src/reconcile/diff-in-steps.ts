import { eachInSteps, type Steps } from '../base/steps.ts';
import { type Difference, diff } from './diff.ts';
import type { Ownership } from './ownership.ts';
import type { ObservedRow, Row } from './row.ts';
import { keyOf } from './row-key.ts';
import type { Change, Finding, Observation } from './target.ts';

/** Rows that are compared together. */
const rowsTogether = 256;

/**
 * What `diff` says, with leave to do other things in between: for a target that nothing but ours is in, and whose rows have
 * no order and no earlier names. Each row is then compared with none but its own. Pure.
 */
export function* diffInSteps(
  desired: readonly Row[],
  observation: Observation,
  ownership: Ownership,
): Steps<Difference> {
  const there = new Map<string, ObservedRow>();
  yield* eachInSteps(observation.rows, (row) => there.set(keyOf(row), row));
  const [changes, findings, wanted]: [Change[], Finding[], Set<string>] = [[], [], new Set()];
  const compare = (part: readonly Row[], rows: readonly ObservedRow[]) => {
    const found = diff(part, { ...observation, rows }, ownership);
    changes.push(...found.changes);
    findings.push(...found.findings);
  };
  for (let at = 0; at < desired.length; at += rowsTogether) {
    const part = desired.slice(at, at + rowsTogether);
    const keys = part.map(keyOf);
    for (const key of keys) wanted.add(key);
    compare(part, present(keys, there));
    yield;
  }
  const gone: ObservedRow[] = [];
  yield* eachInSteps(there, ([key, row]) => wanted.has(key) || gone.push(row));
  for (let at = 0; at < gone.length; at += rowsTogether) {
    compare([], gone.slice(at, at + rowsTogether));
    yield;
  }
  return { changes, findings, refused: new Set(), unmet: [] };
}

function present(keys: readonly string[], there: ReadonlyMap<string, ObservedRow>): readonly ObservedRow[] {
  return keys.flatMap((key) => there.get(key) ?? []);
}
