import { type AgreedMarks, type AgreedRows, placeIn } from '../reconcile/agreed.ts';
import type { ObservedRow } from '../reconcile/row.ts';

/** By what the router addresses rows now (`.id`): those of the last look, and what was made and removed since. */
export class RowHandles {
  /** Menu, identity and handle of each row, where several have one identity the one with our marker first. */
  readonly #rows: readonly string[];
  readonly #since = new Map<string, string | undefined>();
  #index: ReadonlyMap<string, string> | undefined;
  readonly #agreed: ReadonlyMap<string, AgreedMarks>;

  constructor(rows: readonly ObservedRow[] = [], operator = '', agreed?: AgreedRows) {
    this.#rows = flattened(rows, operator);
    this.#agreed = new Map((agreed?.menus ?? []).map((each) => [each.menu, marksAlone(each)]));
  }

  get(row: RowName): string | undefined {
    const key = handleKey(row);
    if (this.#since.has(key)) return this.#since.get(key);
    const agreed = this.#agreed.get(row.menu);
    const place = agreed === undefined ? -1 : placeIn(agreed, row.identity);
    if (agreed !== undefined && place !== -1) return agreed.handleAt(place);
    // Made when it is first asked for: most looks find nothing to do, and tables may have a hundred thousand rows.
    this.#index ??= indexed(this.#rows);
    return this.#index.get(key);
  }

  /** @param handle absent: the row is gone */
  set(key: string, handle: string | undefined): void {
    this.#since.set(key, handle);
  }
}

type RowName = { readonly menu: string; readonly identity: string };

/** Key of a row among those of a router. */
export function handleKey({ menu, identity }: RowName): string {
  return `${menu}\n${identity}`;
}

/** Not the wanted rows: they would be kept from one look to the next. */
function marksAlone({ menu, identities, index, marks, handleAt }: AgreedMarks): AgreedMarks {
  return { menu, identities, index, marks, handleAt };
}

/** Not the rows themselves, as above. */
function flattened(rows: readonly ObservedRow[], operator: string): readonly string[] {
  const flat: string[] = [];
  const add = ({ menu, identity, handle }: ObservedRow) => {
    if (handle !== undefined) flat.push(menu, identity, handle);
  };
  for (const row of rows) if (row.marker?.operator === operator) add(row);
  for (const row of rows) if (row.marker?.operator !== operator) add(row);
  return flat;
}

function indexed(flat: readonly string[]): ReadonlyMap<string, string> {
  const handles = new Map<string, string>();
  for (let at = 0; at < flat.length; at += 3) {
    const [menu = '', identity = '', handle = ''] = flat.slice(at, at + 3);
    const key = handleKey({ menu, identity });
    if (!handles.has(key)) handles.set(key, handle);
  }
  return handles;
}
