import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { OutboxDelivery } from '../../../src/daemon/sessions/outbox-delivery.ts';
import { Outbox, type OutboxOrder } from '../../../src/directory/outbox.ts';
import type { SessionResult } from '../../../src/reconcile/target.ts';
import type { SessionEvent } from '../../../src/status/report.ts';
import { Store } from '../../../src/store/store.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const order: OutboxOrder = { nas: 'core-1', username: 'anna', sessionId: '81c00001', action: 'change', why: 'rate' };

/** An outbox with one order that was tried once in vain, and a NAS that answers when it is told to. */
class Lab implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly told: SessionEvent[] = [];
  readonly attempts: { readonly at: number; readonly signal: AbortSignal; readonly device?: string | undefined }[] = [];
  /** By username: the device behind a prefix. */
  readonly devices = new Map<string, string>();
  readonly outbox: Outbox;
  readonly delivery: OutboxDelivery;
  answers = false;
  /** An attempt that nobody answers ends only with its signal. */
  hangs = false;
  /** Or it ends after so many seconds. */
  takes = 0;
  readonly #disposables: readonly AsyncDisposable[];
  #under = 0;
  #waits = false;

  private constructor(outbox: Outbox, disposables: readonly AsyncDisposable[]) {
    this.outbox = outbox;
    const target = {
      outbox,
      devicesAt: (nas: string) => new Set(outbox.at(nas).map((entry) => this.#deviceOf(entry))),
      deliver: (nas: string, signal: AbortSignal, device?: string) => this.#deliver(nas, signal, device),
    };
    const status = { recordSessions: (events: readonly SessionEvent[]) => void this.told.push(...events) };
    this.delivery = new OutboxDelivery({ target, status, clock: this.clock, log: pino({ level: 'silent' }) });
    this.#disposables = [this.delivery, ...disposables];
  }

  static async start(): Promise<Lab> {
    const folder = await TempFolder.make();
    const store = await Store.open(folder.path, { clock: new ManualClock(), log: pino({ level: 'silent' }) });
    const outbox = await Outbox.open({ table: store.table('outbox'), now: () => 0 });
    outbox.keep(outbox.join([order]));
    const close = { [Symbol.asyncDispose]: () => store.close() };
    return new Lab(outbox, [close, folder]);
  }

  /** Lets what is due happen, after so many seconds. */
  async pass(seconds: number): Promise<void> {
    this.clock.advance(seconds * 1000);
    await this.settled();
  }

  /** Until no attempt is under way but one that waits for its end. The disk of the outbox is real. */
  async settled(): Promise<void> {
    do await new Promise(setImmediate);
    while (this.#under > 0 && !this.#waits);
    await new Promise(setImmediate);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#disposables) await each[Symbol.asyncDispose]();
  }

  #deviceOf({ username }: Pick<OutboxOrder, 'username'>): string {
    return this.devices.get(username) ?? '';
  }

  async #deliver(nas: string, signal: AbortSignal, device?: string): Promise<readonly SessionResult[]> {
    this.attempts.push({ at: this.clock.monotonic() / 1000, signal, device });
    const entries = this.outbox.at(nas).filter((entry) => this.#deviceOf(entry) === device);
    const { answers } = this;
    this.#under += 1;
    if (!answers && this.hangs) await this.#waiting(new Promise((end) => signal.addEventListener('abort', end)));
    if (!answers && this.takes > 0) await this.#waiting(this.clock.sleep(this.takes * 1000, signal));
    const results = entries.map((entry): SessionResult => {
      const effect = { ...entry, sessionIds: [entry.sessionId] };
      const result = answers ? 'changed' : 'failed';
      return { effect, sessionId: entry.sessionId, nas, result, detail: answers ? 'CoA-ACK' : 'no answer' };
    });
    for (const [at, result] of results.entries()) await this.outbox.settle(entries[at] as never, result);
    this.#under -= 1;
    return results;
  }

  async #waiting(over: Promise<unknown>): Promise<void> {
    this.#waits = true;
    await over.catch(() => undefined);
    this.#waits = false;
  }
}

