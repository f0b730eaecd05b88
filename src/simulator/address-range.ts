import { isIPv4 } from 'node:net';

/** Whether an IPv4 address lies in `a.b.c.d`, `a.b.c.d/n` or `a.b.c.d-e.f.g.h`; one of IPv6 has to be the same. */
export function isInRange(address: string, range: string): boolean {
  const [first = '', last] = range.split(/[-/]/);
  if (!isIPv4(address) || !isIPv4(first)) return address !== '' && address === first;
  const [number, from] = [numberOf(address), numberOf(first)];
  if (last === undefined) return number === from;
  if (range.includes('-')) return number >= from && number <= numberOf(last);
  const size = 2 ** (32 - Number(last));
  return Math.floor(number / size) === Math.floor(from / size);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** `10.0.0.0` of `10.0.0.7/24`. */
export function networkOf(prefix: string): string {
  const [base = '', length = '32'] = prefix.split('/');
  const size = 2 ** (32 - Number(length));
  return addressOf(Math.floor(numberOf(base) / size) * size);
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
