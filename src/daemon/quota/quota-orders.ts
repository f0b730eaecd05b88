import type { QuotaJson, StandingJson, TopUpAnswer, TopUpRequest } from '../../admin/quota.ts';
import { AmbiguousError, RequestError } from '../../admin/request-error.ts';
import { printable } from '../../base/bytes.ts';
import type { Clock } from '../../base/clock.ts';
import { LastmileError } from '../../base/errors.ts';
import { formatDuration, formatOctets, formatRate, parseDuration, parseSize } from '../../base/units.ts';
import type { QuotaEffect } from '../../model/kinds/quota.ts';
import { forever } from '../../model/quota-period.ts';
import type { QuotaState } from '../../quota/quota-state.ts';
import { longestTopUpMs, type TopUp } from '../../quota/top-up.ts';
import type { Engine } from '../engine.ts';
import { usersNamed } from '../sessions/sessions-named.ts';
import type { QuotaOf } from '../sessions/usage-answers.ts';
import type { HeldQuotas, QuotaKeeper } from './quota-keeper.ts';
import { slotMs } from './quota-usage.ts';

/** How the subscriptions of these logins stand, each once. */
export async function standingsOf(
  quotas: Pick<QuotaKeeper, 'standingOf'>,
  logins: readonly string[],
): Promise<readonly StandingJson[]> {
  return (await heldBy(quotas, logins)).map(standingJson);
}

/** The quota of this name that one of these logins has. @throws RequestError when there is none */
export async function quotaNamed(
  quotas: Pick<QuotaKeeper, 'standingOf'>,
  logins: readonly string[],
  name: string,
): Promise<QuotaOf> {
  const held = await heldBy(quotas, logins);
  for (const { states, assignedAt = 0 } of held) {
    const state = states.find((each) => each.name === name);
    if (state === undefined) continue;
    return { quota: state.quota, since: state.quota.period === 'validity' ? state.from : assignedAt };
  }
  const known = held.flatMap(({ states }) => states.map((each) => each.name)).join(', ');
  throw new RequestError(`no quota is called ${printable(name)}${known === '' ? '' : `: there are ${known}`}`);
}

/** The same for `lastmile why`, which must be told what else is known while the store is down. */
export async function standingsIfKnown(...of: Parameters<typeof standingsOf>): Promise<readonly StandingJson[]> {
  try {
    return await standingsOf(...of);
  } catch (error) {
    if (!(error instanceof LastmileError)) throw error;
    return [];
  }
}

/**
 * Gives somebody more, and keeps who had it done and why.
 *
 * @throws RequestError when there is nothing it could be added to
 * @throws AmbiguousError when the subscriber has several services
 */
export async function topUp(engine: Engine, clock: Clock, request: TopUpRequest): Promise<TopUpAnswer> {
  const { user, by = 'unknown', reason } = request;
  const held = await heldByOne(engine, user);
  const order = {
    at: clock.now(),
    by,
    ...(reason === undefined ? {} : { reason }),
    ...wanted(request, held, clock.now()),
  };
  const { number } = await engine.quotas.add(held, order);
  const object = held.subscription.id;
  const why = reason === undefined ? {} : { reason };
  await engine.audit.record({
    ...{ at: order.at, who: by, action: 'topup', object, ...why, result: 'added', detail: wordsOf(request) },
  });
  const after = (await heldBy(engine.quotas, loginsOf(held)))[0] ?? held;
  return { number, standing: standingJson(after) };
}

async function heldByOne({ quotas, directory }: Engine, user: string): Promise<HeldQuotas> {
  const found = await heldBy(quotas, usersNamed(directory, user));
  const [first] = found;
  if (first === undefined) throw new RequestError(`${printable(user)} has neither quotas nor a validity`);
  if (found.length === 1) return first;
  const names = found.map(({ subscription: { id, username, macs } }) => `${id} (${username ?? macs[0]})`);
  throw new AmbiguousError(`${printable(user)} has several services, name the login of one: ${names.join(', ')}`);
}

async function heldBy(
  quotas: Pick<QuotaKeeper, 'standingOf'>,
  logins: readonly string[],
): Promise<readonly HeldQuotas[]> {
  const found = new Map<string, HeldQuotas>();
  for (const login of logins) {
    const held = await quotas.standingOf(login);
    if (held !== undefined) found.set(held.key, held);
  }
  return [...found.values()];
}

function loginsOf({ subscription: { username, macs } }: HeldQuotas): readonly string[] {
  return username === undefined ? macs.slice(0, 1) : [username];
}

function wanted(
  request: TopUpRequest,
  held: HeldQuotas,
  now: number,
): Pick<TopUp, 'of' | 'amount' | 'quota' | 'until'> {
  const { amount, extend } = request;
  if ((amount === undefined) === (extend === undefined))
    throw new RequestError('give an amount, or extend: one of them');
  if (extend !== undefined) return { of: 'validity', amount: String(extension(extend, request, held)) };
  const [size, ms] = [parseSize(amount ?? ''), parseDuration(amount ?? '')];
  const of = size === undefined ? 'time' : 'octets';
  const value = size ?? (ms === undefined ? undefined : BigInt(ms));
  if (value === undefined || value === 0n) throw new RequestError(`${printable(amount ?? '')}: 10G or 5h is needed`);
  const { quota } = request;
  const fitting = held.states.filter((state) => state.quota.of === of && (quota ?? state.name) === state.name);
  if (fitting.length === 0) {
    const known = held.states.map((state) => `${state.name} (${state.quota.of})`).join(', ');
    const which = quota === undefined ? `no quota of ${of}` : `no quota ${printable(quota)} of ${of}`;
    throw new RequestError(`${held.subscription.id} has ${which}${known === '' ? '' : `: it has ${known}`}`);
  }
  return { of, amount: String(value), ...(quota === undefined ? {} : { quota }), ...untilOf(request, now) };
}

