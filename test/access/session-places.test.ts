import { describe, expect, it } from 'vitest';
import { type OpenSession, sessionPlaces } from '../../src/access/session-places.ts';

const start = Date.UTC(2026, 0, 15);
const one = { sessions: { max: 1, whenExceeded: 'refuse' } } as const;
const newest = { sessions: { max: 1, whenExceeded: 'replace-oldest' } } as const;
const two = { sessions: { max: 2, whenExceeded: 'replace-oldest' } } as const;

function session(id: string, device: string, more: Partial<OpenSession> = {}): OpenSession {
  const known = { key: id, nas: 'core-1', sessionId: id, username: 'anna', startedAt: start };
  return { ...known, callingStationId: device, ...more };
}

/** Places, with sessions that tests begin and end. */
function lab() {
  const open: OpenSession[] = [];
  const ended: string[] = [];
  const places = sessionPlaces({
    open: (username) => open.filter((each) => each.username === username),
    deviceOf: (text) => text.toUpperCase(),
    end: ({ key }) => ended.push(key),
  });
  const newcomer = (device: string, nas: string) => ({ username: 'anna', nas, device });
  return {
    open,
    ended,
    take: (device: string, rules: Parameters<typeof places.take>[1], now = start, nas = 'core-1') =>
      places.take(newcomer(device, nas), rules, 120, now),
    begin(each: OpenSession) {
      open.push(each);
      places.seen(each);
    },
    stop(each: OpenSession) {
      open.splice(open.indexOf(each), 1);
      places.seen({ ...each, stoppedAt: start + 1 });
    },
  };
}

describe('a login that may have one session', () => {
  it('has one place for two that come at once', () => {
    const { take } = lab();

    expect(take('A', one)).toBeUndefined();
    expect(take('B', one)).toBe('too-many-sessions');
  });

  it('holds the place for a minute when nothing is heard of the session', () => {
    const { take } = lab();
    take('A', one);

    expect(take('B', one, start + 59_999)).toBe('too-many-sessions');
    expect(take('B', one, start + 60_000)).toBeUndefined();
  });

  it('has its place again when the session was short, at once', () => {
    const { take, begin, stop } = lab();
    const short = session('1', 'a');
    take('A', one);
    begin(short);
    stop(short);

    expect(take('B', one)).toBeUndefined();
  });

  it('takes its own place again from the same device, which dials anew', () => {
    const { take, begin, ended } = lab();
    take('A', one);
    begin(session('1', 'a'));

    expect(take('A', one)).toBeUndefined();
    expect(take('B', one)).toBe('too-many-sessions');
    expect(ended).toEqual([]);
  });

  it('goes with its device to another NAS, and leaves no ghost behind', () => {
    const { take, begin, ended } = lab();
    begin(session('1', 'a'));

    expect(take('A', one, start, 'core-2')).toBeUndefined();
    expect(ended).toEqual(['1']);
  });

  it('is let in though the clock was set back', () => {
    const { take } = lab();
    take('A', one);

    expect(take('A', one, start - 3_600_000)).toBeUndefined();
  });
});

describe('a login whose newest session counts', () => {
  it('ends the oldest, once', () => {
    const { take, begin, ended } = lab();
    begin(session('1', 'a', { startedAt: start - 2 }));
    begin(session('2', 'b', { startedAt: start - 1 }));

    expect(take('C', two)).toBeUndefined();
    expect(ended).toEqual(['1']);
    expect(take('C', two)).toBeUndefined();
    expect(ended).toEqual(['1']);
  });

  it('ends one that was let in and had not begun yet, as soon as it begins', () => {
    const { take, begin, ended } = lab();
    take('A', newest);
    take('B', newest);
    begin(session('1', 'a'));
    begin(session('2', 'b'));

    expect(ended).toEqual(['1']);
  });

  it('ends all but the newest of any number that come at once, in whatever order they begin', () => {
    for (const order of ['ABCD', 'DCBA', 'BDAC']) {
      const { take, begin, ended } = lab();
      for (const device of 'ABCD') expect(take(device, newest)).toBeUndefined();

      for (const device of order) begin(session(device, device));

      expect(ended.toSorted()).toEqual(['A', 'B', 'C']);
    }
  });

  it('keeps the session of one that lost its place and took it again', () => {
    const { take, begin, ended } = lab();
    for (const device of 'ABA') take(device, newest);

    for (const device of 'AB') begin(session(device, device));

    expect(ended).toEqual(['B']);
  });

  it('ends what one left at the NAS where it lost its place, when that begins after all', () => {
    const { take, begin, ended } = lab();
    take('A', newest);
    take('B', newest);
    take('A', newest, start, 'core-2');

    begin(session('ghost', 'a'));
    begin(session('2', 'b'));
    begin(session('3', 'a', { nas: 'core-2' }));

    expect(ended).toEqual(['ghost', '2']);
  });
});

describe('devices of a login at once', () => {
  const rules = { devices: { max: 1, lock: false } };

  it('are counted, and not their sessions', () => {
    const { take, begin } = lab();
    take('A', rules);
    begin(session('1', 'a'));
    begin(session('2', 'a'));

    expect(take('A', rules)).toBeUndefined();
    expect(take('B', rules)).toBe('too-many-devices');
  });
});
