import type { Nas } from '../../directory/reader.ts';
import type { LearnedPolicy, LearnedSigning } from '../../radius/signing/learned-signing.ts';
import type { KeyValue } from '../../store/key-value.ts';
import { keyOf, keysUnder } from '../../store/layout.ts';

interface Kept {
  readonly nas: string;
  readonly address: string;
  readonly policy: LearnedPolicy;
}

/** What was learned of NAS under `messageAuthenticator: learn`, kept from one start to the next. */
export class StoredSigning implements LearnedSigning {
  readonly #meta: KeyValue<unknown>;
  readonly #failed: (err: unknown) => void;
  readonly #kept = new Map<string, Kept>();

  private constructor(meta: KeyValue<unknown>, failed: (err: unknown) => void) {
    this.#meta = meta;
    this.#failed = failed;
  }

  /** @param failed told when something could not be stored: it is learned anew after a restart */
  static async open(meta: KeyValue<unknown>, failed: (err: unknown) => void): Promise<StoredSigning> {
    const stored = new StoredSigning(meta, failed);
    for await (const [, value] of meta.entries(keysUnder('signing'))) {
      const kept = value as Kept;
      stored.#kept.set(kept.nas, kept);
    }
    return stored;
  }

  of({ name, clientAddress }: Nas): LearnedPolicy | undefined {
    const kept = this.#kept.get(name);
    return kept?.address === clientAddress ? kept.policy : undefined;
  }

  keep({ name, clientAddress }: Nas, policy: LearnedPolicy): void {
    const kept: Kept = { nas: name, address: clientAddress, policy };
    this.#kept.set(name, kept);
    this.#meta.put(keyOf('signing', name), kept).catch(this.#failed);
  }
}
