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

/** Ways of other devices. */
const dotted = ['XX.XX.XX.XX.XX.XX', 'XXXX.XXXX.XXXX'] as const;

/**
 * A MAC in the form RouterOS shows it, `AA:BB:CC:DD:EE:FF`, from any of `macFormats` in either case, from `aa.bb…` and
 * `aabb.ccdd.eeff`, and from itself; `undefined` when the text is none of these.
 */
export function parseMac(text: string): string | undefined {
  if (text.length < 12 || text.length > 17) return undefined;
  // As most routers write it, and asked of every record of accounting.
  if (isPlainMac(text)) return text;
  if (!macText.test(text)) return undefined;
  const digits = text.replace(/[:. -]/g, '').toUpperCase();
  return (digits.match(/../g) ?? []).join(':');
}

function isPlainMac(text: string): boolean {
  if (text.length !== 17) return false;
  for (let at = 0; at < 17; at += 1) {
    const unit = text.charCodeAt(at);
    const fits = at % 3 === 2 ? unit === 0x3a : (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x46);
    if (!fits) return false;
  }
  return true;
}

/** In groups of two, four, six or all twelve digits, with one kind of separator between them. */
const macText =
  /^[0-9a-f]{2}(?:([-:. ])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}|[0-9a-f]{2}([:.])[0-9a-f]{4}\2[0-9a-f]{4}|[0-9a-f]{4}[-:]?[0-9a-f]{6})$/i;

/** A MAC as a router with this setting writes it. @param mac as `parseMac` gives it */
export function formatMac(mac: string, format: MacFormat): string {
  return filled(mac, format);
}

/** Every spelling, in one case, of which `parseMac` makes this MAC. @param mac as `parseMac` gives it */
export function macSpellings(mac: string): readonly string[] {
  return [...macFormats, ...dotted].flatMap((format) => {
    const upper = filled(mac, format);
    return [upper, upper.toLowerCase()];
  });
}

function filled(mac: string, format: string): string {
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
