import { describe, expect, it } from 'vitest';
import type { RouterOrphans } from '../../src/cli/orphans.ts';
import { routerOf } from '../fixtures/routers/fixture.ts';
import { otherTools } from '../fixtures/routers/other-tools.ts';
import { pppoeConcentrator } from '../fixtures/routers/pppoe-concentrator.ts';
import { Desk } from './support.ts';

async function orphansOf(desk: Desk): Promise<readonly string[]> {
  const told = await desk.orphans('core-1', { output: 'json' });
  const [found] = JSON.parse(told.out) as readonly RouterOrphans[];
  return (found?.orphans ?? []).map(({ kind, menu, identity, owner = '' }) =>
    [kind, menu, identity, owner].filter((part) => part !== '').join(' '),
  );
}

describe('rows that no declaration makes', () => {
  it('are unmanaged, ours and gone from git, or held by another, whose mark is told', async () => {
    await using router = await routerOf(otherTools);
    await using desk = await Desk.open();
    desk.declare(router, 'core-1', '  mode: observe\n');

    const found = await orphansOf(desk);

    expect(found).toContain('gone /ppp/secret before Subscriber/old-name');
    expect(found).toContain('foreign /ppp/secret theirs lm:north/Subscriber/ines');
    expect(found).toContain('foreign /ppp/secret c1 Splynx');
    expect(found).toContain('unmanaged /ppp/profile spl-20');
    expect(found.filter((line) => line.includes('default'))).toEqual([]);
  });

  it('are none after an import, and counted in words where somebody adds one', async () => {
    await using router = await routerOf(pppoeConcentrator);
    await using desk = await Desk.open();
    desk.declare(router);
    await desk.import();
    expect(await desk.orphans()).toMatchObject({ code: 0 });
    router.add('/ppp/secret', { name: 'late', password: 'l', service: 'l2tp' });

    const { code, out } = await desk.orphans();

    expect(code).toBe(2);
    expect(out).toContain('core-1: unmanaged: 1\n');
    expect(out).toMatch(/\/ppp\/secret +late/);
  });

  it('of a subscriber who is taken out of git are ours', async () => {
    await using router = await routerOf(pppoeConcentrator);
    await using desk = await Desk.open();
    desk.declare(router);
    await desk.import();
    desk.takeOver();
    await desk.apply();
    const list =
      Object.keys(desk.files()).find((path) => path.endsWith('home-10m.yaml') && path.startsWith('subscribers')) ?? '';
    desk.write(list, desk.read(list).replaceAll('anna', 'zoe'));

    expect(await orphansOf(desk)).toContain('gone /ppp/secret anna@isp.example Subscriber/anna-isp.example');
  });

  it('are copies and leases without a MAC, too', async () => {
    const radius = { address: '192.0.2.1', service: 'ppp', secret: 's' };
    await using router = await routerOf({
      title: '',
      version: '7.22.3',
      rows: [
        ['/ip/dhcp-server/lease', [{ address: '10.30.0.105', 'client-id': '1:c:42:a1:0:1:6' }]],
        ['/radius', [radius, { ...radius, comment: 'again' }]],
      ],
    });
    await using desk = await Desk.open();
    desk.declare(
      router,
      'core-1',
      '  mode: observe\n  config:\n    /radius: [{address: 192.0.2.1, service: ppp, secret: {env: LASTMILE_SECRET_API}}]\n',
    );

    const found = await orphansOf(desk);

    expect(found.filter((line) => line.includes('/radius'))).toEqual([
      expect.stringMatching(/^unmanaged \/radius 192\.0\.2\.1.* \(one of several\)$/),
    ]);
    expect(found).toContain('unmanaged /ip/dhcp-server/lease address=10.30.0.105');
  });

  it('are not all that there is: menus with rows that were not looked into are named', async () => {
    await using router = await routerOf({
      title: '',
      version: '7.22.3',
      rows: [
        ['/interface/bridge', [{ name: 'lan' }]],
        ['/ip/address', [{ address: '10.1.0.1/24', interface: 'lan' }]],
      ],
    });
    await using desk = await Desk.open();
    desk.declare(router, 'core-1', '  mode: observe\n');

    const { out } = await desk.orphans();

    expect(out).not.toContain('every row is declared');
    expect(out).toContain('core-1: not looked into, since nothing is declared there: ');
    expect(out).toContain('/interface/bridge (1), /ip/address (1)');
  });

  it('of a router that does not answer are unknown', async () => {
    await using desk = await Desk.open();
    const router = await routerOf(pppoeConcentrator);
    desk.declare(router, 'core-1', '  mode: observe\n');
    await router[Symbol.asyncDispose]();

    const { code, err } = await desk.orphans();

    expect(code).toBe(1);
    expect(err).toContain('core-1');
  });
});
