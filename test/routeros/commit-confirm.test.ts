import { describe, expect, it } from 'vitest';
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
  it('is applied, and confirmed at the new address where that is declared', async () => {
    await using lab = await ReachLab.start();
    const before = lab.model(at('127.0.0.2'));
    const old = lab.target(before);
    await lab.reconcile(old, before);
    // Both for a while: the router can be dialled at the new one before the old one goes.
    lab.router.add('/ip/address', { address: '127.0.0.3/8', interface: 'ether1' });
    await lab.router.settled();
    const model = lab.model(at('127.0.0.3'), '127.0.0.3');
    const target = lab.target(model);

    const outcome = await lab.reconcile(target, model);

    expect(outcome).toMatchObject({ result: 'applied' });
    expect(lab.addresses()).toEqual(['127.0.0.3/8']);
    expect(lab.switches()).toEqual([]);
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

    expect(lab.addresses()).toEqual(['127.0.0.2/8']);
    expect(lab.switches()).toEqual([]);
    const again = await lab.reconcile(target, model);
    expect(again).toMatchObject({ result: 'refused', refusals: [{ code: 'LM_REVERTED' }] });
    expect(lab.addresses()).toEqual(['127.0.0.2/8']);
    const other = lab.target(model);
    expect(await lab.reconcile(other, model)).toMatchObject({ refusals: [{ code: 'LM_REVERTED' }] });
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
    expect(lab.switches()).toHaveLength(3);

    const next = lab.target(before);
    const seen = await next.observe(stop.signal);
    expect(seen.findings).toMatchObject([{ code: 'LM_CONFIRM_PENDING' }]);
    expect(lab.switches()).toHaveLength(3);
    await lab.reconcile(next, before);

    expect(lab.switches()).toEqual([]);
    expect((await next.observe(stop.signal)).findings).toEqual([]);
  });
});
