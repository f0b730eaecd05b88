import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import type { ObservedRow, Row } from '../../src/reconcile/row.ts';
import type { Change, LiveSession } from '../../src/reconcile/target.ts';
import { localEffects } from '../../src/routeros/local-effects.ts';
import { held, row } from '../reconcile/support.ts';

const till = '0C:42:A1:00:00:01';
const phone = '0C:42:A1:00:00:20';
const user = (name: string, server = 'all', fields: Row['fields'] = {}) =>
  row('/ip/hotspot/user', `${name} ${server}`, { name, server, profile: 'cafe', ...fields });
const secret = (name: string) => row('/ppp/secret', name, { profile: 'home' });

const guest = (username: string, more: Partial<LiveSession> = {}): LiveSession => ({
  kind: 'hotspot',
  username,
  sessionId: phone,
  server: 'lobby',
  radius: false,
  ...more,
});

function update(before: Row, set: Row['fields']): Change {
  const after = { ...before, fields: { ...before.fields, ...set } };
  return { action: 'update', ...before, set, before: held(before), after };
}

function create(after: Row): Change {
  return { action: 'create', ...after, set: after.fields, after };
}

function remove(before: Row): Change {
  return { action: 'delete', ...before, set: {}, before: held(before) };
}

function effects(changes: readonly Change[], sessions: readonly LiveSession[], rows: readonly ObservedRow[] = []) {
  const all = [...rows, ...changes.flatMap(({ before }) => before ?? [])];
  return localEffects(changes, { rows: all, sessions }, 'isp').map(
    ({ username, why, sessionIds }) => `${username}: ${why} ${sessionIds.join()}`,
  );
}

describe('guests whom a router let in by itself', () => {
  it.each([
    { set: { disabled: 'yes' }, why: 'disabled' },
    { set: { password: new Secret('new') }, why: 'password' },
    { set: { address: '10.41.41.9' }, why: 'address' },
    { set: { profile: 'vip' }, why: 'profile' },
    { set: { 'mac-address': phone }, why: 'mac-address' },
  ])('IW-18: are put off the line when their row changes: $why', ({ set, why }) => {
    expect(effects([update(user('gina'), set)], [guest('gina')])).toEqual([`gina: ${why} ${phone}`]);
  });

  it('IW-18: are put off the line when their row goes, each device they are on', () => {
    const sessions = [guest('gina'), guest('gina', { sessionId: till })];

    expect(effects([remove(user('gina'))], sessions)).toEqual([`gina: removed ${phone},${till}`]);
  });

  it('are put off the line, cookies and all, when the row somebody removed is made anew and shut', () => {
    const sessions = [guest('gina'), guest('gina', { sessionId: till, cookie: true }), guest('ben', { radius: true })];
    const changes = ['gina', 'ben'].map((name) => create(user(name, 'all', { disabled: 'yes' })));

    expect(effects(changes, sessions)).toEqual([`gina: disabled ${phone},${till}`]);
  });

  it('stay when their row is made anew and open, or waits for a router without us', () => {
    const waiting = { ...user('ben', 'all', { disabled: 'yes' }), owner: 'Subscriber/ben~fallback' };

    expect(effects([create(user('gina')), create(waiting)], [guest('gina'), guest('ben')])).toEqual([]);
  });

  it('stay when their row is enabled, or the hotspot has another password for devices', () => {
    expect(effects([update(user('gina'), { disabled: 'no' })], [guest('gina')])).toEqual([]);
    const device = update(user(till, 'lobby'), { password: new Secret('new') });
    expect(effects([device], [guest(till, { sessionId: till })])).toEqual([]);
  });

  it('stay when RADIUS let them in', () => {
    expect(effects([remove(user('gina'))], [guest('gina', { radius: true })])).toEqual([]);
  });

  it('feel what changes in their profile, and PPP’s of the same name is another', () => {
    const profile = row('/ip/hotspot/user/profile', 'cafe');
    const ppp = row('/ppp/profile', 'cafe');
    const there = [held(user('gina'))];

    expect(effects([update(profile, { 'rate-limit': '1M/1M' })], [guest('gina')], there)).toEqual([
      `gina: cafe: rate-limit ${phone}`,
    ]);
    expect(effects([update(profile, { 'session-timeout': '1h' })], [guest('gina')], there)).toEqual([]);
    expect(effects([update(ppp, { 'rate-limit': '1M/1M' })], [guest('gina')], there)).toEqual([]);
  });

  it('go by the row of their hotspot, where there is one beside that of all', () => {
    const there = [held(user('gina')), held(user('gina', 'lobby'))];

    expect(effects([update(user('gina'), { disabled: 'yes' })], [guest('gina')], there)).toEqual([]);
    expect(effects([update(user('gina', 'lobby'), { disabled: 'yes' })], [guest('gina')], there)).toHaveLength(1);
    expect(
      effects([update(user('gina', 'lobby'), { disabled: 'yes' })], [guest('gina', { server: 'roof' })], there),
    ).toEqual([]);
  });

  it('IW-18: are put off the line when an earlier run should have done so', () => {
    const disabled = held(user('gina', 'all', { disabled: 'yes' }));
    const marker = { operator: 'isp', owner: 'Subscriber/gina' };

    expect(effects([], [guest('gina')], [disabled])).toEqual([`gina: disabled ${phone}`]);
    expect(effects([], [guest('gina', { marker })])).toEqual([`gina: removed ${phone}`]);
    // Neither the row nor the session says that it was ours: a trial user, or an operator's own.
    expect(effects([], [guest('gina')])).toEqual([]);
  });
});

describe('guests of a hotspot', () => {
  const lobby = row('/ip/hotspot', 'lobby', { interface: 'ether4', disabled: 'no' });
  const sessions = [guest('gina'), guest('omar', { radius: true }), guest('paul', { server: 'roof' })];

  it('are put off the line when it goes or moves, whoever let them in', () => {
    expect(effects([remove(lobby)], sessions)).toEqual([
      `gina: hotspot lobby removed ${phone}`,
      `omar: hotspot lobby removed ${phone}`,
    ]);
    expect(effects([update(lobby, { interface: 'ether5', profile: 'x' })], sessions)).toEqual([
      `gina: hotspot lobby: interface ${phone}`,
      `omar: hotspot lobby: interface ${phone}`,
    ]);
  });

  it('stay when something else of it changes', () => {
    expect(effects([update(lobby, { 'addresses-per-mac': '2' })], sessions)).toEqual([]);
  });
});

describe('somebody who is online by PPP and at a hotspot', () => {
  it('is told both reasons at once', () => {
    const ppp: LiveSession = { kind: 'ppp', username: 'gina', sessionId: '81c00001', radius: false };
    const changes = [remove(secret('gina')), update(user('gina'), { disabled: 'yes' })];

    expect(effects(changes, [ppp, guest('gina')])).toEqual([`gina: removed; disabled 81c00001,${phone}`]);
    expect(effects([remove(secret('gina'))], [ppp, guest('gina')], [held(user('gina'))])).toEqual([
      'gina: removed 81c00001',
    ]);
  });
});
