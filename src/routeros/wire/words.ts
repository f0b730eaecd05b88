import { isUtf8 } from 'node:buffer';
import { WordError } from './sentence.ts';

/** An API word in its parts. Values stay octets: RouterOS declares no character set. */
export type Word =
  /** `=name=value`. */
  | { readonly kind: 'attribute'; readonly name: string; readonly value: Buffer }
  /** `.tag=T`, `.proplist=…` where it comes without the leading `=`. */
  | { readonly kind: 'api'; readonly name: string; readonly value: Buffer }
  /** `?name=value`, `?#&`: what follows the question mark. */
  | { readonly kind: 'query'; readonly query: Buffer }
  /** A command (`/ppp/secret/print`), a reply word (`!re`), or the bare text after `!fatal`. */
  | { readonly kind: 'bare'; readonly text: Buffer };

const equals = 0x3d;
const dot = 0x2e;
const question = 0x3f;

/** Splits a word by its first octet; an attribute at its second `=`, so a value may hold anything. */
export function parseWord(word: Buffer): Word {
  switch (word[0]) {
    case equals:
      return { kind: 'attribute', ...splitPair(word, 1) };
    case dot:
      return { kind: 'api', ...splitPair(word, 0) };
    case question:
      return { kind: 'query', query: word.subarray(1) };
    default:
      return { kind: 'bare', text: word };
  }
}

const commandPattern = /^(?:\/[a-z0-9][a-z0-9-]*)+$/;
const namePattern = /^!?[.A-Za-z0-9][A-Za-z0-9._-]*$/;

/** A command word, checked: whatever a caller passes, it cannot become another word or another menu's command.
 * @throws WordError */
export function commandWord(command: string): string {
  if (!commandPattern.test(command)) throw new WordError(`not a RouterOS command: ${JSON.stringify(command)}`);
  return command;
}

/** `=name=value`. The value may hold any character, line ends and zero octets too; the name is checked.
 * @throws WordError */
export function attributeWord(name: string, value: string): string | Buffer {
  if (!namePattern.test(name)) throw new WordError(`not a RouterOS attribute name: ${JSON.stringify(name)}`);
  const word = `=${name}=${value}`;
  return standIn.test(value) ? octetsOf(word) : word;
}

/** A query word (`?name=anna`, `?#|`), checked to be one.
 * @throws WordError */
export function queryWord(query: string): string {
  if (!query.startsWith('?')) throw new WordError(`not a RouterOS query: ${JSON.stringify(query)}`);
  return query;
}

export function tagWord(tag: string): string {
  return `.tag=${tag}`;
}

/** An octet that stands for nothing in UTF-8, as half of a pair of UTF-16 that stands alone: U+DC80 to U+DCFF. */
const standIn = /[\uDC80-\uDCFF]/u;

/** Octets that are no UTF-8, as text that is written as just these octets: ASCII, and stand-ins for all others. */
export function verbatim(octets: Buffer): string {
  return octets
    .toString('latin1')
    .replace(/[\x80-\xff]/g, (octet) => String.fromCharCode(0xdc00 + octet.charCodeAt(0)));
}

/** Text as it is written: UTF-8, but for stand-ins. */
export function octetsOf(text: string): Buffer {
  const parts = text.split(/([\uDC80-\uDCFF])/u);
  return Buffer.concat(
    parts.map((part) => (standIn.test(part) ? Buffer.of(part.charCodeAt(0) - 0xdc00) : Buffer.from(part))),
  );
}

/** Text of a router whose octets are not UTF-8: a WHATWG label (`windows-1252`, `windows-1250`, `gbk`). */
export type FallbackEncoding = string;

/** Octets to text: strictly UTF-8, else by the router's own code page. Never throws, never drops an octet silently. */
export type DecodeText = (octets: Buffer) => string;

/**
 * WinBox writes the code page of the PC it runs on, everything else UTF-8, so one router may hold both.
 *
 * @throws RangeError when the encoding has no such label
 */
export function textDecoder(fallback: FallbackEncoding = 'windows-1252'): DecodeText {
  const decoder = new TextDecoder(fallback, { ignoreBOM: true });
  const decode = decoder.encoding === 'windows-1252' ? windows1252 : (octets: Buffer) => decoder.decode(octets);
  return (octets) => (isUtf8(octets) ? octets.toString('utf8') : decode(octets));
}

const windows1252From80 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** By hand: the TextDecoder of Node 20 takes this label for ISO 8859-1 and turns `€` into U+0080. */
function windows1252(octets: Buffer): string {
  return octets
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (octet) => windows1252From80[octet.charCodeAt(0) - 0x80] ?? octet);
}

function splitPair(word: Buffer, from: number): { name: string; value: Buffer } {
  const at = word.indexOf(equals, from);
  if (at === -1) return { name: word.toString('utf8', from), value: word.subarray(word.length) };
  return { name: word.toString('utf8', from, at), value: word.subarray(at + 1) };
}
