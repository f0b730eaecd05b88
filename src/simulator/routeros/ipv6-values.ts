import { isIPv6 } from 'node:net';
import { invalidValue } from './trap.ts';
import type { ValueType } from './value-types.ts';

/** `2001:db8::/48`; an address alone is one of 128 bits. */
export const prefix6: ValueType = {
  parse: (value, { argument }) => {
    const [base = '', length = '128', rest] = value.split('/');
    if (!isIPv6(base) || rest !== undefined || !/^\d{1,3}$/.test(length) || Number(length) > 128) {
      throw invalidValue(argument);
    }
    return `${base.toLowerCase()}/${length}`;
  },
};
