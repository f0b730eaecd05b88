import { Secret } from '../base/secret.ts';
import type { ObservedRow, ObservedValue, Row, Value } from './row.ts';

/** The fields of a row that the target does not hold as declared. */
export function differingFields(
  row: Pick<Row, 'fields' | 'rest'>,
  before: Pick<ObservedRow, 'fields'>,
): Readonly<Record<string, Value>> {
  const set: Record<string, Value> = {};
  for (const [name, value] of Object.entries(row.fields)) {
    if (!same(value, before.fields[name])) set[name] = value;
  }
  for (const [name, value] of Object.entries(row.rest ?? {})) {
    if (row.fields[name] === undefined && (before.fields[name] ?? value) !== value) set[name] = value;
  }
  return set;
}

function same(value: Value, observed: ObservedValue | undefined): boolean {
  if (value instanceof Secret) return typeof observed === 'object' && observed.equals(value);
  return value === (observed ?? '');
}
