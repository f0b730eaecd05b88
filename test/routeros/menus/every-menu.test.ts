import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import type { RouterCertificate } from '../../../src/model/kinds/router.ts';
import type { Model } from '../../../src/model/model.ts';
import type { Origin } from '../../../src/model/origin.ts';
import type { Row } from '../../../src/reconcile/row.ts';
import { allMenus } from '../../../src/routeros/all-menus.ts';
import type { Menu } from '../../../src/routeros/menus/menu.ts';
import { rowIdentity } from '../../../src/routeros/menus/rows.ts';
import { readRows } from '../../../src/routeros/read-rows.ts';
import { commandsFor } from '../../../src/routeros/write-rows.ts';
import { selfSigned } from '../../../src/simulator/self-signed.ts';
import type { ShownRow } from '../../../src/simulator/simulated-routeros.ts';
import { everything } from '../../support/everything-network.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { Lab } from '../../support/ppp-network.ts';
import { settle } from './support.ts';

const model = withSecureHotspot(everything());

/** Its guests ask by HTTPS whether they are captive. */
function withSecureHotspot(network: Model): Model {
  const routers = network.routers.map((router) => {
    const hotspots = router.hotspots.map((each) => ({
      ...each,
      loginBy: [...each.loginBy, 'https' as const].sort(),
      certificate: 'cafe',
    }));
    const dhcp = hotspots.map(({ name, interface: port, address, origin }) => {
      const own = { address: address.replace(/\d+$/, '0/24'), gateway: address, dns: [] };
      return { name, interface: port, radius: false, network: own, origin };
    });
    return { ...router, hotspots, dhcp: [...router.dhcp, ...dhcp], certificates: [cafe(router.origin)] };
  });
  return { ...network, routers };
}
function cafe(origin: Origin): RouterCertificate {
  const { certificate, key, fingerprint } = selfSigned({ commonName: 'login.cafe.example' });
  const pair = { certificate: new Secret(certificate), key: new Secret(key) };
  return { name: 'cafe', ...pair, fingerprint, chain: [], validTo: Date.UTC(2050, 0), origin };
}

/** The menus of older wireless drivers come with it. */
const packages = ['wireless'];

/** What a person would do by hand to a row of ours in this menu. */
const byHand: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/system/identity': { name: 'my router' },
  '/ip/pool': { ranges: '10.9.9.2-10.9.9.9', 'next-pool': 'none' },
  '/ppp/profile': { 'local-address': '10.9.9.1', 'dns-server': '1.1.1.1' },
  '/interface/pppoe-server/server': { disabled: 'yes', authentication: 'pap', 'max-mtu': 'auto' },
  '/radius': { timeout: '300ms', service: 'hotspot', 'src-address': '0.0.0.0', secret: 'x' },
  '/radius/incoming': { accept: 'no', port: '1700' },
  '/ppp/aaa': { 'use-radius': 'no', accounting: 'no', 'interim-update': '00:05:00' },
  '/ppp/secret': { password: 'guess', service: 'any', disabled: 'yes', profile: 'default' },
  '/ip/dns': { servers: '8.8.8.8', 'allow-remote-requests': 'no' },
  '/system/ntp/client': { enabled: 'no', servers: '192.0.2.9' },
  '/ip/service': { address: '127.0.0.0/8,10.0.0.0/8' },
  '/ip/dhcp-server/option': { value: "'https://elsewhere.example/'" },
  '/ip/dhcp-server': { 'address-pool': 'static-only', 'lease-time': '00:10:00', disabled: 'yes' },
  '/ip/dhcp-server/network': { gateway: '10.30.0.254', 'dns-server': '' },
  '/ip/dhcp-server/lease': {
    address: '10.30.0.77',
    'rate-limit': '1k/1k',
    'block-access': 'yes',
    'address-lists': 'x',
  },
  '/file': { contents: 'Tom was here' },
  '/ip/hotspot/profile': {
    'dns-name': 'wifi.example',
    'login-by': 'mac',
    'mac-auth-password': 'x',
    'use-radius': 'no',
  },
  '/ip/hotspot': { 'address-pool': 'none', 'addresses-per-mac': '1', 'keepalive-timeout': 'none', disabled: 'yes' },
  '/ip/hotspot/user/profile': { 'rate-limit': '1k/1k', 'session-timeout': '1m', 'idle-timeout': 'none' },
  '/ip/hotspot/user': { password: 'guess', profile: 'default', address: '10.41.41.9', disabled: 'yes' },
  '/ip/hotspot/walled-garden': { action: 'deny', disabled: 'yes' },
  '/ip/hotspot/walled-garden/ip': { action: 'drop', disabled: 'yes' },
  '/ipv6/pool': { prefix: '2001:db8:f000::/40' },
  '/ip/firewall/address-list': { disabled: 'yes' },
  '/ip/firewall/filter': { action: 'passthrough', 'in-interface': 'ether1', disabled: 'yes' },
  '/ip/firewall/nat': { 'to-ports': '81', 'src-address': '10.1.1.1', disabled: 'yes' },
  '/interface/wifi/access-list': { action: 'reject', passphrase: 'another phrase', disabled: 'yes' },
  '/interface/wireless/access-list': { authentication: 'no', 'private-pre-shared-key': 'another phrase' },
  '/system/scheduler': { interval: '1h', 'on-event': ':log info none', disabled: 'yes' },
};

function desiredIn(lab: Lab, path: string): readonly Row[] {
  return lab.target.desired(model).filter((row) => row.menu === path);
}

/** The row on the router for one of those we want; the last is a page, a device, a host. */
function ourRow(lab: Lab, menu: Menu, wanted: Row | undefined) {
  const rows = lab.router.rows(menu.path);
  return rows.find((row) => readRows(menu, [row])[0]?.identity === wanted?.identity);
}

