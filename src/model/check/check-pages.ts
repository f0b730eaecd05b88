import type { Declared, RouterSpec, ServiceSpec } from '../declarations.ts';
import type { Operator } from '../kinds/operator.ts';
import type { Router } from '../kinds/router.ts';
import type { ServicePlan } from '../kinds/service.ts';
import { portalDoor } from '../portal-door.ts';
import { type Resolving, warning } from '../resolve/resolving.ts';

/**
 * Warns when somebody is to meet a page and no browser can be brought to it: RouterOS translates addresses to addresses, and a
 * browser believes nobody else who answers for https. Said once.
 */
export function checkPages(
  to: Resolving,
  operator: Operator,
  declared: {
    readonly services: ReadonlyMap<string, ServicePlan>;
    readonly routers: ReadonlyMap<string, Router>;
    readonly declaredServices: ReadonlyMap<string, Declared<ServiceSpec>>;
    readonly declaredRouters: ReadonlyMap<string, Declared<RouterSpec>>;
  },
): void {
  if (to.declarations.incomplete.operator || portalDoor(operator) !== undefined) return;
  const message = 'nobody is brought to this page: the portal has no IPv4 address at which it takes plain HTTP';
  const hint = 'portal.listen on an address, without tls: a proxy before it can have the certificate';
  const tell = (place: Declared<unknown> | undefined, path: readonly (string | number)[]): boolean => {
    if (place !== undefined) warning(to, 'LM_NO_PLAIN_PORTAL', message, place, path, hint);
    return place !== undefined;
  };
  for (const { name, onSuspend } of declared.services.values()) {
    const path = ['spec', 'onSuspend', 'redirect', 'site'];
    if (onSuspend?.site !== undefined && tell(declared.declaredServices.get(name), path)) return;
  }
  for (const { name, dhcp } of declared.routers.values()) {
    const index = dhcp.findIndex(({ unknownClients }) => unknownClients?.redirect !== undefined);
    const path = ['spec', 'dhcp', index, 'unknownClients', 'redirect', 'site'];
    if (index !== -1 && tell(declared.declaredRouters.get(name), path)) return;
  }
}
