import { compact } from '../base/compact.ts';
import { Secret } from '../base/secret.ts';
import { eachInSteps, finish, type Steps } from '../base/steps.ts';
import { endOfAccess } from '../model/as-of.ts';
import { hoursText } from '../model/hours.ts';
import { someRules } from '../model/kinds/access-rules.ts';
import type { MikrotikBridge, PortalSite } from '../model/kinds/portal-site.ts';
import type { NasRadsec, NasSigning, RadiusClient } from '../model/kinds/radius.ts';
import type { DhcpServer, Hotspot, Router } from '../model/kinds/router.ts';
import type { ExtraAttribute, ServicePlan } from '../model/kinds/service.ts';
import type { SubscriberRoute, Subscription } from '../model/kinds/subscription.ts';
import type { Model } from '../model/model.ts';
import type { Origin } from '../model/origin.ts';
import { rateLimitText } from '../model/rate-limit.ts';
import { connectionList } from '../model/service-lists.ts';
import type { ObservedRow, Row, Value } from '../reconcile/row.ts';
import type { LoginLimits } from './reader.ts';
import { limitsOf } from './row-meaning.ts';

/** What holds for everybody. */
interface Around {
  readonly timezone: string;
  /** Address of the portal's pages. */
  readonly portal: string | undefined;
  /** What was worked out of services before. */
  readonly services: WeakMap<ServicePlan, ServiceFields>;
}

/** A row of the directory: wanted, and, once it is there, observed. One object for both. */
export type DirectoryRow = Row & Pick<ObservedRow, 'ownership'>;

/** Rows of subscriptions that were made before: what did not change is not made again. Filled in place. */
export interface RowMemory {
  around?: Around;
  rows: WeakMap<Subscription, SubscriptionRows>;
}

/** Of its login, then of its devices. Nearly all have a login and no device: that is the row itself. */
type SubscriptionRows = DirectoryRow | readonly DirectoryRow[];

/**
 * The rows of the directory: one `login` per username, one `device` per MAC, one `portal` per site at a MikroTik hotspot,
 * one `nas` per router or RADIUS client. Pure. A NAS comes last, so that nobody is refused as unknown while a large
 * directory is being filled: until then the NAS hears nothing.
 */
export function directoryRows(model: Model, memory?: RowMemory): readonly DirectoryRow[] {
  return finish(directoryRowsInSteps(model, memory));
}

/** The same, with leave to do other things in between. */
export function* directoryRowsInSteps(
  model: Model,
  memory: RowMemory = { rows: new WeakMap() },
): Steps<readonly DirectoryRow[]> {
  const { interimSeconds } = model.operator.accounting;
  const [timezone, portal] = [model.operator.timezone, pagesAt(model)];
  if (memory.around?.timezone !== timezone || memory.around.portal !== portal) {
    memory.around = { timezone, portal, services: new WeakMap() };
    memory.rows = new WeakMap();
  }
  const { around } = memory;
  // Another model, in other surroundings, may ask in between.
  const known = memory.rows;
  const [rows, devices]: [DirectoryRow[], DirectoryRow[]] = [[], []];
  yield* eachInSteps(model.subscriptions, (each) => {
    let made = known.get(each);
    if (made === undefined) {
      made = subscriptionRows(each, around);
      known.set(each, made);
    }
    if (!isSeveral(made)) rows.push(made);
    else for (const row of made) (row.menu === 'login' ? rows : devices).push(row);
  });
  for (const device of devices) rows.push(device);
  rows.push(
    ...model.portalSites.flatMap((each) => portalRow(each, around.timezone)),
    ...model.operator.radius.clients.map(clientRow),
    ...model.routers.flatMap((router) => (router.radius === undefined ? [] : [routerRow(router, interimSeconds)])),
  );
  return rows;
}

/** Of these rows, those of subscribers. */
export function rowsOfSubscribers(rows: readonly DirectoryRow[]): readonly DirectoryRow[] {
  return rows.filter(({ menu }) => menu === 'login' || menu === 'device');
}

function subscriptionRows(subscription: Subscription, around: Around): SubscriptionRows {
  const { username, macs } = subscription;
  const login = username === undefined ? undefined : new SubscriptionRow('login', username, subscription, around);
  if (login !== undefined && macs.length === 0) return login;
  const devices = macs.map((mac) => new SubscriptionRow('device', mac, subscription, around));
  return login === undefined ? devices : [login, ...devices];
}

function isSeveral(rows: SubscriptionRows): rows is readonly DirectoryRow[] {
  return Array.isArray(rows);
}

/**
 * A row that works out what it says of a subscription each time it is asked. Of a hundred thousand rows nearly all are
 * never asked, once they are applied: kept beside the model, what they say would take three times the memory of the model.
 * A class only so that what it works from is no field of it: to others it is a row like any other, copied as such.
 */
