import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/model/model.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { armSwitch, disarmSwitch, switchState } from '../../src/routeros/dead-man.ts';
import type { RouterTarget } from '../../src/routeros/router-target.ts';
import type { RouterOsSession } from '../../src/routeros/session.ts';
import { isOfSwitch, switchNames } from '../../src/routeros/switch-names.ts';
import { ReachLab } from '../support/reach-lab.ts';

const at = (address: string) => `/ip/address:\n  - {address: ${address}/8, interface: ether1}`;
const filter = (...rules: readonly string[]) =>
  `\n/ip/firewall/filter:\n${rules.map((rule) => `  - {${rule}}`).join('\n')}`;
const bad = 'chain: input, action: drop, src-address-list: bad';
const { signal } = new AbortController();

/** A lab whose router has the address we come to as ours, and the router under another operator's eyes. */
async function settled() {
  const lab = await ReachLab.start();
  const model = lab.model(at('127.0.0.2'));
  await lab.reconcile(lab.target(model), model);
  return { lab, model };
}

function of(operator: string, model: Model): Model {
  return { ...model, operator: { ...model.operator, name: operator } };
}

async function reboot(lab: ReachLab): Promise<void> {
  lab.router.reboot();
  lab.clock.advance(10_000);
  await new Promise((resolve) => setImmediate(resolve));
  await lab.router.settled();
}

/** Arms a switch that would take a rule away, and gives a session that dies after so many removals. */
async function armedAndCut(lab: ReachLab, target: RouterTarget, removals: number): Promise<RouterOsSession> {
  const session = await target.session(signal);
  const taken = [':do {/ip firewall filter remove [find chain="input"]} on-error={}'];
  await armSwitch(session, { router: 'core-1', operator: 'isp', statements: taken, waitMs: 300_000 }, signal);
  lab.router.add('/ip/firewall/filter', { chain: 'input', action: 'drop', 'src-address-list': 'bad' });
  let left = removals;
  const run: typeof session.run = async (command, ...rest) => {
    if (command.endsWith('/remove') && left-- <= 0) throw new Error('killed');
    return session.run(command, ...rest);
  };
  return { ...session, run };
}

const statements = (count: number) =>
  Array.from(
    { length: count },
    (_, at) =>
      `:do {/ip firewall address-list add list=taken address=10.0.${at >> 8}.${at & 255} comment="${'x'.repeat(400)}"} on-error={}`,
  );

describe('a switch that is removed', () => {
  // Three schedulers and one script; with four removals, all went through.
  it.each([0, 1, 2, 3, 4])(
    'leaves nothing that goes off later when we are cut off after %i removals',
    async (count) => {
      const { lab } = await settled();
      await using _lab = lab;
      const model = lab.model(at('127.0.0.2') + filter(bad));
      const target = lab.target(model);
      const cut = disarmSwitch(await armedAndCut(lab, target, count), 'isp', signal);
      if (count < 4) await expect(cut).rejects.toThrow('killed');
      else await cut;

      const restarted = lab.target(model);
      const { findings } = await restarted.observe(signal, restarted.desired(model));
      expect(findings.map(({ code }) => code)).toEqual(count < 4 ? ['LM_CONFIRM_PENDING'] : []);
      await restarted.settleArmed([], { rows: [], sessions: [], pendingEffects: [], findings: [] }, signal);
      expect(lab.switches()).toEqual([]);
      await reboot(lab);
      expect(lab.router.rows('/ip/firewall/filter')).toHaveLength(1);
    },
  );

  it.each([1, 2, 3])(
    'does not go off at a start of the router, cut off after %i removals and left so',
    async (count) => {
      const { lab, model } = await settled();
      await using _lab = lab;
      const cut = await armedAndCut(lab, lab.target(model), count);
      await expect(disarmSwitch(cut, 'isp', signal)).rejects.toThrow('killed');

      await reboot(lab);

      expect(lab.router.rows('/ip/firewall/filter')).toHaveLength(1);
    },
  );
});

describe('two operators of one router', () => {
  it('do not disarm each other, nor take what one was taken back for their own', async () => {
    const { lab, model } = await settled();
    await using _lab = lab;
    const session = await lab.target(model).session(signal);
    const switchOf = { router: 'core-1', statements: statements(1), waitMs: 300_000 };
    await armSwitch(session, { ...switchOf, operator: 'isp' }, signal);
    const other = of('other', { ...model, routers: model.routers.map((each) => ({ ...each, config: [] })) });

    const outcome = await lab.reconcile(lab.target(other), other);

    expect(outcome).toMatchObject({ result: 'applied', plan: { changes: [], findings: [] } });
    expect(await switchState(session, 'isp', signal)).toBe('armed');
    expect(await switchState(session, 'other', signal)).toBe('disarmed');
    await armSwitch(session, { ...switchOf, operator: 'other' }, signal);
    lab.clock.advance(400_000);
    await lab.router.settled();
    expect(await switchState(session, 'isp', signal)).toBe('fired');
    await disarmSwitch(session, 'isp', signal);
    expect(await switchState(session, 'other', signal)).toBe('fired');
  });

  it('have names of which none can be the other one’s', () => {
    expect(isOfSwitch(switchNames('a-boot').confirm, 'boot')).toBe(false);
    expect(isOfSwitch(switchNames('a').part(12), 'a')).toBe(true);
    expect(isOfSwitch(switchNames('2-a').part(1), 'a')).toBe(false);
    expect(isOfSwitch(switchNames('a').reverted, 'a')).toBe(false);
  });
});

