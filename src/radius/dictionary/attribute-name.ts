import type { ExtendedType } from '../packet/attributes.ts';
import type { AttributeDefinition } from './definition.ts';
import { attributeNamed, attributeNumbered } from './dictionary.ts';

/** An attribute as a declaration names it. */
export interface NamedDefinition {
  readonly definition: AttributeDefinition;
  /** `1` of `Tunnel-Type:1` (RFC 2868 §3.1). Absent: none is written. */
  readonly tag?: number;
  /** The name that a number should have been written as. */
  readonly known?: string;
}

/**
 * Reads `Session-Timeout`, `Tunnel-Type:1`, and by number what no dictionary knows: `Attr-250`, `Attr-26.2352.1`,
 * `Attr-241.9`, `Attr-241.26.9.1`. Those hold octets.
 *
 * @returns nothing when there is no such attribute, or it can have no tag
 */
export function readAttributeName(text: string): NamedDefinition | undefined {
  const [, name = text, digits] = /^(.*):(\d{1,2})$/.exec(text) ?? [];
  const known = attributeNamed(name);
  if (digits === undefined) return known === undefined ? numbered(name) : { definition: known };
  const tag = Number(digits);
  return known?.tagged === true && tag <= 31 ? { definition: known, tag } : undefined;
}

function numbered(name: string): NamedDefinition | undefined {
  const [, extendedText, vendorText, numberText] =
    /^Attr-(?:(24[1-6])\.)?(?:26\.(\d{1,10})\.)?(\d{1,10})$/.exec(name) ?? [];
  if (numberText === undefined) return undefined;
  const number = Number(numberText);
  const vendor = vendorText === undefined ? undefined : Number(vendorText);
  const extended = extendedText === undefined ? undefined : (Number(extendedText) as ExtendedType);
  if (!isFree(number, vendor, extended)) return undefined;
  const known = attributeNumbered(vendor, number, extended);
  const place = { ...(vendor === undefined ? {} : { vendor }), ...(extended === undefined ? {} : { extended }) };
  const definition: AttributeDefinition = { name, number, type: 'string', ...place };
  return { definition, ...(known === undefined ? {} : { known: known.name }) };
}

/** 26 and 241 to 246 are containers; vendors have numbers of three octets, and one for the type unless they are known for more. */
function isFree(number: number, vendor: number | undefined, extended: number | undefined): boolean {
  const container = vendor === undefined && (number === 26 || (extended === undefined && number > 240 && number < 247));
  return number > 0 && number < 256 && !container && (vendor === undefined || (vendor > 0 && vendor < 2 ** 24));
}
