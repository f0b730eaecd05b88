import type { Issue } from '../manifest/issue.ts';
import { mayHold } from '../manifest/may-hold.ts';
import { plainSecrets } from '../manifest/plain-secrets.ts';
import { readYamlFile } from '../manifest/yaml-file.ts';
import { readCreationRules, rulesFileName } from '../secrets/sops/creation-rules.ts';
import { mayBeSealed } from '../secrets/sops/open-file.ts';
import { ruleTest, type SealRule } from '../secrets/sops/rule.ts';
import type { SourceFile } from '../source/source.ts';

/** What the `.sops.yaml` of a repository has encrypted. */
export interface SealRules {
  readonly text: string;
  /** What could not be understood of it: then it says nothing. */
  readonly issue?: Issue;
  ruleOf(path: string): SealRule | undefined;
}

export function sealRulesOf(file: SourceFile | undefined): SealRules | undefined {
  if (file === undefined) return undefined;
  const rules = readCreationRules(file.text);
  const ruleOf = (path: string) => rules.of(path)?.rule;
  if (rules.complaint === undefined) return { text: file.text, ruleOf };
  const message = `${rules.complaint}: what it has encrypted is not checked`;
  const issue = {
    severity: 'warning',
    code: 'LM_SOPS_RULES',
    message,
    file: rulesFileName,
    line: 1,
    column: 1,
  } as const;
  return { text: file.text, issue, ruleOf };
}

/** Values in clear text that a rule has encrypted. A file with anything encrypted is judged by its own rule, where it is opened. */
export function unsealedIn(source: SourceFile, rules: SealRules): readonly Issue[] {
  const rule = rules.ruleOf(source.path);
  if (rule === undefined || mayBeSealed(source.text)) return [];
  const test = ruleTest(rule);
  if (test === undefined) return [];
  const byNames = rule.kind === 'encrypted_regex' || rule.kind === 'encrypted_suffix';
  if (byNames && !mayHold(source.text, (key) => test([key]))) return [];
  return plainSecrets(readYamlFile(source.path, source.text), { mustBeSealed: test, byRuleAlone: true });
}
