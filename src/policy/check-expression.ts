import type { ParseError, TypeError as TypeFault } from '@marcbachmann/cel-js';
import { nearest } from '../base/nearest.ts';
import { ExpressionError } from './expression-error.ts';
import { LinearRegex } from './linear-regex.ts';
import { unspoken } from './metered.ts';
import { PatternError } from './pattern-error.ts';
import { everyNode, type MemberCall, type Node, pathOf } from './syntax.ts';
import type { Vocabulary } from './vocabulary.ts';

type Fault = ParseError | TypeFault;

/**
 * What an expression comes to, without running it.
 *
 * @param wants `bool`: a rule; else anything, to be told
 * @throws ExpressionError with the place in it
 */
export function checkExpression(text: string, wants: 'bool' | 'any', vocabulary: Vocabulary): void {
  const { environment } = vocabulary;
  const node = parsed(text, vocabulary);
  const { valid, type = 'dyn', error } = environment.check(text);
  if (!valid) throw told(error, vocabulary, 0, text);
  if (wants === 'bool' && type !== 'bool' && type !== 'dyn')
    throw new ExpressionError(
      `it must be true or false, and is ${type}`,
      whole(text),
      'as in `size(object.spec.mac) > 2`',
    );
  for (const each of everyNode(node)) {
    if (each.op === 'call') checkPresence(each, text, vocabulary);
    if (each.op === 'rcall') checkPattern(each);
  }
}

/** @throws ExpressionError */
export function parsed(text: string, { environment, ...vocabulary }: Vocabulary): Node {
  try {
    return environment.parse(text).ast as unknown as Node;
  } catch (error) {
    throw told(error as Fault, { environment, ...vocabulary }, 0, text);
  }
}

/** `has(object.spec.x)` is checked by nobody else: it is false for whatever there is none of. */
function checkPresence({ args }: Node, text: string, vocabulary: Vocabulary): void {
  const [name, [argument]] = args as [string, Node[]];
  if (name !== 'has' || argument === undefined) return;
  const path = pathOf(argument);
  if (path === undefined || !vocabulary.variables.includes(String(path[0]))) return;
  const { valid, error } = vocabulary.environment.check(text.slice(argument.start, argument.end));
  if (!valid) throw told(error, vocabulary, argument.start, text);
}

function checkPattern({ args }: Node): void {
  const [name, , [pattern]] = args as MemberCall;
  if (name !== 'matches' || pattern?.op !== 'value' || typeof pattern.args !== 'string') return;
  try {
    void new LinearRegex(pattern.args);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new ExpressionError(`the pattern cannot be used: ${error.message}`, pattern, 'it is written as RE2 has it');
  }
}

function told(error: Fault | undefined, vocabulary: Vocabulary, offset: number, text: string): ExpressionError {
  const message = error?.summary ?? 'it cannot be read';
  const range = error?.range ?? whole(text);
  const place = { start: range.start + offset, end: Math.max(range.end, range.start + 1) + offset };
  const node = error?.node as (Node & { readonly op?: string }) | undefined;
  switch (error?.code) {
    case 'unknown_variable': {
      const name = /: (\w+)$/.exec(message)?.[1] ?? '';
      return new ExpressionError(`nothing is called "${name}" here`, place, meant(name, vocabulary.variables));
    }
    case 'no_such_key': {
      const name = /: (\w+)$/.exec(message)?.[1] ?? '';
      const left = (node?.args as readonly [{ checkedType?: { name?: string } }] | undefined)?.[0];
      const type = left?.checkedType?.name ?? '';
      const known = vocabulary.fields.get(type) ?? [];
      return new ExpressionError(
        `${type === '' ? 'this' : type} has no field "${name}"`,
        fieldPlace(place, name, text),
        meant(name, known),
      );
    }
    case 'no_matching_overload':
      return functionFault(message, place, node, vocabulary);
    case 'no_such_overload':
      return new ExpressionError(message.replace('no such overload:', 'this cannot be done:'), place);
    case 'limit_exceeded':
      return new ExpressionError(`it is too large: ${message}`, place, 'make it several rules');
    default:
      return new ExpressionError(lowered(message), place);
  }
}

/** The library points at the whole of `a.b.c`. */
function fieldPlace(place: { readonly start: number; readonly end: number }, name: string, text: string) {
  const at = text.slice(place.start, place.end).lastIndexOf(name);
  return at < 0 ? place : { start: place.start + at, end: place.start + at + name.length };
}

function functionFault(
  message: string,
  place: { readonly start: number; readonly end: number },
  node: Node | undefined,
  { environment }: Vocabulary,
): ExpressionError {
  const name = String((node?.args as readonly unknown[] | undefined)?.[0] ?? '');
  const known = new Set(environment.getDefinitions().functions.map((each) => each.name));
  known.add('matches');
  for (const each of unspoken) known.delete(each);
  if (known.has(name) || name === '') return new ExpressionError(message, place);
  return new ExpressionError(`no function is called "${name}"`, place, meant(name, [...known]));
}

function meant(name: string, known: readonly string[]): string | undefined {
  const near = nearest(name, known);
  if (near !== undefined) return `did you mean ${near}?`;
  return known.length > 0 && known.length <= 16 ? `known here: ${known.join(', ')}` : undefined;
}

function whole(text: string) {
  return { start: 0, end: text.length };
}

function lowered(message: string): string {
  return `${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
