import { compact } from '../base/compact.ts';
import type { Secret } from '../base/secret.ts';
import { type AddressSpace, canonicalIpv4, placeOfAddress } from './address-space.ts';
import type { Declared, SubscriberSpec } from './declarations.ts';
import { checkLocalRows, checkNeeds } from './login-needs.ts';
import { loginPlaces } from './login-places.ts';
import type { Router, ServicePlan, Subscription } from './model.ts';
import { checkedAttributes, error, placeOf, type Resolving, unknownReference, warning } from './resolving.ts';
import type { SecretField } from './secret-values.ts';
import { type Devices, resolveMacs } from './subscriber-devices.ts';

type Declaration = Declared<SubscriberSpec>;
type Entry = Pick<SubscriberSpec, (typeof inline)[number]>;

/** What subscribers are checked against, and one another by way of the two maps that fill up. */
export interface SubscriberContext {
  readonly services: ReadonlyMap<string, ServicePlan>;
  readonly routers: ReadonlyMap<string, Router>;
  readonly spaces: ReadonlyMap<string, AddressSpace>;
  readonly foreignNas: boolean;
  readonly readTime: (text: string) => number | undefined;
  readonly usernames: Map<string, Declaration>;
  readonly addresses: Map<number, Declaration>;
  readonly devices: Devices;
}

const inline = ['service', 'username', 'password', 'router', 'auth', 'address', 'mac', 'attributes'] as const;

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
  part: { readonly name: string; readonly index: number } | undefined,
  expires: number | undefined,
  context: SubscriberContext,
): readonly Subscription[] {
  const path = part === undefined ? ['spec'] : ['spec', 'services', part.index];
  const { service: serviceName } = entry;
  if (serviceName === undefined) {
    missingField(to, declared, 'service', 'neither the item nor the defaults of its list say it');
    return [];
  }
  const login = loginOf(to, declared, entry, part, path, context);
  const macs = resolveMacs(to, declared, entry.mac ?? [], [...path, 'mac'], context.devices);
  const service = context.services.get(serviceName);
  const router = entry.router === undefined ? undefined : context.routers.get(entry.router);
  if (service === undefined) {
    unknownReference(
      to,
      { what: 'Service', name: serviceName, from: declared, path: [...path, 'service'] },
      context.services,
    );
  }
  if (entry.router !== undefined && router === undefined) {
    unknownReference(
      to,
      { what: 'Router', name: entry.router, from: declared, path: [...path, 'router'] },
      context.routers,
    );
  }
  const attributes = checkedAttributes(to, entry.attributes, declared, [...path, 'attributes']);
  if (service === undefined || login === undefined || (entry.router !== undefined && router === undefined)) return [];
  const known = { login: login.username !== undefined, mac: (entry.mac ?? []).length > 0 };
  const line = part === undefined ? [] : path;
  if (!checkNeeds(to, declared, service, known, line)) return [];

  const places = loginPlaces(to, declared, { router, auth: entry.auth, service, path, context });
  const keepers = places.localOn.flatMap((name) => context.routers.get(name) ?? []);
  checkLocalRows(to, declared, service, known, keepers, line);
  checkOneDevice(to, declared, entry, service, keepers.length > 0, [...path, 'address']);
  if (attributes.length > 0 && !places.radius) {
    const whose = login.username ?? declared.name;
    const message = `no RADIUS answer carries the attributes of "${whose}": the router lets it in by itself`;
    const hint = 'those of its service reach local profiles as far as the router knows them';
    warning(to, 'LM_NO_EFFECT_LOCALLY', message, declared, [...path, 'attributes'], hint);
  }
  const { spec } = declared;
  return [
    compact({
      id: part === undefined ? declared.name : `${declared.name}/${part.name}`,
      subscriber: declared.name,
      labels: declared.labels,
      service,
      ...login,
      macs,
      ...places,
      address: address(to, declared, entry.address, [...path, 'address'], concerned(router, service, context), context),
      attributes,
      state: spec.state ?? 'active',
      reason: spec.reason,
      expires,
      origin: declared.origin,
    }),
  ];
}

function missingField(to: Resolving, declared: Declaration, field: string, hint: string): void {
  error(to, 'LM_MISSING_KEY', `"${field}" of the subscriber "${declared.name}" is missing`, declared, [], hint);
}

