import { describe, expect, it } from 'vitest';
import type { TopUpAnswer } from '../../../src/admin/quota.ts';
import type { WhyAnswer } from '../../../src/admin/service.ts';
import { changedByCoa, disconnected, minuteMs, passes, QuotaLab, standing, uses } from '../../support/quota-lab.ts';

const anna = { username: 'anna', password: 'secret' };
const annaYaml = '- {name: anna, username: anna, password: secret}';
const slow = 'then: {rate: {down: 2M, up: 1M}}';
const hourly = `quotas: [{name: fair, octets: 1G, period: hour, ${slow}}]`;
const hourMs = 3_600_000;
const full = '5M/20M';
const throttled = '1M/2M';
const applied = { msg: 'plan applied', target: 'directory' };

const why = async (lab: QuotaLab) => (await lab.admin()).get<WhyAnswer>('/api/v1/why/anna');

async function topUp(lab: QuotaLab, body: object): Promise<TopUpAnswer> {
  return (await lab.admin()).post<TopUpAnswer>('/api/v1/topup', { user: 'anna', by: 'mary', ...body });
}

describe('somebody who has used up a quota', () => {
  it('is put on another pool and list by a new session, and off them likewise', async () => {
    const other = 'then: {pool: slow, addressList: used-up}';
    await using lab = await QuotaLab.start(`quotas: [{name: fair, octets: 1G, period: hour, ${other}}]`, annaYaml);
    await lab.dial(anna);

    await uses(lab, 1_000_000_000n, disconnected);
    await lab.dial(anna);

    expect(lab.router.sessions()[0]?.address).toMatch(/^10\.20\.0\./);
    expect(lab.router.rows('/ip/firewall/address-list').map(({ list }) => list)).toContain('used-up');
    await passes(lab, hourMs, disconnected);
    await lab.dial(anna);
    expect(lab.router.sessions()[0]?.address).toMatch(/^10\.10\.0\./);
  });

  it('is kept to a page where that is said: by a new session, on its list and at its speed alone', async () => {
    const page = 'then: {redirect: {addressList: used-up, rate: {down: 512k, up: 256k}}}';
    await using lab = await QuotaLab.start(`quotas: [{name: fair, octets: 1G, period: hour, ${page}}]`, annaYaml);
    await lab.dial(anna);
    const lists = () => lab.router.rows('/ip/firewall/address-list').map(({ list }) => list);
    expect(lists()).not.toContain('used-up');

    await uses(lab, 1_000_000_000n, disconnected);
    expect(await lab.dial(anna)).toMatchObject({ ok: true, rateLimit: '256k/512k' });
    expect(lists()).toContain('used-up');
    expect((await standing(lab))?.quotas[0]).toMatchObject({ step: 1, effect: 'on the address list used-up' });
    // What he uses there, as to pay, does not cut him off again.
    await lab.uses('anna', 50_000_000n);
    expect(lab.rates()).toEqual(['256k/512k']);

    await passes(lab, hourMs, disconnected);
    expect(await lab.dial(anna)).toMatchObject({ ok: true, rateLimit: full });
    expect(lists()).not.toContain('used-up');
  });

  it('is let in again by a top-up while he is blocked, and blocked anew when it is used', async () => {
    await using lab = await QuotaLab.start('quotas: [{name: fair, octets: 1G, period: day}]', annaYaml);
    await lab.dial(anna);
    await uses(lab, 1_200_000_000n, disconnected);
    expect(await lab.dial(anna)).toMatchObject({ ok: false });

    const run = lab.logged(applied);
    await topUp(lab, { amount: '500M', valid: '7d' });
    await run;
    expect(await lab.dial(anna)).toMatchObject({ ok: true, rateLimit: full });
    // The NAS counts what is left of the top-up.
    expect((await why(lab)).decisions[0]?.reply).toContain('Mikrotik-Total-Limit=500000000');

    await uses(lab, 500_000_000n, disconnected);
    expect(await lab.dial(anna)).toMatchObject({ ok: false });
  });

  it('may use what was left of the period before, after its own, and not later', async () => {
    const carried = `quotas: [{name: fair, octets: 1G, period: hour, carryOver: 600M, ${slow}}]`;
    await using lab = await QuotaLab.start(carried, annaYaml.replace('}', ', since: 2026-03-01}'));
    await lab.dial(anna);
    await lab.uses('anna', 300_000_000n);

    // 700M are left at 13:00, and 600M of them go on.
    lab.clock.advance(hourMs - 2 * minuteMs);
    await lab.accounted();
    await lab.uses('anna', 1_500_000_000n);
    expect(lab.rates()).toEqual([full]);
    expect((await standing(lab))?.quotas[0]).toMatchObject({ carried: '600000000', left: '100000000', step: 0 });
    await uses(lab, 100_000_000n, changedByCoa);
    expect(lab.rates()).toEqual([throttled]);

    await passes(lab, hourMs, changedByCoa);
    expect((await standing(lab))?.quotas[0]).toMatchObject({ carried: '0', left: '1000000000', step: 0 });
  });
});

