import { compact } from '../base/compact.ts';
import { othersFirst } from '../base/steps.ts';
import type { Change } from '../reconcile/target.ts';
import type { KeyValue } from '../store/key-value.ts';
import { keyOf, keysUnder } from '../store/layout.ts';
import type { AuditEntry, AuditLog } from './audit-log.ts';
import {
  type AppliedChanges,
  type AuditedApply,
  type AuditedChange,
  type AuditedRevision,
  auditedChange,
} from './audited-apply.ts';
import type { Blame } from './blame.ts';
import type { TargetReport } from './report.ts';

export interface ApplyBookOptions {
  readonly audit: AuditLog;
  readonly blame: Blame;
  readonly meta: KeyValue<unknown>;
  /** Of digests: of this state folder. */
  readonly key: Buffer;
  /** Told when something could not be written. */
  readonly onTrouble: (error: unknown) => void;
}

/** A run that is about to write. */
export type RunAbout = Pick<TargetReport, 'target' | 'revision' | 'reason' | 'at'>;

/** A run that wrote, as it is kept until it is over: what is left of it after a kill is told at the next start. */
interface Begun extends RunAbout {
  readonly changes: readonly AuditedChange[];
}

interface Running {
  /** In `meta`. */
  readonly key: string;
  readonly begun: Begun;
}

const keyName = 'audit-key';
const inForceName = 'audit-revision';
/** Of changes in one entry of the audit log. */
const listedTogether = 200;
/** Changes that come by themselves, without a commit. */
const byThemselves: ReadonlySet<string> = new Set(['time', 'quota', 'expiry']);

/** The key of digests, made with the state folder's first start. @throws LastmileError of the store */
export async function auditKey(meta: KeyValue<unknown>, fillRandom: (octets: Uint8Array) => void): Promise<Buffer> {
  const kept = await meta.get(keyName);
  if (typeof kept === 'string') return Buffer.from(kept, 'base64');
  const key = Buffer.alloc(32);
  fillRandom(key);
  await meta.put(keyName, key.toString('base64'), { sync: true });
  return key;
}

/**
 * Keeps in the audit log which revisions came into force, and each change that came of them. Written in order, behind those
 * who wait for a target; `settled` tells when all is on disk.
 */
