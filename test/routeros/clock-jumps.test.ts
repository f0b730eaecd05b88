import { describe, expect, it } from 'vitest';
import { armSwitch, disarmSwitch } from '../../src/routeros/dead-man.ts';
import type { RouterTarget } from '../../src/routeros/router-target.ts';
import { ReachLab } from '../support/reach-lab.ts';

const year = 365 * 86_400_000;
const at = (address: string) => `/ip/address:\n  - {address: ${address}/8, interface: ether1}`;
/** Two steps: the list, then the rule that goes by it. */
const rule = [
  '/interface/list:\n  - {name: bad}',
  '/ip/firewall/filter:\n  - {chain: input, action: drop, in-interface-list: bad}',
].join('\n');
const { signal } = new AbortController();

/** Something happens once so many steps of a plan are made. */
function afterStep(step: number, target: RouterTarget, happens: () => void | Promise<void>): void {
  const apply = target.apply.bind(target);
  let at = 0;
  target.apply = async (...given) => {
    const settled = await apply(...given);
    at += 1;
    if (at === step) await happens();
    return settled;
  };
}

async function fired(lab: ReachLab): Promise<void> {
  while (!lab.switches().includes('/system/script lastmile-reverted-isp')) {
    await new Promise(setImmediate);
    await lab.router.settled();
  }
}

async function settled(lab: ReachLab): Promise<void> {
  await new Promise(setImmediate);
  await lab.router.settled();
}

describe('a router whose clock is set while it waits for us', () => {
  it.each([
    ['an hour ahead', 3_600_000],
    ['from 1970 to now, by NTP after a start', 56 * year],
  ])('%s: nothing more is written that it would not take back, and all is made anew', async (_, by) => {
    await using lab = await ReachLab.start();
    if (by > year) lab.router.setClock(-by);
    const model = lab.model(rule);
    const target = lab.target(model);
    afterStep(1, target, async () => {
      lab.router.setClock(by);
      await fired(lab);
    });

    await expect(lab.reconcile(target, model)).rejects.toMatchObject({ code: 'LM_SWITCH_GONE', retry: 'backoff' });

    expect(lab.router.rows('/ip/firewall/filter')).toEqual([]);
    expect(await lab.reconcile(lab.target(model), model)).toMatchObject({ result: 'applied', plan: { held: [] } });
    expect(lab.router.rows('/ip/firewall/filter')).toHaveLength(1);
    expect(lab.switches()).toEqual([]);
    expect(lab.memories.unconfirmed()).toEqual([]);
  });

  it('back by years: it takes the changes back all the same when we do not come in', async () => {
    await using lab = await ReachLab.start();
    const first = lab.model(at('127.0.0.2'));
    await lab.reconcile(lab.target(first), first);
    const model = lab.model(at('127.0.0.9'));
    const target = lab.target(model);
    const apply = target.apply.bind(target);
    target.apply = async (...given) => {
      const done = await apply(...given);
      lab.router.setClock(-20 * year);
      return done;
    };

    await expect(lab.reconcile(target, model)).rejects.toMatchObject({ code: 'LM_REVERTED' });
    await settled(lab);

    expect(lab.addresses()).toEqual(['127.0.0.2/8']);
    const again = lab.target(model);
    expect(await lab.reconcile(again, model)).toMatchObject({ plan: { findings: [{ code: 'LM_REVERTED' }] } });
    expect(lab.switches()).toEqual([]);
  });

  it('back by years: it is confirmed where we come in', async () => {
    await using lab = await ReachLab.start();
    const model = lab.model(rule);
    const target = lab.target(model);
    afterStep(1, target, () => lab.router.setClock(-20 * year));

    expect(await lab.reconcile(target, model)).toMatchObject({ result: 'applied' });
    lab.clock.advance(year);
    await settled(lab);

    expect(lab.router.rows('/ip/firewall/filter')).toHaveLength(1);
    expect(lab.switches()).toEqual([]);
  });

  it.each([1, 2, 3, 4])(
    'ahead, at removal %i of what takes back: it is known that it did, or it did not',
    async (nth) => {
      await using lab = await ReachLab.start();
      const session = await lab.target(lab.model(rule)).session(signal);
      const statements = [':do {/ip firewall filter remove [find chain="input"]} on-error={}'];
      await armSwitch(session, { router: 'core-1', operator: 'isp', statements, waitMs: 300_000 }, signal);
      lab.router.add('/ip/firewall/filter', { chain: 'input', action: 'drop', 'src-address': '10.0.0.9' });
      let removals = 0;
      const run: typeof session.run = async (command, ...rest) => {
        if (command.endsWith('/remove') && ++removals === nth) {
          lab.router.setClock(3_600_000);
          await settled(lab);
        }
        return session.run(command, ...rest);
      };

      const state = await disarmSwitch({ ...session, run }, 'isp', signal);
      await settled(lab);

      expect(state).toBe(lab.router.rows('/ip/firewall/filter').length === 0 ? 'fired' : 'disarmed');
      expect(lab.switches()).toEqual([]);
    },
  );
});

