import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { GuestClient } from '../../../src/simulator/guest-client.ts';
import {
  cafe,
  everythingRouter,
  guests,
  networkWith,
  officeService,
  printer,
} from '../../support/everything-network.ts';
import { document } from '../../support/manifest.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { Lab, subscriber } from '../../support/ppp-network.ts';
import { brief, settle } from './support.ts';

const page = 'onSuspend: {redirect: {addressList: debtors, rate: {down: 256k, up: 128k}, site: cafe}}';
const home = document(
  'Service',
  'home-20',
  `access: [pppoe]\nrate: {down: 20M, up: 5M}\naddress: {pool: home}\nconnections: 200\n${page}`,
);
const wifi = document(
  'Service',
  'wifi-10',
  `access: [hotspot]\nrate: {down: 10M, up: 2M}\nsessions: {max: 3}\nconnections: 50\n${page}`,
);
const office = officeService.replace('office-50', 'office-60');
const desk = document(
  'Service',
  'desk',
  `access: [dhcp]\nrate: {down: 50M, up: 10M}\naddress: {pool: office}\n${page}`,
);
const gina = document('Subscriber', 'gina', 'service: wifi-10\nusername: gina\npassword: pa55-gina\nrouter: core-1');
const press = printer.replace('office-50', 'desk');

const router = everythingRouter.replace('loginBy: [http-pap, mac]', 'loginBy: [http-pap, mac, mac-cookie]');
const base = [router, home, wifi, desk, office, cafe(['pay.example', '203.0.113.0/24'])];
const anna = subscriber('anna', 'address: 10.0.0.201\nroutes: [{destination: 10.9.0.0/24}]');

function network(...people: readonly string[]): Model {
  return networkWith(...base, ...people);
}

const login = 'http://login.cafe.example/login';
const suspended = (text: string): string => `${text}  state: suspended\n`;

/** Without those the router makes by itself. */
function ownRows(lab: Lab, menu: string): ReturnType<Lab['router']['rows']> {
  return lab.router.rows(menu).filter((row) => row['dynamic'] !== 'true');
}

describe('a suspended subscriber of a tariff with a page', () => {
  it('IS-03: keeps its way in and its address, on the list of the suspended, slowly', async () => {
    const model = network(suspended(anna), suspended(gina), suspended(press));
    await using lab = await Lab.start(model);

    await settle(lab, model);

    expect(lab.router.rows('/ppp/secret')).toMatchObject([
      { name: 'anna', profile: 'home-20 (suspended)', disabled: 'false', 'remote-address': '10.0.0.201' },
    ]);
    expect(lab.router.rows('/ppp/profile').find((row) => row['name'] === 'home-20 (suspended)')).toMatchObject({
      'rate-limit': '128k/256k',
      'address-list': 'debtors',
    });
    const users = lab.router.rows('/ip/hotspot/user').filter((row) => row['name'] === 'gina');
    expect(users).toMatchObject([{ profile: 'wifi-10 (suspended)', disabled: 'false' }]);
    expect(lab.router.rows('/ip/dhcp-server/lease')).toMatchObject([
      { 'address-lists': 'debtors', 'rate-limit': '128k/256k', address: '10.30.0.5' },
    ]);
  });

  it('IS-03: reaches name servers and the garden of the page, and is refused the rest at once', async () => {
    const model = network(anna);
    await using lab = await Lab.start(model);

    await settle(lab, model);

    const rules = lab.router.rows('/ip/firewall/filter').filter((row) => row['src-address-list'] === 'debtors');
    expect(rules.map((row) => [row['action'], row['protocol'], row['dst-port'], row['dst-address-list']])).toEqual([
      ['accept', 'udp', '53', undefined],
      ['accept', 'tcp', '53', undefined],
      ['accept', undefined, undefined, 'lastmile-garden-cafe'],
      ['reject', 'tcp', undefined, undefined],
      ['reject', undefined, undefined, undefined],
    ]);
    expect(rules.at(3)).toMatchObject({ 'reject-with': 'tcp-reset' });
    const garden = lab.router.rows('/ip/firewall/address-list').map((row) => row['address']);
    expect(garden).toEqual(expect.arrayContaining(['portal.example', '192.0.2.1', 'pay.example', '203.0.113.0/24']));
    expect(lab.router.rows('/ip/firewall/nat').filter((row) => row['dynamic'] === 'false')).toMatchObject([
      {
        chain: 'dstnat',
        protocol: 'tcp',
        'dst-port': '80',
        'src-address-list': 'debtors',
        'dst-address-list': '!lastmile-garden-cafe',
        action: 'dst-nat',
        'to-addresses': '192.0.2.1',
        'to-ports': '8080',
      },
    ]);
  });

  it('stands in front of rules that would let it out, which keep their order', async () => {
    const model = network(anna);
    await using lab = await Lab.start(model);
    const own = ['fasttrack-connection', 'accept', 'drop'];
    for (const action of own) lab.router.add('/ip/firewall/filter', { chain: 'forward', action });
    lab.router.add('/ip/firewall/nat', { chain: 'srcnat', action: 'masquerade' });
    lab.router.add('/ip/firewall/nat', { chain: 'dstnat', protocol: 'tcp', 'dst-port': '80', action: 'redirect' });

    await settle(lab, model);

    const actions = ownRows(lab, '/ip/firewall/filter').map((row) => row['action']);
    expect(actions.slice(-3)).toEqual(own);
    const written = lab.router.rows('/ip/firewall/nat').filter((row) => row['dynamic'] === 'false');
    const nat = written.map((row) => row['action']);
    expect(nat.indexOf('dst-nat')).toBeLessThan(nat.indexOf('redirect'));
  });

  it('SPL-06, SPL-08: has the return path first, then is put off the line, cookie and all, and the plan counts it', async () => {
    const before = network(anna, gina);
    await using lab = await Lab.start(before);
    const inventory = new MemoryInventory();
    await settle(lab, before, inventory);
    await lab.router.dial({ username: 'anna', password: 'pa55-anna' });
    const device = await lab.router.join({ mac: '0C:42:A1:00:00:20' });
    if (!device.ok) throw new Error(device.reason);
    await new GuestClient({ proxy: device.gateway }).post(login, { username: 'gina', password: 'pa55-gina' });

    const outcome = await settle(lab, network(suspended(anna), suspended(gina)), inventory);

    expect(brief(outcome)).toEqual(['update /ppp/secret anna profile', 'update /ip/hotspot/user gina all profile']);
    expect(outcome.plan.sessions).toMatchObject([
      { username: 'anna', sessionIds: [expect.any(String)], why: 'profile' },
      { username: 'gina', sessionIds: ['0C:42:A1:00:00:20'], why: 'profile' },
    ]);
    expect(await outcome.sessions).toMatchObject([{ result: 'disconnected' }, { result: 'disconnected' }]);
    expect(lab.router.rows('/ip/hotspot/cookie')).toEqual([]);
    await lab.router.dial({ username: 'anna', password: 'pa55-anna' });
    expect(lab.router.rows('/ip/firewall/address-list').filter((row) => row['dynamic'] === 'true')).toMatchObject([
      { list: 'debtors', address: '10.0.0.201' },
    ]);
  });

  it('is as before when active again', async () => {
    const before = network(anna);
    await using lab = await Lab.start(before);
    const inventory = new MemoryInventory();
    await settle(lab, before, inventory);
    const rows = lab.router.rows('/ppp/secret');
    await settle(lab, network(suspended(anna)), inventory);

    await settle(lab, before, inventory);

    expect(lab.router.rows('/ppp/secret')).toEqual(rows);
  });
});

