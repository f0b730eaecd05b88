import { describe, expect, it } from 'vitest';
import type { AccountingEvent } from '../../src/accounting/event.ts';
import { applyEvent, closeByNas, moveSession } from '../../src/accounting/fold.ts';
import type { SessionState } from '../../src/accounting/sessions/session-state.ts';
import { nasPacket, packet, t0, used } from '../support/accounting-event.ts';

describe('a session from Start to Stop', () => {
  it('IW-11: begins, goes on and ends with its packets', () => {
    const address = { framedIpAddress: '10.0.0.7', callingStationId: '02:00:00:00:00:01' };

    const session = fold(
      packet('start', 0, address),
      packet('interim', 120, used(120, 1000, 9000)),
      packet('stop', 300, { ...used(300, 2500, 20_000), terminateCause: 1 }),
    );

    expect(session).toMatchObject({
      ...address,
      startedAt: t0,
      stoppedAt: t0 + 300_000,
      sessionSeconds: 300,
      upOctets: 2500n,
      downOctets: 20_000n,
      terminateCause: 'User-Request',
    });
  });

  it('IW-12: counts Input as the upload of the subscriber', () => {
    expect(fold(packet('interim', 60, { sessionSeconds: 60, inputOctets: 5 }))).toMatchObject({
      upOctets: 5n,
      downOctets: 0n,
    });
  });

  it('IW-13: counts Output as the download of the subscriber', () => {
    expect(fold(packet('interim', 60, { sessionSeconds: 60, outputOctets: 5 }))).toMatchObject({
      upOctets: 0n,
      downOctets: 5n,
    });
  });

  it('takes an address that only an Interim tells', () => {
    expect(fold(packet('start', 0), packet('interim', 60, { framedIpAddress: '10.0.0.9' })).framedIpAddress).toBe(
      '10.0.0.9',
    );
  });

  it('takes the username that its Start left out', () => {
    const { username: _username, ...unnamed } = packet('start', 0);

    const session = fold(unnamed, packet('interim', 60, used(60, 1, 1)));

    expect(session.username).toBe('anna');
  });

  it('keeps its Acct-Session-Id as the NAS spells it', () => {
    const session = fold(
      packet('start', 0, { sessionId: '8110a0ff', sentSessionId: '0x8110A0FF' }),
      packet('interim', 60, { sessionId: '8110a0ff', ...used(60, 1, 1) }),
    );

    expect(session).toMatchObject({ sessionId: '8110a0ff', sentSessionId: '0x8110A0FF' });
    expect(fold(packet('start', 0))?.sentSessionId).toBeUndefined();
  });

  it('keeps the number of a cause that has no word', () => {
    expect(fold(packet('stop', 10, { terminateCause: 99 })).terminateCause).toBe('Cause-99');
  });
});

describe('a session whose packets were lost', () => {
  it('IW-14: begun before its first Interim, as long ago as that says', () => {
    expect(fold(packet('interim', 500, used(400, 1, 1)))).toMatchObject({
      startedAt: t0 + 100_000,
      sessionSeconds: 400,
    });
  });

  it('IW-14: known by its Stop alone, whole and closed', () => {
    const session = fold(packet('stop', 500, used(450, 10, 20)));

    expect(session).toMatchObject({
      startedAt: t0 + 50_000,
      stoppedAt: t0 + 500_000,
      sessionSeconds: 450,
      downOctets: 20n,
    });
  });

  it('IW-14: timed by us where the NAS counts no seconds', () => {
    expect(fold(packet('start', 0), packet('stop', 77)).sessionSeconds).toBe(77);
  });

  it('learns its start when the Start comes late', () => {
    const session = fold(packet('interim', 130), packet('start', 131, { delaySeconds: 131 }));

    expect(session).toMatchObject({ startedAt: t0, startKnown: true });
    expect(session.stoppedAt).toBeUndefined();
  });

  it('stays closed when the Start comes after the Stop', () => {
    expect(step(fold(packet('stop', 60, used(60, 1, 1))), packet('start', 61))).toEqual([]);
    expect(step(fold(packet('start', 0), packet('stop', 5)), packet('start', 6))).toEqual([]);
  });

  it('stays closed and as it was when an Interim comes after the Stop', () => {
    const closed = fold(packet('start', 0), packet('stop', 100, used(100, 50, 50)));

    expect(step(closed, packet('interim', 101, used(60, 30, 30)))).toEqual([]);
    expect(step(closed, packet('interim', 160, used(160, 90, 90)))).toEqual([]);
    expect(step(closed, packet('stop', 160, used(160, 90, 90)))).toEqual([]);
  });
});

