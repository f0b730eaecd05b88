import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../src/omada/answer.ts';
import { authBody, timeIn } from '../../src/omada/auth-body.ts';
import { standingOf } from '../../src/omada/client-standing.ts';
import { cookieHeader, withSetCookie } from '../../src/omada/cookies.ts';
import { meaningOf } from '../../src/omada/error-codes.ts';
import { grantedSeconds, unitObjection } from '../../src/omada/granted-time.ts';

const eap = {
  kind: 'eap',
  clientMac: '52-DE-63-00-00-01',
  site: '6a1',
  apMac: '50-C7-BF-00-00-01',
  ssidName: 'Guest',
  radioId: '1',
} as const;
const gateway = {
  kind: 'gateway',
  clientMac: eap.clientMac,
  site: 'Default',
  gatewayMac: eap.apMac,
  vid: '40',
} as const;

describe('the body of extPortal/auth', () => {
  it('OM-24: of an access point has its fields and no others', () => {
    expect(authBody(eap, 3600, 'ms')).toEqual({
      ...{ clientMac: eap.clientMac, apMac: eap.apMac, ssidName: 'Guest', radioId: '1', site: '6a1' },
      ...{ time: 3_600_000, authType: 4 },
    });
  });

  it('OM-25, OM-12: of a gateway has its fields and no others', () => {
    expect(authBody(gateway, 3600, 'ms')).toEqual({
      ...{ clientMac: eap.clientMac, gatewayMac: eap.apMac, vid: '40', site: 'Default' },
      ...{ time: 3_600_000, authType: 4 },
    });
  });

  it('has address and original URL when the redirect had them', () => {
    const more = { clientIp: '192.0.2.4', redirectUrl: 'http://a.test/?b=c&d' };

    expect(authBody({ ...gateway, ...more }, 60, 'ms')).toMatchObject({
      clientIp: '192.0.2.4',
      originUrl: more.redirectUrl,
    });
  });

  it('never has an empty text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (clientIp, redirectUrl, ssidName, radioId) => {
        const body = authBody({ ...eap, clientIp, redirectUrl, ssidName, radioId }, 60, 'ms');

        expect(Object.values(body)).not.toContain('');
        expect(Object.values(body)).not.toContain(undefined);
      }),
    );
  });

  it.each([
    ['ms', 90, 90_000],
    ['us', 90, 90_000_000],
    ['s', 90.7, 90],
    ['min', 90, 2],
    ['min', 60, 1],
    ['ms', 0, 1_000],
  ] as const)('time in %s of %d s is %d', (unit, seconds, time) => {
    expect(timeIn(unit, seconds)).toBe(time);
  });
});

describe('an answer', () => {
  const answer = (body: string, more: object = {}) => readAnswer({ status: 200, setCookie: [], body, ...more });

  it('OM-21, OM-27: with errorCode 0 is a result, as number and as text', () => {
    for (const zero of ['0', '"0"']) {
      expect(answer(`{"errorCode":${zero},"result":{"token":"t"}}`)).toEqual({
        type: 'result',
        result: { token: 't' },
      });
    }
  });

  it('OM-21: with another code is a refusal, though it is HTTP 200', () => {
    for (const code of ['-41501', '"-41501"']) {
      expect(answer(`{"errorCode":${code},"msg":"no"}`)).toEqual({ type: 'refused', errorCode: -41501, message: 'no' });
    }
  });

  it.each([
    ['', { status: 302, location: '/login' }],
    ['', { status: 401 }],
    ['', { status: 403 }],
    ['{"errorCode":-1200}', {}],
    ['{"errorCode":"-1200"}', {}],
    ['<!DOCTYPE html>', {}],
    ['Login', { contentType: 'text/html' }],
  ])('OM-29: %j %j means that the session is over', (body, more) => {
    expect(answer(body, more)).toMatchObject({ type: 'session-over' });
  });

  it('of any text is read without an error, and lets in only by errorCode 0', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.integer({ min: 100, max: 599 }), (body, status) => {
        expect(answer(body, { status }).type).not.toBe('result');
      }),
    );
  });
});

