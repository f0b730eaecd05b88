import type { Declared, SubscriberSpec } from './declarations.ts';
import { placeOfFixedAddress } from './fixed-address.ts';
import type { Router } from './kinds/router.ts';
import type { AccessKind, ServicePlan } from './kinds/service.ts';
import { error, type Resolving, warning } from './resolve/resolving.ts';

type Declaration = Declared<SubscriberSpec>;

/** What decides whether a subscriber can use its service. */
export interface NeedsQuestion {
  readonly service: ServicePlan;
  /** Named by the subscriber itself. */
  readonly router: Router | undefined;
  /** As declared, right or wrong. */
  readonly mac: readonly string[];
  readonly login: { readonly username?: string };
  /** Is EAP declared? Then a wireless network takes usernames, too. */
  readonly eap: boolean;
  /** As declared. */
  readonly address: string | undefined;
  /** Where findings are told: empty for the subscriber as a whole. */
  readonly path: readonly (string | number)[];
}

interface NeedsContext {
  readonly routers: ReadonlyMap<string, Router>;
  /** What was looked at for whether any router asks about it. */
  readonly asked: Set<string>;
}

const kindNames: Readonly<Record<AccessKind, string>> = {
  pppoe: 'PPPoE',
  hotspot: 'hotspot',
  dhcp: 'DHCP',
  wireless: 'wireless',
};

/** Reports a subscriber who could use its service in no way, naming the fields that are missing. */
export function checkNeeds(to: Resolving, declared: Declaration, question: NeedsQuestion): boolean {
  if (usableKinds(question).length > 0) return true;
  const { service, path } = question;
  const is = `service "${service.name}" is ${service.access.map((kind) => kindNames[kind]).join(' and ')}`;
  const byEap = service.access.includes('wireless') && question.login.username !== undefined;
  const hint = byEap ? 'a username is for EAP: declare radius.eap of the Operator' : undefined;
  error(to, 'LM_MISSING_KEY', `${neededBy(service.access, declared.name)}: ${is}`, declared, path, hint);
  return false;
}

function neededBy(access: readonly AccessKind[], name: string): string {
  const of = `of the subscriber "${name}"`;
  if (access.every((kind) => kind === 'pppoe')) return `"username" and "password" ${of} are missing`;
  return `${access.every((kind) => kind === 'dhcp' || kind === 'wireless') ? '"mac"' : '"username" or "mac"'} ${of} is missing`;
}

/** Ways of connecting that a service is sold for and a subscriber is known by. */
function usableKinds({ service, login, mac, eap }: NeedsQuestion): readonly AccessKind[] {
  const [byName, byMac] = [login.username !== undefined, mac.length > 0];
  const usable = { pppoe: byName, hotspot: byName || byMac, dhcp: byMac, wireless: byMac || (byName && eap) };
  return service.access.filter((kind) => usable[kind]);
}

/** Reports routers that are to hold a login and have nothing that could use it. */
export function checkLocalRows(
  to: Resolving,
  declared: Declaration,
  question: NeedsQuestion,
  localOn: readonly string[],
  { routers }: NeedsContext,
): void {
  // A router that is without us speaks no EAP.
  const kinds = usableKinds({ ...question, eap: false });
  if (kinds.length === 0 && localOn.length > 0) checkNeeds(to, declared, { ...question, eap: false });
  // Nobody declares the router's radios: it has them, or nobody comes in that way.
  if (kinds.length === 0 || kinds.includes('pppoe') || kinds.includes('wireless')) return;
  const byMacAlone = question.login.username === undefined;
  for (const router of localOn.flatMap((name) => routers.get(name) ?? [])) {
    const lacks = lacking(router, kinds);
    if (lacks !== undefined) {
      const message = `"${declared.name}" is to be kept on "${router.name}", which has no ${lacks}`;
      const code = kinds.includes('hotspot') ? 'LM_NO_HOTSPOT' : 'LM_NO_DHCP_SERVER';
      error(to, code, message, declared, question.path, 'another router, or declare it there');
    } else if (kinds.includes('dhcp') && !hasAddress(question, router)) {
      const message = `the lease of "${declared.name}" on "${router.name}" has no address: no pool is named`;
      const hint = 'address of the subscriber, address.pool of the service, or pool of the one DHCP server there';
      error(to, 'LM_NO_POOL', message, declared, question.path, hint);
    } else if (byMacAlone && !kinds.includes('dhcp') && !router.hotspots.some(({ macAuth }) => macAuth !== undefined)) {
      const message = `"${declared.name}" is known by "mac" alone, and no hotspot of "${router.name}" lets devices in by it`;
      error(to, 'LM_NO_MAC_AUTH', message, declared, question.path, 'macAuth: {} of the hotspot');
    } else if (!kinds.includes('dhcp')) checkFixed(to, declared, question, router);
  }
}

