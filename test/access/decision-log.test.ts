import { describe, expect, it } from 'vitest';
import { type LoggedDecision, recentDecisions } from '../../src/access/decision-log.ts';

const accept = (username: string, at: number): LoggedDecision => ({
  at,
  username,
  nas: 'core-1',
  method: 'pap',
  verdict: 'accept',
});
const reject = (username: string, at: number, reason = 'wrong-password'): LoggedDecision => ({
  ...accept(username, at),
  verdict: 'reject',
  reason,
});

describe('the decisions of one username', () => {
  it('are the last five, newest last, accepts and rejects together', () => {
    const log = recentDecisions();

    for (let at = 1; at <= 8; at += 2) {
      log.record(accept('anna', at));
      log.record(reject('anna', at + 1));
    }

    expect(log.of('anna').map(({ at }) => at)).toEqual([4, 5, 6, 7, 8]);
    expect(log.of('bert')).toEqual([]);
  });

  it('keep their order though the clock stands still or is set back', () => {
    const log = recentDecisions();
    const all = [accept('anna', 7), reject('anna', 7), { ...accept('anna', 7), nas: 'core-2' }, reject('anna', 3)];

    for (const one of all) log.record(one);

    expect(log.of('anna')).toEqual(all);
  });

  it('have the address of their own where what was granted leaves room for it', () => {
    const log = recentDecisions();
    const reply = 'Mikrotik-Rate-Limit=1M/4M, Framed-IP-Address=, Acct-Interim-Interval=60';

    log.record({ ...accept('anna', 1), reply, address: '192.0.2.1' });

    const [one] = log.of('anna');
    expect(one?.reply).toBe('Mikrotik-Rate-Limit=1M/4M, Framed-IP-Address=192.0.2.1, Acct-Interim-Interval=60');
    expect(one).not.toHaveProperty('address');
  });

  it.each(['AA:BB:CC:00:11:22', '', 'a'.repeat(23), 'b'.repeat(24), 'b'.repeat(253), 'Ärger', '12\u0000'])(
    'keep whatever a NAS calls the caller: %j',
    (callingStationId) => {
      const log = recentDecisions({ accepts: 2, rejects: 1, unknown: 1, guests: 1, silences: 1, perUsername: 5 });

      log.record({ ...accept('anna', 1), callingStationId: 'something longer than any MAC' });
      log.record(accept('bert', 1));
      log.record({ ...accept('anna', 2), callingStationId });
      log.record({ ...accept('bert', 2) });

      expect(log.of('anna')).toEqual([{ ...accept('anna', 2), callingStationId }]);
      expect(log.of('bert')).toEqual([accept('bert', 2)]);
    },
  );

  it('come back as they were given, absent fields absent', () => {
    const log = recentDecisions();
    const whole = {
      ...accept('anna', 1),
      callingStationId: 'AA:BB',
      reply: 'Framed-Pool=p',
      sessionTimeoutSeconds: 60,
    };

    log.record(whole);
    log.record(reject('anna', 2));

    expect(log.of('anna')).toEqual([whole, reject('anna', 2)]);
    expect(Object.keys(log.of('anna')[1] ?? {})).not.toContain('reply');
  });

  it.each([4096, 5000, 8192])(
    'are found again among the last %i, and are forgotten after so many others',
    (accepts) => {
      const log = recentDecisions({ accepts, rejects: 1, unknown: 1, guests: 1, silences: 1, perUsername: 5 });
      for (let at = 0; at < 3 * accepts; at += 1) log.record(accept(`user-${at}`, at));

      const found = [2 * accepts - 1, 2 * accepts, 3 * accepts - 1].map((at) =>
        log.of(`user-${at}`).map((one) => one.at),
      );

      expect(found).toEqual([[], [2 * accepts], [3 * accepts - 1]]);
    },
  );

  it('survive floods of invented usernames, and of rejects if they are accepts', () => {
    const log = recentDecisions({ accepts: 10, rejects: 10, unknown: 10, guests: 10, silences: 10, perUsername: 5 });
    log.record(accept('anna', 1));
    log.record(reject('bert', 2));

    for (let at = 3; at < 1000; at += 1) log.record(reject(`guess-${at}`, at, 'unknown-subscriber'));
    for (let at = 1000; at < 1009; at += 1) log.record(reject('clara', at));

    expect(log.of('anna').length).toBe(1);
    expect(log.of('bert').length).toBe(1);
    expect(log.of('guess-3')).toEqual([]);
    expect(log.of('guess-999').length).toBe(1);
  });

  it('survive floods of guests without an account, whom nobody asks for a password', () => {
    const log = recentDecisions({ accepts: 10, rejects: 10, unknown: 10, guests: 10, silences: 10, perUsername: 5 });
    log.record(accept('anna', 1));

    for (let at = 2; at < 100; at += 1) log.record(accept(`guest-cafe-0200000000${at + 10}`.slice(0, 23), at));

    expect(log.of('anna').length).toBe(1);
  });

  it('without an answer push out nothing but each other', () => {
    const log = recentDecisions({ accepts: 3, rejects: 3, unknown: 3, guests: 3, silences: 3, perUsername: 5 });
    log.record(accept('anna', 1));

    for (let at = 2; at <= 9; at += 1) log.record({ ...accept('bert', at), verdict: 'silent', reason: 'overload' });

    expect(log.of('anna')).toHaveLength(1);
    expect(log.of('bert').map(({ at, verdict }) => `${at} ${verdict}`)).toEqual(['7 silent', '8 silent', '9 silent']);
  });

  it('give way to newer ones in the end', () => {
    const log = recentDecisions({ accepts: 3, rejects: 3, unknown: 3, guests: 3, silences: 3, perUsername: 5 });

    for (let at = 1; at <= 5; at += 1) log.record(accept(at < 3 ? 'anna' : 'bert', at));

    expect(log.of('anna')).toEqual([]);
    expect(log.of('bert').map(({ at }) => at)).toEqual([3, 4, 5]);
  });
});
