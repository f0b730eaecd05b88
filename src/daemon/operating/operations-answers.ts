import type { ExplainRequest, Explanation } from '../../admin/explain-service.ts';
import type { OperationsService, RollbackRequest, RolledBack } from '../../admin/operations-service.ts';
import { RefusedError } from '../../admin/request-error.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { AuditedRevision } from '../../status/audited-apply.ts';
import type { BlameRow } from '../../status/blame.ts';
import { type HistoryRevision, type HistoryWanted, historyOf } from '../../status/history.ts';
import type { Engine } from '../engine.ts';
import type { LoopRun } from '../targets/reconciler.ts';
import type { SkippedRevision } from './skipped-revision.ts';

export interface OperationsOptions {
  readonly engine: Pick<Engine, 'applies' | 'audit' | 'blame'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly skipped: SkippedRevision;
  /** The revision in force. */
  readonly inForce: () => string | undefined;
  /** The newest revision that the source has shown. */
  readonly newest: () => string | undefined;
  /** Looks at the source as if for the first time, right after this; resolves when what is taken is followed. */
  readonly lookAnew: (decide: () => Promise<void>) => Promise<void>;
  /** What programs are told of a revision that was taken back. */
  readonly told: (from: string, words: string) => void;
  /** `undefined`: there is no such object. */
  readonly explain: (request: ExplainRequest) => Promise<Explanation | undefined>;
  readonly request: (allowDeletes?: number) => Promise<readonly LoopRun[]>;
}

/** What the daemon answers about what commits had done. */
export class OperationsAnswers implements OperationsService {
  readonly #options: OperationsOptions;
  #explaining: Promise<unknown> = Promise.resolve();

  constructor(options: OperationsOptions) {
    this.#options = options;
  }

  async history(wanted: HistoryWanted): Promise<readonly HistoryRevision[]> {
    const { applies, audit } = this.#options.engine;
    await applies.settled();
    return await historyOf(audit.newestFirst(), wanted);
  }

  async blame(what: string, limit: number): Promise<readonly BlameRow[]> {
    const { applies, blame } = this.#options.engine;
    await applies.settled();
    return await blame.of(what, limit);
  }

  /** One after another: whoever may look must not keep the process busy. */
  explain(request: ExplainRequest): Promise<Explanation | undefined> {
    const explained = this.#explaining.then(() => this.#options.explain(request));
    this.#explaining = explained.catch(() => undefined);
    return explained;
  }

  async rollback(request: RollbackRequest): Promise<RolledBack> {
    const { skipped, lookAnew } = this.#options;
    const { from, to } = this.#fromTo(request);
    await lookAnew(() => this.#skip(from, to, request));
    if (this.#options.inForce() !== to.id) {
      await lookAnew(() => skipped.end());
      throw new RefusedError(`${to.id} is not valid any more; ${from} stays (lastmile status says why)`);
    }
    await this.#tell(from, to.id, request);
    const runs = await this.#options.request(request.allowDeletes);
    return { from, to: to.id, reports: runs.map(({ report }) => report) };
  }

  /** While nothing is read: what is taken back must still be in force. */
  async #skip(from: string, to: AuditedRevision, { reason, by }: RollbackRequest): Promise<void> {
    const { skipped, clock, inForce } = this.#options;
    if (inForce() !== from) throw new RefusedError(`another revision came into force meanwhile: ${inForce()}`);
    const readable = await skipped.read(to).catch((error: unknown) => {
      throw new RefusedError(`${to.id} cannot be read any more: ${messageOf(error)}`, { cause: error });
    });
    if (readable === undefined) throw new RefusedError(`${to.id} is not kept: a plain folder has no history`);
    const newest = this.#options.newest() ?? from;
    const ids = [...new Set([from, newest, ...(skipped.skip?.ids ?? [])])];
    await skipped.begin({ ids, to, reason, by, at: clock.now() });
  }

  #fromTo({ to: named }: RollbackRequest) {
    const { skipped, inForce } = this.#options;
    const from = inForce();
    if (from === undefined) throw new RefusedError('no declarations are in force');
    const to = skipped.before(from, named);
    if (to !== undefined) return { from, to };
    throw new RefusedError(
      named === undefined
        ? `no revision was in force before ${from}`
        : `no revision ${named} was in force before: lastmile history lists them`,
    );
  }

  async #tell(from: string, to: string, { reason, by }: RollbackRequest): Promise<void> {
    const { engine, clock, told } = this.#options;
    told(from, `rolled back to ${to} by ${by}: ${reason}`);
    await engine.applies.settled();
    await engine.audit.record({
      ...{ at: clock.now(), who: by, action: 'rollback', object: from, reason, result: 'rolled back' },
      ...{ detail: `to ${to}`, revision: { id: from } },
    });
  }
}
