import { userOf } from '../../accounting/sessions/session-user.ts';
import { sameData } from '../../base/same-data.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import { lastingKey } from '../../quota/quota-facts.ts';
import type { Tally } from '../../quota/tally.ts';

/** A subscription that has quotas, or a validity. */
export interface Holder {
  readonly key: string;
  subscription: Subscription;
  /** What was used. Absent: not read yet. */
  tally?: Tally;
  loading?: Promise<void>;
  /** Something was used while it was being read: it may be in what was read, or not. */
  stale: boolean;
}

/** Whether somebody has anything to be held to. */
export function isHeld({ service }: Subscription): boolean {
  return service.quotas !== undefined || service.validity !== undefined;
}

/** Everything a subscription is accounted for under. */
export function loginsOf({ username, macs }: Subscription): readonly string[] {
  return username === undefined ? macs : [userOf(username), ...macs];
}

/** Those who are held to quotas or a validity, by what stays of them and by what they log in with. */
export class QuotaHolders {
  readonly #byKey = new Map<string, Holder>();
  readonly #byLogin = new Map<string, Holder>();

  get(key: string): Holder | undefined {
    return this.#byKey.get(key);
  }

  /** @param login a username, or a MAC in any spelling */
  named(login: string): Holder | undefined {
    return this.#byLogin.size === 0 ? undefined : this.#byLogin.get(userOf(login));
  }

  all(): Iterable<Holder> {
    return this.#byKey.values();
  }

  /**
   * Takes these in place of those there were.
   *
   * @returns who is no more, by key, and everybody else, with what he was before
   */
  use(subscriptions: readonly Subscription[]): {
    readonly gone: readonly string[];
    readonly held: readonly { readonly holder: Holder; readonly before: Subscription | undefined }[];
  } {
    const all = new Map(subscriptions.map((each) => [lastingKey(each), each]));
    const gone = [...this.#byKey.keys()].filter((key) => !all.has(key));
    for (const key of gone) this.#byKey.delete(key);
    this.#byLogin.clear();
    const held = Array.from(all, ([key, subscription]) => this.#hold(key, subscription));
    return { gone, held };
  }

  #hold(key: string, subscription: Subscription) {
    const known = this.#byKey.get(key);
    const before = known?.subscription;
    const holder: Holder = known ?? { key, subscription, stale: false };
    holder.subscription = subscription;
    this.#byKey.set(key, holder);
    for (const login of loginsOf(subscription)) this.#byLogin.set(login, holder);
    if (before === undefined || !isCountedAlike(before, subscription)) delete holder.tally;
    return { holder, before };
  }
}

function isCountedAlike(a: Subscription, b: Subscription): boolean {
  if (a === b) return true;
  return (
    a.since === b.since &&
    a.service.name === b.service.name &&
    sameData(a.service.quotas, b.service.quotas) &&
    sameData(loginsOf(a), loginsOf(b))
  );
}
