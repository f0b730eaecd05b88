import type { Command } from './command.ts';
import type { Database, SecretView } from './database.ts';
import type { Verb } from './menu.ts';
import { matchesQuery, singleEquality } from './query.ts';
import { formatId, parseId, type Table, type TableRow } from './table.ts';
import {
  failure,
  missingArgument,
  missingId,
  noMatch,
  noSuchCommand,
  noSuchItem,
  noSuchPrefix,
  notPermitted,
  unknownParameter,
} from './trap.ts';
import { has, isAtLeast } from './version.ts';

/** Who sends a command: rights as they were when he logged in. */
export interface Caller {
  /** Absent: the router itself. */
  readonly name?: string;
  readonly policies: ReadonlySet<string>;
}

/** Attribute words of one `!re`. */
export type Words = readonly string[];

export type Answer =
  | { readonly kind: 'done'; readonly ret?: string }
  | { readonly kind: 'rows'; readonly rows: Iterable<Words> }
  /** The rows there are, then every change until it is cancelled. */
  | { readonly kind: 'follow'; readonly rows: Iterable<Words>; watch(send: (row: Words) => void): () => void }
  /** Comes when the router is done; its failure is a trap too. */
  | { readonly kind: 'later'; readonly done: Promise<string | undefined> }
  /** Rows again and again, once a second, until it is cancelled. */
  | { readonly kind: 'repeat'; rows(): readonly Words[] };

/** What a menu does beside keeping rows. Keyed by `/radius/monitor`. */
export interface Extras {
  readonly monitors: ReadonlyMap<string, (row: TableRow | undefined) => Readonly<Record<string, string>>>;
  readonly resets: ReadonlyMap<string, (row: TableRow | undefined) => void>;
  /** Menus whose prints leave rows out unless told otherwise, by path. */
  readonly views?: ReadonlyMap<string, PrintView>;
  /** Commands of one menu's own, keyed by `/ip/hotspot/active login`; also those of no menu, ` execute`. */
  readonly commands?: ReadonlyMap<string, OwnCommand>;
  /** What looks at every write to a menu before it is carried out, by path. Refuses by a `RouterTrap`. */
  readonly guards?: ReadonlyMap<string, (command: Command) => void>;
}

/** What a print of one menu shows. */
export interface PrintView {
  /** Arguments a print takes for it. */
  readonly arguments: readonly string[];
  shows(row: TableRow, fields: Command['fields']): boolean;
}

/**
 * Carries out a command of one menu's own.
 *
 * @param rows those of `.id` or `numbers`; none where neither is given
 */
export type OwnCommand = (
  fields: Command['fields'],
  rows: readonly TableRow[],
  caller: Caller,
) => Answer | Promise<void> | void;

export interface ExecutorOptions {
  readonly database: Database;
  readonly extras: Extras;
  /** What a print without `show-sensitive` gives to a caller with the right, since 7.21. Not known of real routers. */
  readonly secretsUnasked: SecretView;
}

const writing: ReadonlySet<string> = new Set<Verb>([
  ...(['add', 'set', 'remove', 'enable', 'disable', 'move', 'unset', 'comment'] as const),
  ...(['reset-counters', 'reset-counters-all', 'login', 'reset-html', 'sign', 'make-binding'] as const),
  ...(['make-static', 'check-status', 'run', 'import'] as const),
]);

export function isWrite(command: Command): boolean {
  return writing.has(command.verb);
}

/** Carries commands out on the database as RouterOS would. Knows nothing of connections. */
export class Executor {
  readonly #database: Database;
  readonly #extras: Extras;
  readonly #secretsUnasked: SecretView;

  constructor({ database, extras, secretsUnasked }: ExecutorOptions) {
    this.#database = database;
    this.#extras = extras;
    this.#secretsUnasked = secretsUnasked;
  }

