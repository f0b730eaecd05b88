/**
 * How long to wait for the next reading of a router: its times are the same on every clock, `offsetMs` after each multiple of
 * the interval since 1970. Whatever the clock says, it is never more than an interval and a tenth.
 *
 * @param now wall time, milliseconds since 1970
 */
export function untilNext(now: number, intervalMs: number, offsetMs: number): number {
  const sinceSlot = (((now - offsetMs) % intervalMs) + intervalMs) % intervalMs;
  const wait = intervalMs - sinceSlot;
  // The slot that has just been missed by a little is made up for by the one before.
  return wait < intervalMs / 10 ? wait + intervalMs : wait;
}

/** When in each interval a router is read: not all at once. The same for a router after each start. */
export function offsetOf(router: string, intervalMs: number): number {
  return hash(router) % Math.max(1, Math.min(60_000, Math.floor(intervalMs / 5)));
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
