import { Secret } from '../base/secret.ts';
import type { Change } from '../reconcile/target.ts';
import { RouterTrapError } from './errors.ts';

const hidden = '[secret]';
/** What RouterOS puts in quotes, the closing one cut off perhaps. */
const quoted = /"((?:[^"\\]|\\.)*)("?)/gsu;

/**
 * The error without the secrets of its change: a router may quote what it was sent, in whole or cut short, as it was or
 * as its console spells it.
 */
export function withoutSecrets(error: unknown, { set }: Pick<Change, 'set'>): unknown {
  const values = Object.values(set);
  const secrets = values.filter((value) => value instanceof Secret).map((secret) => secret.reveal());
  const spellings = secrets.flatMap(spellingsOf).filter((text) => text !== '');
  if (!(error instanceof RouterTrapError) || spellings.length === 0) return error;
  // The longest first: one may be part of another.
  const sorted = [...new Set(spellings)].sort((a, b) => b.length - a.length);
  const known = new Set<string>([hidden, ...values.filter((value) => typeof value === 'string')]);
  return error.retold((message) => {
    const bare = sorted.reduce((text, spelling) => text.replaceAll(spelling, hidden), message);
    return bare.replace(quoted, (all, inner: string, end: string) => (known.has(inner) ? all : `"${hidden}${end}`));
  });
}

/** As it is, read octet by octet, and as the RouterOS console writes strings (manual: Scripting, Escape Sequences). */
function spellingsOf(secret: string): readonly string[] {
  const escaped = secret.replace(/["\\$?]/gu, (character) => `\\${character}`);
  const whole = escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
  return [
    secret,
    Buffer.from(secret).toString('latin1'),
    escaped,
    whole,
    inOctets(whole, true),
    inOctets(whole, false),
  ];
}

/** What is not printable ASCII as `\C3\A4`. */
function inOctets(text: string, upperCase: boolean): string {
  return text.replace(/[^ -~]/gu, (character) => {
    const octets = [...Buffer.from(character)].map((octet) => octet.toString(16).padStart(2, '0'));
    return octets.map((octet) => `\\${upperCase ? octet.toUpperCase() : octet}`).join('');
  });
}
