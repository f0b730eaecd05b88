import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccessDirectory, type Admission, type Attempt, admit } from '../../src/access/admit.ts';
import { authorise } from '../../src/access/authorise.ts';
import type { Credential } from '../../src/access/credentials/credential.ts';
import { chapResponse } from '../../src/access/credentials/verify-credential.ts';
import type { AccessLogin, SessionLimits } from '../../src/access/login.ts';
import { guestUsername, portalPassword, slotOf, slotSeconds } from '../../src/access/portal-password.ts';
import { formatMac, macFormats } from '../../src/base/mac.ts';
import { Secret } from '../../src/base/secret.ts';

const now = Date.UTC(2026, 0, 15, 12, 0, 30);
const phone = '00:0C:42:00:D4:64';
const tablet = '00:0C:42:00:D4:65';
const nas = { name: 'core-1' };
const limits = { interimSeconds: 120 };
const guestLimits = { interimSeconds: 60, sessionTimeoutSeconds: 1800 };
const unknownLimits = { interimSeconds: 120, sessionTimeoutSeconds: 300 };
const key = new Secret('key of the site, thirty-two octets');

const anna: AccessLogin = {
  username: 'anna',
  password: new Secret('hunter2'),
  access: ['hotspot'],
  state: 'active',
  radius: true,
  limits,
};
const annasPhone: AccessLogin = { ...anna, username: phone, password: new Secret(''), access: ['hotspot', 'dhcp'] };

interface Known {
  readonly logins?: readonly AccessLogin[];
  readonly devices?: readonly AccessLogin[];
  readonly portals?: ReturnType<AccessDirectory<SessionLimits>['portalsAt']>;
}

const cafe = { site: 'cafe', key, clickThrough: { limits: guestLimits } };

function directoryOf({ logins = [anna], devices = [annasPhone], portals = [cafe] }: Known = {}) {
  return {
    login: (username: string) => logins.find((each) => each.username === username),
    device: (mac: string) => devices.find((each) => each.username === mac),
    portalsAt: (name: string) => (name === nas.name ? portals : []),
  };
}

function pap(password: string): Credential {
  return { method: 'pap', password: Buffer.from(password) };
}

function chap(password: string): Credential {
  const challenge = Buffer.alloc(16, 7);
  return { method: 'chap', identifier: 9, challenge, response: chapResponse(9, password, challenge) };
}

function attempt(more: Partial<Attempt<SessionLimits>>): Attempt<SessionLimits> {
  return { username: phone, credential: pap(''), door: 'hotspot', nas, callingStationId: phone, now, ...more };
}

/** `accept by mac`, or why not. */
function told(admission: Admission<SessionLimits> | undefined): string {
  if (admission === undefined) return 'nobody';
  const { decision, method } = admission;
  return decision.verdict === 'accept' ? `accept by ${method}` : `${decision.reason} by ${method}`;
}

function outcome(more: Partial<Attempt<SessionLimits>>, known?: Known): string {
  return told(admit(attempt(more), directoryOf(known)));
}

