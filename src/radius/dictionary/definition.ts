import type { ExtendedType } from '../packet/attributes.ts';
import type { AttributeType } from '../packet/value.ts';

/** What a dictionary knows of one attribute. */
export interface AttributeDefinition {
  /** As the RFC or the vendor spells it. */
  readonly name: string;
  readonly number: number;
  /** Private enterprise number; absent for the attributes of the RFCs. */
  readonly vendor?: number;
  /** In which attribute of RFC 6929 it is; absent for those of 1 to 255. */
  readonly extended?: ExtendedType;
  readonly type: AttributeType;
  /** Named values of a number; of several names of one value, the first is shown. */
  readonly values?: Readonly<Record<string, number>>;
  /** A tag octet groups several of them (RFC 2868 §3). */
  readonly tagged?: true;
  /** Holds a secret: never shown. */
  readonly hidden?: true;
  /** How it is hidden on its way, by the shared secret: RFC 2865 §5.2, RFC 2868 §3.5, and Ascend's own. */
  readonly encryption?: 'password' | 'salted' | 'ascend';
  /** A long value goes in several attributes, to be joined in order. */
  readonly split?: true;
  /** Octets that a `string` must have. */
  readonly size?: number;
  /** What may be in a `tlv`. */
  readonly fields?: readonly AttributeDefinition[];
}

type More = Omit<AttributeDefinition, 'name' | 'number' | 'type' | 'vendor' | 'extended'>;

/** One row of a dictionary file: number, name, type, and what else there is to know. */
export type DefinitionRow = readonly [number: number, name: string, type: AttributeDefinition['type'], more?: More];

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

/** Rows as definitions in the extended space (RFC 6929). */
export function extendedDefinitions(
  extended: ExtendedType,
  rows: readonly DefinitionRow[],
): readonly AttributeDefinition[] {
  return definitions(undefined, rows).map((definition) => ({ ...definition, extended }));
}
