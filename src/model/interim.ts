import { parseDuration } from '../base/units.ts';
import type { Placed } from './declarations.ts';
import { type Resolving, warning } from './resolve/resolving.ts';

const shortestMs = 60_000;
const longestMs = 600_000;

/** Warns of a time between two reports on a session that is very short or very long. */
export function checkInterim(to: Resolving, place: Placed, text: string, path: readonly string[]): void {
  const ms = parseDuration(text) ?? shortestMs;
  if (ms < shortestMs) {
    const hint = 'RFC 2869 §5.16 asks for 60 s at least; many NAS ignore less';
    warning(to, 'LM_INTERIM_SHORT', `every ${text} is very often`, place, path, hint);
  }
  if (ms > longestMs) {
    const message = `every ${text} is seldom: what a session used since is lost when its end is`;
    warning(to, 'LM_INTERIM_LONG', message, place, path, '10m at most, 2m is the default');
  }
}
