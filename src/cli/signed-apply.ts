import type { AdminClient } from '../admin/client.ts';
import type { DaemonStatus } from '../admin/service.ts';
import type { Clock } from '../base/clock.ts';
import { CommitGate, type GateOptions } from '../daemon/commit-gate.ts';
import type { Engine } from '../daemon/engine.ts';
import type { Model } from '../model/model.ts';
import type { Declared } from './declared.ts';

interface SignedOptions extends Pick<GateOptions, 'trust'> {
  readonly clock: Pick<Clock, 'now'>;
}

/** What is applied without a daemon, before the gate that a daemon with this state folder would have. */
export class SignedApply {
  readonly #gate: CommitGate;
  readonly #declared: Declared;
  readonly #isPinned: boolean;

  constructor(engine: Engine, declared: Declared, { trust, clock }: SignedOptions) {
    this.#declared = declared;
    this.#isPinned = trust !== undefined;
    this.#gate = new CommitGate({
      source: declared.source,
      meta: engine.store.table('meta'),
      clock,
      judge: () => undefined,
      ...(trust === undefined ? {} : { trust }),
    });
  }

  /** What signatures, or the lack of them, have against it. */
  async objection(): Promise<string | undefined> {
    return (await this.#gate.unverified(this.#declared))?.message;
  }

  /** It is in force: what is applied next is judged by it. Where no signatures are asked for, nothing is. */
  async took({ operator: { source } }: Model): Promise<void> {
    if (this.#isPinned || source?.verify !== undefined) await this.#gate.took(this.#declared, source);
  }
}

/** Why the daemon keeps out what its source has: for want of a signature. */
export async function keptOutBySignature(daemon: AdminClient): Promise<string | undefined> {
  const { conditions } = await daemon.get<DaemonStatus>('/api/v1/status');
  return conditions.find(({ type, status }) => type === 'SourceVerified' && status === 'False')?.message;
}
