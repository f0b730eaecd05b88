import { parseRouterTime } from '../time.ts';
import { RouterTrap } from '../trap.ts';
import type { BinaryOperator, Comparison } from './syntax.ts';

/** A value of a script; `undefined` is nothing. Addresses, times and ids are text as they are written. */
export type ScriptValue = undefined | string | number | boolean | readonly ScriptValue[];

/** As `:put` shows it, and as an argument of a command has it. */
export function textOfValue(value: ScriptValue): string {
  if (value === undefined) return '';
  return Array.isArray(value) ? value.map(textOfValue).join(';') : String(value);
}

/** @throws RouterTrap on what is neither true nor false */
export function truthOf(value: ScriptValue): boolean {
  const text = textOfValue(value);
  if (text === 'true' || text === 'yes') return true;
  if (text === 'false' || text === 'no') return false;
  throw new RouterTrap('conditional not boolean');
}

/** A number, if it is one: digits, also in text. */
export function numberOf(value: ScriptValue): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : undefined;
}

export function applyBinary(operator: BinaryOperator, left: ScriptValue, right: ScriptValue): ScriptValue {
  switch (operator) {
    case '.':
      return bounded(textOfValue(left) + textOfValue(right));
    case ',':
      return joined(listOfValue(left), listOfValue(right));
    case '||':
      return truthOf(left) || truthOf(right);
    case '&&':
      return truthOf(left) && truthOf(right);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return calculate(operator, left, right);
    default:
      return holds(operator, left, right);
  }
}

const longest = 1_048_576;

/** A router has no memory for more. @throws RouterTrap */
export function bounded(text: string): string {
  if (text.length > longest) throw new RouterTrap('value too long');
  return text;
}

function joined(left: readonly ScriptValue[], right: readonly ScriptValue[]): readonly ScriptValue[] {
  if (left.length + right.length > longest) throw new RouterTrap('value too long');
  return [...left, ...right];
}

/** Whether a comparison holds: by number or duration where both sides are such, else as text. */
export function holds(operator: Comparison, left: ScriptValue, right: ScriptValue): boolean {
  if (operator === '~') return isMatch(textOfValue(left), textOfValue(right));
  if (operator === '=') return isSame(left, right);
  if (operator === '!=') return !isSame(left, right);
  const [a, b] = [orderOf(left), orderOf(right)];
  const difference = a !== undefined && b !== undefined ? a - b : compareText(textOfValue(left), textOfValue(right));
  if (operator === '<') return difference < 0;
  if (operator === '>') return difference > 0;
  return operator === '<=' ? difference <= 0 : difference >= 0;
}

export function listOfValue(value: ScriptValue): readonly ScriptValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly ScriptValue[]) : [value];
}

function isSame(left: ScriptValue, right: ScriptValue): boolean {
  return sameWord(textOfValue(left)) === sameWord(textOfValue(right));
}

/** What is shown as `true` is also written `yes`. */
function sameWord(text: string): string {
  if (text === 'yes') return 'true';
  return text === 'no' ? 'false' : text;
}

/** POSIX extended expressions, as far as those of JavaScript are the same. */
function isMatch(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, 's').test(text);
  } catch {
    return false;
  }
}

function orderOf(value: ScriptValue): number | undefined {
  const number = numberOf(value);
  if (number !== undefined) return number;
  return typeof value === 'string' ? parseRouterTime(value) : undefined;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function calculate(operator: '+' | '-' | '*' | '/' | '%', left: ScriptValue, right: ScriptValue): number {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a === undefined || b === undefined)
    throw new RouterTrap(`cannot calculate with ${typeOf(left)} and ${typeOf(right)}`);
  if ((operator === '/' || operator === '%') && b === 0) throw new RouterTrap('division by zero');
  if (operator === '+') return a + b;
  if (operator === '-') return a - b;
  if (operator === '*') return a * b;
  return operator === '/' ? Math.trunc(a / b) : a % b;
}

/** Names of types, as `:typeof` tells them. */
export function typeOf(value: ScriptValue): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return 'num';
  if (typeof value === 'boolean') return 'bool';
  return /^\*[0-9A-F]+$/.test(value as string) ? 'id' : 'str';
}
