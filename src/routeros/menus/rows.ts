import type { Hotspot, Model, Router, ServicePlan, Subscription } from '../../model/model.ts';
import type { Row, Value } from '../../reconcile/target.ts';
import { wordSet } from '../canonical.ts';

/** A row of a settings menu, owned by the router's own declaration. */
export function settingsRow(menu: string, router: Router, fields: Readonly<Record<string, Value>>): Row {
  return { menu, identity: '', owner: `Router/${router.name}`, source: router.origin, fields };
}

/** The owner of one of several rows that a router's declaration makes. Markers end at a space, so parts hold none. */
export function ownerOf(router: Router, part: string, name: string): string {
  return `Router/${router.name}#${part}-${encodeURIComponent(name)}`;
}

/** The owner of the one row that a subscription has in a menu. */
export function ownerOfSubscription({ id }: Pick<Subscription, 'id'>): string {
  return `Subscriber/${id.replace('/', '#')}`;
}

/** The owner of the row for one device of a subscription, on one server where it has a row for each. */
export function ownerOfDevice({ id }: Pick<Subscription, 'id'>, mac: string, server?: string): string {
  const [subscriber = '', service] = id.split('/');
  const parts = [service, mac.replaceAll(':', '-'), server].filter((part) => part !== undefined);
  return `Subscriber/${subscriber}#${parts.map(encodeURIComponent).join(':')}`;
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
export function addressListsOf({ attributes }: Pick<ServicePlan, 'attributes'>): string {
  const lists = attributes.filter(({ name }) => name === 'Mikrotik-Address-List').map(({ value }) => String(value));
  return wordSet(lists.join(','));
}

/** RouterOS's name of a hotspot's profile: its own, but for the one that RouterOS has from the factory. */
export function hotspotProfileName({ name }: Pick<Hotspot, 'name'>): string {
  return name === 'default' ? `${name} (hotspot)` : name;
}

/** RouterOS's name of the profile that our PPPoE servers hand to sessions which bring none of their own. */
export const baseProfileName = 'lastmile';

/** Profiles that RouterOS has from the factory, or that we make for ourselves. */
const takenProfiles = new Set([baseProfileName, 'default', 'default-encryption']);

/** RouterOS's name of a tariff's profile: its own, but for names that are taken, which get what no service can be called. */
export function profileName({ name }: Pick<ServicePlan, 'name'>): string {
  return takenProfiles.has(name) ? `${name} (service)` : name;
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
  return service.routers?.includes(router.name) === true && (service.auth ?? router.auth) === 'local';
}
