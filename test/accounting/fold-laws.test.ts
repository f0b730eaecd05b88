import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountingEvent } from '../../src/accounting/event.ts';
import { applyEvent } from '../../src/accounting/fold.ts';
import type { SessionState } from '../../src/accounting/sessions/session-state.ts';
import { fromStored, toStored } from '../../src/accounting/sessions/session-state.ts';
import { packet, t0 } from '../support/accounting-event.ts';

/** A session as a sound NAS reports it: Start, Interims with growing counters, Stop. Stamped or not, all with session time. */
const soundSession = fc
  .record({
    steps: fc.array(
      fc.record({
        seconds: fc.integer({ min: 1, max: 600 }),
        up: fc.bigInt({ min: 0n, max: 2n ** 34n }),
        down: fc.bigInt({ min: 0n, max: 2n ** 34n }),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    stamped: fc.boolean(),
    stops: fc.boolean(),
  })
  .map(({ steps, stamped, stops }) => {
    const stamp = (second: number) => (stamped ? { eventTimestamp: t0 / 1000 + second } : {});
    const events: AccountingEvent[] = [packet('start', 0, stamp(0))];
    let [second, up, down] = [0, 0n, 0n];
    for (const [at, step] of steps.entries()) {
      second += step.seconds;
      up += step.up;
      down += step.down;
      const status = stops && at === steps.length - 1 ? 'stop' : 'interim';
      events.push(
        packet(status, second, { ...stamp(second), sessionSeconds: second, ...words(up, down), terminateCause: 1 }),
      );
    }
    return { events, up, down, second, stops };
  });

/** Any packets of one session id, however absurd. */
const anyPackets = fc.array(
  fc
    .record(
      {
        status: fc.constantFrom('start', 'interim', 'stop', 'failed', 'other'),
        second: fc.integer({ min: 0, max: 100_000 }),
        eventTimestamp: fc.oneof(
          fc.integer({ min: 0, max: 2 ** 32 - 1 }),
          fc.integer({ min: t0 / 1000, max: t0 / 1000 + 100_000 }),
        ),
        delaySeconds: fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 1000 })),
        sessionSeconds: fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 1000 })),
        inputOctets: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        inputGigawords: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        outputOctets: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      },
      { requiredKeys: ['status', 'second'] },
    )
    .map(({ status, second, ...detail }) => packet(status as AccountingEvent['status'], second, detail)),
  { maxLength: 12 },
);

describe('a sound session', () => {
  it('IW-10: comes out the same in whatever order its packets arrive', () => {
    fc.assert(
      fc.property(
        soundSession.chain((session) =>
          fc.tuple(
            fc.constant(session),
            fc.shuffledSubarray(session.events, { minLength: session.events.length, maxLength: session.events.length }),
          ),
        ),
        ([session, shuffled]) => {
          const [result] = sessionsOf(shuffled);

          expect(sessionsOf(shuffled)).toHaveLength(1);
          expect(result).toMatchObject({
            startedAt: t0,
            upOctets: session.up,
            downOctets: session.down,
            sessionSeconds: session.second,
          });
          expect(result?.stoppedAt).toBe(session.stops ? t0 + session.second * 1000 : undefined);
        },
      ),
    );
  });

  it('is not changed by packets that come again, late or often', () => {
    fc.assert(
      fc.property(soundSession, fc.array(fc.nat({ max: 8 }), { maxLength: 10 }), ({ events }, again) => {
        const repeats = again.flatMap((at) => events[at] ?? []);

        expect(sessionsOf([...events, ...repeats])).toEqual(sessionsOf(events));
      }),
    );
  });

  it('IW-14: is exact whatever was lost on the way, if the last packet came', () => {
    fc.assert(
      fc.property(soundSession, fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }), (session, lost) => {
        const arrived = session.events.filter((_, at) => at === session.events.length - 1 || lost[at] !== true);

        expect(sessionsOf(arrived)).toMatchObject([
          { startedAt: t0, sessionSeconds: session.second, upOctets: session.up, downOctets: session.down },
        ]);
      }),
    );
  });
});

describe('any packets at all', () => {
  it('never make octets or time of a session fall, nor open one that is closed', () => {
    fc.assert(
      fc.property(anyPackets, (events) => {
        const sessions = new Map<string, SessionState>();
        let current: SessionState | undefined;
        for (const event of events) {
          for (const next of applyEvent(current, event)) {
            const before = sessions.get(next.key);
            if (before !== undefined) expectNoStepBack(before, next);
            sessions.set(next.key, next);
            current = next;
          }
        }
      }),
    );
  });

  it('make sessions that storing does not change', () => {
    fc.assert(
      fc.property(anyPackets, (events) => {
        for (const session of sessionsOf(events)) {
          expect(fromStored(JSON.parse(JSON.stringify(toStored(session))))).toEqual(session);
        }
      }),
    );
  });

  it('change nothing when the last of them comes again at once', () => {
    fc.assert(
      fc.property(anyPackets, (events) => {
        const last = events.at(-1);
        if (last === undefined) return;

        expect(sessionsOf([...events, last])).toEqual(sessionsOf(events));
      }),
    );
  });
});

function expectNoStepBack(before: SessionState, next: SessionState): void {
  expect(next.upOctets >= before.upOctets && next.downOctets >= before.downOctets).toBe(true);
  expect(next.sessionSeconds).toBeGreaterThanOrEqual(before.sessionSeconds);
  expect(next.updatedAt).toBeGreaterThanOrEqual(before.updatedAt);
  if (before.stoppedAt !== undefined) expect(next.stoppedAt).toBeDefined();
}

function sessionsOf(events: readonly AccountingEvent[]): SessionState[] {
  const sessions = new Map<string, SessionState>();
  let current: SessionState | undefined;
  for (const event of events) {
    for (const next of applyEvent(current, event)) {
      sessions.set(next.key, next);
      current = next;
    }
  }
  return [...sessions.values()];
}

function words(up: bigint, down: bigint) {
  const [low, high] = [(octets: bigint) => Number(octets % 2n ** 32n), (octets: bigint) => Number(octets / 2n ** 32n)];
  return { inputOctets: low(up), inputGigawords: high(up), outputOctets: low(down), outputGigawords: high(down) };
}