  /** @throws RouterTrap for everything a router would answer `!trap` to */
  run(command: Command, caller: Caller): Answer {
    const free = this.#database.find(command.path) === undefined ? this.#free(command, caller) : undefined;
    if (free !== undefined) return free;
    const table = this.#menuOf(command);
    this.#authorise(table, command, caller);
    if (isWrite(command)) this.#extras.guards?.get(command.path)?.(command);
    switch (command.verb as Verb) {
      case 'print':
        return this.#print(table, command, caller);
      case 'recursive-print':
        return this.#print(table, { ...command, fields: new Map([...command.fields, ['recursive', '']]) }, caller);
      case 'listen':
        return this.#follow(table, command, caller, []);
      case 'get':
        return this.#get(table, command, caller);
      case 'add':
        return this.#add(table, command, caller);
      case 'set':
        return this.#set(table, command.fields);
      case 'comment':
        return this.#set(table, command.fields);
      case 'enable':
      case 'disable':
        return this.#set(table, new Map([...command.fields, ['disabled', command.verb === 'enable' ? 'no' : 'yes']]));
      case 'unset':
        return this.#unset(table, command);
      case 'remove':
        return this.#remove(table, command);
      case 'move':
        return this.#move(table, command);
      case 'monitor':
        return this.#monitor(table, command);
      case 'reset-counters':
      case 'reset-counters-all':
        return this.#reset(table, command);
      default:
        return this.#own(table, command, caller);
    }
  }

