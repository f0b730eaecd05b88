import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { eventId } from '../../src/events/event.ts';
import { eventStream } from '../../src/events/stream.ts';
import { numberKey } from '../../src/store/layout.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { EventLab, isSigned, numbered, Program, webhook } from './webhook-lab.ts';

const upTo = (last: number) => Array.from({ length: last }, (_, at) => String(at + 1));

describe('a program that takes what it is told', () => {
  it('IW-15: has it in order, signed, many at a time', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);
    await using program = await Program.start();
    await using sender = await lab.sender(webhook(program.url, { previousSecret: new Secret('whsec_b2xk') }));

    await lab.log.add(numbered(clock, 1, 250));
    await program.asked(3);

    expect(program.ids()).toEqual(upTo(250));
    expect(program.told.map(({ events }) => events.length)).toEqual([100, 100, 50]);
    for (const told of program.told) {
      expect(isSigned(told, 'key')).toBe(true);
      expect(isSigned(told, Buffer.from('old'))).toBe(true);
      expect(isSigned({ ...told, body: `${told.body} ` }, 'key')).toBe(false);
    }
    expect(new Set(program.told.flatMap(({ events }) => events.map(({ id }) => id))).size).toBe(250);
    expect(sender.state().deadLetters).toBe(0);
  });

  it('is told only what it chose', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);
    await using program = await Program.start();
    await using _sender = await lab.sender(webhook(program.url, { events: ['drift.*'] }));

    await lab.log.add(numbered(clock, 1, 3000));
    await lab.log.add(numbered(clock, 3001, 3001, 'drift.found'));
    await program.asked(1);

    expect(program.ids()).toEqual(['3001']);
  });

  it('is told what happens from when it was declared on', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);
    await using program = await Program.start();

    await lab.log.add(numbered(clock, 1, 5));
    await using _sender = await lab.sender(webhook(program.url));
    await lab.log.add(numbered(clock, 6, 6));
    await program.asked(1);

    expect(program.ids()).toEqual(['6']);
  });
});

describe('a program that is away', () => {
  it('IW-15: is told all of it when it is back, in order, also by another process', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);
    const away = await Program.start();
    const { port, url } = away;
    await away[Symbol.asyncDispose]();
    const troubles: unknown[] = [];
    const first = await lab.sender(webhook(url), (trouble) => void troubles.push(trouble));
    await lab.log.add(numbered(clock, 1, 5));
    while (troubles.length === 0) await new Promise(setImmediate);
    await first[Symbol.asyncDispose]();
    await lab.restart();

    await using program = await Program.start(port);
    await using second = await lab.sender(webhook(url));
    await lab.log.add(numbered(clock, 6, 7));
    await program.asked(1);
    while (second.state().pending > 0) await new Promise(setImmediate);

    expect(program.ids()).toEqual(upTo(7));
    expect(troubles[0]).toBe('nothing listens there (connection refused)');
    expect(second.state()).toMatchObject({ pending: 0, taken: 7 });
  });

  it('is asked less and less often, and as late as it asks for', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);
    await using program = await Program.start();
    const answers = [500, 503, 502, 429, 503];
    program.answer = () => {
      const status = answers.shift() ?? 200;
      return { status, ...(status === 429 ? { headers: { 'retry-after': '90' } } : {}) };
    };
    await using sender = await lab.sender(webhook(program.url));

    await lab.log.add(numbered(clock, 1, 1));
    await program.asked(6);
    while (sender.state().pending > 0) await new Promise(setImmediate);

    expect(clock.slept).toEqual([1000, 2000, 4000, 90_000, 16_000]);
    expect(sender.state()).toEqual({ name: 'billing', pending: 0, taken: 1, failures: 5, deadLetters: 0, lost: 0 });
    expect(new Set(program.told.map(({ events }) => events[0]?.id)).size).toBe(1);
  });

  it('has what was too old by then as dead letters, and what is not', async () => {
    const clock = new ManualClock();
    await using lab = await EventLab.start(clock);
    await using program = await Program.start();
    program.answer = () => ({ status: 503 });
    await using sender = await lab.sender(webhook(program.url, { giveUpMs: 3_600_000 }));

    await lab.log.add(numbered(clock, 1, 3));
    await program.asked(1);
    clock.advance(3_600_001);
    await lab.log.add(numbered(clock, 4, 4));
    sender.tryNow();
    await program.asked(2);
    program.answer = () => ({ status: 200 });
    sender.tryNow();
    while (sender.state().pending > 0) {
      await new Promise(setImmediate);
      clock.advance(300_000);
    }

    expect((await lab.letters.of('billing', 9)).map(({ event, why }) => [event.number, why])).toEqual(
      [1, 2, 3].map((number) => [number, 'answers with status 503']),
    );
    expect(program.told.at(-1)?.events.map(({ data }) => data['n'])).toEqual([4]);
  });

  it('does not stop others', async () => {
    await using lab = await EventLab.start(systemClock);
    await using program = await Program.start();
    await using mute = await Program.start();
    mute.answer = () => 'none';
    await using _mute = await lab.sender(webhook(mute.url, { name: 'mute' }));
    await using _sender = await lab.sender(webhook(program.url));

    await lab.log.add(numbered(lab.clock, 1, 2));
    await mute.asked(1);
    await program.asked(1);

    expect(program.ids()).toEqual(['1', '2']);
  });
});

