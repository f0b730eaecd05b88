import type { QuotaEffect, QuotaMark } from './kinds/quota.ts';
import type { ServicePlan } from './kinds/service.ts';
import type { Subscription } from './kinds/subscription.ts';

/** Can a running session get it by CoA alone? */
export function isGentle(effect: QuotaEffect): boolean {
  return effect.type === 'limit' && effect.pool === undefined && effect.addressList === undefined;
}

/** Below 0 when `a` is the stricter: blocked, then kept to a page, then the slowest. */
export function byStrictness(a: QuotaEffect, b: QuotaEffect): number {
  const [one, other] = [hardness(a), hardness(b)];
  return other.order - one.order || one.down - other.down || one.up - other.up;
}

function hardness(effect: QuotaEffect): { readonly order: number; readonly down: number; readonly up: number } {
  if (effect.type !== 'limit') return { order: effect.type === 'block' ? 2 : 1, down: 0, up: 0 };
  const { down, up } = effect.rate ?? { down: Number.MAX_VALUE, up: Number.MAX_VALUE };
  return { order: 0, down, up };
}

/** A tariff as one gets it who is at a step of a quota; itself where there is no such step. */
export function stepPlan(service: ServicePlan, mark: QuotaMark): ServicePlan {
  const effect = effectAt(service, mark);
  if (effect === undefined) return service;
  const profile = `${service.profile ?? service.name} (${mark.quota} ${mark.step})`;
  if (effect.type === 'limit') return limited(service, effect, profile);
  const { onSuspend: _suspended, ...rest } = service;
  return effect.type === 'block' ? rest : { ...rest, onSuspend: effect.redirect, profile };
}

function limited(service: ServicePlan, effect: QuotaEffect & { readonly type: 'limit' }, profile: string): ServicePlan {
  const { rate = service.rate, pool = service.pool, addressList } = effect;
  const listed = addressList === undefined ? [] : [{ name: 'Mikrotik-Address-List', value: addressList }];
  const changed = { ...(rate === undefined ? {} : { rate }), ...(pool === undefined ? {} : { pool }) };
  return { ...service, ...changed, attributes: [...service.attributes, ...listed], profile };
}

/** A subscription at a step of a quota. One that is not active for another reason stays as it is. */
export function atStep(subscription: Subscription, mark: QuotaMark): Subscription {
  const effect = effectAt(subscription.service, mark);
  if (effect === undefined || subscription.state !== 'active') return subscription;
  const service = stepPlan(subscription.service, mark);
  if (effect.type === 'limit') return { ...subscription, service };
  return { ...subscription, service, state: 'suspended', reason: quotaReason(mark.quota) };
}

/** Every step of a tariff that is not a block: what routers that let its subscribers in by themselves must know beforehand. */
export function stepPlans(service: ServicePlan): readonly (QuotaMark & { readonly plan: ServicePlan })[] {
  return (service.quotas ?? []).flatMap(({ name, steps }) =>
    steps.flatMap(({ effect }, at) => {
      const mark = { quota: name, step: at + 1 };
      return effect.type === 'block' ? [] : [{ ...mark, plan: stepPlan(service, mark) }];
    }),
  );
}

/** Why somebody is suspended who has used up a quota. */
export function quotaReason(quota: string): string {
  return `${reasonStart}${quota}`;
}

/** The quota somebody is suspended for; `undefined` when it is for something else. */
export function quotaOfReason(reason: string | undefined): string | undefined {
  return reason?.startsWith(reasonStart) === true ? reason.slice(reasonStart.length) : undefined;
}

const reasonStart = 'quota used up: ';

export function effectAt({ quotas }: Pick<ServicePlan, 'quotas'>, { quota, step }: QuotaMark): QuotaEffect | undefined {
  return quotas?.find(({ name }) => name === quota)?.steps[step - 1]?.effect;
}
