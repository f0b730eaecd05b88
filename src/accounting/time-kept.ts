import type { KeyValue } from '../store/key-value.ts';
import { quarterMs } from './usage/usage-deltas.ts';

/** In `meta`. */
const rowKey = 'usage-time';

/**
 * Since when usage has the time somebody was online: of a folder that an older release began, since this one came upon it.
 * What was before, sessions tell alone. Milliseconds since 1970, at the begin of a quarter of an hour.
 *
 * @param isNew nothing was ever stored
 * @throws LastmileError of the store
 */
export async function timeKeptSince(
  rows: Pick<KeyValue<number>, 'get' | 'put'>,
  isNew: boolean,
  now: number,
): Promise<number> {
  const known = await rows.get(rowKey);
  if (known !== undefined) return known;
  const since = isNew ? 0 : Math.ceil(now / quarterMs) * quarterMs;
  await rows.put(rowKey, since);
  return since;
}