describe('a program that refuses one event', () => {
  it('is told all others, and that one is a dead letter that can be told again', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);
    await using program = await Program.start();
    const taken: unknown[] = [];
    let refuses = true;
    program.answer = ({ events }) => {
      const numbers = events.map(({ data }) => data['n']);
      if (refuses && numbers.includes(37)) return { status: 422 };
      taken.push(...numbers);
      return { status: 200 };
    };
    await using sender = await lab.sender(webhook(program.url));

    await lab.log.add(numbered(clock, 1, 60));
    while (sender.state().pending > 0) await new Promise(setImmediate);
    const letters = await lab.letters.of('billing', 9);
    refuses = false;
    const again = await lab.letters.again('billing');
    sender.tryNow();
    while (lab.letters.countOf('billing') > 0) await new Promise(setImmediate);

    expect(letters).toMatchObject([{ event: { number: 37 }, why: 'answers with status 422' }]);
    expect(again).toBe(1);
    expect(taken.map(String)).toEqual([...upTo(60).filter((n) => n !== '37'), '37']);
  });
});

describe('a program that is away while dead letters are told again', () => {
  it('is told what is new in between: it does not wait for all of them', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);
    await using program = await Program.start();
    program.answer = ({ events }) => ({ status: Number(events[0]?.data['n']) > 100 ? 503 : 200 });
    await (await lab.sender(webhook(program.url)))[Symbol.asyncDispose]();
    for (const [at, event] of numbered(clock, 101, 102).entries()) {
      await lab.letters.put({
        webhook: 'billing',
        event: { ...event, number: 101 + at },
        why: 'late',
        at: clock.now(),
      });
    }
    await lab.letters.again('billing');
    await lab.log.add(numbered(clock, 1, 1));

    await using _sender = await lab.sender(webhook(program.url));
    await program.asked(3);

    expect(program.ids()).toEqual(['101', '1', '102']);
  });
});

describe('a log whose newest events are damaged', () => {
  it('counts them as lost, and goes on with the next', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);
    await using program = await Program.start();
    await (await lab.sender(webhook(program.url)))[Symbol.asyncDispose]();
    await lab.log.add(numbered(clock, 1, 2));
    for (const number of [1, 2]) await lab.store.table('events').del(numberKey(number));

    await using sender = await lab.sender(webhook(program.url));
    while (sender.state().pending > 0) await new Promise(setImmediate);
    await lab.log.add(numbered(clock, 3, 3));
    await program.asked(1);

    expect(program.ids()).toEqual(['3']);
    expect(sender.state().lost).toBe(2);
  });

  it('keeps who reads the stream waiting for the next, not busy', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);
    await lab.log.add(numbered(clock, 1, 2));
    await lab.store.table('events').del(numberKey(2));
    const over = new AbortController();
    const { log } = lab;
    const stream = eventStream({ log, clock, types: ['*'], after: eventId(log.series, 1), signal: over.signal });

    await stream.next();
    const silence = await stream.next();
    over.abort();

    expect(silence.value).toBe(': nothing new\n\n');
  });
});

describe('a log of events', () => {
  it('keeps what there is a lot of only for somebody', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);
    lab.log.keepFor(() => false);

    await lab.log.add(numbered(clock, 1, 1));
    await lab.log.wantUntil(['session.stopped'], clock.now() + 1000);
    await lab.restart();
    lab.log.keepFor(() => false);
    await lab.log.add(numbered(clock, 2, 2));
    await clock.sleep(1000);
    await lab.log.add(numbered(clock, 3, 3));
    lab.log.keepFor((type) => type === 'session.stopped');
    await lab.log.add(numbered(clock, 4, 4));

    expect((await lab.log.after(0, 9)).map(({ data }) => data['n'])).toEqual([2, 4]);
  });

  it('keeps all until it is known what webhooks want', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);

    await lab.log.add(numbered(clock, 1, 1, 'session.updated'));
    lab.log.keepFor(() => false);
    await lab.log.add(numbered(clock, 2, 2, 'session.updated'));

    expect((await lab.log.after(0, 9)).map(({ data }) => data['n'])).toEqual([1]);
  });

  it('goes on with its numbers when all of it was deleted', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);

    await lab.log.add(numbered(clock, 1, 9));
    const { series } = lab.log;
    await lab.log.trim(20);
    await lab.restart();
    await lab.log.add(numbered(clock, 10, 10));

    expect(lab.log.series).toBe(series);
    expect(await lab.log.after(0, 9)).toMatchObject([{ number: 10 }]);
    expect([lab.log.first, lab.log.last]).toEqual([10, 10]);
  });

  it('puts events in the batch of what they tell of, or not at all', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);
    const broken = lab.log.add(numbered(clock, 1, 1), () => Promise.reject(new Error('disk')));
    const fine = lab.log.add(numbered(clock, 2, 2), (writes) => lab.store.write(writes));

    await expect(broken).rejects.toThrow('disk');
    await fine;

    expect(await lab.log.after(0, 9)).toMatchObject([{ number: 1, data: { n: 2 } }]);
  });
});
