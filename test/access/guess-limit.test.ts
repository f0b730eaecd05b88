import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GuessLimit, type GuessPlace, guessLimit } from '../../src/access/guess-limit.ts';

const home: GuessPlace = { username: 'anna', nas: 'core-1', callingStationId: 'AA:BB:CC:00:00:01' };
const thief: GuessPlace = { username: 'anna', nas: 'cafe-1', callingStationId: '66:66:66:66:66:66' };
const seed = 0x1234_5678;

/** Guesses wrong as fast as it may, at one moment. @returns how often the password was looked at */
function guess(limit: GuessLimit, place: GuessPlace, tries: number, now: number): number {
  let looked = 0;
  for (let time = 0; time < tries; time += 1) {
    if (limit.refuses(place, now)) continue;
    looked += 1;
    limit.failed(place, true, now);
  }
  return looked;
}

/** The same for some time, a thousand tries each second. */
function guessFor(limit: GuessLimit, seconds: number, place: (second: number) => GuessPlace): number {
  let looked = 0;
  for (let second = 0; second < seconds; second += 1) looked += guess(limit, place(second), 1000, second * 1000);
  return looked;
}

describe('many known devices of one account', () => {
  const mac = (at: number) => `02:00:00:00:01:${at.toString(16).padStart(2, '0')}`;
  const devices = Array.from(
    { length: 50 },
    (_, at): GuessPlace => ({ ...home, nas: `cafe-${at}`, callingStationId: mac(at) }),
  );

  it('have hardly more tries together than one, and the user on one by which nobody guesses is free', () => {
    const limit = guessLimit(seed);
    for (const device of [...devices, home]) limit.succeeded(device);
    let looked = 0;

    for (let second = 0; second < 120; second += 1) {
      for (const device of devices) looked += guess(limit, device, 10, second * 1000);
      expect(limit.refuses(home, second * 1000)).toBe(false);
    }

    // One in a second, one more by each in half a minute, and what is free at first.
    expect(looked).toBeLessThan(120 + 50 * 5 + 25);
    expect(looked).toBeGreaterThan(120);
  });
});

describe('a device that is known to be the user’s without having been in', () => {
  const own = (username: string, mac: string) => username === 'anna' && mac === 'AA:BB:CC:00:00:01';

  it.each(['AA:BB:CC:00:00:01', 'aa-bb-cc-00-00-01', 'aabb.cc00.0001'])('is counted for itself, as %s', (spelling) => {
    const limit = guessLimit(seed, {}, own);

    guessFor(limit, 10, () => thief);

    expect(limit.refuses({ ...thief, callingStationId: spelling }, 9_500)).toBe(false);
    expect(limit.refuses({ ...thief, callingStationId: 'AA:BB:CC:00:00:02' }, 9_500)).toBe(true);
  });

  it('is found in any spelling where it was in as the NAS spelt it', () => {
    const limit = guessLimit(seed);
    limit.succeeded(home);

    guessFor(limit, 10, () => thief);

    expect(limit.refuses({ ...thief, callingStationId: 'aa-bb-cc-00-00-01' }, 9_500)).toBe(false);
  });
});

describe('attempts of which it is not known yet what they are', () => {
  it('are waited for by those that they would have refused, until one is known', async () => {
    const limit = guessLimit(seed);
    const known = Array.from({ length: 5 }, () => limit.open(thief, true, 0));
    const refused = limit.refuses(thief, 0);
    const waiting = limit.whenKnown(thief);

    known[0]?.();
    await waiting;

    expect(refused).toBe(true);
    expect(limit.refuses(thief, 0)).toBe(false);
    for (const each of known.slice(1)) each();
    expect(limit.whenKnown(thief)).toBeUndefined();
  });

  it('are waited for by nobody of another account and device', () => {
    const limit = guessLimit(seed);
    limit.open(thief, true, 0);

    expect(limit.whenKnown({ ...home, username: 'ben' })).toBeUndefined();
    expect(limit.whenKnown({ ...thief, username: 'ben' })).toBeDefined();
  });
});

