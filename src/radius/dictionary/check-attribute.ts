import { nearest } from '../../base/nearest.ts';
import type { AttributeDefinition } from './definition.ts';
import { allAttributes, attributeNamed } from './dictionary.ts';
import { roomFor, valueOctets } from './encode-named.ts';

/** What an operator may not add to an Access-Accept, and what to do instead. */
const refused = new Map<string, string>([
  ['Session-Timeout', 'it is the least of sessions.timeout and the time to expiry: set sessions.timeout'],
  ['Class', 'lastmile sets it to find the session again'],
  ['Acct-Session-Id', 'the router sets it'],
  ['Tunnel-Password', 'it would need hiding, which attributes cannot do'],
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
  const definition = attributeNamed(name);
  if (definition === undefined) return `unknown RADIUS attribute "${name}"${didYouMean(name, allNames)}`;
  const why = refusal(definition);
  if (why !== undefined) return `attribute ${name} cannot be declared: ${why}`;
  return valueOctets(definition, value) === undefined ? valueProblem(definition, value) : undefined;
}

const allNames = allAttributes.map((definition) => definition.name);

function refusal({ name, vendor, number }: AttributeDefinition): string | undefined {
  if (internal.has(name)) return 'it belongs to requests, or to the protocol itself';
  if (vendor === 311) return 'authentication sets it';
  if (vendor === undefined && number >= 40 && number <= 55 && name !== 'Acct-Interim-Interval') {
    return 'it belongs to accounting';
  }
  return refused.get(name);
}

function valueProblem(definition: AttributeDefinition, value: string | number): string {
  const { name, type, values } = definition;
  const shown = JSON.stringify(value);
  if (values !== undefined) {
    const names = Object.keys(values);
    return `${name} takes a number or one of ${names.join(', ')}, not ${shown}${didYouMean(String(value), names)}`;
  }
  if (type === 'text' || type === 'string') return `${name} takes 1 to ${roomFor(definition)} octets of text`;
  return `${name} takes ${shapes[type]}, not ${shown}`;
}

const shapes = {
  integer: 'a whole number from 0 to 4294967295',
  time: 'seconds since 1970, from 0 to 4294967295',
  integer64: 'a whole number from 0 to 18446744073709551615',
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
