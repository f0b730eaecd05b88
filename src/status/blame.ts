import { keyOf, keysUnder } from '../store/layout.ts';
import type { Table } from '../store/table.ts';
import type { AuditedApply, AuditedChange } from './audited-apply.ts';

/** Who last had a row changed by us. */
export interface BlameRow extends Pick<AuditedChange, 'address' | 'action' | 'owner'> {
  readonly target: string;
  readonly menu: string;
  readonly identity: string;
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  readonly revision: string;
  readonly author?: string;
  readonly signer?: string;
  /** First line of the commit message. */
  readonly subject?: string;
  /** Why the run was: `revision`, or `interval` where drift was mended. */
  readonly reason: string;
  /** Number of its entry in the audit log. */
  readonly entry: number;
}

/** The last change of each row that we made, on disk. It stays when the audit log is cut. */
export class Blame {
  readonly #table: Table<BlameRow>;

  constructor(table: Table<BlameRow>) {
    this.#table = table;
  }

  /** What came about of an entry of the audit log; moves alone are no change of a row. @throws LastmileError of the store */
  async note({ number, apply, subject }: { number: number; apply: AuditedApply; subject?: string }): Promise<void> {
    const { target, revision, author, signer, reason, run } = apply;
    const about = {
      ...{ target, at: run, revision, reason, entry: number },
      ...(author === undefined ? {} : { author }),
      ...(signer === undefined ? {} : { signer }),
      ...(subject === undefined ? {} : { subject }),
    };
    const made = apply.changes.filter(({ result, action }) => result === 'done' && action !== 'move');
    await this.#table.batch(
      made.map(({ address, menu, identity, action, owner }) => ({
        type: 'put',
        key: keyOf(target, menu, identity),
        value: { ...about, address, menu, identity, action, owner },
      })),
    );
  }

  /**
   * Rows of a target (`core-1`), of one of its menus (`core-1/ppp/secret`), one row of it (`core-1/ppp/secret/anna`), or all
   * that an object made (`Subscriber/anna`), in order of target, menu and identity.
   *
   * @throws LastmileError of the store
   */
  async of(what: string, limit: number): Promise<readonly BlameRow[]> {
    const [first = ''] = what.split('/');
    const isObject = /^[A-Z]/.test(first);
    const rows: BlameRow[] = [];
    for await (const [, row] of this.#table.entries(isObject ? {} : keysUnder(first))) {
      const found = isObject ? isOwnedBy(row.owner, what) : isAt(row.address, what);
      if (found) rows.push(row);
      if (rows.length >= limit) break;
    }
    return rows;
  }

  /** Forgets rows with these identities, and those of this object. @returns how many @throws LastmileError of the store */
  async forget(identities: ReadonlySet<string>, owner: string): Promise<number> {
    const gone: string[] = [];
    for await (const [key, row] of this.#table.entries())
      if (identities.has(row.identity) || isOwnedBy(row.owner, owner)) gone.push(key);
    await this.#table.batch(gone.map((key) => ({ type: 'del', key })));
    return gone.length;
  }
}

function isAt(address: string, what: string): boolean {
  return address === what || address.startsWith(`${what}/`);
}

/** `Subscriber/anna#home` is made by `Subscriber/anna`. */
function isOwnedBy(owner: string, object: string): boolean {
  return owner === object || owner.startsWith(`${object}#`) || owner.startsWith(`${object}/`);
}
