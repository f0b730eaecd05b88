import { isIPv4 } from 'node:net';
import { parseMac } from '../../base/mac.ts';
import { invalidValue, noMatch, outOfRange } from './trap.ts';
import { listOf, type ValueType } from './value-types.ts';

/** A MAC in any spelling, kept in capitals with colons. */
export const mac: ValueType = {
  parse: (value, { argument }) => {
    const parsed = parseMac(value);
    if (parsed === undefined) throw invalidValue(argument);
    return parsed;
  },
};

/** What a matcher takes: the value itself, or `!` and the value. */
export function negatable(inner: ValueType): ValueType {
  const { words, names, notation } = inner;
  return {
    ...(words === undefined ? {} : { words }),
    ...(names === undefined ? {} : { names }),
    ...(notation === undefined ? {} : { notation }),
    parse: (value, context) =>
      value.startsWith('!') ? `!${inner.parse(value.slice(1), context)}` : inner.parse(value, context),
    show: (stored, context) => {
      const show = inner.show ?? ((plain: string) => plain);
      return stored.startsWith('!') ? `!${show(stored.slice(1), context)}` : show(stored, context);
    },
  };
}

/** `a.b.c.d`, `a.b.c.d/n` or `a.b.c.d-e.f.g.h`. A single address stands without its `/32`. */
export const addressRange: ValueType = {
  parse: (value, { argument }) => {
    const [first = '', last, rest] = value.split(/[-/]/);
    if (!isIPv4(first) || rest !== undefined) throw invalidValue(argument);
    if (value.includes('-') && !isIPv4(last ?? '')) throw invalidValue(argument);
    if (value.includes('/') && !(/^\d{1,2}$/.test(last ?? '') && Number(last) <= 32)) throw invalidValue(argument);
    return value.replace(/\/32$/, '');
  },
};

/** Ports and ranges of ports, comma separated: `80,443,8000-8080`. */
export const portRanges: ValueType = {
  parse: (value, { argument }) => {
    const items = listOf(value);
    if (items.length === 0 || !items.every((item) => /^\d{1,5}(?:-\d{1,5})?$/.test(item))) throw invalidValue(argument);
    if (items.some((item) => item.split('-').some((port) => Number(port) > 65_535))) {
      throw outOfRange(argument, 0, 65_535);
    }
    return items.join(',');
  },
};

/** One of some words in either case, kept as the router writes them. No beginnings: these are names of protocols. */
export function named(...words: readonly string[]): ValueType {
  return {
    parse: (value, { argument }) => {
      const found = words.find((word) => word.toLowerCase() === value.toLowerCase());
      if (found === undefined) throw noMatch(argument);
      return found;
    },
  };
}
