import type { TimeWindow } from '../../src/model/kinds/limits.ts';
import type { Quota, QuotaEffect } from '../../src/model/kinds/quota.ts';
import type { Dice } from './random.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Somebody, as he is declared. */
export interface Person {
  readonly name: string;
  readonly quotas: readonly Quota[];
  readonly validity?: { readonly from: 'first-login' | 'assignment'; readonly lastsMs: number };
  readonly graceMs: number;
  /** Milliseconds since 1970, as `expires`. */
  readonly since?: number;
  readonly expires?: number;
}

/** What a plan is without any step in force. */
export const fullRate = { down: 90_000_000, up: 9_000_000 };

/** @param wholeHours whether the zone is off UTC by whole hours: only then is no hour of usage in two hours of the day */
export function somebody(dice: Dice, number: number, begin: number, wholeHours: boolean): Person {
  const hasValidity = dice.onceIn(3);
  const quotas = Array.from({ length: dice.within(hasValidity ? 0 : 1, 3) }, (_, at) =>
    aQuota(dice, `q${at}`, hasValidity, wholeHours),
  );
  return {
    name: `p${number}`,
    quotas,
    graceMs: dice.onceIn(2) ? 0 : dice.within(1, 5) * dayMs,
    ...(hasValidity
      ? { validity: { from: dice.of(['first-login', 'assignment'] as const), lastsMs: dice.within(1, 60) * dayMs } }
      : {}),
    ...(dice.onceIn(2) ? { since: begin - dice.within(0, 700) * dayMs - dice.within(0, 23) * hourMs } : {}),
    ...(dice.onceIn(4) ? { expires: begin + dice.within(100, 400) * dayMs } : {}),
  };
}

function aQuota(dice: Dice, name: string, hasValidity: boolean, wholeHours: boolean): Quota {
  const of = wholeHours && dice.onceIn(4) ? 'time' : 'octets';
  const period = dice.of(['month', 'month', 'week', 'day', ...(wholeHours ? ['hour' as const] : [])] as const);
  const whole = hasValidity && dice.onceIn(3) ? 'validity' : period;
  const unit = of === 'time' ? 60_000 : 1000;
  const amount = dice.within(1, { hour: 20, day: 150, week: 600, month: 2000, validity: 2000 }[whole]);
  const carries = whole !== 'validity' && dice.onceIn(2);
  const more = Array.from({ length: dice.within(0, 2) }, () => dice.within(1, amount));
  return {
    ...{ name, of, amount: `${amount * unit}`, period: whole, anchor: anchorOf(dice, whole) },
    direction: of === 'time' ? 'total' : dice.of(['up', 'down', 'total'] as const),
    ...(carries ? { carryOver: dice.onceIn(2) ? 'all' : `${dice.within(1, amount) * unit}` } : {}),
    ...(dice.onceIn(3) ? { freeHours: [aWindow(dice)] } : {}),
    steps: [0, ...more].map((_, at) => ({
      from: `${(amount + more.slice(0, at).reduce((sum, each) => sum + each, 0)) * unit}`,
      // After a block there is none.
      effect: at === more.length ? dice.of([block, slow(dice)]) : slow(dice),
    })),
  };
}

const block: QuotaEffect = { type: 'block' };

function slow(dice: Dice): QuotaEffect {
  return { type: 'limit', rate: { down: dice.within(1, 80) * 1_000_000, up: dice.within(1, 8) * 1_000_000 } };
}

function anchorOf(dice: Dice, period: Quota['period']): Quota['anchor'] {
  if (period !== 'week' && period !== 'month') return 1;
  return dice.onceIn(3) ? 'sign-up' : dice.within(1, period === 'week' ? 7 : 31);
}

function aWindow(dice: Dice): TimeWindow {
  const days = [0, 1, 2, 3, 4, 5, 6].filter(() => !dice.onceIn(3));
  return { days: days.length === 0 ? [3] : days, from: dice.within(0, 23) * 60, till: dice.within(0, 23) * 60 };
}

/** The same people as an operator writes them. */
export function declarationsOf(people: readonly Person[], timezone: string): string {
  const head = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: isp}
spec: {timezone: ${timezone}, radius: {servers: [{name: main, address: 192.0.2.1}]}}
`;
  return [head, ...people.flatMap((each) => [serviceOf(each), subscriberOf(each)])].join('---\n');
}

function serviceOf({ name, quotas, validity, graceMs }: Person): string {
  const lines = quotas.map((each) => `    - ${JSON.stringify(quotaOf(each))}`);
  return `apiVersion: lastmile/v1
kind: Service
metadata: {name: ${name}}
spec:
  access: [pppoe]
  rate: {down: ${fullRate.down}, up: ${fullRate.up}}
${graceMs === 0 ? '' : `  grace: ${graceMs / 1000}s\n`}${
  validity === undefined ? '' : `  validity: {from: ${validity.from}, lasts: ${validity.lastsMs / 1000}s}\n`
}${lines.length === 0 ? '' : `  quotas:\n${lines.join('\n')}\n`}`;
}

/** As it is declared. An object with a field of this name looks like a promise. */
const effectField = 'then';

function quotaOf({ name, of, amount, period, anchor, direction, carryOver, freeHours, steps }: Quota) {
  const so = (value: string) => (of === 'time' ? `${Number(value) / 1000}s` : octets(value));
  const [first, ...more] = steps.map(({ from, effect }) => ({ [of]: so(from), [effectField]: thenOf(effect) }));
  return {
    ...{ name, [of]: so(amount), period },
    ...(period === 'week' || period === 'month' ? { anchor } : {}),
    ...(of === 'time' ? {} : { direction }),
    ...(carryOver === undefined ? {} : { carryOver: carryOver === 'all' ? true : so(carryOver) }),
    ...(freeHours === undefined ? {} : { freeHours: freeHours.map(windowOf) }),
    ...(first === undefined ? {} : { [effectField]: first[effectField] }),
    ...(more.length === 0 ? {} : { steps: more }),
  };
}

const octets = (value: string) => `${Number(value) / 1000}k`;

function thenOf(effect: QuotaEffect) {
  return effect.type === 'limit' ? { rate: effect.rate } : { block: true };
}

function windowOf({ days, from, till }: TimeWindow) {
  const name = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
  const time = (minutes: number) => `${`${minutes / 60}`.padStart(2, '0')}:00`;
  return { days: days.map((day) => name[day]), from: time(from), till: time(till) };
}

function subscriberOf({ name, since, expires }: Person): string {
  const times = { ...timeOf('since', since), ...timeOf('expires', expires) };
  return `apiVersion: lastmile/v1
kind: Subscriber
metadata: {name: ${name}}
spec: ${JSON.stringify({ service: name, username: name, password: 'a password', ...times })}
`;
}

function timeOf(field: string, at: number | undefined) {
  return at === undefined ? {} : { [field]: new Date(at).toISOString() };
}