describe('packets that come twice', () => {
  const session = fold(packet('start', 0), packet('interim', 60, used(60, 100, 100)));

  it.each([
    ['a Start', packet('start', 2)],
    ['a Start with a later delay', packet('start', 20, { delaySeconds: 20 })],
    ['an Interim', packet('interim', 61, used(60, 100, 100))],
    ['an Interim with a later delay', packet('interim', 90, { ...used(60, 100, 100), delaySeconds: 30 })],
    ['an older Interim', packet('interim', 62, used(30, 40, 40))],
  ])('%s changes nothing', (_, again) => {
    expect(step(session, again)).toEqual([]);
  });

  it('an Interim without session time or news, soon after, changes nothing', () => {
    const bare = fold(packet('start', 0), packet('interim', 60));

    expect(step(bare, packet('interim', 61))).toEqual([]);
    expect(step(bare, packet('interim', 120))).toMatchObject([{ updatedAt: t0 + 120_000, sessionSeconds: 120 }]);
  });
});

describe('an Acct-Session-Id that is used again', () => {
  const old = fold(packet('start', 0), packet('interim', 600, used(600, 7000, 7000)));

  it('ends the open session where it was last seen, and begins a new one', () => {
    const [lost, fresh] = step(old, packet('start', 4000));

    expect(lost).toMatchObject({ key: old.key, stoppedAt: t0 + 600_000, terminateCause: 'Lost', upOctets: 7000n });
    expect(fresh).toMatchObject({ startedAt: t0 + 4_000_000, upOctets: 0n });
    expect(fresh?.key).not.toBe(old.key);
  });

  it('is of a new session after a Stop, if the Start is stamped later', () => {
    const closed = fold(packet('start', 0), packet('stop', 50, used(50, 1, 1)));

    const later = packet('start', 55, { eventTimestamp: (t0 + 55_000) / 1000 });

    expect(step(closed, later)).toMatchObject([{ startedAt: t0 + 55_000, upOctets: 0n }]);
    expect(step(closed, packet('start', 4000))).toMatchObject([{ startedAt: t0 + 4_000_000 }]);
  });

  it('is of a new session after a Stop also when its Start was lost', () => {
    const closed = fold(packet('start', 0), packet('stop', 50, used(50, 1, 1)));

    const [fresh] = step(closed, packet('interim', 4000, used(100, 5, 5)));

    expect(fresh).toMatchObject({ startedAt: t0 + 3_900_000, upOctets: 5n });
    expect(fresh?.stoppedAt).toBeUndefined();
  });

  it('is of a new session when Stop and Start were both lost', () => {
    const [lost, fresh] = step(old, packet('interim', 4000, used(100, 5, 5)));

    expect(lost).toMatchObject({ key: old.key, upOctets: 7000n, terminateCause: 'Lost' });
    expect(fresh).toMatchObject({ startedAt: t0 + 3_900_000, upOctets: 5n });
  });

  it('has a key of its own each time, though a NAS whose clock is set back begins two at one moment', () => {
    const startAt = (second: number, stamp: number) =>
      packet('start', second, { eventTimestamp: (t0 + stamp * 1000) / 1000 });
    let session: SessionState | undefined;
    const keys = [startAt(0, 0), startAt(1000, -500), startAt(2000, 0)].map((start, time) => {
      const closed = session && closeByNas(session, nasPacket('on', time * 1000 - 100));
      session = step(closed, start).at(-1);
      return session?.key;
    });

    expect(new Set(keys).size).toBe(3);
    expect(session?.startedAt).toBe(t0);
  });

  it('does not lend the new session what late packets of the old one say', () => {
    const [, fresh] = step(old, packet('start', 4000));

    expect(step(fresh, packet('interim', 4001, { ...used(900, 9999, 9999), delaySeconds: 3101 }))).toEqual([]);
    expect(step(fresh, packet('stop', 4001, { ...used(900, 9999, 9999), delaySeconds: 3101 }))).toEqual([]);
  });
});

