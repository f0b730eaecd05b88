import { isRecord } from '../answer.ts';
import type { ApiObject } from '../open-api.ts';

/** A text or a number of an object, as text; `undefined` when there is none, or an empty one. */
export function textIn(object: ApiObject, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = object[name];
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

export function textsIn(object: ApiObject, name: string): readonly string[] {
  const values = object[name];
  return Array.isArray(values) ? (values as readonly unknown[]).filter((each) => typeof each === 'string') : [];
}

export function objectsIn(object: ApiObject, name: string): readonly ApiObject[] {
  const values = object[name];
  return Array.isArray(values) ? (values as readonly unknown[]).filter(isRecord) : [];
}

export function objectIn(object: ApiObject, name: string): ApiObject {
  const value = object[name];
  return isRecord(value) ? value : {};
}
