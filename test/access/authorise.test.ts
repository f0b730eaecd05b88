import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorise, type Decision } from '../../src/access/authorise.ts';
import type { AccessLogin } from '../../src/access/login.ts';
import { longestSessionSeconds, sessionSecondsLeft } from '../../src/access/session-time.ts';
import { Secret } from '../../src/base/secret.ts';
import { hoursOf, hoursText } from '../../src/model/hours.ts';

const now = Date.UTC(2026, 0, 15);
const anna: AccessLogin = {
  username: 'anna',
  password: new Secret('right'),
  state: 'active',
  radius: true,
  limits: { interimSeconds: 120 },
};

function decide(login: AccessLogin | undefined, password = 'right', at = now): Decision {
  return authorise({ credential: { method: 'pap', password: Buffer.from(password) } }, login, at);
}

function timeout(login: AccessLogin): number | undefined {
  const decision = decide(login);
  return decision.verdict === 'accept' ? decision.limits.sessionTimeoutSeconds : undefined;
}

describe('an active subscriber with the right password', () => {
  it('IW-05: is accepted with the limits of the service', () => {
    const limits = { interimSeconds: 300, idleTimeoutSeconds: 600, sessionTimeoutSeconds: 3600 };

    expect(decide({ ...anna, limits })).toEqual({ verdict: 'accept', limits });
  });

  it('has no Session-Timeout when nothing ends the session', () => {
    expect(decide(anna)).toEqual({ verdict: 'accept', limits: { interimSeconds: 120 } });
  });
});

describe('somebody who is not let in', () => {
  it.each<[string, AccessLogin | undefined, string, string]>([
    ['nobody knows', undefined, 'right', 'unknown-subscriber'],
    ['has a wrong password', anna, 'wrong', 'wrong-password'],
    ['is suspended', { ...anna, state: 'suspended' }, 'right', 'suspended'],
    ['is disabled', { ...anna, state: 'disabled' }, 'right', 'disabled'],
    ['expired just now', { ...anna, expires: now }, 'right', 'expired'],
    ['expired, which is applied', { ...anna, state: 'suspended', reason: 'expired', expires: now }, 'right', 'expired'],
    [
      'is suspended, and his time is up',
      { ...anna, state: 'suspended', reason: 'unpaid', expires: 1 },
      'right',
      'suspended',
    ],
    ['is only on routers', { ...anna, radius: false }, 'right', 'local-only'],
    ['is suspended and has a wrong password', { ...anna, state: 'suspended' }, 'wrong', 'wrong-password'],
  ])('because he %s', (_, login, password, reason) => {
    expect(decide(login, password)).toEqual({ verdict: 'reject', reason });
  });

  it('because the method proves nothing', () => {
    expect(authorise({ credential: { method: 'none' } }, anna, now)).toEqual({
      verdict: 'reject',
      reason: 'method-not-possible',
    });
  });
});

describe('the door somebody comes through', () => {
  const request = { credential: { method: 'pap', password: Buffer.from('right') } } as const;
  const athome: AccessLogin = { ...anna, access: ['pppoe'] };

  it('is one their service is sold for', () => {
    expect(authorise({ ...request, door: 'pppoe' }, athome, now)).toMatchObject({ verdict: 'accept' });
    expect(authorise({ ...request, door: 'hotspot' }, athome, now)).toEqual({
      verdict: 'reject',
      reason: 'not-sold-here',
    });
  });

  it('is no matter where it cannot be told, or nothing is said about it', () => {
    expect(authorise(request, athome, now)).toMatchObject({ verdict: 'accept' });
    expect(authorise({ ...request, door: 'hotspot' }, anna, now)).toMatchObject({ verdict: 'accept' });
  });

  it('is told to nobody without the password', () => {
    const guess = { credential: { method: 'pap', password: Buffer.from('guess') }, door: 'hotspot' } as const;

    expect(authorise(guess, athome, now)).toMatchObject({ reason: 'wrong-password' });
  });
});

describe('Session-Timeout', () => {
  const limited = (sessionTimeoutSeconds: number): AccessLogin['limits'] => ({
    interimSeconds: 120,
    sessionTimeoutSeconds,
  });

  it('IW-07: is the sooner of service limit and expiry', () => {
    expect(timeout({ ...anna, limits: limited(3600), expires: now + 60_000 })).toBe(60);
    expect(timeout({ ...anna, limits: limited(30), expires: now + 60_000 })).toBe(30);
  });

  it('IW-07: is 1, never 0, in the last second', () => {
    expect(timeout({ ...anna, expires: now + 1 })).toBe(1);
  });

  it('stays under what RouterOS takes', () => {
    expect(timeout({ ...anna, expires: now + 4e12 })).toBe(longestSessionSeconds);
    expect(timeout({ ...anna, limits: limited(2 ** 33) })).toBe(longestSessionSeconds);
  });

  it('ends no later than expiry and is always a number a router takes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 ** 13 }),
        fc.option(fc.integer({ min: 1, max: 10 ** 9 })),
        (left, own) => {
          const limits = own === null ? { interimSeconds: 120 } : limited(own);

          const seconds = timeout({ ...anna, limits, expires: now + left }) ?? Number.NaN;

          expect(Number.isInteger(seconds)).toBe(true);
          expect(seconds >= 1 && seconds <= longestSessionSeconds).toBe(true);
          expect(seconds * 1000 <= Math.max(left, 1000)).toBe(true);
        },
      ),
    );
  });
});

