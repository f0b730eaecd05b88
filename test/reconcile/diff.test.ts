import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { type Difference, diff } from '../../src/reconcile/diff.ts';
import type { ObservedRow, Row } from '../../src/reconcile/row.ts';
import { keyOf } from '../../src/reconcile/row-key.ts';
import type { Change, Observation } from '../../src/reconcile/target.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { applied, byHand, held, operator, row, seen } from './support.ts';

const menu = '/ppp/secret';
const refuses = ({ fields }: Pick<ObservedRow, 'fields'>) => fields['speed'] === '2M';
const target = { name: 'core-1', ordered: ['/radius'], refuses: { '/radius': refuses } };

function compare(desired: readonly Row[], observed: Observation, inventory = new MemoryInventory()): Difference {
  return diff(desired, observed, { operator, target, inventory });
}

/** What a person reading the plan would see of the changes. */
function brief(changes: readonly Change[]): readonly string[] {
  return changes.map(({ action, identity, place }) => [action, identity, place].filter(Boolean).join(' '));
}

async function holding(...rows: readonly Row[]): Promise<MemoryInventory> {
  const inventory = new MemoryInventory();
  await inventory.claim(
    target.name,
    rows.map((each) => ({ action: 'create', ...each, set: each.fields })),
  );
  return inventory;
}

const identities = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const menus = fc.constantFrom('/ppp/secret', '/radius');
const fields = fc.record({ speed: fc.constantFrom('', '1M', '2M'), password: fc.constantFrom('x', 'y') });
const rows = fc
  .uniqueArray(fc.record({ menu: menus, identity: identities, fields }), { selector: keyOf })
  .map((list) => list.map((each) => ({ ...each, owner: `Subscriber/${each.identity}` })));
const markers = fc.constantFrom('ours', 'none', 'foreign');
const observations = fc
  .array(fc.record({ menu: menus, identity: identities, fields, mark: markers }), { maxLength: 12 })
  // One row of ours per identity; a person may have made any number beside it.
  .map((list) => list.filter((each, at) => each.mark !== 'ours' || at === list.findIndex((o) => isTwin(o, each))))
  .map((list) => list.map(observedRow));

function isTwin(one: { menu: string; identity: string; mark: string }, other: typeof one): boolean {
  return keyOf(one) === keyOf(other) && one.mark === other.mark;
}

function observedRow({
  menu: path,
  identity,
  fields: values,
  mark,
}: Omit<Row, 'owner'> & { mark: string }): ObservedRow {
  const marker = { operator: mark === 'ours' ? operator : 'other', owner: `Subscriber/${identity}` };
  const base = byHand(path, identity, { ...values, extra: 'of a person' });
  return mark === 'none' ? base : { ...base, marker };
}

