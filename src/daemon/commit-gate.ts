import type { SourceSettings } from '../model/kinds/operator.ts';
import { hashOf } from '../source/committed-files.ts';
import type { CommitHistory, Revision, Source } from '../source/source.ts';
import type { Judgement } from '../status/conditions.ts';
import type { KeyValue } from '../store/key-value.ts';

/** What the revision in force says about the ones to come; kept, so that a restart forgets nothing of it. */
interface InForce {
  readonly id: string;
  readonly source: GateRules;
}

/** Of `Operator.spec.source`, what revisions are judged by. */
export type GateRules = Pick<SourceSettings, 'rewrites'>;

export interface GateOptions {
  readonly source: Source;
  readonly meta: KeyValue<unknown>;
  /** The id of a commit that may come into force although it does not come after the one that is. */
  readonly acceptRewrite?: string;
}

const key = 'source-trust';

/**
 * Whether a revision may come into force at all, before anything in it is looked at. It is judged by the rules of the
 * revision that is in force, never by its own: else whoever may push could let himself in.
 */
export class CommitGate {
  readonly #options: GateOptions;
  #inForce: InForce | undefined;
  #read = false;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** @returns what is said against it; `undefined`: nothing. @throws GitError when it cannot be told now */
  async objection(revision: Revision): Promise<Judgement | undefined> {
    const { history } = this.#options.source;
    const inForce = await this.#known();
    const head = hashOf(revision.id);
    if (history === undefined || head === undefined || inForce === undefined) return undefined;
    return await this.#rewritten(history, inForce, head);
  }

  /** A revision came into force: what comes is judged by it. */
  async took(revision: Revision, { rewrites }: GateRules = {}): Promise<void> {
    const source = rewrites === undefined ? {} : { rewrites };
    const before = await this.#known();
    this.#inForce = { id: revision.id, source };
    if (before?.id === revision.id) return;
    await this.#options.meta.put(key, this.#inForce, { sync: true });
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
