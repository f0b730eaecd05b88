import { describe, expect, it } from 'vitest';
import { eventStream, readEvents } from '../../src/events/stream.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { EventLab, numbered } from './webhook-lab.ts';

function reading(lab: EventLab, after?: string, types: readonly string[] = ['*']) {
  const stop = new AbortController();
  const { log, clock } = lab;
  const text = eventStream({ log, clock, types, signal: stop.signal, ...(after === undefined ? {} : { after }) });
  return { stop, next: async () => String((await text.next()).value) };
}

describe('a stream of events', () => {
  it('tells what happens from now on, by type', async () => {
    const clock = new ManualClock();
    await using lab = await EventLab.start(clock);
    await lab.log.add(numbered(clock, 1, 1));
    const stream = reading(lab, undefined, ['session.*']);

    const first = await stream.next();
    const next = stream.next();
    await lab.log.add(numbered(clock, 2, 2, 'drift.found'));
    await lab.log.add(numbered(clock, 3, 3));

    expect(first).toBe('retry: 2000\n\n');
    const json = { id: `${lab.log.series}-3`, type: 'session.stopped', at: '2026-01-01T00:00:00.000Z' };
    expect(await next).toBe(
      `id: ${json.id}\nevent: session.stopped\ndata: ${JSON.stringify({ ...json, subject: 'session/1', data: { n: 3 } })}\n\n`,
    );
    stream.stop.abort();
    expect(await stream.next()).toBe('undefined');
  });

  it('goes on after the last that was seen', async () => {
    const clock = new ManualClock();
    await using lab = await EventLab.start(clock);
    await lab.log.add(numbered(clock, 1, 500));
    const stream = reading(lab, `${lab.log.series}-250`);

    await stream.next();
    const [one, two] = [await stream.next(), await stream.next()];
    stream.stop.abort();

    const ids = [...`${one}${two}`.matchAll(/^id: .*-(\d+)$/gm)].map(([, number]) => Number(number));
    expect(ids).toEqual(Array.from({ length: 250 }, (_, at) => at + 251));
  });

  it.each([
    ['of another folder', () => 'ffff-3', 4],
    ['that is no ID', () => 'x', 4],
    ['that is deleted', (series: string) => `${series}-1`, 4],
  ])('says what is missing after an event %s', async (_what, after, oldest) => {
    const clock = new ManualClock();
    await using lab = await EventLab.start(clock);
    await lab.log.add(numbered(clock, 1, 5));
    await lab.log.trim(oldest - 1);
    const stream = reading(lab, after(lab.log.series));

    await stream.next();
    const [gap, events] = [await stream.next(), await stream.next()];
    stream.stop.abort();

    expect(gap).toMatch(/^event: gap\ndata: .*goes on from .*-4/);
    expect(events).toMatch(/^id: .*-4\n/);
  });

  it('says now and then that it is there', async () => {
    const clock = new ManualClock();
    await using lab = await EventLab.start(clock);
    const stream = reading(lab);

    await stream.next();
    let said: string | undefined;
    const quiet = stream.next().then((text) => {
      said = text;
    });
    while (said === undefined) {
      await new Promise(setImmediate);
      clock.advance(5_000);
    }
    await quiet;
    stream.stop.abort();

    expect(said).toBe(': nothing new\n\n');
  });

  it('keeps for a day what there is a lot of, for whoever reads it', async () => {
    const clock = new ManualClock();
    await using lab = await EventLab.start(clock);
    lab.log.keepFor(() => false);
    const stream = reading(lab, undefined, ['session.updated']);
    await stream.next();
    const next = stream.next();
    await lab.log.add(numbered(clock, 1, 1, 'session.updated'));
    const id = /^id: (.*)$/m.exec(await next)?.[1];
    stream.stop.abort();

    clock.advance(86_000_000);
    await lab.log.add(numbered(clock, 2, 2, 'session.updated'));

    expect(await readEvents(lab.log, { types: ['*'], ...(id === undefined ? {} : { after: id }) }, 9)).toMatchObject([
      { data: { n: 2 } },
    ]);
  });
});

describe('somebody who comes back to the stream', () => {
  async function left(lab: EventLab): Promise<string> {
    lab.log.keepFor(() => false);
    const stream = reading(lab, undefined, ['session.stopped']);
    await stream.next();
    const next = stream.next();
    await lab.log.add(numbered(lab.clock, 1, 1));
    stream.stop.abort();
    return /^id: (.*)$/m.exec(await next)?.[1] ?? '';
  }

  it('has missed nothing within a day', async () => {
    const clock = new ManualClock();
    await using lab = await EventLab.start(clock);
    const seen = await left(lab);
    clock.advance(86_400_000);
    await lab.log.add(numbered(clock, 2, 2));

    const again = reading(lab, seen);
    await again.next();

    expect(await again.next()).toContain('"n":2');
    again.stop.abort();
  });

  it.each([
    ['session.*', 'event: gap'],
    ['drift.found', 'event: drift.found'],
  ])('is told that something is missing after that, if he reads it: %s', async (types, said) => {
    const clock = new ManualClock();
    await using lab = await EventLab.start(clock);
    const seen = await left(lab);
    clock.advance(2 * 86_400_000);
    await lab.log.add(numbered(clock, 2, 2));
    await lab.log.add([]);
    await lab.restart();
    await lab.log.add(numbered(clock, 3, 3, 'drift.found'));

    const again = reading(lab, seen, [types]);
    await again.next();

    expect(await again.next()).toContain(said);
    again.stop.abort();
  });
});

describe('events that are kept', () => {
  it('are read from the newest back, or on from one', async () => {
    const clock = new QuickClock();
    await using lab = await EventLab.start(clock);
    await lab.log.add(numbered(clock, 1, 900));
    await lab.log.trim(100);
    const numbers = async (...asked: [string | undefined, number]) =>
      (
        await readEvents(lab.log, { types: ['*'], ...(asked[0] === undefined ? {} : { after: asked[0] }) }, asked[1])
      ).map(({ data }) => data['n']);

    expect(await numbers(undefined, 3)).toEqual([898, 899, 900]);
    expect(await numbers(undefined, 2000)).toHaveLength(800);
    expect(await numbers(`${lab.log.series}-450`, 2)).toEqual([451, 452]);
    expect(await numbers(`${lab.log.series}-5`, 2)).toEqual([101, 102]);
    expect(await readEvents(lab.log, { types: ['drift.*'] }, 2)).toEqual([]);
  });
});
