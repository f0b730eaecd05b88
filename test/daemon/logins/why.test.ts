import { describe, expect, it } from 'vitest';
import { type LoggedDecision, recentDecisions } from '../../../src/access/decision-log.ts';
import { guestUsername } from '../../../src/access/portal-password.ts';
import { knownAs, whyOf } from '../../../src/daemon/logins/why.ts';
import { Directory } from '../../../src/directory/directory.ts';
import { loginOf, portalOf } from '../../../src/directory/row-meaning.ts';
import { hoursText } from '../../../src/model/hours.ts';

const accepted: LoggedDecision = {
  at: 1,
  username: 'anna',
  nas: 'core-1',
  method: 'pap',
  verdict: 'accept',
  reply: 'Mikrotik-Rate-Limit=5M/20M',
};

describe('what is told of past decisions', () => {
  it('has all attributes that were sent, Session-Timeout among them, the newest decision first', () => {
    const later = { ...accepted, at: 2, sessionTimeoutSeconds: 3600 };

    const { decisions } = whyOf('anna', undefined, [accepted, later], [], 3);

    expect(decisions.map(({ reply }) => reply)).toEqual([
      'Mikrotik-Rate-Limit=5M/20M, Session-Timeout=3600',
      'Mikrotik-Rate-Limit=5M/20M',
    ]);
  });
});

describe('what is told of logins that got no answer', () => {
  const silent: LoggedDecision = { at: 2, username: 'anna', nas: 'core-1', method: 'pap', verdict: 'silent' };
  const dropped = (reason: 'overload' | 'unsigned', lastAt: number) =>
    ({ nas: 'core-1', reason, count: 3, lastAt, source: '192.0.2.1' }) as const;

  it('is why, as long as none has been answered since', () => {
    const down = { ...silent, reason: 'cannot-decide' };

    expect(whyOf('anna', undefined, [accepted, down], [], 3).hints).toContainEqual(
      expect.stringMatching(/^its last login got no answer: whoever decides could not be asked/),
    );
    expect(whyOf('anna', undefined, [down, { ...accepted, at: 3 }], [], 4).hints.join()).not.toContain('no answer');
  });

  it('has a reason that nobody has words for as it is', () => {
    expect(whyOf('anna', undefined, [{ ...silent, reason: 'store-down' }], [], 3).hints).toContain(
      'its last login got no answer: store-down',
    );
  });

  it('has what was dropped since the last decision, and not what was dropped before', () => {
    const { hints } = whyOf('anna', undefined, [{ ...accepted, at: 5 }], [dropped('overload', 4)], 9);
    const later = whyOf('anna', undefined, [{ ...accepted, at: 5 }], [dropped('overload', 6)], 9).hints;

    expect(hints.join()).not.toContain('dropped');
    expect(later).toContain('packets from 192.0.2.1 (core-1) are dropped: 3 × overload');
  });

  it('does not say that packets were dropped which were answered without a signature', () => {
    expect(whyOf('anna', undefined, [], [dropped('unsigned', 4)], 9).hints).toContain(
      'packets from 192.0.2.1 (core-1) are answered although 3 were not signed',
    );
  });
});

