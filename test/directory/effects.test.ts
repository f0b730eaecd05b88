import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { type GuestSession, sessionEffects } from '../../src/directory/effects.ts';
import type { Row, Value } from '../../src/reconcile/row.ts';
import type { Change, LiveSession } from '../../src/reconcile/target.ts';

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
  return sessionEffects([{ ...base, ...change }], {
    sessionsOf: (name) => sessions.filter(({ username }) => username === name),
    guestSessions: () => [],
  });
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
    ['ways it is sold for, where its way in cannot be told', { access: 'hotspot' }],
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

describe('a service that is sold for other ways in from now on', () => {
  const atHome: LiveSession = { ...online, door: 'pppoe' };
  const atCafe: LiveSession = { ...online, sessionId: '80100014', door: 'hotspot' };
  const unknown: LiveSession = { ...online, sessionId: 'a-b-c' };
  const both = [atHome, atCafe, unknown];

  it('ends sessions that came by a way it is no longer sold for, and no others', () => {
    const was = { access: 'hotspot,pppoe' };

    expect(effects(updated({ access: 'pppoe' }, was), both)).toEqual([
      { username: 'anna', action: 'disconnect', why: 'not sold for hotspot', sessionIds: ['80100014'] },
    ]);
    expect(effects(updated({ access: 'dhcp' }, was), both)).toMatchObject([
      { why: 'not sold for pppoe, hotspot', sessionIds: ['81c00001', '80100014'] },
    ]);
    expect(effects(updated({ access: 'dhcp,hotspot,pppoe' }, was), both)).toEqual([]);
  });

  it('ends all where their speed changes as well: there is one word for a username', () => {
    const set = { access: 'pppoe', rate: '1M/1M' };

    expect(effects(updated(set, { access: 'hotspot,pppoe' }), [atHome, atCafe])).toMatchObject([
      { action: 'disconnect', why: 'not sold for hotspot', sessionIds: ['81c00001', '80100014'] },
    ]);
    expect(effects(updated(set, { access: 'hotspot,pppoe' }), [atHome])).toMatchObject([{ action: 'change' }]);
  });

  it.each([
    ['kept no ways', {}],
    ['kept none of this one', { access: '' }],
  ])('ends nobody when the version before this one %s', (_, was) => {
    expect(effects(updated({ access: 'dhcp' }, was), both)).toEqual([]);
  });
});

describe('a change of a device', () => {
  it('ends the sessions of whose it was when it is another subscriber’s', () => {
    const set = { subscriber: 'ben', account: 'ben' };

    expect(effects({ ...updated(set, { account: 'anna' }), menu: 'device' })).toEqual([
      { username: 'anna', action: 'disconnect', why: 'device of ben now', sessionIds: ['81c00001'] },
    ]);
  });

  it('means nothing when its subscriber has another name only, or rows did not tell whose it is', () => {
    const renamed = updated({ subscriber: 'anna-w' }, { account: 'anna' });

    expect(effects({ ...renamed, menu: 'device' })).toEqual([]);
    expect(effects({ ...updated({ subscriber: 'ben', account: 'ben' }), menu: 'device' })).toEqual([]);
  });

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

  it('means nothing when the login is new, or the row a NAS', () => {
    expect(effects({ action: 'create' })).toEqual([]);
    expect(effects({ ...updated({ rate: '1M/1M' }), menu: 'nas' })).toEqual([]);
  });
});

