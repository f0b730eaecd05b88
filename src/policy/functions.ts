import type { Environment } from '@marcbachmann/cel-js';
import ipaddr from 'ipaddr.js';
import { parseDuration, parseRate, parseSize } from '../base/units.ts';
import { LinearRegex } from './linear-regex.ts';
import type { Meter } from './meter.ts';
import { linearMatches } from './metered.ts';

/** Patterns that are kept; of more, all are made anew. */
const mostPatterns = 200;

/** What declarations are written in, and CEL knows nothing of. */
export function addFunctions(environment: Environment, meter: Meter): void {
  const add = (signature: string, handler: (...args: never[]) => unknown) =>
    environment.registerFunction(signature, handler as never, { async: false } as never);
  add('rate(string): int', (text: string) => BigInt(parsed('rate', text, parseRate(text))));
  add('octets(string): int', (text: string) => parsed('octets', text, parseSize(text)));
  add('seconds(string): int', (text: string) =>
    BigInt(Math.floor(parsed('seconds', text, parseDuration(text)) / 1000)),
  );
  add('inNetwork(string, string): bool', inNetwork);
  let patterns = new Map<string, LinearRegex>();
  add(`string.${linearMatches}(string): bool`, (text: string, pattern: string) => {
    const known = patterns.get(pattern);
    if (known === undefined) meter.spend(pattern.length * 10);
    const regex = known ?? new LinearRegex(pattern);
    if (patterns.size >= mostPatterns) patterns = new Map();
    if (known === undefined) patterns.set(pattern, regex);
    return regex.test(text, (steps) => meter.spend(steps));
  });
}

function parsed<T>(name: string, text: string, value: T | undefined): T {
  if (value === undefined) throw new RangeError(`${name}("${text}"): this is none`);
  return value;
}

/** Whether an address, or all of a prefix, lies in a prefix. */
function inNetwork(inner: string, outer: string): boolean {
  const [within, around] = [prefixOf(inner), prefixOf(outer)];
  if (within === undefined || around === undefined)
    throw new RangeError(`inNetwork("${inner}", "${outer}"): an address or a prefix is due, then a prefix`);
  const [address, length] = within;
  const [network, size] = around;
  if (address.kind() !== network.kind()) return false;
  return length >= size && (address as ipaddr.IPv4).match(network as ipaddr.IPv4, size);
}

function prefixOf(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  const [address = '', length] = text.split('/');
  if (!ipaddr.isValid(address) || (ipaddr.IPv4.isValid(address) && !ipaddr.IPv4.isValidFourPartDecimal(address)))
    return undefined;
  const ip = ipaddr.parse(address);
  const bits = ip.kind() === 'ipv4' ? 32 : 128;
  if (length === undefined) return [ip, bits];
  const size = /^\d{1,3}$/.test(length) ? Number(length) : bits + 1;
  return size > bits ? undefined : [ip, size];
}