describe('an order whose NAS does not answer', () => {
  it('IS-10: is tried ever more seldom, at most every five minutes', async () => {
    await using lab = await Lab.start();
    lab.delivery.start();

    for (let second = 0; second < 1500; second += 1) await lab.pass(1);

    expect(lab.attempts.map(({ at }) => at)).toEqual([2, 6, 14, 30, 62, 126, 254, 510, 810, 1110, 1410]);
  });

  it('IS-10: is delivered at once when the NAS is heard after it was away', async () => {
    await using lab = await Lab.start();
    lab.delivery.start();
    await lab.pass(2);
    await lab.pass(4);
    lab.answers = true;
    await lab.pass(1);

    lab.delivery.heard('core-1');
    await lab.settled();

    expect(lab.attempts.map(({ at }) => at)).toEqual([2, 6, 7]);
    expect(lab.told).toMatchObject([{ username: 'anna', action: 'change', result: 'changed', detail: 'CoA-ACK' }]);
    expect(lab.outbox.size).toBe(0);
  });

  it('is not tried with each packet of a NAS that only does not answer', async () => {
    await using lab = await Lab.start();
    lab.delivery.start();
    for (let second = 0; second < 60; second += 1) {
      lab.delivery.heard('core-1');
      await lab.pass(1);
    }

    expect(lab.attempts.length).toBeLessThan(6);
  });

  it.each([1, 2, 3])(
    'IS-10: is delivered at once when a NAS that speaks every %i s is heard after some seconds without a word',
    async (every) => {
      await using lab = await Lab.start();
      lab.delivery.start();
      for (let second = 1; second <= 31; second += 1) {
        await lab.pass(1);
        if (second % every === 0) lab.delivery.heard('core-1');
        await lab.settled();
      }
      await lab.pass(13);
      const before = lab.attempts.length;
      lab.answers = true;

      lab.delivery.heard('core-1');
      await lab.settled();

      expect(lab.attempts).toHaveLength(before + 1);
      expect(lab.outbox.size).toBe(0);
    },
  );

  it('IS-10: is delivered at once when the NAS is heard after it said nothing while it was asked', async () => {
    await using lab = await Lab.start();
    lab.takes = 7;
    lab.delivery.start();
    for (let second = 1; lab.attempts.length < 6; second += 1) {
      await lab.pass(1);
      if (second % 7 === 0) lab.delivery.heard('core-1');
      await lab.settled();
    }
    await lab.pass(8);
    lab.answers = true;

    lab.delivery.heard('core-1');
    await lab.settled();

    expect(lab.attempts).toHaveLength(7);
    expect(lab.outbox.size).toBe(0);
  });

  it.each([1, 2, 5, 6])('is asked ever more seldom while the NAS speaks every %i s', async (every) => {
    await using lab = await Lab.start();
    lab.takes = 7;
    lab.delivery.start();
    for (let second = 1; second <= 600; second += 1) {
      await lab.pass(1);
      if (second % every === 0) lab.delivery.heard('core-1');
      await lab.settled();
    }

    expect(lab.attempts.length).toBeLessThan(12);
  });

  it('IS-10: is delivered at once when the NAS is heard after some seconds, soon after a long absence', async () => {
    await using lab = await Lab.start();
    lab.delivery.start();
    await lab.pass(40);
    lab.delivery.heard('core-1');
    await lab.settled();
    const before = lab.attempts.length;
    await lab.pass(3);
    lab.delivery.heard('core-1');
    await lab.settled();
    const awake = lab.attempts.length;
    await lab.pass(7);
    const waiting = lab.attempts.length;
    lab.answers = true;

    lab.delivery.heard('core-1');
    await lab.settled();

    expect(awake).toBe(before);
    expect(lab.attempts).toHaveLength(waiting + 1);
    expect(lab.outbox.size).toBe(0);
  });

  it('is tried again when the NAS comes back while it is asked', async () => {
    await using lab = await Lab.start();
    lab.hangs = true;
    lab.delivery.start();
    await lab.pass(2);

    lab.answers = true;
    lab.delivery.heard('core-1');
    await lab.settled();

    expect(lab.attempts.map(({ at, signal }) => [at, signal.aborted])).toEqual([
      [2, true],
      [2, false],
    ]);
    expect(lab.outbox.size).toBe(0);
  });

  it('costs a comparison for every other NAS', async () => {
    await using lab = await Lab.start();
    lab.delivery.start();

    lab.delivery.heard('core-2');
    await lab.settled();

    expect(lab.attempts).toEqual([]);
  });
});

