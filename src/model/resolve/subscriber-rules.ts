import { checkPoolsUsed, checkRoutersUsed } from '../check/check-routers.ts';
import type { Declared, RouterSpec, ServiceSpec } from '../declarations.ts';
import type { Operator } from '../kinds/operator.ts';
import type { Router } from '../kinds/router.ts';
import type { ServicePlan } from '../kinds/service.ts';
import type { LocalGroups } from '../local-groups.ts';
import { checkLocalLimits } from '../local-limits.ts';
import { checkProfiles } from '../service-limits.ts';
import { type DeviceBook, sayRandom, sayUnused } from '../subscriber-devices.ts';
import type { SubscriberContext } from './resolve-subscribers.ts';
import type { Resolving } from './resolving.ts';

/** What is declared besides subscribers, for rules about all of them together. */
export interface SubscriberRules {
  readonly operator: Operator;
  readonly routers: ReadonlyMap<string, Router>;
  readonly declaredRouters: ReadonlyMap<string, Declared<RouterSpec>>;
  readonly services: ReadonlyMap<string, ServicePlan>;
  readonly declaredServices: ReadonlyMap<string, Declared<ServiceSpec>>;
}

/** Rules about all subscribers together, as far as notes tell: none of them looks at each. */
export function checkTogether(
  to: Resolving,
  { operator, routers, declaredRouters, services, declaredServices }: SubscriberRules,
  { notes: { groups, devices }, random }: Noted,
): void {
  sayRandom(to, random);
  sayUnused(to, devices);
  checkRoutersUsed(to, operator, groups, routers, declaredRouters);
  checkPoolsUsed(to, groups, routers, declaredServices);
  checkProfiles(to, [...services.values()], declaredServices, groups);
  checkLocalLimits(to, groups, declaredServices);
}

interface Noted {
  readonly notes: { readonly groups: LocalGroups; readonly devices: DeviceBook };
  readonly random: SubscriberContext['devices']['random'];
}
