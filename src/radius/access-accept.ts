import type { LoginLimits } from '../directory/reader.ts';
import type { VendorProfile } from '../model/model.ts';
import { encodeNamed, type NamedAttribute } from './dictionary/encode-named.ts';

/** The attributes of an Access-Accept that do not change from one login to the next, encoded. */
export interface PreparedReply {
  readonly encoded: Uint8Array;
  /** The same for people, on one line. */
  readonly summary: string;
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
    summary: attributes.map(({ name, value }) => `${name}=${value}`).join(', '),
  };
}

/** The attributes of an Access-Accept by name, without Session-Timeout and Class, which differ at every login. */
export function grantedAttributes(limits: LoginLimits, profile: VendorProfile): readonly NamedAttribute[] {
  const declared = new Set(limits.attributes.map(({ name }) => name));
  const ours = [
    ...rateAttributes(limits, profile),
    ...sessionAttributes(limits),
    ...addressAttributes(limits, profile),
  ];
  return [...ours.filter(({ name }) => !declared.has(name)), ...limits.attributes];
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
  return [
    ...(idle === undefined ? [] : [{ name: 'Idle-Timeout', value: Math.min(idle, 0x7fffffff) }]),
    { name: 'Acct-Interim-Interval', value: limits.interimSeconds },
  ];
}

function addressAttributes(limits: LoginLimits, profile: VendorProfile): NamedAttribute[] {
  const { address, pool } = limits;
  return [
    ...(address === undefined ? [] : [{ name: 'Framed-IP-Address', value: address }]),
    // RouterOS would add a route for it (routers know their own mask); others want one.
    ...(address === undefined || profile === 'mikrotik'
      ? []
      : [{ name: 'Framed-IP-Netmask', value: '255.255.255.255' }]),
    ...(pool === undefined ? [] : [{ name: 'Framed-Pool', value: pool }]),
  ];
}
