import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionJson } from '../../../src/accounting/sessions/view.ts';
import { visitsOf } from '../../../src/accounting/sessions/visits.ts';

const t0 = Date.UTC(2026, 0, 1);
const at = (minute: number) => new Date(t0 + minute * 60_000).toISOString();

function session(key: string, from: number, till: number | undefined, more: Partial<SessionJson> = {}): SessionJson {
  return {
    ...{ key, nas: `ap-${key}`, sessionId: key, username: 'anna', startedAt: at(from), updatedAt: at(from) },
    ...{ sessionSeconds: 0, upOctets: '1', downOctets: '10', stale: false, callingStationId: '02:00:00:00:00:01' },
    ...(till === undefined ? {} : { stoppedAt: at(till) }),
    ...more,
  };
}

describe('a visit', () => {
  it('is of sessions of one device that follow one another; time that two share counts once, octets of all', () => {
    const found = visitsOf([session('1', 0, 60), session('2', 58, 90), session('3', 93, undefined)], t0 + 120 * 60_000);

    expect(found).toEqual([
      {
        ...{ username: 'anna', callingStationId: '02:00:00:00:00:01', nas: ['ap-1', 'ap-2', 'ap-3'] },
        ...{ startedAt: at(0), seconds: (90 + 27) * 60, upOctets: '3', downOctets: '30', sessions: ['1', '2', '3'] },
      },
    ]);
  });

  it('is of sessions that share an Acct-Multi-Session-Id, however far apart, and of no other device or user', () => {
    const found = visitsOf(
      [
        session('1', 0, 10, { multiSessionId: 'm' }),
        session('2', 60, 70, { multiSessionId: 'm', callingStationId: '02:00:00:00:00:09' }),
        session('3', 61, 71, { callingStationId: '02:00:00:00:00:05' }),
        session('4', 11, 12, { username: 'ben', multiSessionId: 'm' }),
      ],
      t0,
    );

    expect(found.map(({ sessions }) => sessions)).toEqual([['3'], ['4'], ['1', '2']]);
  });

  it('has each session once and all octets, whatever their order', () => {
    const one = fc.record({
      from: fc.integer({ min: 0, max: 100 }),
      lasts: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
      device: fc.constantFrom('02:00:00:00:00:01', '02-00-00-00-00-01', '02:00:00:00:00:02'),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), fc.nat(), (all, turn) => {
        const sessions = all.map(({ from, lasts, device }, key) =>
          session(`${key}`, from, lasts === undefined ? undefined : from + lasts, { callingStationId: device }),
        );
        const from = sessions.length === 0 ? 0 : turn % sessions.length;
        const turned = [...sessions.slice(from), ...sessions.slice(0, from)];

        const visits = visitsOf(turned, t0 + 1000 * 60_000);

        expect(visits.flatMap((visit) => visit.sessions).toSorted()).toEqual(sessions.map(({ key }) => key).toSorted());
        expect(visits.reduce((sum, visit) => sum + BigInt(visit.downOctets), 0n)).toBe(BigInt(sessions.length) * 10n);
        const spans = (list: ReturnType<typeof visitsOf>) =>
          list.map(({ startedAt, seconds }) => `${startedAt} ${seconds}`);
        expect(spans(visits).toSorted()).toEqual(spans(visitsOf(sessions, t0 + 1000 * 60_000)).toSorted());
      }),
    );
  });
});
