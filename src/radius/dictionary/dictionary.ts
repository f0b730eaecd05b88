import { chillispotAttributes } from './chillispot.ts';
import type { AttributeDefinition } from './definition.ts';
import { microsoftAttributes } from './microsoft.ts';
import { mikrotikAttributes } from './mikrotik.ts';
import { rfcAttributes } from './rfc.ts';
import { tpLinkAttributes } from './tp-link.ts';
import { wisprAttributes } from './wispr.ts';

/** Every attribute we know, the RFCs' first. */
export const allAttributes: readonly AttributeDefinition[] = [
  ...rfcAttributes,
  ...mikrotikAttributes,
  ...wisprAttributes,
  ...chillispotAttributes,
  ...microsoftAttributes,
  ...tpLinkAttributes,
];

const byName = new Map(allAttributes.map((definition) => [definition.name, definition]));
const byNumber = new Map(
  allAttributes.map((definition) => [numberKey(definition.vendor, definition.number), definition]),
);

/** The attribute spelt exactly so. */
export function attributeNamed(name: string): AttributeDefinition | undefined {
  return byName.get(name);
}

/** The attribute of a number, of a vendor or of the RFCs. */
export function attributeNumbered(vendor: number | undefined, number: number): AttributeDefinition | undefined {
  return byNumber.get(numberKey(vendor, number));
}

/** The name of a value of an enumerated attribute: `valueName('Error-Cause', 503)`. */
export function valueName(attribute: string, value: number): string | undefined {
  const values = byName.get(attribute)?.values ?? {};
  return Object.keys(values).find((name) => values[name] === value);
}

function numberKey(vendor: number | undefined, number: number): string {
  return `${vendor ?? ''}:${number}`;
}
