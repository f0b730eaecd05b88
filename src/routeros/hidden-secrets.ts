import { readMarker } from '../reconcile/marker.ts';
import type { Marker } from '../reconcile/row.ts';
import { isConfigRow } from './config/config-rows.ts';
import type { Menu } from './menus/menu.ts';

/** What a reader without the policy `sensitive` gets in place of a secret (seen on RouterOS 7.20.8). */
const mask = '*****';

/**
 * Sees row after row whether the router keeps the secrets of a menu from us, by a mask or by leaving them out. One secret
 * in clear proves that it does not. That all are left out says something only where one of ours is: a row made by hand may
 * have none.
 */
export class HiddenSecrets {
  readonly #secrets: Menu['fields'];
  readonly #names: readonly string[];
  #clear = false;
  #masked = false;
  /** One was printed, if only empty. */
  #printed = false;
  /** Is there a row of ours that should have one? */
  #due = false;

  constructor({ fields }: Menu) {
    this.#secrets = fields;
    this.#names = Object.keys(fields).filter(
      (name) => fields[name]?.secret === true && fields[name].writeOnly !== true,
    );
  }

  see(row: Readonly<Record<string, string>>): void {
    // As a rule the first row has one in clear, and that is all that needs to be known.
    if (this.#clear) return;
    for (const name of this.#names) {
      const value = row[name];
      if (value === undefined) continue;
      this.#printed = true;
      if (value === mask) this.#masked = true;
      else if (value !== '') this.#clear = true;
    }
    this.#due ||= this.#isDue(row) && isSomebodys(readMarker(row['comment'] ?? '').marker);
  }

  get hidden(): boolean {
    if (this.#clear) return false;
    return this.#masked || (this.#due && !this.#printed);
  }

  #isDue(row: Readonly<Record<string, string>>): boolean {
    return this.#names.some((name) => this.#secrets[name]?.absent?.(row) !== true);
  }
}

/** Rows of `config` are as they were found: a guest without a password, say. */
function isSomebodys(marker: Marker | undefined): boolean {
  return marker !== undefined && !isConfigRow(marker);
}
