import type { LoginLimits } from '../directory/reader.ts';
import type { VendorProfile } from '../model/model.ts';
import { attributeNamed } from './dictionary/dictionary.ts';
import { encodeNamed, type NamedAttribute } from './dictionary/encode-named.ts';
import { grantedMark } from './granted-mark.ts';

/** The attributes of an Access-Accept that do not change from one login to the next, encoded. */
export interface PreparedReply {
  readonly encoded: Uint8Array;
  /** The same for people, on one line. */
  readonly summary: string;
  /** The same in eight octets, for our Class. */
  readonly mark: Uint8Array;
}

const highest = 0xffffffff;

/** Prepared replies by limits and profile, made when first wanted. A changed declaration is a new object. */
export function preparedReplies(): (limits: LoginLimits, profile: VendorProfile) => PreparedReply {
  const prepared = {
    mikrotik: new WeakMap<LoginLimits, PreparedReply>(),
    generic: new WeakMap<LoginLimits, PreparedReply>(),
  };
  return (limits, profile) => {
    const known = prepared[profile].get(limits);
    if (known !== undefined) return known;
    const made = prepareReply(limits, profile);
    prepared[profile].set(limits, made);
    return made;
  };
}

/**
 * Encodes what a login is granted, in the words of its NAS. An attribute that the operator declares replaces ours of the
 * same name.
 */
export function prepareReply(limits: LoginLimits, profile: VendorProfile): PreparedReply {
  const attributes = grantedAttributes(limits, profile);
  return {
    encoded: Buffer.concat(attributes.map(encodeNamed)),
    summary: attributes.map(inWords).join(', '),
    mark: grantedMark(attributes),
  };
}

/** `Mikrotik-Rate-Limit=5M/20M`, without what is a secret. */
function inWords({ name, value }: NamedAttribute): string {
  return `${name}=${attributeNamed(name)?.hidden === true ? '[secret]' : value}`;
}

/** The attributes of an Access-Accept by name, without Session-Timeout and Class, which differ at every login. */
export function grantedAttributes(limits: LoginLimits, profile: VendorProfile): readonly NamedAttribute[] {
  const declared = new Set(limits.attributes.map(({ name }) => name));
  const ours = [
    ...rateAttributes(limits, profile),
    ...sessionAttributes(limits),
    ...addressAttributes(limits, profile),
    ...ipv6Attributes(limits, profile),
  ];
  return [...ours.filter(({ name }) => !declared.has(name)), ...listAttributes(limits, profile), ...limits.attributes];
}

function rateAttributes(limits: LoginLimits, profile: VendorProfile): NamedAttribute[] {
  if (profile === 'mikrotik') {
    return limits.rateLimit === undefined ? [] : [{ name: 'Mikrotik-Rate-Limit', value: limits.rateLimit }];
  }
  if (limits.rate === undefined) return [];
  return [
    { name: 'WISPr-Bandwidth-Max-Up', value: Math.min(limits.rate.up, highest) },
    { name: 'WISPr-Bandwidth-Max-Down', value: Math.min(limits.rate.down, highest) },
  ];
}

function sessionAttributes(limits: LoginLimits): NamedAttribute[] {
  const idle = limits.idleTimeoutSeconds;
  const { sessions } = limits;
  return [
    // RouterOS: sessions of one username, whatever RFC 2865 §5.42 calls ports.
    ...(sessions === undefined ? [] : [{ name: 'Port-Limit', value: sessions }]),
    ...(idle === undefined ? [] : [{ name: 'Idle-Timeout', value: Math.min(idle, 0x7fffffff) }]),
    { name: 'Acct-Interim-Interval', value: limits.interimSeconds },
  ];
}

function addressAttributes(limits: LoginLimits, profile: VendorProfile): NamedAttribute[] {
  const { address, pool, routes } = limits;
  return [
    ...(address === undefined ? [] : [{ name: 'Framed-IP-Address', value: address }]),
    // RouterOS would add a route for it (routers know their own mask); others want one.
    ...(address === undefined || profile === 'mikrotik'
      ? []
      : [{ name: 'Framed-IP-Netmask', value: '255.255.255.255' }]),
    ...(pool === undefined ? [] : [{ name: 'Framed-Pool', value: pool }]),
    ...(routes ?? []).map((value) => ({ name: 'Framed-Route', value })),
  ];
}

function ipv6Attributes({ ipv6 }: LoginLimits, profile: VendorProfile): NamedAttribute[] {
  const poolName = profile === 'mikrotik' ? 'Mikrotik-Delegated-IPv6-Pool' : 'Delegated-IPv6-Prefix-Pool';
  return [
    ...(ipv6?.prefix === undefined ? [] : [{ name: 'Framed-IPv6-Prefix', value: ipv6.prefix }]),
    ...(ipv6?.prefixPool === undefined ? [] : [{ name: 'Framed-IPv6-Pool', value: ipv6.prefixPool }]),
    ...(ipv6?.delegated === undefined ? [] : [{ name: 'Delegated-IPv6-Prefix', value: ipv6.delegated }]),
    ...(ipv6?.delegatedPool === undefined ? [] : [{ name: poolName, value: ipv6.delegatedPool }]),
  ];
}

/** Beside any that the operator declares: a client can be on several lists. */
function listAttributes({ addressLists = [] }: LoginLimits, profile: VendorProfile): NamedAttribute[] {
  return profile === 'mikrotik' ? addressLists.map((value) => ({ name: 'Mikrotik-Address-List', value })) : [];
}
