import { sameData, sharedWith } from '../../base/same-data.ts';
import type { Secret } from '../../base/secret.ts';
import type { Declared, Problem, SubscriberSpec } from '../declarations.ts';
import type { Router } from '../kinds/router.ts';
import type { Subscription } from '../kinds/subscription.ts';
import { checkAsked } from '../login-needs.ts';
import type { Model } from '../model.ts';
import type { Recorded, SecretReads } from '../secret-values.ts';
import { concerned } from '../subscriber-address.ts';
import { claimAgain, isFree } from '../subscriber-claims.ts';
import { resolveSubscriber, type SubscriberContext } from './resolve-subscribers.ts';
import type { Resolving } from './resolving.ts';
import type { SubscriberBook } from './subscriber-book.ts';

type Declaration = Declared<SubscriberSpec>;

/** A model, and what of it can be taken into the next one: what did not change is not made again, and stays one object. */
export interface WholeModel {
  readonly model: Model;
  readonly known: KnownSubscribers;
  readonly book: SubscriberBook;
}

/** What decides about a subscriber besides its own document and its services. */
export interface Surroundings {
  readonly routers: ReadonlyMap<string, Router>;
  readonly nasNames: readonly string[];
  readonly timezone: string;
  readonly foreignNas: boolean;
  readonly eap: boolean;
  readonly masterKey: Secret | undefined;
}

/** What documents without errors were resolved to in one set of surroundings. */
export interface KnownSubscribers {
  readonly surroundings: Surroundings;
  /** Absent where nothing is kept. Of nearly all, there is one subscription, with one secret, and nothing was said: that is the subscription itself. */
  readonly resolved: WeakMap<Declaration, ResolvedSubscriber | Subscription> | undefined;
}

export interface ResolvedSubscriber {
  readonly subscriptions: readonly Subscription[];
  readonly reads: SecretReads;
  /** What resolving it said. */
  readonly said: readonly Problem[];
}

/**
 * What is known in these surroundings: nothing where anything in them is otherwise than the last time.
 *
 * @param forOnce nothing is kept for a next time
 */
export function knownIn(
  surroundings: Surroundings,
  last: KnownSubscribers | undefined,
  forOnce: boolean,
): KnownSubscribers {
  if (forOnce) return { surroundings, resolved: undefined };
  if (last !== undefined && sameData(last.surroundings, surroundings)) return last;
  return { surroundings, resolved: new WeakMap() };
}

/**
 * The subscriptions of a document as they were resolved before, with all that resolving does beside: names, addresses and
 * devices taken, secrets counted, warnings said. `undefined` where anything it hangs on is otherwise, or already taken: then
 * it is to be resolved, which says so.
 */
export function resolvedBefore(
  to: Resolving,
  declared: Declaration,
  known: KnownSubscribers,
  context: SubscriberContext,
): ResolvedSubscriber | undefined {
  const before = whatWas(declared, known);
  if (before === undefined || isIncomplete(to)) return undefined;
  const { subscriptions, reads, said } = before;
  for (const each of subscriptions) {
    if (context.services.get(each.service.name) !== each.service || !isFree(each, context)) return undefined;
  }
  if (!to.secrets.again(reads, declared.origin.file)) return undefined;
  for (const [at, each] of subscriptions.entries()) {
    claimAgain(declared, each, () => pathOf(declared, at), context);
    if (each.radius) askAgain(to, declared, each, at, context);
  }
  for (const problem of said) to.problems.push(problem);
  return before;
}

/** What a document was resolved to in these surroundings, if it was. */
export function whatWas(declared: Declaration, { resolved }: KnownSubscribers): ResolvedSubscriber | undefined {
  const before = resolved?.get(declared);
  return before === undefined || 'said' in before ? before : plain(before);
}

/** Resolves a document, and keeps for another time what it came to. What says the same as before is taken from there. */
export function resolvedAnew(
  to: Resolving,
  declared: Declaration,
  known: KnownSubscribers,
  context: SubscriberContext,
  last: Model | undefined,
): ResolvedSubscriber & Pick<Recorded<unknown>, 'firstText'> {
  const before = to.problems.length;
  const { result, reads, firstText } = to.secrets.recorded(() => resolveSubscriber(to, declared, context));
  const subscriptions = last === undefined ? result : result.map((each) => asBefore(each, last.subscriptions));
  const said = to.problems.slice(before);
  remember(to, declared, { subscriptions, reads, said }, known);
  return { subscriptions, reads, said, firstText };
}

