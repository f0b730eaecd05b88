import type { Hotspot, Router } from '../../model/kinds/router.ts';
import type { AccessKind, ServicePlan } from '../../model/kinds/service.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import type { Model } from '../../model/model.ts';
import { stepPlans } from '../../model/quota.ts';
import { listsOfService } from '../../model/service-lists.ts';
import type { Row, Value } from '../../reconcile/row.ts';
import { wordSet } from '../canonical.ts';

/** A row of a settings menu, owned by the router's own declaration. */
export function settingsRow(menu: string, router: Router, fields: Readonly<Record<string, Value>>): Row {
  return { menu, identity: '', owner: `Router/${router.name}`, source: router.origin, fields };
}

/** The owner of one of several rows that a router's declaration makes. Markers end at a space, so parts hold none. */
export function ownerOf(router: Router, part: string, ...names: readonly string[]): string {
  return `Router/${router.name}#${part}-${names.map(encodeURIComponent).join(':')}`;
}

/** What ends the owner of a row that waits, disabled, for a router without us. No name has a `~`. */
export const fallbackMark = '~fallback';

type Owning = Pick<Subscription, 'id' | 'fallback' | 'state' | 'service'>;

/** The owner of the one row that a subscription has in a menu. */
export function ownerOfSubscription(subscription: Owning): string {
  const [subscriber = '', service = ''] = subscription.id.split('/');
  const part = `${service}${markOf(subscription)}`;
  return part === '' ? `Subscriber/${subscriber}` : `Subscriber/${subscriber}#${part}`;
}

/** The owner of the row for one device of a subscription, on one server where it has a row for each. */
export function ownerOfDevice(subscription: Owning, mac: string, server?: string): string {
  const [subscriber = '', service] = subscription.id.split('/');
  const parts = [service, mac.replaceAll(':', '-'), server].filter((part) => part !== undefined);
  return `Subscriber/${subscriber}#${parts.map(encodeURIComponent).join(':')}${markOf(subscription)}`;
}

/** Only rows that would let somebody in are enabled by the router itself: who is shut out stays so. */
function markOf(subscription: Owning): string {
  return subscription.fallback === true && mayComeIn(subscription) ? fallbackMark : '';
}

/** Is this owner that of a row which waits for a router without us? */
export function isFallback(owner: string | undefined): boolean {
  return owner?.endsWith(fallbackMark) === true;
}

/** Does a local row let this subscription in, were it not for `fallback`: as one who pays, or to meet a page? */
export function mayComeIn(subscription: Pick<Subscription, 'state' | 'service'>): boolean {
  return subscription.state === 'active' || meetsPage(subscription);
}

/** Suspended, yet online to be told so. */
export function meetsPage({ state, service }: Pick<Subscription, 'state' | 'service'>): boolean {
  return state === 'suspended' && service.onSuspend !== undefined;
}

/** `disabled` of the row that lets this subscription in. */
export function disabledOf(subscription: Owning): 'yes' | 'no' {
  return mayComeIn(subscription) && subscription.fallback !== true ? 'no' : 'yes';
}

/** The fixed address belongs to the first device: two cannot have it. */
export function addressOfDevice({ macs, address }: Subscription, mac: string): string | undefined {
  return macs[0] === mac ? address : undefined;
}