describe.each(allMenus.map((menu) => ({ path: menu.path, menu })))('$path', ({ path, menu }) => {
  // What is told of a certificate nobody can change: test/routeros/menus/certificate.test.ts.
  const changeable = menu.carryOut === undefined ? it : () => undefined;
  changeable('is healed of what was changed by hand', async () => {
    await using lab = await Lab.start(model, { packages });
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    const before = undated(lab.router.rows(path));
    const rows = desiredIn(lab, path);
    const ours = ourRow(lab, menu, rows.find(({ fields }) => fields['contents'] !== undefined) ?? rows[0]);
    const drift = Object.entries(byHand[path] ?? {}).filter(([name]) => menu.fields[name] !== undefined);
    lab.router.set(path, ours?.['.id'], Object.fromEntries(drift));

    const { plan } = await settle(lab, model, inventory);

    expect(plan.changes).toMatchObject([{ action: 'update', menu: path }]);
    const fields = Object.keys(plan.changes[0]?.set ?? {});
    expect(fields.sort()).toEqual(expect.arrayContaining(drift.map(([name]) => name)));
    expect(undated(lab.router.rows(path))).toEqual(before);
  });

  it('says what it wants in canonical form, in fields it knows', async () => {
    await using lab = await Lab.start(model, { packages });
    const rows = desiredIn(lab, path);

    expect(rows.length).toBeGreaterThan(0);
    for (const { identity, fields, owner } of rows) {
      for (const [name, value] of Object.entries(fields)) {
        const field = menu.fields[name];
        expect(field, name).toBeDefined();
        if (typeof value === 'string') expect(field?.canonical?.(value) ?? value, name).toBe(value);
      }
      if (menu.identity === 'marker') expect(identity).toBe(owner);
      else expect(identity).toBe(rowIdentity(...namesOf(menu).map((name) => String(fields[name]))));
    }
  });

  it('has one row for each identity, and one marker for each row', async () => {
    await using lab = await Lab.start(model, { packages });
    const rows = desiredIn(lab, path);

    expect(new Set(rows.map(({ identity }) => identity)).size).toBe(rows.length);
    expect(new Set(rows.map(({ owner }) => owner)).size).toBe(rows.length);
    for (const { owner } of rows) expect(owner).not.toMatch(/\s/);
  });

  it('reads a row that it has just written as the same row', async () => {
    await using lab = await Lab.start(model, { packages });
    for (const row of desiredIn(lab, path)) {
      const change = { action: 'create' as const, ...row, set: row.fields, after: row };
      const [command] = commandsFor(menu, change, { operator: 'isp' });

      const [read] = readRows(menu, [command?.attributes ?? {}]);

      expect(read?.identity).toBe(row.identity);
      if (menu.comment) expect(read?.marker).toEqual({ operator: 'isp', owner: row.owner });
    }
  });
});

function namesOf({ identity }: Menu): readonly string[] {
  return typeof identity === 'string' ? [] : identity;
}

/** Menus whose rows we make: settings, and rows of the router's own, are there anyhow. */
const tables = allMenus
  .filter((menu: Menu) => menu.identity !== 'settings' && menu.fixed !== true)
  .map((menu) => ({ path: menu.path, menu }));

describe.each(tables)('a row of $path', ({ path, menu }) => {
  it('that was removed by hand comes back', async () => {
    await using lab = await Lab.start(model, { packages });
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    const count = lab.router.rows(path).length;
    lab.router.remove(path, ourRow(lab, menu, desiredIn(lab, path).at(-1))?.['.id'] ?? '');

    await settle(lab, model, inventory);

    expect(lab.router.rows(path)).toHaveLength(count);
  });
});

describe('a router with everything on it', () => {
  it.each(['7.22.3', '7.20.8', '7.16'])('is in step after one apply on RouterOS %s', async (version) => {
    await using lab = await Lab.start(model, { version, packages });

    await settle(lab, model);

    for (const { path } of allMenus) expect(lab.router.rows(path).length, path).toBeGreaterThan(0);
  });

  it('is as before when all is undeclared, though the state folder was lost meanwhile', async () => {
    await using lab = await Lab.start(model, { packages });
    const counts = () => tables.map(({ path }) => [path, lab.router.rows(path).length]);
    const before = counts();
    await settle(lab, model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    const nothing = { ...model, routers: model.routers.map(bare), subscriptions: [], services: [], portalSites: [] };

    await settle(lab, nothing, inventory, { allowDeletes: 100 });

    expect(counts()).toEqual(before);
  });
});

function bare({ radius: _radius, ppp: _ppp, ipv6Pools: _ipv6Pools, ...router }: (typeof model.routers)[number]) {
  return { ...router, pools: [], dhcp: [], hotspots: [], certificates: [] };
}

describe.each(tables.filter(({ menu }) => menu.comment))('a row of $path', ({ path, menu }) => {
  it('that a person made is adopted with the comment kept, and another left alone', async () => {
    await using lab = await Lab.start(model, { packages });
    await settle(lab, model);
    const wanted = desiredIn(lab, path)[0];
    const id = ourRow(lab, menu, wanted)?.['.id'];
    lab.router.set(path, id, { comment: 'Zażółć, do not touch' });

    const { plan } = await settle(lab, model);

    const adopted = lab.router.rows(path).filter((each) => each['.id'] === id);
    expect(adopted).toMatchObject([{ comment: `Zażółć, do not touch lm:isp/${wanted?.owner}` }]);
    expect(plan.changes).toMatchObject([{ adopts: true, menu: path }]);
  });
});

/** A file that was written again is as it was, but for the time. */
function undated(rows: readonly ShownRow[]): readonly object[] {
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'last-modified')));
}
