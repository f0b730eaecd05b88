import { createHmac, randomBytes, scryptSync } from 'node:crypto';
import { Secret } from '../base/secret.ts';
import type { Change, Value } from '../reconcile/target.ts';

/** What is kept of a router from one start to the next. */
export interface RouterMemory {
  /** Changes that the router took back, by their fingerprints. */
  reverted(): string | undefined;
  setReverted(fingerprints: string | undefined): Promise<void>;
  /** When the router takes our last changes back unless they are confirmed (ms since 1970); absent: nothing is waited for. */
  armedUntil(): number | undefined;
  setArmedUntil(at: number | undefined): Promise<void>;
}

/**
 * Changes that a router took back, known by a fingerprint each: HMAC-SHA256, for there may be secrets in them. Its key comes
 * from the password of our account, which is kept nowhere, and a salt (scrypt, RFC 7914).
 */
export class TakenBack {
  readonly #memory: RouterMemory;
  readonly #password: Secret;
  #key: { readonly salt: string; readonly key: Buffer } | undefined;

  constructor(password: Secret, memory: RouterMemory = forgetful()) {
    this.#password = password;
    this.#memory = memory;
  }

  /** Those of these that were taken back. None, where not all that were are among them: something else is declared now. */
  among(changes: readonly Change[]): readonly Change[] {
    const kept = this.#kept();
    if (kept === undefined || changes.length === 0) return [];
    const found = changes.filter((change) => kept.prints.has(this.#printOf(change, kept.salt)));
    const prints = new Set(found.map((change) => this.#printOf(change, kept.salt)));
    return prints.size === kept.prints.size ? found : [];
  }

  async keep(changes: readonly Change[]): Promise<void> {
    const salt = randomBytes(16).toString('hex');
    const prints = changes.map((change) => this.#printOf(change, salt));
    await this.#memory.setReverted(`${salt}:${[...new Set(prints)].sort().join()}`);
  }

  /** Kept before the router is told, so that the next start knows of it whatever becomes of us. */
  async wait(until: number): Promise<void> {
    await this.#memory.setArmedUntil(until);
  }

  /** It is known how it came out. */
  async waitNoMore(): Promise<void> {
    if (this.#memory.armedUntil() !== undefined) await this.#memory.setArmedUntil(undefined);
  }

  async forget(): Promise<void> {
    if (this.#memory.reverted() !== undefined) await this.#memory.setReverted(undefined);
  }

  #kept(): { readonly salt: string; readonly prints: ReadonlySet<string> } | undefined {
    const [salt, prints] = this.#memory.reverted()?.split(':') ?? [];
    return salt === undefined || prints === undefined ? undefined : { salt, prints: new Set(prints.split(',')) };
  }

  /** The same for the same change, however its fields are arranged. */
  #printOf({ menu, identity, action, set, place = '' }: Change, salt: string): string {
    const fields = Object.entries(set).map(([name, value]) => `${name}=${plain(value)}`);
    const text = JSON.stringify([menu, identity, action, place, ...fields.sort()]);
    return createHmac('sha256', this.#keyOf(salt)).update(text).digest('hex');
  }

  /** It takes a while to make, so that it takes long to guess. */
  #keyOf(salt: string): Buffer {
    if (this.#key?.salt !== salt) this.#key = { salt, key: scryptSync(this.#password.reveal(), salt, 32) };
    return this.#key.key;
  }
}

function plain(value: Value): string {
  return value instanceof Secret ? value.reveal() : value;
}

function forgetful(): RouterMemory {
  let kept: string | undefined;
  let armed: number | undefined;
  return {
    reverted: () => kept,
    setReverted: async (fingerprints) => {
      kept = fingerprints;
    },
    armedUntil: () => armed,
    setArmedUntil: async (at) => {
      armed = at;
    },
  };
}
