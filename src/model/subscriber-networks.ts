import { compact } from '../base/compact.ts';
import type { Declared, SubscriberSpec } from './declarations.ts';
import { parseIpv4, parseIpv4Range } from './ipv4.ts';
import { parseIpv6Prefix } from './ipv6.ts';
import type { ServicePlan } from './kinds/service.ts';
import type { SubscriberRoute, Subscription } from './kinds/subscription.ts';
import type { Owners } from './owners.ts';
import { error, placeOf, type Resolving, warning } from './resolve/resolving.ts';

type Declaration = Declared<SubscriberSpec>;
type Steps = readonly (string | number)[];

/** What decides whether a network can be given to a subscriber. */
interface NetworksQuestion {
  readonly entry: Pick<SubscriberSpec, 'ipv6' | 'routes'>;
  readonly service: ServicePlan;
  readonly login: { readonly username?: string };
  readonly places: Pick<Subscription, 'localOn' | 'fallback' | 'radius'>;
  readonly path: Steps;
}

interface NetworksContext {
  /** Whose a network is, by its one spelling. */
  readonly networks: Owners<string>;
}

/** Fixed IPv6 prefixes of a subscriber and networks behind it; what nobody can give it is reported. */
export function resolveNetworks(
  to: Resolving,
  declared: Declaration,
  question: NetworksQuestion,
  context: NetworksContext,
): Pick<Subscription, 'ipv6' | 'routes'> {
  const { ipv6, routes } = question.entry;
  const { path } = question;
  if (ipv6 !== undefined) checkIpv6(to, declared, question);
  if (routes !== undefined) checkRoutes(to, declared, question);
  const prefix = (field: 'prefix' | 'delegated'): string | undefined =>
    ipv6Prefix(to, declared, ipv6?.[field], [...path, 'ipv6', field], context);
  return compact({
    ipv6: ipv6 === undefined ? undefined : compact({ prefix: prefix('prefix'), delegated: prefix('delegated') }),
    routes: routes?.map((route, index) => subscriberRoute(to, declared, route, [...path, 'routes', index], context)),
  });
}

function checkIpv6(
  to: Resolving,
  declared: Declaration,
  { entry, service, login, places, path }: NetworksQuestion,
): void {
  const at = [...path, 'ipv6'];
  if (!service.access.includes('pppoe') || login.username === undefined) {
    const message = `"${declared.name}" gets no IPv6 prefix: routers give them to PPPoE sessions only`;
    error(to, 'LM_NOT_POSSIBLE', message, declared, at);
    return;
  }
  if (entry.ipv6?.delegated === undefined || places.localOn.length === 0) return;
  // RouterOS: PPP > Secrets has remote-ipv6-prefix, and nothing for what is delegated.
  const message = `a router that lets "${declared.name}" in by itself cannot delegate a fixed prefix`;
  const delegated = [...at, 'delegated'];
  if (places.fallback === true) {
    warning(to, 'LM_NO_EFFECT_LOCALLY', `${message}: while it is without us there is none`, declared, delegated);
  } else {
    const hint = 'auth: radius, or address.ipv6.delegatedPool of the service';
    error(to, 'LM_NOT_POSSIBLE', message, declared, delegated, hint);
  }
}

/** RouterOS: PPP > Secrets, routes; RADIUS, Framed-Route for PPP and DHCP. */
function checkRoutes(to: Resolving, declared: Declaration, { service, login, places, path }: NetworksQuestion): void {
  const at = [...path, 'routes'];
  const byPpp = service.access.includes('pppoe') && login.username !== undefined;
  const byDhcp = service.access.includes('dhcp') && places.radius;
  if (!byPpp && !byDhcp) {
    const local = service.access.includes('dhcp') ? ', and RADIUS for DHCP' : '';
    const message = `"${declared.name}" gets no routes: they come with PPPoE sessions${local}`;
    error(to, 'LM_NOT_POSSIBLE', message, declared, at);
  } else if (!byPpp && places.localOn.length > 0) {
    const message = `a lease on a router has no routes: "${declared.name}" is without them while the router is without us`;
    warning(to, 'LM_NO_EFFECT_LOCALLY', message, declared, at);
  }
}

function ipv6Prefix(
  to: Resolving,
  declared: Declaration,
  text: string | undefined,
  path: Steps,
  context: NetworksContext,
): string | undefined {
  if (text === undefined) return undefined;
  const prefix = parseIpv6Prefix(text);
  if (prefix === undefined) {
    const message = `"${text}" is no IPv6 prefix without host bits`;
    error(to, 'LM_ADDRESS_RANGE', message, declared, path, 'as in 2001:db8:1:2::/64');
    return undefined;
  }
  claim(to, declared, prefix.text, path, context);
  return prefix.text;
}

function subscriberRoute(
  to: Resolving,
  declared: Declaration,
  spec: NonNullable<SubscriberSpec['routes']>[number],
  path: Steps,
  context: NetworksContext,
): SubscriberRoute {
  const route = typeof spec === 'string' ? { destination: spec } : spec;
  const at = (field: string): Steps => (typeof spec === 'string' ? path : [...path, field]);
  const { destination, gateway } = route;
  if (parseIpv4Range(destination) === undefined) {
    const message = `"${destination}" is no IPv4 prefix without host bits`;
    error(to, 'LM_ADDRESS_RANGE', message, declared, at('destination'), 'as in 10.9.0.0/24');
  } else claim(to, declared, destination, at('destination'), context);
  if (gateway !== undefined && parseIpv4(gateway) === undefined)
    error(to, 'LM_ADDRESS', `"${gateway}" is no IPv4 address`, declared, at('gateway'));
  return route;
}

function claim(
  to: Resolving,
  declared: Declaration,
  network: string,
  path: Steps,
  { networks }: NetworksContext,
): void {
  const first = networks.get(network);
  if (first === undefined) networks.set(network, declared);
  else {
    const whose =
      first === declared ? `stands twice in "${declared.name}"` : `belongs to "${first.name}", at ${placeOf(first)}`;
    error(to, 'LM_DUPLICATE_ADDRESS', `the network ${network} ${whose}`, declared, path);
  }
}
