import { createColors } from 'picocolors';
import { loadFiles } from '../daemon/load.ts';
import { hasErrors, type Issue, sortIssues } from '../manifest/issue.ts';
import { locateProblems } from '../manifest/locate-problems.ts';
import { type CaseResult, caseProblems, runCases } from '../policy/cases.ts';
import { hidesValue } from '../radius/dictionary/check-attribute.ts';
import { complain } from './complain.ts';
import { readDeclared, tellIssues } from './declared.ts';
import { exitCodes, type Io } from './io.ts';
import { isExample } from './is-example.ts';
import { formatIssues } from './issues-output.ts';
import { environmentOf } from './secret-env.ts';

export interface PolicyTestOptions {
  readonly output: 'text' | 'json' | 'github';
  readonly rev?: string;
  /** Only policies whose name holds one of these. */
  readonly only: readonly string[];
}

/** `lastmile policy test DIR`: tries the cases of its policies. Resolves with the exit code. */
export async function policyTestCommand(dir: string, options: PolicyTestOptions, io: Io): Promise<number> {
  const { files } = await readDeclared(dir, options.rev);
  const { policies = [], issues } = await loadFiles(files, {
    ...{ mode: 'validate', env: environmentOf(dir, io), example: isExample(dir) },
  });
  const inPolicies = new Set(policies.map(({ origin }) => origin.file));
  const wrong = issues.filter(({ code, file }) => inPolicies.has(file) && code !== 'LM_POLICY_CASE');
  if (hasErrors(wrong)) {
    tellIssues(files, wrong, io);
    return exitCodes.invalid;
  }
  const wanted = policies.filter(
    ({ name }) => options.only.length === 0 || options.only.some((part) => name.includes(part)),
  );
  const results = runCases(wanted, hidesValue);
  if (results.length === 0) {
    const why = wanted.length === 0 ? 'no Policy is declared, or none is called so' : 'no policy has cases: spec.tests';
    complain(new Error(`${dir}: ${why}`), io);
    return exitCodes.error;
  }
  const found = sortIssues(locateProblems(caseProblems(results), files, new Map()));
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  io.out(reportOf(results, found, texts, options.output, io.color));
  return found.length === 0 ? exitCodes.success : exitCodes.error;
}

function reportOf(
  results: readonly CaseResult[],
  issues: readonly Issue[],
  texts: ReadonlyMap<string, string>,
  format: PolicyTestOptions['output'],
  color: boolean,
): string {
  const failed = results.filter(({ failure }) => failure !== undefined).length;
  if (format === 'json')
    return `${JSON.stringify({ formatVersion: '1', failed, cases: results.map(plain) }, undefined, 2)}\n`;
  if (format === 'github') return formatIssues({ issues, texts, limit: issues.length }, 'github', false);
  const paint = createColors(color);
  const lines = results.map(({ policy, name, failure }) => {
    const mark = failure === undefined ? paint.green('ok  ') : paint.red('FAIL');
    return `${mark} ${policy.name}: ${name}\n`;
  });
  const framed = formatIssues({ issues, texts, limit: issues.length }, 'text', color);
  // The line that counts findings is about something else: these are cases.
  const frames = issues.length === 0 ? '' : `\n${framed.slice(0, framed.trimEnd().lastIndexOf('\n') + 1)}`;
  const many = `${results.length} ${results.length === 1 ? 'case' : 'cases'}`;
  return `${lines.join('')}${frames}${many}, ${failed === 0 ? 'all as expected' : `${failed} not as expected`}\n`;
}

function plain({ policy, at, name, failure }: CaseResult) {
  const { file, line } = policy.entries?.get(`tests/${at}`) ?? policy.origin;
  return {
    policy: policy.name,
    name,
    file,
    line,
    passed: failure === undefined,
    ...(failure === undefined ? {} : { failure }),
  };
}