describe('what is told of a device', () => {
  const phone = '00:0C:42:00:D4:64';
  const directory = new Directory();
  const fields = { subscriber: 'anna', service: 'home', access: 'dhcp,hotspot', state: 'active', radius: 'yes' };
  directory.putLogin(loginOf({ identity: 'anna@isp', fields }));
  directory.putDevice(loginOf({ identity: phone, fields: { ...fields, state: 'suspended', reason: 'unpaid' } }));
  directory.putPortal(
    portalOf({ identity: 'cafe', fields: { nas: 'core-1', 'click-through': 'free', rate: '1M/2M' } }),
  );
  const why = (name: string) => whyOf(name, knownAs(directory, name), [], [], 3);

  it.each([phone, '000c4200d464', '000c.4200.d464', '00-0c-42-00-d4-64'])('is the same by %s', (name) => {
    expect(why(name)).toMatchObject({
      username: name,
      login: { subscriber: 'anna', device: phone, state: 'suspended', others: 'anna@isp' },
      hints: ['it is suspended: unpaid'],
    });
  });

  it('stands beside the username of its subscriber', () => {
    expect(why('anna@isp').login).toMatchObject({ subscriber: 'anna', access: 'dhcp, hotspot', others: phone });
    expect(why('anna@isp').login).not.toHaveProperty('device');
  });

  it('is found by the name of the subscriber', () => {
    expect(why('anna').hints).toEqual([`the subscriber "anna" logs in as anna@isp, ${phone}: ask about one of these`]);
  });

  it('is that nobody has it, when nobody has', () => {
    expect(why('000c4200d465').hints).toEqual([
      'no subscriber has the device 00:0C:42:00:D4:65, nor the username "000c4200d465"',
    ]);
    expect(why('nobody').hints).toEqual(['no subscriber has the username "nobody" (it is case-sensitive)']);
  });

  it('has the decisions about it, however its NAS spelt it', () => {
    const decisions = recentDecisions();
    decisions.record({ ...accepted, username: phone, method: 'mac' });
    decisions.record({ ...accepted, username: '000c4200d465', verdict: 'reject', reason: 'unknown-subscriber' });
    decisions.record({ ...accepted, username: '000c42-00d464', verdict: 'reject', reason: 'wrong-password' });

    const told = whyOf('000C.4200.D464', knownAs(directory, phone), decisions.of('000C.4200.D464'), [], 3);

    expect(told.decisions).toMatchObject([{ reason: 'wrong-password' }, { method: 'mac' }]);
  });

  it('is, of a guest without an account, which portal lets it in', () => {
    const guest = guestUsername('cafe', phone);

    expect(why(guest)).toMatchObject({
      login: { portal: 'cafe', service: 'free', limits: { rateLimit: '1M/2M' } },
      hints: ['a guest without an account: let in by passwords that portal cafe makes, each of them once'],
    });
    expect(why(guestUsername('roof', phone))).not.toHaveProperty('login');
  });
});

describe('what is told of somebody suspended who is to meet a page', () => {
  const directory = new Directory();
  const fields = {
    ...{ subscriber: 'ben', service: 'home', access: 'pppoe', state: 'suspended', reason: 'unpaid', radius: 'yes' },
    ...{ fallback: 'yes', suspended: '{"list":"late","rate":"256k/512k"}' },
  };
  directory.putLogin(loginOf({ identity: 'ben', fields }));

  it('is that routers let him in, and on which list', () => {
    const { login, hints } = whyOf('ben', knownAs(directory, 'ben'), [], [], 3);

    expect(login).toMatchObject({ state: 'suspended', auth: 'hybrid' });
    expect(hints).toEqual([
      'it is suspended: unpaid',
      'MikroTik routers let it in to meet a page: on the address list late',
    ]);
  });
});

describe('what is told of a login that changes by itself', () => {
  const hours = hoursText([{ days: [0, 1, 2, 3, 4, 5, 6], from: 360, till: 1080 }], 'UTC');
  const noon = Date.parse('2026-01-15T12:00:00Z');
  const directory = new Directory();
  const fields = {
    ...{ subscriber: 'ben', service: 'home', state: 'active', radius: 'yes', hours },
    ...{ expires: '2026-01-18T12:00:00.000Z', 'grace-from': '2026-01-15T13:00:00.000Z' },
  };
  directory.putLogin(loginOf({ identity: 'ben', fields }));
  const hintsAt = (now: number) => whyOf('ben', knownAs(directory, 'ben'), [], [], now).hints;

  it('IS-02: is what comes next, and when', () => {
    expect(hintsAt(noon)).toEqual([
      'it expires in 3d, at 2026-01-18T12:00:00.000Z, after its grace',
      'its hours end in 6h, at 2026-01-15T18:00:00.000Z',
    ]);
    expect(hintsAt(noon + 8 * 3_600_000)).toEqual([
      'it is overdue since 2026-01-15T13:00:00.000Z, and in grace',
      'it expires in 2d16h, at 2026-01-18T12:00:00.000Z, after its grace',
      'it is outside of its hours, which begin in 10h, at 2026-01-16T06:00:00.000Z',
    ]);
  });
});
