export type Severity = 'error' | 'warning';

/** Something wrong in a repository, with its place. */
export interface Issue {
  readonly severity: Severity;
  /** `LM_…`, stable: for scripts, never reworded. */
  readonly code: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Path below the root with `/`, or `.` for the repository as a whole. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** Just after the end, when it ends on the same line. */
  readonly endColumn?: number;
}

/** Where the repository as a whole is meant. */
export const wholeRepository = { file: '.', line: 1, column: 1 } as const;

/** By file, then position, then severity; what one cause reports twice in one place is kept once. */
export function sortIssues(issues: readonly Issue[]): readonly Issue[] {
  const seen = new Set<string>();
  const once = issues.filter((issue) => {
    const key = `${issue.file}\0${issue.line}:${issue.column}\0${issue.code}\0${issue.message}`;
    return !seen.has(key) && seen.add(key);
  });
  return once.sort(compareIssues);
}

export function hasErrors(issues: readonly Issue[]): boolean {
  return issues.some((issue) => issue.severity === 'error');
}

function compareIssues(a: Issue, b: Issue): number {
  return (
    compareText(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    compareText(a.severity, b.severity) ||
    compareText(a.code, b.code) ||
    compareText(a.message, b.message)
  );
}

/** Order of code units: the same everywhere, whatever the locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
