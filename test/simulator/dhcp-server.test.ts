import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { type Bench, coreNas, login, secretText, startServer } from '../radius/support.ts';

const phone = '02:00:5E:00:00:0A';
const stranger = '02:00:5E:00:00:0B';

/** Our own RADIUS server, and a router whose DHCP server asks it. */
async function network() {
  const limits = {
    interimSeconds: 120,
    sessionTimeoutSeconds: 300,
    rateLimit: '64k/64k',
    pool: 'fake',
    attributes: [],
  };
  const bench = await startServer([]);
  bench.directory.nasList = [{ ...coreNas, unknownClients: new Map([['lan', limits]]) }];
  bench.directory.devices.set(
    phone,
    login(phone, {
      subscriber: 'anna',
      password: new Secret(''),
      access: ['dhcp'],
      limits: { interimSeconds: 120, rateLimit: '5M/20M', address: '10.30.0.77', attributes: [] },
    }),
  );
  const router = await SimulatedRouterOs.start({ clock: systemClock, identity: 'core-1' });
  furnish(router, bench);
  return {
    bench,
    router,
    async [Symbol.asyncDispose]() {
      await router[Symbol.asyncDispose]();
      await bench[Symbol.asyncDispose]();
    },
  };
}

function furnish(router: SimulatedRouterOs, { auth, accounting }: Bench): void {
  router.add('/ip/pool', { name: 'fake', ranges: '10.99.0.10-10.99.0.20' });
  router.add('/ip/dhcp-server', { name: 'lan', interface: 'ether3', 'use-radius': 'yes', 'lease-time': '1h' });
  router.add('/radius', {
    service: 'dhcp',
    address: auth.host,
    secret: secretText,
    timeout: '3s',
    'authentication-port': String(auth.port),
    'accounting-port': String(accounting.port),
  });
}

describe('a DHCP server of a router and our RADIUS server', () => {
  it('SPL-17: give a declared device its address, and account its lease', async () => {
    await using net = await network();

    expect(await net.router.lease({ mac: phone, interface: 'ether3' })).toMatchObject({
      ok: true,
      address: '10.30.0.77',
      rateLimit: '5M/20M',
      radius: true,
    });
    await net.router.accountingIdle();
    net.router.release(phone);
    await net.router.accountingIdle();

    expect(net.bench.sink.events).toMatchObject([
      { status: 'start', username: phone },
      { status: 'stop', username: phone, terminateCause: 1 },
    ]);
  });

  it('SPL-19: give a stranger five minutes in the fake pool', async () => {
    await using net = await network();

    expect(await net.router.lease({ mac: stranger, interface: 'ether3' })).toMatchObject({
      ok: true,
      address: '10.99.0.10',
      leaseSeconds: 300,
      rateLimit: '64k/64k',
    });
  });
});
