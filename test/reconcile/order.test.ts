import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelsOf } from '../../src/reconcile/order.ts';
import type { Row } from '../../src/reconcile/row.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { held, row } from './support.ts';

const references = {
  '/ip/hotspot/profile': { 'html-directory-override': '/file' },
  '/ip/pool': { 'next-pool': '/ip/pool' },
  '/ppp/profile': { 'remote-address': '/ip/pool' },
  '/ppp/secret': { profile: '/ppp/profile' },
};

const create = (after: Row): Change => ({ action: 'create', ...after, set: after.fields, after });
const remove = (before: Row): Change => ({ action: 'delete', ...before, set: {}, before: held(before) });
const update = (before: Row, after: Row): Change => ({
  action: 'update',
  ...after,
  set: after.fields,
  before: held(before),
  after,
});

const pool = (name: string, next = 'none') => row('/ip/pool', name, { 'next-pool': next });
const profile = (name: string, remote: string) => row('/ppp/profile', name, { 'remote-address': remote });
const secret = (name: string, of: string) => row('/ppp/secret', name, { profile: of });

function order(...changes: readonly Change[]): readonly string[] {
  return levelsOf(changes, { references }).map((level) =>
    level.map(({ action, identity }) => `${action} ${identity}`).join(', '),
  );
}

describe('rows that name one another', () => {
  it('are made from the pool to the secret, however they are listed', () => {
    const changes = [create(secret('anna', 'home')), create(profile('home', 'dyn')), create(pool('dyn'))];

    expect(order(...changes)).toEqual(['create dyn', 'create home', 'create anna']);
    expect(order(...[...changes].reverse())).toEqual(['create dyn', 'create home', 'create anna']);
  });

  it('are deleted the other way round', () => {
    const changes = [remove(pool('dyn')), remove(profile('home', 'dyn')), remove(secret('anna', 'home'))];

    expect(order(...changes)).toEqual(['delete anna', 'delete home', 'delete dyn']);
  });

  it('are changed after what they will name is made, and before what they named goes', () => {
    const changes = [
      remove(profile('old', '')),
      update(secret('anna', 'old'), secret('anna', 'new')),
      create(profile('new', '')),
    ];

    expect(order(...changes)).toEqual(['create new', 'update anna', 'delete old']);
  });

  it('follow one another within a menu: overflow pools first', () => {
    expect(order(create(pool('home', 'more')), create(pool('more')))).toEqual(['create more', 'create home']);
  });

  it('follow one another however many there are', () => {
    const chain = Array.from({ length: 20_000 }, (_, at) => create(pool(`p${at}`, `p${at + 1}`)));

    const levels = order(...chain);

    expect(levels).toHaveLength(chain.length);
    expect(levels[0]).toBe('create p19999');
  });

  it('are waited for by one that goes, however many they are', () => {
    const secrets = Array.from({ length: 200_000 }, (_, at) => remove(secret(`s${at}`, 'home')));

    expect(levelsOf([remove(profile('home', '')), ...secrets], { references }).map((level) => level.length)).toEqual([
      200_000, 1,
    ]);
  });

  it('do not wait for what is there already', () => {
    expect(order(create(secret('anna', 'home')), create(pool('dyn')))).toEqual(['create anna, create dyn']);
  });
});

describe('rows in a circle', () => {
  it('are all changed, each once', () => {
    const changes = [
      create(pool('a', 'b')),
      create(pool('b', 'c')),
      create(pool('c', 'a')),
      create(secret('anna', 'x')),
    ];

    const levels = levelsOf(changes, { references });

    expect(levels.flat()).toHaveLength(changes.length);
    expect(new Set(levels.flat())).toEqual(new Set(changes));
  });
});

