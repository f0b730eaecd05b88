import { textOf } from '../text.ts';
import type { Reader } from './reader.ts';
import type { Expression } from './syntax.ts';

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  $: '$',
  '?': '?',
  _: ' ',
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
};

/**
 * Reads a quoted text behind its first quote: escapes (RouterOS manual, Scripting, Constant Escape Sequences), and what
 * is put in by `$`.
 *
 * @param inner reads what stands behind a `$`
 */
export function readQuoted(reader: Reader, inner: () => Expression): Expression {
  const parts: Expression[] = [];
  let octets: Buffer[] = [];
  const flush = (): void => {
    if (octets.length > 0) parts.push({ type: 'text', text: textOf(Buffer.concat(octets)) });
    octets = [];
  };
  for (;;) {
    if (reader.atEnd) reader.fail();
    const character = reader.next();
    if (character === '"') break;
    if (character === '\\') octets.push(readEscape(reader));
    else if (character === '$') {
      flush();
      parts.push(inner());
    } else octets.push(Buffer.from(character + (isHighSurrogate(character) ? reader.next() : ''), 'utf8'));
  }
  flush();
  const [only] = parts;
  if (only === undefined) return { type: 'text', text: '' };
  return parts.length === 1 && only.type === 'text' ? only : { type: 'template', parts };
}

/** `\0A` is an octet: two such make one character of UTF-8. */
function readEscape(reader: Reader): Buffer {
  const hex = reader.match(/[0-9A-F]{2}/y);
  if (hex !== undefined) return Buffer.from(hex, 'hex');
  // A hidden line end, with the indentation of the next line.
  if (reader.match(/\r?\n[ \t]*/y) !== undefined) return Buffer.alloc(0);
  const known = escapes[reader.peek()];
  if (known === undefined) reader.fail();
  reader.next();
  return Buffer.from(known);
}

function isHighSurrogate(character: string): boolean {
  return character >= '\ud800' && character <= '\udbff';
}
