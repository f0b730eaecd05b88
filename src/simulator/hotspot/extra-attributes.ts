import type { Attribute } from 'radius';

/** Vendor-Specific is named otherwise, and the last two belong to the packet itself. */
const notTaken: ReadonlySet<number> = new Set([0, 26, 79, 80]);
const maxAttributes = 8;
const maxOctets = 240;

/**
 * Attributes that a login form adds to its Access-Request: `radius27u=60` (a number), `radius18=text`, and with a vendor
 * `radius8-14988=1M`. Whoever fills the form chooses them: a server must not believe them.
 */
export function extraAttributes(params: URLSearchParams): Attribute[] {
  return [...params].flatMap(([name, value]) => attributeIn(name, value) ?? []).slice(0, maxAttributes);
}

function attributeIn(name: string, text: string): Attribute[] | undefined {
  const [, type, vendor, unsigned] = /^radius(\d{1,3})(?:-(\d{1,8}))?(u)?$/.exec(name) ?? [];
  const value = unsigned === undefined ? Buffer.from(text) : unsignedOf(text);
  const id = Number(type);
  if (type === undefined || id > 255 || value === undefined || value.length === 0 || value.length > maxOctets) {
    return undefined;
  }
  if (vendor !== undefined) return [['Vendor-Specific', Number(vendor), [[id, value]]]];
  return notTaken.has(id) ? undefined : [[id, value]];
}

function unsignedOf(text: string): Buffer | undefined {
  if (!/^\d{1,10}$/.test(text) || Number(text) > 0xffff_ffff) return undefined;
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(Number(text));
  return octets;
}
