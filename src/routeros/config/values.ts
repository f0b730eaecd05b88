import ipaddr from 'ipaddr.js';
import { address, time, wordList, wordSet } from '../canonical.ts';

type Canonical = (value: string) => string;

/** The same, behind an exclamation mark where there is one. */
export function negatable(canonical: Canonical): Canonical {
  return (value) => (value.startsWith('!') ? `!${canonical(value.slice(1).trim())}` : canonical(value));
}

/** Protocols that are met behind a subscriber's line, by their numbers (IANA). */
const protocols: Readonly<Record<string, string>> = {
  ...{ 1: 'icmp', 2: 'igmp', 4: 'ipencap', 6: 'tcp', 17: 'udp', 41: 'ipv6-encap', 47: 'gre', 50: 'ipsec-esp' },
  ...{ 51: 'ipsec-ah', 58: 'icmpv6', 89: 'ospf', 94: 'ipip', 97: 'etherip', 103: 'pim', 112: 'vrrp', 115: 'l2tp' },
  ...{ 132: 'sctp', 136: 'udp-lite' },
};

/** A protocol by the name under which RouterOS shows it, though it was written as a number. */
export function protocol(value: string): string {
  return protocols[value] ?? value;
}

/** A list whose order means nothing; a mark in front of it denies all of it, so that it stays in front. */
export function negatableSet(value: string): string {
  if (value.startsWith('!')) return `!${wordSet(value.slice(1))}`;
  return value.includes('!') ? wordList(value) : wordSet(value);
}

/** `up/down` of a queue, each in one form; one value stands for both. */
export function pairOf(canonical: Canonical): Canonical {
  return (value) => {
    if (value === '') return '';
    const [up = '', down = up, more] = value.split('/').map((part) => part.trim());
    return more === undefined ? `${canonical(up)}/${canonical(down)}` : value;
  };
}

const powers: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };

/** Bit/s as a queue shows them: `10M` is `10000000`. What is no number stays. */
export function bitrate(value: string): string {
  const match = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(value);
  const power = powers[match?.[2] ?? ''];
  return match === null || power === undefined ? value : String(Math.round(Number(match[1]) * power));
}

/** KiB: newer versions print `2048KiB`, older ones `2048`. */
export function kibibytes(value: string): string {
  const match = /^(\d+)\s*(KiB|MiB|GiB)?$/.exec(value);
  if (match === null) return value;
  return `${Number(match[1]) * ({ MiB: 1024, GiB: 1024 * 1024 }[match[2] ?? ''] ?? 1)}KiB`;
}

/** Targets of a simple queue: a lone address stands with its `/32`; names of interfaces stay. */
export function queueTargets(value: string): string {
  return wordsOf(value)
    .map((target) => {
      const bare = address(target);
      if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return `${bare}/32`;
      return bare.includes(':') && ipaddr.IPv6.isValid(bare) ? `${bare}/128` : target;
    })
    .join(',');
}

/** Prefixes or addresses as a set: `10.0.0.5` and `10.0.0.5/32` are one. */
export function prefixSet(value: string): string {
  return [...new Set(wordsOf(value).map(prefix))].sort().join(',');
}

/** A prefix with its length: of a lone address the whole. IPv6 in its shortest form. */
export function prefix(value: string): string {
  const [bare = '', length] = value.split('/');
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return `${bare}/${length ?? 32}`;
  return bare.includes(':') && ipaddr.IPv6.isValid(bare) ? `${ipaddr.parse(bare).toString()}/${length ?? 128}` : value;
}

/** Rights of a group: those granted, sorted. `!ftp` and `ftp` left out are one. */
export function grantedSet(value: string): string {
  return wordSet(
    wordsOf(value)
      .filter((word) => !word.startsWith('!'))
      .join(','),
  );
}

/** What to write so that a group has these rights and no others: a right that is left out stays granted. */
export function withWithdrawn(value: string, before: string): string {
  const granted = new Set(wordsOf(value));
  const withdrawn = wordsOf(before).filter((word) => !granted.has(word) && !word.startsWith('!'));
  return [...granted, ...withdrawn.map((word) => `!${word}`)].join(',');
}

/** A date in either of RouterOS's forms, as that of 7.10 and later: `jun/30/2025` is `2025-06-30`. */
export function date(value: string): string {
  const match = /^([a-z]{3})\/(\d{2})\/(\d{4})$/i.exec(value);
  const month = months.indexOf(match?.[1]?.toLowerCase() ?? '');
  if (match === null || month === -1) return value;
  return `${match[3]}-${String(month + 1).padStart(2, '0')}-${match[2]}`;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** A time of day, `HH:MM:SS`, or the word `startup`. */
export function timeOfDay(value: string): string {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(value);
  return match === null ? value : [match[1]?.padStart(2, '0'), match[2], match[3] ?? '00'].join(':');
}

/** A list of times: `advertise-interval`. */
export function times(value: string): string {
  return wordsOf(value).map(time).join(',');
}

function wordsOf(value: string): readonly string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
