import { parseMac } from '../base/mac.ts';
import type { Declared, SubscriberSpec } from './declarations.ts';
import type { Origin, Subscription } from './model.ts';
import { error, placeOf, type Resolving, warning } from './resolving.ts';

type Declaration = Declared<SubscriberSpec>;
type Steps = readonly (string | number)[];

/** Every device declared so far. */
export interface Devices {
  readonly byMac: Map<string, Declaration>;
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

/** Rules about devices that only all subscribers together can break. */
export function checkDevices(to: Resolving, subscriptions: readonly Subscription[], devices: Devices): void {
  sayRandom(to, devices);
  sayUnused(to, subscriptions);
  if (devices.byMac.size === 0) return;
  for (const { username, macs, origin } of subscriptions) {
    const mac = username === undefined ? undefined : parseMac(username);
    const owner = mac === undefined ? undefined : devices.byMac.get(mac);
    if (owner === undefined || mac === undefined || macs.includes(mac)) continue;
    const message = `the username "${username}" is a MAC of "${owner.name}", at ${placeOf(owner)}`;
    error(to, 'LM_DUPLICATE_MAC', message, whole(origin), []);
  }
}

function sayRandom(to: Resolving, { random }: Devices): void {
  const [first] = random;
  if (first === undefined) return;
  const which = random.length === 1 ? `the MAC ${first.mac} is` : `${random.length} MACs are`;
  const message = `${which} locally administered: devices make up such addresses, and change them`;
  const hint = 'declare the address printed on the device, and have its private address switched off';
  warning(to, 'LM_RANDOM_MAC', message, first.declared, first.path, hint);
}

/** PPPoE knows people by their names: what `mac` says there, nobody acts on. */
function sayUnused(to: Resolving, subscriptions: readonly Subscription[]): void {
  const unused = subscriptions.filter(
    ({ macs, service }) => macs.length > 0 && service.access.every((kind) => kind === 'pppoe'),
  );
  const [first] = unused;
  if (first === undefined) return;
  const whose = unused.length === 1 ? `the subscriber "${first.subscriber}"` : `${unused.length} subscribers`;
  const message = `"mac" of ${whose} is without effect: service "${first.service.name}" is PPPoE`;
  warning(to, 'LM_NO_EFFECT', message, whole(first.origin), []);
}

function whole(origin: Origin): { readonly origin: Origin; readonly document: number } {
  return { origin, document: 0 };
}