describe('somebody who guesses passwords of one account', () => {
  it('has five tries, then one in a second', () => {
    expect(guessFor(guessLimit(seed), 1, () => thief)).toBe(5);
    expect(guessFor(guessLimit(seed), 60, () => thief)).toBe(64);
  });

  it('has no more from ever new devices, and of those of ever new NAS', () => {
    const mac = (second: number) => `02:00:00:00:00:${second.toString(16).padStart(2, '0')}`;

    const devices = guessFor(guessLimit(seed), 60, (second) => ({ ...thief, callingStationId: mac(second) }));
    const nas = guessFor(guessLimit(seed), 60, (second) => ({ ...thief, nas: `cafe-${second}` }));

    expect([devices, nas]).toEqual([64, 64]);
  });

  it('does not hold up the user on a device that was in before, nor a new device at the NAS of it', () => {
    const limit = guessLimit(seed);
    limit.succeeded(home);

    guessFor(limit, 60, () => thief);

    expect(limit.refuses(thief, 59_500)).toBe(true);
    expect(limit.refuses(home, 59_500)).toBe(false);
    expect(limit.refuses({ ...home, callingStationId: 'AA:BB:CC:00:00:02' }, 59_500)).toBe(false);
  });

  it('at the very NAS of the user, holds up no device that was in before', () => {
    const limit = guessLimit(seed);
    limit.succeeded(home);

    guessFor(limit, 60, () => ({ ...thief, nas: 'core-1' }));

    expect(limit.refuses({ ...thief, nas: 'core-1' }, 59_500)).toBe(true);
    expect(limit.refuses(home, 59_500)).toBe(false);
  });

  it('leaves the user on a new device the try of each second', () => {
    const limit = guessLimit(seed);
    guess(limit, thief, 10, 0);

    expect(limit.refuses(home, 999)).toBe(true);
    expect(limit.refuses(home, 1000)).toBe(false);
  });

  it('is forgotten when it is over, and nothing is watched any more', () => {
    const limit = guessLimit(seed);
    expect(limit.isWatching()).toBe(false);
    guess(limit, thief, 10, 0);
    expect(limit.isWatching()).toBe(true);

    guess(limit, { ...thief, username: 'berta', callingStationId: '66:66:66:66:66:67' }, 1, 60_000);

    expect(limit.refuses(thief, 60_000)).toBe(false);
  });
});

describe('attempts of which it is not known yet what they are', () => {
  it('count as guesses until then, so that no more are open at a time than are free', () => {
    const limit = guessLimit(seed);
    const open: (() => void)[] = [];
    for (let time = 0; time < 100; time += 1) if (!limit.refuses(thief, 0)) open.push(limit.open(thief, true, 0));

    expect(open).toHaveLength(5);
    open[0]?.();
    expect(limit.refuses(thief, 0)).toBe(false);
    for (const known of open.slice(1)) known();
    expect(guess(limit, thief, 100, 0)).toBe(5);
  });

  it('are taken back where they were counted, whoever has become known meanwhile', () => {
    const limit = guessLimit(seed);
    const known = limit.open(home, true, 0);
    limit.succeeded(home);
    known();

    expect(guess(limit, thief, 100, 0)).toBe(5);
  });

  it('leave guesses at one in a second when each turns out to be one, however long it took', () => {
    const limit = guessLimit(seed);
    const open: (() => void)[] = [];
    let looked = 0;
    for (let now = 0; now < 60_000; now += 100) {
      if (limit.refuses(thief, now)) continue;
      looked += 1;
      open.push(limit.open(thief, true, now));
      if (open.length < 3) continue;
      open.shift()?.();
      limit.failed(thief, true, now);
    }
    expect(looked).toBeLessThanOrEqual(5 + 60);
  });
});

describe('somebody who tries one password with many accounts', () => {
  it('has twenty tries from one device, then one in a second; known devices are not held up by it', () => {
    const limit = guessLimit(seed);
    const own = { ...home, callingStationId: thief.callingStationId as string };
    limit.succeeded(own);
    let looked = 0;
    for (let account = 0; account < 1000; account += 1) {
      looked += guess(limit, { ...thief, username: `user${account}` }, 1, 0);
    }

    expect(looked).toBe(20);
    expect(limit.refuses(own, 0)).toBe(false);
  });
});

describe('a flood of made-up names', () => {
  it('pushes out nothing that is counted of accounts, and stays bounded', () => {
    const limit = guessLimit(seed, { mostCounted: 100 });
    guess(limit, thief, 10, 0);

    for (let name = 0; name < 10_000; name += 1) limit.failed({ username: `nobody${name}`, nas: 'cafe-1' }, false, 0);

    expect(limit.refuses({ ...thief, callingStationId: 'other' }, 0)).toBe(true);
  });
});

describe('any guesses at any times', () => {
  it('are never more of one account than the time allows', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer(), (waits, anySeed) => {
        const limit = guessLimit(anySeed);
        let [now, looked] = [0, 0];
        for (const wait of waits) {
          now += wait;
          looked += guess(limit, thief, 3, now);
        }
        expect(looked).toBeLessThanOrEqual(5 + now / 1000);
      }),
    );
  });
});
