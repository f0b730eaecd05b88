import type { AttributeType } from '../packet/attributes.ts';

/** What a dictionary knows of one attribute. */
export interface AttributeDefinition {
  /** As the RFC or the vendor spells it. */
  readonly name: string;
  readonly number: number;
  /** Private enterprise number; absent for the attributes of the RFCs. */
  readonly vendor?: number;
  readonly type: AttributeType;
  /** Named values of an `integer`. */
  readonly values?: Readonly<Record<string, number>>;
  /** A tag octet groups several of them (RFC 2868 §3). */
  readonly tagged?: true;
  /** Holds a secret: never shown. */
  readonly hidden?: true;
}

/** One row of a dictionary file: number, name, type, and what else there is to know. */
export type DefinitionRow = readonly [
  number: number,
  name: string,
  type: AttributeType,
  more?: Pick<AttributeDefinition, 'values' | 'tagged' | 'hidden'>,
];

/** Rows as definitions of one vendor, or of the RFCs. */
export function definitions(
  vendor: number | undefined,
  rows: readonly DefinitionRow[],
): readonly AttributeDefinition[] {
  return rows.map(([number, name, type, more]) => ({
    name,
    number,
    type,
    ...(vendor === undefined ? {} : { vendor }),
    ...more,
  }));
}
