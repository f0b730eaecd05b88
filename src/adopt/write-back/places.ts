import { timeMs } from '../../routeros/canonical.ts';
import { rateNode, rateOf } from '../rates.ts';
import type { Node } from '../yaml-text.ts';
import type { FieldPath } from './edit-yaml.ts';

/** A field of a declaration, and what it could be for a router to hold a value. Absent: the field is not there. */
export interface Place {
  readonly path: FieldPath;
  readonly values: readonly (Node | undefined)[];
}

type Values = (found: string) => readonly (Node | undefined)[];

const rate: Values = (found) => {
  const said = rateOf(found);
  return said === undefined ? (found === '' ? [undefined] : []) : [rateNode(said)];
};
const text: Values = (found) => (found === '' || found === 'none' ? [undefined] : [found]);
const list: Values = (found) => [found.split(',').map((each) => each.trim())];
const lasting: Values = (found) => {
  const ms = timeMs(found);
  return ms === undefined || ms === 0 ? [undefined] : [duration(ms)];
};
const number: Values = (found) => (/^\d{1,9}$/.test(found) ? [Number(found)] : []);
/** Which of them keeps a row off is for the kind of access to say. */
const shutOut: Values = (found) => (found === 'yes' ? ['suspended', 'disabled'] : [undefined, 'active']);

const subscriber = {
  profile: [['service', text]],
  address: [['address', text]],
  'remote-address': [['address', text]],
  disabled: [['state', shutOut]],
  'block-access': [['state', shutOut]],
  'remote-ipv6-prefix': [['ipv6.prefix', text]],
  'ipv6-routes': [['ipv6.delegated', text]],
} as const;

/** Where declarations say what menus of a router hold, below `spec` or in an entry of a list. What is not here is found by its name, or by its value. */
const places: Readonly<Record<string, Readonly<Record<string, readonly (readonly [string, Values])[]>>>> = {
  '/ppp/profile': {
    'rate-limit': [['rate', rate]],
    'session-timeout': [['sessions.timeout', lasting]],
    'idle-timeout': [['sessions.idleTimeout', lasting]],
    'remote-address': [['address.pool', text]],
    'local-address': [['ppp.localAddress', text]],
    'dns-server': [['ppp.dns', list]],
    'only-one': [['sessions.max', (found) => (found === 'yes' ? [1] : [undefined])]],
    'remote-ipv6-prefix-pool': [['address.ipv6.prefixPool', text]],
    'dhcpv6-pd-pool': [['address.ipv6.delegatedPool', text]],
  },
  '/ip/hotspot/user/profile': {
    'rate-limit': [['rate', rate]],
    'session-timeout': [['sessions.timeout', lasting]],
    'idle-timeout': [['sessions.idleTimeout', lasting]],
    'shared-users': [['sessions.max', number]],
    'address-pool': [['address.pool', text]],
  },
  '/ppp/secret': subscriber,
  '/ip/hotspot/user': subscriber,
  '/ip/dhcp-server/lease': subscriber,
  '/ip/pool': { ranges: [['ranges', list]], 'next-pool': [['next', text]] },
  '/ip/dhcp-server': { 'lease-time': [['leaseTime', lasting]], 'address-pool': [['pool', text]] },
  '/ip/hotspot': { 'address-pool': [['pool', text]], 'addresses-per-mac': [['addressesPerMac', number]] },
  '/system/identity': { name: [['system.identity', text]] },
  '/ip/dns': {
    servers: [
      ['system.dns.servers', list],
      ['system.dns', list],
    ],
  },
  '/system/ntp/client': {
    servers: [
      ['system.ntp.servers', list],
      ['system.ntp', list],
    ],
  },
};

/** Where a value that a router holds could be declared, likeliest first. Pure. */
export function placesOf(menu: string, field: string, found: string): readonly Place[] {
  const known = (places[menu]?.[field] ?? []).map(([path, values]) => ({
    path: path.split('.'),
    values: values(found),
  }));
  const camel = field.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const named = [field, camel].map((name) => ({ path: [name], values: valuesLike(found) }));
  return [...known, ...named];
}

/** How a declaration may write what a router prints. */
export function valuesLike(found: string): readonly (Node | undefined)[] {
  const time = timeMs(found);
  return [
    ...(found === '' ? [undefined] : []),
    found,
    ...(/^(?:yes|no)$/.test(found) ? [found === 'yes'] : []),
    ...number(found),
    ...(time === undefined || time === 0 ? [] : [duration(time)]),
    ...(found.includes(',') ? list(found) : []),
  ];
}

/** In one unit, as declarations have durations. */
function duration(ms: number): string {
  const [unit, length] = units.find(([, each]) => ms % each === 0) ?? ['ms', 1];
  return `${ms / length}${unit}`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;
