import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/model/model.ts';
import { prepare } from '../../src/reconcile/reconcile-once.ts';
import { ReachLab } from '../support/reach-lab.ts';

const at = (address: string) => `/ip/address:\n  - {address: ${address}/8, interface: ether1}`;

/** A lab whose router holds this configuration already, as ours. */
async function settledAt(address: string) {
  const lab = await ReachLab.start();
  const model = lab.model(at(address));
  const target = lab.target(model);
  await lab.reconcile(target, model);
  return { lab, model, target };
}

describe('a plan that changes the address we come to', () => {
  it('is applied over the address it had, and confirmed at the new one, where that is declared', async () => {
    const { lab } = await settledAt('127.0.0.2');
    await using _lab = lab;
    const model = lab.model(at('127.0.0.3'), '127.0.0.3');
    const target = lab.target(model);
    const { signal } = new AbortController();

    const before = (await target.observe(signal, target.desired(model))).findings;
    const outcome = await lab.reconcile(target, model);

    expect(before).toMatchObject([{ code: 'LM_REACHED_ELSEWHERE' }]);
    expect(outcome).toMatchObject({ result: 'applied' });
    expect(lab.addresses()).toEqual(['127.0.0.3/8']);
    expect(lab.switches()).toEqual([]);
    expect((await target.observe(signal)).findings).toEqual([]);
    expect(lab.memories.of('core-1').reached()?.host).toBe('127.0.0.3');
    expect(lab.memories.unconfirmed()).toEqual([]);
  });

  it('is taken back by the router when we do not come back, and not tried again', async () => {
    const { lab, target } = await settledAt('127.0.0.2');
    await using _lab = lab;
    const model = lab.model(at('127.0.0.9'));

    await expect(lab.reconcile(target, model)).rejects.toMatchObject({
      code: 'LM_REVERTED',
      retry: 'never',
      message: expect.stringContaining('127.0.0.2'),
    });
    await lab.router.settled();

    expect(lab.memories.unconfirmed()).toEqual([]);
    expect(lab.addresses()).toEqual(['127.0.0.2/8']);
    const again = await lab.reconcile(target, model);
    expect(again).toMatchObject({ result: 'applied', plan: { changes: [], findings: [{ code: 'LM_REVERTED' }] } });
    expect(again.plan.held).toHaveLength(2);
    expect(lab.addresses()).toEqual(['127.0.0.2/8']);
    const other = lab.target(model);
    expect(await lab.reconcile(other, model)).toMatchObject({ plan: { findings: [{ code: 'LM_REVERTED' }] } });
    expect(lab.switches()).toEqual([]);
  });

  it('is tried once more when a person asks, and as soon as something else is declared', async () => {
    const { lab, target } = await settledAt('127.0.0.2');
    await using _lab = lab;
    const [wrong, right] = [lab.model(at('127.0.0.9')), lab.model(at('127.0.0.3'), '127.0.0.3')];
    await expect(lab.reconcile(target, wrong)).rejects.toMatchObject({ code: 'LM_REVERTED' });

    await expect(lab.reconcile(target, wrong, { asked: true })).rejects.toMatchObject({ code: 'LM_REVERTED' });
    const other = await lab.reconcile(lab.target(right), right);

    expect(other).toMatchObject({
      result: 'applied',
      plan: { held: [], findings: [{ code: 'LM_REACHED_ELSEWHERE' }] },
    });
    expect(lab.addresses()).toEqual(['127.0.0.3/8']);
    expect(lab.memories.of('core-1').reverted()).toBeUndefined();
  });

  it('is confirmed by the next start where we ended in the middle', async () => {
    const { lab, model: before, target } = await settledAt('127.0.0.2');
    await using _lab = lab;
    const model = lab.model(at('127.0.0.9'));
    const stop = new AbortController();
    const { observe } = target;
    const observation = await observe.call(target, stop.signal, target.desired(model));
    const changes = [
      {
        action: 'delete' as const,
        menu: '/ip/address',
        identity: observation.rows.find(({ menu }) => menu === '/ip/address')?.identity ?? '',
        owner: 'Router/core-1',
        set: {},
        before: observation.rows.find(({ menu }) => menu === '/ip/address'),
      },
      {
        action: 'create' as const,
        menu: '/ip/address',
        identity: 'x',
        owner: 'Router/core-1',
        set: { address: '127.0.0.9/8', interface: 'ether1' },
      },
    ];
    await target.arm(changes as Parameters<typeof target.arm>[0], observation, stop.signal);
    expect(lab.switches()).toHaveLength(4);
    expect(lab.memories.unconfirmed()).toEqual([{ router: 'core-1', until: expect.any(Number) }]);

    const next = lab.target(before);
    const seen = await next.observe(stop.signal);
    expect(seen.findings).toMatchObject([{ code: 'LM_CONFIRM_PENDING' }]);
    expect(lab.switches()).toHaveLength(4);
    await lab.reconcile(next, before);

    expect(lab.switches()).toEqual([]);
    expect((await next.observe(stop.signal)).findings).toEqual([]);
    expect(lab.memories.unconfirmed()).toEqual([]);
  });
});

