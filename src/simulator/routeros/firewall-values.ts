import { ipProtocols } from './ip-protocols.ts';
import { prefix6 } from './ipv6-values.ts';
import { addressRange, mac, negatable, portRanges } from './network-values.ts';
import { invalidTime, invalidValue, noMatch } from './trap.ts';
import { listOf, reference, someOf, text, time, type ValueType } from './value-types.ts';

/** What `any of several interfaces` is called in a matcher. */
const kindsOfInterface = ['all-ethernet', 'all-ppp', 'all-vlan', 'all-wireless'];

/** A text of that shape. */
export function shaped(shape: RegExp): ValueType {
  return {
    parse: (value, { argument }) => {
      if (!shape.test(value)) throw invalidValue(argument);
      return value;
    },
  };
}

/** `tcp`, in either case, or the number of a protocol, which is shown by its name where it has one. */
export const protocol: ValueType = {
  words: [...ipProtocols.keys()],
  parse: (value, { argument }) => {
    const text = value.toLowerCase();
    if (ipProtocols.has(text)) return text;
    if (!/^\d{1,3}$/.test(text) || Number(text) > 255) throw noMatch(argument);
    return [...ipProtocols].find(([, number]) => number === Number(text))?.[0] ?? String(Number(text));
  },
};

const flagNames = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'];

/** `syn,!ack`: flags that have to be set, and not to be set. */
const tcpFlags: ValueType = {
  words: flagNames,
  parse: (value, { argument }) => {
    const flags = listOf(value);
    if (flags.length === 0 || flags.some((flag) => !flagNames.includes(flag.replace(/^!/, ''))))
      throw noMatch(argument);
    return flags.join(',');
  },
};

/** `1h30m-18h,mon,tue`. */
const timeOfDay: ValueType = {
  parse: (value, { argument }) => {
    const [range = '', ...days] = value.split(',');
    const [from, to, rest] = range.split('-');
    if (from === undefined || to === undefined || rest !== undefined) throw invalidTime(argument);
    const named = someOf('sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat').parse(days.join(','), plain(argument));
    const ends = [from, to].map((end) => time().parse(end, plain(argument))).join('-');
    return named === '' ? ends : `${ends},${named}`;
  },
};

const states = someOf('invalid', 'established', 'related', 'new', 'untracked');
const addressTypes = someOf('unicast', 'local', 'broadcast', 'multicast', 'blackhole');
const addressTypes6 = someOf('unicast', 'local', 'anycast', 'multicast', 'unreachable');
const number = shaped(/^\d+$/);
const range = shaped(/^\d+(?:-\d+)?$/);
const port = reference('/interface', ...kindsOfInterface);
const portList = reference('/interface/list');

/** The matchers of firewall rules and how each is written, without the `!` that most of them take. */
export const matcherTypes: Readonly<Record<string, ValueType>> = {
  'connection-bytes': shaped(/^\d+-\d+$/),
  'connection-limit': negatable(shaped(/^\d+,\d{1,3}$/)),
  'connection-mark': negatable(text),
  'connection-nat-state': negatable(someOf('srcnat', 'dstnat', 'ein-snat', 'ein-dnat')),
  'connection-rate': negatable(shaped(/^\d+[kMG]?-\d+[kMG]?$/)),
  'connection-state': negatable(states),
  'connection-type': negatable(text),
  content: negatable(text),
  dscp: negatable(number),
  'dst-address': negatable(addressRange),
  'dst-address-list': negatable(text),
  'dst-address-type': negatable(addressTypes),
  'dst-limit': text,
  'dst-port': negatable(portRanges),
  fragment: negatable(someOf('yes', 'no')),
  headers: negatable(text),
  'hop-limit': text,
  hotspot: text,
  'icmp-options': negatable(shaped(/^\d+(?::\d+(?:-\d+)?)?$/)),
  'in-bridge-port': negatable(port),
  'in-bridge-port-list': negatable(portList),
  'in-interface': negatable(port),
  'in-interface-list': negatable(portList),
  'ingress-priority': negatable(number),
  'ipsec-policy': shaped(/^(?:in|out),(?:none|ipsec)$/),
  'ipv4-options': text,
  'layer7-protocol': negatable(text),
  limit: negatable(shaped(/^\d+[kMG]?(?:\/[\w:]+)?,\d+(?::(?:packet|bit))?$/)),
  nth: negatable(shaped(/^\d+(?:,\d+)?$/)),
  'out-bridge-port': negatable(port),
  'out-bridge-port-list': negatable(portList),
  'out-interface': negatable(port),
  'out-interface-list': negatable(portList),
  p2p: negatable(text),
  'packet-mark': negatable(text),
  'packet-size': negatable(range),
  'per-connection-classifier': negatable(shaped(/^[a-z-]+:\d+\/\d+$/)),
  port: negatable(portRanges),
  priority: negatable(number),
  protocol: negatable(protocol),
  psd: shaped(/^\d+,[\w:]+,\d+,\d+$/),
  random: number,
  realm: negatable(number),
  'routing-mark': negatable(text),
  'src-address': negatable(addressRange),
  'src-address-list': negatable(text),
  'src-address-type': negatable(addressTypes),
  'src-mac-address': negatable(mac),
  'src-port': negatable(portRanges),
  'tcp-flags': tcpFlags,
  'tcp-mss': negatable(range),
  time: negatable(timeOfDay),
  'tls-host': negatable(text),
  tos: negatable(text),
  ttl: shaped(/^(?:equal|not-equal|less-than|greater-than):\d+$/),
};

/** Where IPv6 differs. */
export const matcherTypes6: Readonly<Record<string, ValueType>> = {
  ...matcherTypes,
  'dst-address': negatable(prefix6),
  'src-address': negatable(prefix6),
  'dst-address-type': negatable(addressTypes6),
  'src-address-type': negatable(addressTypes6),
};

/** A context for inner values, which refer to nothing. */
function plain(argument: string): Parameters<ValueType['parse']>[1] {
  return { argument, resolve: () => ({ result: 'unknown' }), nameOf: () => undefined };
}
