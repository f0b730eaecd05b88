import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { cafe, everythingRouter, networkWith, printer } from '../../support/everything-network.ts';
import { document } from '../../support/manifest.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { Lab, subscriber } from '../../support/ppp-network.ts';
import { settle } from './support.ts';

const home = document(
  'Service',
  'home-20',
  `access: [pppoe]
rate: {down: 20M, up: 5M}
address: {pool: home}
connections: 3
onSuspend: {redirect: {addressList: debtors, rate: {down: 256k, up: 128k}, site: cafe}}`,
);
const anna = subscriber('anna', 'address: 10.0.0.201');
const ben = subscriber('ben', 'address: 10.0.0.202');
const garden = cafe(['pay.example', '203.0.113.0/24']);

/** What becomes of packets of a client that go there, by the rules that stand on the router now. */
function met(lab: Lab, client: string) {
  const { router } = lab;
  const to = (host: string, dstPort: number, protocol: 'tcp' | 'udp' = 'tcp') =>
    router.reach(client, { host, dstPort, protocol });
  const web = to('198.51.100.7', 80);
  return {
    web: web.translated ? `${web.verdict} ${web.address}:${web.port}` : web.verdict,
    secureWeb: to('198.51.100.7', 443).verdict,
    names: to('9.9.9.9', 53, 'udp').verdict,
    garden: to('pay.example', 443).verdict,
    gardenByAddress: to('203.0.113.9', 80).verdict,
    other: to('198.51.100.7', 5060, 'udp').verdict,
  };
}

const free = {
  ...{ web: 'accept', secureWeb: 'accept', names: 'accept' },
  ...{ garden: 'accept', gardenByAddress: 'accept', other: 'accept' },
};
const led = { ...free, web: 'accept 192.0.2.1:8080', secureWeb: 'reject', other: 'reject' };

/** A router of somebody who lets all out, and hurries what is known. */
async function usual(model: Model): Promise<Lab> {
  const lab = await Lab.start(model);
  lab.router.add('/ip/firewall/filter', {
    chain: 'forward',
    action: 'fasttrack-connection',
    'connection-state': 'established',
  });
  lab.router.add('/ip/firewall/filter', { chain: 'forward', action: 'accept' });
  lab.router.add('/ip/firewall/nat', { chain: 'srcnat', action: 'masquerade' });
  return lab;
}

describe('packets of somebody who is suspended where the tariff has a page', () => {
  it('IS-03: go to the page, to name servers and its garden, and nowhere else; those of others as ever', async () => {
    const before = networkWith(everythingRouter, home, garden, anna, ben);
    const after = networkWith(everythingRouter, home, garden, `${anna}  state: suspended\n`, ben);
    await using lab = await usual(before);
    const inventory = new MemoryInventory();
    await settle(lab, before, inventory);
    for (const name of ['anna', 'ben']) await lab.router.dial({ username: name, password: `pa55-${name}` });
    expect(met(lab, '10.0.0.201')).toEqual(free);

    await settle(lab, after, inventory);
    expect(lab.router.sessions().map(({ username }) => username)).toEqual(['ben']);
    await lab.router.dial({ username: 'anna', password: 'pa55-anna' });

    expect(met(lab, '10.0.0.201')).toEqual(led);
    expect(met(lab, '10.0.0.202')).toEqual(free);
    await settle(lab, before, inventory);
    await lab.router.dial({ username: 'anna', password: 'pa55-anna' });
    expect(met(lab, '10.0.0.201')).toEqual(free);
  });
});

describe('packets of a device that nobody declared', () => {
  const strangers = everythingRouter
    .replace('sourceAddress: 192.0.2.11}', 'sourceAddress: 192.0.2.11, services: [ppp, hotspot]}')
    .replace('  - {name: lobby,', '  - {name: fake, ranges: [10.30.9.2-10.30.9.250]}\n    - {name: lobby,')
    .replace('    leaseTime: 1h', '    leaseTime: 1h\n      unknownClients: {pool: fake, redirect: {site: cafe}}')
    .replace('address: 10.30.0.0/24', 'address: 10.30.0.0/16');

  it('SPL-19: come from the fake pool and meet the page and its garden alone; those of a declared one are free', async () => {
    const model = networkWith(strangers, home, garden, printer);
    await using lab = await usual(model);
    await settle(lab, model);

    const stranger = await lab.router.lease({ mac: '0C:42:A1:00:00:99', interface: 'ether3' });
    const known = await lab.router.lease({ mac: '0C:42:A1:00:00:02', interface: 'ether3' });

    expect(stranger).toMatchObject({ ok: true, address: expect.stringMatching(/^10\.30\.9\./) as string });
    expect(known).toMatchObject({ ok: true, address: '10.30.0.5' });
    expect(met(lab, stranger.ok ? stranger.address : '')).toEqual(led);
    expect(met(lab, '10.30.0.5')).toEqual(free);
  });
});

describe('packets of somebody whose tariff limits connections', () => {
  it('IW-09: are dropped where they begin one too many, and no others', async () => {
    const model = networkWith(everythingRouter, home, garden, anna);
    await using lab = await usual(model);
    await settle(lab, model);
    await lab.router.dial({ username: 'anna', password: 'pa55-anna' });
    const begun = (connections: number) =>
      lab.router.reach('10.0.0.201', { host: '198.51.100.7', dstPort: 443, connections }).verdict;

    expect([begun(2), begun(4)]).toEqual(['accept', 'drop']);
  });
});
