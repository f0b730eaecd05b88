import { isIP, isIPv4 } from 'node:net';
import { formatRouterTime, parseRouterTime } from './time.ts';
import { ambiguous, invalidTime, invalidValue, noMatch, outOfRange, RouterTrap } from './trap.ts';

/** What became of a text that should name a row of another menu. */
export type Resolution =
  | { readonly result: 'found'; readonly id: string }
  | { readonly result: 'unknown' }
  | { readonly result: 'ambiguous' };

export interface ValueContext {
  /** The argument as the client named it: it stands in the error text. */
  readonly argument: string;
  /** By exact name, `*id`, or unambiguous prefix. */
  resolve(menu: string, text: string): Resolution;
  /** The name behind `*id`, while that row is there. */
  nameOf(menu: string, id: string): string | undefined;
}

/** How a property is written and read. Stored values are text in RouterOS's spelling; references are stored as ids. */
export interface ValueType {
  /** @throws RouterTrap in the words of the router */
  parse(text: string, context: ValueContext): string;
  show?(stored: string, context: Pick<ValueContext, 'nameOf'>): string;
  /** Words it takes, which the console offers. */
  readonly words?: readonly string[];
  /** The menu whose names it takes. */
  readonly names?: string;
  /** The form of its values as the console explains it; absent where only words and names are taken, or numbers. */
  readonly notation?: string;
}

export const text: ValueType = { parse: (value) => value, notation: 'string value' };

export const boolean: ValueType = {
  words: ['no', 'yes'],
  parse: (value, { argument }) => {
    if (value === 'yes' || value === 'true') return 'true';
    if (value === 'no' || value === 'false') return 'false';
    throw noMatch(argument);
  },
};

/** A whole number, or one of some words. */
export function integer(min: number, max: number, ...words: readonly string[]): ValueType {
  return {
    words,
    parse: (value, { argument }) => {
      if (words.includes(value)) return value;
      if (!/^-?\d+$/.test(value)) throw invalidValue(argument);
      const number = Number(value);
      if (number < min || number > max) throw outOfRange(argument, min, max);
      return String(number);
    },
  };
}

/** A duration, kept in unit form, or one of some words. */
export function time(...words: readonly string[]): ValueType {
  return {
    words,
    notation: 'time interval',
    parse: (value, { argument }) => {
      if (words.includes(value)) return value;
      const ms = parseRouterTime(value);
      if (ms === undefined) throw invalidTime(argument);
      return formatRouterTime(ms);
    },
  };
}

/** One of some words. Like the console, an unambiguous beginning is enough. */
export function oneOf(...words: readonly string[]): ValueType {
  return { words, parse: (value, { argument }) => pick(value, words, argument) };
}

/** A comma list of words, kept in the order of declaration. */
export function someOf(...words: readonly string[]): ValueType {
  return {
    words,
    notation: `${words.join('|')}[,Item*]`,
    parse: (value, { argument }) => {
      const chosen = listOf(value).map((word) => pick(word, words, argument));
      return words.filter((word) => chosen.includes(word)).join(',');
    },
  };
}

/** An IPv4 or IPv6 address; `vrf` allows `address@vrf`. */
export function address(options: { readonly vrf?: true } = {}): ValueType {
  return {
    notation: 'A.B.C.D    (IP address)',
    parse: (value, { argument }) => {
      const plain = options.vrf ? value.replace(/@.+$/, '') : value;
      if (isIP(plain) === 0) throw invalidValue(argument);
      return value;
    },
  };
}

export const addressList: ValueType = {
  parse: (value, { argument }) => {
    const items = listOf(value);
    if (items.some((item) => isIP(item) === 0)) throw invalidValue(argument);
    return items.join(',');
  },
};

/** `a.b.c.d`, `a.b.c.d/n`, `a-b`; lists of them for pools. */
export const poolRanges: ValueType = {
  parse: (value, { argument }) => {
    const items = listOf(value);
    if (items.length === 0) throw invalidValue(argument);
    for (const item of items) {
      const [first = '', last] = item.split(/[-/]/);
      if (!isIPv4(first)) throw new RouterTrap("value of range must have ip address before '-'", 1);
      if (item.includes('-') && !isIPv4(last ?? '')) throw invalidValue(argument);
      if (item.includes('/') && !(Number(last) >= 0 && Number(last) <= 32)) throw invalidValue(argument);
    }
    return items.join(',');
  },
};

export const prefixes: ValueType = {
  parse: (value, { argument }) => {
    const items = listOf(value);
    if (items.some((item) => isIP(item.replace(/\/\d+$/, '')) === 0)) throw invalidValue(argument);
    return items.join(',');
  },
};