describe('a top-up', () => {
  it('is refused where there is nothing it could be added to', async () => {
    await using lab = await QuotaLab.start(hourly, `${annaYaml}\n- {name: ben, username: ben, password: secret}`);
    const admin = await lab.admin();
    const refused = (body: object) => expect(admin.post('/api/v1/topup', body)).rejects;

    await refused({ user: 'carl', amount: '1G' }).toThrow('carl has neither quotas nor a validity');
    await refused({ user: 'anna', amount: '5h' }).toThrow('anna has no quota of time: it has fair (octets)');
    await refused({ user: 'anna', amount: '1G', quota: 'other' }).toThrow('no quota other of octets');
    await refused({ user: 'anna', amount: 'lots' }).toThrow('10G or 5h is needed');
    await refused({ user: 'anna', amount: '1G', valid: '500d' }).toThrow('a top-up lasts 400d at most');
    await refused({ user: 'anna', extend: '3d' }).toThrow('anna has no validity');
    await refused({ user: 'anna' }).toThrow('one of them');
  });
});

describe('free hours', () => {
  it('count nothing, and no step is in force while they last', async () => {
    // 12:00 UTC is 15:00 in Nairobi.
    const free = 'freeHours: [{from: "16:00", till: "17:00"}]';
    await using lab = await QuotaLab.start(
      `quotas: [{name: fair, octets: 1G, period: day, ${free}, ${slow}}]`,
      annaYaml,
    );
    await lab.dial(anna);
    await uses(lab, 1_100_000_000n, changedByCoa);

    await passes(lab, hourMs, changedByCoa);
    expect(lab.rates()).toEqual([full]);
    await lab.uses('anna', 5_000_000_000n);
    expect((await standing(lab))?.quotas[0]).toMatchObject({ used: '1100000000', free: true });

    await passes(lab, hourMs, changedByCoa);
    expect(lab.rates()).toEqual([throttled]);
  });
});

describe('a quota of time', () => {
  it('is told to the NAS, which ends the session itself, and acts with the interim all the same', async () => {
    await using lab = await QuotaLab.start('quotas: [{name: evening, time: 10m, period: day}]', annaYaml);
    await lab.dial(anna);
    const { decisions } = await (await lab.admin()).get<WhyAnswer>('/api/v1/why/anna');
    expect(decisions[0]?.reply).toContain('Session-Timeout=600');

    const told = lab.logged({ msg: 'quota step', step: 1 });
    for (let at = 0; at < 5; at += 1) {
      lab.clock.advance(120_000);
      await lab.accounted();
    }
    await told;
    await lab.refresh();

    expect(await lab.dial(anna)).toMatchObject({ ok: false });
  });
});

describe('somebody whose prepaid time is over', () => {
  it('stays online while the grace lasts, and is cut off with it', async () => {
    const service = 'validity: {from: first-login, lasts: 2h}\ngrace: 1h';
    await using lab = await QuotaLab.start(service, annaYaml);
    await lab.dial(anna);
    await lab.accounted();

    lab.clock.advance(2 * hourMs + minuteMs);
    await lab.refresh();
    expect(lab.rates()).toEqual([full]);
    expect((await why(lab)).hints.join()).toContain('in grace');

    await passes(lab, hourMs, disconnected);
    expect(lab.rates()).toEqual([]);
    expect(await lab.dial(anna)).toMatchObject({ ok: false });
    expect((await why(lab)).decisions[0]).toMatchObject({ verdict: 'reject', reason: 'expired' });
  });
});

describe('somebody who is suspended', () => {
  it('is cut off whatever is left of his quota, is told why, and goes on with what was left when he is back', async () => {
    await using lab = await QuotaLab.start(hourly, annaYaml);
    await lab.dial(anna);
    await uses(lab, 1_100_000_000n, changedByCoa);

    lab.declare(hourly, annaYaml.replace('}', ', state: suspended, reason: invoice 2041}'));
    const cut = lab.logged(disconnected);
    await lab.refresh();
    await cut;
    expect(lab.rates()).toEqual([]);
    expect(await lab.dial(anna)).toMatchObject({ ok: false });
    const told = await why(lab);
    expect(told.decisions[0]).toMatchObject({ verdict: 'reject', reason: 'suspended' });
    expect(JSON.stringify(told)).toContain('invoice 2041');

    lab.declare(hourly, annaYaml);
    await lab.refresh();
    expect(await lab.dial(anna)).toMatchObject({ ok: true, rateLimit: throttled });
    expect((await standing(lab))?.quotas[0]).toMatchObject({ used: '1100000000', step: 1 });
  });
});
