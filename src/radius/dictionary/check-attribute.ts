import { nearest } from '../../base/nearest.ts';
import { readAttributeName } from './attribute-name.ts';
import type { AttributeDefinition } from './definition.ts';
import { allAttributes, attributeNamed } from './dictionary.ts';
import { roomFor, valueOctets } from './encode-named.ts';

/** What an operator may not add to an Access-Accept, and what to do instead. */
const refused = new Map<string, string>([
  ['Session-Timeout', 'it is the least of sessions.timeout and the time to expiry: set sessions.timeout'],
  ['Class', 'lastmile sets it to find the session again'],
  ['Acct-Session-Id', 'the router sets it'],
  ['Reply-Message', 'a RouterOS accept shows none'],
]);

/** What only requests, or the packet layer, may hold. */
const internal = new Set([
  'User-Name',
  'User-Password',
  'CHAP-Password',
  'CHAP-Challenge',
  'State',
  'Proxy-State',
  'EAP-Message',
  'Message-Authenticator',
  'NAS-IP-Address',
  'NAS-IPv6-Address',
  'NAS-Identifier',
  'NAS-Port',
  'NAS-Port-Id',
  'NAS-Port-Type',
  'Called-Station-Id',
  'Calling-Station-Id',
  'Event-Timestamp',
  'Error-Cause',
  'Mikrotik-Host-IP',
  'Mikrotik-Realm',
]);

/**
 * Checks an attribute that a service or subscriber adds to the Access-Accept.
 *
 * @returns what is wrong, for a person, with the nearest known name or value; nothing when it can be sent
 */
export function checkAttribute(name: string, value: string | number): string | undefined {
  const found = readAttributeName(name);
  if (found === undefined) return nameProblem(name);
  const { definition, tag, known } = found;
  if (known !== undefined) return `"${name}" is ${known}: write it so`;
  const why = refusal(definition);
  if (why !== undefined) return `attribute ${name} cannot be declared: ${why}`;
  return valueOctets(definition, value, tag) === undefined ? valueProblem(definition, value) : undefined;
}

/** True for an attribute that holds a password or a key. */
export function hidesValue(name: string): boolean {
  return readAttributeName(name)?.definition.hidden === true;
}

const allNames = allAttributes.map((definition) => definition.name);

function nameProblem(name: string): string {
  const [, before = name] = /^(.*):\d+$/.exec(name) ?? [];
  const known = attributeNamed(before);
  if (known?.tagged === true) return `the tag of "${name}" is not from 0 to 31`;
  if (known !== undefined) return `attribute ${before} has no tag: write it without`;
  return `unknown RADIUS attribute "${name}"${didYouMean(before, allNames)}`;
}

function refusal({ name, vendor, number, extended }: AttributeDefinition): string | undefined {
  if (internal.has(name)) return 'it belongs to requests, or to the protocol itself';
  if (vendor === 311 && number < 28) return 'authentication sets it';
  if (extended === 241 && number < 5) return 'it belongs to requests, or to the protocol itself';
  if (
    vendor === undefined &&
    extended === undefined &&
    number >= 40 &&
    number <= 55 &&
    name !== 'Acct-Interim-Interval'
  ) {
    return 'it belongs to accounting';
  }
  return refused.get(name);
}

function valueProblem(definition: AttributeDefinition, value: string | number): string {
  const { name, type, values, size } = definition;
  const shown = definition.hidden === true ? 'this' : JSON.stringify(value);
  if (values !== undefined) {
    const names = Object.keys(values);
    return `${name} takes a number or one of ${names.join(', ')}, not ${shown}${didYouMean(String(value), names)}`;
  }
  if (type === 'tlv') return `${name} takes ${nestedShape(definition)}, not ${shown}`;
  if (size !== undefined) return `${name} takes ${size} octets, as in 0x${'00'.repeat(size)}`;
  if (type === 'text' || type === 'string') return `${name} takes 1 to ${roomFor(definition)} octets of text`;
  if (type === 'integer' && definition.tagged === true) return `${name} takes ${shapes.threeOctets}, not ${shown}`;
  return `${name} takes ${shapes[type]}, not ${shown}`;
}

function nestedShape({ fields = [] }: AttributeDefinition): string {
  return `"name=value, name=value" of ${fields.map(({ name }) => name).join(', ')}`;
}

const shapes = {
  integer: 'a whole number from 0 to 4294967295',
  threeOctets: 'a whole number from 0 to 16777215',
  time: 'seconds since 1970, from 0 to 4294967295',
  integer64: 'a whole number from 0 to 18446744073709551615',
  byte: 'a whole number from 0 to 255',
  short: 'a whole number from 0 to 65535',
  ipv4: 'an IPv4 address such as 192.0.2.7',
  ipv6: 'an IPv6 address such as 2001:db8::7',
  'ipv4-prefix': 'an IPv4 prefix such as 192.0.2.0/24',
  'ipv6-prefix': 'an IPv6 prefix such as 2001:db8:7::/48',
  'interface-id': 'an interface id such as 0000:0000:0000:0001',
} as const;

function didYouMean(name: string, known: readonly string[]): string {
  const match = nearest(name, known);
  return match === undefined ? '' : `; did you mean "${match}"?`;
}
