import { describe, expect, it } from 'vitest';
import { SessionIndex } from '../../../src/accounting/sessions/session-index.ts';
import type { SessionState } from '../../../src/accounting/sessions/session-state.ts';

function session(at: number, username: string, more: Partial<SessionState> = {}): SessionState {
  return {
    key: `k${at}`,
    nas: 'core-1',
    sessionId: `s${at}`,
    username,
    startedAt: at,
    updatedAt: at,
    sessionSeconds: 0,
    upOctets: 0n,
    downOctets: 0n,
    ...more,
  } as SessionState;
}

describe('sessions in memory', () => {
  it('may be forty thousand under one username, as of a hotspot that names nobody', () => {
    const index = new SessionIndex(10);

    const begun = process.cpuUsage();
    for (let at = 0; at < 40_000; at += 1) index.put(session(at, ''));
    for (let at = 0; at < 39_999; at += 1) index.put(session(at, '', { stoppedAt: at }));

    // Each in its own time, whatever their number: a second would be thirty times what it takes of the processor.
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(3_000);
    expect(index.openOf('').map(({ key }) => key)).toEqual(['k39999']);
  });

  it('are the newest of each username under an id of a NAS', () => {
    const index = new SessionIndex(10);
    index.put(session(1, 'anna', { sessionId: 'x' }));
    index.put(session(2, 'ben', { sessionId: 'x' }));
    index.put(session(1, 'anna', { sessionId: 'x', stoppedAt: 5 }));
    index.put(session(3, 'anna', { sessionId: 'x' }));

    expect(index.named('core-1', 'x').map(({ key }) => key)).toEqual(['k2', 'k3']);
    expect(index.bySessionId('0X').map(({ key }) => key)).toEqual([]);
    expect(index.bySessionId('X').map(({ key }) => key)).toEqual(['k2', 'k3']);
  });

  it('are found by id and username, be it that ten thousand NAS have a session of that id', () => {
    const index = new SessionIndex(10);
    const at = (nas: number) => ({ sessionId: '81200001', nas: `core-${nas}` });
    for (let nas = 0; nas < 10_000; nas += 1) index.put(session(nas, `user-${nas}`, at(nas)));
    index.put(session(10_001, 'user-7', { sessionId: '81200002' }));

    const begun = process.cpuUsage();
    for (let nas = 0; nas < 10_000; nas += 1) {
      expect(index.openNamed('0x81200001', `user-${nas}`).length).toBe(1);
    }

    // To go through all of them each time takes longer than ten seconds of the processor.
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(3_000);
    expect(index.openNamed('81200001', 'user-7').map(({ key }) => key)).toEqual(['k7']);
    expect(index.openNamed('81200003', 'user-7')).toEqual([]);
  });

  it('are found by id and username among ten thousand who share a name, too', () => {
    const index = new SessionIndex(10);
    for (let at = 0; at < 10_000; at += 1) index.put(session(at, ''));
    index.put(session(10_001, 'anna', { sessionId: 's7' }));

    expect(index.openNamed('S7', '').map(({ key }) => key)).toEqual(['k7']);
  });

  it('are alone as long as no other of their username is open anywhere', () => {
    const index = new SessionIndex(10);
    const [one, elsewhere] = [session(1, 'anna'), session(2, 'anna', { nas: 'core-2' })];
    index.put(one);

    expect(index.isOpenAlone(one)).toBe(true);
    index.put(elsewhere);
    expect([index.isOpenAlone(one), index.isOpenAlone(elsewhere)]).toEqual([false, false]);
    index.put({ ...one, stoppedAt: 5 });
    expect([index.isOpenAlone(one), index.isOpenAlone(elsewhere)]).toEqual([false, true]);
  });

  it('are told from others of their username on their NAS', () => {
    const index = new SessionIndex(10);
    const [one, elsewhere] = [session(1, 'anna'), session(2, 'anna', { nas: 'core-2' })];
    index.put(one);
    index.put(elsewhere);

    expect([index.isOnlyOne(one), index.isOnlyOne(elsewhere)]).toEqual([true, true]);
    index.put(session(3, 'anna'));
    expect([index.isOnlyOne(one), index.isOnlyOne(elsewhere)]).toEqual([false, true]);
    index.put({ ...one, stoppedAt: 5 });
    expect(index.isOnlyOne(one)).toBe(false);
  });

  it('are forgotten, the oldest closed one first, with the id they had', () => {
    const index = new SessionIndex(1);
    index.put(session(1, 'anna', { stoppedAt: 1 }));
    index.put(session(2, 'ben', { stoppedAt: 2 }));

    expect(index.named('core-1', 's1')).toEqual([]);
    expect([...index.closed()].map(({ key }) => key)).toEqual(['k2']);
  });
});
