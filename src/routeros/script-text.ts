import { octetsOf } from './wire/words.ts';
import type { Command } from './write-rows.ts';

/**
 * A command of the API as RouterOS's console takes it, in the spaced form that RouterOS 6 and 7 know: `.id` becomes
 * `numbers`, ids and variables stand bare, all else in quotes.
 */
export function scriptCommand({ command, attributes }: Command): string {
  const words = Object.entries(attributes).map(([name, value]) =>
    name.startsWith('!') ? name : `${name === '.id' ? 'numbers' : name}=${scriptValue(value)}`,
  );
  return [menuWords(command), ...words].join(' ');
}

/** `/ip/address/set` as `/ip address set`. */
export function menuWords(command: string): string {
  return `/${command.split('/').slice(1).join(' ')}`;
}

/** What goes wrong in it stops nothing that stands after it. */
export function attempted(statement: string, otherwise = ''): string {
  return `:do {${statement}} on-error={${otherwise}}`;
}

/**
 * Text in quotes (RouterOS manual: Scripting, Constant Escape Sequences). `?` is escaped for the console of RouterOS 6; what
 * is not printable ASCII goes by its octets.
 */
export function quoted(text: string): string {
  const safe = text
    .replace(/["\\$?]/gu, (character) => `\\${character}`)
    .replace(/[^ -~]/gu, (character) => controls[character] ?? escaped(octetsOf(character)));
  return `"${safe}"`;
}

const controls: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(octets: Buffer): string {
  return [...octets].map((octet) => `\\${octet.toString(16).padStart(2, '0').toUpperCase()}`).join('');
}

/** Ids (`*1A`), lists of them, variables (`$a1`) and calls (`[find …]`) that are ours. */
const bare = /^(?:\*[0-9A-F]+(?:,\*[0-9A-F]+)*)$/;

function scriptValue(value: string): string {
  return bare.test(value) ? value : quoted(value);
}