describe('a router that cannot take changes back', () => {
  it('is not changed at all where its device-mode forbids schedulers: it says how to allow them', async () => {
    await using lab = await ReachLab.start({ deviceMode: 'home' });
    const model = lab.model(at('127.0.0.9'));
    const target = lab.target(model);

    await expect(lab.reconcile(target, model)).rejects.toMatchObject({
      code: 'LM_CANNOT_ARM',
      retry: 'never',
      message: expect.stringContaining('/system/device-mode/update scheduler=yes'),
    });

    expect(lab.addresses()).toEqual(['127.0.0.2/8']);
    expect(lab.switches()).toEqual([]);
  });

  it('is changed where nothing can cut us off', async () => {
    await using lab = await ReachLab.start({ deviceMode: 'home' });
    const model = lab.model('/ip/firewall/filter:\n  - {chain: forward, action: drop, src-address: 10.0.0.0/8}');

    expect(await lab.reconcile(lab.target(model), model)).toMatchObject({ result: 'applied' });
  });
});

describe('a firewall that may keep us out', () => {
  const dropping = '/ip/firewall/filter:\n  - {chain: input, action: drop, src-address-list: bad}';

  it.each(['7.22.3', '6.49.17'])('is confirmed over a new session where it lets us in (%s)', async (version) => {
    await using lab = await ReachLab.start({ version });
    const model = lab.model(dropping);

    expect(await lab.reconcile(lab.target(model), model)).toMatchObject({ result: 'applied' });
    expect(lab.router.rows('/ip/firewall/filter')).toHaveLength(1);
    expect(lab.switches()).toEqual([]);
    const told = lab.router.log().filter(({ message }) => message?.includes('lastmile did not come back'));
    expect(told).toEqual([]);
  });
});

