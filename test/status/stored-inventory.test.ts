import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { Change, SessionEffect } from '../../src/reconcile/target.ts';
import { type InventoryRecord, StoredInventory } from '../../src/status/stored-inventory.ts';
import { Store } from '../../src/store/store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

function change(action: Change['action'], identity: string, owner = `Subscriber/${identity}`): Change {
  return { action, menu: '/ppp/secret', identity, owner, set: {} };
}

async function lab() {
  const folder = await TempFolder.make();
  const store = await Store.open(folder.path, { clock: new ManualClock(), log: pino({ level: 'silent' }) });
  const table = store.table<InventoryRecord>('inventory');
  return {
    open: () => StoredInventory.open(table),
    async [Symbol.asyncDispose]() {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('the inventory', () => {
  it('knows after a restart what was claimed, by router and by menu', async () => {
    await using state = await lab();
    await (await state.open()).claim('core-1', [change('create', 'anna'), change('update', 'ben')]);

    const inventory = await state.open();

    expect(inventory.ownerOf('core-1', '/ppp/secret', 'anna')).toBe('Subscriber/anna');
    expect(inventory.ownerOf('core-2', '/ppp/secret', 'anna')).toBeUndefined();
    expect(inventory.ownerOf('core-1', '/ip/pool', 'anna')).toBeUndefined();
  });

  it('forgets what was deleted, not what only should have been', async () => {
    await using state = await lab();
    const inventory = await state.open();
    await inventory.claim('core-1', [change('create', 'anna'), change('create', 'ben')]);

    await inventory.claim('core-1', [change('delete', 'anna'), change('delete', 'ben')]);
    await inventory.settle('core-1', [
      { change: change('delete', 'anna'), result: 'done' },
      { change: change('delete', 'ben'), result: 'failed' },
    ]);

    for (const each of [inventory, await state.open()]) {
      expect(each.ownerOf('core-1', '/ppp/secret', 'anna')).toBeUndefined();
      expect(each.ownerOf('core-1', '/ppp/secret', 'ben')).toBe('Subscriber/ben');
    }
  });

  it('still knows a router when nothing is held there any more, so that a copy is no original', async () => {
    await using state = await lab();
    const inventory = await state.open();
    expect(inventory.knows('core-1')).toBe(false);
    await inventory.claim('core-1', [change('create', 'anna')]);
    await inventory.settle('core-1', [{ change: change('delete', 'anna'), result: 'done' }]);
    await inventory.claim('core-3', []);

    for (const each of [inventory, await state.open()]) {
      expect(each.knows('core-1')).toBe(true);
      expect(each.knows('core-2')).toBe(false);
      expect(each.knows('core-3')).toBe(true);
    }
  });

  it('gives a row to its new owner when a subscriber is renamed', async () => {
    await using state = await lab();
    const inventory = await state.open();
    await inventory.claim('core-1', [change('create', 'anna@isp', 'Subscriber/anna')]);

    await inventory.claim('core-1', [change('update', 'anna@isp', 'Subscriber/anna-w')]);

    for (const each of [inventory, await state.open()]) {
      expect(each.ownerOf('core-1', '/ppp/secret', 'anna@isp')).toBe('Subscriber/anna-w');
    }
  });

  it('owes an effect on sessions, also after a restart, until it is carried out', async () => {
    await using state = await lab();
    const effect = (sessionId: string): SessionEffect => {
      return { username: 'anna', action: 'disconnect', why: 'profile', sessionIds: [sessionId] };
    };
    const first = await state.open();
    await first.expect('core-1', [effect('1')]);
    const inventory = await state.open();
    const [due = effect('none')] = inventory.effectsDue('core-1');

    await inventory.expect('core-1', [effect('2')]);
    await inventory.carriedOut('core-1', due, []);

    expect(due).toEqual(effect('1'));
    expect(inventory.effectsDue('core-2')).toEqual([]);
    const [both = due] = inventory.effectsDue('core-1');
    expect(both.sessionIds).toEqual(['1', '2']);
    await inventory.carriedOut('core-1', both, ['2']);
    const later = await state.open();
    expect(later.effectsDue('core-1')).toEqual([effect('2')]);
    for (const left of later.effectsDue('core-1')) await later.carriedOut('core-1', left, []);
    expect((await state.open()).effectsDue('core-1')).toEqual([]);
  });

  it('keeps names apart that look like parts of one another', async () => {
    await using state = await lab();
    const inventory = await state.open();
    await inventory.claim('core-1', [change('create', 'a\nb'), change('create', 'a'), change('create', '🙂\0')]);

    expect((await state.open()).ownerOf('core-1', '/ppp/secret', 'a\nb')).toBe('Subscriber/a\nb');
    expect((await state.open()).ownerOf('core-1', '/ppp/secret', '🙂\0')).toBe('Subscriber/🙂\0');
    expect((await state.open()).ownerOf('core-1', '/ppp/secret', 'b')).toBeUndefined();
  });

  it('holds nothing where there is no state folder', async () => {
    const nothing = StoredInventory.empty();
    await nothing.claim('core-1', [change('create', 'anna')]);

    expect(nothing.ownerOf('core-1', '/ppp/secret', 'anna')).toBeUndefined();
  });
});
