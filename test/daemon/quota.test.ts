import { describe, expect, it } from 'vitest';
import type { TopUpAnswer } from '../../src/admin/quota.ts';
import type { WhyAnswer } from '../../src/admin/service.ts';
import {
  changedByCoa as coa,
  disconnected as ended,
  meanwhile,
  passes,
  QuotaLab,
  standing,
  uses,
} from '../support/quota-lab.ts';

const anna = { username: 'anna', password: 'secret' };
const annaYaml = '- {name: anna, username: anna, password: secret}';
const slow = 'then: {rate: {down: 2M, up: 1M}}';
const daily = `quotas: [{name: fair, octets: 1G, period: hour, ${slow}}]`;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const full = '5M/20M';
const throttled = '1M/2M';

const changes = (lab: QuotaLab) => lab.lines.filter(({ msg }) => msg === 'session settled').length;

describe('somebody who uses up a quota', () => {
  it('IS-09: is slowed down on every session by CoA, once, and fast again when the next period begins', async () => {
    await using lab = await QuotaLab.start(daily, annaYaml);
    await lab.dial(anna);
    await lab.dial(anna);
    expect(lab.rates()).toEqual([full, full]);

    // Two sessions: more than a GB together.
    const run = lab.logged({ msg: 'plan applied', target: 'directory', reason: 'quota' });
    await uses(lab, 600_000_000n, coa, 2);
    expect(lab.rates()).toEqual([throttled, throttled]);
    expect(changes(lab)).toBe(2);
    // Nobody else was looked at.
    expect(await run).toMatchObject({ update: 1, create: 0, delete: 0 });

    await lab.uses('anna', 600_000_000n);
    await lab.uses('anna', 600_000_000n);
    expect(changes(lab)).toBe(2);

    // Who comes meanwhile has the speed of the step at once.
    await lab.dial(anna);
    expect(lab.rates()).toEqual([throttled, throttled, throttled]);

    await passes(lab, hourMs, coa, 3);
    expect(lab.rates()).toEqual([full, full, full]);
    expect(changes(lab)).toBe(5);
  });

  it('IS-02: goes from step to step to a block, is told so, and is let in again when it is over', async () => {
    const steps = 'steps: [{octets: 2G, then: {rate: {down: 1M, up: 512k}}}, {octets: 3G, then: {block: true}}]';
    await using lab = await QuotaLab.start(
      `quotas: [{name: fair, octets: 1G, period: hour, ${slow}, ${steps}}]`,
      annaYaml,
    );
    await lab.dial(anna);
    // What is left until the block is counted by the router, too.
    expect((await (await lab.admin()).get<WhyAnswer>('/api/v1/why/anna')).decisions[0]?.reply).toContain(
      'Mikrotik-Total-Limit=3000000000',
    );

    await uses(lab, 1_000_000_000n, coa);
    expect(lab.rates()).toEqual([throttled]);
    await uses(lab, 1_000_000_000n, coa);
    expect(lab.rates()).toEqual(['512k/1M']);
    await uses(lab, 1_000_000_000n, ended);
    expect(lab.router.sessions()).toEqual([]);

    expect(await lab.dial(anna)).toMatchObject({ ok: false });
    const why = await (await lab.admin()).get<WhyAnswer>('/api/v1/why/anna');
    expect(why.decisions[0]).toMatchObject({ verdict: 'reject', reason: 'quota-used' });
    expect(why.hints).toContainEqual(
      expect.stringMatching(/^its quota fair is used up .*step 3, blocked, until 2026-03-10T13:00Z/),
    );
    expect(await standing(lab)).toMatchObject({
      quotas: [
        { name: 'fair', used: '3000000000', left: '0', step: 3, effect: 'blocked', resets: '2026-03-10T13:00:00.000Z' },
      ],
    });

    await passes(lab, hourMs, { msg: 'plan applied', target: 'directory' });
    expect(await lab.dial(anna)).toMatchObject({ ok: true });
    expect(lab.rates()).toEqual([full]);
    await lab.uses('anna', 700n);
    const admin = await lab.admin();
    expect(await admin.get('/api/v1/usage/anna?quota=fair')).toMatchObject({
      quota: 'fair',
      periods: [
        { period: '2026-03-10 15:00', up: '0', down: '3000000000' },
        { period: '2026-03-10 16:00', up: '0', down: '700' },
      ],
    });
    await expect(admin.get('/api/v1/usage/anna?quota=other')).rejects.toThrow('there are fair');
  });

  it('IS-02: is at the same step after a restart, told nothing twice; what came due meanwhile is done at the start', async () => {
    await using lab = await QuotaLab.start(daily, annaYaml);
    await lab.dial(anna);
    await uses(lab, 1_100_000_000n, coa);

    await lab.stop();
    const before = changes(lab);
    await lab.run();
    await lab.uses('anna', 1000n);
    expect(changes(lab)).toBe(before);
    expect(lab.rates()).toEqual([throttled]);

    await lab.stop();
    lab.clock.advance(hourMs);
    const told = lab.logged(coa);
    await lab.run();
    await told;
    expect(lab.rates()).toEqual([full]);
  });

  it('IS-10: whose NAS is away is told when it is heard again', async () => {
    await using lab = await QuotaLab.start(daily, annaYaml);
    await lab.dial(anna);
    const away = (['drop-incoming', 'refuse-login'] as const).map((kind) => lab.router.faults.add({ kind }));
    lab.router.dropConnections();

    const failed = lab.logged({ msg: 'session settled', result: 'failed' });
    await lab.uses('anna', 1_100_000_000n);
    await meanwhile(lab, failed);
    expect(lab.rates()).toEqual([full]);
    // Whoever comes meanwhile has the speed of the step all the same.
    expect(await lab.dial(anna)).toMatchObject({ ok: true, rateLimit: throttled });

    for (const lift of away) lift();
    await meanwhile(lab, lab.logged(coa));
    expect(lab.rates()).toEqual([throttled, throttled]);
  });
});

