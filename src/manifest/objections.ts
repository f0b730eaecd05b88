import { eachInSteps, type Steps } from '../base/steps.ts';
import type { Declared, PolicySpec, Problem } from '../model/declarations.ts';
import type { Policy } from '../model/kinds/policy.ts';
import type { Collected } from './collected.ts';

/** Who knows what rules of the operator's own say. */
export interface PolicyPort {
  /** What is wrong with their expressions, and cases that do not come out. */
  check(policies: readonly Declared<PolicySpec>[]): readonly Problem[];
  objects(policies: readonly Policy[]): ObjectRules;
  /** Those of now, and what is otherwise in those of before. */
  merged(now: readonly Policy[], before: readonly Policy[]): readonly Policy[];
}

export interface ObjectRules {
  /** False: none of them is over objects. */
  readonly isAsked: boolean;
  /** What is said against objects of one file: denials are errors. */
  ofFile(objects: readonly Declared<unknown>[]): Steps<SaidOfFile>;
}

/** The first problems of each rule, which their hint tells, and how many there are of it. */
export interface SaidOfFile {
  readonly problems: readonly Problem[];
  readonly counts: ReadonlyMap<string, number>;
}

/** What was said of each file the last time, by which rules. Brought along in place. */
export interface JudgedFiles {
  rules?: string;
  readonly files: Map<string, { readonly collected: Collected; readonly said: SaidOfFile }>;
}

/** What rules over objects say of all of them. Files that declare what they declared before are not asked again. */
export function* objectionsInSteps(
  parts: ReadonlyMap<string, Collected>,
  policies: readonly Policy[],
  port: PolicyPort,
  judged: JudgedFiles,
): Steps<readonly Problem[]> {
  const rules = JSON.stringify(policies);
  if (judged.rules !== rules) judged.files.clear();
  judged.rules = rules;
  const by = port.objects(policies);
  if (!by.isAsked) return [];
  const found: SaidOfFile[] = [];
  for (const [path, collected] of parts) {
    const known = judged.files.get(path);
    const said = known?.collected === collected ? known.said : yield* by.ofFile(objectsIn(collected));
    if (known?.collected !== collected) judged.files.set(path, { collected, said });
    found.push(said);
  }
  const gone = [...judged.files.keys()].filter((path) => !parts.has(path));
  yield* eachInSteps(gone, (path) => judged.files.delete(path));
  return firstOf(found);
}

/** Objects that are named for a rule; the rest is counted. Each is looked up in its file. */
const named = 20;

function firstOf(files: readonly SaidOfFile[]): readonly Problem[] {
  const told: Problem[] = [];
  const last = new Map<string, Problem>();
  const counts = new Map<string, number>();
  const all = new Map<string, number>();
  for (const { problems, counts: ofFile } of files) {
    for (const [rule, count] of ofFile) all.set(rule, (all.get(rule) ?? 0) + count);
    for (const problem of problems) {
      const rule = problem.hint ?? '';
      const count = counts.get(rule) ?? 0;
      if (count >= named) continue;
      counts.set(rule, count + 1);
      last.set(rule, problem);
      told.push(problem);
    }
  }
  for (const [rule, problem] of last) {
    const more = (all.get(rule) ?? 0) - (counts.get(rule) ?? 0);
    if (more > 0) told.push({ ...problem, message: `${more} more by the same rule`, path: [] });
  }
  return told;
}

function objectsIn(collected: Collected): readonly Declared<unknown>[] {
  const { operators, routers, services, subscribers, portalSites, omadaControllers } = collected;
  return [...operators, ...routers, ...services, ...subscribers, ...portalSites, ...omadaControllers];
}
