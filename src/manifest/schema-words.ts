import type { ErrorObject } from 'ajv/dist/2020.js';
import { printable } from '../base/bytes.ts';
import { nearest } from '../base/nearest.ts';
import { seemsSecret } from '../model/secret-places.ts';
import type { Located, Path } from './locate.ts';

/** A departure from a schema, in words and not yet placed in a file. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly path: Path;
  readonly on: 'key' | 'value';
  /** The key that was probably meant: that it is missing needs no telling. */
  readonly meant?: string;
}

/** The node an error is about, looked up in the text: to tell how a value was written. */
export type Look = (path: Path) => Located;

/** Puts an Ajv error into words, or returns `undefined` when another error of the same place says it better. */
export function schemaFinding(error: ErrorObject, look: Look): Finding | undefined {
  const path = pathOf(error.instancePath);
  const onValue = (code: string, message: string, hint?: string): Finding =>
    finding(code, message, hint, path, 'value');
  const limit = (error.params as { limit?: number }).limit;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error, path);
    case 'not':
      return notYet(error, path);
    case 'required':
      return missingKey(error, path);
    case 'type':
      return wrongType(error, path, look);
    case 'enum':
      return unknownWord(error, path);
    case 'const':
      return onValue('LM_WRONG_VALUE', `must be ${String(error.schema)}`);
    case 'pattern':
      return 'propertyName' in error && error.propertyName !== undefined
        ? undefined
        : onValue('LM_WRONG_FORMAT', `${shown(error, path)} is not in the form expected`, description(error));
    case 'propertyNames': {
      const key = String((error.params as { propertyName: string }).propertyName);
      const about = (error.schema as SchemaPart).description;
      const hint = about ?? 'lower-case letters, digits, dots, dashes, slashes and underscores';
      return finding('LM_WRONG_FORMAT', `"${printable(key, 60)}" cannot be a key here`, hint, [...path, key], 'key');
    }
    case 'minLength':
      return onValue('LM_EMPTY_TEXT', 'must not be empty', description(error));
    case 'maxLength':
      if (error.propertyName !== undefined) return undefined;
      return onValue('LM_TOO_LONG', `longer than ${limit} characters`);
    case 'minimum':
      return onValue('LM_OUT_OF_RANGE', `${shown(error, path)} is too small, at least ${limit}`, description(error));
    case 'maximum':
      return onValue('LM_OUT_OF_RANGE', `${shown(error, path)} is too large, at most ${limit}`, description(error));
    case 'minItems':
      return onValue('LM_OUT_OF_RANGE', `at least ${limit} ${limit === 1 ? 'entry is' : 'entries are'} needed`);
    case 'maxItems':
      return onValue('LM_OUT_OF_RANGE', `more than ${limit} entries`);
    case 'uniqueItems':
      return onValue('LM_DUPLICATE_ENTRY', 'the same entry stands twice');
    case 'minProperties':
    case 'maxProperties':
      return onValue(
        'LM_OUT_OF_RANGE',
        error.keyword === 'minProperties' ? 'must not be empty' : `at most ${limit} keys`,
        description(error),
      );
    case 'if':
      return undefined;
    default:
      return onValue('LM_SCHEMA', error.message ?? error.keyword);
  }
}

