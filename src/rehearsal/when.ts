import { offsetReader, timeReader } from '../model/local-time.ts';

const dayMs = 86_400_000;

/**
 * The moment a text means: RFC 3339, local, a date, or the next time of that day. `undefined` when it is none. Pure.
 *
 * @throws RangeError when the zone is not known
 */
export function momentAfter(text: string, now: number, timezone: string): number | undefined {
  const read = timeReader(timezone);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return read(`${text}T00:00`);
  if (!/^\d{2}:\d{2}$/.test(text)) return read(text);
  const today = read(`${localText(now, timezone).slice(0, 10)}T${text}`);
  if (today === undefined || today > now) return today;
  return read(`${localText(now + dayMs, timezone).slice(0, 10)}T${text}`);
}

/** `2026-03-10T12:00` in that zone. */
export function localText(moment: number, timezone: string): string {
  return new Date(moment + offsetReader(timezone)(moment)).toISOString().slice(0, 16);
}
