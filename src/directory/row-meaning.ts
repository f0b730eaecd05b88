import { compact } from '../base/compact.ts';
import { Secret } from '../base/secret.ts';
import { parseRate } from '../base/units.ts';
import { hoursOf } from '../model/hours.ts';
import type { AccessRules } from '../model/kinds/access-rules.ts';
import type { NasSigning, RedirectRecipe, VendorProfile } from '../model/kinds/radius.ts';
import type { AccessKind } from '../model/kinds/service.ts';
import type { Row, Value } from '../reconcile/row.ts';
import type { Ipv6Limits, Login, LoginLimits, Nas, PortalAccess } from './reader.ts';

type StoredFields = Pick<Row, 'identity' | 'fields'>;

/** The login, or device, that a row stands for. A row of an earlier version lacks fields: they mean what they meant then. */
export function loginOf({ identity, fields }: StoredFields): Login {
  const access = text(fields['access']);
  const suspended = text(fields['suspended']);
  const { passphrase, 'password-hash': passwordHash } = fields;
  const limits = limitsOf(fields);
  return compact({
    username: identity,
    subscriber: text(fields['subscriber']) ?? '',
    service: text(fields['service']) ?? '',
    access: access?.split(',').filter(isAccessKind),
    password: secret(fields['password']),
    passwordHash: passwordHash instanceof Secret ? passwordHash : undefined,
    state: stateOf(text(fields['state'])),
    reason: text(fields['reason']),
    expires: time(fields['expires']),
    graceFrom: time(fields['grace-from']),
    radius: fields['radius'] === 'yes',
    fallback: fields['fallback'] === 'yes' ? true : undefined,
    limits,
    whileSuspended: suspended === undefined ? undefined : whileSuspended(limits, suspended),
    passphrase: passphrase instanceof Secret ? passphrase : undefined,
  });
}

/** A login as it is served now: of somebody suspended who meets a page, what is granted for that. */
export function servedLogin(login: Login): Login {
  const { whileSuspended, expires: _over, ...rest } = login;
  return login.state === 'suspended' && whileSuspended !== undefined ? { ...rest, limits: whileSuspended } : login;
}

/** The portal site that a row stands for. */
export function portalOf({ identity, fields }: StoredFields): PortalAccess {
  const service = text(fields['click-through']);
  const hotspots = text(fields['hotspots']);
  return {
    site: identity,
    key: secret(fields['key']),
    nas: text(fields['nas'])?.split(',') ?? [],
    ...(hotspots === undefined ? {} : { hotspots: hotspotsOf(hotspots) }),
    ...(service === undefined ? {} : { clickThrough: { service, limits: limitsOf(fields) } }),
  };
}

/** The NAS that a row stands for. */
export function nasOf({ identity, fields }: StoredFields): Nas {
  const nasIdentifier = text(fields['nas-identifier']);
  const router = text(fields['router']);
  const redirect = recipeOf(text(fields['redirect']));
  const radsec = text(fields['radsec']);
  const macPasswords = fields['mac-passwords'];
  const unknownClients = text(fields['unknown-clients']);
  return {
    name: identity,
    clientAddress: text(fields['client-address']) ?? '',
    ...(nasIdentifier === undefined ? {} : { nasIdentifier }),
    secret: secret(fields['secret']),
    profile: profileOf(text(fields['profile'])),
    ...signingOf(fields),
    coaPort: number(fields['coa-port']) ?? 3799,
    ...(fields['swap-octets'] === 'yes' ? { swapOctets: true } : {}),
    ...(redirect === undefined ? {} : { redirect }),
    ...(router === undefined ? {} : { router }),
    ...(radsec === undefined ? {} : { radsec: radsec === 'ca' ? {} : { fingerprint: radsec } }),
    ...(macPasswords instanceof Secret ? { macPasswords: macPasswordsOf(macPasswords) } : {}),
    ...(unknownClients === undefined ? {} : { unknownClients: unknownClientsOf(unknownClients) }),
  };
}

/** What the fields of a row grant. */
export function limitsOf(fields: Row['fields']): LoginLimits {
  const rateLimit = text(fields['rate']);
  const ipv6 = text(fields['ipv6']);
  const hours = text(fields['hours']);
  const rules = text(fields['rules']);
  return compact({
    ...rateOf(rateLimit),
    sessionTimeoutSeconds: number(fields['session-timeout']),
    idleTimeoutSeconds: number(fields['idle-timeout']),
    interimSeconds: number(fields['interim']) ?? 120,
    hours: hours === undefined ? undefined : hoursOf(hours),
    rules: rules === undefined ? undefined : (JSON.parse(rules) as AccessRules),
    address: text(fields['address']),
    pool: text(fields['pool']),
    sessions: number(fields['session-max']),
    addressLists: text(fields['lists'])?.split(','),
    ipv6: ipv6 === undefined ? undefined : (JSON.parse(ipv6) as Ipv6Limits),
    routes: text(fields['routes'])?.split(', '),
    attributes: [...attributesOf(text(fields['attributes'])), ...secretAttributesOf(fields['secret-attributes'])],
  });
}