describe('rows in folders', () => {
  const folders = ['/file'];
  const file = (name: string, contents = '') => row('/file', name, { contents });
  const showing = (folder: string) => row('/ip/hotspot/profile', 'lobby', { 'html-directory-override': folder });
  const pages = [file('lm/lobby/login.html'), file('lm/lobby'), file('lm'), file('lm/lobby/xml/login.html')];

  function inFolders(...changes: readonly Change[]): readonly string[] {
    return levelsOf(changes, { references, folders }).map((level) =>
      level.map(({ action, identity }) => `${action} ${identity}`).join(', '),
    );
  }

  it('IS-25: are made after the folder, and before whoever names the folder', () => {
    expect(inFolders(create(showing('lm/lobby')), ...pages.map(create))).toEqual([
      'create lm',
      'create lm/lobby',
      'create lm/lobby/login.html, create lm/lobby/xml/login.html',
      'create lobby',
    ]);
  });

  it('IS-25: are changed before a folder is switched to, and deleted after it was left', () => {
    const [page = file('')] = pages;
    const changes = [
      update(showing('lm/lobby'), showing('own')),
      update(file('own/x'), file('own/x', 'new')),
      remove(page),
    ];

    expect(inFolders(...changes)).toEqual(['update own/x', 'update lobby', 'delete lm/lobby/login.html']);
  });

  it('are deleted before the folder they are in', () => {
    expect(inFolders(...pages.map(remove))).toEqual([
      'delete lm/lobby/login.html, delete lm/lobby/xml/login.html',
      'delete lm/lobby',
      'delete lm',
    ]);
  });

  it('are nothing special in menus whose names are no paths', () => {
    expect(levelsOf([create(pool('a/b')), create(profile('p', 'a'))], { references, folders })).toHaveLength(1);
  });

  it('are arranged so that each level needs only the ones before it, whatever they are called', () => {
    const paths = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(paths), paths, fc.boolean(), (names, named, made) => {
        const change = made ? create : remove;
        const changes = [...names.map((name) => change(file(name))), change(showing(named))];

        const levels = levelsOf(changes, { references, folders });

        const level = new Map(
          levels.flatMap((each, at) => each.map(({ identity }) => [identity, made ? at : -at] as const)),
        );
        expect(level.size).toBe(changes.length);
        for (const name of names) {
          for (const inner of names.filter((each) => each.startsWith(`${name}/`)))
            expect(level.get(name)).toBeLessThan(level.get(inner) ?? -Infinity);
          if (name === named || name.startsWith(`${named}/`))
            expect(level.get(name)).toBeLessThan(level.get('lobby') ?? -Infinity);
        }
      }),
    );
  });
});

describe('a value that only one row may have', () => {
  const isAddress = (value: string) => value.startsWith('10.');
  const rules = { references, unique: { '/ip/dhcp-server/lease': { address: isAddress } } };
  const lease = (mac: string, address: string) => row('/ip/dhcp-server/lease', mac, { address });

  function taking(...changes: readonly Change[]): readonly string[] {
    return levelsOf(changes, rules).map((level) =>
      level.map(({ action, identity }) => `${action} ${identity}`).join(', '),
    );
  }

  it('SPL-18: is taken when the row that had it is gone, or has another', () => {
    const made = create(lease('new', '10.0.0.5'));

    expect(taking(made, remove(lease('old', '10.0.0.5')))).toEqual(['delete old', 'create new']);
    expect(taking(made, update(lease('old', '10.0.0.5'), lease('old', '10.0.0.6')))).toEqual([
      'update old',
      'create new',
    ]);
  });

  it('is not waited for where it stays, or where many may have it', () => {
    const kept = update(
      lease('old', '10.0.0.5'),
      row('/ip/dhcp-server/lease', 'old', { address: '10.0.0.5', disabled: 'no' }),
    );

    expect(taking(create(lease('new', '10.0.0.5')), kept)).toHaveLength(1);
    expect(taking(create(lease('new', 'office')), remove(lease('old', 'office')))).toHaveLength(1);
  });

  it('that is handed round in a circle where no row can stand aside stops nothing else', () => {
    const circle = [
      update(lease('a', '10.0.0.1'), lease('a', '10.0.0.2')),
      update(lease('b', '10.0.0.2'), lease('b', '10.0.0.1')),
    ];

    expect(taking(...circle, create(lease('c', '10.0.0.3'))).flatMap((level) => level.split(', '))).toHaveLength(3);
  });
});

