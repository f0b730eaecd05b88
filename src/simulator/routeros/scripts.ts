import type { Clock } from '../../base/clock.ts';
import type { Database } from './database.ts';
import type { Answer, Caller, Executor, OwnCommand } from './executor.ts';
import { policies } from './menus/user-group.ts';
import { runScript, type ScriptRun } from './script/run-script.ts';
import type { ScriptValue } from './script/values.ts';
import { parseId, type TableRow } from './table.ts';
import { formatRouterDate } from './time.ts';
import { missingArgument, noSuchItem, notPermitted, RouterTrap } from './trap.ts';
import { listOf } from './value-types.ts';
import { has } from './version.ts';

export interface ScriptsOptions {
  readonly clock: Clock;
  readonly database: Database;
  readonly executor: () => Executor;
  log(topics: string, message: string): void;
}

/** `/system/script` and `/execute`: scripts that run, each to its end or until the router restarts. */
export class Scripts {
  readonly #options: ScriptsOptions;
  readonly #globals = new Map<string, ScriptValue>();
  #power = new AbortController();
  #jobs = 0;

  constructor(options: ScriptsOptions) {
    this.#options = options;
  }

  /** Power off and on: what runs ends where it is, and variables are forgotten. */
  reboot(): void {
    this.#power.abort();
    this.#power = new AbortController();
    this.#globals.clear();
  }

  /** `/system/script/run`: its failure is the answer. */
  readonly run: OwnCommand = (fields, _rows, caller) => {
    const { database } = this.#options;
    const wanted = fields.get('number') ?? fields.get('numbers') ?? fields.get('.id');
    if (wanted === undefined) throw missingArgument('number');
    const table = database.table('/system/script');
    const row = table.named(wanted) ?? table.get(parseId(wanted) ?? -1);
    if (row === undefined) throw noSuchItem();
    return this.runRow(row, caller).then(() => undefined);
  };

  /** `/execute`: with `as-string` it answers with what the script put out, else at once with the number of a job. */
  readonly execute: OwnCommand = (fields, _rows, caller): Answer => {
    const source = fields.get('script');
    if (source === undefined) throw missingArgument('script');
    if (!caller.policies.has('write')) throw notPermitted();
    const known = this.#options.database.find('/system/script')?.named(source);
    const running = this.start(known?.values.get('source') ?? source, caller);
    if (fields.has('as-string')) return { kind: 'later', done: running.then(({ output }) => output.join('\r\n')) };
    running.catch((error: unknown) => this.#failed('executing script from api failed', error));
    this.#jobs += 1;
    return { kind: 'done', ret: `*${this.#jobs.toString(16).toUpperCase()}` };
  };

  /** A script by its row, with the rights it declares.
   * @throws RouterTrap when the caller lacks one of them */
  async runRow(row: TableRow, caller: Caller): Promise<ScriptRun> {
    const { values } = row;
    const { clock, database } = this.#options;
    const rights = listOf(values.get('policy') ?? '');
    const free = values.get('dont-require-permissions') === 'true';
    if (!free && !rights.every((right) => caller.policies.has(right))) throw notPermitted();
    values.set('run-count', String(Number(values.get('run-count') ?? 0) + 1));
    values.set('last-started', formatRouterDate(clock.now(), has(database.version, 'isoDates')));
    const name = values.get('owner') ?? caller.name;
    return this.start(values.get('source') ?? '', {
      ...(name === undefined ? {} : { name }),
      policies: new Set(rights),
    });
  }

  /** @throws RouterTrap of the script; the reason of the signal when the router restarts meanwhile */
  async start(source: string, caller: Caller): Promise<ScriptRun> {
    const { clock, database, executor, log } = this.#options;
    const deps = { clock, database, executor: executor(), globals: this.#globals, log };
    return runScript(source, caller, deps, this.#power.signal);
  }

  /** What the scheduler does at a time: the script of that name, else the text itself. A failure is a line in the log. */
  async event(name: string, onEvent: string, rights: readonly string[]): Promise<void> {
    const caller = { policies: new Set(rights.length === 0 ? policies : rights) };
    const script = this.#options.database.find('/system/script')?.named(onEvent);
    try {
      if (script === undefined) await this.start(onEvent, caller);
      else await this.runRow(script, caller);
    } catch (error) {
      this.#failed(`executing script from scheduler (${name}) failed, please check it manually`, error);
    }
  }

  #failed(what: string, error: unknown): void {
    if (this.#power.signal.aborted) return;
    if (!(error instanceof RouterTrap)) {
      if (error instanceof Error && error.name === 'AbortError') return;
      throw error;
    }
    this.#options.log('script,error', `${what}: ${error.message}`);
  }

  [Symbol.dispose](): void {
    this.#power.abort();
  }
}