describe('a firewall that lets us in by a rule, and drops the rest', () => {
  const ours = (port: number) => `  - {chain: input, action: accept, protocol: tcp, dst-port: ${port}}`;
  const drop = '  - {chain: input, action: drop}';
  const filter = (...rules: readonly string[]) => ['/ip/firewall/filter:', ...rules].join('\n');
  const without = '/interface/list:\n  - {name: wan}';
  const revertedBy = (lab: ReachLab) =>
    lab.router.log().filter(({ message }) => message?.includes('did not come back'));

  /** What is declared then, on a router that has both rules. */
  async function settled(then: (port: number) => string) {
    const lab = await ReachLab.start();
    const first = lab.model(filter(ours(lab.router.apiPort), drop));
    await lab.reconcile(lab.target(first), first);
    const model = lab.model(then(lab.router.apiPort));
    return { lab, model, target: lab.target(model), before: lab.router.rows('/ip/firewall/filter') };
  }

  it('goes from its end, so that we are let in all the while', async () => {
    const { lab, model, target } = await settled(() => without);
    await using _lab = lab;

    expect(await lab.reconcile(target, model)).toMatchObject({ result: 'applied' });

    expect(lab.router.rows('/ip/firewall/filter')).toEqual([]);
    expect(revertedBy(lab)).toEqual([]);
  });

  it('has its new rules before the old ones go', async () => {
    const accept = '  - {key: noc, chain: input, action: accept, src-address: 127.0.0.0/8}';
    const { lab, model, target } = await settled(() => filter(accept, '  - {key: rest, chain: input, action: drop}'));
    await using _lab = lab;

    expect(await lab.reconcile(target, model)).toMatchObject({ result: 'applied' });

    expect(lab.router.rows('/ip/firewall/filter').map(({ action }) => action)).toEqual(['accept', 'drop']);
    expect(revertedBy(lab)).toEqual([]);
  });

  it('comes after who is on its lists, and goes before them', async () => {
    await using lab = await ReachLab.start();
    const lists = [
      '/interface/list:\n  - {name: noc}',
      '/interface/list/member:\n  - {list: noc, interface: ether1}',
      '/ip/firewall/address-list:\n  - {list: noc, address: 127.0.0.1}',
    ];
    const byLists = [
      '  - {chain: input, action: accept, in-interface-list: noc, src-address-list: noc}',
      '  - {chain: input, action: drop, in-interface-list: "!noc"}',
    ];
    const model = lab.model([filter(...byLists, drop), ...lists].join('\n'));
    const bare = lab.model(without);
    const levels = async (of: Model) => {
      const { plan } = await prepare(lab.target(of), of, {
        inventory: lab.inventory,
        guard: { deleteLimits: of.operator.reconcile.deleteLimits },
        signal: new AbortController().signal,
      });
      return plan.levels.map((level) => [...new Set(level.map(({ menu, action }) => `${action} ${menu}`))].sort());
    };

    const coming = await levels(model);
    const applied = await lab.reconcile(lab.target(model), model);
    const going = await levels(bare);

    expect(coming.at(-1)).toEqual(['create /ip/firewall/filter']);
    expect(applied).toMatchObject({ result: 'applied' });
    expect(going[0]).toEqual(['create /interface/list', 'delete /ip/firewall/filter']);
    expect(await lab.reconcile(lab.target(bare), bare)).toMatchObject({ result: 'applied' });
    expect(revertedBy(lab)).toEqual([]);
  });

  it('is as it was when the router takes back what was not begun', async () => {
    const { lab, model, target, before } = await settled(() => without);
    await using _lab = lab;
    const { signal } = new AbortController();
    const { plan, whole } = await prepare(target, model, {
      inventory: lab.inventory,
      guard: { deleteLimits: model.operator.reconcile.deleteLimits },
      signal,
    });

    await target.arm(plan.changes, whole, signal);
    expect(lab.switches()).toHaveLength(4);
    lab.clock.advance(600_000);
    await new Promise((resolve) => setImmediate(resolve));
    await lab.router.settled();

    expect(revertedBy(lab)).not.toEqual([]);
    expect(lab.router.rows('/ip/firewall/filter')).toEqual(before);
  });
});

