import type { Model, Router, ServicePlan, Subscription } from '../../model/model.ts';
import type { Row, Value } from '../../reconcile/target.ts';

/** A row of a settings menu, owned by the router's own declaration. */
export function settingsRow(menu: string, router: Router, fields: Readonly<Record<string, Value>>): Row {
  return { menu, identity: '', owner: `Router/${router.name}`, source: router.origin, fields };
}

/** The owner of one of several rows that a router's declaration makes. Markers end at a space, so parts hold none. */
export function ownerOf(router: Router, part: string, name: string): string {
  return `Router/${router.name}#${part}-${encodeURIComponent(name)}`;
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
