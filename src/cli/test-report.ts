import { createColors } from 'picocolors';
import { printable } from '../base/bytes.ts';
import { unreachable } from '../base/errors.ts';
import { formatDuration } from '../base/units.ts';
import type { Issue } from '../manifest/issue.ts';
import type { ScenarioResult } from '../rehearsal/run-scenario.ts';
import { formatIssues } from './issues-output.ts';

export type TestFormat = 'text' | 'json' | 'github' | 'junit';

export interface TestReport {
  readonly results: readonly (ScenarioResult & { readonly issues: readonly Issue[] })[];
  /** Text of each file, for code frames. */
  readonly texts: ReadonlyMap<string, string>;
  readonly tookMs: number;
}

/** One scenario, as soon as it is over. */
export function testLine({ scenario, failures, steps, passedMs }: ScenarioResult, color: boolean): string {
  const paint = createColors(color);
  const mark = failures.length === 0 ? paint.green('ok  ') : paint.red('FAIL');
  const many = `${steps} ${steps === 1 ? 'step' : 'steps'}, ${formatDuration(passedMs)} went by`;
  return `${mark} ${scenario.name}  ${paint.dim(many)}\n`;
}

/** What came of all of them, for a terminal, a program, a pull request or a test report. */
export function testReport(report: TestReport, format: TestFormat, color: boolean): string {
  const issues = report.results.flatMap((each) => each.issues);
  switch (format) {
    case 'text':
      return `${asText(report, issues, color)}${summary(report)}\n`;
    case 'github':
      return formatIssues({ issues, texts: report.texts, limit: issues.length }, 'github', false);
    case 'json':
      return `${JSON.stringify(asJson(report), undefined, 2)}\n`;
    case 'junit':
      return asJunit(report);
    default:
      return unreachable(format);
  }
}

function asText({ texts }: TestReport, issues: readonly Issue[], color: boolean): string {
  if (issues.length === 0) return '';
  const all = formatIssues({ issues, texts, limit: issues.length }, 'text', color);
  // The line that counts findings counts files as well, and these are scenarios.
  return `\n${all.slice(0, all.trimEnd().lastIndexOf('\n') + 1)}`;
}

function summary({ results, tookMs }: TestReport): string {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const many = `${results.length} ${results.length === 1 ? 'scenario' : 'scenarios'}`;
  return `${many}, ${failed === 0 ? 'all as expected' : `${failed} not as expected`}, in ${formatDuration(tookMs)}`;
}

function asJson({ results }: TestReport) {
  return {
    formatVersion: '1',
    failed: results.filter(({ failures }) => failures.length > 0).length,
    scenarios: results.map(({ scenario: { name, origin }, steps, durationMs, passedMs, issues }) => ({
      ...{ name, file: origin.file, line: origin.line },
      passed: issues.length === 0,
      ...{ steps, durationMs: Math.round(durationMs), passedMs, issues },
    })),
  };
}

function asJunit({ results, tookMs }: TestReport): string {
  const failed = results.filter(({ issues }) => issues.length > 0).length;
  const cases = results.map(({ scenario: { name, origin }, durationMs, issues }) => {
    const words = issues.map(({ file, line, column, message, hint }) => {
      const more = hint === undefined ? '' : `\n${hint}`;
      return `    <failure message="${escaped(message)}">${escaped(`${file}:${line}:${column}: ${message}${more}`)}</failure>\n`;
    });
    const head = `  <testcase classname="${escaped(origin.file)}" name="${escaped(name)}" time="${seconds(durationMs)}"`;
    return words.length === 0 ? `${head}/>\n` : `${head}>\n${words.join('')}  </testcase>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="lastmile test" tests="${results.length}" failures="${failed}" time="${seconds(tookMs)}">\n${cases.join('')}</testsuite>\n`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return printable(text, 2000).replace(/[&<>"]/g, (letter) => names[letter] ?? '');
}
