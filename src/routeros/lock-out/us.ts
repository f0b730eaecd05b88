import { eachInSteps, finish, type Steps } from '../../base/steps.ts';
import type { Router } from '../../model/kinds/router.ts';
import type { ObservedRow } from '../../reconcile/row.ts';
import type { Change } from '../../reconcile/target.ts';
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

/** What is known when changes are judged, before anything is worked out of it. */
export type Seen = Omit<Us, 'once'>;

/** What is known, with room for what is worked out of it. */
export function knowing(us: Seen): Us {
  const found = new Map<string, unknown>();
  return {
    ...us,
    once: <T>(name: string, make: () => T): T => {
      if (!found.has(name)) found.set(name, make());
      return found.get(name) as T;
    },
  };
}

/** What takes long is worked out in steps, to be there when it is asked for. */
export interface Ahead<T> {
  /** As `once` knows it: at once, where it was not worked out ahead. */
  readonly get: (us: Us) => T;
  readonly inSteps: (us: Us) => Steps<void>;
}

export function ahead<T>(name: string, make: (us: Us) => Steps<T>): Ahead<T> {
  return {
    get: (us) => us.once(name, () => finish(make(us))),
    *inSteps(us) {
      const made = yield* make(us);
      us.once(name, () => made);
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

/** Rows of each menu, in their order. */
export const rowsByMenu = ahead('rows', function* ({ rows }) {
  const found = new Map<string, ObservedRow[]>();
  yield* eachInSteps(rows, (row) => pushTo(found, row.menu, row));
  return found;
});

export function rowsOf(us: Us, menu: string): readonly ObservedRow[] {
  return rowsByMenu.get(us).get(menu) ?? [];
}

/** Changes of a menu, in their order. */
export function changesOf(us: Us, menu: string): readonly Change[] {
  return changesByMenu(us).get(menu) ?? [];
}

export function changesByMenu(us: Us): ReadonlyMap<string, readonly Change[]> {
  return us.once('changes', () => {
    const found = new Map<string, Change[]>();
    for (const change of us.changes) pushTo(found, change.menu, change);
    return found;
  });
}

/** Is the row there no more, or out of use, once all changes are made? */
export function isGone(row: ObservedRow, us: Us): boolean {
  return us.once('gone', () => new Set(us.changes.filter(ends).map((change) => change.before))).has(row);
}

export function pushTo<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
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
export function ownAddress({ access, declared, once }: Us): string | undefined {
  const isAddress = once('dials an address', () => isWithin(declared.address, declared.address) === true);
  return isAddress ? declared.address : access.routerAddress;
}

/** By which version of IP we come; absent where nothing tells. */
export function familyOf(us: Us): 4 | 6 | undefined {
  return us.once('family', () => {
    const host = ownAddress(us) ?? us.access.source;
    if (host === undefined) return undefined;
    if (isWithin(host, '0.0.0.0/0') === true) return 4;
    return isWithin(host, '::/0') === true ? 6 : undefined;
  });
}

/** Is it the same host, however it is written? */
export function isSameHost(host: string | undefined, address: string): boolean {
  return host !== undefined && address !== '' && isWithin(host, hostOf(address)) === true;
}

/**
 * How long the prefix is of the router's own network that we are in, by another address than this one; absent: we are in
 * none, and come over a gateway.
 */
export function onLinkBits(us: Us, except?: string): number | undefined {
  const [longest, next] = us.once('longest networks with us', () => longestOf(networksWithUs(us)));
  return longest?.address === except ? next?.bits : longest?.bits;
}

interface Network {
  readonly address: string;
  readonly bits: number;
}

/** The network with the longest prefix, and the longest of another address. */
function longestOf(networks: OwnAccess['addresses']): readonly Network[] {
  const bits = new Map(networks.map(({ address }) => [address, Number(address.split('/')[1])]));
  return [...bits].map(([address, length]) => ({ address, bits: length })).sort((a, b) => b.bits - a.bits);
}

/** Interfaces with networks that we are in: what we send comes in by one of these. None: we come over a gateway. */
export function entriesOf(us: Us): ReadonlySet<string> {
  return us.once('entries', () => new Set(networksWithUs(us).map((each) => each.interface)));
}

/** A network of another VRF may look like ours, and is none of ours. */
function networksWithUs(us: Us): OwnAccess['addresses'] {
  return us.once('networks with us', () => foundNetworks(us));
}

function foundNetworks(us: Us): OwnAccess['addresses'] {
  const { source, addresses } = us.access;
  if (source === undefined) return [];
  const own = [ownAddress(us), us.access.routerAddress];
  const top = addresses.find(({ address, disabled }) => !disabled && own.some((each) => isSameHost(each, address)));
  return addresses
    .filter(({ address, disabled }) => !disabled && address.includes('/') && isWithin(source, address) === true)
    .filter((each) => top === undefined || vrfOf(each.interface, us) === vrfOf(top.interface, us));
}

function vrfOf(name: string, { access: { vrfs = [] } }: Us): string | undefined {
  return vrfs.find(({ interfaces }) => interfaces.includes(name))?.name;
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