describe('somebody suspended who is to meet a page', () => {
  const granted = { interimSeconds: 120, idleTimeoutSeconds: 60 };
  const ben: AccessLogin = { ...anna, state: 'suspended', whileSuspended: { ...granted, page: {} }, expires: now - 1 };
  const at = (login: AccessLogin, redirects: boolean, door?: 'pppoe' | 'dhcp', password = 'right'): Decision =>
    authorise({ credential: { method: 'pap', password: Buffer.from(password) }, door, redirects }, login, now);

  it('is let in with the limits for that, where the NAS can keep him to it', () => {
    expect(at(ben, true)).toEqual({ verdict: 'accept', limits: granted, redirected: 'suspended' });
    expect(at(ben, false)).toEqual({ verdict: 'reject', reason: 'suspended' });
    expect(decide(ben)).toEqual({ verdict: 'reject', reason: 'suspended' });
  });

  it('is so from the moment his time is up, and told apart', () => {
    expect(at({ ...ben, state: 'active' }, true)).toMatchObject({ verdict: 'accept', redirected: 'expired' });
    expect(at({ ...ben, reason: 'expired' }, true)).toMatchObject({ verdict: 'accept', redirected: 'expired' });
  });

  it('gets a short lease, so that whoever has paid soon has a better one', () => {
    expect(at(ben, true, 'dhcp')).toMatchObject({ limits: { sessionTimeoutSeconds: 300 } });
    expect(at(ben, true, 'pppoe')).toEqual({ verdict: 'accept', limits: granted, redirected: 'suspended' });
  });

  it.each([
    ['without the right password', ben, 'wrong', 'wrong-password'],
    ['when he is disabled', { ...ben, state: 'disabled' }, 'right', 'disabled'],
    ['when only routers know him', { ...ben, radius: false }, 'right', 'local-only'],
    ['by a way that is not sold', { ...ben, access: ['hotspot'] }, 'right', 'not-sold-here'],
  ] as const)('is not let in %s', (_, login, password, reason) => {
    expect(at(login, true, 'pppoe', password)).toEqual({ verdict: 'reject', reason });
  });
});

describe('a service that can be used at certain hours', () => {
  // Monday to Friday, 06:00 to 22:00 in Nairobi, which is three hours ahead.
  const hours = hoursOf(hoursText([{ days: [1, 2, 3, 4, 5], from: 360, till: 1320 }], 'Africa/Nairobi'));
  const worker: AccessLogin = { ...anna, limits: { interimSeconds: 120, hours } };
  const at = (text: string) => Date.parse(text);

  it('IW-07: lets in until they are over', () => {
    expect(decide(worker, 'right', at('2026-01-15T18:00:00Z'))).toMatchObject({
      verdict: 'accept',
      limits: { sessionTimeoutSeconds: 3600 },
    });
    expect(decide(worker, 'right', at('2026-01-15T18:59:59.900Z'))).toMatchObject({
      limits: { sessionTimeoutSeconds: 1 },
    });
  });

  it('refuses outside of them, and tells it to nobody who has not the password', () => {
    const late = at('2026-01-15T19:00:00Z');

    expect(decide(worker, 'right', late)).toEqual({ verdict: 'reject', reason: 'outside-hours' });
    expect(decide(worker, 'wrong', late)).toEqual({ verdict: 'reject', reason: 'wrong-password' });
    expect(decide(worker, 'right', at('2026-01-17T09:00:00Z'))).toMatchObject({ reason: 'outside-hours' });
    expect(sessionSecondsLeft(worker, 'pppoe', late, late - 1000)).toBe(1);
  });
});

describe('a session that is open', () => {
  const home: AccessLogin = { ...anna, limits: { interimSeconds: 120, sessionTimeoutSeconds: 7200 } };

  it('ends with the soonest of its limits', () => {
    const begun = now - 3_600_000;

    expect(sessionSecondsLeft(anna, 'pppoe', now, begun)).toBeUndefined();
    expect(sessionSecondsLeft(home, 'pppoe', now, begun)).toBe(3600);
    expect(sessionSecondsLeft(home, 'pppoe', now, begun, 1800)).toBe(1800);
    expect(sessionSecondsLeft(anna, 'pppoe', now, begun, 1800)).toBe(1800);
    expect(sessionSecondsLeft({ ...home, expires: now + 60_000 }, 'pppoe', now, begun, 1800)).toBe(60);
    expect(sessionSecondsLeft(home, 'pppoe', now, begun, -5)).toBe(1);
  });

  it('of DHCP is told the time of its lease, which each renewal has anew', () => {
    const begun = now - 30 * 86_400_000;

    expect(sessionSecondsLeft(home, 'dhcp', now, begun)).toBe(7200);
    expect(sessionSecondsLeft({ ...anna, expires: now + 90 * 86_400_000 }, 'dhcp', now, begun)).toBeUndefined();
    expect(sessionSecondsLeft({ ...home, limits: { ...home.limits, page: {} } }, 'dhcp', now, begun)).toBe(300);
  });
});

describe('a login in grace', () => {
  it('is let in, which is told, until the grace is over', () => {
    const overdue = { ...anna, graceFrom: now, expires: now + 3_600_000 };

    expect(decide(overdue, 'right', now - 1)).not.toHaveProperty('inGrace');
    expect(decide(overdue)).toMatchObject({
      verdict: 'accept',
      inGrace: true,
      limits: { sessionTimeoutSeconds: 3600 },
    });
    expect(decide(overdue, 'right', now + 3_600_000)).toEqual({ verdict: 'reject', reason: 'expired' });
  });
});
