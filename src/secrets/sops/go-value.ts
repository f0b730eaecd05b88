import type { ValueType } from './encrypted-value.ts';

/** A value as SOPS reads it: the octets that go into the MAC, and what it is. */
export interface GoValue {
  readonly text: string;
  readonly type: ValueType;
}

const integer = /^[-+]?(?:0b[01]+|0o?[0-7]+|0x[0-9a-fA-F]+|[1-9][0-9]*|0)$/;
const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const day = /^\d{4}-\d{1,2}-\d{1,2}$/;
const moment = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]|\s+)(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?\s*(Z|[+-]\d{2}:\d{2})?$/;

/**
 * What SOPS takes a plain scalar for. It reads YAML with another library (gopkg.in/yaml.v3) and counts what came of it: the MAC
 * of a file with `a: 0x10` is over `16`, that of `a: 1e3` over `1000`. `undefined` for null, which is left out.
 */
export function goValue(source: string): GoValue | undefined {
  if (/^(?:~|null|Null|NULL|)$/.test(source)) return undefined;
  if (/^(?:true|True|TRUE)$/.test(source)) return { text: 'True', type: 'bool' };
  if (/^(?:false|False|FALSE)$/.test(source)) return { text: 'False', type: 'bool' };
  if (day.test(source)) return { text: `${padded(source)}T00:00:00Z`, type: 'time' };
  if (moment.test(source)) return { text: momentOf(source), type: 'time' };
  const digits = source.replaceAll('_', '');
  if (integer.test(digits)) return { text: String(wholeOf(digits)), type: 'int' };
  if (decimal.test(digits)) return { text: withoutExponent(Number(digits)), type: 'float' };
  return { text: source, type: 'str' };
}

function wholeOf(digits: string): bigint {
  const negative = digits.startsWith('-');
  const body = digits.replace(/^[-+]/, '');
  const octal = /^0o?([0-7]+)$/.exec(body)?.[1];
  const value = BigInt(octal === undefined ? body : `0o${octal}`);
  return negative ? -value : value;
}

/** The shortest digits that read the same, never with an exponent: Go's `FormatFloat(…, 'f', -1, 64)`. */
export function withoutExponent(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e');
  if (exponent === undefined) return mantissa;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', part = ''] = mantissa.replace('-', '').split('.');
  const shift = Number(exponent);
  if (shift >= 0) return `${sign}${whole}${part.padEnd(shift, '0')}`;
  return `${sign}0.${'0'.repeat(-shift - 1)}${whole}${part}`;
}

function padded(date: string): string {
  return date
    .split('-')
    .map((part) => part.padStart(2, '0'))
    .join('-');
}

/** RFC 3339 in the offset it was written in, without zeros at the end of a fraction. */
function momentOf(source: string): string {
  const [, year, month, date, hour, minute, second, part, offset = 'Z'] = moment.exec(source) ?? [];
  const fraction = (part ?? '').replace(/\.?0+$/, '');
  const two = (part: string | undefined) => (part ?? '').padStart(2, '0');
  const zone = offset === '+00:00' || offset === '-00:00' ? 'Z' : offset;
  return `${year}-${two(month)}-${two(date)}T${two(hour)}:${two(minute)}:${two(second)}${fraction}${zone}`;
}
