import type { Database } from '../database.ts';
import type { Table } from '../table.ts';
import { syntaxError } from './reader.ts';
import type { Condition, Expression, Statement } from './syntax.ts';

/** Where the words of a statement lead. */
export type Located =
  | { readonly kind: 'built-in'; readonly name: string; readonly rest: readonly string[] }
  | { readonly kind: 'command'; readonly table: Table; readonly verb: string; readonly rest: readonly string[] }
  /** A menu alone: the statements that follow are relative to it. */
  | { readonly kind: 'menu'; readonly menu: string };

/** Commands of the language. */
export const builtIns: ReadonlySet<string> = new Set([
  ...['local', 'global', 'set', 'if', 'foreach', 'for', 'while', 'do', 'delay', 'log', 'put', 'error', 'return'],
  ...['len', 'pick', 'find', 'tostr', 'tonum', 'toarray', 'typeof', 'nothing'],
]);

/** Commands every menu with rows understands in a script, beside its own. */
const common: ReadonlySet<string> = new Set(['find', 'print', 'get']);

/** @throws RouterTrap `bad command name x (line 1 column 2)` */
export function locate(database: Database, statement: Statement, menu: string): Located {
  const { words, isBuiltIn, isAbsolute, at } = statement;
  const [first = '', ...others] = words;
  if (isBuiltIn) {
    if (!builtIns.has(first)) throw syntaxError(`bad command name ${first}`, at);
    return { kind: 'built-in', name: first, rest: others };
  }
  const inMenu = menuCommand(database, isAbsolute ? '' : menu, words);
  if (inMenu !== undefined) return inMenu;
  if (builtIns.has(first)) return { kind: 'built-in', name: first, rest: others };
  throw syntaxError(`bad command name ${first}`, at);
}

function menuCommand(database: Database, menu: string, words: readonly string[]): Located | undefined {
  if (words.length === 0) return { kind: 'menu', menu: '' };
  if (words[0] === 'log' && menu === '' && words.length > 1)
    return { kind: 'built-in', name: 'log', rest: words.slice(1) };
  for (let length = words.length; length >= 0; length -= 1) {
    const path = [menu, ...words.slice(0, length)].filter((part) => part !== '').join('/');
    const full = path === '' || path.startsWith('/') ? path : `/${path}`;
    const [verb, ...rest] = words.slice(length);
    if (verb === undefined) {
      if (database.find(full) !== undefined || database.hasBelow(full)) return { kind: 'menu', menu: full };
      continue;
    }
    const table = database.find(full);
    if (table === undefined) continue;
    const known = common.has(verb) || (table.menu.verbs as readonly string[]).includes(verb);
    return known ? { kind: 'command', table, verb, rest } : undefined;
  }
  return undefined;
}

/**
 * Looks at every statement, those within others too, before any of them runs.
 *
 * @throws RouterTrap for commands and arguments this router does not have
 */
export function checkScript(database: Database, statements: readonly Statement[], menu = ''): void {
  let current = menu;
  for (const statement of statements) {
    const located = locate(database, statement, current);
    if (located.kind === 'menu') current = located.menu;
    if (located.kind === 'command') checkArguments(database, located, statement);
    const inner = located.kind === 'command' ? located.table.menu.path : current;
    for (const expression of [...statement.positional, ...statement.named.values(), ...valuesOf(statement.where)]) {
      checkExpression(database, expression, inner);
    }
  }
}

function checkArguments(
  database: Database,
  located: Extract<Located, { kind: 'command' }>,
  statement: Statement,
): void {
  const { table, verb } = located;
  if (verb !== 'add' && verb !== 'set') return;
  const properties = database.properties(table);
  for (const name of [...statement.named.keys(), ...statement.cleared]) {
    const known = properties[name] !== undefined || ['numbers', 'place-before', 'copy-from', '.id'].includes(name);
    if (!known) throw syntaxError('expected end of command', statement.at);
  }
}

function checkExpression(database: Database, expression: Expression, menu: string): void {
  if (expression.type === 'call' || expression.type === 'block') checkScript(database, expression.statements, menu);
  for (const part of partsOf(expression)) checkExpression(database, part, menu);
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'template':
      return expression.parts;
    case 'array':
      return expression.items;
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    default:
      return [];
  }
}

function valuesOf(condition: Condition | undefined): readonly Expression[] {
  if (condition === undefined) return [];
  if (condition.type === 'compare') return [condition.value];
  if (condition.type === 'not') return valuesOf(condition.condition);
  return condition.type === 'holds' ? [] : [...valuesOf(condition.left), ...valuesOf(condition.right)];
}
