import { printable, toHex } from '../../base/bytes.ts';
import { listAttributes, type RawAttribute } from '../packet/attributes.ts';
import type { AttributeDefinition } from './definition.ts';
import { attributeNumbered, nameIn } from './dictionary.ts';
import { type NestedValue, type ReadValue, readValue } from './read-value.ts';

/** An attribute as people read it. */
export interface DescribedAttribute {
  /** `Mikrotik-Rate-Limit`, `Tunnel-Type:1`; `Attr-26.2352.1` when no dictionary knows it. */
  readonly name: string;
  /** Safe to print; passwords and keys are `[secret]`. */
  readonly value: string;
}

/** The attributes of a packet that was walked before, in order, readable and without secrets. */
export function describeAttributes(packet: Uint8Array, from: number, end: number): DescribedAttribute[] {
  return listAttributes(packet, from, end).map(describe);
}

/** `Attr-26.2352.1`: what an attribute is called that no dictionary knows. */
export function numberName({ extended, vendor, type }: Pick<RawAttribute, 'extended' | 'vendor' | 'type'>): string {
  const steps = [...(extended === undefined ? [] : [extended]), ...(vendor === undefined ? [] : [26, vendor]), type];
  return `Attr-${steps.join('.')}`;
}

function describe(raw: RawAttribute): DescribedAttribute {
  const definition = attributeNumbered(raw.vendor, raw.type, raw.extended);
  if (definition === undefined) return { name: numberName(raw), value: `0x${toHex(raw.value)}` };
  if (definition.hidden === true) return { name: definition.name, value: '[secret]' };
  const read = readValue(definition, raw.value);
  const tag = read?.tag === undefined ? '' : `:${read.tag}`;
  return { name: `${definition.name}${tag}`, value: describeValue(definition, read, raw.value) };
}

function describeValue(definition: AttributeDefinition, read: ReadValue | undefined, octets: Uint8Array): string {
  const value = read?.value;
  if (value === undefined) return `0x${toHex(octets)}`;
  if (value instanceof Uint8Array) return describeOctets(value);
  if (typeof value === 'object') return value.map(describeNested).join(', ');
  if (typeof value === 'number') return nameIn(definition.values ?? {}, value) ?? String(value);
  return printable(String(value), 253);
}

function describeNested({ definition, raw, read }: NestedValue): string {
  if (definition === undefined) return `${raw.type}=0x${toHex(raw.value)}`;
  return `${definition.name}=${describeValue(definition, read, raw.value)}`;
}

function describeOctets(octets: Uint8Array): string {
  const text = Buffer.from(octets).toString('latin1');
  return /^[\x20-\x7e]+$/.test(text) ? text : `0x${toHex(octets)}`;
}
