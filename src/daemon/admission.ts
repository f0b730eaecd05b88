import type { SourceFile } from '../source/source.ts';
import { ApprovalGate, type ApprovalGateOptions, isApproved, type WaitingRevision } from './approval-gate.ts';
import type { LastGood } from './last-good.ts';
import type { SkippedRevision } from './operating/skipped-revision.ts';
import type { Accepted } from './source-follower.ts';
import type { InForce } from './targets/reconciler.ts';

export interface AdmissionOptions extends ApprovalGateOptions {
  readonly lastGood: LastGood;
  readonly skipped: Pick<SkippedRevision, 'skip' | 'about'>;
  readonly inForce: () => InForce | undefined;
  /** What these declare; `undefined` where they are not valid now. */
  readonly modelOf: (files: readonly SourceFile[]) => Promise<Accepted['model'] | undefined>;
  /** Takes it into force. */
  readonly follow: (accepted: Accepted) => Promise<void>;
  /** Told what waits, each time that something does. */
  readonly waits: (waiting: WaitingRevision) => void;
}

/** Takes valid revisions into force, each at once, or when it is approved. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #gate: ApprovalGate;
  /** The newest that was valid, while it waits for an approval. */
  #accepted: Accepted | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#gate = new ApprovalGate(options);
  }

  get waiting(): WaitingRevision | undefined {
    return this.#gate.waiting;
  }

  /** Takes a revision into force, or, where it is to be approved and is not, leaves what is. */
  async take(accepted: Accepted): Promise<void> {
    const { inForce, follow, skipped, waits } = this.#options;
    const before = await this.#before(accepted);
    // After a start. Nobody waits for what is to be approved, nor for routers that are looked at for it.
    if (inForce() === undefined && before !== undefined && isApproved(before.model)) await follow(before);
    const isRollback = skipped.skip?.to.id === accepted.revision.id;
    const isAdmitted = await this.#gate.admits(accepted, before, isRollback);
    this.#accepted = isAdmitted ? undefined : accepted;
    if (isAdmitted) return await follow(accepted);
    const { waiting } = this.#gate;
    if (waiting !== undefined) waits(waiting);
  }

  /** Somebody approved something: is it what waits? */
  async tryAgain(): Promise<void> {
    if (this.#accepted !== undefined) await this.take(this.#accepted);
  }

  /** Somebody may have approved at a forge what waits. */
  async askForges(): Promise<void> {
    if (await this.#gate.approvedMeanwhile(this.#options.inForce()?.model)) await this.tryAgain();
  }

  /** What is in force, or, after a start, was last. */
  async #before({ revision, model }: Accepted): Promise<Accepted | undefined> {
    const { inForce, engine, lastGood, source } = this.#options;
    const current = inForce();
    if (current !== undefined)
      return { revision: { id: current.revision, files: [] }, model: current.model, judged: false };
    const { passed } = engine.approvals;
    const mayWait = passed !== undefined || isApproved(model);
    if (!mayWait || passed === revision.id) return undefined;
    const kept = await lastGood.read(source);
    // It may have come into force without being served any more.
    const approved = passed === undefined || passed === kept?.id ? undefined : await this.#readAgain(passed);
    return approved ?? (kept === undefined ? undefined : await this.#accept(kept.id, kept.files));
  }

  async #readAgain(id: string): Promise<Accepted | undefined> {
    const files = await this.#options.source.readAgain?.(id).catch(() => undefined);
    return files === undefined ? undefined : await this.#accept(id, files);
  }

  async #accept(id: string, files: readonly SourceFile[]): Promise<Accepted | undefined> {
    const { modelOf, skipped } = this.#options;
    const model = await modelOf(files);
    return model === undefined ? undefined : { revision: { ...skipped.about(id), id, files }, model, judged: false };
  }
}
