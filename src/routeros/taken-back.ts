import { createHmac, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { Secret } from '../base/secret.ts';
import { flatMapInSteps, inTurns } from '../base/steps.ts';
import type { Value } from '../reconcile/row.ts';
import type { Change } from '../reconcile/target.ts';

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

  /** Was anything taken back that is not forgotten? */
  isAny(): boolean {
    return this.#kept() !== undefined;
  }

  /** Those of these that were taken back. None, where not all that were are among them: something else is declared now. */
  async among(changes: readonly Change[]): Promise<readonly Change[]> {
    const kept = this.#kept();
    if (kept === undefined || changes.length === 0) return [];
    const prints = await this.#printsOf(changes, kept.salt);
    const found = changes.filter((_, at) => kept.prints.has(prints[at] ?? ''));
    const seen = new Set(prints.filter((print) => kept.prints.has(print)));
    return seen.size === kept.prints.size ? found : [];
  }

  async keep(changes: readonly Change[]): Promise<void> {
    const salt = randomBytes(16).toString('hex');
    const prints = await this.#printsOf(changes, salt);
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

  async #printsOf(changes: readonly Change[], salt: string): Promise<readonly string[]> {
    const key = await this.#keyOf(salt);
    return inTurns(flatMapInSteps(changes, (change) => [printOf(change, key)]));
  }

  /** It takes a while to make, so that it takes long to guess: a thread of its own does it. */
  async #keyOf(salt: string): Promise<Buffer> {
    if (this.#key?.salt !== salt) {
      this.#key = { salt, key: await (promisify(scrypt)(this.#password.reveal(), salt, 32) as Promise<Buffer>) };
    }
    return this.#key.key;
  }
}

/** The same for the same change, however its fields are arranged. */
function printOf({ menu, identity, action, set, place = '' }: Change, key: Buffer): string {
  const fields = Object.entries(set).map(([name, value]) => `${name}=${plain(value)}`);
  const text = JSON.stringify([menu, identity, action, place, ...fields.sort()]);
  return createHmac('sha256', key).update(text).digest('hex');
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