describe('orders for several devices that one declaration stands for', () => {
  const [east, west] = ['192.0.2.1', '192.0.2.2'];

  async function two(): Promise<Lab> {
    const lab = await Lab.start();
    lab.outbox.keep(lab.outbox.join([{ ...order, username: 'ben', sessionId: '81c00002' }]));
    lab.devices.set('anna', east).set('ben', west);
    lab.delivery.start();
    await lab.pass(2);
    return lab;
  }
  const asked = ({ attempts }: Lab, from = 0) => attempts.slice(from).map(({ device }) => device);

  it('IS-10: go out to the device that is heard, and leave the others alone', async () => {
    await using lab = await two();
    const before = lab.attempts.length;
    lab.answers = true;
    await lab.pass(1);

    lab.delivery.heard('core-1', `::ffff:${west}`);
    await lab.settled();

    expect(new Set(asked(lab).slice(0, before))).toEqual(new Set([east, west]));
    expect(asked(lab, before)).toEqual([west]);
    expect(lab.outbox.at('core-1').map(({ username }) => username)).toEqual(['anna']);
  });

  it('IS-10: go out when their device is heard again, however much the others have to say meanwhile', async () => {
    await using lab = await two();
    for (let second = 1; second <= 90; second += 1) {
      lab.delivery.heard('core-1', west);
      await lab.pass(1);
    }
    const before = lab.attempts.length;
    lab.answers = true;

    lab.delivery.heard('core-1', east);
    await lab.settled();

    expect(asked(lab, before)).toEqual([east]);
  });

  it('are not hurried by a device for which nothing waits', async () => {
    await using lab = await two();
    const before = lab.attempts.length;

    lab.delivery.heard('core-1', '192.0.2.3');
    await lab.settled();

    expect(lab.attempts).toHaveLength(before);
  });

  it('go out to all of them when it is not told which one is heard', async () => {
    await using lab = await two();
    lab.answers = true;

    lab.delivery.heard('core-1');
    await lab.settled();

    expect(lab.outbox.size).toBe(0);
  });

  it('are counted anew when another device could not be told', async () => {
    await using lab = await two();
    const [entry] = lab.outbox.join([{ ...order, username: 'cleo', sessionId: '81c00003' }]);
    if (entry === undefined) throw new Error('nothing to tell');
    lab.outbox.keep([entry]);
    lab.devices.set('cleo', '192.0.2.3');
    await lab.outbox.settle(entry, { result: 'failed', detail: 'no answer' });
    lab.answers = true;

    lab.delivery.heard('core-1', '192.0.2.3');
    await lab.settled();

    expect(lab.outbox.at('core-1').map(({ username }) => username)).toEqual(['anna', 'ben']);
  });
});

describe('an order that fails later', () => {
  it('is tried again two seconds after', async () => {
    await using lab = await Lab.start();
    await lab.outbox.over(order);
    lab.delivery.start();
    const [entry] = lab.outbox.join([order]);
    if (entry === undefined) throw new Error('nothing to tell');
    lab.outbox.keep([entry]);
    lab.answers = true;

    await lab.outbox.settle(entry, { result: 'failed', detail: 'no answer' });
    await lab.pass(2);

    expect(lab.told).toMatchObject([{ result: 'changed' }]);
  });

  it('is left to the next start when the daemon ends', async () => {
    const lab = await Lab.start();
    lab.hangs = true;
    lab.delivery.start();
    await lab.pass(2);

    await lab.delivery[Symbol.asyncDispose]();

    expect(lab.outbox.size).toBe(1);
    await lab[Symbol.asyncDispose]();
  });
});