describe('a known device', () => {
  it('IS-24: is let in by its MAC, in every format RouterOS can send, with what that site sends as password', () => {
    const password = new Secret('of this site');
    const ours = {
      ...nas,
      macPasswords: new Map([
        ['hs-roof', new Secret('of another hotspot')],
        ['hs-guest', password],
      ]),
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...macFormats),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom(undefined, ...macFormats),
        (format, lower, byChap, sentAsPassword) => {
          const written = formatMac(phone, format);
          const username = lower ? written.toLowerCase() : written;
          const proof = byChap ? chap : pap;
          const free = sentAsPassword === undefined ? '' : formatMac(phone, sentAsPassword);

          expect(outcome({ username, credential: proof(free) })).toBe('accept by mac');
          expect(outcome({ username, credential: proof(password.reveal()), nas: ours })).toBe('accept by mac');
          expect(outcome({ username, credential: proof(free), nas: ours })).toBe('wrong-password by mac');
        },
      ),
    );
  });

  it('is named by the MAC that is declared, and granted the limits of its service', () => {
    const admission = admit(attempt({ username: '000c42-00d464' }), directoryOf());

    expect(admission).toEqual({
      decision: { verdict: 'accept', limits },
      grants: limits,
      method: 'mac',
      username: phone,
    });
  });

  it.each<[string, Partial<Attempt<SessionLimits>>, string]>([
    ['a typed MAC, from another device', { callingStationId: tablet }, 'wrong-mac by mac'],
    ['a typed MAC, from nobody knows where', { callingStationId: undefined }, 'wrong-mac by mac'],
    [
      'a MAC at a door that cannot be told, from another device',
      { door: undefined, callingStationId: tablet },
      'wrong-mac by mac',
    ],
    ['its MAC at a door that cannot be told', { door: undefined }, 'accept by mac'],
    ['a password it never needed', { credential: pap('guess') }, 'wrong-password by mac'],
    ['the MAC of another device as password', { credential: pap(tablet) }, 'wrong-password by mac'],
    ['nothing at all, as some do', { credential: { method: 'none' } }, 'accept by mac'],
    ['PPP, where no device is let in', { door: 'pppoe' }, 'nobody'],
    ['what is no MAC', { username: '00:0C:42:00:D4' }, 'nobody'],
    ['the MAC of a device nobody declared', { username: tablet, callingStationId: tablet }, 'nobody'],
  ])('comes with %s', (_, more, result) => {
    expect(outcome(more)).toBe(result);
  });

  it.each<[string, Secret | 'mac' | 'none', string, string]>([
    ['the MAC, as declared', 'mac', phone, 'accept by mac'],
    ['the MAC, where nothing is declared to be sent', 'none', phone, 'wrong-password by mac'],
    ['nothing, as declared', 'none', '', 'accept by mac'],
    ['nothing, where the MAC is declared', 'mac', '', 'wrong-password by mac'],
    ['the word mac', 'mac', 'mac', 'wrong-password by mac'],
  ])('IS-42: sends %s', (_, expected, password, result) => {
    const macPasswords = new Map([['hs-guest', expected]]);

    expect(outcome({ nas: { ...nas, macPasswords }, credential: pap(password) })).toBe(result);
  });

  it.each<[string, string | undefined, string, string]>([
    ['with a secret where the secret is sent', 'hs-guest', 'x', 'accept by mac'],
    ['with nothing where a secret is sent', 'hs-guest', '', 'wrong-password by mac'],
    ['with a secret where nothing is sent', 'hs-roof', 'x', 'wrong-password by mac'],
    ['with nothing where nothing is sent', 'hs-roof', '', 'accept by mac'],
    ['with nothing where no device is let in', 'hs-yard', '', 'wrong-password by mac'],
    ['with its MAC where no device is let in', 'hs-yard', phone, 'wrong-password by mac'],
    ['with a secret, nobody knows where on the router', undefined, 'x', 'accept by mac'],
    ['with nothing, nobody knows where on the router', undefined, '', 'accept by mac'],
    ['with its MAC, nobody knows where on the router', undefined, phone, 'wrong-password by mac'],
  ])(
    'IS-42: comes to each hotspot of a router by what is declared there: %s',
    (_, calledStationId, password, result) => {
      const macPasswords = new Map<string, Secret | 'none'>([
        ['hs-guest', new Secret('x')],
        ['hs-roof', 'none'],
      ]);
      const ours = { ...nas, router: 'core-1', macPasswords };

      expect(outcome({ nas: ours, calledStationId, credential: pap(password) })).toBe(result);
    },
  );

  it('is let in at no hotspot of a declared router that lets no device in, however it is asked about', () => {
    for (const credential of [pap(''), pap(' '), pap(phone), chap(''), { method: 'none' } as const]) {
      for (const door of ['hotspot', undefined] as const) {
        expect(outcome({ nas: { ...nas, router: 'core-1' }, credential, door })).toBe('wrong-password by mac');
      }
    }
  });

  it.each<[string, Partial<AccessLogin>, string]>([
    ['suspended', { state: 'suspended' }, 'suspended by mac'],
    ['disabled', { state: 'disabled' }, 'disabled by mac'],
    ['expired', { expires: now }, 'expired by mac'],
    ['kept by its router', { radius: false }, 'local-only by mac'],
    ['paid for at home only', { access: ['pppoe'] }, 'not-sold-here by mac'],
  ])('is not let in when it is %s', (_, more, result) => {
    expect(outcome({}, { devices: [{ ...annasPhone, ...more }] })).toBe(result);
  });

  it('is not what a login of that very name is: its password decides', () => {
    const named = { ...anna, username: phone };

    expect(outcome({ username: phone, callingStationId: tablet }, { logins: [named], devices: [] })).toBe('nobody');
  });
});

