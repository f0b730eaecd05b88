import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { type RawAttribute, vendorValues } from '../nas/packet.ts';
import type { Session } from '../nas/session.ts';
import { formatRouterTime } from '../routeros/time.ts';
import type { Host } from './host.ts';
import type { LoginError } from './login-error.ts';
import type { HotspotSettings } from './settings.ts';
import { escaped } from './template.ts';

/** Octets of a challenge as pages show them: each as a backslash and three octal digits. */
export function octal(octets: Buffer): string {
  return [...octets].map((octet) => `\\${octet.toString(8).padStart(3, '0')}`).join('');
}

export type PageKind = 'login' | 'status' | 'other';

export interface PageFacts {
  readonly clock: Clock;
  readonly host: Host;
  readonly hotspot: HotspotSettings;
  /** `/system/identity`. */
  readonly identity: string;
  /** What the servlet is called in links: a name or an address, with its port where it has one. */
  readonly hostname: string;
  /** Folder of pages that was asked for, with its slash; empty for the main one. */
  readonly targetDir: string;
  readonly params: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Whether the page is asked for over TLS. */
  readonly secure: boolean;
  /** What the guest asked for before all this. */
  readonly original: string;
  readonly redirect: string;
  /** Errors and challenges are told on login pages, counters on status pages. */
  readonly kind: PageKind;
  readonly error?: LoginError & { readonly text: string };
  /** The session the page is about: one that has just ended, for a logout page. */
  readonly session?: Session;
}

/** The value of a variable of the servlet; `undefined` for a name it does not know. */
export function variableOf(facts: PageFacts, name: string): string | undefined {
  const known = values.get(name);
  if (known !== undefined) return known(facts);
  if (name.startsWith('http-header-')) return headerOf(facts.headers, name.slice('http-header-'.length));
  return attributeOf(facts.host.attributes, name);
}

type Value = (facts: PageFacts) => string;

const link =
  (page: string): Value =>
  ({ hostname, targetDir }) =>
    `http://${hostname}/${targetDir}${page}`;

const param =
  (name: string): Value =>
  ({ params }) =>
    params.get(name) ?? '';

const onLogin =
  (value: Value): Value =>
  (facts) =>
    facts.kind === 'login' ? value(facts) : '';

const ofSession =
  (value: (session: Session, facts: PageFacts) => string): Value =>
  (facts) =>
    facts.session === undefined ? '' : value(facts.session, facts);

const counter = (value: (session: Session) => bigint | string): Value =>
  ofSession((session, { kind }) => (kind === 'status' ? String(value(session)) : ''));

const setting =
  (name: string): Value =>
  ({ hotspot }) =>
    hotspot.profile.get(name) ?? '';

const uptimeMs = (session: Session, { clock }: PageFacts): number => clock.monotonic() - session.startedAt;

const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1000));
const inUnits = (ms: number): string => formatRouterTime(seconds(ms) * 1000);

/** A duration in units, and under the same name with `-secs` in seconds. */
function duration(name: string, ms: (session: Session, facts: PageFacts) => number | undefined): [string, Value][] {
  const told = (write: (ms: number) => string): Value =>
    ofSession((session, facts) => {
      const value = ms(session, facts);
      return value === undefined ? '' : write(value);
    });
  return [
    [name, told(inUnits)],
    [`${name}-secs`, told((value) => String(seconds(value)))],
  ];
}

function octetLimit(name: 'in' | 'out' | 'total', limit: (session: Session) => bigint): [string, Value][] {
  const used = ({ upOctets, downOctets }: Session) =>
    name === 'in' ? upOctets : name === 'out' ? downOctets : upOctets + downOctets;
  return [
    [`limit-bytes-${name}`, ofSession((session) => (limit(session) > 0n ? String(limit(session)) : '---'))],
    [`remain-bytes-${name}`, counter((session) => (limit(session) > 0n ? limit(session) - used(session) : ''))],
  ];
}

