import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { Secret } from '../base/secret.ts';
import type { ObservedRow } from '../reconcile/row.ts';
import type { Change } from '../reconcile/target.ts';
import type { Menu } from './menus/menu.ts';

/** Keeps digests from one start to the next. */
export interface DigestMemory {
  digest(key: string): string | undefined;
  setDigest(key: string, digest: string): Promise<void>;
}

/**
 * Secrets that a router takes and never shows, as the passwords of its users: what was written last is known by a digest
 * alone (scrypt, RFC 7914, with a salt for each).
 */
export class WrittenSecrets {
  readonly #memory: DigestMemory;
  /** What a digest was found to be of: to find out takes a while, and is asked at every look. */
  readonly #found = new Map<string, { readonly secret: Secret; readonly digest: string; readonly same: boolean }>();

  constructor(memory: DigestMemory = forgetful()) {
    this.#memory = memory;
  }

  /** Rows with an answer in place of each such secret. One of ours that nobody remembers is taken to be as declared. */
  seen(rows: readonly ObservedRow[], menus: readonly Menu[]): readonly ObservedRow[] {
    const hidden = new Map(menus.map((menu) => [menu.path, hiddenFields(menu)]));
    return rows.map((row) => {
      const names = hidden.get(row.menu) ?? [];
      if (names.length === 0) return row;
      const answers = names.map((name) => [name, { equals: (secret: Secret) => this.#isLast(row, name, secret) }]);
      return { ...row, fields: { ...row.fields, ...Object.fromEntries(answers) } };
    });
  }

  /** Remembers what a change wrote. */
  async wrote({ menu: path, identity, set }: Change, menu: Menu | undefined): Promise<void> {
    for (const name of menu === undefined ? [] : hiddenFields(menu)) {
      const secret = set[name];
      if (!(secret instanceof Secret)) continue;
      const [key, digest] = [keyOf(path, identity, name), digestOf(secret, randomBytes(16))];
      this.#found.set(key, { secret, digest, same: true });
      await this.#memory.setDigest(key, digest);
    }
  }

  #isLast(row: ObservedRow, name: string, secret: Secret): boolean {
    const key = keyOf(row.menu, row.identity, name);
    const digest = this.#memory.digest(key);
    if (digest === undefined) return row.marker !== undefined;
    const found = this.#found.get(key);
    if (found?.digest === digest && found.secret.equals(secret)) return found.same;
    const same = isOf(digest, secret);
    this.#found.set(key, { secret, digest, same });
    return same;
  }
}

function hiddenFields({ fields }: Menu): readonly string[] {
  return Object.keys(fields).filter((name) => fields[name]?.writeOnly === true);
}

function keyOf(menu: string, identity: string, name: string): string {
  return `${menu} ${identity} ${name}`;
}

function digestOf(secret: Secret, salt: Buffer): string {
  return `${salt.toString('hex')}:${scryptSync(secret.reveal(), salt, 32).toString('hex')}`;
}

function isOf(digest: string, secret: Secret): boolean {
  const salt = Buffer.from(digest.split(':', 1)[0] ?? '', 'hex');
  const [one, other] = [Buffer.from(digest), Buffer.from(digestOf(secret, salt))];
  return one.length === other.length && timingSafeEqual(one, other);
}

function forgetful(): DigestMemory {
  const digests = new Map<string, string>();
  return {
    digest: (key) => digests.get(key),
    setDigest: async (key, digest) => void digests.set(key, digest),
  };
}