describe('a suspended guest who is away', () => {
  it('IW-18: loses the cookie of the device all the same', async () => {
    const reject = network(gina.replace('wifi-10', 'cafe-10'));
    await using lab = await Lab.start(reject);
    const inventory = new MemoryInventory();
    await settle(lab, reject, inventory);
    const device = await lab.router.join({ mac: '0C:42:A1:00:00:20' });
    if (!device.ok) throw new Error(device.reason);
    await new GuestClient({ proxy: device.gateway }).post(login, { username: 'gina', password: 'pa55-gina' });
    lab.router.remove('/ip/hotspot/active', lab.router.rows('/ip/hotspot/active')[0]?.['.id'] ?? '');
    expect(lab.router.rows('/ip/hotspot/active')).toEqual([]);

    const outcome = await settle(lab, network(suspended(gina.replace('wifi-10', 'cafe-10'))), inventory);

    expect(outcome.plan.sessions).toMatchObject([{ username: 'gina', why: 'disabled' }]);
    expect(await outcome.sessions).toMatchObject([{ result: 'disconnected', detail: '/ip/hotspot/cookie/remove' }]);
    expect(lab.router.rows('/ip/hotspot/cookie')).toEqual([]);
  });
});

describe('a tariff that limits connections', () => {
  it('IW-09: drops the one too many, counted by address; sessions of one name are another limit', async () => {
    const model = network(anna, gina, ...guests.slice(1));
    await using lab = await Lab.start(model);

    await settle(lab, model);

    const rules = lab.router.rows('/ip/firewall/filter').filter((row) => row['connection-limit'] !== undefined);
    expect(rules).toMatchObject([
      { 'src-address-list': 'lastmile-connections-home-20', 'connection-limit': '200,32', 'tcp-flags': 'syn' },
      { 'src-address-list': 'lastmile-connections-wifi-10', 'connection-limit': '50,32', protocol: 'tcp' },
    ]);
    const profiles = lab.router.rows('/ip/hotspot/user/profile').filter((row) => row['name'] === 'wifi-10');
    expect(profiles).toMatchObject([{ 'shared-users': '3', 'address-list': 'lastmile-connections-wifi-10' }]);
  });
});

describe('clients of a DHCP server whom nobody declared', () => {
  const strangers = everythingRouter
    .replace('sourceAddress: 192.0.2.11}', 'sourceAddress: 192.0.2.11, services: [ppp, hotspot]}')
    .replace('  - {name: lobby,', '  - {name: fake, ranges: [10.30.9.2-10.30.9.250]}\n    - {name: lobby,')
    .replace('    leaseTime: 1h', '    leaseTime: 1h\n      unknownClients: {pool: fake, redirect: {site: cafe}}');

  it('SPL-19: get addresses of a fake pool, and reach the page and its garden alone; all is one plan', async () => {
    const model = networkWith(strangers, ...base.slice(1), press);
    await using lab = await Lab.start(model);

    await settle(lab, model);

    expect(lab.router.rows('/ip/dhcp-server')).toMatchObject([{ name: 'office', 'address-pool': 'fake' }]);
    expect(lab.router.rows('/ip/firewall/address-list')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ list: 'lastmile-unknown-office', address: '10.30.9.2-10.30.9.250' }),
      ]),
    );
    const rules = lab.router
      .rows('/ip/firewall/filter')
      .filter((row) => row['src-address-list'] === 'lastmile-unknown-office');
    expect(rules.map((row) => row['action'])).toEqual(['accept', 'accept', 'accept', 'reject', 'reject']);
  });
});