/** The identity of a row by several fields, of which some may be empty. */
export function rowIdentity(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

/** Address lists that clients of a tariff are put on. */
export function addressListsOf(service: ServicePlan): string {
  return wordSet(listsOfService(service).join(','));
}

/** RouterOS's name of a hotspot's profile: its own, but for the one that RouterOS has from the factory. */
export function hotspotProfileName({ name, profile }: Pick<Hotspot, 'name' | 'profile'>): string {
  if (profile !== undefined) return profile;
  return name === 'default' ? `${name} (hotspot)` : name;
}

/** RouterOS's name of the profile that our PPPoE servers hand to sessions which bring none of their own. */
export const baseProfileName = 'lastmile';

/** Profiles that RouterOS has from the factory, or that we make for ourselves. */
const takenProfiles = new Set([baseProfileName, 'default', 'default-encryption']);

/** RouterOS's name of a tariff's profile: its own, but for names that are taken, which get what no service can be called. */
export function profileName({ name, profile }: Pick<ServicePlan, 'name' | 'profile'>): string {
  return profile ?? (takenProfiles.has(name) ? `${name} (service)` : name);
}

/** RouterOS's names that its profile had while the tariff was called otherwise. */
export function earlierProfileNames({ previousNames = [], profile }: ServicePlan): readonly string[] {
  return profile === undefined ? previousNames.map((name) => profileName({ name })) : [];
}

/** RouterOS's name of the profile of those whom a tariff has suspended and who meet a page. */
export function suspendedProfileName(service: Pick<ServicePlan, 'name' | 'profile'>): string {
  return suspendedName(profileName(service));
}

/** The same, of the name of the tariff's own profile. */
export function suspendedName(profile: string): string {
  return `${profile} (suspended)`;
}

/** RouterOS's name of the profile that a subscription has now. */
export function profileNameFor(subscription: Pick<Subscription, 'state' | 'service'>): string {
  const { service } = subscription;
  return meetsPage(subscription) ? suspendedProfileName(service) : profileName(service);
}

/** A tariff as one gets it who is suspended and meets a page: on the list of the suspended alone, slowly, without IPv6. */
export function suspendedPlan(service: ServicePlan): ServicePlan | undefined {
  const { onSuspend, connections: _connections, ipv6: _ipv6, ...rest } = service;
  if (onSuspend === undefined) return undefined;
  const { addressList, rate = service.rate } = onSuspend;
  const attributes = [{ name: 'Mikrotik-Address-List', value: addressList }];
  return { ...rest, attributes, ...(rate === undefined ? {} : { rate }) };
}

/** Profiles of a tariff's quotas, a step each: they are there before anybody needs them. */
export function stepProfiles(
  service: ServicePlan,
): readonly { readonly plan: ServicePlan; readonly name: string; readonly owner: string }[] {
  return stepPlans(service).map(({ quota, step, plan }) => {
    const owner = `Service/${service.name}#${quota}-${step}`;
    const suspended = suspendedPlan(plan);
    const kept = suspended !== undefined && plan.onSuspend !== service.onSuspend;
    return kept
      ? { plan: suspended, name: suspendedProfileName(plan), owner }
      : { plan, name: profileName(plan), owner };
  });
}

/** Is the router told to ask us by RADIUS for this service of its own? */
export function usesRadius(model: Model, router: Router, service: string): boolean {
  return router.radius?.services.includes(service) === true && model.operator.radius.servers.length > 0;
}

/** Subscriptions that have a local row on this router. */
export function localSubscriptions(model: Model, router: Router): readonly Subscription[] {
  return model.subscriptions.filter((each) => each.localOn.includes(router.name));
}

/** Tariffs that need a profile on this router: those sold here locally, with or without subscribers yet. */
export function localServices(model: Model, router: Router): readonly ServicePlan[] {
  const used = new Set(localSubscriptions(model, router).map((each) => each.service.name));
  return model.services.filter((service) => used.has(service.name) || offeredLocally(service, router));
}

function offeredLocally(service: ServicePlan, router: Router): boolean {
  return service.routers?.includes(router.name) === true && (service.auth ?? router.auth) !== 'radius';
}

/** RouterOS's word for what asks RADIUS, by the way a client comes in. */
const radiusWords: Readonly<Record<AccessKind, string>> = {
  pppoe: 'ppp',
  hotspot: 'hotspot',
  dhcp: 'dhcp',
  wireless: 'wireless',
};

/** Tariffs whose clients may be online at this router: by a local row, or by RADIUS where it is offered. */
export function servicesAt(model: Model, router: Router): readonly ServicePlan[] {
  const local = new Set(localServices(model, router));
  return model.services.filter((service) => local.has(service) || offeredByRadius(model, service, router));
}

function offeredByRadius(model: Model, service: ServicePlan, router: Router): boolean {
  if ((service.auth ?? router.auth) === 'local' || service.routers?.includes(router.name) === false) return false;
  return service.access.some((kind) => usesRadius(model, router, radiusWords[kind]));
}