describe('a change of a portal site', () => {
  const guest = (site: string, mac: string, sessionId: string): GuestSession => {
    return { username: `guest-${site}-${mac}`, sessionId, radius: true, site };
  };
  const guests = [
    guest('cafe', '000c4200d464', '80100001'),
    guest('cafe', '000c4200d465', '80100002'),
    guest('cafe', '000c4200d464', '80100003'),
    { ...guest('cafe', '000c4200d466', '80100004'), radius: false },
    guest('roof', '000c4200d464', '80100005'),
  ];
  const [first, second] = ['guest-cafe-000c4200d464', 'guest-cafe-000c4200d465'];
  const row = {
    ...{ key: new Secret('k'), nas: 'core-1', hotspots: '[]', 'click-through': 'free', rate: '1M/2M' },
    ...{ 'session-timeout': '1800', 'idle-timeout': '', interim: '60', address: '', pool: 'guests', attributes: '' },
  };

  function told(set: Readonly<Record<string, Value>> | undefined, was: Readonly<Record<string, Value>> = {}) {
    const before = { menu: 'portal', identity: 'cafe', fields: { ...row, ...was }, ownership: 'ours' as const };
    const after: Row = { menu: 'portal', identity: 'cafe', owner: '', fields: { ...row, ...was, ...set } };
    const base = { menu: 'portal', identity: 'cafe', owner: 'PortalSite/cafe', before } as const;
    const change: Change =
      set === undefined ? { ...base, action: 'delete', set: {} } : { ...base, action: 'update', set, after };
    return sessionEffects([change], { sessionsOf: () => [], guestSessions: () => guests });
  }

  it('IW-19: gives its guests without an account the new speed and time, each once, and nobody else', () => {
    expect(told({ rate: '5M/5M', 'session-timeout': '3600' })).toEqual([
      { username: first, action: 'change', why: 'rate, session-timeout', sessionIds: ['80100001', '80100003'] },
      { username: second, action: 'change', why: 'rate, session-timeout', sessionIds: ['80100002'] },
    ]);
  });

  it.each<[string, Readonly<Record<string, Value>> | undefined, string]>([
    ['another pool', { pool: 'others', 'click-through': 'better' }, 'pool'],
    ['a speed that is taken away', { rate: '' }, 'rate'],
    ['an end of click-through', { 'click-through': '', rate: '', pool: '' }, 'no guests without an account'],
    ['the end of the site', undefined, 'site removed'],
  ])('ends their sessions: %s', (_, set, why) => {
    expect(told(set)).toMatchObject([
      { username: first, action: 'disconnect', why, sessionIds: ['80100001', '80100003'] },
      { username: second, action: 'disconnect', why },
    ]);
  });

  it('leaves them alone when its key, its hotspots, the name of its service or the interim is another', () => {
    const set = { key: new Secret('l'), nas: 'core-2', hotspots: '[[]]', 'click-through': 'like-free', interim: '300' };

    expect(told(set)).toEqual([]);
    expect(told({ hotspots: '[[]]' })).toEqual([]);
  });

  it('concerns nobody where there were no guests without an account', () => {
    expect(told({ 'click-through': 'free', rate: '1M/1M' }, { 'click-through': '', rate: '' })).toEqual([]);
    expect(told(undefined, { 'click-through': '' })).toEqual([]);
  });
});

describe('a change of somebody whom a controller let in once, for a time', () => {
  const guest: LiveSession = { ...online, sessionId: '02:00:5e:00:53:01', door: 'hotspot', fixed: true };

  it.each([
    ['the speed', { rate: '10M/40M' }],
    ['a limit that is taken away', { 'idle-timeout': '' }],
    ['the pool', { pool: 'office' }],
    ['the speed in a list', { attributes: '[["Mikrotik-Address-List","x"]]' }],
  ])('waits for the next login: %s', (_, set) => {
    expect(effects(updated(set), [guest])).toEqual([]);
    expect(effects(updated(set), [guest, online])).toMatchObject([{ sessionIds: [online.sessionId] }]);
  });

  it.each([
    ['the state', { state: 'suspended', reason: 'quota' }, 'suspended: quota'],
    ['the password', { password: new Secret('y'), rate: '1M/1M' }, 'password'],
    ['the way in', { radius: 'no' }, 'no longer by RADIUS'],
  ])('ends it: %s', (_, set, why) => {
    expect(effects(updated(set), [guest])).toMatchObject([{ action: 'disconnect', why: expect.stringContaining(why) }]);
  });
});
