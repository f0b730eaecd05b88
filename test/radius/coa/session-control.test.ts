import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/accounting/event.ts';
import { Secret } from '../../../src/base/secret.ts';
import { Directory } from '../../../src/directory/directory.ts';
import { loginOf } from '../../../src/directory/row-meaning.ts';
import { type DynamicAnswer, NasSessionControl, type SessionsByApi } from '../../../src/radius/coa/session-control.ts';
import type { SessionEffect } from '../../../src/reconcile/target.ts';

const signal = new AbortController().signal;
const login = loginOf({ identity: 'anna', fields: { state: 'active', radius: 'yes', rate: '5M/20M' } });

function session(sessionId: string, nas = 'core-1'): Session {
  const counted = { startedAt: 0, updatedAt: 0, sessionSeconds: 0, upOctets: 0n, downOctets: 0n };
  return { key: `${nas} ${sessionId}`, nas, sessionId, username: 'anna', ...counted };
}

function effect(action: SessionEffect['action'], ...sessionIds: readonly string[]): SessionEffect {
  return { username: 'anna', action, why: 'rate', sessionIds };
}

interface Around {
  readonly radsec?: object;
  readonly answer?: () => Promise<DynamicAnswer>;
  readonly onRouter?: () => ReturnType<SessionsByApi['remove']>;
  readonly stops?: boolean;
}

/** Two people under one name online, and a NAS that does as it is told unless said otherwise. */
function controlOf(open: readonly Session[], { answer, onRouter, stops = true, radsec }: Around = {}) {
  const told: string[] = [];
  const ended: string[] = [];
  const directory = new Directory();
  directory.putNas({
    name: 'core-1',
    clientAddress: '192.0.2.1',
    secret: new Secret('s'),
    profile: 'mikrotik',
    messageAuthenticator: 'require',
    coaPort: 3799,
    router: 'core-1',
    ...(radsec === undefined ? {} : { radsec }),
  });
  const tell = async (what: string, { sessionId }: Session) => {
    told.push(`${what} ${sessionId}`);
    return answer?.() ?? { result: 'ack' as const };
  };
  const control = new NasSessionControl({
    directory,
    sessions: {
      open: () => open,
      openOf: (username) => open.filter((each) => each.username === username),
      bySessionId: (id) => open.filter(({ sessionId }) => sessionId === id),
      isOnlyOne: () => true,
      stopped: async () => stops,
      end: async (key, cause) => void ended.push(`${key} ${cause}`),
    },
    dynamic: {
      disconnect: (_nas, each) => tell('disconnect', each),
      change: (_nas, each) => tell('change', each),
      changeOfAuthorization: (_nas, each) => tell('tell', each),
    },
    api: { remove: async () => onRouter?.() },
  });
  return { control, told, ended };
}

describe('an effect on sessions', () => {
  it('reaches those it names and nobody who came online since', async () => {
    const { control, told } = controlOf([session('81c00001'), session('81c00002')]);

    const results = await control.settle(effect('disconnect', '81c00001'), login, signal);

    expect(told).toEqual(['disconnect 81c00001']);
    expect(results).toMatchObject([{ sessionId: '81c00001', result: 'disconnected' }]);
  });

  it.each(['change', 'disconnect'] as const)('is over where the NAS is no longer declared: %s', async (action) => {
    const { control, told } = controlOf([session('81c00001', 'sold')]);

    const results = await control.settle(effect(action, '81c00001'), login, signal);

    expect(results).toMatchObject([{ result: 'gone', detail: 'NAS sold is no longer declared' }]);
    expect(told).toEqual([]);
  });

  it.each(['change', 'disconnect'] as const)('that cannot be sent is a result, not a rejection: %s', async (action) => {
    const answer = () => Promise.reject(new Error('no socket'));
    const { control } = controlOf([session('81c00001')], { answer });

    const results = await control.settle(effect(action, '81c00001'), login, signal);

    expect(results).toMatchObject([
      { result: 'failed', detail: expect.stringContaining('-Request not sent: no socket') },
    ]);
  });

  it('that cannot be sent goes by the API of the router', async () => {
    const answer = () => Promise.reject(new Error('no socket'));
    const { control } = controlOf([session('81c00001')], { answer, onRouter: async () => ({ menu: '/ppp/active' }) });

    const results = await control.settle(effect('disconnect', '81c00001'), login, signal);

    expect(results).toMatchObject([{ result: 'disconnected' }]);
  });
});

