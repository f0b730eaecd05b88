import type { NewEvent } from '../../events/event.ts';
import type { EventType } from '../../model/event-types.ts';
import type { AuditedRevision } from '../../status/audited-apply.ts';
import { failedCount, type TargetReport, waitingCount } from '../../status/report.ts';

/** What was told last of a revision: kept over a restart, so that nothing is told twice. */
export interface RevisionMark {
  readonly id: string;
  readonly told: RevisionWord;
  readonly message: string;
}

type RevisionWord = 'in-force' | 'applied' | 'failing' | 'refused' | 'rolled-back';

const bad: ReadonlySet<TargetReport['result']> = new Set(['failed', 'partial', 'refused']);
const namedTargets = 3;

/** Makes events of how a revision fares: it came into force, was refused, is applied everywhere, or cannot be. */
export class RevisionTelling {
  #mark: RevisionMark | undefined;
  #revision: AuditedRevision | undefined;
  /** Of the revision in force, by target. */
  #reports = new Map<string, TargetReport>();

  constructor(mark: RevisionMark | undefined) {
    this.#mark = mark;
  }

  /** What was told last. */
  get mark(): RevisionMark | undefined {
    return this.#mark;
  }

  took(revision: AuditedRevision, at: number): readonly NewEvent[] {
    if (this.#revision?.id !== revision.id) this.#reports = new Map();
    this.#revision = revision;
    if (this.#mark?.id === revision.id && this.#mark.told !== 'rolled-back' && this.#mark.told !== 'refused') return [];
    return this.#tell(revision, 'in-force', 'in force, and being applied', at);
  }

  refused(revision: AuditedRevision, message: string, at: number): readonly NewEvent[] {
    return this.#eventOf(revision, 'refused', `refused: ${message}`, at);
  }

  rolledBack(revision: AuditedRevision, message: string, at: number): readonly NewEvent[] {
    return this.#eventOf(revision, 'rolled-back', message, at);
  }

  /** @param targets names of all that follow the revision */
  report(report: TargetReport, targets: readonly string[]): readonly NewEvent[] {
    const revision = this.#revision;
    if (revision === undefined || report.revision !== revision.id) return [];
    this.#reports.set(report.target, report);
    // What fails once it was applied is about its target, and told as that.
    if (this.#mark?.id === revision.id && this.#mark.told === 'applied') return [];
    const reports = targets.map((name) => this.#reports.get(name));
    const troubles = reports.filter((each) => each !== undefined && bad.has(each.result)).map(troubleOf);
    if (troubles.length > 0) {
      const more = troubles.length > namedTargets ? `; and ${troubles.length - namedTargets} more` : '';
      return this.#tell(revision, 'failing', troubles.slice(0, namedTargets).join('; ') + more, report.at);
    }
    if (!reports.every((each) => each !== undefined && isDone(each))) return [];
    return this.#tell(revision, 'applied', `applied on ${targets.length} targets`, report.at);
  }

  #tell(revision: AuditedRevision, told: RevisionWord, message: string, at: number): readonly NewEvent[] {
    const before = this.#mark;
    if (before?.id === revision.id && before.told === told && before.message === message) return [];
    this.#mark = { id: revision.id, told, message };
    return this.#eventOf(revision, told, message, at);
  }

  #eventOf(revision: AuditedRevision, told: RevisionWord, message: string, at: number): readonly NewEvent[] {
    const { id, ...about } = revision;
    const type: EventType = `revision.${told}`;
    return [{ type, at, subject: `revision/${id}`, data: { revision: id, ...about, message } }];
  }
}

/** Nothing is left to do there: as declared, or only looked at. */
function isDone(report: TargetReport): boolean {
  return report.commitWaits !== true && (report.result !== 'planned' || waitingCount(report) === 0);
}

function troubleOf(report: TargetReport | undefined): string {
  if (report === undefined) return '';
  const { target, error, refusals, failed, result } = report;
  if (error !== undefined) return `${target}: ${error.message}`;
  if (refusals[0] !== undefined) return `${target}: refused, ${refusals[0].message}`;
  if (failed[0] !== undefined)
    return `${target}: ${failedCount(report)} failed, ${failed[0].address}: ${failed[0].error}`;
  return `${target}: ${result}`;
}