export class ApplyBook implements AsyncDisposable {
  readonly #options: ApplyBookOptions;
  readonly #revisions = new Map<string, AuditedRevision>();
  /** Of runs that are going on: key in `meta`, by target. */
  readonly #begun = new Map<string, readonly Running[]>();
  /** What was told of a refusal, by target. */
  readonly #refused = new Map<string, string>();
  #number = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: ApplyBookOptions) {
    this.#options = options;
  }

  /** A revision came into force. Told once, also over a restart. */
  follow(revision: AuditedRevision, at: number): void {
    this.#revisions.set(revision.id, revision);
    this.#write(async () => {
      const { meta } = this.#options;
      if ((await meta.get(inForceName)) === revision.id) return;
      await this.#recordRevision(revision, at, 'in force', '');
      await meta.put(inForceName, revision.id);
    });
  }

  /** A revision was not taken. */
  notTaken(revision: AuditedRevision, at: number, detail: string): void {
    this.#write(async () => {
      await this.#recordRevision(revision, at, 'refused', detail);
    });
  }

  /** Before the first change of a run. @throws LastmileError of the store */
  async begin(about: RunAbout, changes: readonly Change[]): Promise<void> {
    const { meta, key } = this.#options;
    const { target } = about;
    const begun = { ...about, changes: changes.map((change) => auditedChange(target, change, 'unknown', key)) };
    this.#number += 1;
    const name = keyOf('applying', target, about.at, this.#number);
    this.#begun.set(target, [...(this.#begun.get(target) ?? []), { key: name, begun }]);
    await meta.put(name, begun);
  }

  /** What came of a run. @param applied absent where it was not carried to its end */
  settle(report: TargetReport, applied: AppliedChanges | undefined): void {
    const { target, result } = report;
    const begun = this.#begun.get(target) ?? [];
    this.#begun.delete(target);
    if (result === 'refused') this.#refuse(report);
    else this.#settle(report, applied, begun);
  }

  #settle(report: TargetReport, applied: AppliedChanges | undefined, begun: readonly Running[]): void {
    const { target, result } = report;
    if (result === 'in-sync' || result === 'applied') this.#refused.delete(target);
    const unsettled = applied === undefined ? begun.flatMap((each) => each.begun.changes) : [];
    const count = applied?.changes.length ?? unsettled.length;
    if (count === 0 && begun.length === 0) return;
    this.#write(async () => {
      if (applied !== undefined && byThemselves.has(report.reason) && begun.length === 0)
        await this.#record(report, [], words(applied), count);
      else if (applied !== undefined) await this.#recordApplied(report, applied);
      else await this.#recordListed(report, unsettled, `not known to be done: ${report.error?.message ?? result}`);
      for (const { key } of begun) await this.#options.meta.del(key);
    });
  }

  /** Tells what a process that was killed had begun. @throws LastmileError of the store */
  async recover(): Promise<void> {
    const { meta } = this.#options;
    const left: [string, Begun][] = [];
    for await (const [key, value] of meta.entries(keysUnder('applying'))) left.push([key, value as Begun]);
    for (const [key, begun] of left) {
      this.#write(async () => {
        await this.#recordListed(begun, begun.changes, 'not known to be done: lastmile ended meanwhile');
        await meta.del(key);
      });
    }
    await this.settled();
  }

  /** Resolves when all that was told is written, or could not be. */
  settled(): Promise<void> {
    return this.#writing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.settled();
  }

  #write(act: () => Promise<void>): void {
    this.#writing = this.#writing.then(act).catch(this.#options.onTrouble);
  }

  #refuse(report: TargetReport): void {
    const { target, revision, refusals, at } = report;
    const told = refusals.map(({ code, message }) => `${code}: ${message}`).join('; ');
    if (this.#refused.get(target) === `${revision} ${told}`) return;
    this.#refused.set(target, `${revision} ${told}`);
    this.#write(async () => {
      const entry = { at, who: this.#whoOf(report), action: 'apply', object: target, result: 'refused', detail: told };
      await this.#options.audit.record({ ...entry, apply: this.#about(report, []) });
    });
  }

  async #recordApplied(report: TargetReport, { changes, failed }: AppliedChanges): Promise<void> {
    const { key } = this.#options;
    for (const some of inChunks(changes, listedTogether)) {
      const listed = some.map((change) => {
        const done = auditedChange(report.target, change, 'done', key);
        return failed.has(done.address) ? { ...done, result: 'failed' as const } : done;
      });
      await this.#record(report, listed, words({ changes: some, failed }));
      await othersFirst();
    }
  }

  async #recordListed(about: RunAbout, changes: readonly AuditedChange[], detail: string): Promise<void> {
    for (const some of inChunks(changes, listedTogether)) await this.#record(about, some, detail);
  }

  async #record(about: RunAbout, changes: readonly AuditedChange[], detail: string, more = 0): Promise<void> {
    const { audit, blame } = this.#options;
    const apply = this.#about(about, changes, more);
    const { number } = await audit.record({
      ...{ at: about.at, who: this.#whoOf(about), action: 'apply', object: about.target },
      ...{ result: resultOf(changes), detail, apply },
    });
    const subject = this.#revisions.get(about.revision)?.subject;
    await blame.note({ number, apply, ...compact({ subject }) });
  }

  #about({ target, revision, reason, at }: RunAbout, changes: readonly AuditedChange[], more = 0): AuditedApply {
    const { author, signer } = this.#revisions.get(revision) ?? {};
    const counted = more === 0 ? {} : { more };
    return { target, revision, ...compact({ author, signer }), reason, run: at, changes, ...counted };
  }

  /** Of what a commit brings, who made it; of what comes by itself, we. */
  #whoOf({ revision, reason }: RunAbout): string {
    const { author, signer } = this.#revisions.get(revision) ?? {};
    return reason === 'revision' ? (signer ?? author ?? 'lastmile') : 'lastmile';
  }

  async #recordRevision(revision: AuditedRevision, at: number, result: string, detail: string): Promise<AuditEntry> {
    const who = revision.signer ?? revision.author ?? 'unknown';
    const subject = revision.subject ?? '';
    return await this.#options.audit.record({
      ...{ at, who, action: 'revision', object: revision.id, result, detail: detail === '' ? subject : detail },
      revision,
    });
  }
}

function resultOf(changes: readonly AuditedChange[]): string {
  if (changes.some(({ result }) => result === 'unknown')) return 'unknown';
  return changes.some(({ result }) => result === 'failed') ? 'partial' : 'done';
}

const done = { create: 'created', update: 'updated', delete: 'deleted', move: 'moved' } as const;

function words({ changes, failed }: AppliedChanges): string {
  const parts = (['create', 'update', 'delete', 'move'] as const).flatMap((action) => {
    const count = changes.filter((each) => each.action === action).length;
    return count === 0 ? [] : [`${count} ${done[action]}`];
  });
  return [...parts, ...(failed.size === 0 ? [] : [`${failed.size} of the run failed`])].join(', ');
}

function* inChunks<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
