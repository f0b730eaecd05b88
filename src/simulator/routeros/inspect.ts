import type { Database } from './database.ts';
import type { Answer, OwnCommand } from './executor.ts';
import type { Property } from './menu.ts';
import type { Table } from './table.ts';
import { missingArgument, noMatch, notPermitted } from './trap.ts';
import { isAtLeast } from './version.ts';

export interface InspectOptions {
  readonly database: Database;
  /** Share of the words of an answer that get lost on the way, as over the API of real routers; 0 to 1. */
  readonly drops: number;
  readonly random: (size: number) => Buffer;
}

type Node = { readonly name: string; readonly type: 'dir' | 'cmd' | 'arg' };

/** Commands the API has and the console has not. */
const apiOnly: ReadonlySet<string> = new Set(['listen']);
/** Commands of the console that every menu with rows has, and every one of settings. */
const always = {
  table: ['find', 'print', 'get', 'export', 'edit', 'reset'],
  settings: ['print', 'get', 'export', 'edit', 'reset'],
};

/**
 * `/console/inspect`: what the console knows of a path, its words parted by commas. `child` names what comes next,
 * `completion` the words an argument takes, `syntax` explains in words (as answered by 7.22: github.com/tikoci/restraml).
 */
export function inspectWith(options: InspectOptions): OwnCommand {
  const requests: Readonly<Record<string, (path: readonly string[]) => readonly Row[]>> = {
    self: (path) => childRows(options.database, path).filter(({ type }) => type === 'self'),
    child: (path) => childRows(options.database, path),
    completion: (path) => thinned(completionRows(options.database, path), options),
    syntax: (path) => syntaxRows(options.database, path),
    highlight: () => [],
  };
  return (fields, _rows, caller): Answer => {
    if (!caller.policies.has('read')) throw notPermitted();
    const request = fields.get('request');
    if (request === undefined) throw missingArgument('request');
    const answer = Object.hasOwn(requests, request) ? requests[request] : undefined;
    if (answer === undefined) throw noMatch('request');
    const path = (fields.get('path') ?? '').split(',').filter((part) => part !== '');
    return {
      kind: 'rows',
      rows: answer(path).map((row) => Object.entries(row).map(([name, value]) => `=${name}=${value}`)),
    };
  };
}

type Row = Readonly<Record<string, string>> & { readonly type: string };

function childRows(database: Database, path: readonly string[]): readonly Row[] {
  const self = nodeOf(database, path);
  if (self === undefined) return [];
  const row = (type: string, { name, type: nodeType }: Node): Row => ({ type, name, 'node-type': nodeType });
  return [row('self', self), ...childrenOf(database, path).map((node) => row('child', node))];
}

function nodeOf(database: Database, path: readonly string[]): Node | undefined {
  const name = path.at(-1) ?? '';
  if (path.length === 0) return { name: '', type: 'dir' };
  return childrenOf(database, path.slice(0, -1)).find((node) => node.name === name);
}

function childrenOf(database: Database, path: readonly string[]): readonly Node[] {
  const full = path.map((part) => `/${part}`).join('');
  const table = database.find(full);
  if (table !== undefined || database.hasBelow(full))
    return sorted([...menusBelow(database, full), ...commandsOf(database, table)]);
  const command = path.at(-1) ?? '';
  const menu = database.find(
    path
      .slice(0, -1)
      .map((part) => `/${part}`)
      .join(''),
  );
  if (menu === undefined || !commandsOf(database, menu).some(({ name }) => name === command)) return [];
  return sorted(argumentsOf(database, menu, command).map((name) => ({ name, type: 'arg' })));
}

function menusBelow(database: Database, path: string): readonly Node[] {
  const below = database.paths.filter((known) => known.startsWith(`${path}/`));
  const names = new Set(below.map((known) => known.slice(path.length + 1).split('/')[0] ?? ''));
  return [...names].map((name) => ({ name, type: 'dir' }));
}

