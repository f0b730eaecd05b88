import type { AuditEntry } from './audit-log.ts';
import type { AuditedApply, AuditedRevision } from './audited-apply.ts';

/** A revision, and what came of it on each target. Newest first, wherever there are several. */
export interface HistoryRevision extends AuditedRevision {
  /** When it came into force, or was refused: wall time. Absent: not known, the audit log does not reach so far. */
  readonly at?: number;
  /** `in force`, `refused`, `rolled back`. */
  readonly result?: string;
  /** Why, where it was refused or rolled back. */
  readonly detail?: string;
  readonly runs: readonly HistoryRun[];
}

/** One run that changed something on a target, or was refused. */
export interface HistoryRun {
  readonly target: string;
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  /** Why it ran. */
  readonly reason: string;
  /** `done`, `partial`, `refused`, `unknown`. */
  readonly result: string;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly moved: number;
  readonly failed: number;
  /** Why it was refused, or is not known. */
  readonly detail?: string;
}

export interface HistoryWanted {
  readonly target?: string;
  /** Revisions. */
  readonly limit: number;
}

/** What came of revisions, by the audit log. Pure but for reading. @param entries newest first */
export async function historyOf(
  entries: AsyncIterable<AuditEntry>,
  { target, limit }: HistoryWanted,
): Promise<readonly HistoryRevision[]> {
  const revisions = new Map<string, Group>();
  const groupOf = (id: string): Group => {
    const known = revisions.get(id);
    if (known !== undefined) return known;
    const group: Group = { about: { id }, runs: new Map() };
    revisions.set(id, group);
    return group;
  };
  const isFull = (id: string) => revisions.size >= limit && !revisions.has(id);
  for await (const entry of entries) {
    const { apply, revision } = entry;
    if (apply !== undefined && (target === undefined || apply.target === target)) {
      if (isFull(apply.revision)) break;
      addRun(groupOf(apply.revision).runs, entry, apply);
    }
    if (revision === undefined || (target !== undefined && !revisions.has(revision.id))) continue;
    if (isFull(revision.id)) break;
    const group = groupOf(revision.id);
    // The newest word about it holds.
    group.about = { ...told(entry, revision), ...group.about, ...revision };
  }
  return [...revisions.values()].map(({ about, runs }) => ({ ...about, runs: [...runs.values()] }));
}

interface Group {
  about: Omit<HistoryRevision, 'runs'>;
  readonly runs: Map<string, HistoryRun>;
}

function told({ at, result, detail }: AuditEntry, { subject }: AuditedRevision): Partial<HistoryRevision> {
  return { at, result, ...(detail === '' || detail === subject ? {} : { detail }) };
}

/** A large run has several entries. */
function addRun(
  runs: Map<string, HistoryRun>,
  entry: AuditEntry,
  { target, run, reason, changes }: AuditedApply,
): void {
  const key = `${target} ${run}`;
  const before = runs.get(key);
  const count = (action: string, sum = 0) => sum + changes.filter((each) => each.action === action).length;
  const result = before === undefined || before.result === 'done' ? entry.result : before.result;
  const says = entry.result === 'done' || entry.result === 'partial' ? '' : entry.detail;
  runs.set(key, {
    ...{ target, at: run, reason, result },
    created: count('create', before?.created),
    updated: count('update', before?.updated),
    deleted: count('delete', before?.deleted),
    moved: count('move', before?.moved),
    failed: (before?.failed ?? 0) + changes.filter((each) => each.result === 'failed').length,
    ...(says === '' ? {} : { detail: says }),
  });
}
