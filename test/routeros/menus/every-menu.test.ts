import { describe, expect, it } from 'vitest';
import { allMenus } from '../../../src/routeros/all-menus.ts';
import { readRows } from '../../../src/routeros/read-rows.ts';
import { commandsFor } from '../../../src/routeros/write-rows.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { Lab, networkOf, subscriber } from '../../support/ppp-network.ts';
import { settle } from './support.ts';

const model = networkOf(subscriber('anna', 'address: 10.0.0.201'), subscriber('ben', 'state: suspended'));

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
};

describe.each(allMenus.map((menu) => ({ path: menu.path, menu })))('$path', ({ path, menu }) => {
  it('is in step after one apply, and on RouterOS before 7.18 and 7.21, too', async () => {
    for (const version of ['7.22.3', '7.20.8', '7.16']) {
      await using lab = await Lab.start(model, { version });

      await settle(lab, model);

      expect(lab.router.rows(path).length).toBeGreaterThan(0);
    }
  });

  it('is healed of what was changed by hand', async () => {
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    const before = lab.router.rows(path);
    const ours = before.find((row) => ['home', 'lastmile', 'anna'].includes(row['name'] ?? '')) ?? before[0];
    const drift = Object.entries(byHand[path] ?? {}).filter(([name]) => menu.fields[name] !== undefined);
    lab.router.set(path, ours?.['.id'], Object.fromEntries(drift));

    const { plan } = await settle(lab, model, inventory);

    expect(plan.changes).toMatchObject([{ action: 'update', menu: path }]);
    expect(Object.keys(plan.changes[0]?.set ?? {}).sort()).toEqual(drift.map(([name]) => name).sort());
    expect(lab.router.rows(path)).toEqual(before);
  });

  it('says what it wants in canonical form, in fields it knows', async () => {
    await using lab = await Lab.start(model);
    const rows = lab.target.desired(model).filter((row) => row.menu === path);

    expect(rows.length).toBeGreaterThan(0);
    for (const { identity, fields } of rows) {
      for (const [name, value] of Object.entries(fields)) {
        const field = menu.fields[name];
        expect(field, name).toBeDefined();
        if (typeof value === 'string') expect(field?.canonical?.(value) ?? value, name).toBe(value);
      }
      const named = menu.identity === 'settings' ? [] : menu.identity.map((name) => fields[name]);
      expect(identity).toBe(named.join(' '));
    }
  });

  it('reads a row that it has just written as the same row', async () => {
    await using lab = await Lab.start(model);
    for (const row of lab.target.desired(model).filter((each) => each.menu === path)) {
      const change = { action: 'create' as const, ...row, set: row.fields, after: row };
      const [command] = commandsFor(menu, change, { operator: 'isp' });

      const [read] = readRows(menu, [command?.attributes ?? {}]);

      expect(read?.identity).toBe(row.identity);
      if (menu.comment) expect(read?.marker).toEqual({ operator: 'isp', owner: row.owner });
    }
  });
});

describe.each(allMenus.filter((menu) => menu.identity !== 'settings').map(({ path }) => path))(
  'a row of %s',
  (path) => {
    it('that was removed by hand comes back', async () => {
      await using lab = await Lab.start(model);
      const inventory = new MemoryInventory();
      await settle(lab, model, inventory);
      const count = lab.router.rows(path).length;
      const ours = lab.router.rows(path).find((row) => row['comment']?.includes('lm:isp/'));
      lab.router.remove(path, ours?.['.id'] ?? '');

      await settle(lab, model, inventory);

      expect(lab.router.rows(path)).toHaveLength(count);
    });

    it('that a person made is adopted with the comment kept, and another left alone', async () => {
      await using lab = await Lab.start(model);
      const [row] = lab.target.desired(model).filter((each) => each.menu === path);
      const names = allMenus.find((menu) => menu.path === path)?.identity ?? 'settings';
      const pairs = names === 'settings' ? [] : names.map((name) => [name, String(row?.fields[name])] as const);
      const identity = Object.fromEntries(pairs);
      const needed = path === '/ip/pool' ? { ranges: '10.1.1.1-10.1.1.2' } : {};
      const id = lab.router.add(path, { ...identity, ...needed, comment: 'Zażółć, do not touch' });

      const { plan } = await settle(lab, model);

      const adopted = lab.router.rows(path).filter((each) => each['.id'] === id);
      expect(adopted).toMatchObject([{ comment: `Zażółć, do not touch lm:isp/${row?.owner}` }]);
      expect(plan.changes.filter((change) => change.adopts === true).map((change) => change.menu)).toEqual([path]);
    });
  },
);
