import { type PlanDocument, type PlannedChange, settingsName } from '../reconcile/plan.ts';
import { actionOf, fieldWords } from './change-words.ts';

/** Differences that are named; the rest is counted. */
const named = 20;

/**
 * What makes a saved plan stale, in words: of each target that it has changes for, what would be done otherwise now. Empty
 * where it would be done just so. Pure.
 *
 * @param now made of the same targets, with checksums of the same sort
 */
export function stalenessOf(saved: PlanDocument, now: PlanDocument): readonly string[] {
  const words = [...revisionWords(saved, now)];
  const current = new Map(now.targets.map((target) => [target.name, target]));
  for (const { name, checksum } of saved.targets) {
    const target = current.get(name);
    // What is declared of lastmile itself comes into force with the declarations.
    if (checksum === undefined || name === settingsName) continue;
    if (target === undefined) words.push(`${name} is declared no more`);
    else if (target.state !== 'observed') words.push(`${name}: ${target.reason ?? 'it could not be looked at'}`);
    else if (target.checksum !== checksum) words.push(...targetWords(name, saved, now));
  }
  const more = words.length - named;
  return more > 0 ? [...words.slice(0, named), `… and ${more} more differences`] : words;
}

/** The commit decides; the branch it was read by does not. */
function revisionWords(saved: PlanDocument, now: PlanDocument): readonly string[] {
  if (commitOf(saved.revision) === commitOf(now.revision)) return [];
  return [`the declarations are others: planned with ${saved.revision}, now ${now.revision}`];
}

function commitOf(revision: string): string {
  return revision.slice(revision.indexOf('@') + 1);
}

function targetWords(name: string, saved: PlanDocument, now: PlanDocument): readonly string[] {
  const [before, after] = [changesOf(saved, name), changesOf(now, name)];
  const words: string[] = [];
  for (const [key, change] of before) {
    const other = after.get(key);
    if (other === undefined)
      words.push(`${change.address}: ${actionOf(change)} was planned, and is not called for now`);
    else if (textOf(other) !== textOf(change)) words.push(`${change.address}: ${differenceOf(change, other)}`);
  }
  for (const [key, change] of after) {
    if (!before.has(key)) words.push(`${change.address}: ${actionOf(change)} was not planned, and would be done now`);
  }
  return words.length > 0 ? words : [`${name}: a secret that would be written, or the place of a row, is another now`];
}

function changesOf({ changes }: PlanDocument, target: string): ReadonlyMap<string, PlannedChange> {
  return new Map(
    changes
      .filter((change) => change.target === target)
      .map((change) => [`${actionOf(change)} ${change.address}`, change]),
  );
}

/** All of it but where it is declared and why it differs. */
function textOf({ source: _source, cause: _cause, ...change }: PlannedChange): string {
  return JSON.stringify(change);
}

function differenceOf(planned: PlannedChange, now: PlannedChange): string {
  const was = new Map(fieldWords(planned).map((field) => [field.name, field]));
  const differing = fieldWords(now).flatMap(({ name, before, after }) => {
    const field = was.get(name);
    if (field === undefined) return [`${name} was not to be written`];
    if (field.before !== before) return [`${name} was ${field.before ?? '(none)'} and is ${before ?? '(none)'}`];
    return field.after === after ? [] : [`${name} was to be ${field.after} and is to be ${after}`];
  });
  return differing.length > 0 ? differing.join(', ') : 'it is not what it was';
}