describe('a rule that drops who is not on a list, with the entry that puts us on it', () => {
  it('is taken back with the entry: what is left lets us in', async () => {
    await using lab = await ReachLab.start();
    const model = lab.model(
      [
        '/ip/firewall/address-list:\n  - {list: noc, address: 127.0.0.1}\n  - {list: other, address: 10.0.0.9}',
        '/ip/firewall/filter:\n  - {chain: input, action: drop, src-address-list: "!noc"}',
      ].join('\n'),
    );
    const target = lab.target(model);
    const { signal } = new AbortController();
    const { plan, whole } = await prepare(target, model, {
      inventory: lab.inventory,
      guard: { deleteLimits: model.operator.reconcile.deleteLimits },
      signal,
    });
    await target.arm(plan.changes, whole, signal);
    for (const level of plan.levels) await target.apply(level, signal);
    expect(lab.router.rows('/ip/firewall/filter')).toHaveLength(1);

    lab.clock.advance(600_000);
    await new Promise((resolve) => setImmediate(resolve));
    await lab.router.settled();

    expect(lab.router.rows('/ip/firewall/filter')).toEqual([]);
    const next = lab.target(model);
    await expect(next.ready(signal)).resolves.toBeUndefined();
  });
});

describe('a router that lost power between', () => {
  it('takes the changes back as it starts, whatever time it thinks it is', async () => {
    const { lab, target } = await settledAt('127.0.0.2');
    await using _lab = lab;
    const { signal } = new AbortController();
    const model = lab.model(at('127.0.0.9'));
    const observation = await target.observe(signal, target.desired(model));
    const before = observation.rows.find(({ menu }) => menu === '/ip/address');
    const common = { menu: '/ip/address', owner: 'Router/core-1', identity: before?.identity ?? '' };
    const gone = { ...common, action: 'delete' as const, set: {}, ...(before === undefined ? {} : { before }) };
    const made = { ...common, action: 'create' as const, set: { address: '127.0.0.9/8', interface: 'ether1' } };
    await target.arm([gone, made], observation, signal);
    await target.apply([gone], signal);
    await target.apply([made], signal);

    lab.router.reboot();
    lab.clock.advance(10_000);
    await new Promise((resolve) => setImmediate(resolve));
    await lab.router.settled();

    expect(lab.addresses()).toContain('127.0.0.2/8');
  });
});

describe('a router that has just started', () => {
  it('does not take changes back for that start: they wait until it has done what it does then', async () => {
    const { lab } = await settledAt('127.0.0.2');
    await using _lab = lab;
    const { signal } = new AbortController();
    const model = lab.model(
      `${at('127.0.0.2')}\n/ip/firewall/filter:\n  - {chain: input, action: drop, src-address-list: bad}`,
    );
    lab.router.reboot();
    const target = lab.target(model);
    const observation = await target.observe(signal, target.desired(model));
    const common = { menu: '/ip/firewall/filter', owner: 'Router/core-1', identity: 'input 1' };
    const set = { chain: 'input', action: 'drop', 'src-address-list': 'bad' };
    const made = { ...common, action: 'create' as const, set };

    const armed = await target.arm([made], observation, signal);
    lab.clock.advance(5_000);
    await new Promise((resolve) => setImmediate(resolve));
    await lab.router.settled();
    await target.apply([made], signal);
    await armed?.confirm(signal);

    expect(armed).toBeDefined();
    expect(lab.router.rows('/ip/firewall/filter')).toHaveLength(1);
    expect(lab.switches()).toEqual([]);
  });
});

describe('a plan that is only looked at', () => {
  it('says which of its changes go under commit-confirm, and why', async () => {
    const { lab } = await settledAt('127.0.0.2');
    await using _lab = lab;

    const moved = await lab.plan(lab.model(at('127.0.0.3'), '127.0.0.3'));
    const harmless = await lab.plan(
      lab.model(`${at('127.0.0.2')}\n/ip/pool:\n  - {name: home, ranges: 10.0.0.2-10.0.0.9}`),
    );

    expect(moved.filter(({ code }) => code === 'LM_COMMIT_CONFIRM')).toEqual([
      {
        target: 'core-1',
        code: 'LM_COMMIT_CONFIRM',
        message: expect.stringMatching(/^2 changes go under .* changes the address 127\.0\.0\.2\/8 that we come to$/),
      },
    ]);
    expect(harmless.map(({ code }) => code)).not.toContain('LM_COMMIT_CONFIRM');
  });
});
