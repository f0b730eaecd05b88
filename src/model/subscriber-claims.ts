import { canonicalIpv4 } from './address-space.ts';
import type { Declared, SubscriberSpec } from './declarations.ts';
import type { Subscription } from './kinds/subscription.ts';
import type { SubscriberContext } from './resolve/resolve-subscribers.ts';
import { isRandom } from './subscriber-devices.ts';

type Declaration = Declared<SubscriberSpec>;

/** What only one subscriber may have. */
interface Claim {
  readonly isFree: (subscription: Subscription, context: SubscriberContext) => boolean;
  readonly take: (
    subscription: Subscription,
    context: SubscriberContext,
    declared: Declaration,
    path: () => readonly (string | number)[],
  ) => void;
  readonly giveUp: (subscription: Subscription, context: SubscriberContext) => void;
}

/** What resolving reads, and does not write: it is among the `Surroundings`, or what they are made to. */
type Given = 'services' | 'routers' | 'spaces' | 'foreignNas' | 'eap' | 'nasNames' | 'readTime';

/** One for each thing that resolving a subscriber leaves for the next one to find. */
const claims: Readonly<Record<Exclude<keyof SubscriberContext, Given | 'asked'>, Claim>> = {
  usernames: {
    isFree: ({ username }, { usernames }) => username === undefined || !usernames.has(username),
    take: ({ username }, { usernames }, declared) => {
      if (username !== undefined) usernames.set(username, declared);
    },
    giveUp: ({ username }, { usernames }) => {
      if (username !== undefined) usernames.delete(username);
    },
  },
  addresses: {
    isFree: ({ address }, { addresses }) => address === undefined || !addresses.has(numberOf(address)),
    take: ({ address }, { addresses }, declared) => {
      if (address !== undefined) addresses.set(numberOf(address), declared);
    },
    giveUp: ({ address }, { addresses }) => {
      if (address !== undefined) addresses.delete(numberOf(address));
    },
  },
  networks: {
    isFree: (each, { networks }) => !networksOf(each).some((network) => networks.has(network)),
    take: (each, { networks }, declared) => {
      for (const network of networksOf(each)) networks.set(network, declared);
    },
    giveUp: (each, { networks }) => {
      for (const network of networksOf(each)) networks.delete(network);
    },
  },
  devices: {
    isFree: ({ macs }, { devices }) => !macs.some((mac) => devices.byMac.has(mac)),
    take: ({ macs }, { devices }, declared, path) => {
      for (const [index, mac] of macs.entries()) {
        devices.byMac.set(mac, declared);
        if (isRandom(mac)) devices.random.push({ mac, declared, path: [...path(), 'mac', index] });
      }
    },
    giveUp: ({ macs }, { devices }) => {
      for (const mac of macs) devices.byMac.delete(mac);
    },
  },
};

const all = Object.values(claims);
const ofUsername = [claims.usernames];

/** Has nobody before it what this subscription has, and only one may have? */
export function isFree(subscription: Subscription, context: SubscriberContext): boolean {
  for (const claim of claimsOf(subscription)) if (!claim.isFree(subscription, context)) return false;
  return true;
}

/** Takes all that this subscription has and only one may have. */
export function claimAgain(
  declared: Declaration,
  subscription: Subscription,
  path: () => readonly (string | number)[],
  context: SubscriberContext,
): void {
  for (const claim of claimsOf(subscription)) claim.take(subscription, context, declared, path);
}

/** Gives up all that this subscription has and only one may have. */
export function giveUp(subscription: Subscription, context: SubscriberContext): void {
  for (const claim of claimsOf(subscription)) claim.giveUp(subscription, context);
}

/** Asked of a hundred thousand with each commit, most of whom have a username and nothing else of the kind. */
function claimsOf({ address, macs, ipv6, routes }: Subscription): readonly Claim[] {
  const more = address !== undefined || macs.length > 0 || ipv6 !== undefined || routes !== undefined;
  return more ? all : ofUsername;
}

function numberOf(address: string): number {
  return canonicalIpv4(address)?.value ?? 0;
}

const none: readonly string[] = [];

function networksOf({ ipv6, routes }: Subscription): readonly string[] {
  if (ipv6 === undefined && routes === undefined) return none;
  const own = [ipv6?.prefix, ipv6?.delegated].filter((each) => each !== undefined);
  return [...own, ...(routes ?? []).map(({ destination }) => destination)];
}
