import type { Clock } from '../../../base/clock.ts';
import { unreachable } from '../../../base/errors.ts';
import type { Database } from '../database.ts';
import type { Answer, Caller, Executor } from '../executor.ts';
import { formatId, type Table, type TableRow } from '../table.ts';
import { parseRouterTime } from '../time.ts';
import { interrupted, notPermitted, RouterTrap } from '../trap.ts';
import { askedRows } from './asked-rows.ts';
import { functions } from './functions.ts';
import { checkScript, type Located, locate } from './locate.ts';
import { parseScript } from './parse.ts';
import type { Expression, Statement } from './syntax.ts';
import { applyBinary, bounded, listOfValue, numberOf, type ScriptValue, textOfValue, truthOf } from './values.ts';

export interface ScriptDeps {
  readonly clock: Clock;
  readonly database: Database;
  readonly executor: Executor;
  /** Variables of `:global`, which outlive the script until the router restarts. */
  readonly globals: Map<string, ScriptValue>;
  log(topics: string, message: string): void;
}

export interface ScriptRun {
  /** Lines of `:put` and `print`. */
  readonly output: readonly string[];
  readonly value: ScriptValue;
}

/**
 * Runs a script as the console would: all of it is looked at first, and nothing is run when any of it is wrong.
 *
 * @throws RouterTrap of the first command that fails outside `:do {} on-error={}`, and of `:error`
 */
export async function runScript(
  source: string,
  caller: Caller,
  deps: ScriptDeps,
  signal: AbortSignal,
): Promise<ScriptRun> {
  const statements = parseScript(source);
  checkScript(deps.database, statements);
  const interpreter = new Interpreter(deps, caller, signal);
  const value = await interpreter.run(statements);
  return { output: interpreter.output, value };
}

/** More statements than that are a loop without an end. */
const maxSteps = 1_000_000;
/** Others get their turn after that many. */
const stepsPerTurn = 500;

class Returned {
  readonly value: ScriptValue;

  constructor(value: ScriptValue) {
    this.value = value;
  }
}

interface Scope {
  readonly menu: string;
  readonly variables: Map<string, ScriptValue>;
  readonly globals: Set<string>;
  readonly outer?: Scope;
}

class Interpreter {
  readonly output: string[] = [];
  readonly #deps: ScriptDeps;
  readonly #caller: Caller;
  readonly #signal: AbortSignal;
  #steps = 0;

  constructor(deps: ScriptDeps, caller: Caller, signal: AbortSignal) {
    this.#deps = deps;
    this.#caller = caller;
    this.#signal = signal;
  }

  async run(statements: readonly Statement[]): Promise<ScriptValue> {
    try {
      return await this.#block(statements, { menu: '', variables: new Map(), globals: new Set() });
    } catch (thrown) {
      if (thrown instanceof Returned) return thrown.value;
      throw thrown;
    }
  }

  /** @returns what the last statement gives */
  async #block(statements: readonly Statement[], scope: Scope): Promise<ScriptValue> {
    let inside = scope;
    let value: ScriptValue;
    for (const statement of statements) {
      await this.#step();
      const located = locate(this.#deps.database, statement, inside.menu);
      if (located.kind === 'menu') inside = { ...inside, menu: located.menu };
      else if (located.kind === 'built-in') value = await this.#builtIn(located, statement, inside);
      else value = await this.#command(located, statement, { ...inside, menu: located.table.menu.path });
    }
    return value;
  }

  async #step(): Promise<void> {
    this.#signal.throwIfAborted();
    this.#steps += 1;
    if (this.#steps > maxSteps) throw interrupted();
    if (this.#steps % stepsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  async #inner(
    expression: Expression | undefined,
    scope: Scope,
    variables: readonly (readonly [string, ScriptValue])[] = [],
  ) {
    if (expression?.type !== 'block') return undefined;
    return this.#block(expression.statements, { ...enclosed(scope), variables: new Map(variables) });
  }

  async #builtIn(
    { name, rest }: Extract<Located, { kind: 'built-in' }>,
    statement: Statement,
    scope: Scope,
  ): Promise<ScriptValue> {
    const words = rest.map((text): Expression => ({ type: 'text', text }));
    const given = [...words, ...statement.positional];
    const named = (key: string) => statement.named.get(key);
    const value = async (index: number) => this.#value(given[index], scope);
    switch (name) {
      case 'local':
      case 'global':
      case 'set':
        return this.#assign(name, textOfValue(await value(0)), given[1], scope);
      case 'if':
        return this.#inner(truthOf(await value(0)) ? named('do') : named('else'), scope);
      case 'foreach':
        return this.#forEach(textOfValue(await value(0)), statement, scope);
      case 'for':
        return this.#for(textOfValue(await value(0)), statement, scope);
      case 'while':
        while (truthOf(await value(0))) await this.#looped(named('do'), scope);
        return undefined;
      case 'do':
        return this.#do(given[0], statement, scope);
      case 'delay':
        return this.#delay(await value(0));
      case 'log':
        return this.#log(textOfValue(await value(0)), await this.#value(named('message') ?? given[1], scope));
      case 'put':
        this.output.push(textOfValue(await value(0)));
        return undefined;
      case 'error':
        throw new RouterTrap(textOfValue(await value(0)));
      case 'return':
        throw new Returned(await value(0));
      default:
        return functions[name]?.(await this.#values(given, scope));
    }
  }

  async #looped(body: Expression | undefined, scope: Scope): Promise<void> {
    await this.#step();
    await this.#inner(body, scope);
  }

