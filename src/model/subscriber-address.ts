import { type AddressSpace, canonicalIpv4, placeOfAddress } from './address-space.ts';
import type { Declared, SubscriberSpec } from './declarations.ts';
import { contains } from './ipv4.ts';
import type { Router } from './kinds/router.ts';
import type { ServicePlan } from './kinds/service.ts';
import type { Owners } from './owners.ts';
import { error, placeOf, type Resolving, warning } from './resolve/resolving.ts';

type Declaration = Declared<SubscriberSpec>;
type Steps = readonly (string | number)[];

/** What addresses are checked against, and one another by way of the map that fills up. */
export interface AddressContext {
  readonly routers: ReadonlyMap<string, Router>;
  readonly spaces: ReadonlyMap<string, AddressSpace>;
  readonly foreignNas: boolean;
  readonly addresses: Owners<number>;
}

/** The routers a subscriber may come in on; `undefined` when the rules cannot know. */
export function concerned(
  router: Router | undefined,
  service: ServicePlan,
  context: AddressContext,
): readonly string[] | undefined {
  if (router !== undefined) return [router.name];
  if (service.routers !== undefined) return service.routers;
  return context.foreignNas ? undefined : [...context.routers.keys()];
}

/** A fixed address in its one spelling; what is none, taken, or outside the pools is reported. */
export function resolveAddress(
  to: Resolving,
  declared: Declaration,
  text: string | undefined,
  path: Steps,
  routers: readonly string[] | undefined,
  { access }: ServicePlan,
  context: AddressContext,
): string | undefined {
  if (text === undefined) return undefined;
  const found = canonicalIpv4(text);
  if (found === undefined) {
    error(to, 'LM_ADDRESS', `"${text}" is no IPv4 address`, declared, path);
    return undefined;
  }
  const first = context.addresses.get(found.value);
  if (first === undefined) context.addresses.set(found.value, declared);
  else
    error(
      to,
      'LM_DUPLICATE_ADDRESS',
      `the address ${text} belongs to "${first.name}", at ${placeOf(first)}`,
      declared,
      path,
    );
  if (routers !== undefined) {
    checkPlace(to, declared, found, path, routers, context);
    if (access.every((kind) => kind === 'dhcp')) checkNetwork(to, declared, found, path, routers, context);
  }
  return found.text;
}

/** DHCP tells a client its gateway by the network its address lies in. */
function checkNetwork(
  to: Resolving,
  declared: Declaration,
  { text, value }: { readonly text: string; readonly value: number },
  path: Steps,
  routers: readonly string[],
  { spaces }: AddressContext,
): void {
  const networks = routers.flatMap((name) => spaces.get(name)?.networks ?? []);
  if (networks.length === 0 || contains(networks, value)) return;
  const message = `${text} lies in no DHCP network of its routers: "${declared.name}" will be told no gateway`;
  warning(to, 'LM_ADDRESS_OUTSIDE_NETWORK', message, declared, path);
}

function checkPlace(
  to: Resolving,
  declared: Declaration,
  { text, value }: { readonly text: string; readonly value: number },
  path: Steps,
  routers: readonly string[],
  { spaces }: AddressContext,
): void {
  const place = placeOfAddress(
    value,
    routers.flatMap((name) => spaces.get(name) ?? []),
  );
  const where = routers.length === 1 ? `router ${routers[0]}` : `its ${routers.length} routers`;
  if (place === 'dynamic') {
    const hint = 'the router may give it to somebody else; keep fixed addresses in `static`, outside `ranges`';
    warning(to, 'LM_ADDRESS_IN_DYNAMIC_RANGE', `${text} lies in the dynamic ranges of ${where}`, declared, path, hint);
  }
  if (place === 'outside' && !to.declarations.incomplete.router) {
    const hint = 'add it to `static` of a pool there';
    error(to, 'LM_ADDRESS_OUTSIDE_POOLS', `${text} lies outside every pool of ${where}`, declared, path, hint);
  }
}
