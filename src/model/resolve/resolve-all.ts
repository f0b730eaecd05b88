import { eachInSteps, type Steps } from '../../base/steps.ts';
import { addressSpace } from '../address-space.ts';
import type { Router } from '../kinds/router.ts';
import type { ServicePlan } from '../kinds/service.ts';
import type { Subscription } from '../kinds/subscription.ts';
import { timeReader } from '../local-time.ts';
import type { Model } from '../model.ts';
import { checkNames } from '../subscriber-devices.ts';
import { type KnownSubscribers, resolvedAnew, resolvedBefore } from './resolve-memory.ts';
import type { SubscriberContext } from './resolve-subscribers.ts';
import { addByName, type Resolving } from './resolving.ts';
import { newNotes, note, type SubscriberNotes, type TakenNames } from './subscriber-book.ts';

/** What subscribers are resolved in. */
export interface SubscriberSurroundings {
  readonly services: ReadonlyMap<string, ServicePlan>;
  readonly routers: ReadonlyMap<string, Router>;
  readonly foreignNas: boolean;
  readonly eap: boolean;
  readonly nasNames: ReadonlyMap<string, unknown>;
  readonly timezone: string;
}

export interface AllSubscribers {
  readonly subscriptions: readonly Subscription[];
  readonly context: SubscriberContext;
  readonly taken: TakenNames;
  readonly notes: SubscriberNotes;
  /** Devices with an address that they choose by themselves. */
  readonly random: SubscriberContext['devices']['random'];
}

/** Every subscriber, in the order in which they are declared. */
export function* resolveAllInSteps(
  to: Resolving,
  surroundings: SubscriberSurroundings,
  known: KnownSubscribers,
  last: Model | undefined,
): Steps<AllSubscribers> {
  const { names, macs, ...taken } = nothingTaken();
  const context: SubscriberContext = {
    ...surroundings,
    ...taken,
    spaces: new Map([...surroundings.routers].map(([name, router]) => [name, addressSpace(router)])),
    readTime: timeReader(surroundings.timezone),
    devices: { byMac: macs, random: [] },
    asked: new Set(),
  };
  yield* eachInSteps(to.declarations.subscribers, (each) => addByName(to, names, each));
  const [notes, subscriptions] = [newNotes(), [] as Subscription[]];
  yield* eachInSteps(names.values(), (declared) => {
    const from = to.problems.length;
    const entry = resolvedBefore(to, declared, known, context) ?? resolvedAnew(to, declared, known, context, last);
    const said = to.problems.length === from ? nothing : to.problems.slice(from);
    note(notes, { declared, subscriptions: entry.subscriptions, reads: entry.reads, said });
    for (const each of entry.subscriptions) subscriptions.push(each);
  });
  checkNames(to, [...notes.devices.named.values()].flat(), context.devices);
  return { subscriptions, context, taken: { names, macs, ...taken }, notes, random: context.devices.random };
}

function nothingTaken(): TakenNames {
  return { names: new Map(), usernames: new Map(), addresses: new Map(), networks: new Map(), macs: new Map() };
}

const nothing: readonly never[] = [];
