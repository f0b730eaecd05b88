import { describe, expect, it } from 'vitest';
import { planTargets } from '../../../src/daemon/targets/plan-targets.ts';
import { runTarget } from '../../../src/daemon/targets/run-target.ts';
import type { Model } from '../../../src/model/model.ts';
import { judge } from '../../../src/status/conditions.ts';
import { document, modelOf, operator } from '../../support/manifest.ts';
import { ReachLab } from '../../support/reach-lab.ts';

const { signal } = new AbortController();
const service = document('Service', 'home', 'access: [pppoe]\nauth: local\nrouters: [core-1]');
const person = (state: string) =>
  document('Subscriber', 'anna', `service: home\nusername: anna\npassword: "pa55-anna"\nstate: ${state}`);

/** The repository: the router with this configuration, and anna, who is let in by it. */
function declared(lab: ReachLab, config: string, state: string): Model {
  const api = `api: {port: ${lab.router.apiPort}, username: lastmile, password: {derive: 1}}`;
  const whole = `/ip/address:\n  - {address: 127.0.0.2/8, interface: ether1}\n${config}`;
  const router = document('Router', 'core-1', `address: 127.0.0.2\n${api}\nconfig:\n${whole.replace(/^/gm, '  ')}`);
  return modelOf({ 'network.yaml': [operator, router, service, person(state)].join('---\n') });
}

function run(lab: ReachLab, model: Model, reason: string) {
  return runTarget(lab.target(model), {
    model,
    revision: 'x',
    mode: 'apply',
    guard: { deleteLimits: model.operator.reconcile.deleteLimits },
    inventory: lab.inventory,
    reason,
    clock: lab.clock,
    signal,
  });
}

function anna(lab: ReachLab): string | undefined {
  return lab.router.rows('/ppp/secret').find(({ name }) => name === 'anna')?.['disabled'];
}

const pool = '/ip/pool:\n  - {name: x, ranges: 10.9.0.2-10.9.0.9}';
const shutOut = `${pool}\n/ip/firewall/filter:\n  - {chain: input, action: drop}`;
const risky = `${pool}\n/ip/firewall/filter:\n  - {chain: input, action: drop, src-address-list: bad}`;

describe('a suspension while the plan of its router would lock us out', () => {
  it('is carried out when its time comes, and nothing else; a commit and a person are refused as a whole', async () => {
    await using lab = await ReachLab.start();
    await run(lab, declared(lab, '', 'active'), 'revision');
    const model = declared(lab, shutOut, 'suspended');

    for (const reason of ['revision', 'request']) {
      const { report } = await run(lab, model, reason);
      expect(report).toMatchObject({ result: 'refused', refusals: [{ code: 'LM_LOCK_OUT' }] });
      expect(anna(lab)).toBe('false');
    }
    const { report } = await run(lab, model, 'time');

    expect(anna(lab)).toBe('true');
    expect(lab.router.rows('/ip/pool')).toEqual([]);
    expect(lab.router.rows('/ip/firewall/filter')).toEqual([]);
    expect(report).toMatchObject({ result: 'applied', refusals: [{ code: 'LM_LOCK_OUT' }], commitWaits: true });
    expect(judge(report)).toContainEqual(
      expect.objectContaining({ type: 'Stalled', status: 'True', reason: 'LockOut' }),
    );
    const again = await run(lab, model, 'interval');
    expect(again.report).toMatchObject({ result: 'refused' });
  });

  it('is carried out where what may cut us off cannot be taken back', async () => {
    await using lab = await ReachLab.start({ deviceMode: 'home' });
    await run(lab, declared(lab, '', 'active'), 'revision');
    const model = declared(lab, risky, 'suspended');

    expect((await run(lab, model, 'revision')).report).toMatchObject({ error: { code: 'LM_CANNOT_ARM' } });
    expect(anna(lab)).toBe('false');
    const { report } = await run(lab, model, 'time');

    expect(anna(lab)).toBe('true');
    expect(lab.router.rows('/ip/pool')).toEqual([]);
    expect(report).toMatchObject({ result: 'applied', refusals: [{ code: 'LM_CANNOT_ARM' }] });
    expect((await run(lab, model, 'interval')).report).toMatchObject({ error: { code: 'LM_CANNOT_ARM' } });
  });
});

describe('what else is declared of a router that took changes back', () => {
  it('is applied; what was taken back waits, is named, and is in the plan of a person', async () => {
    await using lab = await ReachLab.start();
    const before = declared(lab, '', 'active');
    await run(lab, before, 'revision');
    const model = declared(lab, risky, 'active');
    let lift = () => {};
    const target = lab.target(model);
    const arm = target.arm.bind(target);
    target.arm = async (...given) => {
      const armed = await arm(...given);
      lift = lab.router.faults.add({ kind: 'refuse-login' });
      return armed;
    };
    const { report: first } = await runTarget(target, {
      ...{
        model,
        revision: 'x',
        mode: 'apply',
        inventory: lab.inventory,
        reason: 'revision',
        clock: lab.clock,
        signal,
      },
      guard: { deleteLimits: model.operator.reconcile.deleteLimits },
    });
    lift();

    const { report } = await run(lab, declared(lab, risky, 'suspended'), 'revision');
    const plan = await planTargets([lab.target(model)], {
      ...{ model, revision: 'x', inventory: lab.inventory, now: lab.clock.now(), signal, sessionsKnown: true },
      lastRevision: () => undefined,
    });

    expect(first).toMatchObject({ result: 'failed', error: { code: 'LM_REVERTED' }, reverted: 'x' });
    expect(report).toMatchObject({ result: 'applied', reverted: 'x', waiting: [{ why: expect.any(String) }] });
    expect(judge(report)).toContainEqual(
      expect.objectContaining({ type: 'Stalled', status: 'True', reason: 'RolledBack' }),
    );
    expect(anna(lab)).toBe('true');
    expect(lab.router.rows('/ip/pool')).toHaveLength(1);
    expect(lab.router.rows('/ip/firewall/filter')).toEqual([]);
    expect(plan.changes.map(({ menu }) => menu)).toContain('/ip/firewall/filter');
    expect(plan.findings).toMatchObject([
      { code: 'LM_REVERTED', message: expect.stringContaining('lastmile apply') },
      { code: 'LM_COMMIT_CONFIRM' },
    ]);
    const asked = await run(lab, model, 'request');
    expect(asked.report).toMatchObject({ result: 'applied' });
    expect(lab.router.rows('/ip/firewall/filter')).toHaveLength(1);
  });
});
