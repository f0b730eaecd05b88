import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { loginEffects } from '../../src/directory/effects.ts';
import type { Change, LiveSession, Row, Value } from '../../src/reconcile/target.ts';

const fields = {
  subscriber: 'anna',
  service: 'home-20',
  password: new Secret('x'),
  state: 'active',
  reason: '',
  expires: '',
  radius: 'yes',
  rate: '5M/20M',
  'session-timeout': '',
  'idle-timeout': '600',
  interim: '120',
  address: '',
  pool: 'home',
  attributes: '',
};

const online: LiveSession = { username: 'anna', sessionId: '81c00001', radius: true };

function effects(change: Partial<Change>, sessions: readonly LiveSession[] = [online]) {
  const base: Change = { action: 'update', menu: 'login', identity: 'anna', owner: 'Subscriber/anna', set: {} };
  return loginEffects([{ ...base, ...change }], (name) => sessions.filter(({ username }) => username === name));
}

function updated(set: Readonly<Record<string, Value>>, was: Readonly<Record<string, Value>> = {}): Partial<Change> {
  const before = { menu: 'login', identity: 'anna', fields: { ...fields, ...was }, ownership: 'ours' as const };
  const after: Row = { menu: 'login', identity: 'anna', owner: '', fields: { ...fields, ...was, ...set } };
  return { set, before, after };
}

describe('a change of somebody online by RADIUS', () => {
  it.each([
    ['the speed', { rate: '10M/40M' }, 'rate'],
    ['the time limits', { 'session-timeout': '3600', 'idle-timeout': '60' }, 'session-timeout, idle-timeout'],
    ['the tariff, when only the speed differs', { service: 'home-40', rate: '10M/40M', interim: '60' }, 'rate'],
  ])('IW-19: of %s goes by CoA', (_, set, why) => {
    expect(effects(updated(set))).toEqual([{ username: 'anna', action: 'change', why, sessionIds: ['81c00001'] }]);
  });

  it.each([
    ['the password', { password: new Secret('y') }, 'password'],
    ['the address', { address: '10.0.0.250', pool: '' }, 'address, pool'],
    ['the pool', { pool: 'office' }, 'pool'],
    ['other attributes', { attributes: '[["Mikrotik-Address-List","x"]]' }, 'attributes'],
    ['a speed that is taken away: no attribute says none', { rate: '' }, 'rate'],
    ['a time limit that is taken away', { 'idle-timeout': '' }, 'idle-timeout'],
    ['the speed and the address', { rate: '1M/1M', address: '10.0.0.250' }, 'rate, address'],
    ['the state, by a person', { state: 'suspended', reason: 'unpaid' }, 'suspended: unpaid'],
    ['the state, without a reason', { state: 'disabled' }, 'disabled'],
    ['the way in', { radius: 'no' }, 'no longer by RADIUS'],
  ])('ends the session: %s', (_, set, why) => {
    expect(effects(updated(set))).toMatchObject([{ action: 'disconnect', why }]);
  });

  it.each([
    ['interim', { interim: '300' }],
    ['reason', { reason: 'was late' }],
    ['name of the subscriber in git', { subscriber: 'anna-w' }],
    ['ways it is sold for, which a version before this one did not keep', { access: 'hotspot,pppoe' }],
    ['tariff of the same limits', { service: 'home-20-new' }],
    ['expiry, which is acted on when it comes', { expires: '2030-01-01T00:00:00.000Z' }],
  ])('leaves the session alone: %s', (_, set) => {
    expect(effects(updated(set))).toEqual([]);
  });

  it('ends every session of a login that is removed', () => {
    const before = { menu: 'login', identity: 'anna', fields, ownership: 'ours' as const };
    const twice = [online, { ...online, sessionId: '81c00002' }];

    expect(effects({ action: 'delete', before }, twice)).toEqual([
      { username: 'anna', action: 'disconnect', why: 'removed', sessionIds: ['81c00001', '81c00002'] },
    ]);
  });
});

describe('a change of a device', () => {
  it('concerns its sessions as that of a login does', () => {
    expect(effects({ ...updated({ rate: '1M/1M' }), menu: 'device' })).toMatchObject([{ action: 'change' }]);
    expect(effects({ ...updated({ state: 'suspended' }), menu: 'device' })).toMatchObject([{ action: 'disconnect' }]);
  });
});

describe('a change of somebody else', () => {
  it('means nothing for those who are not online, or whom a local row let in', () => {
    expect(effects(updated({ rate: '1M/1M' }), [])).toEqual([]);
    expect(effects(updated({ rate: '1M/1M' }), [{ ...online, radius: false }])).toEqual([]);
  });

  it('means nothing for a login that is local only: its router ends what it let in', () => {
    expect(effects(updated({ state: 'suspended' }, { radius: 'no' }))).toEqual([]);
    const before = { menu: 'login', identity: 'anna', fields: { ...fields, radius: 'no' }, ownership: 'ours' as const };
    expect(effects({ action: 'delete', before })).toEqual([]);
  });

  it('means nothing when the row is a portal: its guests stay until their time is up', () => {
    expect(effects({ ...updated({ rate: '1M/1M' }), menu: 'portal' })).toEqual([]);
  });

  it('means nothing when the login is new, or the row a NAS', () => {
    expect(effects({ action: 'create' })).toEqual([]);
    expect(effects({ ...updated({ rate: '1M/1M' }), menu: 'nas' })).toEqual([]);
  });
});
