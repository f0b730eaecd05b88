import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { combinedSchema, kinds } from '../model/generated/schemas.ts';
import type { Plain } from './plain-value.ts';

export type Kind = (typeof kinds)[number];

const validatorOf = compiler();

/** Every way in which a document departs from the schema of its kind. */
export function schemaErrors(kind: Kind, value: Plain): readonly ErrorObject[] {
  const validate = validatorOf(kind);
  return validate(value) ? [] : (validate.errors ?? []);
}

export function isKind(word: string): word is Kind {
  return (kinds as readonly string[]).includes(word);
}

/** Kinds that are planned and refused as such. */
export function kindsNotYet(): readonly string[] {
  const { properties } = combinedSchema as { properties: { kind: { not: { enum: readonly string[] } } } };
  return properties.kind.not.enum;
}

/**
 * Most commands meet a few kinds and a few documents: a kind is compiled when it is first met (and kept by Ajv), and as
 * quickly as can be. What is left out costs 100,000 subscribers nothing that can be measured, and every start half a
 * second. That our schemas are schemas is seen by their test.
 */
function compiler(): (kind: Kind) => ValidateFunction {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    strictRequired: false,
    strictTypes: false,
    inlineRefs: false,
    code: { optimize: false },
    meta: false,
    validateSchema: false,
  });
  ajv.addSchema(combinedSchema, 'lastmile');
  return (kind) => {
    const id = `lastmile#/$defs/${kind}`;
    const validate = ajv.getSchema(id);
    if (validate === undefined) throw new Error(`no schema of ${kind}`);
    return validate;
  };
}