describe('a top-up', () => {
  it('IW-25: is fast at once, on every session, until it is used, also after a restart, and in the audit log', async () => {
    await using lab = await QuotaLab.start(daily, annaYaml);
    await lab.dial(anna);
    await uses(lab, 1_500_000_000n, coa);
    const topUp = async (body: object) =>
      (await lab.admin()).post<TopUpAnswer>('/api/v1/topup', { user: 'anna', by: 'mary', ...body });

    const told = lab.logged(coa);
    expect((await topUp({ amount: '1G', reason: 'paid 100' })).standing.quotas[0]).toMatchObject({
      left: '1000000000',
    });
    await told;
    expect(lab.rates()).toEqual([full]);
    // Lasts on; that of today is used first.
    await topUp({ amount: '500M', valid: '30d' });

    await lab.stop();
    await lab.run();
    expect((await standing(lab))?.quotas[0]).toMatchObject({ left: '1500000000', step: 0 });
    await lab.uses('anna', 1_200_000_000n);
    expect((await standing(lab))?.quotas[0]?.topUps).toMatchObject([{ number: 2, left: '300000000' }]);
    await uses(lab, 400_000_000n, coa);
    expect(lab.rates()).toEqual([throttled]);
    expect(await (await lab.admin()).get('/api/v1/audit?actions=topup')).toMatchObject([
      { who: 'mary', action: 'topup', object: 'anna', detail: '500M, for 30d' },
      { who: 'mary', action: 'topup', object: 'anna', reason: 'paid 100', result: 'added', detail: '1G' },
    ]);
  });
});

describe('a validity', () => {
  it('IS-02: begins with the first session, ends on time, and can be made longer', async () => {
    await using lab = await QuotaLab.start('validity: {from: first-login, lasts: 2h}', annaYaml);
    expect(await standing(lab)).toMatchObject({ notBegun: true });
    lab.clock.advance(5 * dayMs);
    await lab.dial(anna);
    await lab.accounted();
    expect(await standing(lab)).toMatchObject({ validUntil: '2026-03-15T14:00:00.000Z' });

    await lab.stop();
    await lab.run();
    await passes(lab, 2 * hourMs, ended);
    expect(await lab.dial(anna)).toMatchObject({ ok: false });

    const applied = lab.logged({ msg: 'plan applied', target: 'directory' });
    await (await lab.admin()).post('/api/v1/topup', { user: 'anna', extend: '7d' });
    await applied;
    expect(await lab.dial(anna)).toMatchObject({ ok: true });
    expect(Date.parse((await standing(lab))?.validUntil ?? '')).toBe(lab.clock.now() + 7 * dayMs);
  });
});

describe('a clock that is set', () => {
  it.each([1000, -1000, 25 * 365 * dayMs, -25 * 365 * dayMs])(
    'SPL-28: by %i ms and back leaves the right step',
    async (ms) => {
      await using lab = await QuotaLab.start(daily, annaYaml);
      await lab.dial(anna);
      await uses(lab, 1_100_000_000n, coa);

      lab.clock.set(ms);
      lab.clock.advance(30_000);
      await lab.refresh();
      lab.clock.set(-ms);
      lab.clock.advance(30_000);
      await lab.refresh();
      await lab.uses('anna', 1000n);

      expect(lab.rates()).toEqual([throttled]);
      expect((await standing(lab))?.quotas[0]).toMatchObject({ step: 1, resets: '2026-03-10T13:00:00.000Z' });
    },
  );
});

describe('a subscriber whom the router lets in by itself', () => {
  it('SPL-15: gets the profile of the step, which is there beforehand, and his own again', async () => {
    const ben = '- {name: ben, username: ben, password: secret, auth: local, router: core-1}';
    await using lab = await QuotaLab.start(daily, ben);
    const profileOf = () => lab.router.row('/ppp/secret', 'ben')?.['profile'];
    expect(lab.router.row('/ppp/profile', 'home (fair 1)')).toMatchObject({ 'rate-limit': throttled });
    await lab.dial({ username: 'ben', password: 'secret' });
    // Whoever asks for his usage has the router read.
    await standing(lab, 'ben');
    lab.router.traffic('ben', { down: 1_100_000_000n });
    lab.clock.advance(60_000);
    const crossed = lab.logged({ msg: 'quota step', step: 1 });
    expect((await standing(lab, 'ben'))?.quotas[0]).toMatchObject({ used: '1100000000', step: 1 });
    await crossed;
    await lab.refresh();

    expect(profileOf()).toBe('home (fair 1)');
    expect(lab.router.sessions()).toEqual([]);
    await lab.dial({ username: 'ben', password: 'secret' });
    expect(lab.rates()).toEqual([throttled]);
    await passes(lab, hourMs, { msg: 'quota step', step: 0 });
    await lab.refresh();
    expect(profileOf()).toBe('home');
  });
});