const values: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['hostname', ({ hostname }) => hostname],
  ['identity', ({ identity }) => identity],
  ['server-name', ({ hotspot }) => hotspot.name],
  ['server-address', ({ hotspot }) => `${hotspot.profile.get('hotspot-address') ?? ''}:80`],
  ['interface-name', ({ hotspot }) => hotspot.port],
  ['vlan-id', () => ''],
  ['location-id', setting('radius-location-id')],
  ['location-name', setting('radius-location-name')],
  ['target-dir', ({ targetDir }) => targetDir],
  ['link-login', (facts) => `${link('login')(facts)}${facts.original === '' ? '' : `?dst=${escaped(facts.original)}`}`],
  ['link-login-only', link('login')],
  ['link-logout', link('logout')],
  ['link-status', link('status')],
  ['link-orig', ({ original }) => original],
  ['link-redirect', ({ redirect }) => redirect],
  ['mac', ({ host }) => host.mac],
  ['ip', ({ host }) => host.session?.address ?? host.address],
  ['host-ip', ({ host }) => host.address],
  ['username', ({ host, session }) => session?.caller.username ?? host.lastUsername],
  ['domain', param('domain')],
  ['var', param('var')],
  ['session-id', param('session-id')],
  ['popup', onLogin(({ params }) => params.get('popup') ?? 'true')],
  ['error', onLogin(({ error }) => error?.text ?? '')],
  ['error-orig', onLogin(({ error }) => error?.original ?? '')],
  ['error-type', onLogin(({ error }) => error?.key ?? '')],
  ['chap-id', onLogin(({ host }) => (host.challenge === undefined ? '' : octal(host.challenge.id)))],
  ['chap-challenge', onLogin(({ host }) => (host.challenge === undefined ? '' : octal(host.challenge.octets)))],
  ['plain-passwd', ({ hotspot, secure }) => (secure || hotspot.loginBy.has('http-pap') ? 'yes' : 'no')],
  ['ssl-login', ({ secure }) => (secure ? 'yes' : 'no')],
  // As where the trial of every device is used up: there are none.
  ['trial', () => 'no'],
  ['logged-in', ({ host }) => (host.online ? 'yes' : 'no')],
  ['login-by', ({ host }) => host.loginBy ?? ''],
  ['login-by-mac', ({ host }) => (host.loginBy === 'mac' ? 'yes' : 'no')],
  ['blocked', () => 'no'],
  ['advert-pending', () => 'no'],
  ['user-agent', ({ headers }) => headers['user-agent'] ?? ''],
  ...duration('uptime', uptimeMs),
  ...duration('session-timeout', (session, { clock }) =>
    session.sessionTimeoutAt === undefined ? undefined : session.sessionTimeoutAt - clock.monotonic(),
  ),
  ...duration('session-time-left', (session, { clock }) =>
    session.sessionTimeoutAt === undefined ? undefined : session.sessionTimeoutAt - clock.monotonic(),
  ),
  ...duration('idle-timeout', ({ idleTimeoutMs }) => idleTimeoutMs),
  ...duration('refresh-timeout', () => 60_000),
  ...octetLimit('in', ({ grant }) => grant.limitIn),
  ...octetLimit('out', ({ grant }) => grant.limitOut),
  ...octetLimit('total', ({ grant }) => grant.limitTotal ?? 0n),
  ['bytes-in', counter(({ upOctets }) => upOctets)],
  ['bytes-out', counter(({ downOctets }) => downOctets)],
  ['bytes-in-nice', counter(({ upOctets }) => nice(upOctets))],
  ['bytes-out-nice', counter(({ downOctets }) => nice(downOctets))],
  ['packets-in', counter(({ upPackets }) => upPackets)],
  ['packets-out', counter(({ downPackets }) => downPackets)],
]);

function nice(octets: bigint): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [value, unit] = [Number(octets), 0];
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}

function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name.toLowerCase()];
  return typeof value === 'string' ? value : '';
}

/** `radius18`, `radius18[1]`, `radius27u`, `radius8-14988`: an attribute of the last answer of RADIUS. */
function attributeOf(attributes: readonly RawAttribute[], name: string): string | undefined {
  const match = /^radius(\d{1,3})(?:-(\d{1,10}))?(u)?(?:\[(\d{1,3})\])?$/.exec(name);
  if (match === null) return undefined;
  const [, type, vendor, unsigned, index = '0'] = match;
  const found =
    vendor === undefined
      ? attributes.filter((attribute) => attribute.type === Number(type)).map(({ value }) => value)
      : vendorValues(attributes, Number(vendor), Number(type));
  const value = found[Number(index)];
  if (value === undefined) return undefined;
  return unsigned !== undefined && value.length === 4 ? String(value.readUInt32BE(0)) : value.toString('utf8');
}
