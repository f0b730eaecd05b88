import { parseMac } from '../base/mac.ts';
import type { Declared, SubscriberSpec } from './declarations.ts';
import type { Subscription } from './kinds/subscription.ts';
import type { Origin } from './origin.ts';
import type { Owners } from './owners.ts';
import { error, placeOf, type Resolving, warning } from './resolve/resolving.ts';

type Declaration = Declared<SubscriberSpec>;
type Steps = readonly (string | number)[];

/** Every device declared so far. */
export interface Devices {
  readonly byMac: Owners<string>;
  /** Those with an address that they choose by themselves. */
  readonly random: { readonly mac: string; readonly declared: Declaration; readonly path: Steps }[];
}

/** The MACs of a list in the one spelling; what is none, or belongs to somebody else, is reported and left out. */
export function resolveMacs(
  to: Resolving,
  declared: Declaration,
  list: readonly string[],
  path: Steps,
  devices: Devices,
): readonly string[] {
  if (list.length === 0) return noMacs;
  return list.flatMap((text, index) => {
    const at = [...path, index];
    const mac = parseMac(text);
    if (mac === undefined) {
      error(to, 'LM_MAC', `"${text}" is no MAC address`, declared, at, 'six octets, as in 0C:42:A1:00:00:01');
      return [];
    }
    const first = Number.parseInt(mac.slice(0, 2), 16);
    if (first % 2 === 1 || mac === '00:00:00:00:00:00') {
      const why = first % 2 === 1 ? 'is for groups of devices' : 'is nobody';
      error(to, 'LM_MAC', `the MAC ${mac} ${why}`, declared, at);
      return [];
    }
    if (isRandom(mac)) devices.random.push({ mac, declared, path: at });
    return claim(to, declared, mac, at, devices) ? [mac] : [];
  });
}

const noMacs: readonly string[] = [];

/** IEEE 802, bit 1 of the first octet: an address that nobody assigned. */
export function isRandom(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 2) !== 0;
}

function claim(to: Resolving, declared: Declaration, mac: string, path: Steps, { byMac }: Devices): boolean {
  const owner = byMac.get(mac);
  if (owner === undefined) {
    byMac.set(mac, declared);
    return true;
  }
  const message =
    owner === declared
      ? `the MAC ${mac} stands twice in the subscriber "${declared.name}"`
      : `the MAC ${mac} belongs to "${owner.name}", at ${placeOf(owner)}`;
  error(to, 'LM_DUPLICATE_MAC', message, declared, path);
  return false;
}

/** What is known of subscriptions for rules about devices that only all of them together can break. */
export interface DeviceBook {
  /** By MAC, those whose username it is, in whatever spelling. */
  readonly named: Map<string, readonly Subscription[]>;
  /** Those with a MAC that nobody acts on. */
  readonly unused: Set<Subscription>;
}

export function newDeviceBook(): DeviceBook {
  return { named: new Map(), unused: new Set() };
}

/** Notes a subscription. PPPoE knows people by their names: what `mac` says there, nobody acts on. */
export function noteDevices({ named, unused }: DeviceBook, subscription: Subscription): void {
  const { macs, service } = subscription;
  if (macs.length > 0 && service.access.every((kind) => kind === 'pppoe')) unused.add(subscription);
  const mac = macOf(subscription);
  if (mac !== undefined) named.set(mac, [...(named.get(mac) ?? []), subscription]);
}

/** Forgets one that was noted. */
export function forgetDevices({ named, unused }: DeviceBook, subscription: Subscription): void {
  unused.delete(subscription);
  const mac = macOf(subscription);
  const others = mac === undefined ? [] : (named.get(mac) ?? []).filter((each) => each !== subscription);
  if (mac !== undefined && others.length === 0) named.delete(mac);
  else if (mac !== undefined) named.set(mac, others);
}

/** Of these subscriptions, those whose username is a MAC of somebody else. */
export function checkNames(
  to: Resolving,
  subscriptions: Iterable<Subscription>,
  { byMac }: Pick<Devices, 'byMac'>,
): void {
  if (byMac.size === 0) return;
  for (const subscription of subscriptions) {
    const { username, macs, origin } = subscription;
    const mac = macOf(subscription);
    const owner = mac === undefined ? undefined : byMac.get(mac);
    if (owner === undefined || mac === undefined || macs.includes(mac)) continue;
    const message = `the username "${username}" is a MAC of "${owner.name}", at ${placeOf(owner)}`;
    error(to, 'LM_DUPLICATE_MAC', message, whole(origin), []);
  }
}

/** Is a MAC of these the username of somebody else? */
export function takesNames({ named }: DeviceBook, subscriptions: readonly Subscription[]): boolean {
  if (named.size === 0) return false;
  return subscriptions.some(({ macs }) =>
    macs.some((mac) => (named.get(mac) ?? []).some((other) => !other.macs.includes(mac))),
  );
}

function macOf({ username }: Subscription): string | undefined {
  return username === undefined ? undefined : parseMac(username);
}

/** Says it once for all, with its first place. */
export function sayRandom(to: Resolving, random: Devices['random']): void {
  const first = firstIn(random, ({ declared }) => declared.origin);
  if (first === undefined) return;
  const which = random.length === 1 ? `the MAC ${first.mac} is` : `${random.length} MACs are`;
  const message = `${which} locally administered: devices make up such addresses, and change them`;
  const hint = 'declare the address printed on the device, and have its private address switched off';
  warning(to, 'LM_RANDOM_MAC', message, first.declared, first.path, hint);
}

/** Says it once for all, with its first place. */
export function sayUnused(to: Resolving, { unused }: DeviceBook): void {
  const first = firstIn(unused, ({ origin }) => origin);
  if (first === undefined) return;
  const whose = unused.size === 1 ? `the subscriber "${first.subscriber}"` : `${unused.size} subscribers`;
  const message = `"mac" of ${whose} is without effect: service "${first.service.name}" is PPPoE`;
  warning(to, 'LM_NO_EFFECT', message, whole(first.origin), []);
}

/** The first in the order in which declarations are read. */
function firstIn<Item>(items: Iterable<Item>, originOf: (item: Item) => Origin): Item | undefined {
  let first: Item | undefined;
  for (const each of items) if (first === undefined || isBefore(originOf(each), originOf(first))) first = each;
  return first;
}

function isBefore(a: Origin, b: Origin): boolean {
  if (a.file !== b.file) return a.file < b.file;
  return a.line === b.line ? a.column < b.column : a.line < b.line;
}

function whole(origin: Origin): { readonly origin: Origin; readonly document: number } {
  return { origin, document: 0 };
}
