import type { Quota } from '../../src/model/kinds/quota.ts';

/** An account of one quota, kept slot by slot by what a clock on the wall shows: slow, and plain. */
export class NaiveQuota {
  readonly #quota: Quota;
  readonly #wall: (at: number) => Wall;
  readonly #signedUp: number;
  readonly #slotMs: number;
  #at: number;
  #label: string;
  #whole: boolean;
  lots: { number: number; until: number; left: bigint }[] = [];
  used = 0n;
  plan = 0n;
  carried = 0n;

  constructor(quota: Quota, timezone: string, signedUp: number, start: number, slotMs: number) {
    this.#quota = quota;
    this.#wall = wallReader(timezone);
    this.#signedUp = signedUp;
    this.#slotMs = slotMs;
    this.#at = start;
    this.#label = this.#labelAt(start);
    this.#whole = false;
  }

  /** Time passes, a slot after the other. */
  goTo(at: number): void {
    while (this.#at + this.#slotMs <= at) {
      this.#at += this.#slotMs;
      const label = this.#labelAt(this.#at);
      if (label !== this.#label) this.#begin(label);
    }
    this.lots = this.lots.filter(({ until, left }) => until > at && left > 0n);
  }

  use(at: number, amount: bigint): void {
    this.goTo(at);
    if (this.isFree(at)) return;
    this.used += amount;
    for (let rest = amount; rest > 0n; ) rest -= this.#bear(rest);
  }

  topUp(at: number, number: number, amount: bigint, until: number): void {
    this.goTo(at);
    this.lots.push({ number, until, left: amount });
    this.lots.sort((a, b) => a.until - b.until || a.number - b.number);
  }

  step(at: number): number {
    if (this.isFree(at) || this.lots.length > 0) return 0;
    return this.#quota.steps.filter(({ from }) => this.plan >= BigInt(from) + this.carried).length;
  }

  left(): bigint {
    const room = BigInt(this.#quota.amount) + this.carried - this.plan;
    return (room > 0n ? room : 0n) + this.lots.reduce((sum, { left }) => sum + left, 0n);
  }

  isFree(at: number): boolean {
    const { day, minutes } = this.#wall(at);
    return (this.#quota.freeHours ?? []).some(({ days, from, till }) =>
      from < till
        ? days.includes(day) && minutes >= from && minutes < till
        : (days.includes(day) && minutes >= from) || (days.includes((day + 6) % 7) && minutes < till),
    );
  }

  /** Whether two moments are of one period, and cost the same. */
  isAlike(a: number, b: number): boolean {
    return this.#labelAt(a) === this.#labelAt(b) && this.isFree(a) === this.isFree(b);
  }

  /** The first slot of time after this one that is of another period. */
  endOfPeriod(at: number): number {
    const label = this.#labelAt(at);
    let end = Math.floor(at / this.#slotMs) * this.#slotMs;
    while (this.#labelAt(end) === label) end += this.#slotMs;
    return end;
  }

  /** @returns how much of it somebody bore */
  #bear(amount: bigint): bigint {
    const room = BigInt(this.#quota.amount) + this.carried - this.plan;
    const [lot] = this.lots;
    const most = room > 0n ? room : lot === undefined ? amount : lot.left;
    const borne = most < amount ? most : amount;
    if (room > 0n || lot === undefined) this.plan += borne;
    else lot.left -= borne;
    this.lots = this.lots.filter(({ left }) => left > 0n);
    return borne;
  }

  #begin(label: string): void {
    const { carryOver, amount } = this.#quota;
    const rest = BigInt(amount) > this.used ? BigInt(amount) - this.used : 0n;
    const most = carryOver === undefined ? 0n : carryOver === 'all' ? rest : BigInt(carryOver);
    this.carried = this.#whole ? (rest < most ? rest : most) : 0n;
    [this.used, this.plan, this.#label] = [0n, 0n, label];
    this.#whole = this.#at >= this.#signedUp;
  }

  #labelAt(at: number): string {
    const { period } = this.#quota;
    if (period === 'validity') return '';
    const { year, month, date, day, hour, offset } = this.#wall(at);
    if (period === 'hour') return `${year}-${month}-${date} ${hour} ${offset}`;
    if (period === 'day') return `${year}-${month}-${date}`;
    const sign = this.#wall(this.#signedUp);
    const { anchor } = this.#quota;
    if (period === 'week') {
      const first = anchor === 'sign-up' ? sign.day || 7 : anchor;
      return new Date(Date.UTC(year, month - 1, date - ((day - first + 7) % 7))).toISOString();
    }
    const first = anchor === 'sign-up' ? sign.date : anchor;
    const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
    return new Date(Date.UTC(year, date >= Math.min(first, last) ? month - 1 : month - 2)).toISOString();
  }
}

export interface Wall {
  readonly year: number;
  readonly month: number;
  readonly date: number;
  readonly day: number;
  readonly hour: number;
  readonly minutes: number;
  readonly offset: string;
}

const walls = new Map<string, Map<number, Wall>>();

/** What a clock on the wall shows, as the runtime writes it. */
export function wallReader(timezone: string): (at: number) => Wall {
  const known = walls.get(timezone) ?? new Map<number, Wall>();
  walls.set(timezone, known);
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    timeZoneName: 'longOffset',
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (at) => {
    const found = known.get(at);
    if (found !== undefined) return found;
    const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const number = (type: string) => Number(part.get(type as 'year'));
    const wall = {
      year: number('year'),
      month: number('month'),
      date: number('day'),
      day: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(part.get('weekday') ?? ''),
      hour: number('hour'),
      minutes: number('hour') * 60 + number('minute'),
      offset: part.get('timeZoneName') ?? '',
    };
    known.set(at, wall);
    return wall;
  };
}