describe('a session whose Stop never came', () => {
  const one = session('81c00001');
  const nak = (more: object) => async () => ({
    result: 'nak' as const,
    errorCause: 'Session-Context-Not-Found',
    ...more,
  });

  it.each<[string, Around]>([
    ['the NAS does not know it', { answer: nak({ gone: true }) }],
    [
      'the NAS does not know it and its API is away',
      { answer: nak({ gone: true }), onRouter: () => Promise.reject(new Error('away')) },
    ],
    ['the router does not list it', { answer: async () => ({ result: 'timeout' }), onRouter: async () => false }],
    ['the router lists it no more after an ACK', { stops: false, onRouter: async () => false }],
  ])('is ended in accounting when %s', async (_, around) => {
    const { control, ended } = controlOf([one], around);

    const { result } = await control.disconnect(one, signal);

    expect(['gone', 'disconnected']).toContain(result);
    expect(ended).toEqual(['core-1 81c00001 Not-On-NAS']);
  });

  it.each<[string, Around, string]>([
    ['UDP', {}, 'no answer (wrong secret or port, or /radius/incoming accept=no)'],
    ['TLS', { radsec: {} }, 'no answer down its RadSec connection (/radius/incoming accept=no, or it is cut off)'],
  ])('about which nobody answers over %s is told in the words of that', async (_, around, words) => {
    const { control } = controlOf([one], { ...around, answer: async () => ({ result: 'timeout' }) });

    expect(await control.disconnect(one, signal)).toMatchObject({ detail: `Disconnect-Request: ${words}` });
  });

  it.each<[string, Around]>([
    ['its Stop comes', {}],
    ['the router ended it', { answer: nak({ gone: true }), onRouter: async () => ({ menu: '/ppp/active' }) }],
    ['not every way to ask for it was answered', { answer: nak({}) }],
    ['an ACK is all there is', { stops: false }],
    ['nobody answers', { answer: async () => ({ result: 'timeout' }) }],
  ])('is left to its NAS when %s', async (_, around) => {
    const { control, ended } = controlOf([one], around);

    await control.disconnect(one, signal);

    expect(ended).toEqual([]);
  });
});

describe('a session that an ACK did not end', () => {
  const guest = { ...session('80100014'), username: '000c4200d464', callingStationId: '00:0C:42:00:D4:64' };
  const lease = { ...session('82100001'), callingStationId: '1:0:c:42:0:d4:64' };

  it.each<[string, Session, Awaited<ReturnType<SessionsByApi['remove']>>, string]>([
    [
      'where the router says it was',
      guest,
      { menu: '/ip/hotspot/active' },
      'Disconnect-ACK; /ip/hotspot/active/remove',
    ],
    ['of PPP', session('81c00001'), { menu: '/ppp/active' }, 'Disconnect-ACK; /ppp/active/remove'],
    ['that is not there: of a hotspot', guest, false, 'Disconnect-ACK; not in /ip/hotspot/active'],
    ['that is not there: of DHCP', lease, false, 'Disconnect-ACK; not in /ip/dhcp-server/lease'],
  ])('IW-18: is ended by the API, and its menu told: %s', async (_, open, removed, detail) => {
    const { control } = controlOf([open], { stops: false, onRouter: async () => removed });

    expect(await control.disconnect(open, signal)).toEqual({ result: 'disconnected', detail });
  });

  it('IW-18: is seen to be over by its Stop, and the router is not asked', async () => {
    const { control } = controlOf([guest], { onRouter: () => Promise.reject(new Error('asked')) });

    const told = await control.disconnect(guest, signal);

    expect(told).toEqual({ result: 'disconnected', detail: 'Disconnect-ACK, Stop received' });
  });
});

describe('a change of limits that a NAS does not take', () => {
  const one = session('81c00001');
  const nak = (more: object) => async () => ({ result: 'nak' as const, errorCause: 'Resources-Unavailable', ...more });

  it('IW-19: for now waits, and costs nobody the session', async () => {
    const { control, told } = controlOf([one], { answer: nak({ later: true }) });

    const results = await control.settle(effect('change', '81c00001'), login, signal);

    expect(results).toMatchObject([{ result: 'failed', detail: 'CoA-NAK Resources-Unavailable' }]);
    expect(told).toEqual(['change 81c00001']);
  });

  it('IW-19: for good is told by a Disconnect', async () => {
    const { control, told } = controlOf([one], { answer: nak({}), onRouter: async () => false });

    await control.settle(effect('change', '81c00001'), login, signal);

    expect(told).toEqual(['change 81c00001', 'disconnect 81c00001']);
  });

  it('IS-10: since it does not answer is not waited for twice, and waits until it is heard', async () => {
    const { control, told } = controlOf([one], { answer: async () => ({ result: 'timeout' }) });

    const results = await control.settle(effect('change', '81c00001'), login, signal);

    expect(results).toMatchObject([
      { result: 'failed', unreached: true, detail: expect.stringMatching(/^CoA-Request: no/) },
    ]);
    expect(told).toEqual(['change 81c00001']);
  });

  it('in part is told what it was not told', async () => {
    const answer = async () => ({ result: 'ack' as const, without: ['Idle-Timeout'] });
    const { control } = controlOf([one], { answer });

    const results = await control.settle(effect('change', '81c00001'), login, signal);

    expect(results).toMatchObject([{ result: 'changed', detail: 'CoA-ACK without Idle-Timeout' }]);
  });

  it('concerns one NAS where two have a session of one id', async () => {
    const { control, told } = controlOf([one, session('81c00001', 'sold')]);

    await control.settle({ ...effect('change', '81c00001'), nas: 'core-1' }, login, signal);

    expect(told).toEqual(['change 81c00001']);
  });
});