/** Keeps what a document was resolved to, where that hangs on nothing but its surroundings and its services. */
function remember(
  to: Resolving,
  declared: Declaration,
  { subscriptions, reads, said }: ResolvedSubscriber,
  { resolved }: KnownSubscribers,
): void {
  const count = declared.spec.services?.length ?? 1;
  if (resolved === undefined || isIncomplete(to) || reads.incomplete || subscriptions.length !== count) return;
  if (said.some(({ severity }) => severity === 'error')) return;
  // Who is said to be asked about by nobody is the first of several: who that is can change.
  const own = said.filter(({ code }) => code !== 'LM_NOBODY_ASKS');
  const [only] = subscriptions;
  const isPlain = count === 1 && own.length === 0 && reads.inText === 1 && reads.elsewhere.length === 0;
  resolved.set(
    declared,
    isPlain && only !== undefined ? only : { subscriptions, reads: sharedReads(reads), said: own },
  );
}

function plain(subscription: Subscription): ResolvedSubscriber {
  return { subscriptions: [subscription], reads: oneInText, said: nothing };
}

const nothing: readonly never[] = [];
const noReads: SecretReads = { inText: 0, elsewhere: nothing, incomplete: false };
const oneInText: SecretReads = { ...noReads, inText: 1 };

/** Nearly all are one of two: that is one object, not one for each of a hundred thousand. */
function sharedReads(reads: SecretReads): SecretReads {
  if (reads.elsewhere.length > 0 || reads.inText > 1) return reads;
  return reads.inText === 0 ? noReads : oneInText;
}

/** The same subscription as before, where its document was read anew and says what it said. */
function asBefore(now: Subscription, before: readonly Subscription[]): Subscription {
  const old = before[placeOf(now, before)];
  return old?.id === now.id ? sharedWith(old, now) : now;
}

/** In order of id, by code units. What was in order before need not be put in order again. */
export function inOrderOfId(now: readonly Subscription[], before: readonly Subscription[]): readonly Subscription[] {
  const news = new Set(now);
  const kept = before.filter((each) => news.delete(each));
  const added = sortedById(news);
  if (added.length === 0 && kept.length === before.length) return before;
  const merged: Subscription[] = [];
  let at = 0;
  for (const each of kept) {
    for (let next = added[at]; next !== undefined && next.id < each.id; next = added[at]) {
      merged.push(next);
      at += 1;
    }
    merged.push(each);
  }
  return [...merged, ...added.slice(at)];
}

/** The same after some went and others came. Whoever did both stays. */
export function inOrderSince(
  before: readonly Subscription[],
  went: Iterable<Subscription>,
  came: Iterable<Subscription>,
): readonly Subscription[] {
  const [news, gone] = [new Set(came), new Set<Subscription>()];
  for (const each of went) if (!news.delete(each)) gone.add(each);
  if (news.size + gone.size === 0) return before;
  const cuts = [
    ...sortedById(gone).map((each) => ({ at: placeOf(each, before), skip: 1, add: [] })),
    ...sortedById(news).map((each) => ({ at: placeOf(each, before), skip: 0, add: [each] })),
  ].sort((a, b) => a.at - b.at || a.skip - b.skip);
  const all: Subscription[] = [];
  let from = 0;
  const keepUntil = (at: number) => {
    for (let each = before[from]; from < at && each !== undefined; each = before[from]) {
      all.push(each);
      from += 1;
    }
  };
  for (const { at, skip, add } of cuts) {
    keepUntil(at);
    for (const each of add) all.push(each);
    from += skip;
  }
  keepUntil(before.length);
  return all;
}

/** Is this one of them? What came of a revision that was refused is none. */
export function isAmong(each: Subscription, sorted: readonly Subscription[]): boolean {
  return sorted[placeOf(each, sorted)] === each;
}

/** Where one of this id stands, or would. */
function placeOf({ id }: Subscription, sorted: readonly Subscription[]): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.id ?? '') < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sortedById(subscriptions: Iterable<Subscription>): readonly Subscription[] {
  return [...subscriptions].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Rules that need all routers, or the Operator, were silent, or are. */
function isIncomplete({ declarations: { incomplete } }: Resolving): boolean {
  return incomplete.router || incomplete.operator;
}

function entryOf({ spec }: Declaration, at: number): Pick<SubscriberSpec, 'router' | 'mac' | 'address'> {
  return spec.services?.[at] ?? spec;
}

function pathOf({ spec }: Declaration, at: number): readonly (string | number)[] {
  return spec.services === undefined ? ['spec'] : ['spec', 'services', at];
}

function askAgain(
  to: Resolving,
  declared: Declaration,
  { service, username }: Subscription,
  at: number,
  context: SubscriberContext,
): void {
  const { mac = [], address, router: name } = entryOf(declared, at);
  const router = name === undefined ? undefined : context.routers.get(name);
  const reach = concerned(router, service, context);
  if (reach === undefined) return;
  const path = declared.spec.services === undefined ? [] : pathOf(declared, at);
  const login = username === undefined ? {} : { username };
  checkAsked(to, declared, { service, router, path, mac, login, address, eap: context.eap }, reach, context);
}
