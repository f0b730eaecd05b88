import { parseMac } from '../../base/mac.ts';
import type { LearnedDevices } from '../../directory/learned-devices.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import type { Model } from '../../model/model.ts';
import type { Store } from '../../store/store.ts';
import type { QuotaKeeper } from '../quota/quota-keeper.ts';

export interface FormerSurroundings {
  readonly store: Pick<Store, 'table'>;
  readonly devices: Pick<LearnedDevices, 'list' | 'forget'>;
  readonly quotas: Pick<QuotaKeeper, 'forget'>;
  /** In force: whoever is in it is no former subscriber. */
  readonly model: Model;
  readonly now: number;
  /** Under a legal hold, by a subscriber's name or a username. */
  readonly isHeld: (name: string) => boolean;
}

/** In `meta`: since when names are declared no more, milliseconds since 1970. */
const sinceKey = 'former-since';

/**
 * Drops what is known of subscribers, first logins, top-ups and devices, that are declared no more for so long. Whoever comes back
 * before then finds all as it was.
 *
 * @returns how many subscriptions and logins went
 * @throws LastmileError of the store
 */
export async function dropFormer(forMs: number, around: FormerSurroundings): Promise<number> {
  const { store, devices, quotas, now, isHeld } = around;
  const meta = store.table<Readonly<Record<string, number>>>('meta');
  const known = (await meta.get(sinceKey)) ?? {};
  const since: Record<string, number> = {};
  let count = 0;
  for (const former of await formerOnes(around)) {
    const from = Math.min(known[former.name] ?? now, now);
    if (now - from < forMs || isHeld(former.who)) {
      since[former.name] = from;
      continue;
    }
    if (former.type === 'login') await devices.forget(former.who);
    else await quotas.forget(former.key);
    count += 1;
  }
  if (JSON.stringify(since) !== JSON.stringify(known)) await meta.put(sinceKey, since);
  return count;
}

/** Nothing is to say that there was somebody of this name. @throws LastmileError of the store */
export async function forgetFormer(store: Pick<Store, 'table'>, username: string): Promise<void> {
  const meta = store.table<Readonly<Record<string, number>>>('meta');
  const known = (await meta.get(sinceKey)) ?? {};
  const isOf = (name: string) =>
    name === `login ${username}` || name === `subscription ${username}` || name.startsWith(`subscription ${username}/`);
  const others = Object.entries(known).filter(([name]) => !isOf(name));
  if (others.length < Object.keys(known).length) await meta.put(sinceKey, Object.fromEntries(others), { sync: true });
}

type Former =
  | { readonly type: 'subscription'; readonly name: string; readonly who: string; readonly key: string }
  | { readonly type: 'login'; readonly name: string; readonly who: string };

async function formerOnes({ store, devices, model }: FormerSurroundings): Promise<readonly Former[]> {
  const declared = new Set(model.subscriptions.map(lasting));
  const logins = new Set(model.subscriptions.flatMap(({ username = '', macs }) => [username, ...macs]));
  const former: Former[] = [];
  for await (const [, { subscription: key }] of store.table<{ readonly subscription: string }>('quota').entries()) {
    const [who = ''] = key.split('/');
    if (!declared.has(key)) former.push({ type: 'subscription', name: `subscription ${key}`, who, key });
  }
  for (const who of new Set(devices.list().map(({ username }) => username))) {
    if (!logins.has(parseMac(who) ?? who)) former.push({ type: 'login', name: `login ${who}`, who });
  }
  return former;
}

/** As rows of quotas have it: what stays the same when a subscriber is called otherwise. */
function lasting({ id, subscriber, firstName }: Pick<Subscription, 'id' | 'subscriber' | 'firstName'>): string {
  return firstName === undefined ? id : `${firstName}${id.slice(subscriber.length)}`;
}