  /** Commands that belong to no menu. */
  #free({ path, verb, fields }: Command, caller: Caller): Answer | undefined {
    const run = this.#extras.commands?.get(`${path} ${verb}`);
    return run === undefined ? undefined : answerOf(run(fields, [], caller));
  }

  #own(table: Table, { path, verb, fields }: Command, caller: Caller): Answer {
    const run = this.#extras.commands?.get(`${path} ${verb}`);
    if (run === undefined) throw noSuchCommand();
    const addressed = fields.has('.id') || fields.has('numbers');
    return answerOf(run(fields, addressed ? this.#targets(table, fields) : [], caller));
  }

  #menuOf(command: Command): Table {
    const table = this.#database.find(command.path);
    if (table === undefined) throw noSuchPrefix();
    const { verbs, verbsSince } = table.menu;
    const since = verbsSince?.[command.verb as Verb];
    const known = (verbs as readonly string[]).includes(command.verb);
    if (!known || (since !== undefined && !isAtLeast(this.#database.version, since))) throw noSuchCommand();
    return table;
  }

  #authorise(table: Table, command: Command, { policies }: Caller): void {
    const own = table.menu.verbPolicies?.[command.verb as Verb];
    const usual = isWrite(command) ? ['write', table.menu.writePolicy ?? 'write'] : ['read'];
    const needed = own === undefined ? usual : [own];
    if (!needed.every((policy) => policies.has(policy))) throw notPermitted();
  }

  #print(table: Table, command: Command, caller: Caller): Answer {
    this.#refuseUnknownPrintArguments(table, command);
    const rows = this.#selected(table, command, caller);
    if (command.fields.has('count-only')) return { kind: 'done', ret: String([...rows].length) };
    const follow = ['follow', 'follow-only'].find((name) => command.fields.has(name));
    if (follow !== undefined) return this.#follow(table, command, caller, follow === 'follow' ? rows : []);
    return { kind: 'rows', rows: this.#words(table, command, caller, rows) };
  }

  #refuseUnknownPrintArguments(table: Table, { fields }: Command): void {
    const settings = table.menu.kind === 'settings';
    for (const name of fields.keys()) {
      const known =
        ['detail', 'oid', 'where', 'without-paging', 'interval'].includes(name) ||
        (!settings && ['count-only', 'follow', 'follow-only', 'from', 'stats', 'stats-detail'].includes(name)) ||
        (table.menu.path === '/queue/simple' && ['bytes', 'packets', 'rate'].includes(name)) ||
        (name === 'show-sensitive' && this.#hasShowSensitive(table)) ||
        this.#extras.views?.get(table.menu.path)?.arguments.includes(name);
      if (!known) throw unknownParameter(name);
    }
  }

  #hasShowSensitive(table: Table): boolean {
    const hidden = Object.values(table.menu.properties).some(({ sensitive, writeOnly }) => sensitive || writeOnly);
    return hidden && has(this.#database.version, 'showSensitive');
  }

  #secretView(table: Table, { fields }: Command, { policies }: Caller): SecretView {
    if (!policies.has('sensitive')) return 'placeholder';
    return !this.#hasShowSensitive(table) || fields.has('show-sensitive') ? 'clear' : this.#secretsUnasked;
  }

  *#selected(table: Table, command: Command, caller: Caller): Generator<TableRow> {
    const { queries, fields } = command;
    const view = this.#secretView(table, command, caller);
    const part = this.#extras.views?.get(table.menu.path);
    for (const row of this.#candidates(table, queries, fields.get('from'))) {
      if (part?.shows(row, fields) === false) continue;
      if (matchesQuery(queries, (name) => this.#database.shown(table, row, name, view))) yield row;
    }
  }

  /** A snapshot: rows that come or go while a long print is being sent do not disturb it. */
  #candidates(table: Table, queries: readonly string[], from: string | undefined): readonly TableRow[] {
    if (from !== undefined) return this.#addressed(table, from);
    const wanted = singleEquality(queries);
    if (wanted !== undefined && wanted.name === table.menu.nameProperty) return table.allNamed(wanted.value);
    if (wanted?.name === '.id') return [table.get(parseId(wanted.value) ?? -1)].filter((row) => row !== undefined);
    return [...table.rows()];
  }

  *#words(table: Table, command: Command, caller: Caller, rows: Iterable<TableRow>): Generator<Words> {
    for (const row of rows) yield this.#rowWords(table, command, caller, row);
  }

  #rowWords(table: Table, command: Command, caller: Caller, row: TableRow): Words {
    const view = this.#secretView(table, command, caller);
    const names = command.proplist ?? ['.id', ...Object.keys(this.#database.properties(table))];
    const words: string[] = [];
    for (const name of names) {
      const value = this.#database.shown(table, row, name, view);
      if (value !== undefined) words.push(`=${name}=${value}`);
    }
    return words;
  }

  #follow(table: Table, command: Command, caller: Caller, rows: Iterable<TableRow>): Answer {
    return {
      kind: 'follow',
      rows: this.#words(table, command, caller, rows),
      watch: (send) =>
        table.watch((event) => {
          if (event.type === 'removed') return send([`=.id=${formatId(event.id)}`, '=.dead=true']);
          const view = this.#secretView(table, command, caller);
          const shown = (name: string) => this.#database.shown(table, event.row, name, view);
          if (matchesQuery(command.queries, shown)) send(this.#rowWords(table, command, caller, event.row));
        }),
    };
  }

  #get(table: Table, command: Command, caller: Caller): Answer {
    const name = command.fields.get('value-name');
    const [row] = table.menu.kind === 'settings' ? table.rows() : this.#targets(table, command.fields);
    if (row === undefined) throw noSuchItem();
    if (name === undefined) {
      const words = this.#rowWords(table, command, caller, row);
      return { kind: 'done', ret: words.map((word) => word.slice(1)).join(';') };
    }
    if (this.#database.properties(table)[name] === undefined) throw noMatch('value-name');
    return {
      kind: 'done',
      ret: this.#database.shown(table, row, name, this.#secretView(table, command, caller)) ?? '',
    };
  }

  #add(table: Table, { fields }: Command, { name: creator }: Caller): Answer {
    const values = new Map<string, string>();
    for (const [name, value] of fields) if (name !== 'place-before') values.set(name, value ?? '');
    const place = fields.get('place-before');
    const row = this.#database.add(table.menu.path, values, this.#placeBefore(table, place));
    const owned = 'owner' in table.menu.properties && !row.values.has('owner');
    if (owned && creator !== undefined) row.values.set('owner', creator);
    return { kind: 'done', ret: formatId(row.id) };
  }

  #placeBefore(table: Table, place: string | undefined): { before?: number } {
    if (place === undefined) return {};
    if (!table.menu.verbs.includes('move')) throw unknownParameter('place-before');
    const [target] = this.#addressed(table, place);
    return target === undefined ? {} : { before: target.id };
  }

  #set(table: Table, fields: Command['fields']): Answer {
    const rows = table.menu.kind === 'settings' ? [...table.rows()] : this.#targets(table, fields);
    const changes = new Map(fields);
    for (const name of table.menu.kind === 'settings' ? [] : ['.id', 'numbers']) changes.delete(name);
    for (const row of rows) {
      if (!table.menu.editsDynamic) refuseDynamic(row);
      this.#database.set(table, row, changes);
    }
    return { kind: 'done' };
  }

  #unset(table: Table, { fields }: Command): Answer {
    const name = fields.get('value-name');
    if (name === undefined) throw missingArgument('value-name');
    if (!this.#database.properties(table)[name]?.unset) throw noMatch('value-name');
    for (const row of this.#targets(table, fields)) table.set(row, new Map([[name, undefined]]));
    return { kind: 'done' };
  }

  #remove(table: Table, { fields }: Command): Answer {
    const rows = this.#targets(table, fields);
    for (const row of rows) {
      const objection = table.menu.keep?.(row.values, row.id) ?? this.#groupInUse(table, row);
      if (objection !== undefined) throw objection;
    }
    for (const row of rows) {
      if (row.onRemove === undefined) table.remove(row);
      else row.onRemove();
    }
    return { kind: 'done' };
  }

  #groupInUse(table: Table, row: TableRow): Error | undefined {
    if (table.menu.path !== '/user/group') return undefined;
    const id = formatId(row.id);
    for (const user of this.#database.table('/user').rows()) {
      if (user.values.get('group') === id) return failure('group has some users');
    }
    return undefined;
  }

  #move(table: Table, { fields }: Command): Answer {
    const rows = this.#targets(table, fields);
    const destination = fields.get('destination');
    // A destination that is not there means the end of the table, without a word (seen on 7.23.7).
    const before = destination === undefined ? undefined : this.#addressedOne(table, destination)?.id;
    if (rows.some((row) => row.id === before)) throw failure('can not move object before itself');
    table.move(
      rows.map((row) => row.id),
      before,
    );
    return { kind: 'done' };
  }

  #monitor(table: Table, { path, fields }: Command): Answer {
    const monitor = this.#extras.monitors.get(path);
    if (monitor === undefined) throw noSuchCommand();
    const targets = table.menu.kind === 'settings' ? [undefined] : this.#targets(table, fields);
    const once = () => targets.map((row) => Object.entries(monitor(row)).map(([name, value]) => `=${name}=${value}`));
    if (fields.has('once')) return { kind: 'rows', rows: once() };
    return { kind: 'repeat', rows: once };
  }

  #reset(table: Table, { path, verb, fields }: Command): Answer {
    const reset = this.#extras.resets.get(path);
    if (reset === undefined) throw noSuchCommand();
    const all = table.menu.kind === 'settings' || verb === 'reset-counters-all';
    const targets = all ? [...table.rows()] : this.#targets(table, fields);
    for (const row of targets) reset(table.menu.kind === 'settings' ? undefined : row);
    return { kind: 'done' };
  }

  /** The rows of `.id` or `numbers`. Query words have no say here, as on a real router. */
  #targets(table: Table, fields: Command['fields']): readonly TableRow[] {
    const text = fields.get('.id') ?? fields.get('numbers');
    if (text === undefined) throw missingId();
    return this.#addressed(table, text);
  }

  #addressed(table: Table, text: string): readonly TableRow[] {
    // A name may hold commas; only then is the text one item.
    const whole = this.#addressedOne(table, text);
    if (whole !== undefined) return [whole];
    return text.split(',').map((item) => {
      const row = this.#addressedOne(table, item);
      if (row === undefined) throw noSuchItem();
      return row;
    });
  }

  #addressedOne(table: Table, text: string): TableRow | undefined {
    const id = parseId(text);
    if (id !== undefined) return table.get(id);
    // A bare number is a position, as on the console: an asterisk lost edits another row.
    if (/^\d+$/.test(text)) return table.at(Number(text));
    return table.named(text);
  }
}

function answerOf(outcome: ReturnType<OwnCommand>): Answer {
  if (outcome === undefined) return { kind: 'done' };
  return outcome instanceof Promise ? { kind: 'later', done: outcome.then(() => undefined) } : outcome;
}

function refuseDynamic(row: TableRow): void {
  if (row.values.get('dynamic') === 'true') throw failure('can not change dynamic object');
}
