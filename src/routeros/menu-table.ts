import type { ObservedRow } from '../reconcile/target.ts';
import { HiddenSecrets } from './hidden-secrets.ts';
import type { Menu } from './menus/menu.ts';
import { type Board, isReadAlone, readRows, rowReader } from './read-rows.ts';
import type { RouterOsRow } from './wire/reply.ts';

/**
 * The rows of one print, as they come in. A row that is read by itself is, at once, so that nothing else of it is kept;
 * those of other menus wait as they were printed.
 */
export class MenuTable {
  readonly #menu: Menu;
  readonly #operator: string | undefined;
  readonly #read: ((row: RouterOsRow) => ObservedRow | undefined) | undefined;
  readonly #secrets: HiddenSecrets;
  readonly #rows: ObservedRow[] = [];
  readonly #printed: RouterOsRow[] = [];

  /** @param operator whose markers are ours */
  constructor(menu: Menu, operator?: string) {
    this.#menu = menu;
    this.#operator = operator;
    this.#read = isReadAlone(menu) ? rowReader(menu, undefined, operator) : undefined;
    this.#secrets = new HiddenSecrets(menu);
  }

  add(row: RouterOsRow): void {
    this.#secrets.see(row);
    if (this.#read === undefined) {
      this.#printed.push(row);
      return;
    }
    const seen = this.#read(row);
    if (seen !== undefined) this.#rows.push(seen);
  }

  /** Rows in canonical form, as they mean on this board, without what is costly. */
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
