import { describe, expect, it } from 'vitest';
import { hourMs, type UsageDelta } from '../../../src/accounting/usage/usage-deltas.ts';
import { usageAnswer } from '../../../src/daemon/sessions/usage-answers.ts';
import type { Quota } from '../../../src/model/kinds/quota.ts';

const at = (time: string) => Date.parse(time) / hourMs;
const fell = [{ kind: 'counter-fell', times: 1, up: 3n, down: 4n, onlineMs: 0 }] as const;

describe('usage by the periods of a quota', () => {
  it('has what was set right by the same periods, of the direction that counts, and not of free hours', async () => {
    const hours: readonly UsageDelta[] = ['2026-03-14T12:00Z', '2026-03-15T12:00Z', '2026-03-18T00:00Z'].map(
      (time) => ({ hour: at(time), up: 10n, down: 20n, corrections: fell }),
    );
    const freeHours = [{ days: [3], from: 0, till: 60 }];
    const quota: Quota = {
      ...{ name: 'q', of: 'octets', amount: '1', direction: 'down', steps: [] },
      ...{ period: 'month', anchor: 15, freeHours },
    };

    const answer = await usageAnswer(
      { usage: async () => hours, openOf: () => [] },
      { username: 'anna', by: 'day', since: '2026-03-01' },
      {
        logins: ['anna'],
        timezone: 'UTC',
        now: Date.parse('2026-03-20T00:00Z'),
        notes: [],
        quota: { quota, since: 0 },
      },
    );

    expect(answer.periods.map(({ period, down }) => `${period} ${down}`)).toEqual(['2026-02-15 20', '2026-03-15 20']);
    expect(answer.corrections?.map(({ period, up, down }) => `${period} ${up} ${down}`)).toEqual([
      '2026-02-15 0 4',
      '2026-03-15 0 4',
    ]);
  });
});
