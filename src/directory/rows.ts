import { compact } from '../base/compact.ts';
import { sameData } from '../base/same-data.ts';
import { Secret } from '../base/secret.ts';
import { eachInSteps, finish, type Steps } from '../base/steps.ts';
import { someRules } from '../model/access-rules.ts';
import { endOfAccess } from '../model/as-of.ts';
import { hoursText } from '../model/hours.ts';
import type {
  DhcpServer,
  ExtraAttribute,
  Hotspot,
  MikrotikBridge,
  Model,
  NasRadsec,
  NasSigning,
  PortalSite,
  RadiusClient,
  Router,
  ServicePlan,
  SubscriberRoute,
  Subscription,
} from '../model/model.ts';
import { rateLimitText } from '../model/rate-limit.ts';
import { connectionList } from '../model/service-lists.ts';
import type { ObservedRow, Row, Value } from '../reconcile/target.ts';
import type { LoginLimits } from './reader.ts';
import { limitsOf } from './row-meaning.ts';

/** What holds for everybody. */
interface Around {
  readonly timezone: string;
  /** Address of the portal's pages. */
  readonly portal: string | undefined;
}

/** A row of the directory: wanted, and, once it is there, observed. One object for both. */
export type DirectoryRow = Row & Pick<ObservedRow, 'ownership'>;

/** Rows of subscriptions that were made before: what did not change is not made again. Filled in place. */
export interface RowMemory {
  around?: Around;
  rows: WeakMap<Subscription, SubscriptionRows>;
}

interface SubscriptionRows {
  readonly login?: DirectoryRow;
  readonly devices: readonly DirectoryRow[];
}

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
  const around: Around = { timezone: model.operator.timezone, portal: pagesAt(model) };
  if (!sameData(memory.around, around)) {
    memory.around = around;
    memory.rows = new WeakMap();
  }
  // Another model, in other surroundings, may ask in between.
  const known = memory.rows;
  const [rows, devices]: [DirectoryRow[], DirectoryRow[]] = [[], []];
  yield* eachInSteps(model.subscriptions, (each) => {
    const made = known.get(each) ?? subscriptionRows(each, around);
    known.set(each, made);
    if (made.login !== undefined) rows.push(made.login);
    for (const device of made.devices) devices.push(device);
  });
  for (const device of devices) rows.push(device);
  rows.push(
    ...model.portalSites.flatMap((each) => portalRow(each, around.timezone)),
    ...model.operator.radius.clients.map(clientRow),
    ...model.routers.flatMap((router) => (router.radius === undefined ? [] : [routerRow(router, interimSeconds)])),
  );
  return rows;
}

function subscriptionRows(subscription: Subscription, around: Around): SubscriptionRows {
  const { username, password } = subscription;
  const devices = deviceRows(subscription, around);
  if (username === undefined) return { devices };
  const fields = loginFields(subscription, password, around);
  return {
    login: { menu: 'login', identity: username, ...declaredBy(subscription), fields, ownership: 'ours' },
    devices,
  };
}

const noRows: readonly never[] = [];

function deviceRows(subscription: Subscription, around: Around): readonly DirectoryRow[] {
  const { macs, passphrase, service } = subscription;
  if (macs.length === 0) return noRows;
  // Whose it is, whatever he is called now.
  const account = subscription.firstName ?? subscription.subscriber;
  const fields = {
    ...loginFields(subscription, undefined, around),
    account,
    ...(service.access.includes('wireless') ? { passphrase: passphrase ?? '' } : {}),
  };
  const common = { ...declaredBy(subscription), fields, ownership: 'ours' as const };
  return macs.map((mac) => ({ menu: 'device', identity: mac, ...common }));
}

function declaredBy({ id, origin }: Subscription): Pick<Row, 'owner' | 'source'> {
  return { owner: `Subscriber/${id.replace('/', '#')}`, source: origin };
}

function loginFields(subscription: Subscription, password: Secret | undefined, around: Around): Row['fields'] {
  const { service, expires, address, attributes, lock } = subscription;
  const { timezone, portal } = around;
  const end = endOfAccess(subscription);
  return present({
    subscriber: subscription.subscriber,
    service: service.name,
    access: sortedOnce(service.access).join(','),
    password,
    'password-hash': password === undefined ? subscription.passwordHash : undefined,
    state: subscription.state,
    reason: subscription.reason,
    expires: end === undefined ? undefined : new Date(end).toISOString(),
    'grace-from': expires === undefined || end === expires ? undefined : new Date(expires).toISOString(),
    radius: subscription.radius ? 'yes' : 'no',
    fallback: subscription.fallback === true ? 'yes' : undefined,
    ...limitFields(service, timezone, { attributes, ...compact({ address, lock }) }),
    'session-max': toldSessions(service),
    lists: service.connections === undefined ? undefined : connectionList(service),
    ipv6: ipv6Field(subscription),
    routes: subscription.routes?.map(framedRoute).join(', '),
    suspended: suspendedField(service, portal),
  });
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

/** What a service grants, a field each. */
function limitFields(
  service: ServicePlan,
  timezone: string,
  { address, attributes = [], lock }: Partial<Pick<Subscription, 'address' | 'attributes' | 'lock'>> = {},
): Readonly<Record<string, Value | undefined>> {
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
function attributeFields(all: readonly ExtraAttribute[]): Readonly<Record<string, Value | undefined>> {
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

/** Empty text for what is absent: a field that is taken away is then a change like any other. */
function present(fields: Readonly<Record<string, Value | undefined>>): Readonly<Record<string, Value>> {
  const all: Record<string, Value> = {};
  for (const name of Object.keys(fields)) all[name] = fields[name] ?? '';
  return all;
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