describe('what takes a large plan back', () => {
  it('is in several scripts where one would be too long, and all of it runs', async () => {
    const { lab, model } = await settled();
    await using _lab = lab;
    const session = await lab.target(model).session(signal);

    await armSwitch(
      session,
      { router: 'core-1', operator: 'isp', statements: statements(150), waitMs: 300_000 },
      signal,
    );
    const parts = lab.switches().filter((name) => name.includes('lastmile-part'));
    lab.clock.advance(301_000);
    while (lab.switches().length > 1) await new Promise(setImmediate);

    expect(parts).toHaveLength(3);
    expect(lab.router.rows('/ip/firewall/address-list')).toHaveLength(150);
    expect(lab.switches()).toEqual(['/system/script lastmile-reverted-isp']);
    await disarmSwitch(session, 'isp', signal);
    expect(lab.switches()).toEqual([]);
  });

  it('is refused where it would fill the router', async () => {
    const { lab, model } = await settled();
    await using _lab = lab;
    const session = await lab.target(model).session(signal);
    const whole = { router: 'core-1', operator: 'isp', statements: statements(3_000), waitMs: 300_000 };

    await expect(armSwitch(session, whole, signal)).rejects.toMatchObject({ code: 'LM_CANNOT_ARM' });
    expect(lab.switches()).toEqual([]);
  });

  it('has the risky rows in it: one that cannot concern us takes no room, however many there are', async () => {
    const { lab } = await settled();
    await using _lab = lab;
    const many = Array.from(
      { length: 400 },
      (_, each) => `chain: forward, action: accept, protocol: tcp, dst-port: "${each + 1}"`,
    );
    const model = lab.model(at('127.0.0.2') + filter(...many, bad));

    expect(await lab.reconcile(lab.target(model), model)).toMatchObject({ result: 'applied' });
    expect(lab.switches()).toEqual([]);
  });

  it('has no secrets of rows that are no risk', async () => {
    const { lab } = await settled();
    await using _lab = lab;
    const tunnel = (key: string) => `\n/interface/wireguard:\n  - {name: wg1, private-key: "${key.repeat(42)}Q="}`;
    const [before, model] = [
      lab.model(at('127.0.0.2') + tunnel('O')),
      lab.model(at('127.0.0.2') + tunnel('N') + filter(bad)),
    ];
    await lab.reconcile(lab.target(before), before);
    const target = lab.target(model);
    const { rows, ...rest } = await target.observe(signal, target.desired(model));
    const risky: Change = {
      ...{ action: 'create', menu: '/ip/firewall/filter', identity: 'x', owner: 'Router/core-1#x' },
      set: { chain: 'input', action: 'drop', 'src-address-list': 'bad' },
    };
    const row = rows.find(({ menu }) => menu === '/interface/wireguard');
    const rekeyed: Change = {
      ...{ action: 'update', menu: '/interface/wireguard', identity: 'wg1', owner: row?.marker?.owner ?? '' },
      set: { 'private-key': `${'N'.repeat(42)}Q=` },
      ...(row === undefined ? {} : { before: row }),
    };

    await target.arm([risky, rekeyed], { rows, ...rest }, signal);

    const [script] = lab.router.rows('/system/script');
    expect(script?.['source']).toContain('/ip firewall filter remove');
    expect(script?.['source']).not.toContain('wireguard');
    await disarmSwitch(await target.session(signal), 'isp', signal);
  });
});

describe('a change that was taken back though it was not its fault', () => {
  it('is not held against the same change weeks later, and is known without its text', async () => {
    const { lab, model: before } = await settled();
    await using _lab = lab;
    const model = lab.model(at('127.0.0.2') + filter(bad));
    const target = lab.target(model);
    const arm = target.arm.bind(target);
    let lift = () => {};
    target.arm = async (...given) => {
      const armed = await arm(...given);
      lift = lab.router.faults.add({ kind: 'refuse-login' });
      return armed;
    };
    await expect(lab.reconcile(target, model)).rejects.toMatchObject({ code: 'LM_REVERTED' });
    lift();
    const kept = lab.memories.of('core-1').reverted();

    expect((await lab.reconcile(lab.target(model), model)).plan.held).toHaveLength(1);
    const pool = lab.model(`${at('127.0.0.2')}${filter(bad)}\n/ip/pool:\n  - {name: x, ranges: 10.0.0.2-10.0.0.9}`);
    expect(await lab.reconcile(lab.target(pool), pool)).toMatchObject({ plan: { changes: [{ menu: '/ip/pool' }] } });
    await lab.reconcile(lab.target(before), before);
    expect(lab.memories.of('core-1').reverted()).toBeUndefined();
    expect(await lab.reconcile(lab.target(model), model)).toMatchObject({ result: 'applied', plan: { held: [] } });

    expect(kept).toMatch(/^[0-9a-f]{32}:[0-9a-f]{64}$/);
  });
});