describe('any two states', () => {
  it('are alike once the changes between them were made', () => {
    fc.assert(
      fc.property(rows, observations, (desired, observed) => {
        const first = compare(desired as readonly Row[], seen(...observed));

        const second = compare(desired as readonly Row[], seen(...applied(observed, first.changes)));

        expect(brief(second.changes)).toEqual([]);
      }),
    );
  });

  it('differ alike in whatever order the rows come, where order means nothing', () => {
    const shuffled = fc
      .tuple(rows, observations)
      .map(
        ([desired, observed]) =>
          [
            desired.filter((each) => each.menu === menu) as readonly Row[],
            observed.filter(
              (each, at) => each.menu === menu && observed.findIndex((o) => o.identity === each.identity) === at,
            ),
          ] as const,
      )
      .chain(([desired, observed]) =>
        fc.tuple(
          fc.constant(desired),
          fc.constant(observed),
          fc.shuffledSubarray([...desired], { minLength: desired.length }),
          fc.shuffledSubarray([...observed], { minLength: observed.length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([desired, observed, otherDesired, otherObserved]) => {
        const one = brief(compare(desired, seen(...observed)).changes);
        const other = brief(compare(otherDesired, seen(...otherObserved)).changes);

        expect([...other].sort()).toEqual([...one].sort());
      }),
    );
  });

  it('never touch a row that carries the marker of another operator, nor one by hand that is not declared', () => {
    fc.assert(
      fc.property(rows, observations, (desired, observed) => {
        const { changes } = compare(desired as readonly Row[], seen(...observed));

        const wanted = new Set(desired.map(keyOf));
        for (const { before } of changes) {
          if (before === undefined) continue;
          expect(before.marker?.operator).not.toBe('other');
          if (before.marker === undefined) expect(wanted.has(keyOf(before))).toBe(true);
        }
      }),
    );
  });

  it('keep the order of rows that are not ours in an ordered menu', () => {
    fc.assert(
      fc.property(rows, observations, (desired, observed) => {
        const { changes } = compare(desired as readonly Row[], seen(...observed));
        const touched = new Set(changes.map((change) => change.before));
        const others = (list: readonly ObservedRow[]) =>
          list.filter((each) => observed.includes(each) && !touched.has(each));

        expect(others(applied(observed, changes))).toEqual(others(observed));
      }),
    );
  });
});

describe('any rows of others in an ordered menu', () => {
  it('stand behind ours where they would undo them, and ours stand in the declared order', () => {
    fc.assert(
      fc.property(rows, observations, (desired, observed) => {
        const { changes } = compare(desired as readonly Row[], seen(...observed));
        const after = applied(observed, changes).filter((each) => each.menu === '/radius');

        const ours = after.filter((each) => isWanted(desired as readonly Row[], each));
        const others = after.filter((each) => !ours.includes(each) && each.marker?.operator !== operator);
        const first = others.find(refuses);
        const last = ours.at(-1);
        if (first !== undefined && last !== undefined)
          expect(after.indexOf(first)).toBeGreaterThan(after.indexOf(last));
        const wanted = desired.filter((each) => ours.some((row) => keyOf(row) === keyOf(each)));
        expect(ours.map(({ identity }) => identity)).toEqual(wanted.map(({ identity }) => identity));
      }),
    );
  });
});

function isWanted(desired: readonly Row[], { marker, ...row }: ObservedRow): boolean {
  return marker?.operator === operator && desired.some((each) => keyOf(each) === keyOf(row));
}

describe('a row that somebody made by hand', () => {
  it('is adopted when it has our identity, and only the fields that differ are set', () => {
    const anna = row(menu, 'anna', { profile: 'home', service: 'pppoe' });

    const { changes } = compare(
      [anna],
      seen(byHand(menu, 'anna', { profile: 'old', service: 'pppoe', 'caller-id': '*' })),
    );

    expect(changes).toMatchObject([{ action: 'update', adopts: true, set: { profile: 'home' } }]);
  });

  it('needs nothing on a router that is only looked at, as long as it is as declared', () => {
    const ownership = { operator, target, inventory: new MemoryInventory(), observing: true };
    const found = seen(byHand(menu, 'anna', { speed: '1M' }), byHand(menu, 'ben', { speed: '1M' }));

    const { changes, findings } = diff(
      [row(menu, 'anna', { speed: '1M' }), row(menu, 'ben', { speed: '2M' })],
      found,
      ownership,
    );

    expect(brief(changes)).toEqual(['update ben']);
    expect(findings).toMatchObject([{ code: 'LM_WOULD_ADOPT', message: expect.stringContaining('1 row is') }]);
  });

  it('is adopted even when nothing differs: it gets our marker', () => {
    const anna = row(menu, 'anna', { profile: 'home' });

    const { changes } = compare([anna], seen(byHand(menu, 'anna', { profile: 'home' })));

    expect(changes).toMatchObject([{ action: 'update', adopts: true, set: {} }]);
  });

  it('stays when it is not declared', () => {
    expect(compare([], seen(byHand(menu, 'guest'))).changes).toEqual([]);
  });
});

describe('a menu that the target has not', () => {
  it('is left out, and its rows are said to be wanted still', () => {
    const [ours, elsewhere] = [row(menu, 'anna'), row('/interface/wifi/access-list', 'till')];

    const { changes, unmet } = compare([ours, elsewhere], { ...seen(), absent: [elsewhere.menu] });

    expect(brief(changes)).toEqual(['create anna']);
    expect(unmet).toEqual([elsewhere]);
  });
});

describe('a row with the marker of another operator', () => {
  const foreign = held(row(menu, 'anna'), { marker: { operator: 'other', owner: 'Subscriber/anna' } });

  it('stalls that row alone, with the words to act on', () => {
    const { changes, findings, unmet } = compare([row(menu, 'anna'), row(menu, 'ben')], seen(foreign));

    expect(brief(changes)).toEqual(['create ben']);
    expect(findings).toMatchObject([{ code: 'LM_FOREIGN_OWNER', about: { menu, identity: 'anna' } }]);
    expect(unmet).toEqual([row(menu, 'anna')]);
    expect(findings[0]?.message).toContain('lm:other/Subscriber/anna');
  });

  it('is not moved to where our row would stand', () => {
    const wanted = [row('/radius', 'first'), row('/radius', 'second')];
    const rows = [held(row('/radius', 'second')), { ...foreign, menu: '/radius', identity: 'first' }];

    expect(compare(wanted, seen(...rows)).changes).toEqual([]);
  });

  it('is not deleted', () => {
    expect(compare([], seen(foreign))).toMatchObject({ changes: [], findings: [] });
  });
});

describe('a copy of one of our rows, marker and all', () => {
  const anna = row(menu, 'anna');
  const copy = held({ ...anna, identity: 'anna-copy' });

  it('is reported and left alone', async () => {
    const { changes, findings } = compare([anna], seen(held(anna), copy), await holding(anna));

    expect(changes).toEqual([]);
    expect(findings).toMatchObject([{ code: 'LM_MARKER_MISMATCH' }]);
  });

  it('is left alone even when the state folder was lost', () => {
    const { changes, findings } = compare([anna], seen(held(anna), copy));

    expect(changes).toEqual([]);
    expect(findings).toMatchObject([{ code: 'LM_MARKER_MISMATCH' }]);
  });

  it('is left alone when the row itself goes', async () => {
    const { changes } = compare([], seen(held(anna), copy), await holding(anna));

    expect(brief(changes)).toEqual(['delete anna']);
  });

  it('is left alone when the row itself is gone, and with it the last thing held there', async () => {
    const inventory = await holding(anna);
    await inventory.settle(target.name, [{ change: { action: 'delete', ...anna, set: {} }, result: 'done' }]);

    const { changes, findings } = compare([], seen(copy), inventory);

    expect(changes).toEqual([]);
    expect(findings).toMatchObject([{ code: 'LM_MARKER_MISMATCH' }]);
  });

  it('is left alone when the row was renamed by hand: the declared one is made again', async () => {
    const { changes, findings } = compare([anna], seen(copy), await holding(anna));

    expect(brief(changes)).toEqual(['create anna']);
    expect(findings).toMatchObject([{ code: 'LM_MARKER_MISMATCH' }]);
  });
});

describe('a lost inventory', () => {
  it('lets the marker speak: what is no longer declared is deleted', () => {
    expect(brief(compare([], seen(held(row(menu, 'anna')))).changes)).toEqual(['delete anna']);
  });

  it('deletes neither of two rows that carry one marker, since one is a copy', () => {
    const anna = row(menu, 'anna');

    const { changes, findings } = compare([], seen(held(anna), held({ ...anna, identity: 'anna-copy' })));

    expect(changes).toEqual([]);
    expect(findings).toHaveLength(2);
  });
});

describe('a subscriber', () => {
  it('who is renamed in git and keeps the username keeps the row, which gets the new marker', async () => {
    const before = row(menu, 'anna@isp', { profile: 'home' }, 'Subscriber/anna');
    const after = row(menu, 'anna@isp', { profile: 'home' }, 'Subscriber/anna-wanjiru');

    const { changes } = compare([after], seen(held(before)), await holding(before));

    expect(changes).toMatchObject([{ action: 'update', set: {}, owner: 'Subscriber/anna-wanjiru' }]);
    expect(changes[0]?.adopts).toBeUndefined();
  });

  it('who gets another username gets another row, and the old one goes', async () => {
    const before = row(menu, 'anna', {}, 'Subscriber/anna');
    const after = row(menu, 'anna@isp', {}, 'Subscriber/anna');

    const { changes, findings } = compare([after], seen(held(before)), await holding(before));

    expect(brief(changes)).toEqual(['create anna@isp', 'delete anna']);
    expect(findings).toEqual([]);
  });
});

describe('two rows of one identity', () => {
  const wanted = row('/radius', '10.0.0.1 1812', { timeout: '1s500ms' });

  it('leave the one by hand alone, whichever comes first', () => {
    const mine = held({ ...wanted, fields: { timeout: '1s' } }, { handle: '*2' });
    const other = { ...byHand('/radius', wanted.identity, { timeout: '300ms' }), handle: '*1' };
    for (const order of [
      [other, mine],
      [mine, other],
    ]) {
      const { changes, findings } = compare([wanted], seen(...order));

      expect(changes).toMatchObject([{ action: 'update', before: { handle: '*2' } }]);
      expect(findings).toMatchObject([{ code: 'LM_DUPLICATE_ROW' }]);
    }
  });

  it('lose ours when it is no longer declared', () => {
    const mine = held(wanted, { handle: '*2' });
    const other = { ...byHand('/radius', wanted.identity), handle: '*1' };

    expect(compare([], seen(other, mine)).changes).toMatchObject([{ action: 'delete', before: { handle: '*2' } }]);
  });
});

describe('an ordered menu', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => row('/radius', name)) as [Row, Row, Row, Row];

  it('moves as few rows as will do', () => {
    expect(brief(compare([a, b, c, d], seen(held(d), held(a), held(b), held(c))).changes)).toEqual(['move d']);
    expect(brief(compare([d, a, b, c], seen(held(a), held(b), held(c), held(d))).changes)).toEqual(['move d a']);
  });

  it('makes a new row in front of the ones it belongs before, without moving it', () => {
    expect(brief(compare([a, b], seen(held(b))).changes)).toEqual(['create a b']);
    expect(brief(compare([a, b, c, d], seen(held(d), held(b))).changes)).toEqual(['create a b', 'create c', 'move d']);
  });

  it('makes a new row in front of the very row that becomes ours, where another has its identity, too', () => {
    const foreign = held(b, {
      marker: { operator: 'other', owner: 'Subscriber/b' },
      fields: { speed: '1M' },
      handle: '*1',
    });
    const nobodys = { ...byHand('/radius', 'b', { speed: '5M' }), handle: '*2' };
    const wanted = { ...b, fields: { speed: '5M' } };

    const { changes } = compare([a, wanted], seen(foreign, nobodys));

    expect(changes).toMatchObject([
      { action: 'create', identity: 'a', place: 'b', placeRow: { handle: '*2' } },
      { action: 'update', identity: 'b', before: { handle: '*2' } },
    ]);
  });

  it('moves rows that go together to one place', () => {
    const changes = compare([c, d, a, b], seen(held(a), held(b), held(c), held(d))).changes;

    expect(brief(changes)).toEqual(['move a', 'move b']);
  });

  it('has our rows in front of the first that would undo them, and leaves all others alone', () => {
    const refuses = { '/radius': ({ fields }: ObservedRow) => fields['action'] === 'deny' };
    const deny = byHand('/radius', 'a', { action: 'deny' });
    const rows = [byHand('/radius', 'x'), held(a), deny, held(b)];
    const compared = (observed: readonly ObservedRow[]) =>
      diff([a, b, c], seen(...observed), {
        operator,
        target: { ...target, refuses },
        inventory: new MemoryInventory(),
      });

    const { changes } = compared(rows);
    const after = applied(rows, changes);

    expect(changes).toMatchObject([
      { action: 'create', identity: 'c', placeRow: deny },
      { action: 'move', identity: 'b', place: 'c' },
    ]);
    expect(after.map(({ identity, fields }) => `${identity}${fields['action'] ?? ''}`)).toEqual([
      'x',
      'a',
      'b',
      'c',
      'adeny',
    ]);
    expect(compared(after).changes).toEqual([]);
  });

  it('says of a move which row it means', () => {
    const twin = { ...byHand('/radius', 'b'), handle: '*9' };

    const { changes } = compare([a, b], seen(held(b, { handle: '*2' }), held(a), twin));

    expect(changes).toMatchObject([{ action: 'move', identity: 'b', before: { handle: '*2' } }]);
    expect(compare([a, b], seen(held(a), held(b, { handle: '*2' }), twin)).changes).toEqual([]);
  });
});

