import { printable, toHex } from '../../base/bytes.ts';
import { decodeValue, listAttributes, type RawAttribute } from '../packet/attributes.ts';
import type { AttributeDefinition } from './definition.ts';
import { attributeNumbered, valueName } from './dictionary.ts';

/** An attribute as people read it. */
export interface DescribedAttribute {
  /** `Mikrotik-Rate-Limit`; `Attr-26.9.1` when no dictionary knows it. */
  readonly name: string;
  /** Safe to print; passwords and keys are `[secret]`. */
  readonly value: string;
}

/** The attributes of a packet that was walked before, in order, readable and without secrets. */
export function describeAttributes(packet: Uint8Array, from: number, end: number): DescribedAttribute[] {
  return listAttributes(packet, from, end).map(describe);
}

function describe(raw: RawAttribute): DescribedAttribute {
  const definition = attributeNumbered(raw.vendor, raw.type);
  if (definition === undefined) {
    const number = raw.vendor === undefined ? String(raw.type) : `26.${raw.vendor}.${raw.type}`;
    return { name: `Attr-${number}`, value: `0x${toHex(raw.value)}` };
  }
  return {
    name: definition.name,
    value: definition.hidden === true ? '[secret]' : describeValue(definition, raw.value),
  };
}

function describeValue(definition: AttributeDefinition, octets: Uint8Array): string {
  const value = decodeValue(definition.type, withoutTag(definition, octets));
  if (value === undefined) return `0x${toHex(octets)}`;
  if (value instanceof Uint8Array) return describeOctets(value);
  if (typeof value === 'number') return valueName(definition.name, value) ?? String(value);
  return printable(String(value), 253);
}

function withoutTag(definition: AttributeDefinition, octets: Uint8Array): Uint8Array {
  if (definition.tagged !== true || (octets[0] ?? 0x20) > 0x1f) return octets;
  return definition.type === 'integer' ? Uint8Array.from([0, ...octets.subarray(1)]) : octets.subarray(1);
}

function describeOctets(octets: Uint8Array): string {
  const text = Buffer.from(octets).toString('latin1');
  return /^[\x20-\x7e]+$/.test(text) ? text : `0x${toHex(octets)}`;
}