/** Username and password; neither for somebody known by devices; `undefined` when one is there without the other. */
function loginOf(
  to: Resolving,
  declared: Declaration,
  { username, password: field }: Entry,
  part: { readonly name: string; readonly index: number } | undefined,
  path: readonly (string | number)[],
  context: SubscriberContext,
): { readonly username?: string; readonly password?: Secret } | undefined {
  if (username !== undefined) checkUsername(to, declared, username, [...path, 'username'], context);
  if (username === undefined && field === undefined) return {};
  if (username === undefined || field === undefined) {
    const missing = username === undefined ? 'username' : 'password';
    missingField(to, declared, missing, 'a username and a password go together');
    return undefined;
  }
  const password = to.secrets.read(field, secretUse(declared, part));
  checkPassword(to, declared, field, password, [...path, 'password']);
  return { username, password };
}

/** A static lease gives one address to one device. */
function checkOneDevice(
  to: Resolving,
  declared: Declaration,
  { mac = [], address: fixed }: Entry,
  { access }: ServicePlan,
  local: boolean,
  path: readonly (string | number)[],
): void {
  if (!local || fixed === undefined || mac.length < 2 || !access.includes('dhcp')) return;
  const message = `"${declared.name}" has ${mac.length} devices and one fixed address: a lease belongs to one device`;
  error(to, 'LM_ADDRESS_OF_SEVERAL', message, declared, path, 'one entry of services per device, or no address');
}

function secretUse(declared: Declaration, part: { readonly name: string; readonly index: number } | undefined) {
  return {
    place: declared,
    kind: 'Subscriber' as const,
    firstName: declared.previousNames[0] ?? declared.name,
    field: part === undefined ? 'password' : `services.${part.name}.password`,
    path: part === undefined ? ['password'] : ['services', part.index, 'password'],
    symbols: 16 as const,
  };
}

function checkUsername(
  to: Resolving,
  declared: Declaration,
  username: string,
  path: readonly (string | number)[],
  { usernames }: SubscriberContext,
): void {
  // RFC 2865 §5.1: an attribute holds 253 octets.
  if (Buffer.byteLength(username) > 253) error(to, 'LM_TOO_LONG', 'a username has at most 253 octets', declared, path);
  const first = usernames.get(username);
  if (first === undefined) usernames.set(username, declared);
  else
    error(
      to,
      'LM_DUPLICATE_USERNAME',
      `the username "${username}" is taken by "${first.name}", at ${placeOf(first)}`,
      declared,
      path,
    );
}

function checkPassword(
  to: Resolving,
  declared: Declaration,
  field: SecretField,
  password: Secret,
  path: readonly (string | number)[],
): void {
  // RFC 2865 §5.2: User-Password hides 128 octets at most.
  if (typeof field !== 'object' && Buffer.byteLength(field) <= 128) return;
  if (Buffer.byteLength(password.reveal()) > 128)
    error(to, 'LM_TOO_LONG', 'a password has at most 128 octets', declared, path);
}

/** The routers a subscriber may come in on; `undefined` when the rules cannot know. */
function concerned(
  router: Router | undefined,
  service: ServicePlan,
  context: SubscriberContext,
): readonly string[] | undefined {
  if (router !== undefined) return [router.name];
  if (service.routers !== undefined) return service.routers;
  return context.foreignNas ? undefined : [...context.routers.keys()];
}

function address(
  to: Resolving,
  declared: Declaration,
  text: string | undefined,
  path: readonly (string | number)[],
  routers: readonly string[] | undefined,
  context: SubscriberContext,
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
  if (routers !== undefined) checkPlace(to, declared, found, path, routers, context);
  return found.text;
}

function checkPlace(
  to: Resolving,
  declared: Declaration,
  { text, value }: { readonly text: string; readonly value: number },
  path: readonly (string | number)[],
  routers: readonly string[],
  { spaces }: SubscriberContext,
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

function expiry(to: Resolving, declared: Declaration, { readTime }: SubscriberContext): number | undefined {
  const text = declared.spec.expires;
  if (text === undefined) return undefined;
  const time = readTime(text);
  if (time === undefined) error(to, 'LM_TIME', `"${text}" is no time of the calendar`, declared, ['spec', 'expires']);
  return time;
}
