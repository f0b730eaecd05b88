import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { systemClock } from '../../../src/base/system-clock.ts';
import { dialRouter } from '../../../src/daemon/targets/dial-router.ts';
import { RouterMemories } from '../../../src/daemon/targets/router-memories.ts';
import type { Router } from '../../../src/model/kinds/router.ts';
import { CallLog } from '../../../src/routeros/call-log.ts';
import { SimulatedRouterOs } from '../../../src/simulator/simulated-routeros.ts';
import { Store } from '../../../src/store/store.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { networkOf } from '../../support/ppp-network.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const { signal } = new AbortController();

function routerAt(address: string, port: number): Router {
  const [router] = networkOf().routers as readonly [Router];
  return { ...router, address, api: { username: 'lastmile', password: new Secret('api'), port } };
}

function simulated(): Promise<SimulatedRouterOs> {
  const users = [{ name: 'lastmile', password: 'api' }];
  return SimulatedRouterOs.start({ clock: systemClock, users, addresses: ['127.0.0.2/8'] });
}

describe('a router that is declared at a new address', () => {
  it('is dialled at the one it had until it answers at the new one, and never again then', async () => {
    await using simulator = await simulated();
    const memories = new RouterMemories();
    const known = memories.of('core-1');
    const log = new CallLog({ clock: systemClock });
    const [old, next] = [routerAt('127.0.0.2', simulator.apiPort), routerAt('127.0.0.3', simulator.apiPort)];
    const reach = async (router: Router) => {
      await using session = await dialRouter(router, { known, log, clock: systemClock }, signal);
      return session.at?.host;
    };

    const before = dialRouter(next, { known, log, clock: systemClock }, signal);
    await expect(before).rejects.toMatchObject({ code: 'LM_ROUTER_UNREACHABLE' });
    expect(await reach(old)).toBe('127.0.0.2');
    expect(await reach(next)).toBe('127.0.0.2');
    simulator.add('/ip/address', { address: '127.0.0.3/8', interface: 'ether1' });
    await simulator.settled();
    expect(await reach(next)).toBe('127.0.0.3');
    simulator.remove('/ip/address', simulator.rows('/ip/address')[1]?.['.id'] ?? '');
    await simulator.settled();

    await expect(dialRouter(next, { known, log, clock: systemClock }, signal)).rejects.toMatchObject({
      code: 'LM_ROUTER_UNREACHABLE',
    });
    expect(log.calls().filter(({ command }) => command === '/login').length).toBeGreaterThan(5);
    expect(JSON.stringify(log.calls())).not.toContain('"api"');
  });
});

describe('the address a router had before', () => {
  it('is dialled for an hour where nothing proves who answers there, anew for each place that is declared', async () => {
    await using simulator = await simulated();
    const known = new RouterMemories().of('core-1');
    const clock = new ManualClock();
    const around = { known, log: new CallLog({ clock }), clock };
    const reach = async (address: string) => {
      await using session = await dialRouter(routerAt(address, simulator.apiPort), around, signal);
      return session.at?.host;
    };
    const logins = () => simulator.log().filter(({ message }) => message?.includes('logged in')).length;
    await reach('127.0.0.2');

    clock.advance(7_200_000);
    expect(await reach('127.0.0.3')).toBe('127.0.0.2');
    clock.advance(3_500_000);
    expect(await reach('127.0.0.3')).toBe('127.0.0.2');
    clock.advance(200_000);
    const before = logins();
    await expect(reach('127.0.0.3')).rejects.toMatchObject({ code: 'LM_ROUTER_UNREACHABLE' });

    expect(logins()).toBe(before);
    expect(await reach('127.0.0.4')).toBe('127.0.0.2');
  });
});

describe('what is kept of a router', () => {
  it('is there after a start', async () => {
    await using folder = await TempFolder.make();
    const options = { clock: systemClock, log: { warn: () => undefined, info: () => undefined } as never };
    const first = await Store.open(folder.path, options);
    const memories = await RouterMemories.open(first.table('meta'));
    await memories.of('core-1').setReached({ host: '192.0.2.1', port: 8728, tls: false });
    await memories.of('core-1').setReverted('abc');
    await memories.of('core-2').setReverted('def');
    await memories.of('core-2').setReverted(undefined);
    await memories.of('core-1').setArmedUntil(1_790_000_000_000);
    await memories.of('core-2').setArmedUntil(1_790_000_000_000);
    await memories.of('core-2').setArmedUntil(undefined);
    await first.close();

    await using again = await Store.open(folder.path, options);
    const kept = await RouterMemories.open(again.table('meta'));

    expect(kept.of('core-1').reached()).toEqual({ host: '192.0.2.1', port: 8728, tls: false });
    expect(kept.of('core-1').reverted()).toBe('abc');
    expect(kept.of('core-2').reverted()).toBeUndefined();
    expect(kept.of('core-3').reached()).toBeUndefined();
    expect(kept.unconfirmed()).toEqual([{ router: 'core-1', until: 1_790_000_000_000 }]);
  });
});
