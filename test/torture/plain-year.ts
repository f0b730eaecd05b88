import type { Quota, QuotaEffect } from '../../src/model/kinds/quota.ts';
import { NaiveQuota, wallReader } from '../quota/naive-quota.ts';
import { fullRate, type Person } from './churn-people.ts';

/** What somebody used between two reports of his session. */
export interface Use {
  readonly at: number;
  readonly up: bigint;
  readonly down: bigint;
  readonly onlineMs: number;
}

/** More that somebody is given. */
export interface Given {
  readonly of: 'octets' | 'time' | 'validity';
  readonly amount: bigint;
  /** Absent: every quota of its kind. */
  readonly quota?: string;
  /** Absent: the end of the period. */
  readonly until?: number;
}

/** The parts of an hour at which some zone's days begin. */
const stepMs = 900_000;
const longestTopUpMs = 400 * 86_400_000;

/**
 * How one person stands, as somebody keeps it who has a clock on the wall, docs/quotas.md and a pencil. Nothing of it is from
 * what it is compared with.
 */
export class PlainYear {
  readonly person: Person;
  readonly #accounts: readonly { readonly quota: Quota; readonly naive: NaiveQuota }[];
  readonly #assignedAt: number;
  readonly #day: (at: number) => string;
  /** By day of the zone. */
  readonly days = new Map<string, { up: bigint; down: bigint }>();
  #firstLogin: number | undefined;
  #extensions: { readonly at: number; readonly ms: number }[] = [];
  #topUps = 0;

  constructor(person: Person, timezone: string, begin: number) {
    this.person = person;
    this.#assignedAt = person.since ?? begin;
    const first = Math.floor(begin / stepMs) * stepMs - 70 * 86_400_000;
    this.#accounts = person.quotas.map((quota) => ({
      quota,
      naive: new NaiveQuota(quota, timezone, this.#assignedAt, first, stepMs),
    }));
    const wall = wallReader(timezone);
    this.#day = (at) => {
      const { year, month, date } = wall(Math.floor(at / stepMs) * stepMs);
      return `${year}-${`${month}`.padStart(2, '0')}-${`${date}`.padStart(2, '0')}`;
    };
  }

  goTo(now: number): void {
    for (const { naive } of this.#accounts) naive.goTo(now);
  }

  comesOnline(now: number): void {
    this.#firstLogin ??= now;
  }

  use({ at, up, down, onlineMs }: Use): void {
    const day = this.days.get(this.#day(at)) ?? { up: 0n, down: 0n };
    this.days.set(this.#day(at), { up: day.up + up, down: day.down + down });
    for (const { quota, naive } of this.#accounts) {
      const octets = { up, down, total: up + down }[quota.direction];
      naive.use(at, quota.of === 'time' ? BigInt(onlineMs) : octets);
    }
  }

  give(now: number, { of, amount, quota: only, until }: Given): void {
    this.#topUps += 1;
    if (of === 'validity') this.#extensions.push({ at: now, ms: Number(amount) });
    for (const { quota, naive } of this.#accounts) {
      if (quota.of !== of || (only ?? quota.name) !== quota.name) continue;
      const end = quota.period === 'validity' ? now + longestTopUpMs : naive.endOfPeriod(now);
      naive.topUp(now, this.#topUps, amount, until ?? end);
    }
  }

  /** Whether usage between two moments is of one period and costs the same, of whatever quota. */
  isAlike(a: number, b: number): boolean {
    return this.#day(a) === this.#day(b) && this.#accounts.every(({ naive }) => naive.isAlike(a, b));
  }

  quotas(now: number) {
    return this.#accounts.map(({ quota: { name }, naive }) => ({
      ...{ name, used: naive.used, carried: naive.carried, left: naive.left() },
      ...{ step: naive.step(now), free: naive.isFree(now) },
    }));
  }

  /** When his time is over, grace and all. */
  end(): number | undefined {
    const ends = [this.person.expires, this.validUntil()].filter((each) => each !== undefined);
    return ends.length === 0 ? undefined : Math.min(...ends) + this.person.graceMs;
  }

  validUntil(): number | undefined {
    const { validity } = this.person;
    const from = validity?.from === 'first-login' ? this.#firstLogin : this.#assignedAt;
    if (validity === undefined || from === undefined) return undefined;
    return this.#extensions.reduce((end, { at, ms }) => Math.max(end, at) + ms, from + validity.lastsMs);
  }

  /** What he gets at this moment. */
  standing(now: number): Standing {
    const end = this.end();
    if (end !== undefined && end <= now) return { state: 'suspended', reason: 'expired', rate: fullRate };
    return this.byQuota(now);
  }

  /** The same, as long as his time is not over. */
  byQuota(now: number): Standing {
    const [worst] = this.#accounts
      .flatMap(({ quota, naive }) => {
        const step = quota.steps[naive.step(now) - 1];
        return step === undefined ? [] : [{ name: quota.name, effect: step.effect }];
      })
      .sort((a, b) => speedOf(a.effect).down - speedOf(b.effect).down || speedOf(a.effect).up - speedOf(b.effect).up);
    if (worst === undefined) return { state: 'active', rate: fullRate };
    if (worst.effect.type === 'limit') return { state: 'active', rate: worst.effect.rate ?? fullRate };
    return { state: 'suspended', reason: `quota used up: ${worst.name}`, rate: fullRate };
  }
}

/** Of a subscription. The rate of somebody who is suspended is that of his service. */
export interface Standing {
  readonly state: string;
  readonly reason?: string;
  readonly rate: { readonly down: number; readonly up: number };
}

/** Who is blocked has none. */
function speedOf(effect: QuotaEffect): { readonly down: number; readonly up: number } {
  return effect.type === 'limit' && effect.rate !== undefined ? effect.rate : { down: 0, up: 0 };
}