describe('rows that trade values only one of them may have', () => {
  const isAddress = (value: string) => value.startsWith('10.');
  const menu = '/ip/dhcp-server/lease';
  const rules = {
    references: { ...references, [menu]: { server: '/ip/dhcp-server' } },
    unique: { [menu]: { address: isAddress }, '/ip/dhcp-server': { interface: () => true } },
    aside: { [menu]: ['disabled', 'yes'], '/ip/dhcp-server': ['disabled', 'yes'] },
  } as const;
  const lease = (mac: string, address: string, fields: Row['fields'] = {}) =>
    row(menu, mac, { address, disabled: 'no', ...fields });
  const server = (name: string, on: string) => row('/ip/dhcp-server', name, { interface: on, disabled: 'no' });

  /** The address of every lease that is not disabled, after each level. @throws where two have one */
  function carriedOut(
    before: readonly Row[],
    levels: readonly (readonly Change[])[],
  ): ReadonlyMap<string, Row['fields']> {
    const table = new Map(before.map(({ identity, fields }) => [identity, fields]));
    for (const change of levels.flat()) {
      if (change.action === 'delete') table.delete(change.identity);
      else table.set(change.identity, { ...table.get(change.identity), ...change.set });
      const taken = [...table.values()].filter(({ disabled }) => disabled === 'no').map(({ address }) => address);
      if (new Set(taken).size < taken.length) throw new Error(`already have ${String(change.set['address'])}`);
    }
    return table;
  }

  it('SPL-18: do so by one of them standing aside', () => {
    const changes = [
      update(lease('a', '10.0.0.1'), lease('a', '10.0.0.2')),
      update(lease('b', '10.0.0.2'), lease('b', '10.0.0.1')),
    ];

    expect(
      levelsOf(changes, rules).map((level) =>
        level.map(({ identity, set }) => [identity, set['address'], set['disabled']]),
      ),
    ).toEqual([
      [['b', undefined, 'yes']],
      [['a', '10.0.0.2', 'no']],
      [['b', '10.0.0.1', 'no']],
      [['b', undefined, 'no']],
    ]);
  });

  it('do so by the one that goes, where others name both', () => {
    const changes = [
      create(server('new', 'ether3')),
      remove(server('old', 'ether3')),
      update(lease('a', '10.0.0.1', { server: 'old' }), lease('a', '10.0.0.1', { server: 'new' })),
    ];

    expect(
      levelsOf(changes, rules).map((level) => level.map(({ action, identity }) => `${action} ${identity}`)),
    ).toEqual([['update old'], ['create new'], ['update a'], ['delete old']]);
  });

  it('do so however many there are', () => {
    const pairs = Array.from({ length: 2_000 }, (_, at) => [`10.0.${at}.1`, `10.0.${at}.2`] as const);
    const swaps = pairs.flatMap(([one, two], at) => [
      update(lease(`a${at}`, one), lease(`a${at}`, two)),
      update(lease(`b${at}`, two), lease(`b${at}`, one)),
    ]);

    expect(levelsOf(swaps, rules).map((level) => level.length)).toEqual([2_000, 2_000, 2_000, 2_000]);
  });

  it('end with what each was to have, and never two with the same', () => {
    const macs = ['a', 'b', 'c', 'd', 'e', 'f'];
    const addresses = fc.shuffledSubarray([
      '10.0.0.1',
      '10.0.0.2',
      '10.0.0.3',
      '10.0.0.4',
      '10.0.0.5',
      '10.0.0.6',
      '10.0.0.7',
    ]);
    fc.assert(
      fc.property(addresses, addresses, fc.shuffledSubarray(macs, { minLength: 6 }), (was, is, order) => {
        const before = macs.flatMap((mac, at) => (was[at] === undefined ? [] : [lease(mac, was[at])]));
        const after = macs.flatMap((mac, at) => (is[at] === undefined ? [] : [lease(mac, is[at])]));
        const changes = order.flatMap((mac) => {
          const [old, young] = [before, after].map((rows) => rows.find(({ identity }) => identity === mac));
          if (old === undefined) return young === undefined ? [] : [create(young)];
          return young === undefined ? [remove(old)] : [update(old, young)];
        });

        expect(carriedOut(before, levelsOf(changes, rules))).toEqual(
          new Map(after.map(({ identity, fields }) => [identity, fields])),
        );
      }),
    );
  });
});

describe('moves', () => {
  it('come last and one by one', () => {
    const move = (identity: string): Change => ({ action: 'move', ...row('/radius', identity), set: {} });

    expect(order(move('b'), move('a'), create(pool('dyn')))).toEqual(['create dyn', 'move b', 'move a']);
  });
});

describe('any changes', () => {
  it('are arranged so that each level needs only the ones before it', () => {
    const names = fc.constantFrom('a', 'b', 'c');
    const rows = fc.oneof(
      names.map((name) => pool(name)),
      fc.tuple(names, names).map(([name, of]) => profile(name, of)),
      fc.tuple(names, names).map(([name, of]) => secret(name, of)),
    );
    const lists = fc.uniqueArray(fc.tuple(rows, fc.boolean()), {
      selector: ([each]) => `${each.menu} ${each.identity}`,
    });
    fc.assert(
      fc.property(lists, (list) => {
        const changes = list.map(([each, made]) => (made ? create(each) : remove(each)));

        const levels = levelsOf(changes, { references });

        const level = new Map(levels.flatMap((each, at) => each.map((change) => [change, at] as const)));
        expect(level.size).toBe(changes.length);
        for (const change of changes) {
          const [[field, menu] = ['', '']] = Object.entries(references[change.menu as keyof typeof references]);
          const name = (change.after ?? change.before)?.fields[field];
          const named = changes.find((each) => each.menu === menu && each.identity === name);
          if (named === undefined || named.action !== change.action) continue;
          const [first, second] = change.action === 'create' ? [named, change] : [change, named];
          expect(level.get(first)).toBeLessThan(level.get(second) ?? -1);
        }
      }),
    );
  });
});
