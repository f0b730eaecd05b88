import { printable } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { compact } from '../base/compact.ts';
import type { SourceSettings } from '../model/kinds/operator.ts';
import type { TrustRules } from '../model/kinds/trust.ts';
import { hashOf } from '../source/committed-files.ts';
import type { CommitHistory, Revision, Source } from '../source/source.ts';
import type { Judgement } from '../status/conditions.ts';
import type { KeyValue } from '../store/key-value.ts';
import { trustRulesIn } from '../trust/rules-in.ts';
import { TrustFileError } from '../trust/trust-file.ts';
import { verifyCommits } from './verify-commits.ts';

/** What the revision in force says about the ones to come; kept, so that a restart forgets nothing of it. */
interface InForce {
  readonly id: string;
  readonly source: GateRules;
  /** Who has signed what came with it. Absent: nobody was asked for. */
  readonly signers?: readonly string[];
}

/** Of `Operator.spec.source`, what revisions are judged by. */
export type GateRules = Pick<SourceSettings, 'rewrites' | 'verify'>;

export interface GateOptions {
  readonly source: Source;
  readonly meta: KeyValue<unknown>;
  /** The id of a commit that may come into force although it does not come after the one that is. */
  readonly acceptRewrite?: string;
  /**
   * Who may sign, told by a file of this machine: what is declared is not asked then. Read anew each time, so that a key that
   * was stolen is out at once. @throws TrustFileError
   */
  readonly trust?: () => Promise<TrustRules>;
  readonly clock: Pick<Clock, 'now'>;
  /** Told who has signed what comes into force. */
  readonly judge: (judgement: Judgement) => void;
}

const key = 'source-trust';

/**
 * Whether a revision may come into force at all, before anything in it is looked at. It is judged by the rules of the
 * revision that is in force, never by its own: else whoever may push could let himself in.
 */
export class CommitGate {
  readonly #options: GateOptions;
  #inForce: InForce | undefined;
  /** Of the revision that was verified last. */
  #verified: Required<Pick<InForce, 'id' | 'signers'>> | undefined;
  #read = false;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** @returns what is said against it; `undefined`: nothing. @throws GitError when it cannot be told now */
  async objection(revision: Revision): Promise<Judgement | undefined> {
    const { history } = this.#options.source;
    const inForce = await this.#known();
    const head = hashOf(revision.id);
    if (inForce?.id === revision.id) {
      this.#verified = inForce.signers === undefined ? undefined : { id: inForce.id, signers: inForce.signers };
      return undefined;
    }
    const isNew = history !== undefined && head !== undefined && inForce !== undefined;
    const rewritten = isNew ? await this.#rewritten(history, inForce, head) : undefined;
    return rewritten ?? (await this.unverified(revision));
  }

  /** The same of signatures alone. @throws GitError when it cannot be told now */
  async unverified(revision: Revision): Promise<Judgement | undefined> {
    const { history } = this.#options.source;
    const inForce = await this.#known();
    const head = hashOf(revision.id);
    try {
      const rules = await this.#rules(inForce, revision);
      if (rules === undefined) return undefined;
      if (history === undefined || head === undefined) return unsignable(revision);
      return await this.#unverified(history, { inForce, revision, head, rules });
    } catch (error) {
      if (!(error instanceof TrustFileError)) throw error;
      return refusal('TrustUnreadable', `${revision.id} stays out: ${error.message}`);
    }
  }

  /** Who has signed this revision, and what came with it; `undefined` where nobody was asked for. */
  signerOf(id: string): string | undefined {
    return this.#verified?.id === id ? this.#verified.signers.join(', ') : undefined;
  }

  /** A revision came into force: what comes is judged by it. */
  async took(revision: Revision, { rewrites, verify }: GateRules = {}): Promise<void> {
    const source = compact({ rewrites, verify });
    if (verify === undefined && this.#options.trust === undefined)
      this.#judgeVerified('Unknown', 'NotRequired', 'no signatures are asked for');
    const before = await this.#known();
    const signers = this.#verified?.id === revision.id ? this.#verified.signers : undefined;
    this.#inForce = { id: revision.id, source, ...compact({ signers }) };
    if (before?.id === revision.id) return;
    await this.#options.meta.put(key, this.#inForce, { sync: true });
  }

  /** With nothing in force yet, what a revision declares of signers must hold for itself: its head vouches for all of it. */
  async #rules(inForce: InForce | undefined, revision: Revision): Promise<TrustRules | undefined | 'unknown'> {
    const { trust } = this.#options;
    if (trust !== undefined) return await trust();
    if (hashOf(revision.id) === undefined) return inForce?.source.verify ?? trustRulesIn(revision.files);
    return inForce === undefined ? trustRulesIn(revision.files) : inForce.source.verify;
  }

  /** @throws GitError */
  async #unverified(
    history: CommitHistory,
    { inForce, revision, head, rules }: ToVerify,
  ): Promise<Judgement | undefined> {
    if (rules === 'unknown')
      return refusal(
        'RulesUnknown',
        `who may sign ${revision.id} cannot be read in it: lastmile validate tells what is wrong`,
      );
    const { refusals, commits, signers } = await verifyCommits(history, {
      ...{ head, rules, pinned: this.#options.trust !== undefined, now: this.#options.clock.now() },
      base: inForce === undefined ? undefined : hashOf(inForce.id),
    });
    const [first] = refusals;
    if (first !== undefined) {
      const more = refusals.length > 1 ? ` (and ${refusals.length - 1} more)` : '';
      const name = `${first.commit.slice(0, 12)} "${printable(first.subject, 60)}"`;
      return refusal(
        'SignatureInvalid',
        `${revision.id} stays out: of the commit ${name}, ${first.flaw.why}${more}. Nothing of it is applied; what is in force stays`,
      );
    }
    this.#verified = { id: revision.id, signers };
    this.#judgeVerified(
      'True',
      'Verified',
      `${commits.length} commits up to ${revision.id}, signed by ${signers.join(', ')}`,
    );
    return undefined;
  }

  #judgeVerified(status: Judgement['status'], reason: string, message: string): void {
    this.#options.judge({ type: 'SourceVerified', status, reason, message });
  }

  async #known(): Promise<InForce | undefined> {
    if (!this.#read) this.#inForce = (await this.#options.meta.get(key)) as InForce | undefined;
    this.#read = true;
    return this.#inForce;
  }

  async #rewritten(history: CommitHistory, inForce: InForce, head: string): Promise<Judgement | undefined> {
    const base = hashOf(inForce.id);
    const rule = inForce.source.rewrites ?? history.rewrites;
    if (base === undefined || rule === 'allow' || head === this.#options.acceptRewrite) return undefined;
    if (await history.repository.isAncestor(base, head)) return undefined;
    const message = `${head} does not come after ${inForce.id}, which is in force: the branch was pushed with force, or is another one. What is in force stays. Push a commit that comes after it, or start lastmile run with --accept-rewrite ${head}`;
    return { type: 'SourceReady', status: 'False', reason: 'HistoryRewritten', message };
  }
}

interface ToVerify {
  readonly inForce: InForce | undefined;
  readonly revision: Revision;
  readonly head: string;
  readonly rules: TrustRules | 'unknown';
}

/** A plain folder, or a work tree with edits, has no commit: where signatures are asked for, it is nobody's. */
function unsignable({ id }: Revision): Judgement {
  return refusal('NotACommit', `${id} is no commit, and signed ones are asked for: commit what is meant, and sign it`);
}

function refusal(reason: string, message: string): Judgement {
  return { type: 'SourceVerified', status: 'False', reason, message };
}