function rateOf(rateLimit: string | undefined): Pick<LoginLimits, 'rateLimit' | 'rate'> {
  if (rateLimit === undefined) return {};
  const [up, down] = (rateLimit.split(' ')[0] ?? '').split('/').map(parseRate);
  return { rateLimit, ...(up === undefined || down === undefined ? {} : { rate: { up, down } }) };
}

/** What is left to somebody suspended of what he has: his address, on the list, as slow as it is said. */
function whileSuspended(limits: LoginLimits, json: string): LoginLimits {
  const { list, rate, url } = JSON.parse(json) as {
    readonly list: string;
    readonly rate?: string;
    readonly url?: string;
  };
  const { sessionTimeoutSeconds, idleTimeoutSeconds, interimSeconds, address, pool, sessions } = limits;
  const kept = compact({ sessionTimeoutSeconds, idleTimeoutSeconds, interimSeconds, address, pool, sessions });
  return { ...kept, ...rateOf(rate), addressLists: [list], page: compact({ list, url }), attributes: [] };
}

function attributesOf(json: string | undefined): LoginLimits['attributes'] {
  if (json === undefined) return [];
  const pairs = JSON.parse(json) as readonly (readonly [string, string | number])[];
  return pairs.map(([name, value]) => ({ name, value }));
}

function secretAttributesOf(joined: Value | undefined): LoginLimits['attributes'] {
  if (!(joined instanceof Secret)) return [];
  return attributesOf(joined.reveal()).map(({ name, value }) => ({ name, value: new Secret(String(value)) }));
}

function macPasswordsOf(joined: Secret): NonNullable<Nas['macPasswords']> {
  const [words, secrets] = JSON.parse(joined.reveal()) as readonly [[string, 'mac' | 'none'][], [string, string][]];
  const found = new Map<string, Secret | 'mac' | 'none'>(words);
  for (const [hotspot, each] of secrets) found.set(hotspot, new Secret(each));
  return found;
}

function hotspotsOf(json: string): NonNullable<PortalAccess['hotspots']> {
  return new Map(JSON.parse(json) as readonly (readonly [string, readonly string[]])[]);
}

function unknownClientsOf(json: string): NonNullable<Nas['unknownClients']> {
  const entries = JSON.parse(json) as readonly (readonly [string, Row['fields']])[];
  return new Map(entries.map(([server, fields]) => [server, limitsOf(fields)]));
}

function isAccessKind(word: string): word is AccessKind {
  return word === 'pppoe' || word === 'hotspot' || word === 'dhcp' || word === 'wireless';
}

function signingOf(fields: Row['fields']): NasSigning & Pick<Nas, 'timeoutMs'> {
  const policy = fields['message-authenticator'];
  const timeoutMs = number(fields['timeout']);
  return {
    messageAuthenticator: policy === 'off' || policy === 'learn' ? policy : 'require',
    ...(fields['limit-proxy-state'] === 'unsafe-off' ? { limitProxyState: 'unsafe-off' } : {}),
    ...(fields['send-message-authenticator'] === 'when-asked' ? { sendMessageAuthenticator: 'when-asked' } : {}),
    ...(fields['status-server'] === 'no' ? { statusServer: false } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

function profileOf(word: string | undefined): VendorProfile {
  return word === 'generic' || word === 'omada' ? word : 'mikrotik';
}

function recipeOf(word: string | undefined): RedirectRecipe | undefined {
  return word === 'filter' || word === 'url' || word === 'cisco' ? word : undefined;
}

function stateOf(word: string | undefined): Login['state'] {
  return word === 'suspended' || word === 'disabled' ? word : 'active';
}

function time(value: Value | undefined): number | undefined {
  const iso = text(value);
  return iso === undefined ? undefined : Date.parse(iso);
}

function text(value: Value | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: Value | undefined): number | undefined {
  const digits = text(value);
  return digits === undefined ? undefined : Number(digits);
}

function secret(value: Value | undefined): Secret {
  return value instanceof Secret ? value : new Secret('');
}
