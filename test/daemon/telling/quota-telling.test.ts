import { describe, expect, it } from 'vitest';
import type { EventJson } from '../../../src/events/event.ts';
import { QuotaLab } from '../../support/quota-lab.ts';

describe('a step of a quota', () => {
  it('IS-09, IW-15: is told to other programs, and that it is over', async () => {
    const quotas = 'quotas: [{name: fair, octets: 1G, period: hour, then: {rate: {down: 2M, up: 1M}}}]';
    await using lab = await QuotaLab.start(quotas, '- {name: anna, username: anna, password: secret}');
    await lab.router.dial({ username: 'anna', password: 'secret' });
    const admin = await lab.admin();
    const told: EventJson[] = [];

    await lab.uses('anna', 1_100_000_000n);
    for await (const { data } of admin.stream('/api/v1/events?types=quota.*&after=first')) {
      const event = JSON.parse(data) as EventJson;
      if (event.type !== 'quota.changed') continue;
      told.push(event);
      if (told.length === 1) lab.clock.advance(3_600_000);
      else break;
    }

    expect(told).toMatchObject([
      {
        subject: 'subscriber/anna',
        data: {
          username: 'anna',
          quota: 'fair',
          step: 1,
          quotas: [{ name: 'fair', of: 'octets', included: '1000000000' }],
        },
      },
      { subject: 'subscriber/anna', data: { step: 0, quotas: [{ left: '1000000000' }] } },
    ]);
  });
});
