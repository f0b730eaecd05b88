import ipaddr from 'ipaddr.js';
import { parseMac } from '../base/mac.ts';
import { formatRate, parseRate } from '../base/units.ts';

/** `yes` or `no` from any of RouterOS's spellings of a boolean; other words stay. */
export function yesNo(value: string): string {
  if (value === 'true') return 'yes';
  return value === 'false' ? 'no' : value;
}

/** A list whose order means nothing: sorted, without spaces and doubles. */
export function wordSet(value: string): string {
  return [...new Set(split(value))].sort().join(',');
}

/** A list whose order means something. */
export function wordList(value: string): string {
  return split(value).join(',');
}

const unitMs: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
};

/**
 * A time in the form RouterOS reads back, `1w2d3h4m5s300ms` without zero parts, from that or from the clock form
 * `1d00:10:00`; bare numbers are seconds. Words such as `none` stay.
 */
export function time(value: string): string {
  const ms = timeMs(value);
  return ms === undefined ? value : formatTime(ms);
}

/** Milliseconds of a RouterOS time; `undefined` when it is a word. */
export function timeMs(value: string): number | undefined {
  const match = /^((?:\d+(?:ms|[wdhms]))*)(?:(\d+):(\d+):(\d+))?$/.exec(value);
  if (match === null || value === '') return /^\d+$/.test(value) ? Number(value) * 1000 : undefined;
  let total = 0;
  for (const [, digits, unit] of (match[1] ?? '').matchAll(/(\d+)(ms|[wdhms])/g)) {
    total += Number(digits) * (unitMs[unit ?? 's'] ?? 0);
  }
  const [hours, minutes, seconds] = [match[2], match[3], match[4]].map((part) => Number(part ?? 0));
  return total + ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000;
}

/** A time in RouterOS's unit form. */
export function formatTime(ms: number): string {
  const parts: string[] = [];
  let rest = ms;
  for (const [unit, length] of Object.entries(unitMs)) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.length === 0 ? '0s' : parts.join('');
}

/** Four decimal numbers as everybody writes them: most addresses of a large table. */
const plainIpv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;

/** An address without prefix length noise: `10.0.0.5/32` and `10.0.0.5` are one. */
export function address(value: string): string {
  if (value === '' || plainIpv4.test(value)) return value;
  const bare = value.endsWith('/32') ? value.slice(0, -3) : value;
  // Only what is written as an address: to ipaddr.js `10`, a good name for a pool, is one, too.
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return bare;
  // ipaddr.js takes a prefix for the address in it.
  const [first = '', length] = bare.split('/');
  if (!first.includes(':') || !ipaddr.IPv6.isValid(first)) return value;
  const shortest = ipaddr.parse(first).toString();
  return length === undefined || length === '128' ? shortest : `${shortest}/${length}`;
}

/** A MAC as RouterOS shows it; what is none stays. */
export function macAddress(value: string): string {
  return parseMac(value) ?? value;
}

/** The same, but empty for the word that RouterOS has for none. */
export function noneAs(word: string, canonical: (value: string) => string): (value: string) => string {
  return (value) => {
    const text = canonical(value);
    return text === word ? '' : text;
  };
}

/** Pool ranges: whole prefixes become ranges, lists keep their order, spaces go. */
export function ranges(value: string): string {
  const parts = split(value).map(range);
  return parts.filter((part) => part !== '').join(',');
}

function range(text: string): string {
  if (text.includes('/') && ipaddr.IPv4.isValidCIDR(text)) {
    const first = ipaddr.IPv4.networkAddressFromCIDR(text).toString();
    const last = ipaddr.IPv4.broadcastAddressFromCIDR(text).toString();
    return first === last ? first : `${first}-${last}`;
  }
  const [first, last] = text.split('-').map((part) => part.trim());
  return last === undefined || first === last ? (first ?? text) : `${first}-${last}`;
}

/**
 * Rate text of profiles and Mikrotik-Rate-Limit in its shortest form, so that `5M/20M` and `5000k/20M 0/0` are one
 * (MikroTik manual, PPP AAA: rate-limit). What does not parse stays as it is.
 */
export function rateLimit(value: string): string {
  const [rateText = '', burstText, thresholdText, timeText, priority = '8', guaranteedText, more] = value
    .trim()
    .split(/\s+/);
  const rate = ratePair(rateText);
  const burst = ratePair(burstText ?? '0/0');
  const bursts = burst !== '0/0';
  const threshold = ratePair(thresholdText ?? (bursts ? rateText : '0/0'));
  const times = timePair(timeText ?? (bursts ? '1' : '0'));
  const parts = [rate, burst, threshold, times, priority, ratePair(guaranteedText ?? '0/0')];
  return more === undefined && parts.every((part) => part !== undefined) ? shorten(parts, bursts ? 4 : 1) : value;
}

/** With a burst, thresholds and times left out would mean something else than zeros. */
function shorten(parts: readonly string[], least: number): string {
  const defaults = ['', '0/0', '0/0', '0/0', '8', '0/0'];
  let end = parts.length;
  while (end > least && parts[end - 1] === defaults[end - 1]) end -= 1;
  return parts.slice(0, end).join(' ');
}

/** `up/down`, or one for both. */
function ratePair(text: string): string | undefined {
  const rates = text.split('/').map(parseRate);
  const [up, down = up] = rates;
  return up === undefined || down === undefined || rates.length > 2
    ? undefined
    : `${formatRate(up)}/${formatRate(down)}`;
}

/** Seconds where they are whole, as in what we write; else RouterOS's unit form. */
function timePair(text: string): string | undefined {
  const times = text.split('/').map(timeMs);
  const [up, down = up] = times;
  if (up === undefined || down === undefined || times.length > 2) return undefined;
  return [up, down].map((ms) => (ms % 1000 === 0 ? String(ms / 1000) : formatTime(ms))).join('/');
}

/** Routes of a subscriber, `destination [gateway [metric]]`: spaces between words one each, none around commas. */
export function routes(value: string): string {
  if (value === '') return value;
  return split(value)
    .map((route) => route.split(/\s+/).join(' '))
    .join(',');
}

/** An IPv6 prefix in its shortest form, without bits of a host; what is none stays. */
export function ipv6Prefix(value: string): string {
  if (!ipaddr.IPv6.isValidCIDR(value)) return value;
  return `${ipaddr.IPv6.networkAddressFromCIDR(value).toString()}/${value.slice(value.indexOf('/') + 1)}`;
}

/** A list of IPv6 prefixes, each perhaps followed by other words. */
export function ipv6Prefixes(value: string): string {
  if (value === '') return value;
  return routes(value)
    .split(',')
    .map((route) => route.split(' ').map(ipv6Prefix).join(' '))
    .join(',');
}

function split(value: string): readonly string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
