import type { TextIndex } from '../base/text-index.ts';
import type { ObservedRow, ObservedValue, Row } from './row.ts';
import type { RowName } from './row-name.ts';

/** Which of the wanted rows of a menu are there just as they are wanted, and how the target addresses them. */
export interface AgreedMarks {
  readonly menu: string;
  readonly identities: readonly string[];
  /** Of `identities`, each of which is in there once. */
  readonly index: TextIndex;
  /** For each: 1 where it is there as wanted. */
  readonly marks: Uint8Array;
  readonly handleAt: (place: number) => string;
}

/** The same with what it takes to tell the rows that are there. */
export interface AgreedMenu extends AgreedMarks {
  readonly operator: string;
  /** One for each identity. */
  readonly wanted: readonly Row[];
  /** All fields of the menu, as they are where a wanted row does not name them. */
  readonly unsaid: Readonly<Record<string, ObservedValue>>;
  /** Words of a person in front of our marker, of rows that have any. */
  readonly ownTexts: ReadonlyMap<number, string>;
}

/**
 * Rows that are on a target just as they are wanted, in every field and with our marker. Nothing is kept of such a row but
 * that it is so, and by what it is addressed: whoever asks for it is told it anew, from the wanted one.
 */
export class AgreedRows {
  readonly #menus: ReadonlyMap<string, AgreedMenu>;

  constructor(menus: Iterable<AgreedMenu> = []) {
    this.#menus = new Map([...menus].map((each) => [each.menu, each]));
  }

  get menus(): readonly AgreedMenu[] {
    return [...this.#menus.values()];
  }

  has({ menu, identity }: RowName): boolean {
    const found = this.#menus.get(menu);
    return found !== undefined && placeIn(found, identity) !== -1;
  }

  get({ menu, identity }: RowName): ObservedRow | undefined {
    const found = this.#menus.get(menu);
    const place = found === undefined ? -1 : placeIn(found, identity);
    return found === undefined || place === -1 ? undefined : agreedRow(found, place);
  }

  /** One after another as they are asked for; none is kept. */
  *rows(menu?: string): Iterable<ObservedRow> {
    for (const each of this.#menus.values()) {
      if (menu !== undefined && menu !== each.menu) continue;
      for (const place of placesOf(each)) yield agreedRow(each, place);
    }
  }

  /** Who declared them, by menu. */
  *owners(): Iterable<RowName & { readonly owner: string }> {
    for (const each of this.#menus.values()) {
      for (const place of placesOf(each)) yield each.wanted[place] as Row;
    }
  }

  /** All but those of a menu that these words are about. Pure. */
  without(menu: string, isMeant: (there: ObservedRow, wanted: Row) => boolean): AgreedRows {
    const found = this.#menus.get(menu);
    if (found === undefined) return this;
    const marks = found.marks.slice();
    for (const place of placesOf(found)) {
      if (isMeant(agreedRow(found, place), found.wanted[place] as Row)) marks[place] = 0;
    }
    return new AgreedRows([...this.#menus.values()].map((each) => (each === found ? { ...found, marks } : each)));
  }
}

/** Where a row that is there as wanted stands among the wanted ones; -1 where it is not. */
export function placeIn({ index, marks }: AgreedMarks, identity: string): number {
  const place = index.find(identity);
  return place !== -1 && marks[place] === 1 ? place : -1;
}

/** What is at this place, as a look would tell it. */
export function agreedRow(agreed: AgreedMenu, place: number): ObservedRow {
  const { menu, identity, fields, owner } = agreed.wanted[place] as Row;
  const ownText = agreed.ownTexts.get(place);
  return {
    menu,
    identity,
    fields: { ...agreed.unsaid, ...fields },
    ownership: 'marker',
    marker: { operator: agreed.operator, owner },
    ...(ownText === undefined ? {} : { ownText }),
    handle: agreed.handleAt(place),
  };
}

function* placesOf({ marks }: AgreedMarks): Iterable<number> {
  for (let place = 0; place < marks.length; place += 1) if (marks[place] === 1) yield place;
}
