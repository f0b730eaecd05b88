import { createHmac, randomBytes } from 'node:crypto';
import { Secret } from '../base/secret.ts';
import { DueEffects } from '../reconcile/due-effects.ts';
import type { ObservedRow, ObservedValue, Row, SessionEffect } from '../reconcile/target.ts';
import type { BatchOperation, KeyValue } from '../store/key-value.ts';
import { keyOf, keysUnder } from '../store/layout.ts';

/** A row of the directory as kept on disk: text, and keyed digests in place of secrets. */
export interface StoredRow {
  readonly fields: Readonly<Record<string, string | { readonly digest: string }>>;
}

export type DirectoryRecord = StoredRow | SessionEffect;

/** Tells whether a secret is the one that was stored, without holding it. */
class DigestedSecret {
  readonly #digest: string;
  readonly #key: Buffer;

  constructor(digest: string, key: Buffer) {
    this.#digest = digest;
    this.#key = key;
  }

  equals(secret: Secret): boolean {
    return digestOf(secret, this.#key) === this.#digest;
  }
}

/**
 * The directory's rows on disk, so that a restart knows what was applied before and which sessions are still to be
 * told. Passwords and shared secrets are not in it: they come from the declarations each time.
 */
export class StoredRows {
  readonly #table: KeyValue<DirectoryRecord>;
  readonly #key: Buffer;
  /** What is on disk of effects. */
  readonly #effects: DueEffects;
  #writing: Promise<void> = Promise.resolve();

  private constructor(table: KeyValue<DirectoryRecord>, key: Buffer, effects: DueEffects) {
    this.#table = table;
    this.#key = key;
    this.#effects = effects;
  }

  static async open(table: KeyValue<DirectoryRecord>, meta: KeyValue<unknown>): Promise<StoredRows> {
    const known = await meta.get(digestKeyName);
    const key = typeof known === 'string' ? known : randomBytes(32).toString('hex');
    if (key !== known) await meta.put(digestKeyName, key, { sync: true });
    const effects = new DueEffects();
    for await (const [, record] of table.entries(keysUnder('effect'))) {
      effects.keep([record as SessionEffect]);
    }
    return new StoredRows(table, Buffer.from(key, 'hex'), effects);
  }

  /** Every row, as it was applied last. */
  async rows(): Promise<readonly ObservedRow[]> {
    const rows: ObservedRow[] = [];
    for (const menu of ['nas', 'portal', 'device', 'login']) {
      const prefix = keyOf(menu).length;
      for await (const [key, record] of this.#table.entries(keysUnder(menu))) {
        rows.push(this.#observed(menu, key.slice(prefix), record as StoredRow));
      }
    }
    return rows;
  }

  /** Effects on sessions that were not carried out yet: one per username. */
  effects(): readonly SessionEffect[] {
    return this.#effects.all();
  }

  /** The effect that is still due for this username. */
  effect(username: string): SessionEffect | undefined {
    return this.#effects.of(username);
  }

  /** Keeps changed rows, and what they mean for sessions, in one write. */
  write(changes: readonly StoredChange[], effects: readonly SessionEffect[]): Promise<void> {
    return this.#inTurn(async () => {
      const rows = changes.map(({ menu, identity, after }): BatchOperation<DirectoryRecord> => {
        const key = rowKey(menu, identity);
        return after === undefined ? { type: 'del', key } : { type: 'put', key, value: this.#stored(after) };
      });
      const due = this.#effects.joined(effects);
      const pending = due.map((effect) => ({ type: 'put' as const, key: effectKey(effect.username), value: effect }));
      await this.#table.batch([...rows, ...pending], { sync: true });
      this.#effects.keep(due);
    });
  }

  /** Keeps of an effect the sessions it did not reach, and forgets it when there are none; unless another has come since. */
  settled(effect: SessionEffect, left: readonly string[] = []): Promise<void> {
    return this.#inTurn(async () => {
      const rest = this.#effects.settle(effect, left);
      if (rest === 'gone') await this.#table.del(effectKey(effect.username));
      else if (rest !== 'kept') await this.#table.put(effectKey(effect.username), rest);
    });
  }

  /** What is written last must be what was decided last. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#writing.then(work);
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  #stored({ fields }: Row): StoredRow {
    const digest = (value: Secret) => ({ digest: digestOf(value, this.#key) });
    return {
      fields: Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, value instanceof Secret ? digest(value) : value]),
      ),
    };
  }

  #observed(menu: string, identity: string, { fields }: StoredRow): ObservedRow {
    const observed = Object.entries(fields).map(([name, value]): readonly [string, ObservedValue] => [
      name,
      typeof value === 'string' ? value : new DigestedSecret(value.digest, this.#key),
    ]);
    return { menu, identity, fields: Object.fromEntries(observed), ownership: 'ours' };
  }
}

export interface StoredChange {
  readonly menu: string;
  readonly identity: string;
  readonly after?: Row;
}

const digestKeyName = 'directory-digest-key';

function digestOf(secret: Secret, key: Buffer): string {
  return createHmac('sha256', key).update(secret.reveal()).digest('hex');
}

/** The identity comes last and bare: nothing follows that it could run into. */
function rowKey(menu: string, identity: string): string {
  return keyOf(menu) + identity;
}

function effectKey(username: string): string {
  return keyOf('effect') + username;
}
