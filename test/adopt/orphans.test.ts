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

  it('are few after an import, and counted in words', async () => {
    await using router = await routerOf(pppoeConcentrator);
    await using desk = await Desk.open();
    desk.declare(router);
    await desk.import();

    const { code, out } = await desk.orphans();

    expect(code).toBe(2);
    expect(out).toContain('core-1: unmanaged: 1\n');
    expect(out).toMatch(/\/ppp\/secret +admin-vpn/);
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
