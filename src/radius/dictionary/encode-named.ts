import {
  encodeAttribute,
  encodeValue,
  encodeVendorAttribute,
  maxValueLength,
  maxVendorValueLength,
} from '../packet/attributes.ts';
import type { AttributeDefinition } from './definition.ts';
import { attributeNamed } from './dictionary.ts';

/** An attribute as people write it. */
export interface NamedAttribute {
  readonly name: string;
  readonly value: string | number;
}

/**
 * A whole attribute, with its header, by name.
 *
 * @throws RangeError when the dictionary does not know it or the value does not fit: checked declarations never do this
 */
export function encodeNamed(attribute: NamedAttribute): Uint8Array {
  const definition = attributeNamed(attribute.name);
  const value = definition === undefined ? undefined : valueOctets(definition, attribute.value);
  if (definition === undefined || value === undefined) {
    throw new RangeError(`attribute ${attribute.name} cannot be encoded`);
  }
  return definition.vendor === undefined
    ? encodeAttribute(definition.number, value)
    : encodeVendorAttribute(definition.vendor, definition.number, value);
}

/** The octets of a value, enumerated names and digits in quotes understood; nothing when it does not fit. */
export function valueOctets(definition: AttributeDefinition, value: string | number): Uint8Array | undefined {
  const octets = encodeValue(definition.type, plainValue(definition, value));
  if (octets === undefined || octets.length > roomFor(definition)) return undefined;
  return definition.tagged === true ? tagged(definition, octets) : octets;
}

/** The most octets a value of this attribute has. */
export function roomFor(definition: AttributeDefinition): number {
  const room = definition.vendor === undefined ? maxValueLength : maxVendorValueLength;
  return definition.tagged === true ? room - 1 : room;
}

function plainValue(definition: AttributeDefinition, value: string | number): string | number | bigint {
  if (definition.type === 'integer64') return /^\d+$/.test(String(value)) ? BigInt(value) : value;
  if (definition.type !== 'integer' && definition.type !== 'time')
    return typeof value === 'number' ? String(value) : value;
  if (typeof value === 'number') return value;
  const named = Object.hasOwn(definition.values ?? {}, value) ? definition.values?.[value] : undefined;
  return named ?? (/^\d{1,10}$/.test(value) ? Number(value) : value);
}

/** Tag 0: the only tunnel of the reply (RFC 2868 §3.1). Integers keep three octets behind it. */
function tagged(definition: AttributeDefinition, octets: Uint8Array): Uint8Array | undefined {
  if (definition.type === 'integer') return octets[0] === 0 ? octets : undefined;
  return Uint8Array.from([0, ...octets]);
}
