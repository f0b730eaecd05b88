import { eachInSteps, type Steps } from '../base/steps.ts';
import type { Declared, PolicySpec, Problem } from '../model/declarations.ts';
import type { Policy } from '../model/kinds/policy.ts';
import type { Collected } from './collected.ts';

/** Who knows what rules of the operator's own say. */
export interface PolicyPort {
  /** What is wrong with their expressions, and cases that do not come out. */
  check(policies: readonly Declared<PolicySpec>[]): readonly Problem[];
  objects(policies: readonly Policy[]): ObjectRules;
}

export interface ObjectRules {
  /** False: none of them is over objects. */
  readonly isAsked: boolean;
  /** What is said against objects of one file: denials are errors. */
  ofFile(objects: readonly Declared<unknown>[]): Steps<readonly Problem[]>;
}

/** What was said of each file the last time, by which rules. Brought along in place. */
export interface JudgedFiles {
  rules?: string;
  readonly files: Map<string, { readonly collected: Collected; readonly problems: readonly Problem[] }>;
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
  const found: Problem[] = [];
  for (const [path, collected] of parts) {
    const known = judged.files.get(path);
    const problems = known?.collected === collected ? known.problems : yield* by.ofFile(objectsIn(collected));
    if (known?.collected !== collected) judged.files.set(path, { collected, problems });
    for (const problem of problems) found.push(problem);
  }
  const gone = [...judged.files.keys()].filter((path) => !parts.has(path));
  yield* eachInSteps(gone, (path) => judged.files.delete(path));
  return found;
}

function objectsIn(collected: Collected): readonly Declared<unknown>[] {
  const { operators, routers, services, subscribers, portalSites, omadaControllers } = collected;
  return [...operators, ...routers, ...services, ...subscribers, ...portalSites, ...omadaControllers];
}