describe('a device at a DHCP server', () => {
  const lan = { ...nas, unknownClients: new Map([['lan', unknownLimits]]) };
  const macPasswords = new Map([['hs-guest', new Secret('x')]]);
  const dhcp = { door: 'dhcp', nas: lan, calledStationId: 'lan', callingStationId: '1:0:c:42:0:d4:64' } as const;

  it.each<[string, Partial<Attempt<SessionLimits>>]>([
    ['one space', { credential: pap(' ') }],
    ['nothing', { credential: { method: 'none' } }],
    ['an empty password', { credential: pap('') }],
    ['an empty password, though hotspots there send one', { nas: { ...lan, macPasswords } }],
    ['the MAC, as the router is set', { nas: { ...lan, macPasswords }, credential: pap(phone) }],
    ['one space, where no hotspot lets devices in', { nas: { ...lan, router: 'core-1' }, credential: pap(' ') }],
    ['an identifier of its own making', { callingStationId: 'ff:1:2:3' }],
  ])('SPL-17: is known by its MAC, whatever it shows: %s', (_, more) => {
    expect(outcome({ ...dhcp, ...more })).toBe('accept by mac');
  });

  it('SPL-19: is given what is declared for unknown clients, when nobody knows it', () => {
    const admission = admit(attempt({ ...dhcp, username: tablet }), directoryOf());

    expect(told(admission)).toBe('accept by dhcp');
    expect(admission?.grants).toBe(unknownLimits);
    expect(admission?.decision).toMatchObject({ limits: { sessionTimeoutSeconds: 300 } });
    expect(admission).not.toHaveProperty('username');
  });

  it.each<[string, Partial<Attempt<SessionLimits>>, string]>([
    ['at another server', { username: tablet, calledStationId: 'office' }, 'nobody'],
    ['at a server that says nothing of itself', { username: tablet, calledStationId: undefined }, 'nobody'],
    ['at a hotspot of that name', { username: tablet, door: 'hotspot', callingStationId: tablet }, 'nobody'],
  ])('is nobody %s', (_, more, result) => {
    expect(outcome({ ...dhcp, ...more })).toBe(result);
  });

  it('SPL-19: gets nothing while it is suspended', () => {
    expect(outcome(dhcp, { devices: [{ ...annasPhone, state: 'suspended' }] })).toBe('suspended by mac');
  });

  it('counts as unknown when its service is not sold for DHCP', () => {
    const phoneAtHotspots = { ...annasPhone, access: ['hotspot'] as const };

    expect(outcome(dhcp, { devices: [phoneAtHotspots] })).toBe('accept by dhcp');
    expect(outcome({ ...dhcp, nas }, { devices: [phoneAtHotspots] })).toBe('not-sold-here by mac');
  });

  it('has a lease no longer than its server gives, unless it expires within a day', () => {
    const leased = (expires: number) => {
      const admission = admit(attempt(dhcp), directoryOf({ devices: [{ ...annasPhone, expires }] }));
      return admission?.decision.verdict === 'accept' ? admission.decision.limits.sessionTimeoutSeconds : 'rejected';
    };

    expect(leased(now + 3_600_000)).toBe(3600);
    expect(leased(now + 30 * 86_400_000)).toBeUndefined();
  });
});

/** As the portal makes it. */
function oneTime(username: string, more: { mac?: string; nas?: string; key?: Secret; slotsAgo?: number } = {}): string {
  const { mac = phone, nas: at = nas.name, key: signing = key, slotsAgo = 0 } = more;
  return portalPassword(signing, { username, mac, nas: at }, slotOf(now) - slotsAgo).reveal();
}