class SubscriptionRow implements DirectoryRow {
  readonly menu: 'login' | 'device';
  readonly identity: string;
  readonly ownership = 'ours';
  declare readonly owner: string;
  declare readonly source: Origin;
  declare readonly fields: Row['fields'];
  readonly #subscription: Subscription;
  readonly #around: Around;

  constructor(menu: SubscriptionRow['menu'], identity: string, subscription: Subscription, around: Around) {
    this.menu = menu;
    this.identity = identity;
    this.#subscription = subscription;
    this.#around = around;
    Object.defineProperties(this, SubscriptionRow.#workedOut);
  }

  /** Own and enumerable, or a copy would lack them. */
  static readonly #workedOut: PropertyDescriptorMap & ThisType<SubscriptionRow> = {
    owner: {
      enumerable: true,
      get() {
        return `Subscriber/${this.#subscription.id.replace('/', '#')}`;
      },
    },
    source: {
      enumerable: true,
      get() {
        return this.#subscription.origin;
      },
    },
    fields: {
      enumerable: true,
      get() {
        return (this.menu === 'login' ? loginFields : deviceFields)(this.#subscription, this.#around);
      },
    },
  };
}

function loginFields(subscription: Subscription, around: Around): Row['fields'] {
  return fieldsOf(subscription, subscription.password, around);
}

function deviceFields(subscription: Subscription, around: Around): Row['fields'] {
  const { passphrase, service } = subscription;
  return {
    ...fieldsOf(subscription, undefined, around),
    // Whose it is, whatever he is called now.
    account: subscription.firstName ?? subscription.subscriber,
    ...(service.access.includes('wireless') ? { passphrase: passphrase ?? '' } : {}),
  };
}

function fieldsOf(subscription: Subscription, password: Secret | undefined, around: Around): Row['fields'] {
  const { service, expires } = subscription;
  const { access, sessions, lists, suspended } = ofService(service, around);
  const end = endOfAccess(subscription);
  return present({
    subscriber: subscription.subscriber,
    service: service.name,
    access,
    password,
    'password-hash': password === undefined ? subscription.passwordHash : undefined,
    state: subscription.state,
    reason: subscription.reason,
    expires: end === undefined ? undefined : new Date(end).toISOString(),
    'grace-from': expires === undefined || end === expires ? undefined : new Date(expires).toISOString(),
    radius: subscription.radius ? 'yes' : 'no',
    fallback: subscription.fallback === true ? 'yes' : undefined,
    ...ownLimits(subscription, around),
    'session-max': sessions,
    lists,
    ipv6: ipv6Field(subscription),
    routes: subscription.routes?.map(framedRoute).join(', '),
    suspended,
  });
}

/** What a service grants, but for what of it is a subscriber's own. */
function ownLimits({ service, address, attributes, lock }: Subscription, around: Around): LimitFields {
  if (attributes.length > 0 || lock !== undefined)
    return limitFields(service, around.timezone, { attributes, ...compact({ address, lock }) });
  const { limits } = ofService(service, around);
  return address === undefined ? limits : { ...limits, address, pool: undefined };
}

/** Fields that everybody has who bought a service. */
interface ServiceFields {
  readonly access: string;
  readonly limits: LimitFields;
  readonly sessions: string | undefined;
  readonly lists: string | undefined;
  readonly suspended: string | undefined;
}

function ofService(service: ServicePlan, { timezone, portal, services }: Around): ServiceFields {
  const known = services.get(service);
  if (known !== undefined) return known;
  const fields = {
    access: sortedOnce(service.access).join(','),
    limits: limitFields(service, timezone),
    sessions: toldSessions(service),
    lists: service.connections === undefined ? undefined : connectionList(service),
    suspended: suspendedField(service, portal),
  };
  services.set(service, fields);
  return fields;
}

/** What a NAS is told. Where the oldest session makes room, the newest comes before that one has ended. */
function toldSessions({ sessions: { max, whenExceeded }, devices, access }: ServicePlan): string | undefined {
  // A hotspot has a number of its own, one from the factory, which would keep the other devices out.
  if (max === undefined) return access.includes('hotspot') && devices !== undefined ? String(devices.max) : undefined;
  return String(whenExceeded === 'replace-oldest' ? max + 1 : max);
}

/** JSON of what every login is held to. */
function rulesField(
  { sessions, devices, quotas: all }: ServicePlan,
  lock: Subscription['lock'],
  timezone: string,
): string | undefined {
  const { max, whenExceeded = 'refuse' } = sessions;
  const quotas = all === undefined ? undefined : { timezone, all };
  const counted = max === undefined ? undefined : { max, whenExceeded };
  const rules = someRules(compact({ sessions: counted, devices, lock, quotas }));
  return rules === undefined ? undefined : JSON.stringify(rules);
}

/** JSON of fixed prefixes, else the pools they come from. */
function ipv6Field({ ipv6 = {}, service }: Subscription): string | undefined {
  const { prefix, delegated } = ipv6;
  const { prefixPool, delegatedPool } = service.ipv6 ?? {};
  const all = compact({
    prefix,
    prefixPool: prefix === undefined ? prefixPool : undefined,
    delegated,
    delegatedPool: delegated === undefined ? delegatedPool : undefined,
  });
  return Object.keys(all).length === 0 ? undefined : JSON.stringify(all);
}

/** RFC 2865 §5.22: destination, gateway (0.0.0.0 is the user's own address), metric. */
function framedRoute({ destination, gateway = '0.0.0.0', metric = 1 }: SubscriberRoute): string {
  return `${destination} ${gateway} ${metric}`;
}

/** JSON of the list that somebody suspended is put on, how fast he is there, and the address of the page he is to meet. */
function suspendedField({ onSuspend, rate }: ServicePlan, portal: string | undefined): string | undefined {
  if (onSuspend === undefined) return undefined;
  const { addressList: list, rate: slow = rate, site } = onSuspend;
  const url = portal === undefined || site === undefined ? undefined : `${portal}/p/${encodeURIComponent(site)}`;
  return JSON.stringify(compact({ list, rate: slow === undefined ? undefined : rateLimitText(slow), url }));
}

/** Where pages are, when there is a NAS that must be told: RouterOS brings people there by itself. */
function pagesAt({ operator: { radius, portal } }: Model): string | undefined {
  return radius.clients.some(({ redirect }) => redirect !== undefined) ? portal.publicUrl : undefined;
}

type LimitFields = Readonly<Record<keyof typeof noLimits, Value | undefined>>;

/** What a service grants, a field each. */
function limitFields(
  service: ServicePlan,
  timezone: string,
  { address, attributes = [], lock }: Partial<Pick<Subscription, 'address' | 'attributes' | 'lock'>> = {},
): LimitFields {
  const { timeoutSeconds, idleTimeoutSeconds, interimSeconds } = service.sessions;
  return {
    rate: service.rate === undefined ? undefined : rateLimitText(service.rate),
    'session-timeout': seconds(timeoutSeconds),
    'idle-timeout': seconds(idleTimeoutSeconds),
    interim: seconds(interimSeconds),
    hours: hoursField(service, timezone),
    rules: rulesField(service, lock, timezone),
    address,
    pool: address === undefined ? service.pool : undefined,
    ...attributeFields([...service.attributes, ...attributes]),
  };
}

/** When it can be used; windows with a speed of their own do not say so. */
function hoursField({ windows = [] }: ServicePlan, timezone: string): string | undefined {
  const hours = windows.filter(({ rate }) => rate === undefined);
  return hours.length === 0 ? undefined : hoursText(hours, timezone);
}

/** What a service grants somebody of whom nothing else is declared. */
export function serviceLimits(service: ServicePlan, timezone: string): LoginLimits {
  return limitsOf(present(limitFields(service, timezone)));
}

/** JSON of attributes: of those in the open, and of those that hold a secret. */
function attributeFields(all: readonly ExtraAttribute[]): Pick<LimitFields, 'attributes' | 'secret-attributes'> {
  const open = all.flatMap(({ name, value }) => (value instanceof Secret ? [] : [[name, value] as const]));
  const hidden = all.flatMap(({ name, value }) => (value instanceof Secret ? [[name, value.reveal()] as const] : []));
  return {
    attributes: open.length === 0 ? undefined : JSON.stringify(open),
    'secret-attributes': hidden.length === 0 ? undefined : new Secret(JSON.stringify(hidden)),
  };
}

/** Omada asks nobody by RADIUS: a site without a MikroTik hotspot is no row. */
function portalRow(
  { name, bridges, key, clickThrough, origin }: PortalSite,
  timezone: string,
): readonly DirectoryRow[] {
  const places = bridges.filter((bridge) => bridge.type === 'mikrotik');
  if (places.length === 0) return [];
  const nas = sortedOnce(places.map(({ router }) => router));
  const guests = clickThrough === undefined ? noLimits : limitFields(clickThrough, timezone);
  return [
    {
      menu: 'portal',
      identity: name,
      owner: `PortalSite/${name}`,
      ownership: 'ours',
      source: origin,
      fields: present({
        key,
        nas: nas.join(','),
        hotspots: hotspotsByNas(nas, places),
        'click-through': clickThrough?.name,
        ...guests,
      }),
    },
  ];
}

/** JSON of NAS, and the names of the hotspots there. */
function hotspotsByNas(nas: readonly string[], places: readonly MikrotikBridge[]): string {
  const at = (name: string) => places.flatMap(({ router, hotspot }) => (router === name ? [hotspot] : []));
  return JSON.stringify(nas.map((name) => [name, sortedOnce(at(name))]));
}

function routerRow(router: Router, interimSeconds: number): DirectoryRow {
  const { radius } = router;
  const clientAddress = radius?.clientAddress ?? radius?.sourceAddress ?? router.address;
  return {
    menu: 'nas',
    identity: router.name,
    owner: `Router/${router.name}`,
    ownership: 'ours',
    source: router.origin,
    fields: present({
      'client-address': clientAddress,
      'nas-identifier': radius?.nasIdentifier,
      secret: radius?.secret,
      profile: 'mikrotik',
      ...signingFields(radius),
      timeout: radius === undefined || radius.timeoutMs === 1500 ? undefined : String(radius.timeoutMs),
      'coa-port': String(radius?.coaPort ?? 3799),
      radsec: radsecField(radius?.radsec),
      router: router.name,
      'mac-passwords': macPasswords(router.hotspots),
      'unknown-clients': unknownClients(router.dhcp, interimSeconds),
    }),
  };
}

function clientRow(client: RadiusClient): DirectoryRow {
  return {
    menu: 'nas',
    identity: client.name,
    owner: `Operator/radius.clients.${client.name}`,
    ownership: 'ours',
    source: client.origin,
    fields: present({
      'client-address': client.clientAddress,
      'nas-identifier': client.nasIdentifier,
      secret: client.secret,
      profile: client.profile,
      ...signingFields(client),
      'coa-port': String(client.coaPort),
      'swap-octets': client.swapOctets === true ? 'yes' : undefined,
      redirect: client.redirect,
      radsec: radsecField(client.radsec),
    }),
  };
}

function signingFields(signing: NasSigning | undefined): Readonly<Record<string, string | undefined>> {
  return {
    'message-authenticator': signing?.messageAuthenticator,
    'limit-proxy-state': signing?.limitProxyState,
    'send-message-authenticator': signing?.sendMessageAuthenticator,
    'status-server': signing?.statusServer === false ? 'no' : undefined,
  };
}

/** The fingerprint of its certificate, or `ca` where an authority is believed. */
function radsecField(radsec: NasRadsec | undefined): string | undefined {
  return radsec === undefined ? undefined : (radsec.fingerprint ?? 'ca');
}

/**
 * JSON of hotspots and what they send with a MAC, one secret for all: a hotspot more or less is a change of this field, not a
 * field more or less. Words stand in one list and secrets in the other, so that a secret may read `mac`.
 */
function macPasswords(hotspots: readonly Hotspot[]): Secret | undefined {
  const all = hotspots.flatMap(({ name, macAuth }) =>
    macAuth === undefined ? [] : [[name, macAuth.password] as const],
  );
  if (all.length === 0) return undefined;
  all.sort(([a], [b]) => (a < b ? -1 : 1));
  const words = all.filter(([, password]) => typeof password === 'string');
  const secrets = all.flatMap(([name, password]) => (password instanceof Secret ? [[name, password.reveal()]] : []));
  return new Secret(JSON.stringify([words, secrets]));
}

/** A lease for people nobody knows is short: who is declared meanwhile soon has a better one. */
const unknownClientSeconds = 300;

/** JSON of DHCP server, and the pool and rate that its unknown clients get. */
function unknownClients(servers: readonly DhcpServer[], interimSeconds: number): string | undefined {
  const entries = servers.flatMap(({ name, unknownClients: given, radius }) => {
    if (given === undefined || !radius) return [];
    const rate = given.rate === undefined ? {} : { rate: rateLimitText(given.rate) };
    const times = { 'session-timeout': String(unknownClientSeconds), interim: String(interimSeconds) };
    return [[name, { pool: given.pool, ...rate, ...times }] as const];
  });
  return entries.length === 0 ? undefined : JSON.stringify(entries);
}

/** Empty text for what is absent, in place: a field that is taken away is then a change like any other. */
function present(fields: Record<string, Value | undefined>): Readonly<Record<string, Value>> {
  for (const name in fields) fields[name] ??= '';
  return fields as Record<string, Value>;
}

const noLimits = {
  rate: undefined,
  'session-timeout': undefined,
  'idle-timeout': undefined,
  interim: undefined,
  hours: undefined,
  rules: undefined,
  address: undefined,
  pool: undefined,
  attributes: undefined,
  'secret-attributes': undefined,
};

function sortedOnce(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

function seconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
