import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SessionJson } from '../../../src/accounting/sessions/view.ts';
import type { Visit } from '../../../src/accounting/sessions/visits.ts';
import type { UsageAnswer } from '../../../src/admin/usage.ts';
import { minuteMs, QuotaLab } from '../../support/quota-lab.ts';

const anna = { username: 'anna', password: 'secret', callerId: '02:00:00:00:00:01' };
const annaYaml = '- {name: anna, username: anna, password: secret}';
const usageOf = async (lab: QuotaLab, user: string, query = '') =>
  (await lab.admin()).get<UsageAnswer>(`/api/v1/usage/${user}${query}`);

describe('usage of a subscriber', () => {
  it('is told by each service, up and down, by hour, by day and by month of the operator’s clock', async () => {
    const two = [
      '- name: house',
      '  services:',
      '    - {name: main, service: home, username: anna, password: secret}',
      '    - {name: tv, service: home, username: anna-tv, password: secret}',
    ].join('\n');
    await using lab = await QuotaLab.start('', two, '2026-03-31T20:50:00Z');
    await lab.dial(anna);
    await lab.dial({ ...anna, username: 'anna-tv' });
    lab.router.traffic('anna', { up: 11n, down: 300n });
    lab.router.traffic('anna-tv', { up: 5n, down: 40n });
    lab.clock.advance(2 * minuteMs);
    await lab.accounted();
    // Nairobi is at midnight, and in another month.
    lab.clock.advance(8 * minuteMs);
    await lab.accounted();
    await lab.uses('anna', 700n);

    const hours = await usageOf(lab, 'house', '?by=hour&since=1d');

    expect(hours.periods).toEqual([
      { period: '2026-03-31 23:00', up: '16', down: '340' },
      { period: '2026-04-01 00:00', up: '0', down: '700' },
    ]);
    expect(hours.total).toEqual({ up: '16', down: '1040' });
    expect(hours.services).toMatchObject([
      { login: 'anna', service: 'home', up: '11', down: '1000' },
      { login: 'anna-tv', service: 'home', up: '5', down: '40' },
    ]);
    const named = async (by: string) =>
      (await usageOf(lab, 'house', `?by=${by}&since=1d`)).periods.map((each) => each.period);
    expect(await named('day')).toEqual(['2026-03-31', '2026-04-01']);
    expect(await named('month')).toEqual(['2026-03', '2026-04']);
  });

  it('is told by the whole of a validity, where that is what a quota is for', async () => {
    const service = 'validity: {from: first-login, lasts: 30d}\nquotas: [{name: card, octets: 1G, period: validity}]';
    await using lab = await QuotaLab.start(service, annaYaml);
    lab.clock.advance(60 * minuteMs);
    await lab.dial(anna);
    await lab.uses('anna', 700n);
    lab.router.hangUp('anna');
    await lab.accounted();
    lab.clock.advance(3 * 86_400_000);
    await lab.dial(anna);
    await lab.uses('anna', 50n);

    const { quota, periods, standings } = await usageOf(lab, 'anna', '?quota=card&since=60d');

    expect({ quota, periods }).toEqual({
      quota: 'card',
      periods: [{ period: expect.stringMatching(/^2026-03-10/), up: '0', down: '750' }],
    });
    expect(standings?.[0]?.quotas[0]).toMatchObject({ name: 'card', used: '750' });
  });
});

describe('a line that was lost for a moment', () => {
  it('is one visit of several sessions, with the octets of all of them', async () => {
    await using lab = await QuotaLab.start('', annaYaml);
    for (const cause of ['Lost-Carrier', 'Lost-Carrier', 'User-Request'] as const) {
      await lab.dial(anna);
      await lab.uses('anna', 100n);
      lab.router.hangUp('anna', cause);
      await lab.accounted();
      lab.clock.advance(5000);
    }
    const admin = await lab.admin();

    const sessions = await admin.get<readonly SessionJson[]>('/api/v1/sessions?all=true');
    const visits = await admin.get<readonly Visit[]>('/api/v1/sessions?all=true&visits=true');

    expect(sessions).toHaveLength(3);
    expect(visits).toMatchObject([{ username: 'anna', downOctets: '300', nas: ['core-1'] }]);
    expect(visits[0]?.sessions).toHaveLength(3);
  });
});

describe('a service with a time between two reports', () => {
  it('IS-41: has its sessions report so often, up to 10 minutes as of any', async () => {
    await using lab = await QuotaLab.start('', annaYaml);
    const file = join(lab.dir, 'people.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('{interim: 2m}', '{interim: 10m}'));
    await lab.refresh();
    await lab.dial(anna);
    lab.router.traffic('anna', { down: 9000n });
    const told = async () => (await usageOf(lab, 'anna')).total.down;

    lab.clock.advance(9 * minuteMs);
    await lab.accounted();
    expect(await told()).toBe('0');
    lab.clock.advance(minuteMs);
    await lab.accounted();

    expect(await told()).toBe('9000');
    // It is silent when three reports and a minute are missing, which is not soon.
    lab.router.faults.add({ kind: 'drop-accounting' });
    const isStale = async () =>
      (await (await lab.admin()).get<readonly SessionJson[]>('/api/v1/sessions')).map(({ stale }) => stale);
    lab.clock.advance(31 * minuteMs);
    expect(await isStale()).toEqual([false]);
    lab.clock.advance(1);
    expect(await isStale()).toEqual([true]);
  });
});
