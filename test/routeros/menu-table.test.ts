import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import type { ObservedRow, ObservedValue } from '../../src/reconcile/row.ts';
import { allMenus } from '../../src/routeros/all-menus.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import { RouterClosedError, RouterTrapError } from '../../src/routeros/errors.ts';
import { MenuTable } from '../../src/routeros/menu-table.ts';
import type { Menu } from '../../src/routeros/menus/menu.ts';
import { pppSecret } from '../../src/routeros/menus/ppp-secret.ts';
import { readRows } from '../../src/routeros/read-rows.ts';
import { TableReader } from '../../src/routeros/table-reader.ts';
import { ReplyParser, type RouterOsRow } from '../../src/routeros/wire/reply.ts';
import { encodeSentence, SentenceReader } from '../../src/routeros/wire/sentence.ts';
import { textDecoder } from '../../src/routeros/wire/words.ts';
import { type ScriptedPeer, ScriptedRouter } from '../support/scripted-router.ts';

const operator = 'isp';

/** What values repeat in a table, what is odd, and what is ours. */
const value = fc.oneof(
  fc.constantFrom('', 'true', 'yes', '*5', '10.0.0.5', '10.0.0.6/32', '1d00:10:00', '5M/20M', '*****', 'Łódź', 'a, b'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const comment = fc.oneof(
  fc.constantFrom('lm:isp/Subscriber/anna', 'lm:other/Subscriber/anna', 'Łukasz lm:isp/Subscriber/s1#2', 'by hand'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

function rowsOf(menu: Menu): fc.Arbitrary<readonly RouterOsRow[]> {
  const parts = Object.values(menu.fields).flatMap((field) => field.parts?.names ?? []);
  const names = ['.id', 'dynamic', 'default', ...Object.keys(menu.fields), ...parts];
  const fields = Object.fromEntries(names.map((name) => [name, value]));
  return fc.array(fc.record({ ...fields, comment }, { requiredKeys: [] }), { maxLength: 8 });
}

/** Rows as they come off the wire. */
function overTheWire(rows: readonly RouterOsRow[], onRow: (row: RouterOsRow) => void): void {
  const reader = new SentenceReader();
  const parser = new ReplyParser(textDecoder());
  for (const row of rows) {
    reader.feed(encodeSentence(['!re', ...Object.entries(row).map(([name, text]) => `=${name}=${text}`)]));
    const sentence = reader.next();
    if (sentence !== undefined) onRow(parser.parse(sentence).attributes);
  }
}

/** Rows with their secrets in clear; of what nobody can see, that it is so. */
function shown(rows: readonly ObservedRow[]): readonly unknown[] {
  const clear = (each: ObservedValue) =>
    each instanceof Secret ? { secret: each.reveal() } : typeof each === 'string' ? each : 'never shown';
  return rows.map((row) => ({
    ...row,
    fields: Object.entries(row.fields).map(([name, each]) => [name, clear(each)]),
  }));
}

/** All rows at hand, as the rule is said: the table has to come to the same with one row at a time. */
function hides(menu: Menu, rows: readonly RouterOsRow[]): boolean {
  const secrets = Object.entries(menu.fields).filter(([, field]) => field.secret === true && field.writeOnly !== true);
  const values = rows.flatMap((row) => secrets.flatMap(([name]) => row[name] ?? []));
  if (values.some((each) => each !== '' && each !== '*****')) return false;
  if (values.includes('*****')) return true;
  const isDue = (row: RouterOsRow) => secrets.some(([, { absent }]) => absent?.(row) !== true);
  const isOurs = (row: RouterOsRow) => /(?:^|\s)lm:[^\s/]+\/\S+$/u.test(row['comment'] ?? '');
  return values.length === 0 && rows.some((row) => isDue(row) && isOurs(row));
}

describe('a table read row by row as it comes in', () => {
  it.each(allMenus.map((menu) => [menu.path, menu] as const))(
    'is that of each row read alone, whatever came before it: %s',
    (_path, menu) => {
      fc.assert(
        fc.property(rowsOf(menu), fc.boolean(), (rows, flash) => {
          const table = new MenuTable(menu, operator);
          overTheWire(rows, (row) => table.add(row));

          const alone = rows.flatMap((row) => readRows(menu, [row], { flash }, operator));
          expect(shown(table.on({ flash }))).toEqual(shown(alone));
          expect(table.hidesSecrets).toBe(hides(menu, rows));
        }),
        { numRuns: 25 },
      );
    },
  );

  it('keeps nothing of a row as it was printed, but where rows wait for others', () => {
    const keeping = allMenus.filter((menu) => {
      const table = new MenuTable(menu, operator);
      table.add({ '.id': '*1', name: 'x' });
      return table.printed.length > 0;
    });

    expect(keeping.map(({ path }) => path).sort()).toEqual(['/file', '/ip/hotspot/profile']);
  });
});

async function reading(answer: (peer: ScriptedPeer) => Promise<void>) {
  const router = await ScriptedRouter.loggedIn(answer);
  const login = { router: 'core-1', username: 'lastmile', password: new Secret('pa55wort') };
  const session = await connectRouterOs({ ...login, host: '127.0.0.1', port: router.port });
  const read = () => new TableReader().read(session, pppSecret, new AbortController().signal, { operator });
  const end = async () => {
    await session.close();
    await router[Symbol.asyncDispose]();
  };
  return { read, [Symbol.asyncDispose]: end };
}

const anna = ['=.id=*1', '=name=anna', '=password=x', '=comment=lm:isp/Subscriber/anna'];

describe('a print that ends midway', () => {
  it('leaves no table when the connection is lost after some rows', async () => {
    await using lab = await reading(async (peer) => {
      const print = await peer.next();
      peer.reply(print, '!re', ...anna);
      peer.finish();
    });

    await expect(lab.read()).rejects.toThrow(RouterClosedError);
  });

  it('leaves no table when the router gives up after some rows', async () => {
    await using lab = await reading(async (peer) => {
      const print = await peer.next();
      peer.reply(print, '!re', ...anna);
      peer.reply(print, '!trap', '=message=interrupted');
      peer.reply(print, '!done');
    });

    await expect(lab.read()).rejects.toThrow(RouterTrapError);
  });

  it('is forgotten when the menu is printed once more, in other words', async () => {
    await using lab = await reading(async (peer) => {
      const print = await peer.next();
      peer.reply(print, '!re', ...anna);
      peer.reply(print, '!trap', '=message=unknown parameter show-sensitive');
      peer.reply(print, '!done');
      const again = await peer.next();
      peer.reply(again, '!re', ...anna);
      peer.reply(again, '!done');
    });

    const table = await lab.read();

    expect(table?.on({ flash: false }).map(({ identity }) => identity)).toEqual(['anna']);
  });
});
