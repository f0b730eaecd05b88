import { describe, expect, it } from 'vitest';
import type { DriftAnswer } from '../../src/admin/service.ts';
import type { PlanDocument } from '../../src/reconcile/plan.ts';
import type { TargetReport } from '../../src/status/report.ts';
import { canaries, servicesYaml, subscribersYaml, TestNetwork } from '../support/network.ts';

const profile = (network: TestNetwork) => network.router.rows('/ppp/profile').find((row) => row['name'] === 'home');

async function reconcile(network: TestNetwork): Promise<TargetReport | undefined> {
  const { out } = await network.lastmile('reconcile', 'core-1', '-o', 'json');
  return (JSON.parse(out) as readonly TargetReport[])[0];
}

async function drift(network: TestNetwork): Promise<DriftAnswer> {
  const { out } = await network.lastmile('drift', 'core-1', '-o', 'json');
  return JSON.parse(out) as DriftAnswer;
}

/** Waits for the run that a commit, a pause or a clock asks for. */
async function said(network: TestNetwork, condition: string): Promise<string> {
  for (;;) {
    const { out } = await network.lastmile('status', 'core-1');
    const line = out.split('\n').find((each) => each.trim().startsWith(`${condition}`));
    if (line !== undefined) return line.trim();
  }
}

/** Waits until the router's pool is that. */
async function poolOf(network: TestNetwork, ranges: string): Promise<void> {
  while (network.router.rows('/ip/pool').every((row) => row['ranges'] !== ranges)) {
    await network.lastmile('status');
  }
}

/** Waits until the speed of its profile is that: what was said before is no sign of what was asked for since. */
async function rateOf(network: TestNetwork, rate: string): Promise<void> {
  while (profile(network)?.['rate-limit'] !== rate) await network.lastmile('status');
}

function byHand(network: TestNetwork, rate: string): void {
  network.router.set('/ppp/profile', 'home', { 'rate-limit': rate });
}

describe('a router that is suspended', () => {
  it('IS-01: is looked at and not written to, until it is resumed', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();

    const suspended = await network.lastmile('suspend', 'core-1', '--reason', 'new line card', '--until', '2h');
    network.write('services.yaml', servicesYaml('40M', '8M'));
    network.commit('faster');
    const condition = await said(network, 'Suspended=True');
    const held = await network.lastmile('apply', network.dir, '--auto-approve');
    const before = profile(network)?.['rate-limit'];
    const resumed = await network.lastmile('resume', 'core-1');
    await rateOf(network, '8M/40M');

    expect(suspended.code, suspended.err).toBe(0);
    expect(condition).toContain('new line card');
    expect(held).toMatchObject({ code: 4, out: expect.stringContaining('it is suspended until') });
    expect(held.err + held.out).toContain('not applied: it is suspended');
    expect(before).toBe('5M/20M');
    expect(resumed).toMatchObject({ code: 0, out: 'core-1 is followed again.\n' });
  });

  it('is one of those there are, and never the directory; it is resumed once', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();

    const slip = await network.lastmile('suspend', 'core-2', '--reason', 'x');
    const directory = await network.lastmile('suspend', 'directory', '--reason', 'x');
    const past = await network.lastmile('suspend', 'core-1', '--reason', 'x', '--until', '2001-01-01T00:00:00Z');
    const nothing = await network.lastmile('resume', 'core-1');

    expect(slip).toMatchObject({ code: 64, err: expect.stringContaining('did you mean core-1') });
    expect(directory).toMatchObject({ code: 64, err: expect.stringContaining('RADIUS is served from it') });
    expect(past).toMatchObject({ code: 64, err: expect.stringContaining('no time to come') });
    expect(nothing).toMatchObject({ code: 1, err: 'lastmile: core-1 is not suspended\n' });
  });

  it('stays so over a restart, also when it was suspended while no daemon ran', async () => {
    await using network = await TestNetwork.start();
    const first = await network.running();
    await first.stop();
    await network.lastmile('suspend', 'core-1', '--reason', 'maintenance');
    byHand(network, '1M/1M');

    await using _daemon = await network.daemon();
    const line = await said(network, 'Suspended=True');
    const during = profile(network)?.['rate-limit'];
    await network.lastmile('resume', 'core-1');
    await said(network, 'Suspended=False');
    await rateOf(network, '5M/20M');

    expect(line).toContain('maintenance');
    expect(during).toBe('1M/1M');
  });
});

describe('work by hand behind the glass', () => {
  it('IS-01: is written down with what was found and what is declared, and put back afterwards', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();
    await network.lastmile('breakglass', 'core-1', '--reason', 'outage');
    byHand(network, '1M/1M');

    await reconcile(network);
    const during = await drift(network);
    const text = await network.lastmile('drift', '--detailed-exitcode');
    await reconcile(network);
    const again = await drift(network);
    await network.lastmile('resume', 'core-1');
    await said(network, 'Drifted=False');
    const after = await drift(network);

    const change = { name: 'rate-limit', found: '1M/1M', declared: '5M/20M' };
    expect(during.open).toMatchObject([{ address: 'core-1/ppp/profile/home', cause: 'drift' }]);
    expect(during.events).toMatchObject([{ result: 'left', owner: 'Service/home', fields: [change] }]);
    expect(text.code).toBe(2);
    expect(text.out).toContain('rate-limit: found 1M/1M, declared 5M/20M');
    expect(again.events).toHaveLength(1);
    expect(after.open).toEqual([]);
    expect(after.events).toMatchObject([{ result: 'healed', fields: [change] }, { result: 'left' }]);
    expect(profile(network)?.['rate-limit']).toBe('5M/20M');
  });

  it('is told also while a commit waits', async () => {
    await using network = await TestNetwork.start({ operator: '  reconcile: {interval: 1s}\n' });
    await using _daemon = await network.running('--poll-seconds', '1');
    await network.lastmile('breakglass', 'core-1', '--reason', 'outage');
    network.write('router.yaml', network.routerYaml.replace('.199]', '.190]'));
    network.commit('a smaller pool');
    await said(network, 'Synced=False');
    byHand(network, '1M/1M');
    await said(network, 'Drifted=True');

    const { open, events } = await drift(network);

    expect(open).toMatchObject([{ address: 'core-1/ppp/profile/home' }]);
    expect(events).toMatchObject([{ address: 'core-1/ppp/profile/home', result: 'left' }]);
  });
});

