import { createColors } from 'picocolors';
import { printable } from '../base/bytes.ts';
import { unreachable } from '../base/errors.ts';
import type { Issue } from '../manifest/issue.ts';
import { workflowCommand } from '../review/workflow-command.ts';
import { codeFrame } from './code-frame.ts';
import { usualHint } from './usual-hints.ts';

export type IssueFormat = 'text' | 'json' | 'github';

export interface IssueReport {
  readonly issues: readonly Issue[];
  /** Text of each file, for code frames. */
  readonly texts: ReadonlyMap<string, string>;
  /** Shown at most; the rest is counted. */
  readonly limit: number;
}

/** Puts findings into words for a terminal, a program or a pull request. */
export function formatIssues(given: IssueReport, format: IssueFormat, color: boolean): string {
  const report = { ...given, issues: given.issues.map(withHint) };
  switch (format) {
    case 'text':
      return asText(report, color);
    case 'json':
      return `${JSON.stringify({ ...countIssues(report), files: report.texts.size, issues: report.issues }, undefined, 2)}\n`;
    case 'github':
      return report.issues.slice(0, report.limit).map(annotation).join('');
    default:
      return unreachable(format);
  }
}

/** Nobody is told what is wrong without being told what to do about it. */
function withHint(issue: Issue): Issue {
  const hint = issue.hint ?? usualHint(issue.code);
  return hint === undefined ? issue : { ...issue, hint };
}

export function countIssues({ issues }: Pick<IssueReport, 'issues'>): {
  readonly errors: number;
  readonly warnings: number;
} {
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: issues.length - errors };
}

/** `2 errors, 1 warning in 6 files`. */
export function summaryLine(report: IssueReport): string {
  const { errors, warnings } = countIssues(report);
  const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
  return `${many(errors, 'error')}, ${many(warnings, 'warning')} in ${many(report.texts.size, 'file')}`;
}

function asText(report: IssueReport, color: boolean): string {
  const paint = createColors(color);
  // Errors are never crowded out of the first page by warnings.
  const shown = new Set([...report.issues].sort((a, b) => rank(a) - rank(b)).slice(0, report.limit));
  const blocks = report.issues.filter((issue) => shown.has(issue)).map((issue) => block(issue, report.texts, paint));
  const rest = report.issues.length - shown.size;
  if (rest > 0) blocks.push(`… and ${rest} more (lastmile validate --max-errors ${report.issues.length} shows all)\n`);
  const { errors, warnings } = countIssues(report);
  const tint = errors > 0 ? paint.red : warnings > 0 ? paint.yellow : paint.green;
  return [...blocks, `${tint(summaryLine(report))}\n`].join('\n');
}

function rank(issue: Issue): number {
  return issue.severity === 'error' ? 0 : 1;
}

function block(issue: Issue, texts: ReadonlyMap<string, string>, paint: ReturnType<typeof createColors>): string {
  const tint = issue.severity === 'error' ? paint.red : paint.yellow;
  const place = issue.file === '.' ? 'repository' : `${printable(issue.file, 300)}:${issue.line}:${issue.column}`;
  const lines = [
    `${paint.bold(place)} ${tint(issue.severity)} ${paint.dim(issue.code)} ${printable(issue.message, 500)}`,
  ];
  const text = texts.get(issue.file);
  if (text !== undefined && text !== '') lines.push(...codeFrame(text, issue, issue.code.startsWith('LM_YAML')));
  if (issue.hint !== undefined) lines.push(`   ${paint.cyan('→')} ${printable(issue.hint, 500)}`);
  return `${lines.join('\n')}\n`;
}

/** Shown beside the line in a pull request. */
function annotation(issue: Issue): string {
  const hint = issue.hint === undefined ? '' : ` (${issue.hint})`;
  const place = issue.file === '.' ? {} : { file: issue.file, line: issue.line, col: issue.column };
  const end = issue.endColumn === undefined ? {} : { endColumn: issue.endColumn };
  const message = printable(issue.message + hint, 1000);
  return workflowCommand({ level: issue.severity, properties: { ...place, ...end, title: issue.code }, message });
}