describe('error codes', () => {
  it('say what to do, and who can', () => {
    expect(meaningOf(-41501, 'x').kind).toBe('stale');
    expect(meaningOf(-33004, 'x').kind).toBe('busy');
    expect(meaningOf(-30109, 'x')).toMatchObject({ kind: 'failed', words: expect.stringContaining('Operators') });
    expect(meaningOf(-7131, 'x').words).toMatch(/correct id/);
    expect(meaningOf(-99999, 'Their words.')).toEqual({ kind: 'failed', words: 'Their words.' });
    expect(meaningOf(-99999, undefined).words).toBe('it gave no reason');
  });
});

describe('cookies', () => {
  it('OM-23: are kept by name, replaced and dropped', () => {
    const first = withSetCookie(new Map(), ['A=1; Path=/', 'B=x=y', 'nonsense', '=v', 'C=']);
    const second = withSetCookie(first, ['A=2; Secure', 'B=; Max-Age=0']);

    expect(cookieHeader(first)).toBe('A=1; B=x=y');
    expect(cookieHeader(second)).toBe('A=2');
    expect(cookieHeader(withSetCookie(second, ['A=3; max-age = 0']))).toBeUndefined();
  });

  it('are few and short', () => {
    const many = Array.from({ length: 100 }, (_, at) => `c${at}=v`);

    expect(withSetCookie(new Map(), many).size).toBe(20);
    expect(withSetCookie(new Map(), [`long=${'x'.repeat(5000)}`]).size).toBe(0);
  });
});

describe('the time that was granted', () => {
  const mac = '52-DE-63-00-00-01';

  it('is that of the row in force', () => {
    const rows = [
      { mac, valid: false, start: 0, end: 5_000 },
      { mac, valid: true, start: 1_000, end: 61_000 },
      { mac: '52-DE-63-00-00-02', valid: true, start: 0, end: 1_000 },
    ];

    expect(grantedSeconds({ data: rows }, mac)).toBe(60);
    expect(grantedSeconds({ data: [{ mac, authStatus: 1 }] }, mac)).toBeUndefined();
    expect(grantedSeconds(undefined, mac)).toBeUndefined();
  });

  it('OM-26: is right in the unit that was sent, rounding included', () => {
    expect(unitObjection(3600, 3600, 'ms')).toBeUndefined();
    expect(unitObjection(1, 60, 'min')).toBeUndefined();
    expect(unitObjection(60, 60_000, 'us')).toMatch(/for 60000 s where 60 s were asked in us: declare timeUnit: ms$/);
    expect(unitObjection(86_400, 3600, 'ms')).toMatch(/compare timeUnit with its version$/);
  });
});

describe('the list of clients', () => {
  const mac = '52-DE-63-00-00-01';
  const listed = (...data: unknown[]) => standingOf({ data }, mac);

  it('says whether a client waits', () => {
    expect(listed({ mac, authStatus: 1 })).toBe('pending');
    expect(listed({ mac: '52:de:63:00:00:01', authStatus: 2, valid: true })).toBe('authorised');
    expect(listed({ mac, authStatus: 3 })).toBe('elsewhere');
    expect(listed({ mac, authStatus: 2, valid: true }, { mac, authStatus: 1 })).toBe('pending');
  });

  it('says nothing by leaving it out, by a login that is over, or without a state', () => {
    expect(listed()).toBeUndefined();
    expect(listed({ mac: '52-DE-63-00-00-02', authStatus: 2 })).toBeUndefined();
    expect(listed({ mac, authStatus: 2, valid: false })).toBeUndefined();
    expect(listed({ mac, valid: true })).toBeUndefined();
    expect(listed({ mac, authStatus: 'x' }, null, 7, { mac: 3 })).toBeUndefined();
    for (const odd of [undefined, null, [], {}, { data: {} }]) expect(standingOf(odd, mac)).toBeUndefined();
  });
});