describe('a settings menu', () => {
  it('keeps its last values when they are no longer declared', async () => {
    const settings = row('/ppp/aaa', '', { 'use-radius': 'yes' }, 'Router/core-1');
    const observed: ObservedRow = { ...settings, ownership: 'inventory' };

    expect(compare([], seen(observed), await holding(settings)).changes).toEqual([]);
  });
});

describe('a secret', () => {
  const anna = row(menu, 'anna', { password: new Secret('new') });

  it('is compared without being shown', () => {
    const observed = held(anna, { fields: { password: new Secret('old') } });

    const { changes } = compare([anna], seen(observed));

    expect(Object.keys(changes[0]?.set ?? {})).toEqual(['password']);
    expect(JSON.stringify(changes)).not.toMatch(/"(new|old)"/);
    expect(compare([anna], seen(held(anna))).changes).toEqual([]);
  });
});

describe('rows that cannot carry a marker', () => {
  const profile = row('/ip/hotspot/profile', 'lobby', { 'login-by': 'http-pap' }, 'Router/core-1#hotspot');
  const there = (fields: Row['fields']): ObservedRow => ({ ...profile, fields, ownership: 'inventory' });

  it('are adopted when they were there before, and the plan says so', async () => {
    const first = compare([profile], seen(there({ 'login-by': 'cookie' })));
    const later = compare([profile], seen(there({ 'login-by': 'cookie' })), await holding(profile));

    expect(first.changes).toMatchObject([{ action: 'update', adopts: true }]);
    expect(later.changes).toMatchObject([{ action: 'update' }]);
    expect(later.changes[0]).not.toHaveProperty('adopts');
  });

  it('are emptied of what is no longer declared, where it still is what we put there', () => {
    const released: Row = { ...profile, releases: { 'html-directory-override': 'lm/lobby' } };
    const showing = (folder: string) => there({ 'login-by': 'http-pap', 'html-directory-override': folder });

    expect(compare([released], seen(showing('lm/lobby'))).changes).toMatchObject([
      {
        action: 'update',
        set: { 'html-directory-override': '' },
        after: { fields: { 'html-directory-override': '' } },
      },
    ]);
    expect(compare([released], seen(showing('of-the-operator'))).changes).toEqual([]);
    expect(compare([released], seen(showing(''))).changes).toEqual([]);
  });
});