/** Warns of an address that no hotspot of the router gives to its guests: he gets another there. */
function checkFixed(to: Resolving, declared: Declaration, question: NeedsQuestion, router: Router): void {
  const { address, login, mac, path } = question;
  if (address === undefined) return;
  if (placeOfFixedAddress(router, { address, macs: mac, username: login.username }) !== undefined) return;
  const message = `"${declared.name}" gets another address than ${address} at the hotspots of "${router.name}": it is none of theirs`;
  const hint =
    'an address in the network of the DHCP server beside the hotspot, or in its pool; for a username, of every hotspot there';
  warning(
    to,
    'LM_ADDRESS_OUTSIDE_NETWORK',
    message,
    declared,
    [...path, ...(path.length === 0 ? ['spec'] : []), 'address'],
    hint,
  );
}

/** A static lease has an address or takes one from a pool: of the service, else of the only server. */
function hasAddress({ address, service }: NeedsQuestion, { dhcp }: Router): boolean {
  const [only, ...others] = dhcp;
  return address !== undefined || service.pool !== undefined || (others.length === 0 && only?.pool !== undefined);
}

/** What a router would need for any of these ways; `undefined` when it has it. */
function lacking({ hotspots, dhcp }: Router, kinds: readonly AccessKind[]): string | undefined {
  if (kinds.includes('hotspot') && hotspots.length > 0) return undefined;
  if (kinds.includes('dhcp') && dhcp.length > 0) return undefined;
  return kinds.map((kind) => (kind === 'dhcp' ? 'DHCP server' : 'hotspot')).join(' and no ');
}

/**
 * Reports somebody whom RADIUS would let in and no router would ask about: the first of each service, router and way of
 * being known.
 *
 * @param reach names of the routers it may come in on
 */
export function checkAsked(
  to: Resolving,
  declared: Declaration,
  question: NeedsQuestion,
  reach: readonly string[],
  { routers, asked }: NeedsContext,
): void {
  const kinds = usableKinds(question);
  if (kinds.includes('pppoe') || to.declarations.incomplete.router) return;
  const { service, router, login, path } = question;
  const byName = login.username !== undefined;
  const key = `${service.name}\0${router?.name ?? ''}\0${kinds.join()}${byName}`;
  if (asked.has(key)) return;
  asked.add(key);
  const candidates = reach.flatMap((name) => routers.get(name) ?? []);
  if (candidates.some((each) => kinds.some((kind) => asks(each, kind, byName)))) return;
  const who = kinds.map((kind) => asker(kind, byName)).join(' or ');
  const message = `"${declared.name}" can get in nowhere: no router has ${who} that asks RADIUS`;
  const hint = kinds.includes('wireless')
    ? 'add wireless to radius.services of a router'
    : 'declare it on a router, or auth: local with a router that keeps it';
  warning(to, 'LM_NOBODY_ASKS', message, declared, path, hint);
}

function asker(kind: AccessKind, byName: boolean): string {
  if (kind === 'dhcp') return 'a DHCP server';
  if (kind === 'wireless') return 'a wireless network';
  return byName ? 'a hotspot' : 'a hotspot with macAuth';
}

function asks({ radius, hotspots, dhcp }: Router, kind: AccessKind, byName: boolean): boolean {
  if (kind === 'dhcp') return dhcp.some((server) => server.radius);
  if (kind === 'wireless') return radius?.services.includes('wireless') === true;
  if (radius?.services.includes('hotspot') !== true) return false;
  return hotspots.some(({ macAuth }) => byName || macAuth !== undefined);
}