  async #assign(how: string, name: string, expression: Expression | undefined, scope: Scope): Promise<undefined> {
    const { globals } = this.#deps;
    if (how === 'local') {
      scope.variables.set(name, await this.#value(expression, scope));
      return undefined;
    }
    if (how === 'global') scope.globals.add(name);
    if (how === 'global' && expression === undefined) return undefined;
    const value = await this.#value(expression, scope);
    const holder = how === 'set' ? this.#holderOf(name, scope) : globals;
    holder?.set(name, value);
    return undefined;
  }

  async #forEach(names: string, statement: Statement, scope: Scope): Promise<undefined> {
    const [first = '', second] = names.split(',');
    const items = listOfValue(await this.#value(statement.named.get('in'), scope));
    for (const [index, item] of items.entries()) {
      await this.#step();
      const variables =
        second === undefined ? [[first, item] as const] : [[first, index] as const, [second, item] as const];
      await this.#inner(statement.named.get('do'), scope, variables);
    }
    return undefined;
  }

  async #for(name: string, { named }: Statement, scope: Scope): Promise<undefined> {
    const [from = 0, to = 0] = await Promise.all(
      ['from', 'to'].map(async (key) => numberOf(await this.#value(named.get(key), scope))),
    );
    const step = numberOf(await this.#value(named.get('step'), scope)) ?? (from <= to ? 1 : -1);
    if (step === 0) throw interrupted();
    for (let at = from; step > 0 ? at <= to : at >= to; at += step) {
      await this.#step();
      await this.#inner(named.get('do'), scope, [[name, at]]);
    }
    return undefined;
  }

  async #do(body: Expression | undefined, { named }: Statement, scope: Scope): Promise<ScriptValue> {
    const until = named.get('while');
    if (until === undefined) return this.#attempt(body, named.get('on-error'), scope);
    do await this.#looped(body, scope);
    while (truthOf(await this.#value(until, scope)));
    return undefined;
  }

  async #attempt(body: Expression | undefined, onError: Expression | undefined, scope: Scope): Promise<ScriptValue> {
    try {
      return await this.#inner(body, scope);
    } catch (thrown) {
      if (onError === undefined || !(thrown instanceof RouterTrap)) throw thrown;
      return this.#inner(onError, scope);
    }
  }

  async #delay(duration: ScriptValue): Promise<undefined> {
    const ms = parseRouterTime(textOfValue(duration ?? '1s'));
    if (ms === undefined) throw new RouterTrap('invalid time value for argument delay-time', 1);
    await this.#deps.clock.sleep(ms, this.#signal);
    return undefined;
  }

  #log(severity: string, message: ScriptValue): undefined {
    if (!['debug', 'error', 'info', 'warning'].includes(severity)) throw new RouterTrap(`bad command name ${severity}`);
    if (!this.#caller.policies.has('write')) throw notPermitted();
    this.#deps.log(`script,${severity}`, textOfValue(message));
    return undefined;
  }

  async #command(
    located: Extract<Located, { kind: 'command' }>,
    statement: Statement,
    scope: Scope,
  ): Promise<ScriptValue> {
    const { table, verb } = located;
    if (verb === 'find') return (await this.#found(table, statement, scope)).map(({ id }) => formatId(id));
    const fields = await this.#fields(located, statement, scope);
    if (fields === 'no rows') return undefined;
    if (verb === 'print') return this.#print(table, statement, scope, fields);
    const answer = this.#deps.executor.run({ path: table.menu.path, verb, fields, queries: [] }, this.#caller);
    return this.#outcome(answer);
  }

  async #outcome(answer: Answer): Promise<ScriptValue> {
    switch (answer.kind) {
      case 'done':
        return answer.ret;
      case 'later':
        await answer.done;
        return undefined;
      case 'rows':
        for (const words of answer.rows) this.output.push(words.map((word) => word.slice(1)).join(' '));
        return undefined;
      case 'follow':
      case 'repeat':
        throw new RouterTrap('action failed (6)');
      default:
        return unreachable(answer);
    }
  }

