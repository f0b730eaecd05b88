import type { Router } from '../../model/model.ts';
import type { Change, ObservedRow } from '../../reconcile/target.ts';
import { isWithin } from '../network-match.ts';
import type { OwnAccess } from '../own-access.ts';

/** What is known when changes are judged: all of it may be less than there is. */
export interface Us {
  readonly access: OwnAccess;
  /** How we shall dial after the changes. */
  readonly declared: Pick<Router, 'address' | 'api'>;
  /** Rows of the menus we look at, in their order. */
  readonly rows: readonly ObservedRow[];
  readonly changes: readonly Change[];
}

/** `refused`: it cuts us off for certain. `risk`: it may. Absent: it does not concern us. */
export type Judgement =
  | { readonly verdict: 'refused'; readonly why: string; readonly mend: string }
  | { readonly verdict: 'risk'; readonly why: string }
  | undefined;

export type Judge = (change: Change, us: Us) => Judgement;

export function risk(why: string): Judgement {
  return { verdict: 'risk', why };
}

export function refused(why: string, mend: string): Judgement {
  return { verdict: 'refused', why, mend };
}

/** A field as it is now; empty where it is not known. */
export function before({ before: row }: Change, field: string): string {
  const value = row?.fields[field];
  return typeof value === 'string' ? value : '';
}

/** A field as it will be. */
export function after(change: Change, field: string): string {
  if (change.action === 'delete') return '';
  const value = change.set[field];
  return typeof value === 'string' ? value : before(change, field);
}

/** Does it take the row away, or out of use? */
export function ends(change: Change): boolean {
  return change.action === 'delete' || (isOn(before(change, 'disabled')) && !isOn(after(change, 'disabled')));
}

export function changes(change: Change, field: string): boolean {
  return change.action === 'update' && change.set[field] !== undefined;
}

export function rowsOf({ rows }: Us, menu: string): readonly ObservedRow[] {
  return rows.filter((row) => row.menu === menu);
}

export function textOf({ fields }: ObservedRow, field: string): string {
  const value = fields[field];
  return typeof value === 'string' ? value : '';
}

export function isOn(disabled: string): boolean {
  return disabled !== 'yes' && disabled !== 'true';
}

/** The service we shall dial. */
export function declaredService({ declared }: Us): 'api' | 'api-ssl' {
  return declared.api?.tls === undefined ? 'api' : 'api-ssl';
}

/** The address we shall dial, where it is known: a name may lead anywhere. */
export function ownAddress({ access, declared }: Us): string | undefined {
  if (isWithin(declared.address, declared.address) === true) return declared.address;
  return access.routerAddress;
}

/**
 * The interface that has the address we come to, with those below it (a VLAN's parent, a bridge's only port); absent where
 * the router does not tell.
 */
export function ownInterfaces(us: Us): ReadonlySet<string> | undefined {
  const own = new Set([ownAddress(us), us.access.routerAddress]);
  const holder = us.access.addresses.find(({ address, disabled }) => !disabled && own.has(hostOf(address)));
  if (holder === undefined) return undefined;
  const found = new Set([holder.interface]);
  for (const name of found) {
    for (const row of rowsOf(us, '/interface/vlan'))
      if (textOf(row, 'name') === name) found.add(textOf(row, 'interface'));
    const ports = rowsOf(us, '/interface/bridge/port').filter((row) => textOf(row, 'bridge') === name);
    const [only] = ports;
    if (only !== undefined && ports.length === 1) found.add(textOf(only, 'interface'));
  }
  return found;
}

/** Is somebody of ours on the router's own network, by another address than this one? */
export function isOnLink({ access }: Us, except?: string): boolean {
  const { source, addresses } = access;
  return (
    source !== undefined &&
    addresses.some(
      ({ address, disabled }) =>
        !disabled && address !== except && address.includes('/') && isWithin(source, address) === true,
    )
  );
}

export function hostOf(address: string): string {
  return address.split('/')[0] ?? address;
}