/** Entries of an address list: an address without `/32`, a prefix, a range, or a DNS name. */
export const listAddress: ValueType = {
  parse: (value, { argument }) => {
    if (value === '') throw invalidValue(argument);
    return value.replace(/^(\d+\.\d+\.\d+\.\d+)\/32$/, '$1');
  },
};

/** Targets of a simple queue: prefixes with their `/32`, or interface names. */
export const queueTargets: ValueType = {
  parse: (value) =>
    listOf(value)
      .map((item) => (isIPv4(item) ? `${item}/32` : item))
      .join(','),
};

/** `upload/download`, or one value for both. */
export function pair(inner: ValueType): ValueType {
  return {
    parse: (value, context) => {
      const parts = value.split('/');
      if (parts.length > 2) throw invalidValue(context.argument);
      const [up = '', down = up] = parts;
      return `${inner.parse(up, context)}/${inner.parse(down, context)}`;
    },
    ...shownByPart(inner),
  };
}

/** One value for both directions, or `upload/download`; kept as one where one was written. */
export function oneOrPair(inner: ValueType): ValueType {
  const both = pair(inner);
  return {
    parse: (value, context) => (value.includes('/') ? both : inner).parse(value, context),
    ...shownByPart(inner),
  };
}

function shownByPart({ show }: ValueType): Pick<ValueType, 'show'> {
  if (show === undefined) return {};
  return {
    show: (stored, context) =>
      stored
        .split('/')
        .map((part) => show(part, context))
        .join('/'),
  };
}

/** Bit/s: `10M` is kept and read back as `10000000`. */
export const rate: ValueType = {
  parse: (value, { argument }) => {
    const match = /^(\d+)([kMG]?)$/.exec(value);
    if (match === null) throw invalidValue(argument);
    return String(Number(match[1]) * ({ k: 1e3, M: 1e6, G: 1e9 }[match[2] ?? ''] ?? 1));
  },
};

/** Octets: `1G` is kept and read back as `1000000000`. */
export const octets: ValueType = {
  parse: (value, context) => {
    const number = rate.parse(value, context);
    if (Number(number) <= Number.MAX_SAFE_INTEGER) return number;
    throw outOfRange(context.argument, 0, Number.MAX_SAFE_INTEGER);
  },
};

/** KiB: `2048` and `2MiB` read back as `2048KiB`. */
export const kibibytes: ValueType = {
  parse: (value, { argument }) => {
    const match = /^(\d{1,9})(KiB|MiB)?$/.exec(value);
    if (match === null) throw invalidValue(argument);
    return `${Number(match[1]) * (match[2] === 'MiB' ? 1024 : 1)}KiB`;
  },
};

export const decimal: ValueType = {
  parse: (value, { argument }) => {
    if (!/^\d+(\.\d+)?$/.test(value)) throw invalidValue(argument);
    return value;
  },
};

/** A row of another menu, or one of some words. Shown by name; by raw id once that row is gone. */
export function reference(menu: string, ...words: readonly string[]): ValueType {
  return {
    words,
    names: menu,
    parse: (value, context) => (words.includes(value) ? value : resolved(menu, value, context)),
    show: (stored, context) => context.nameOf(menu, stored) ?? stored,
  };
}

/** A comma list of rows of another menu, or of some words. */
export function references(menu: string, ...words: readonly string[]): ValueType {
  const one = reference(menu, ...words);
  return {
    words,
    names: menu,
    parse: (value, context) =>
      listOf(value)
        .map((item) => one.parse(item, context))
        .join(','),
    show: (stored, context) =>
      listOf(stored)
        .map((item) => context.nameOf(menu, item) ?? item)
        .join(','),
  };
}

/** An address, or the pool to take one from. */
export function addressOrPool(menu: string): ValueType {
  return {
    names: menu,
    notation: 'A.B.C.D    (IP address)',
    parse: (value, context) => {
      if (isIP(value) !== 0) return value;
      const found = context.resolve(menu, value);
      // With alternatives the router ends the sentence with a colon and would list its reasons.
      if (found.result !== 'found') throw new RouterTrap(`invalid value for argument ${context.argument}:`, 1);
      return found.id;
    },
    show: (stored, context) => (stored.startsWith('*') ? (context.nameOf(menu, stored) ?? stored) : stored),
  };
}

export function listOf(value: string): string[] {
  return value === '' ? [] : value.split(',').map((item) => item.trim());
}

function resolved(menu: string, value: string, context: ValueContext): string {
  const found = context.resolve(menu, value);
  if (found.result === 'found') return found.id;
  throw found.result === 'ambiguous' ? ambiguous(context.argument) : noMatch(context.argument);
}

function pick(value: string, words: readonly string[], argument: string): string {
  if (words.includes(value)) return value;
  const matches = words.filter((word) => word.startsWith(value));
  if (matches.length > 1) throw ambiguous(argument);
  const [only] = matches;
  if (only === undefined) throw noMatch(argument);
  return only;
}