describe('a guest with a one-time password of the portal', () => {
  it.each([
    ['PAP', pap],
    ['CHAP', chap],
  ])('IS-28: is let in by %s, in the minute it was made and the next, with the limits of the account', (_, proof) => {
    for (const slotsAgo of [0, 1]) {
      const credential = proof(oneTime('anna', { slotsAgo }));
      const admission = admit(attempt({ username: 'anna', credential }), directoryOf());

      expect(admission).toEqual({
        decision: { verdict: 'accept', limits },
        grants: limits,
        method: 'portal',
        username: 'anna',
        uses: { site: 'cafe', username: 'anna', mac: phone, nas: 'core-1', slot: slotOf(now) - slotsAgo },
      });
    }
  });

  it.each<[string, string, Partial<Attempt<SessionLimits>>]>([
    ['made for another device', oneTime('anna', { mac: tablet }), {}],
    ['sent by another device', oneTime('anna'), { callingStationId: tablet }],
    ['sent by nobody knows whom', oneTime('anna'), { callingStationId: undefined }],
    ['made for another router', oneTime('anna', { nas: 'core-2' }), {}],
    ['made for another user', oneTime('ben'), {}],
    ['made with the key of another site', oneTime('anna', { key: new Secret('another key') }), {}],
    ['two minutes old', oneTime('anna', { slotsAgo: 2 }), {}],
    ['of the minute to come', oneTime('anna', { slotsAgo: -1 }), {}],
    ['shown at a router without a portal', oneTime('anna', { nas: 'core-2' }), { nas: { name: 'core-2' } }],
    ['shown at the door of PPP', oneTime('anna'), { door: 'pppoe' }],
    ['shown at the door of DHCP', oneTime('anna'), { door: 'dhcp' }],
  ])('is nobody when it is %s', (_, password, more) => {
    for (const proof of [pap, chap]) {
      expect(outcome({ username: 'anna', credential: proof(password), ...more })).toBe('nobody');
    }
  });

  it.each<[string, string | undefined, string]>([
    ['at the hotspot of its site', 'hs-guest', 'accept by portal'],
    ['at the other hotspot of its site', 'hs-terrace', 'accept by portal'],
    ['at a router that does not say which hotspot it is', undefined, 'accept by portal'],
    ['at a hotspot of another site on the same router', 'hs-hotel', 'nobody'],
    ['at a hotspot that its site has on another router', 'hs-roof', 'nobody'],
  ])('works %s: %s, %s', (_, calledStationId, result) => {
    const hotspots = new Map([
      ['core-1', ['hs-guest', 'hs-terrace']],
      ['core-2', ['hs-roof']],
    ]);
    const portals = [{ ...cafe, hotspots }];

    for (const username of ['anna', guestUsername('cafe', phone)]) {
      for (const proof of [pap, chap]) {
        const credential = proof(oneTime(username));
        expect(outcome({ username, credential, calledStationId }, { portals })).toBe(result);
      }
    }
  });

  it('is nobody by MS-CHAP, which no hotspot uses', () => {
    const credential: Credential = { method: 'mschap1', challenge: Buffer.alloc(8), ntResponse: Buffer.alloc(24) };

    expect(outcome({ username: 'anna', credential })).toBe('nobody');
  });

  it.each<[string, Partial<AccessLogin>, string]>([
    ['expired in between', { expires: now - 1 }, 'expired by portal'],
    ['was suspended in between', { state: 'suspended' }, 'suspended by portal'],
    ['has a service that is not sold here', { access: ['pppoe'] }, 'not-sold-here by portal'],
  ])('IS-30: is refused when the account %s, as the portal itself would refuse', (_, more, result) => {
    const login = { ...anna, ...more };
    const byPortal = authorise({ credential: pap('hunter2'), door: 'hotspot' }, login, now);

    expect(outcome({ username: 'anna', credential: pap(oneTime('anna')) }, { logins: [login] })).toBe(result);
    expect(byPortal).toEqual({ verdict: 'reject', reason: result.split(' ')[0] });
  });

  it('is somebody at every site of that router', () => {
    const other = { site: 'roof', key: new Secret('key of the roof') };
    const credential = pap(oneTime('anna', { key: other.key }));

    expect(
      admit(attempt({ username: 'anna', credential }), directoryOf({ portals: [cafe, other] }))?.uses,
    ).toMatchObject({
      site: 'roof',
    });
  });
});

describe('a guest without an account', () => {
  const username = guestUsername('cafe', phone);

  it('has the limits of the click-through service', () => {
    const admission = admit(attempt({ username, credential: pap(oneTime(username)) }), directoryOf());

    expect(told(admission)).toBe('accept by portal');
    expect(admission?.grants).toBe(guestLimits);
    expect(admission).toMatchObject({
      decision: { limits: { sessionTimeoutSeconds: 1800 } },
      uses: { username, mac: phone },
    });
  });

  it('is nobody on another device, though the password was made for it', () => {
    const credential = pap(oneTime(username, { mac: tablet }));

    expect(outcome({ username, credential, callingStationId: tablet })).toBe('nobody');
  });

  it('is nobody by the name of another site, or where nobody may click through', () => {
    const elsewhere = guestUsername('roof', phone);

    expect(outcome({ username: elsewhere, credential: pap(oneTime(elsewhere)) })).toBe('nobody');
    expect(outcome({ username, credential: pap(oneTime(username)) }, { portals: [{ site: 'cafe', key }] })).toBe(
      'nobody',
    );
  });

  it('is a declared login, where there is one of that name', () => {
    const login = { ...anna, username };

    expect(
      admit(attempt({ username, credential: pap(oneTime(username)) }), directoryOf({ logins: [login] })),
    ).toMatchObject({
      username,
      grants: limits,
    });
  });

  it('is nobody by any password that was not made for it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (password) => {
        expect(outcome({ username, credential: pap(password) })).toBe('nobody');
      }),
    );
  });
});

describe('the minute of a one-time password', () => {
  it('is over two slots after it was made, whenever that was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 * slotSeconds * 1000 }), (later) => {
        const credential = pap(oneTime('anna'));
        const slots = slotOf(now + later) - slotOf(now);

        const result = outcome({ username: 'anna', credential, now: now + later });

        expect(result).toBe(slots < 2 ? 'accept by portal' : 'nobody');
      }),
    );
  });
});