describe('counters', () => {
  const gigabytes = (second: number, low: number, high?: number) =>
    packet('interim', second, {
      sessionSeconds: second,
      outputOctets: low,
      ...(high === undefined ? {} : { outputGigawords: high }),
    });

  it('are joined with their Gigawords', () => {
    expect(fold(gigabytes(60, 5, 3)).downOctets).toBe(3n * 2n ** 32n + 5n);
  });

  it('keep their high word when Gigawords are left out', () => {
    expect(fold(gigabytes(60, 5, 3), gigabytes(120, 9)).downOctets).toBe(3n * 2n ** 32n + 9n);
  });

  it('go on to the next high word when Gigawords are left out and the low word fell', () => {
    expect(fold(gigabytes(60, 5, 3), gigabytes(120, 2)).downOctets).toBe(4n * 2n ** 32n + 2n);
  });

  it('are taken to go round where there are no Gigawords and the way over the end is short', () => {
    expect(fold(gigabytes(60, 2 ** 32 - 1000), gigabytes(120, 500)).downOctets).toBe(2n ** 32n + 500n);
  });

  it('that begin anew while time goes on add to what there was', () => {
    expect(fold(gigabytes(60, 5000, 0), gigabytes(120, 1000, 0), gigabytes(180, 1500, 0)).downOctets).toBe(6500n);
  });

  it('that are lower at an earlier time are old news', () => {
    expect(fold(gigabytes(120, 5000, 0), gigabytes(60, 1000, 0)).downOctets).toBe(5000n);
  });

  it('that are absent change nothing', () => {
    expect(fold(gigabytes(60, 5000, 0), packet('stop', 90, { sessionSeconds: 90 })).downOctets).toBe(5000n);
  });
});

describe('the time of a packet', () => {
  const stamp = (second: number) => (t0 + second * 1000) / 1000;

  it('is its Event-Timestamp within a day', () => {
    expect(fold(packet('start', 100, { eventTimestamp: stamp(40) })).startedAt).toBe(t0 + 40_000);
  });

  it('is its arrival when the NAS lives in another year', () => {
    expect(fold(packet('start', 100, { eventTimestamp: 1000 }))).toMatchObject({
      startedAt: t0 + 100_000,
      startFrom: 'arrival',
    });
  });

  it('is its arrival less its delay', () => {
    expect(fold(packet('start', 100, { delaySeconds: 30 }))).toMatchObject({
      startedAt: t0 + 70_000,
      startFrom: 'delay',
    });
  });

  it('believes no delay of more than a week, nor one longer than the session', () => {
    expect(fold(packet('start', 100, { delaySeconds: 8 * 86_400 })).startedAt).toBe(t0 + 100_000);
    expect(fold(packet('start', 0), packet('stop', 100, { delaySeconds: 3000 })).stoppedAt).toBe(t0 + 100_000);
  });

  it('may jump when the NAS sets its clock, which ends no session, and puts right when it began', () => {
    const session = fold(
      packet('start', 0, { eventTimestamp: stamp(-36_000) }),
      packet('interim', 60, { ...used(60, 1, 1), eventTimestamp: stamp(60) }),
      packet('interim', 120, { ...used(120, 2, 2), eventTimestamp: stamp(120) }),
    );

    expect(session).toMatchObject({ upOctets: 2n, sessionSeconds: 120, startedAt: t0 });
  });

  it('leaves no packet to the session before, however often our clock was set back and, unseen, right again', () => {
    const year = 365 * 86_400_000;
    const session = fold(
      packet('interim', 0, used(1000, 1, 1)),
      packet('interim', 60, { ...used(1060, 2, 2), clockSet: -year }),
      packet('interim', 120, { ...used(1120, 3, 3), clockSet: -2 * year }),
      packet('interim', 180, { ...used(1180, 4, 4), clockSet: -2 * year }),
    );

    expect(session).toMatchObject({ upOctets: 4n, sessionSeconds: 1180, startedAt: t0 - 1_000_000 });
  });
});

