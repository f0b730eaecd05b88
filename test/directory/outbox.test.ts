import fc from 'fast-check';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { Outbox, OutboxEntry, OutboxOrder } from '../../src/directory/outbox.ts';
import { Outbox as OpenOutbox } from '../../src/directory/outbox.ts';
import { StoredRows } from '../../src/directory/stored-rows.ts';
import { Store } from '../../src/store/store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

class Lab implements AsyncDisposable {
  readonly #folder: TempFolder;
  readonly store: Store;

  private constructor(folder: TempFolder, store: Store) {
    this.#folder = folder;
    this.store = store;
  }

  static async start(): Promise<Lab> {
    const folder = await TempFolder.make();
    return new Lab(folder, await Store.open(folder.path, { clock: new ManualClock(), log: pino({ level: 'silent' }) }));
  }

  open(now = () => 1000): Promise<StoredRows> {
    return StoredRows.open(this.store, now);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

function order(action: OutboxOrder['action'], more: Partial<OutboxOrder> = {}): OutboxOrder {
  return { nas: 'core-1', username: 'anna', sessionId: '81c00001', action, why: action, ...more };
}

const was = (fields: Readonly<Record<string, string>>) => ({ menu: 'login', identity: 'anna', fields });

function only(outbox: Outbox): OutboxEntry {
  const [entry, ...others] = outbox.of('anna');
  if (entry === undefined || others.length > 0) throw new Error('not one');
  return entry;
}

describe('orders for sessions', () => {
  it('IS-10: are one for each session, in order by NAS, and survive', async () => {
    await using lab = await Lab.start();
    await (await lab.open()).write([], [order('change'), order('change', { sessionId: 'b' })]);
    await (await lab.open()).write([], [order('change', { nas: 'core-2' }), order('disconnect', { why: 'password' })]);

    const { outbox } = await lab.open();

    expect(outbox.nas()).toEqual(['core-1', 'core-2']);
    expect(outbox.at('core-1')).toEqual([
      { ...order('disconnect', { why: 'password' }), number: 1, since: 1000 },
      { ...order('change', { sessionId: 'b' }), number: 2, since: 1000 },
    ]);
    expect(outbox.effects()).toMatchObject([
      { action: 'disconnect', sessionIds: ['81c00001'] },
      { action: 'change', sessionIds: ['b', '81c00001'] },
    ]);
  });

  it('stay a disconnect, whatever milder change follows', () => {
    const actions = fc.array(fc.constantFrom('change' as const, 'disconnect' as const), { minLength: 1, maxLength: 5 });
    return fc.assert(
      fc.asyncProperty(actions, async (list) => {
        await using lab = await Lab.start();
        const stored = await lab.open();
        for (const action of list) await stored.write([], [order(action)]);

        expect(only(stored.outbox).action).toBe(list.includes('disconnect') ? 'disconnect' : 'change');
      }),
      { numRuns: 10 },
    );
  });

  it('remember of each field what it was before the first of them', async () => {
    await using lab = await Lab.start();
    const stored = await lab.open();
    await stored.write([], [order('change', { was: was({ rate: '5M/20M' }) })]);
    await stored.write([], [order('disconnect', { was: was({ rate: '5M/40M', state: 'active' }) })]);

    expect(only(stored.outbox).was?.fields).toEqual({ rate: '5M/20M', state: 'active' });
  });

  it('are forgotten when carried out, but not when another came meanwhile', async () => {
    await using lab = await Lab.start();
    const stored = await lab.open();
    await stored.write([], [order('change')]);
    const first = only(stored.outbox);
    await stored.write([], [order('change')]);
    const done = { result: 'changed', detail: 'CoA-ACK' } as const;

    await stored.outbox.settle(first, done);
    expect((await lab.open()).outbox.of('anna')).toMatchObject([{ touched: true }]);

    await stored.outbox.settle(only(stored.outbox), done);
    expect((await lab.open()).outbox.size).toBe(0);
  });

  it('IS-09: are timed from when they were first given until they are carried out', async () => {
    await using lab = await Lab.start();
    let now = 1_000;
    const stored = await lab.open(() => now);
    const { outbox } = stored;
    const effects: unknown[] = [];
    outbox.onEffect((result, tookMs) => void effects.push([result, tookMs]));
    await stored.write([], [order('change'), order('change', { sessionId: 'b' }), order('change', { sessionId: 'c' })]);
    const [a, b, c] = outbox.of('anna') as [OutboxEntry, OutboxEntry, OutboxEntry];
    await outbox.settle(a, { result: 'failed', detail: 'none' });
    now = 61_000;
    await stored.write([], [order('disconnect')]);

    await outbox.settle(outbox.of('anna').find((due) => due.sessionId === a.sessionId) ?? a, {
      result: 'disconnected',
      detail: '',
    });
    await outbox.settle(b, { result: 'gone', detail: '' });
    now = 500;
    await outbox.settle(c, { result: 'changed', detail: '' });

    expect(effects).toEqual([
      ['disconnected', 60_000],
      ['changed', 0],
    ]);
  });

  it.each([
    ['told', (outbox: Outbox, due: OutboxEntry) => outbox.settle(due, { result: 'changed', detail: 'CoA-ACK' })],
    ['tried in vain', (outbox: Outbox, due: OutboxEntry) => outbox.settle(due, { result: 'failed', detail: 'none' })],
  ])('IS-10: of which an earlier is %s while a later is being written leave that on disk', async (_, meanwhile) => {
    await using lab = await Lab.start();
    const stored = await lab.open();
    await stored.write([], [order('change')]);
    const due = only(stored.outbox);

    const writing = stored.write([], [order('disconnect')]);
    const settled = meanwhile(stored.outbox, due);
    await Promise.all([writing, settled]);

    const left = only((await lab.open()).outbox);
    expect(left).toEqual(only(stored.outbox));
    expect(left).toMatchObject({ action: 'disconnect', touched: true });
  });

  it('whose session ends while they are being written go with it', async () => {
    await using lab = await Lab.start();
    const stored = await lab.open();

    const writing = stored.write([], [order('disconnect')]);
    await stored.outbox.over(order('disconnect'));
    await writing;

    expect(stored.outbox.size).toBe(0);
    expect((await lab.open()).outbox.size).toBe(0);
  });

  it('keep how often they were tried, and what was met', async () => {
    await using lab = await Lab.start();
    const stored = await lab.open();
    await stored.write([], [order('disconnect')]);
    for (const detail of ['first', 'second']) {
      await stored.outbox.settle(only(stored.outbox), { result: 'failed', detail });
    }

    const { tried } = only((await lab.open()).outbox);
    expect(tried).toEqual({ times: 2, at: 1000, detail: 'second' });
  });

  it('go with their session, however it ended', async () => {
    await using lab = await Lab.start();
    const stored = await lab.open();
    await stored.write([], [order('disconnect')]);

    await stored.outbox.over({ nas: 'core-2', sessionId: '81c00001' });
    expect(stored.outbox.size).toBe(1);
    await stored.outbox.over(order('disconnect'));
    expect((await lab.open()).outbox.size).toBe(0);
  });

  it('are no more than agreed: the oldest goes', async () => {
    await using lab = await Lab.start();
    const outbox = await OpenOutbox.open({ table: lab.store.table('outbox'), now: () => 0, most: 2 });
    outbox.keep(outbox.join(['a', 'b', 'c'].map((sessionId) => order('change', { sessionId }))));

    expect(outbox.trim()).toHaveLength(1);
    expect(outbox.at('core-1').map(({ sessionId }) => sessionId)).toEqual(['b', 'c']);
    expect(outbox.lost).toBe(1);
  });

  it('of an earlier version are taken over', async () => {
    await using lab = await Lab.start();
    const effect = { username: 'anna', action: 'disconnect', why: 'password', sessionIds: ['a', 'b'] };
    await lab.store.table('directory').put('effect\0\u0001anna', effect);

    await lab.open();
    const { outbox } = await lab.open();

    expect(outbox.effects()).toEqual([effect]);
  });
});