  async #print(
    table: Table,
    statement: Statement,
    scope: Scope,
    fields: ReadonlyMap<string, string | undefined>,
  ): Promise<ScriptValue> {
    const rows = await this.#found(table, statement, scope);
    if (fields.has('count-only')) return rows.length;
    for (const row of rows) {
      const shown = Object.keys(this.#deps.database.properties(table)).flatMap((name) => {
        const value = this.#deps.database.shown(
          table,
          row,
          name,
          this.#caller.policies.has('sensitive') ? 'clear' : 'placeholder',
        );
        return value === undefined ? [] : [`${name}=${value}`];
      });
      this.output.push(shown.join(' '));
    }
    return undefined;
  }

  /** The arguments of a command as the API would have them; `no rows` when a `find` came to nothing. */
  async #fields(
    { table, verb, rest }: Extract<Located, { kind: 'command' }>,
    statement: Statement,
    scope: Scope,
  ): Promise<ReadonlyMap<string, string | undefined> | 'no rows'> {
    const fields = new Map<string, string | undefined>();
    const words = rest.map((text): Expression => ({ type: 'text', text }));
    const names = positions(verb, table.menu.kind);
    for (const [index, expression] of [...words, ...statement.positional].entries()) {
      const value = await this.#value(expression, scope);
      const name = verb === 'print' ? textOfValue(value) : names[index];
      if (name === undefined) throw new RouterTrap('expected end of command');
      if (name === 'numbers' && listOfValue(value).length === 0) return 'no rows';
      fields.set(name, verb === 'print' ? '' : argument(value));
    }
    for (const [name, expression] of statement.named) {
      const value = await this.#value(expression, scope);
      if (name === 'numbers' && listOfValue(value).length === 0) return 'no rows';
      fields.set(name, argument(value));
    }
    for (const name of statement.cleared) fields.set(name, undefined);
    return fields;
  }

  async #found(table: Table, { where }: Statement, scope: Scope): Promise<readonly TableRow[]> {
    if (!this.#caller.policies.has('read')) throw notPermitted();
    return askedRows(this.#deps.database, table, where, (expression) => this.#value(expression, scope));
  }

  async #value(expression: Expression | undefined, scope: Scope): Promise<ScriptValue> {
    switch (expression?.type) {
      case undefined:
      case 'block':
        return undefined;
      case 'text':
        return expression.text;
      case 'variable':
        return this.#read(expression.name, scope);
      case 'call':
        return this.#block(expression.statements, enclosed(scope));
      case 'template':
        return bounded((await this.#values(expression.parts, scope)).map(textOfValue).join(''));
      case 'array':
        return this.#values(expression.items, scope);
      case 'unary':
        return this.#unary(expression, scope);
      case 'binary':
        return this.#binary(expression, scope);
      default:
        return unreachable(expression);
    }
  }

  async #values(expressions: readonly Expression[], scope: Scope): Promise<readonly ScriptValue[]> {
    const values: ScriptValue[] = [];
    for (const expression of expressions) values.push(await this.#value(expression, scope));
    return values;
  }

  async #unary({ operator, operand }: Extract<Expression, { type: 'unary' }>, scope: Scope): Promise<ScriptValue> {
    const value = await this.#value(operand, scope);
    return operator === '!' ? !truthOf(value) : -(numberOf(value) ?? 0);
  }

  async #binary(
    { operator, left, right }: Extract<Expression, { type: 'binary' }>,
    scope: Scope,
  ): Promise<ScriptValue> {
    const first = await this.#value(left, scope);
    if (operator === '||' && truthOf(first)) return true;
    if (operator === '&&' && !truthOf(first)) return false;
    return applyBinary(operator, first, await this.#value(right, scope));
  }

  #read(name: string, scope: Scope): ScriptValue {
    return this.#holderOf(name, scope)?.get(name);
  }

  /** Where a variable lives: the nearest block that made it, or the router, if a block in reach said so. */
  #holderOf(name: string, scope: Scope | undefined): Map<string, ScriptValue> | undefined {
    if (scope === undefined) return undefined;
    if (scope.variables.has(name)) return scope.variables;
    return scope.globals.has(name) ? this.#deps.globals : this.#holderOf(name, scope.outer);
  }
}

function enclosed(scope: Scope): Scope {
  return { menu: scope.menu, variables: new Map(), globals: new Set(), outer: scope };
}

/** What the arguments without a name are, in their order. */
function positions(verb: string, kind: Table['menu']['kind']): readonly string[] {
  switch (verb) {
    case 'get':
      return kind === 'settings' ? ['value-name'] : ['numbers', 'value-name'];
    case 'unset':
      return ['numbers', 'value-name'];
    case 'move':
      return ['numbers', 'destination'];
    case 'comment':
      return ['numbers', 'comment'];
    default:
      return kind === 'settings' ? [] : ['numbers'];
  }
}

/** A list of rows is written with commas; other values as they are. */
function argument(value: ScriptValue): string {
  return Array.isArray(value) ? value.map(textOfValue).join(',') : textOfValue(value);
}
