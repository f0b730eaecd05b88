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
  /** What is worked out once for all changes, by a name for it. */
  readonly once: <T>(name: string, make: () => T) => T;
}

/** What is known, with room for what is worked out of it. */
export function knowing(us: Omit<Us, 'once'>): Us {
  const found = new Map<string, unknown>();
  return {
    ...us,
    once: <T>(name: string, make: () => T): T => {
      if (!found.has(name)) found.set(name, make());
      return found.get(name) as T;
    },
  };
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

export function rowsOf({ rows, once }: Us, menu: string): readonly ObservedRow[] {
  return once(`rows ${menu}`, () => rows.filter((row) => row.menu === menu));
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

/** By which version of IP we come; absent where nothing tells. */
export function familyOf(us: Us): 4 | 6 | undefined {
  const host = ownAddress(us) ?? us.access.source;
  if (host === undefined) return undefined;
  if (isWithin(host, '0.0.0.0/0') === true) return 4;
  return isWithin(host, '::/0') === true ? 6 : undefined;
}

/** Is it the same host, however it is written? */
export function isSameHost(host: string | undefined, address: string): boolean {
  return host !== undefined && address !== '' && isWithin(host, hostOf(address)) === true;
}

/**
 * How long the prefix is of the router's own network that we are in, by another address than this one; absent: we are in
 * none, and come over a gateway.
 */
export function onLinkBits({ access }: Us, except?: string): number | undefined {
  const { source, addresses } = access;
  if (source === undefined) return undefined;
  const found = addresses
    .filter(({ address, disabled }) => !disabled && address !== except && address.includes('/'))
    .filter(({ address }) => isWithin(source, address) === true)
    .map(({ address }) => Number(address.split('/')[1]));
  return found.length === 0 ? undefined : Math.max(...found);
}

/** Is somebody of ours on the router's own network, by another address than this one? */
export function isOnLink(us: Us, except?: string): boolean {
  return onLinkBits(us, except) !== undefined;
}

export function hostOf(address: string): string {
  return address.split('/')[0] ?? address;
}

/** Does it change more than what makes no difference? */
export function touches(change: Change, harmless: readonly string[] = ['comment']): boolean {
  return change.action !== 'update' || Object.keys(change.set).some((field) => !harmless.includes(field));
}

/** What is refused outweighs what is a risk: no field of a change hides another. */
export function worst(...judgements: readonly Judgement[]): Judgement {
  return judgements.find((each) => each?.verdict === 'refused') ?? judgements.find((each) => each?.verdict === 'risk');
}
