/** What a request says, by name: each name once. */
export type Fields = ReadonlyMap<string, string>;

/** Why the fields of a request are not read. All but `too-large` are mistakes that no browser makes by itself. */
export type FieldFlaw = 'too-large' | 'malformed' | 'doubled';

export type FieldsResult =
  | { readonly result: 'read'; readonly fields: Fields }
  | { readonly result: 'flawed'; readonly flaw: FieldFlaw };

/** Octets of a body. */
export const longestBody = 16 * 1024;
/** Octets of a query: without where the guest wanted to go, which escapes make three times as long, and with it. */
const longestQuery = 4 * 1024;
const longestWholeQuery = 12 * 1024;
const mostFields = 40;
const longestValue = 1024;
/** Signed by us, so long as it is. */
const longestToken = 4 * 1024;
/** Where a guest wanted to go: cut, since a guest cannot shorten it; what was cut is longer than what is gone on to. */
const longestUrl = 2 * 1024;

const urls: ReadonlySet<string> = new Set([
  'link-orig',
  'link-login',
  'link-success',
  'redirectUrl',
  'originUrl',
  'dst',
]);
const longestOf: ReadonlyMap<string, number> = new Map([
  ['context', longestToken],
  ['c', longestToken],
  // RFC 2865 §5.1.
  ['username', 253],
]);
/** An SSID is any 32 octets, and an error is in the router's own code page. */
const anyOctets: ReadonlySet<string> = new Set(['ssidName', 'ssid', 'error', 'error-orig']);

const name = /^[A-Za-z0-9_.-]{1,64}$/;
const forbidden = /[\0\r\n]/;

/**
 * Reads `application/x-www-form-urlencoded` (WHATWG URL §5.1) more strictly than browsers write it: no name twice, no
 * arrays, no broken escapes, no octets that are not UTF-8, no NUL, CR or LF.
 *
 * @param text octets as latin-1, as Node gives a URL
 */
export function readFields(text: string): FieldsResult {
  const fields = new Map<string, string>();
  const parts = text.split('&').filter((part) => part !== '');
  if (parts.length > mostFields) return flawed('too-large');
  for (const part of parts) {
    const split = part.indexOf('=');
    const key = decode(split === -1 ? part : part.slice(0, split), false);
    if (key === undefined || !name.test(key)) return flawed('malformed');
    const flaw = addField(fields, key, decode(split === -1 ? '' : part.slice(split + 1), anyOctets.has(key)));
    if (flaw !== undefined) return flawed(flaw);
  }
  return { result: 'read', fields };
}

/** The same of the query of an address. */
export function readQuery(text: string): FieldsResult {
  if (text.length <= longestQuery) return readFields(text);
  const own = text.split('&').filter((part) => !urls.has(part.slice(0, part.indexOf('='))));
  const long = text.length > longestWholeQuery || own.join('&').length > longestQuery;
  return long ? flawed('too-large') : readFields(text);
}

const jsonPair = /\s*"((?:[^"\\]|\\.)*)"\s*:\s*"((?:[^"\\]|\\.)*)"\s*(,|\}\s*$)/y;

/** The same of a JSON object of texts. Read by hand, because `JSON.parse` takes the last of two equal names. */
export function readJsonFields(octets: Uint8Array): FieldsResult {
  const text = utf8(octets);
  if (text === undefined) return flawed('malformed');
  const fields = new Map<string, string>();
  const start = /^\s*\{/.exec(text)?.[0].length;
  if (start === undefined) return flawed('malformed');
  if (/^\s*\{\s*\}\s*$/.test(text)) return { result: 'read', fields };
  const pair = new RegExp(jsonPair);
  for (pair.lastIndex = start; pair.lastIndex < text.length; ) {
    const [, key, value, end] = pair.exec(text) ?? [];
    const named = key === undefined ? undefined : jsonText(key);
    if (named === undefined || !name.test(named)) return flawed('malformed');
    if (fields.size === mostFields) return flawed('too-large');
    const flaw = addField(fields, named, jsonText(value ?? ''));
    if (flaw !== undefined) return flawed(flaw);
    if (end !== ',') return { result: 'read', fields };
  }
  return flawed('malformed');
}

function addField(fields: Map<string, string>, key: string, value: string | undefined): FieldFlaw | undefined {
  if (value === undefined || forbidden.test(value)) return 'malformed';
  if (fields.has(key)) return 'doubled';
  if (urls.has(key)) {
    fields.set(key, value.slice(0, longestUrl));
    return undefined;
  }
  if (value.length > (longestOf.get(key) ?? longestValue)) return 'too-large';
  fields.set(key, value);
  return undefined;
}

function decode(text: string, lenient: boolean): string | undefined {
  const spaced = text.replaceAll('+', ' ');
  if (lenient || /[^\0-\x7f]/.test(text)) return decodeOctets(spaced, lenient);
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return undefined;
  }
}

/** For what is not escaped as it should be. Slower by far. */
function decodeOctets(text: string, lenient: boolean): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const octets = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    return new TextDecoder('utf-8', { fatal: !lenient, ignoreBOM: true }).decode(Buffer.from(octets, 'latin1'));
  } catch {
    return undefined;
  }
}

/** RFC 8259 §8.1. */
function utf8(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}

function jsonText(escaped: string): string | undefined {
  try {
    const text: unknown = JSON.parse(`"${escaped}"`);
    return typeof text === 'string' && !/\p{Surrogate}/u.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function flawed(flaw: FieldFlaw): FieldsResult {
  return { result: 'flawed', flaw };
}
