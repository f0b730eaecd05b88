import { printable } from '../base/bytes.ts';
import type { Input, Program, Programs } from './program.ts';

/** A part of a message: words, or an expression and where it stands. */
export type MessagePart = { readonly words: string } | { readonly expression: string; readonly start: number };

/** `{{ object.metadata.name }} is …` in parts. What is opened and not closed is words. */
export function messageParts(message: string): readonly MessagePart[] {
  const parts: MessagePart[] = [];
  let from = 0;
  for (const match of message.matchAll(/\{\{(.+?)\}\}/gs)) {
    const [all, expression = ''] = match;
    if (match.index > from) parts.push({ words: message.slice(from, match.index) });
    parts.push({ expression, start: match.index + 2 });
    from = match.index + all.length;
  }
  if (from < message.length) parts.push({ words: message.slice(from) });
  return parts;
}

const longestValue = 200;

/** Puts values into a message. One that cannot be had is left out: what is to be said is said all the same. */
export function messageProgram(message: string, programs: Programs): (input: Input, limit: number) => string {
  const parts = messageParts(message).map((part): string | Program =>
    'words' in part ? part.words : programs.compile(part.expression),
  );
  return (input, limit) => {
    const said = parts.map((part) => (typeof part === 'string' ? part : valueIn(part, input, limit)));
    return said.join('');
  };
}

function valueIn(program: Program, input: Input, limit: number): string {
  try {
    return printable(inWords(program.run(input, limit)), longestValue);
  } catch {
    return '(nothing)';
  }
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  if (value instanceof Date) return value.toISOString();
  const isPlain = typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain
    ? JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? Number(each) : each))
    : String(value);
}