describe('a row of ours that names one that is gone', () => {
  it('goes, though nobody remembers it under that name', async () => {
    const host = row('/ip/hotspot/walled-garden', 'lobby pay.example');
    const lost = held({ ...host, identity: '*5 pay.example' }, { dangling: true });

    const { changes, findings } = compare([host], seen(lost), await holding(host));

    expect(brief(changes)).toEqual(['create lobby pay.example', 'delete *5 pay.example']);
    expect(findings).toEqual([]);
  });
});

describe('folders', () => {
  const files = { ...target, folders: ['/file'] };
  const page = (name: string): ObservedRow => ({ menu: '/file', identity: name, fields: {}, ownership: 'inventory' });
  const ours = ['lm', 'lm/lobby', 'lm/lobby/login.html'].map((name) => row('/file', name));

  function changesWith(...rows: readonly ObservedRow[]) {
    return holding(...ours).then(
      (inventory) => diff([], seen(...rows), { operator, target: files, inventory }).changes,
    );
  }

  it('go when all that is in them is ours and goes', async () => {
    const changes = await changesWith(...ours.map(({ identity }) => page(identity)));

    expect([...brief(changes)].sort()).toEqual(['delete lm', 'delete lm/lobby', 'delete lm/lobby/login.html']);
  });

  it('stay as long as somebody else has something in them', async () => {
    const changes = await changesWith(...ours.map(({ identity }) => page(identity)), page('lm/lobby/menu.pdf'));

    expect(brief(changes)).toEqual(['delete lm/lobby/login.html']);
  });
});
