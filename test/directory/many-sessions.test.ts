import { describe, expect, it } from 'vitest';
import type { SessionControl } from '../../src/directory/directory-target.ts';
import type { SessionEffect, SessionResult } from '../../src/reconcile/target.ts';
import { DirectoryLab } from '../support/directory-lab.ts';
import { TempFolder } from '../support/temp-folder.ts';

const { signal } = new AbortController();

function failed(effect: SessionEffect): readonly SessionResult[] {
  return effect.sessionIds.map((sessionId) => ({
    ...{ effect, sessionId, nas: effect.nas ?? '', detail: 'no answer' },
    ...({ result: 'failed', unreached: true } as const),
  }));
}

describe('one login with thousands of sessions that cannot be told', () => {
  it('is looked up a few times, however many there are, and others come first in between', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const ids = Array.from({ length: 3000 }, (_, at) => `s${at}`);
    let lookups = 0;
    lab.sessions.sessionsOf = () => {
      lookups += 1;
      return [];
    };
    lab.sessions.settle = async (effect) => failed(effect);
    let turns = 0;
    let over = false;
    const count = (): void => {
      turns += 1;
      if (!over) setImmediate(count);
    };
    setImmediate(count);

    const effect = {
      username: 'hotel',
      action: 'disconnect',
      why: 'suspended',
      sessionIds: ids,
      nas: 'core-1',
    } as const;
    await lab.target.end(effect, signal);
    await lab.target.deliver('core-1', signal);
    over = true;

    expect(lab.target.outbox.countAt('core-1')).toBe(3000);
    expect(lookups).toBeLessThan(10);
    expect(turns).toBeGreaterThan(20);
  });
});

describe('somebody who is online at two NAS, one of which is away', () => {
  it('IS-10: is told at the other at once, and at that one as soon as it is back', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const told: string[] = [];
    let away = true;
    const control: SessionControl = lab.sessions;
    control.settle = async (effect, _login, until) => {
      if (effect.nas === 'core-1' && away) {
        await new Promise((resolve) => until.addEventListener('abort', resolve, { once: true }));
        return failed(effect);
      }
      told.push(effect.nas ?? '');
      const [sessionId = ''] = effect.sessionIds;
      return [{ effect, sessionId, nas: effect.nas ?? '', result: 'disconnected', detail: '' }];
    };
    const order = { username: 'anna', action: 'disconnect', why: 'suspended' } as const;

    const first = lab.target.end({ ...order, nas: 'core-1', sessionIds: ['a'] }, signal);
    await lab.target.end({ ...order, nas: 'core-2', sessionIds: ['b'] }, signal);
    expect(told).toEqual(['core-2']);
    away = false;
    await lab.target.deliver('core-1', signal);
    await first;

    expect(told).toEqual(['core-2', 'core-1']);
    expect(lab.target.outbox.size).toBe(0);
  });
});