describe('Accounting-On and Accounting-Off', () => {
  const session = fold(packet('start', 0, { nasIdentifier: 'a' }), packet('interim', 60, used(60, 1, 1)));

  it('end a session of that NAS where it was last seen', () => {
    expect(closeByNas(session, nasPacket('on', 600))).toMatchObject({
      stoppedAt: t0 + 60_000,
      terminateCause: 'NAS-Reboot',
    });
    expect(closeByNas(session, nasPacket('off', 600, { terminateCause: 7 }))?.terminateCause).toBe('Admin-Reboot');
    expect(closeByNas(session, nasPacket('off', 600))?.terminateCause).toBe('NAS-Reboot');
  });

  it('leave alone what is not theirs, what began later, and what is closed', () => {
    expect(closeByNas(session, nasPacket('on', 600, { nas: 'core-2' }))).toBeUndefined();
    expect(closeByNas(session, nasPacket('on', 600, { nasIdentifier: 'b' }))).toBeUndefined();
    expect(closeByNas(session, nasPacket('on', 600, { delaySeconds: 601 }))).toBeUndefined();
    expect(closeByNas(fold(packet('stop', 1)), nasPacket('on', 600))).toBeUndefined();
  });

  it('do not keep the Stop from having the last word', () => {
    const closed = closeByNas(session, nasPacket('off', 600));

    const [final] = step(closed, packet('stop', 601, { ...used(590, 44, 55), terminateCause: 7, delaySeconds: 11 }));

    expect(final).toMatchObject({
      stoppedAt: t0 + 590_000,
      upOctets: 44n,
      sessionSeconds: 590,
      terminateCause: 'Admin-Reboot',
    });
  });

  it('let the next Start under the same id begin a session', () => {
    const closed = closeByNas(session, nasPacket('on', 600));

    expect(step(closed, packet('start', 601))).toMatchObject([{ startedAt: t0 + 601_000 }]);
    expect(step(closed, packet('interim', 660, used(660, 5, 5)))).toEqual([]);
  });

  it('make no session of their own, nor do Failed and unknown statuses', () => {
    for (const event of [nasPacket('on', 0), packet('failed', 0), packet('other', 0)]) {
      expect(applyEvent(undefined, event)).toEqual([]);
      expect(applyEvent(session, event)).toEqual([]);
    }
  });
});

describe('a session whose router is renamed, and named as before again', () => {
  it('is stored under a key of its own each time', () => {
    const first = fold(packet('start', 0), packet('interim', 60, used(60, 5, 5)));
    const move = (session: SessionState | undefined, to: string) =>
      session && moveSession(session, { ...named, key: session.key, nas: session.nas, to }, undefined)?.moved;
    const named = { status: 'moved', sessionId: first.sessionId, receivedAt: t0 + 100_000 } as const;

    const away = move(first, 'core-9');
    const back = move(away, 'core-1');

    expect(new Set([first.key, away?.key, back?.key]).size).toBe(3);
    expect(back?.nas).toBe('core-1');
  });
});

function step(session: SessionState | undefined, event: AccountingEvent): readonly SessionState[] {
  return applyEvent(session, event);
}

/** The newest session after these packets. */
function fold(...events: readonly AccountingEvent[]): SessionState {
  let session: SessionState | undefined;
  for (const event of events) session = applyEvent(session, event).at(-1) ?? session;
  if (session === undefined) throw new Error('no session');
  return session;
}
