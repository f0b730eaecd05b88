const shape =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:([Zz])|([+-])(\d{2}):(\d{2}))?$/;
const minute = 60_000;
const day = 86_400_000;

/** True when the runtime knows the IANA zone. */
export function isTimeZone(timezone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
}

/**
 * A reader of times: RFC 3339, or local without an offset, in milliseconds since 1970; `undefined` when the text is no
 * time that exists in the calendar. A local time that a clock change skips is read as if the clock had not changed yet
 * (02:30 becomes 03:30); one that occurs twice means the first.
 *
 * @throws RangeError when the zone is not known
 */
export function timeReader(timezone: string): (text: string) => number | undefined {
  const offsetAt = offsetReader(timezone);
  return (text) => {
    const parts = shape.exec(text);
    const wall = parts === null ? undefined : wallTime(parts);
    if (parts === null || wall === undefined) return undefined;
    if (parts[8] !== undefined) return wall;
    if (parts[9] === undefined) return fromLocal(wall, offsetAt);
    const [hours, minutes] = [Number(parts[10]), Number(parts[11])];
    if (hours > 23 || minutes > 59) return undefined;
    return wall - (parts[9] === '-' ? -1 : 1) * (hours * 60 + minutes) * minute;
  };
}

/** The written date and time as if it were UTC. */
function wallTime(parts: RegExpExecArray): number | undefined {
  const [year, month, date, hour, minutes, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year < 1970 || hour > 23 || minutes > 59 || second > 59) return undefined;
  const midnight = Date.UTC(year, month - 1, date);
  const check = new Date(midnight);
  if (check.getUTCMonth() !== month - 1 || check.getUTCDate() !== date) return undefined;
  const ms = Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3));
  return midnight + ((hour * 60 + minutes) * 60 + second) * 1000 + ms;
}

function fromLocal(wall: number, offsetAt: (instant: number) => number): number {
  const [before, after] = [offsetAt(wall - day), offsetAt(wall + day)];
  const candidates = [wall - before, wall - after].filter((instant) => offsetAt(instant) === wall - instant);
  return candidates.length === 0 ? wall - before : Math.min(...candidates);
}

/** Local time minus UTC at an instant, in milliseconds. @throws RangeError when the zone is not known */
export function offsetReader(timezone: string): (instant: number) => number {
  // What is known of it needs no zones, which take a tenth of a second to load.
  if (timezone === 'UTC') return () => 0;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return steady((instant) => {
    const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day: date = 1, hour = 0, minute: minutes = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, date, hour, minutes, second) - Math.floor(instant / 1000) * 1000;
  });
}

/** Remembers the last day on which clocks were not set: to ask a formatter takes microseconds, and usage is asked thousands of times. */
function steady(offsetAt: (instant: number) => number): (instant: number) => number {
  let known: { readonly from: number; readonly offset: number } | undefined;
  return (instant) => {
    if (known !== undefined && instant >= known.from && instant < known.from + day) return known.offset;
    const from = Math.floor(instant / day) * day;
    const offset = offsetAt(from);
    if (offsetAt(from + day) !== offset) return offsetAt(instant);
    known = { from, offset };
    return offset;
  };
}