/** `/items/3/api~1x` as steps. Numbers that index a list stay text: looking up converts them. */
export function pathOf(pointer: string): Path {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

interface SchemaPart {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, { readonly not?: object; readonly description?: string }>>;
  readonly enum?: readonly unknown[];
  readonly not?: { readonly enum?: readonly unknown[] };
}

function unknownKey(error: ErrorObject, path: Path): Finding {
  const key = String((error.params as { additionalProperty: string }).additionalProperty);
  const properties = (error.parentSchema as SchemaPart).properties ?? {};
  const known = Object.keys(properties).filter((name) => !isRefused(properties[name]?.not));
  const meant = nearest(key, known);
  const hint =
    meant !== undefined ? `did you mean ${meant}?` : known.length <= 16 ? `known here: ${known.join(', ')}` : undefined;
  const what = isSecret(path) ? 'what stands here is no key of a secret' : `unknown key "${printable(key, 60)}"`;
  const found = finding('LM_UNKNOWN_KEY', what, hint, [...path, key], 'key');
  return meant === undefined ? found : { ...found, meant };
}

function notYet(error: ErrorObject, path: Path): Finding {
  const code = 'LM_NOT_SUPPORTED_YET';
  if (isRefused(error.schema as object)) {
    const about = description(error)?.replace(/^Not supported yet: /, '');
    return finding(
      code,
      `"${path.at(-1)}" is not supported yet${about === undefined ? '' : `: ${about}`}`,
      undefined,
      path,
      'key',
    );
  }
  const refused = error.schema as { enum?: readonly unknown[]; description?: string };
  const words = ((error.parentSchema as SchemaPart).enum ?? []).filter((word) => !refused.enum?.includes(word));
  return finding(
    code,
    `"${printable(String(error.data), 60)}" is not supported yet`,
    `supported: ${words.join(', ')}`,
    path,
    'value',
  );
}

function missingKey(error: ErrorObject, path: Path): Finding {
  const key = String((error.params as { missingProperty: string }).missingProperty);
  const about = (error.parentSchema as SchemaPart).properties?.[key]?.description;
  return finding('LM_MISSING_KEY', `"${key}" is missing`, about, path, 'key');
}

function wrongType(error: ErrorObject, path: Path, look: Look): Finding {
  const wanted = [error.schema].flat() as string[];
  const { data } = error;
  if (wanted.includes('string') && (data === null || ['number', 'boolean', 'bigint'].includes(typeof data))) {
    const { source = '' } = look(path);
    if (source === '') return finding('LM_EMPTY_TEXT', 'has no value', description(error), path, 'key');
    const quoted = isSecret(path) ? 'quote it' : `quote it: "${printable(source, 60)}"`;
    return finding('LM_TEXT_EXPECTED', `text is due here, this is ${aValue(data)}`, quoted, path, 'value');
  }
  const names = wanted.map((type) => typeNames[type] ?? type).join(' or ');
  return finding(
    'LM_WRONG_TYPE',
    `must be ${names}, is ${aValue(data)}`,
    description(error),
    path,
    data === null ? 'key' : 'value',
  );
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'a map',
  array: 'a list',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function aValue(data: unknown): string {
  if (data === null) return 'empty';
  if (Array.isArray(data)) return 'a list';
  if (typeof data === 'object') return 'a map';
  if (typeof data === 'string') return 'text';
  return typeof data === 'boolean' ? 'a truth value' : 'a number';
}

function unknownWord(error: ErrorObject, path: Path): Finding {
  const refused = (error.parentSchema as SchemaPart).not?.enum ?? [];
  const words = ((error.schema as readonly unknown[]) ?? []).filter((word) => !refused.includes(word)).map(String);
  if (typeof error.data !== 'string')
    return finding('LM_UNKNOWN_WORD', `must be ${words.join(' or ')}`, undefined, path, 'value');
  const meant = nearest(error.data, words);
  const hint = meant !== undefined && words.length > 3 ? `did you mean ${meant}?` : `one of: ${words.join(', ')}`;
  return finding('LM_UNKNOWN_WORD', `"${printable(error.data, 60)}" is not known here`, hint, path, 'value');
}

/** A number in the path is no key. */
function isSecret(path: Path): boolean {
  return path.some(
    (step) => step === 'sha256' || (typeof step === 'string' && !/^\d+$/.test(step) && seemsSecret(step)),
  );
}

function shown(error: ErrorObject, path: Path): string {
  return isSecret(path) ? 'this' : `"${printable(String(error.data), 60)}"`;
}

function isRefused(not: object | undefined): boolean {
  return not !== undefined && Object.keys(not).length === 0;
}

function description(error: ErrorObject): string | undefined {
  return (error.parentSchema as SchemaPart | undefined)?.description;
}

function finding(code: string, message: string, hint: string | undefined, path: Path, on: 'key' | 'value'): Finding {
  return { code, message, path, on, ...(hint === undefined ? {} : { hint }) };
}
