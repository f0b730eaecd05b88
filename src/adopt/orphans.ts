import type { Inventory } from '../reconcile/inventory.ts';
import type { ObservedRow, Row } from '../reconcile/row.ts';
import { keyOf } from '../reconcile/row-key.ts';
import { toolNamed } from './summary.ts';

/** A row on a router that no declaration makes. */
export interface Orphan {
  readonly menu: string;
  readonly identity: string;
  /**
   * `gone`: it is ours and nobody declares it any more, or it is a copy of one that is declared. `foreign`: another holds
   * it, whether we declare it or not. `unmanaged`: nobody's.
   */
  readonly kind: 'gone' | 'foreign' | 'unmanaged';
  /** `Subscriber/anna` of ours; of others as their mark says: `lm:north/Subscriber/ines`, `Splynx`. */
  readonly owner?: string;
  /** What a person wrote about it. */
  readonly comment?: string;
}

/** What tells whose a row is. */
export interface OrphanSettings {
  readonly router: string;
  readonly operator: string;
  readonly inventory: Pick<Inventory, 'ownerOf'>;
}

/** Rows in the menus we look at that are not declared, or not ours; without settings and what RouterOS brought along. Pure. */
export function orphansOf(
  desired: readonly Row[],
  observed: readonly ObservedRow[],
  settings: OrphanSettings,
): readonly Orphan[] {
  const wanted = new Map(desired.map((row) => [keyOf(row), row]));
  const held = keepers(observed, settings.operator);
  return observed.flatMap((row) => {
    // Settings alone have neither a name nor a handle.
    if ((row.identity === '' && row.handle === undefined) || row.fixed === true || isStockPage(row)) return [];
    const isCopy = row.identity !== '' && held.get(keyOf(row)) !== row;
    const found = kindOf(row, isCopy ? undefined : wanted.get(keyOf(row)), settings);
    if (found === undefined) return [];
    const { menu, ownText } = row;
    const identity = isCopy ? `${row.identity} (one of several)` : nameOf(row);
    return [{ menu, identity, ...found, ...(ownText === undefined ? {} : { comment: ownText }) }];
  });
}

/** Of rows with one identity the one that counts: ours, else the first. */
function keepers(observed: readonly ObservedRow[], operator: string): ReadonlyMap<string, ObservedRow> {
  const held = new Map<string, ObservedRow>();
  for (const row of observed) {
    const other = held.get(keyOf(row));
    const isRather = row.marker?.operator === operator && other?.marker?.operator !== operator;
    if (other === undefined || isRather) held.set(keyOf(row), row);
  }
  return held;
}

/** A row that lacks what others of its menu are known by, as a lease without a MAC does, by what it says. */
function nameOf({ identity, fields, handle = '' }: ObservedRow): string {
  if (identity !== '') return identity;
  const { address } = fields;
  return typeof address === 'string' && address !== '' ? `address=${address}` : handle;
}

function kindOf(
  { menu, identity, marker, ownText = '' }: ObservedRow,
  wanted: Row | undefined,
  { router, operator, inventory }: OrphanSettings,
): Pick<Orphan, 'kind' | 'owner'> | undefined {
  if (marker !== undefined && marker.operator !== operator)
    return { kind: 'foreign', owner: `lm:${marker.operator}/${marker.owner}` };
  if (wanted !== undefined) return undefined;
  const owner = marker?.owner ?? inventory.ownerOf(router, menu, identity);
  if (owner !== undefined) return { kind: 'gone', owner };
  const tool = toolNamed(ownText);
  return tool === undefined ? { kind: 'unmanaged' } : { kind: 'foreign', owner: tool };
}

/** Of files only pages of ours mean something here. */
function isStockPage({ menu, identity }: ObservedRow): boolean {
  return menu === '/file' && !identity.startsWith('lastmile/');
}
