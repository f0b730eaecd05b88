import { describe, expect, it } from 'vitest';
import { minuteMs, QuotaLab } from '../support/quota-lab.ts';

const anna = { username: 'anna', password: 'secret' };
const annaYaml = '- {name: anna, username: anna, password: secret}';
const fair = 'quotas: [{name: fair, octets: 1G, period: day, then: {rate: {down: 2M, up: 1M}}}]';

describe('somebody who uses up a quota', () => {
  it('IS-09: is slowed down on every session by CoA, once, and is fast again when the next period begins', async () => {
    await using lab = await QuotaLab.start(`sessions: {max: 3}\n${fair}`.replace('sessions: {max: 3}\n', ''), annaYaml);
    await lab.router.dial(anna);
    await lab.router.dial({ ...anna, callerId: '02:00:00:00:00:09' });
    expect(lab.rates()).toEqual(['5M/20M', '5M/20M']);

    const told = lab.logged({ msg: 'session settled', result: 'changed' });
    await lab.uses('anna', 600_000_000n);
    await told;

    expect(lab.rates()).toEqual(['1M/2M', '1M/2M']);
  });
});
void minuteMs;
