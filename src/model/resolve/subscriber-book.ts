import type { Declarations, Declared, Problem, SubscriberSpec } from '../declarations.ts';
import type { PortalSite } from '../kinds/portal-site.ts';
import type { Subscription } from '../kinds/subscription.ts';
import { countLocally, type LocalGroups } from '../local-groups.ts';
import { type SecretRead, type SecretReads, secretKey } from '../secret-values.ts';
import { type DeviceBook, type Devices, newDeviceBook, noteDevices } from '../subscriber-devices.ts';
import type { SubscriberContext } from './resolve-subscribers.ts';
import type { SubscriberRules } from './subscriber-rules.ts';

type Declaration = Declared<SubscriberSpec>;

/** What is taken by subscribers, by whom. */
export interface TakenNames {
  /** Subscribers themselves. */
  readonly names: Map<string, Declaration>;
  readonly usernames: Map<string, Declaration>;
  readonly addresses: Map<number, Declaration>;
  readonly networks: Map<string, Declaration>;
  readonly macs: Map<string, Declaration>;
}

/**
 * Of a model that was whole, what tells of a few subscribers more or less what they make of it, without a look at all others.
 * Kept from one revision to the next, and brought along in place.
 */
export interface SubscriberBook {
  /** All but subscribers and lists. */
  readonly declarations: Omit<Declarations, 'subscribers' | 'lists'>;
  readonly around: Omit<SubscriberContext, 'usernames' | 'addresses' | 'networks' | 'devices' | 'asked'>;
  readonly rules: SubscriberRules;
  readonly sites: readonly PortalSite[];
  readonly taken: TakenNames;
  /** Names of lists. */
  lists: ReadonlySet<string>;
  groups: LocalGroups;
  readonly devices: DeviceBook;
  /** Devices with an address that they choose by themselves. */
  random: Devices['random'];
  /** What is said whoever the subscribers are, and of those whom portals concern: where these change, all are looked at. */
  readonly fixed: readonly Problem[];
  /** What resolving a subscriber said. */
  readonly said: Map<Declaration, readonly Problem[]>;
  /** What is said of secrets in clear text, by file. */
  readonly textProblems: Map<string, Problem>;
  /** How many secrets in clear text, by file. */
  readonly texts: Map<string, number>;
  /** Secrets from outside that others than subscribers have. */
  readonly unrecorded: readonly SecretRead[];
  /** Secrets from outside that subscribers have, with how many do. */
  readonly elsewhere: Map<string, { readonly read: SecretRead; readonly count: number }>;
}

/** What one subscription leaves in the book, but for what it takes. */
export interface BookEntry {
  readonly declared: Declaration;
  readonly subscriptions: readonly Subscription[];
  readonly reads: SecretReads;
  readonly said: readonly Problem[];
}

export type SubscriberNotes = Pick<SubscriberBook, 'devices' | 'said' | 'elsewhere'> & { readonly groups: LocalGroups };

export function newNotes(): SubscriberNotes {
  return { devices: newDeviceBook(), said: new Map(), elsewhere: new Map(), groups: new Map() };
}

export function note(notes: SubscriberNotes, entry: BookEntry): void {
  for (const each of entry.subscriptions) {
    noteDevices(notes.devices, each);
    countLocally(notes.groups, each, 1);
  }
  noteWords(notes, entry);
}

/** What is said of it, and what it reads. */
export function noteWords(
  { said: all, elsewhere }: Pick<SubscriberBook, 'said' | 'elsewhere'>,
  entry: BookEntry,
): void {
  const { declared, reads, said } = entry;
  if (said.length > 0) all.set(declared, said);
  for (const read of reads.elsewhere) countRead(elsewhere, read, 1);
}

/** Takes out what `noteWords` put in. */
export function forgetWords(
  { said, elsewhere }: Pick<SubscriberBook, 'said' | 'elsewhere'>,
  { declared, reads }: BookEntry,
): void {
  said.delete(declared);
  for (const read of reads.elsewhere) countRead(elsewhere, read, -1);
}

function countRead(elsewhere: SubscriberBook['elsewhere'], read: SecretRead, by: 1 | -1): void {
  const key = secretKey(read.field);
  const count = (elsewhere.get(key)?.count ?? 0) + by;
  if (count === 0) elsewhere.delete(key);
  else elsewhere.set(key, { read, count });
}
