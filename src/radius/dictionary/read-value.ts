import { nestedAttributes, type RawAttribute } from '../packet/attributes.ts';
import { type AttributeValue, decodeValue } from '../packet/value.ts';
import type { AttributeDefinition } from './definition.ts';

/** The value of one attribute, read as its dictionary says. */
export interface ReadValue {
  /** RFC 2868 §3.1; absent where there is none, or it is 0. */
  readonly tag?: number;
  /** Of a `tlv`, what is inside. */
  readonly value: AttributeValue | readonly NestedValue[];
}

export interface NestedValue {
  readonly definition: AttributeDefinition | undefined;
  readonly raw: RawAttribute;
  /** Absent: it does not fit its type. */
  readonly read: ReadValue | undefined;
}

/** Nothing when the octets do not fit: such an attribute is as good as not there (RFC 6929 §2.8). */
export function readValue(definition: AttributeDefinition, octets: Uint8Array): ReadValue | undefined {
  if (definition.tagged === true) return tagged(definition, octets);
  return untagged(definition, octets);
}

function untagged(definition: AttributeDefinition, octets: Uint8Array): ReadValue | undefined {
  const { type, size, fields } = definition;
  if (size !== undefined && octets.length !== size) return undefined;
  if (type === 'tlv') return readNested(fields ?? [], octets);
  const value = decodeValue(type, octets);
  return value === undefined ? undefined : { value };
}

/** Integers have a tag always, in place of their first octet; text has one when its first octet is none of text. */
function tagged(definition: AttributeDefinition, octets: Uint8Array): ReadValue | undefined {
  const [first = 0] = octets;
  if (first > 0x1f && definition.type !== 'integer') return untagged(definition, octets);
  const rest =
    definition.type === 'integer' && octets.length === 4 ? Uint8Array.of(0, ...octets.subarray(1)) : octets.subarray(1);
  const read = untagged(definition, rest);
  return read === undefined || first === 0 || first > 0x1f ? read : { tag: first, ...read };
}

function readNested(fields: readonly AttributeDefinition[], octets: Uint8Array): ReadValue | undefined {
  const value = nestedAttributes(octets)?.map((raw): NestedValue => {
    const definition = fields.find(({ number }) => number === raw.type);
    return { definition, raw, read: definition === undefined ? undefined : readValue(definition, raw.value) };
  });
  return value === undefined ? undefined : { value };
}