function extension(extend: string, { quota, valid }: TopUpRequest, { subscription }: HeldQuotas): number {
  const ms = parseDuration(extend);
  if (ms === undefined || ms === 0) throw new RequestError(`${printable(extend)}: 30d is needed`);
  if (quota !== undefined || valid !== undefined) throw new RequestError('extend stands alone');
  if (subscription.service.validity !== undefined) return ms;
  throw new RequestError(`${subscription.id} has no validity: when it expires is declared (\`expires\`)`);
}

/** It lasts as long as the slot of usage that its end lies in. */
function untilOf({ valid }: TopUpRequest, now: number): { readonly until?: number } {
  if (valid === undefined) return {};
  const ms = parseDuration(valid);
  if (ms === undefined || ms === 0) throw new RequestError(`${printable(valid)}: 30d is needed`);
  if (ms > longestTopUpMs) throw new RequestError(`a top-up lasts ${longestTopUpMs / 86_400_000}d at most`);
  return { until: Math.ceil((now + ms) / slotMs) * slotMs };
}

function wordsOf({ amount, quota, valid, extend }: TopUpRequest): string {
  if (extend !== undefined) return `validity longer by ${extend}`;
  return `${amount}${quota === undefined ? '' : ` for ${quota}`}${valid === undefined ? '' : `, for ${valid}`}`;
}

function standingJson({ subscription, states, mark, validUntil }: HeldQuotas): StandingJson {
  const { service } = subscription;
  return {
    subscription: subscription.id,
    service: service.name,
    quotas: states.map((state) => quotaJson(state, mark?.quota === state.name)),
    ...(validUntil === undefined ? {} : { validUntil: new Date(validUntil).toISOString() }),
    ...(service.validity !== undefined && validUntil === undefined ? { notBegun: true } : {}),
  };
}

function quotaJson(state: QuotaState, counts: boolean): QuotaJson {
  const { quota, from, till, used, own, carried, left, topUps, step, free } = state;
  const effect = quota.steps[step - 1]?.effect;
  const shown = (amount: bigint): string => String(quota.of === 'time' ? amount / 1000n : amount);
  return {
    name: state.name,
    of: quota.of,
    direction: quota.direction,
    period: quota.period,
    from: new Date(from).toISOString(),
    ...(till === forever ? {} : { resets: new Date(till).toISOString() }),
    ...{ used: shown(used), included: shown(own), carried: shown(carried), left: shown(left) },
    topUps: topUps.map((each) => ({
      ...{ number: each.number, left: shown(each.left), until: new Date(each.until).toISOString() },
    })),
    step,
    ...(effect === undefined ? {} : { effect: effectWords(effect) }),
    ...(effect !== undefined && counts ? { counts: true } : {}),
    ...(free ? { free: true } : {}),
  };
}

/** What quotas and validity have to do with whether and how somebody is online, for `lastmile why`. */
export function standingHints(standings: readonly StandingJson[], now: number): readonly string[] {
  return standings.flatMap(({ quotas, validUntil, notBegun }) => [
    ...quotas.map((quota) => quotaHint(quota, now)),
    ...(validUntil === undefined ? [] : [`its validity ends ${inTime(validUntil, now)}`]),
    ...(notBegun === true ? ['its validity begins with its first session'] : []),
  ]);
}

function quotaHint(
  { name, of, used, included, carried, left, step, effect, counts, free, resets }: QuotaJson,
  now: number,
) {
  const shown = (amount: string) =>
    of === 'time' ? formatDuration(Number(amount) * 1000) : formatOctets(BigInt(amount));
  const until = resets === undefined ? '' : `, until ${inTime(resets, now)}`;
  const much = `${shown(used)} of ${shown(String(BigInt(included) + BigInt(carried)))}`;
  if (free === true) return `free hours of its quota ${name}: nothing is counted now (${much} used)`;
  if (step === 0) return `of its quota ${name} ${shown(left)} are left (${much} used)${until}`;
  const other = counts === true ? '' : '; the step of another quota is stricter';
  return `its quota ${name} is used up (${much}): step ${step}, ${effect}${until}${other}`;
}

function inTime(time: string, now: number): string {
  return `${time.slice(0, 16)}Z, in ${formatDuration(Date.parse(time) - now)}`;
}

/** What a step is, in a few words. */
export function effectWords(effect: QuotaEffect): string {
  if (effect.type === 'block') return 'blocked';
  if (effect.type === 'redirect') {
    const { site, addressList } = effect.redirect;
    return site === undefined ? `on the address list ${addressList}` : `kept to the page of ${site}`;
  }
  const { rate, pool, addressList } = effect;
  return [
    ...(rate === undefined ? [] : [`${formatRate(rate.down)} down, ${formatRate(rate.up)} up`]),
    ...(pool === undefined ? [] : [`addresses of ${pool}`]),
    ...(addressList === undefined ? [] : [`on the address list ${addressList}`]),
  ].join(', ');
}
