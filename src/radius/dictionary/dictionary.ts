import { ascendAttributes } from './ascend.ts';
import { chillispotAttributes } from './chillispot.ts';
import { ciscoAttributes } from './cisco.ts';
import type { AttributeDefinition } from './definition.ts';
import { dslForumAttributes } from './dsl-forum.ts';
import { microsoftAttributes } from './microsoft.ts';
import { mikrotikAttributes } from './mikrotik.ts';
import { rfcAttributes } from './rfc.ts';
import { rarerAttributes } from './rfc-rarer.ts';
import { tpLinkAttributes } from './tp-link.ts';
import { wisprAttributes } from './wispr.ts';

/** Every attribute we know, the RFCs' first. */
export const allAttributes: readonly AttributeDefinition[] = [
  ...rfcAttributes,
  ...rarerAttributes,
  ...mikrotikAttributes,
  ...wisprAttributes,
  ...chillispotAttributes,
  ...microsoftAttributes,
  ...tpLinkAttributes,
  ...ciscoAttributes,
  ...ascendAttributes,
  ...dslForumAttributes,
];

const byName = new Map(allAttributes.map((definition) => [definition.name, definition]));
const byNumber = new Map(
  allAttributes.map((definition) => [numberKey(definition.vendor, definition.number, definition.extended), definition]),
);
const plain: readonly (AttributeDefinition | undefined)[] = Array.from({ length: 256 }, (_, number) =>
  byNumber.get(numberKey(undefined, number)),
);

/** The attribute spelt exactly so. */
export function attributeNamed(name: string): AttributeDefinition | undefined {
  return byName.get(name);
}

/** The attribute of a number: of a vendor or of the RFCs, and perhaps of the extended space. */
export function attributeNumbered(
  vendor: number | undefined,
  number: number,
  extended?: number,
): AttributeDefinition | undefined {
  if (vendor === undefined && extended === undefined) return plain[number];
  return byNumber.get(numberKey(vendor, number, extended));
}

/** The name of a value of an enumerated attribute: `valueName('Error-Cause', 503)`. */
export function valueName(attribute: string, value: number): string | undefined {
  return nameIn(byName.get(attribute)?.values ?? {}, value);
}

/** The first name of a value. */
export function nameIn(values: Readonly<Record<string, number>>, value: number): string | undefined {
  return Object.keys(values).find((name) => values[name] === value);
}

function numberKey(vendor: number | undefined, number: number, extended?: number): string {
  return `${extended ?? ''}:${vendor ?? ''}:${number}`;
}
