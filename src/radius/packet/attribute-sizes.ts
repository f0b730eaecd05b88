import { attributeNumbered } from '../dictionary/dictionary.ts';
import { attribute } from './codes.ts';
import type { AttributeType } from './value.ts';

/** Octets of the values of a type that knows no other number of them. */
const octets: Partial<Record<AttributeType, number>> = {
  integer: 4,
  time: 4,
  ipv4: 4,
  integer64: 8,
  'interface-id': 8,
  ipv6: 16,
  'ipv4-prefix': 6,
};

/** Vendor-Specific: a vendor's number and one attribute of theirs, or it is nothing. */
const least: Readonly<Record<number, number>> = { [attribute.vendorSpecific]: 8 };

/** How long an attribute of each number may be, header included: what its type allows. */
export const shortest: Uint8Array = Uint8Array.from({ length: 256 }, (_, type) => exact(type) ?? least[type] ?? 2);
export const longest: Uint8Array = Uint8Array.from({ length: 256 }, (_, type) => exact(type) ?? 255);

function exact(type: number): number | undefined {
  const definition = attributeNumbered(undefined, type);
  const size = definition === undefined ? undefined : octets[definition.type];
  return size === undefined ? undefined : size + 2;
}
