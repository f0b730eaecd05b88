import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { combinedSchema, kinds } from '../model/generated/schemas.ts';
import type { Plain } from './plain-value.ts';

export type Kind = (typeof kinds)[number];

const validators = compileSchemas();

/** Every way in which a document departs from the schema of its kind. */
export function schemaErrors(kind: Kind, value: Plain): readonly ErrorObject[] {
  const validate = validators.get(kind);
  if (validate === undefined || validate(value)) return [];
  return validate.errors ?? [];
}

export function isKind(word: string): word is Kind {
  return (kinds as readonly string[]).includes(word);
}

/** Kinds that are planned and refused as such. */
export function kindsNotYet(): readonly string[] {
  const { properties } = combinedSchema as { properties: { kind: { not: { enum: readonly string[] } } } };
  return properties.kind.not.enum;
}

function compileSchemas(): ReadonlyMap<Kind, ValidateFunction> {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    strictRequired: false,
    strictTypes: false,
  });
  ajv.addSchema(combinedSchema, 'lastmile');
  return new Map(kinds.map((kind) => [kind, ajv.compile({ $ref: `lastmile#/$defs/${kind}` })]));
}
