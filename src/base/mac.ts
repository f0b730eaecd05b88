/** The ways RouterOS can write a MAC as a username (`/ip/hotspot/profile radius-mac-format`), by its own words. */
export const macFormats = [
  'XX:XX:XX:XX:XX:XX',
  'XX-XX-XX-XX-XX-XX',
  'XX XX XX XX XX XX',
  'XXXX:XXXX:XXXX',
  'XXXXXX:XXXXXX',
  'XXXXXX-XXXXXX',
  'XXXXXXXXXXXX',
] as const;

export type MacFormat = (typeof macFormats)[number];

/**
 * A MAC in the form RouterOS shows it, `AA:BB:CC:DD:EE:FF`, from any of `macFormats` in either case, from `aa.bb…` and
 * `aabb.ccdd.eeff`, and from itself; `undefined` when the text is none of these.
 */
export function parseMac(text: string): string | undefined {
  if (!macText.test(text)) return undefined;
  const digits = text.replace(/[:. -]/g, '').toUpperCase();
  return digits.length === 12 ? (digits.match(/../g) ?? []).join(':') : undefined;
}

const macText = /^[0-9A-Fa-f]{1,12}(?:([:. -])[0-9A-Fa-f]{1,6}(?:\1[0-9A-Fa-f]{1,6})*)?$/;

/** A MAC as a router with this setting writes it. @param mac as `parseMac` gives it */
export function formatMac(mac: string, format: MacFormat): string {
  const digits = mac.replaceAll(':', '');
  let at = 0;
  return format.replace(/X/g, () => digits[at++] ?? '');
}

/**
 * The MAC in a DHCP client identifier of type Ethernet, `1:0:c:42:0:d4:64` (RFC 2132 §9.14, written as RouterOS does,
 * without leading zeros); `undefined` for another.
 */
export function macOfClientId(clientId: string): string | undefined {
  const [type, ...octets] = clientId.split(':');
  if (type !== '1' || octets.length !== 6 || !octets.every((each) => /^[0-9A-Fa-f]{1,2}$/.test(each))) return undefined;
  return octets.map((each) => each.padStart(2, '0').toUpperCase()).join(':');
}
