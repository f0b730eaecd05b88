import ipaddr from 'ipaddr.js';

/** Is an address within an address, a prefix or a range, as RouterOS writes them? `undefined`: one of them is none. */
export function isWithin(address: string, text: string): boolean | undefined {
  const own = pointOf(address);
  const span = own === undefined ? undefined : spanOf(text);
  if (own === undefined || span === undefined) return undefined;
  return own.family === span.family && span.from <= own.at && own.at <= span.to;
}

/** Is an address within one of a comma list of them? `undefined` when that cannot be told. */
export function isWithinAny(address: string, list: string): boolean | undefined {
  const answers = list
    .split(',')
    .filter((text) => text.trim() !== '')
    .map((text) => isWithin(address, text));
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

/** Is a port within `80`, `80,443` or `8000-9000`? */
export function isPortWithin(port: number, list: string): boolean {
  return list.split(',').some((text) => {
    const [first, last = first] = text.split('-').map(Number);
    return first !== undefined && last !== undefined && port >= first && port <= last;
  });
}

/** Addresses from the first to the last. Of IPv6 they are bigints: a router may have a hundred thousand rows, most of IPv4. */
export interface Span {
  readonly family: 4 | 6;
  readonly from: number | bigint;
  readonly to: number | bigint;
}

/**
 * Tells of an address or a prefix whether any of these has an address of it: worked out once for all that is asked, since a
 * router may have an address for each of thousands of VLANs. What is no prefix has none. Pure.
 */
export function overlapWith(prefixes: readonly string[]): (prefix: string) => boolean {
  const spans = prefixes.map(prefixOf).filter((each) => each !== undefined);
  const known = { 4: joined(spans, 4), 6: joined(spans, 6) };
  return (prefix) => {
    const asked = prefixOf(prefix);
    if (asked === undefined) return false;
    const here = known[asked.family];
    const last = here[countWhile(here, ({ from }) => from <= asked.to) - 1];
    return last !== undefined && last.to >= asked.from;
  };
}

/** Tells of an address, a prefix or a range whether any of these hosts is within. Worked out once, as `overlapWith`. Pure. */
export function holdsAny(hosts: Iterable<string>): (network: string) => boolean {
  const points = [...hosts].map(pointOf).filter((each) => each !== undefined);
  const sorted = (family: 4 | 6) =>
    points.filter((each) => each.family === family).sort((a, b) => (a.at < b.at ? -1 : 1));
  const known = { 4: sorted(4), 6: sorted(6) };
  return (network) => {
    const asked = spanOf(network);
    if (asked === undefined) return false;
    const here = known[asked.family];
    const first = here[countWhile(here, ({ at }) => at < asked.from)];
    return first !== undefined && first.at <= asked.to;
  };
}

/** What an address, a prefix or a range goes from and to; one of both versions of IP holds nothing. */
export function spanOf(text: string): Span | undefined {
  if (!text.includes('-')) return prefixOf(text.trim());
  const [first, last] = text.split('-').map((part) => pointOf(part.trim()));
  if (first === undefined || last === undefined) return undefined;
  return { family: first.family, from: first.at, to: first.family === last.family ? last.at : -1 };
}

/** How many of the first ones are like that, where none is that comes after one that is not. */
function countWhile<T>(sorted: readonly T[], isLike: (item: T) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = sorted[middle];
    if (item !== undefined && isLike(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function joined(spans: readonly Span[], family: 4 | 6): readonly Span[] {
  const found: Span[] = [];
  for (const span of spans.filter((each) => each.family === family).sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = found.at(-1);
    if (last === undefined || last.to < span.from) found.push(span);
    else if (last.to < span.to) found[found.length - 1] = { family, from: last.from, to: span.to };
  }
  return found;
}

function prefixOf(text: string): Span | undefined {
  const [base = '', length] = text.split('/');
  const point = pointOf(base);
  if (point === undefined) return undefined;
  const { family, at } = point;
  const most = family === 4 ? 32 : 128;
  const bits = length === undefined ? most : Number(length);
  if (!Number.isInteger(bits) || bits < 0 || bits > most) return undefined;
  if (typeof at === 'number') {
    const size = 2 ** (32 - bits);
    const from = at - (at % size);
    return { family, from, to: from + size - 1 };
  }
  const free = (1n << BigInt(128 - bits)) - 1n;
  return { family, from: at - (at & free), to: at | free };
}

interface Point {
  readonly family: 4 | 6;
  readonly at: number | bigint;
}

/** An address; one of IPv4 in the form of one of IPv6 is one of IPv4. */
function pointOf(text: string): Point | undefined {
  if (!text.includes(':')) {
    const at = dotted(text);
    return at === undefined ? undefined : { family: 4, at };
  }
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  const octets = Buffer.from(address.toByteArray());
  if (address.kind() === 'ipv4') return { family: 4, at: octets.readUInt32BE() };
  return { family: 6, at: (octets.readBigUInt64BE() << 64n) | octets.readBigUInt64BE(8) };
}

const [zero, nine, dot] = [48, 57, 46];

/** Four decimal numbers with dots between them, none with a zero in front: to ipaddr.js `10` is an address, too. */
function dotted(text: string): number | undefined {
  let [value, octet, digits, dots] = [0, 0, 0, 0];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === dot) {
      if (digits === 0 || dots === 3) return undefined;
      [value, octet, digits, dots] = [value * 256 + octet, 0, 0, dots + 1];
      continue;
    }
    if (code < zero || code > nine || (digits > 0 && octet === 0)) return undefined;
    octet = octet * 10 + code - zero;
    digits += 1;
    if (octet > 255) return undefined;
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : undefined;
}
