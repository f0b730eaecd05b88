import { Secret } from '../../base/secret.ts';
import { encodeAttribute, encodeExtended, encodeSplit, encodeVendorAttribute, roomOf } from '../packet/attributes.ts';
import { encodeValue } from '../packet/value.ts';
import { readAttributeName } from './attribute-name.ts';
import type { AttributeDefinition } from './definition.ts';
import { type Hiding, hiddenLength, hideValue } from './hide-value.ts';

/** An attribute as people write it. */
export interface NamedAttribute {
  /** `Tunnel-Type:1` with a tag; `Attr-26.2352.1` by number. */
  readonly name: string;
  readonly value: string | number | Secret;
}

/**
 * A whole attribute, with its header, by name; one of several parts where it is long.
 *
 * @throws RangeError when the dictionary does not know it, the value does not fit, or it must be hidden: checked declarations
 *   never do this
 */
export function encodeNamed(attribute: NamedAttribute): Uint8Array {
  const { definition, value } = encoded(attribute);
  if (definition.encryption !== undefined) throw new RangeError(`attribute ${attribute.name} must be hidden`);
  return frame(definition, value);
}

/**
 * The same for attributes that travel hidden, as Tunnel-Password does.
 *
 * @throws RangeError when the dictionary does not know it or the value does not fit
 */
export function encodeHidden(attribute: NamedAttribute, hiding: Hiding): Uint8Array {
  const { definition, value } = encoded(attribute);
  return frame(definition, hideValue(definition, value, hiding));
}

/** Must it be hidden anew in each packet? */
export function travelsHidden({ name }: NamedAttribute): boolean {
  return readAttributeName(name)?.definition.encryption !== undefined;
}

/**
 * The octets of a value, with its tag, not yet hidden: enumerated names, digits in quotes, and `name=value, …` of a `tlv`
 * understood; nothing when it does not fit.
 */
export function valueOctets(
  definition: AttributeDefinition,
  value: string | number,
  tag?: number,
): Uint8Array | undefined {
  const octets =
    definition.type === 'tlv'
      ? nestedOctets(definition, value)
      : encodeValue(definition.type, plainValue(definition, value));
  if (octets === undefined || octets.length > roomFor(definition)) return undefined;
  if (definition.size !== undefined && octets.length !== definition.size) return undefined;
  return definition.tagged === true ? withTag(definition, octets, tag) : octets;
}

/** The most octets a value of this attribute has. */
export function roomFor(definition: AttributeDefinition): number {
  if (definition.encryption !== undefined) return hiddenLength(definition);
  const room = definition.split === true ? 4000 : roomOf(definition);
  return definition.tagged === true ? room - 1 : room;
}

function encoded({ name, value }: NamedAttribute): { definition: AttributeDefinition; value: Uint8Array } {
  const found = readAttributeName(name);
  const octets =
    found === undefined
      ? undefined
      : valueOctets(found.definition, value instanceof Secret ? value.reveal() : value, found.tag);
  if (found === undefined || octets === undefined) throw new RangeError(`attribute ${name} cannot be encoded`);
  return { definition: found.definition, value: octets };
}

function frame(definition: AttributeDefinition, value: Uint8Array): Uint8Array {
  const { number, vendor, extended, split } = definition;
  if (extended !== undefined)
    return encodeExtended({ extended, type: number, value, ...(vendor === undefined ? {} : { vendor }) });
  if (vendor !== undefined) return encodeVendorAttribute(vendor, number, value);
  return split === true ? encodeSplit(number, value) : encodeAttribute(number, value);
}

const numeric: ReadonlySet<string> = new Set(['integer', 'time', 'byte', 'short']);

function plainValue(definition: AttributeDefinition, value: string | number): string | number | bigint {
  if (definition.type === 'integer64') return /^\d{1,20}$/.test(String(value)) ? BigInt(value) : value;
  if (!numeric.has(definition.type)) return typeof value === 'number' ? String(value) : value;
  if (typeof value === 'number') return value;
  const named = Object.hasOwn(definition.values ?? {}, value) ? definition.values?.[value] : undefined;
  return named ?? (/^\d{1,10}$/.test(value) ? Number(value) : value);
}

/** `IPv6-6rd-IPv4MaskLen=8, IPv6-6rd-Prefix=2001:db8::/32`. */
function nestedOctets({ fields = [] }: AttributeDefinition, text: string | number): Uint8Array | undefined {
  const parts = String(text)
    .split(/,\s*/)
    .map((part) => {
      const [, name, value] = /^([A-Za-z0-9-]+)\s*=\s*(.+)$/.exec(part.trim()) ?? [];
      const field = fields.find((each) => each.name === name);
      const octets = field === undefined || value === undefined ? undefined : valueOctets(field, value);
      return field === undefined || octets === undefined ? undefined : encodeAttribute(field.number, octets);
    });
  return parts.some((part) => part === undefined) ? undefined : Buffer.concat(parts as Uint8Array[]);
}

/** Integers keep three octets behind their tag. Text has none unless there is one, or its first octet would be taken for one. */
function withTag(definition: AttributeDefinition, octets: Uint8Array, tag: number | undefined): Uint8Array | undefined {
  if (definition.type === 'integer')
    return octets[0] === 0 ? Uint8Array.of(tag ?? 0, ...octets.subarray(1)) : undefined;
  const bare = (tag ?? 0) === 0 && (octets[0] as number) > 0x1f && definition.encryption === undefined;
  return bare ? octets : Uint8Array.of(tag ?? 0, ...octets);
}