describe('drift where heal is never', () => {
  it('IS-01: is told and left, also when something else is committed, until a person applies', async () => {
    await using network = await TestNetwork.start({ operator: '  reconcile: {heal: never, interval: 1s}\n' });
    await using _daemon = await network.running('--poll-seconds', '1');
    byHand(network, '1M/1M');
    await said(network, 'Drifted=True');
    network.write(
      'services.yaml',
      `${servicesYaml('20M', '5M')}---\n${servicesYaml('9M', '9M').replace('home}', 'more}')}`,
    );
    network.write('router.yaml', network.routerYaml.replace('.199]', '.190]'));
    network.commit('a smaller pool');
    await poolOf(network, '10.10.0.2-10.10.0.190');

    const left = profile(network)?.['rate-limit'];
    await network.lastmile('apply', network.dir, '--auto-approve');

    expect(left).toBe('1M/1M');
    expect(profile(network)?.['rate-limit']).toBe('5M/20M');
  });
});

describe('what is to be ignored', () => {
  it('is left by plan, apply and drift alike, and the plan says so', async () => {
    const ignore = '{menu: /ppp/profile, match: {name: home}, fields: [rate-limit]}';
    await using network = await TestNetwork.start({ operator: `  reconcile: {ignore: [${ignore}]}\n` });
    await using _daemon = await network.running();
    byHand(network, '1M/1M');

    const plan = await network.lastmile('plan', network.dir, '--detailed-exitcode');
    const applied = await network.lastmile('apply', network.dir, '--auto-approve');
    const { open, events } = await drift(network);

    expect(plan).toMatchObject({ code: 0, out: expect.stringContaining('home (rate-limit) left as it is') });
    expect(applied.code).toBe(0);
    expect([open, events]).toEqual([[], []]);
    expect(profile(network)?.['rate-limit']).toBe('1M/1M');
  });
});

describe('an object that must not be destroyed', () => {
  const annotated = '    annotations: {lastmile/prevent-destroy: "true"}\n';
  const without = subscribersYaml().replace(/ {2}- name: ben[\s\S]*$/, '');

  it('goes in two commits, and not with the annotation in one', async () => {
    await using network = await TestNetwork.start();
    network.write('subscribers.yaml', subscribersYaml('', annotated));
    network.commit('protected');
    await using _daemon = await network.running();

    network.write('subscribers.yaml', without);
    network.commit('gone');
    const refused = await network.lastmile('apply', network.dir, '--auto-approve', '--allow-deletes', '9');
    const kept = network.router.rows('/ppp/secret').length;
    network.write('subscribers.yaml', subscribersYaml());
    network.commit('no longer protected');
    await network.lastmile('reconcile');
    network.write('subscribers.yaml', without);
    network.commit('gone now');
    await network.lastmile('reconcile');

    expect(refused).toMatchObject({ code: 4, out: expect.stringContaining('lastmile/prevent-destroy forbids') });
    expect(kept).toBe(1);
    expect(network.router.rows('/ppp/secret')).toEqual([]);
  });
});

describe('changes outside of their window', () => {
  it('wait, but for those of subscribers, unless a person applies them', async () => {
    const day = (new Date().getUTCDay() + 3) % 7;
    const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][day];
    await using network = await TestNetwork.start({
      operator: `  reconcile: {windows: [{days: [${days}], from: "01:00", till: "02:00"}]}\n`,
    });
    await using _daemon = await network.running('--poll-seconds', '1');
    await network.lastmile('apply', network.dir, '--auto-approve');
    network.write('services.yaml', servicesYaml('40M', '8M'));
    network.write('subscribers.yaml', subscribersYaml('', '    state: suspended\n    reason: unpaid\n'));
    network.commit('faster, and ben has not paid');

    const waits = await said(network, 'Synced=False');
    const plan = await network.lastmile('plan', network.dir, '-o', 'json');
    const [ben] = network.router.rows('/ppp/secret');
    const rate = profile(network)?.['rate-limit'];
    await network.lastmile('apply', network.dir, '--auto-approve');

    expect(waits).toContain('OutsideWindow');
    expect((JSON.parse(plan.out) as PlanDocument).findings.map(({ code }) => code)).toContain('LM_WINDOW_CLOSED');
    expect(ben?.['disabled']).toBe('true');
    expect(rate).toBe('5M/20M');
    expect(profile(network)?.['rate-limit']).toBe('8M/40M');
  });
});

describe('secrets that drifted', () => {
  it('are never told', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();
    network.router.set('/ppp/secret', 'ben@isp.example', { password: 'somebody-set-this' });

    await reconcile(network);
    const { out } = await network.lastmile('drift', '-o', 'json');

    expect(out).toContain('"found": "[secret]"');
    expect(out).not.toContain('somebody-set-this');
    expect(out).not.toContain(canaries.benPassword);
  });
});
