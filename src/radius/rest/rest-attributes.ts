import { toHex } from '../../base/bytes.ts';
import { readAttributeName } from '../dictionary/attribute-name.ts';
import type { AttributeDefinition } from '../dictionary/definition.ts';
import { numberName } from '../dictionary/describe.ts';
import { attributeNumbered } from '../dictionary/dictionary.ts';
import { valueOctets } from '../dictionary/encode-named.ts';
import { readValue } from '../dictionary/read-value.ts';
import { revealValue } from '../dictionary/reveal-value.ts';
import { encodeAttribute, encodeVendorAttribute, listAttributes, type RawAttribute } from '../packet/attributes.ts';
import { attribute, headerLength } from '../packet/codes.ts';
import { hidePassword } from '../packet/password.ts';
import type { SharedKey } from '../packet/shared-key.ts';

/** One attribute as rlm_rest writes it: `{"type": "string", "value": ["zoe"]}`. */
export interface RestAttribute {
  readonly type?: string;
  readonly value: readonly (string | number)[];
}

/** A request as rlm_rest writes it, by name of attribute. */
export type RestBody = Readonly<Record<string, RestAttribute>>;

/** How rlm_rest is told to set an attribute. */
export interface RestSetting {
  readonly op: ':=' | '+=';
  readonly value: readonly (string | number)[];
  /** False: `%` in a value is a per cent sign, not the beginning of an expansion. */
  readonly do_xlat: false;
}

/** What is not passed in: signatures are made anew, and FreeRADIUS answers its own proxies. */
const leftOut: ReadonlySet<number> = new Set([attribute.messageAuthenticator, attribute.proxyState]);

/**
 * The attributes of a request, encoded. Those that no dictionary of ours knows are left out: FreeRADIUS sends some of its own.
 *
 * @param authenticator what User-Password is hidden with
 * @throws RangeError when a value does not fit
 */
export function attributesOf(body: RestBody, authenticator: Uint8Array, key: SharedKey): readonly Uint8Array[] {
  return Object.entries(body).flatMap(([name, { type, value }]) => {
    const found = readAttributeName(name);
    if (found === undefined) return [];
    const { definition, tag } = found;
    if (definition.extended !== undefined || (definition.vendor === undefined && leftOut.has(definition.number)))
      return [];
    return value.flatMap((each) => {
      const octets = octetsOf(definition, each, type, tag);
      // A value that does not fit its type is as good as not there (RFC 6929 §2.8).
      return octets === undefined ? [] : [encode(definition, octets, authenticator, key)];
    });
  });
}

/** What a reply says, for rlm_rest: `{"reply:Session-Timeout": {"op": ":=", "value": [600], …}}`. */
export function settingsOf(
  reply: Buffer,
  authenticator: Uint8Array,
  key: SharedKey,
): Readonly<Record<string, RestSetting>> {
  const values = new Map<string, (string | number)[]>();
  for (const raw of listAttributes(reply, headerLength, reply.length)) {
    if (raw.vendor === undefined && leftOut.has(raw.type)) continue;
    const { name, value } = plain(raw, authenticator, key);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return Object.fromEntries(
    [...values].map(([name, value]) => [
      `reply:${name}`,
      { op: value.length > 1 ? '+=' : ':=', value, do_xlat: false } as const,
    ]),
  );
}

function octetsOf(
  definition: AttributeDefinition,
  value: string | number,
  type: string | undefined,
  tag: number | undefined,
): Uint8Array | undefined {
  if (definition.type === 'text' || definition.type === 'string') {
    if (type === 'octets' && typeof value === 'string' && /^0x([0-9a-f]{2})+$/i.test(value)) {
      return Buffer.from(value.slice(2), 'hex');
    }
    const text = Buffer.from(String(value));
    return text.length === 0 ? undefined : text;
  }
  if (definition.type === 'time' && typeof value === 'string' && !/^\d+$/.test(value)) {
    const at = Date.parse(value);
    return Number.isNaN(at) ? undefined : valueOctets(definition, Math.floor(at / 1000), tag);
  }
  return valueOctets(definition, value, tag);
}

function encode(
  { vendor, number }: AttributeDefinition,
  octets: Uint8Array,
  authenticator: Uint8Array,
  key: SharedKey,
): Uint8Array {
  if (vendor !== undefined) return encodeVendorAttribute(vendor, number, octets);
  const value = number === attribute.userPassword ? hidePassword(octets, authenticator, key) : octets;
  return encodeAttribute(number, value);
}

function plain(raw: RawAttribute, authenticator: Uint8Array, key: SharedKey): { name: string; value: string | number } {
  const definition = attributeNumbered(raw.vendor, raw.type, raw.extended);
  if (definition === undefined) return { name: numberName(raw), value: inHex(raw.value) };
  const octets = revealValue(definition, raw.value, { requestAuthenticator: authenticator, key });
  const read = octets === undefined ? undefined : readValue(definition, octets);
  const name = read?.tag === undefined ? definition.name : `${definition.name}:${read.tag}`;
  const text = isText.has(name) ? Buffer.from(raw.value).toString('latin1') : read?.value;
  return { name, value: plainValue(text, octets ?? raw.value) };
}

/** Octets that can be read as text go as text: what is octets to us may be text to FreeRADIUS, and it takes either. */
function plainValue(value: unknown, octets: Uint8Array): string | number {
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return String(value);
  const text = Buffer.from(octets).toString('latin1');
  return /^[\x20-\x7e]+$/.test(text) && !/^0x|\\/.test(text) ? text : inHex(octets);
}

/** What FreeRADIUS has as text though its first octet is none. */
const isText: ReadonlySet<string> = new Set(['MS-CHAP-Error']);

/** FreeRADIUS reads a text as if it stood between quotes. */
function escaped(text: string): string {
  return Array.from(text, (each) => {
    const number = each.charCodeAt(0);
    if (each === '\\') return '\\\\';
    return number < 0x20 || number === 0x7f ? `\\${number.toString(8).padStart(3, '0')}` : each;
  }).join('');
}

function inHex(octets: Uint8Array): string {
  return `0x${toHex(octets)}`;
}
