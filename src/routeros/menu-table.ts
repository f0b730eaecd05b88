import type { AgreedMenu } from '../reconcile/agreed.ts';
import type { ObservedRow } from '../reconcile/row.ts';
import { Agreeing, type WantedRows } from './agreeing.ts';
import { HiddenSecrets } from './hidden-secrets.ts';
import type { Menu } from './menus/menu.ts';
import { type Board, isReadAlone, readRows, rowReader } from './read-rows.ts';
import type { RouterOsRow } from './wire/reply.ts';

/**
 * The rows of one print, as they come in. A row that is read by itself is, at once, so that nothing else of it is kept;
 * those of other menus wait as they were printed. Of one that is just as it is wanted, nothing is kept.
 */
export class MenuTable {
  readonly #menu: Menu;
  readonly #operator: string | undefined;
  readonly #read: ((row: RouterOsRow) => ObservedRow | undefined) | undefined;
  readonly #secrets: HiddenSecrets;
  readonly #rows: ObservedRow[] = [];
  readonly #printed: RouterOsRow[] = [];
  readonly #agreeing: Agreeing | undefined;

  /**
   * @param operator whose markers are ours
   * @param wanted absent: all rows are kept
   */
  constructor(menu: Menu, operator?: string, wanted?: WantedRows) {
    this.#menu = menu;
    this.#operator = operator;
    this.#read = isReadAlone(menu) ? rowReader(menu, undefined, operator) : undefined;
    this.#secrets = new HiddenSecrets(menu);
    this.#agreeing = wanted === undefined ? undefined : new Agreeing(wanted);
  }

  add(row: RouterOsRow): void {
    this.#secrets.see(row);
    if (this.#read === undefined) {
      this.#printed.push(row);
      return;
    }
    if (this.#agreeing?.take(row) === true) return;
    const seen = this.#read(row);
    if (seen === undefined) return;
    const before = this.#agreeing?.meet(seen);
    if (before !== undefined) this.#rows.push(before);
    this.#rows.push(seen);
  }

  /** Rows that are there as wanted. Absent: none was looked for. */
  get agreed(): AgreedMenu | undefined {
    return this.#agreeing?.agreed;
  }

  /** The other rows in canonical form, as they mean on this board, without what is costly. */
  on(board: Board): readonly ObservedRow[] {
    return this.#read === undefined ? readRows(this.#menu, this.#printed, board, this.#operator) : this.#rows;
  }

  /** Rows of a menu whose rows wait, as they were printed; of others none. */
  get printed(): readonly RouterOsRow[] {
    return this.#printed;
  }

  /** Does the router keep the secrets of this menu from us? */
  get hidesSecrets(): boolean {
    return this.#secrets.hidden;
  }
}