function commandsOf(database: Database, table: Table | undefined): readonly Node[] {
  if (table === undefined) return [];
  const { verbs, verbsSince, kind } = table.menu;
  const there = verbs.filter((verb) => {
    const since = verbsSince?.[verb];
    return !apiOnly.has(verb) && (since === undefined || isAtLeast(database.version, since));
  });
  return [...new Set([...there, ...always[kind]])].map((name) => ({ name, type: 'cmd' }));
}

function argumentsOf(database: Database, table: Table, command: string): readonly string[] {
  const { kind, verbs } = table.menu;
  const written = Object.entries(database.properties(table)).filter(([, { readonly }]) => !readonly);
  const names = written.map(([name]) => name);
  switch (command) {
    case 'add':
      return [...names, 'copy-from', ...(verbs.includes('move') ? ['place-before'] : [])];
    case 'set':
      return kind === 'settings' ? names : [...names, 'numbers'];
    case 'unset':
      return ['numbers', 'value-name'];
    case 'move':
      return ['numbers', 'destination'];
    case 'comment':
      return ['numbers', 'comment'];
    case 'get':
      return kind === 'settings' ? ['value-name', 'as-string'] : ['number', 'value-name', 'as-string'];
    case 'find':
      return ['where'];
    case 'print':
      return [
        'as-value',
        'detail',
        'proplist',
        ...(kind === 'settings' ? [] : ['count-only', 'follow', 'follow-only', 'from', 'where']),
      ];
    default:
      return kind === 'settings' ? [] : ['numbers'];
  }
}

/** What is behind an argument: its words, and the names it may refer to. */
function completionRows(database: Database, path: readonly string[]): readonly Row[] {
  const property = propertyOf(database, path);
  const row = (completion: string): Row => ({
    type: 'completion',
    completion,
    offset: '0',
    preference: '96',
    show: 'true',
    style: 'none',
    text: '',
  });
  if (path.at(-1) === 'proplist') return printable(database, path).map(row);
  const { words = [], names } = property?.type ?? {};
  const table = names === undefined ? undefined : database.find(names);
  const rows = table?.menu.nameProperty === undefined ? [] : [...table.rows()];
  const named = rows.flatMap(({ values }) => values.get(table?.menu.nameProperty ?? '') ?? []);
  return [...new Set([...words, ...named])].map(row);
}

function printable(database: Database, path: readonly string[]): readonly string[] {
  const table = database.find(
    path
      .slice(0, -2)
      .map((part) => `/${part}`)
      .join(''),
  );
  if (table === undefined) return [];
  return Object.entries(database.properties(table)).flatMap(([name, { writeOnly }]) => (writeOnly ? [] : [name]));
}

/** The form of an argument's values; of one that takes words alone the text is empty, as seen on 7.23.2. */
function syntaxRows(database: Database, path: readonly string[]): readonly Row[] {
  const property = propertyOf(database, path);
  if (property === undefined) return [];
  const { notation = '' } = property.type;
  return [{ type: 'syntax', symbol: '', 'symbol-type': 'definition', nested: '0', nonorm: 'false', text: notation }];
}

function propertyOf(database: Database, path: readonly string[]): Property | undefined {
  const [argument = '', command] = [...path].reverse();
  if (command !== 'add' && command !== 'set') return undefined;
  const table = database.find(
    path
      .slice(0, -2)
      .map((part) => `/${part}`)
      .join(''),
  );
  return table === undefined ? undefined : database.properties(table)[argument];
}

/** Over the API some words of long answers are lost, others each time (seen up to 7.22). */
function thinned(rows: readonly Row[], { drops, random }: InspectOptions): readonly Row[] {
  return drops === 0 ? rows : rows.filter(() => random(1).readUInt8() >= drops * 256);
}

function sorted(nodes: readonly Node[]): readonly Node[] {
  return [...nodes].sort((a, b) => (a.name < b.name ? -1 : 1));
}
