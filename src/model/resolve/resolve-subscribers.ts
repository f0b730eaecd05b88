import { compact } from '../../base/compact.ts';
import type { AddressSpace } from '../address-space.ts';
import type { Declared, SubscriberSpec } from '../declarations.ts';
import type { Router } from '../kinds/router.ts';
import type { ServicePlan } from '../kinds/service.ts';
import type { Subscription } from '../kinds/subscription.ts';
import { checkAsked, checkLocalRows, checkNeeds } from '../login-needs.ts';
import { loginPlaces } from '../login-places.ts';
import type { Owners } from '../owners.ts';
import { concerned, resolveAddress } from '../subscriber-address.ts';
import { type Devices, resolveMacs } from '../subscriber-devices.ts';
import { checkHash } from '../subscriber-hash.ts';
import { checkLock, resolveLock } from '../subscriber-lock.ts';
import { type EntryPart, resolveLogin } from '../subscriber-login.ts';
import { resolveNetworks } from '../subscriber-networks.ts';
import { checkedAttributes, error, type Resolving, unknownReference, warning } from './resolving.ts';

type Declaration = Declared<SubscriberSpec>;
type Entry = Pick<SubscriberSpec, (typeof inline)[number]>;
type Steps = readonly (string | number)[];

/** What subscribers are checked against, and one another by way of the two maps that fill up. */
export interface SubscriberContext {
  readonly services: ReadonlyMap<string, ServicePlan>;
  readonly routers: ReadonlyMap<string, Router>;
  readonly spaces: ReadonlyMap<string, AddressSpace>;
  readonly foreignNas: boolean;
  /** Is EAP declared? */
  readonly eap: boolean;
  /** Routers and RADIUS clients by name. */
  readonly nasNames: ReadonlyMap<string, unknown>;
  readonly readTime: (text: string) => number | undefined;
  readonly usernames: Owners<string>;
  readonly addresses: Owners<number>;
  /** Fixed IPv6 prefixes and networks behind subscribers, in their one spelling. */
  readonly networks: Owners<string>;
  readonly devices: Devices;
  /** What was looked at for whether any router asks about it. */
  readonly asked: Set<string>;
}

const inline = [
  ...([
    'service',
    'since',
    'username',
    'password',
    'ntHash',
    'router',
    'auth',
    'address',
    'ipv6',
    'routes',
    'mac',
  ] as const),
  ...(['lock', 'attributes'] as const),
] as const;

/** One subscription per service of a subscriber; those that break a rule are reported and left out. */
export function resolveSubscriber(
  to: Resolving,
  declared: Declaration,
  context: SubscriberContext,
): readonly Subscription[] {
  const { spec } = declared;
  const expires = expiry(to, declared, context);
  if (spec.services === undefined) return resolveEntry(to, declared, spec, undefined, expires, context);

  const both = inline.find((field) => field in spec);
  if (both !== undefined) {
    const message = `"${both}" and "services" exclude each other`;
    error(
      to,
      'LM_SERVICE_AND_SERVICES',
      message,
      declared,
      ['spec', both],
      `move "${both}" into the entries of services`,
    );
    return [];
  }
  const names = new Set<string>();
  return spec.services.flatMap((entry, index) => {
    if (names.has(entry.name)) {
      error(to, 'LM_DUPLICATE_ENTRY', `"${entry.name}" stands twice in this list`, declared, [
        'spec',
        'services',
        index,
        'name',
      ]);
      return [];
    }
    names.add(entry.name);
    return resolveEntry(to, declared, entry, { name: entry.name, index }, expires, context);
  });
}