describe('lastmile itself, out of step with time', () => {
  it.each([
    ['ahead', 10 * year],
    ['back', -10 * year],
  ])(
    'has its clock set %s between the change and the proof: confirmed once, and nothing is waited for',
    async (_, by) => {
      await using lab = await ReachLab.start();
      const model = lab.model(rule);
      const target = lab.target(model);
      afterStep(1, target, () => lab.clock.set(by));

      expect(await lab.reconcile(target, model)).toMatchObject({ result: 'applied' });
      lab.clock.advance(3_600_000);
      await settled(lab);

      expect(lab.router.rows('/ip/firewall/filter')).toHaveLength(1);
      expect(lab.switches()).toEqual([]);
      expect(lab.memories.unconfirmed()).toEqual([]);
    },
  );

  it('stands still for longer than the router waits: writes nothing more that nobody would take back', async () => {
    await using lab = await ReachLab.start();
    const model = lab.model(rule);
    const target = lab.target(model);
    afterStep(1, target, async () => {
      lab.clock.advance(600_000);
      await fired(lab);
    });

    await expect(lab.reconcile(target, model)).rejects.toMatchObject({ code: 'LM_SWITCH_GONE' });

    expect(lab.router.rows('/ip/firewall/filter')).toEqual([]);
    expect(await lab.reconcile(target, model)).toMatchObject({ result: 'applied' });
    expect(lab.switches()).toEqual([]);
  });

  it('stands still when all is written: says that it was taken back, and makes it anew', async () => {
    await using lab = await ReachLab.start();
    const model = lab.model(rule);
    const target = lab.target(model);
    afterStep(2, target, async () => {
      lab.clock.advance(600_000);
      await fired(lab);
    });

    await expect(lab.reconcile(target, model)).rejects.toMatchObject({ code: 'LM_SWITCH_GONE' });

    expect(lab.router.rows('/ip/firewall/filter')).toEqual([]);
    expect(await lab.reconcile(target, model)).toMatchObject({ result: 'applied' });
    expect(lab.router.rows('/ip/firewall/filter')).toHaveLength(1);
  });

  it('gives up after three times: then a person is asked', async () => {
    await using lab = await ReachLab.start();
    const model = lab.model(rule);
    const target = lab.target(model);
    const apply = target.apply.bind(target);
    target.apply = async (...given) => {
      const done = await apply(...given);
      if (given[0].some(({ menu, action }) => menu === '/ip/firewall/filter' && action === 'create')) {
        lab.clock.advance(600_000);
        await fired(lab);
      }
      return done;
    };

    const codes: unknown[] = [];
    for (let run = 0; run < 3; run += 1) {
      codes.push(await lab.reconcile(target, model).catch((error: { code?: string }) => error.code));
    }

    expect(codes).toEqual(['LM_SWITCH_GONE', 'LM_SWITCH_GONE', 'LM_REVERTED']);
    expect(await lab.reconcile(target, model)).toMatchObject({ plan: { findings: [{ code: 'LM_REVERTED' }] } });
  });
});
