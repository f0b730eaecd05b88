import { matchesQuery } from '../../src/simulator/routeros/query.ts';
import { type ClientSentence, type ScriptedPeer, ScriptedRouter } from '../support/scripted-router.ts';

export type PrintedRow = Readonly<Record<string, string>>;

/** What a router prints, menu by menu, to the letter. Rows without `.id` are settings. */
export type Prints = ReadonlyMap<string, readonly PrintedRow[]>;

export interface PrintedOptions {
  readonly version: string;
  /** Names that a write takes, by menu; absent: the router has no `/console/inspect`. */
  readonly takes?: ReadonlyMap<string, readonly string[]>;
}

/** A router that takes any login, prints what it is given, and knows no other menu: nothing of ours made its rows. */
export async function printedRouter(prints: Prints, options: PrintedOptions): Promise<ScriptedRouter> {
  return ScriptedRouter.loggedIn(async (peer) => {
    const next = () => peer.next().catch(() => undefined);
    for (let asked = await next(); asked !== undefined; asked = await next()) answer(peer, asked, prints, options);
  });
}

function answer(peer: ScriptedPeer, asked: ClientSentence, prints: Prints, { version, takes }: PrintedOptions): void {
  const cut = asked.command.lastIndexOf('/');
  const [path, verb] = [asked.command.slice(0, cut), asked.command.slice(cut + 1)];
  if (asked.command === '/console/inspect' && takes !== undefined) inspect(peer, asked, takes);
  else if (asked.command === '/quit') peer.reply(asked, '!fatal', 'session terminated on request');
  else if (verb === 'print' && path === '/system/resource')
    rows(peer, asked, [{ version: `${version} (stable)`, uptime: '3d4h', 'board-name': 'CHR' }]);
  else if (verb === 'print' && prints.has(path)) rows(peer, asked, prints.get(path) ?? []);
  else {
    peer.reply(asked, '!trap', '=message=no such command prefix', '=category=0');
    peer.reply(asked, '!done');
  }
}

function rows(peer: ScriptedPeer, asked: ClientSentence, all: readonly PrintedRow[]): void {
  const list = asked.words
    .find((word) => word.startsWith('=.proplist='))
    ?.slice(11)
    .split(',');
  const queries = asked.words.filter((word) => word.startsWith('?')).map((word) => word.slice(1));
  const found = all.filter((row) => matchesQuery(queries, (name) => row[name]));
  if (asked.words.some((word) => word.startsWith('=count-only'))) {
    peer.reply(asked, '!done', `=ret=${found.length}`);
    return;
  }
  for (const row of found) {
    const shown = Object.entries(row).filter(([name]) => list === undefined || list.includes(name));
    peer.reply(asked, '!re', ...shown.map(([name, value]) => `=${name}=${value}`));
  }
  peer.reply(asked, '!done');
}

/** `child` of a menu, of its `add`, and of its `set`. */
function inspect(peer: ScriptedPeer, asked: ClientSentence, takes: ReadonlyMap<string, readonly string[]>): void {
  const path =
    asked.words
      .find((word) => word.startsWith('=path='))
      ?.slice(6)
      .split(',') ?? [];
  const verb = path.at(-1) ?? '';
  const own = takes.get(`/${path.join('/')}`);
  const names = verb === 'add' || verb === 'set' ? takes.get(`/${path.slice(0, -1).join('/')}`) : undefined;
  const child = (name: string, type: string) =>
    peer.reply(asked, '!re', '=type=child', `=name=${name}`, `=node-type=${type}`);
  if (asked.words.includes('=request=child')) {
    for (const name of names ?? []) child(name, 'arg');
    if (names !== undefined && verb === 'set') child('numbers', 'arg');
    for (const name of own === undefined ? [] : ['add', 'set', 'print', 'remove']) child(name, 'cmd');
  }
  peer.reply(asked, '!done');
}
