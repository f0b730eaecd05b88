import { describe, expect, it } from 'vitest';
import { prepare } from '../../src/reconcile/reconcile-once.ts';
import { ReachLab } from '../support/reach-lab.ts';

const config = (vrf: string) =>
  `/ip/service:\n  - {name: api, vrf: ${vrf}}\n/ip/vrf:\n  - {name: mgmt, interfaces: ether1}`;

describe('the service api of a router that is declared to be in a VRF', () => {
  it('SPL-09: goes there after the VRF is made, under the eye of the router, since we come by it', async () => {
    await using lab = await ReachLab.start();
    const model = lab.model(config('mgmt'));
    const { signal } = new AbortController();
    const guard = { deleteLimits: model.operator.reconcile.deleteLimits };

    const { plan } = await prepare(lab.target(model), model, { inventory: lab.inventory, guard, signal });

    const steps = plan.levels.map((level) =>
      level.map(({ action, menu, set }) => `${action} ${menu} ${set['vrf'] ?? ''}`.trim()),
    );
    expect(steps).toEqual([['create /ip/vrf'], ['update /ip/service mgmt']]);
    expect(await lab.plan(model)).toMatchObject([
      { code: 'LM_COMMIT_CONFIRM', message: expect.stringContaining('core-1/ip/service/api changes the service api') },
    ]);
  });

  it('SPL-09: is in step where it is in the one there always is', async () => {
    await using lab = await ReachLab.start();
    const model = lab.model(config('main'));
    const target = lab.target(model);

    await lab.reconcile(target, model);

    expect(await lab.reconcile(target, model)).toMatchObject({ plan: { changes: [] } });
    expect(lab.router.row('/ip/service', 'api')).toMatchObject({ vrf: 'main' });
  });
});