function resolveEntry(
  to: Resolving,
  declared: Declaration,
  entry: Entry,
  part: EntryPart | undefined,
  expires: number | undefined,
  context: SubscriberContext,
): readonly Subscription[] {
  const path = part === undefined ? ['spec'] : ['spec', 'services', part.index];
  const { service, router } = references(to, declared, entry, path, context);
  const login = resolveLogin(to, declared, entry, part, path, service, context);
  const macs = resolveMacs(to, declared, entry.mac ?? [], [...path, 'mac'], context.devices);
  const field = part === undefined ? 'attributes' : `services.${part.name}.attributes`;
  const attributes = checkedAttributes(to, entry.attributes, declared, [...path, 'attributes'], field);
  if (service === undefined || login === undefined || (entry.router !== undefined && router === undefined)) return [];
  const { mac = [], address } = entry;
  const question = { service, router, path: part === undefined ? [] : path, mac, login, address, eap: context.eap };
  if (!checkNeeds(to, declared, question)) return [];

  const places = loginPlaces(to, declared, { router, auth: entry.auth, service, path, context });
  const reach = concerned(router, service, context);
  if (places.radius && reach !== undefined) checkAsked(to, declared, question, reach, context);
  checkLocalRows(to, declared, question, places.localOn, context);
  checkEffect(to, declared, entry, service, places, path);
  const lock = resolveLock(to, declared, entry.lock, [...path, 'lock'], context.nasNames);
  const { passwordHash } = login;
  if (passwordHash !== undefined) checkHash(to, declared, passwordHash, { service, router, places, path }, context);
  if (lock !== undefined) checkLock(to, declared, places, [...path, 'lock']);
  const { spec } = declared;
  return [
    compact({
      id: part === undefined ? declared.name : `${declared.name}/${part.name}`,
      subscriber: declared.name,
      firstName: declared.previousNames[0],
      labels: declared.labels,
      service,
      ...login,
      macs,
      ...places,
      lock,
      address: resolveAddress(to, declared, address, [...path, 'address'], reach, service, context),
      ...resolveNetworks(to, declared, { entry, service, login, places, path }, context),
      attributes,
      state: spec.state ?? 'active',
      reason: spec.reason,
      expires,
      since: sinceOf(to, declared, entry.since, [...path, 'since'], context),
      origin: declared.origin,
    }),
  ];
}

/** The service and the router an entry names; `undefined` for what is not there, which is reported. */
function references(
  to: Resolving,
  declared: Declaration,
  entry: Entry,
  path: Steps,
  { services, routers }: SubscriberContext,
): { readonly service: ServicePlan | undefined; readonly router: Router | undefined } {
  const service = entry.service === undefined ? undefined : services.get(entry.service);
  const router = entry.router === undefined ? undefined : routers.get(entry.router);
  if (entry.service === undefined) {
    const message = `"service" of the subscriber "${declared.name}" is missing`;
    error(to, 'LM_MISSING_KEY', message, declared, [], 'neither the item nor the defaults of its list say it');
  } else if (service === undefined) {
    const from = { from: declared, path: [...path, 'service'] };
    unknownReference(to, { what: 'Service', name: entry.service, ...from }, services);
  }
  if (entry.router !== undefined && router === undefined) {
    const from = { from: declared, path: [...path, 'router'] };
    unknownReference(to, { what: 'Router', name: entry.router, ...from }, routers);
  }
  return { service, router };
}

/** What is declared of somebody whom a router lets in by itself, and cannot be so there. */
function checkEffect(
  to: Resolving,
  declared: Declaration,
  { mac = [], address, attributes = [], username }: Entry,
  { access }: ServicePlan,
  { localOn, radius, fallback = false }: Pick<Subscription, 'localOn' | 'radius' | 'fallback'>,
  path: Steps,
): void {
  if (localOn.length > 0 && address !== undefined && access.every((way) => way === 'wireless')) {
    const message = `a router that lets "${declared.name}" in by itself gives it no address: an access list, be it of the driver wifi or wireless, has none`;
    const [told, code] = fallback
      ? ([warning, 'LM_NO_EFFECT_LOCALLY'] as const)
      : ([error, 'LM_NOT_POSSIBLE'] as const);
    told(to, code, message, declared, [...path, 'address'], 'access: [wireless, dhcp] of the service: a lease has it');
  }
  if (localOn.length > 0 && address !== undefined && mac.length > 1 && access.includes('dhcp')) {
    const message = `"${declared.name}" has ${mac.length} devices and one fixed address: a lease belongs to one device`;
    const hint = 'one entry of services per device, or no address';
    error(to, 'LM_ADDRESS_OF_SEVERAL', message, declared, [...path, 'address'], hint);
  }
  if (attributes.length > 0 && !radius) {
    const whose = username ?? declared.name;
    const message = `no RADIUS answer carries the attributes of "${whose}": the router lets it in by itself`;
    const hint = 'those of its service reach local profiles as far as the router knows them';
    warning(to, 'LM_NO_EFFECT_LOCALLY', message, declared, [...path, 'attributes'], hint);
  }
}

/** A day is its first moment. */
function sinceOf(
  to: Resolving,
  declared: Declaration,
  text: string | undefined,
  path: Steps,
  { readTime }: SubscriberContext,
): number | undefined {
  if (text === undefined) return undefined;
  const time = readTime(text.length === 10 ? `${text}T00:00` : text);
  if (time === undefined) error(to, 'LM_TIME', `"${text}" is no time of the calendar`, declared, path);
  return time;
}

function expiry(to: Resolving, declared: Declaration, { readTime }: SubscriberContext): number | undefined {
  const text = declared.spec.expires;
  if (text === undefined) return undefined;
  const time = readTime(text);
  if (time === undefined) error(to, 'LM_TIME', `"${text}" is no time of the calendar`, declared, ['spec', 'expires']);
  return time;
}
