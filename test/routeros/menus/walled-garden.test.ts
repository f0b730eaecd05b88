import { describe, expect, it } from 'vitest';
import { cafe, everythingRouter, networkWith } from '../../support/everything-network.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { Lab } from '../../support/ppp-network.ts';
import { brief, settle } from './support.ts';

const byName = '/ip/hotspot/walled-garden';
const byAddress = '/ip/hotspot/walled-garden/ip';

function networkOf(...hosts: readonly string[]) {
  return networkWith(everythingRouter, cafe(hosts));
}

function hosts(lab: Lab, menu: string): readonly (string | undefined)[] {
  return lab.router.rows(menu).map((row) => row['dst-host'] ?? row['dst-address']);
}

describe('the hosts that guests reach before they are let in', () => {
  it('IS-51, IS-52: are let through by name and by packet, the portal itself first', async () => {
    const model = networkOf('pay.example', '198.51.100.7', '203.0.113.0/24');
    await using lab = await Lab.start(model);
    await settle(lab, model);

    expect(lab.router.rows(byName)).toMatchObject([
      { server: 'lobby', 'dst-host': 'portal.example', 'dst-port': '443', action: 'allow' },
      { server: 'lobby', 'dst-host': 'pay.example', action: 'allow' },
      { server: 'lobby', 'dst-host': '198.51.100.7', action: 'allow' },
    ]);
    expect(lab.router.rows(byAddress)).toMatchObject([
      { server: 'lobby', 'dst-host': 'portal.example', protocol: 'tcp', 'dst-port': '443', action: 'accept' },
      { server: 'lobby', 'dst-host': 'pay.example', action: 'accept' },
      { server: 'lobby', 'dst-address': '198.51.100.7', action: 'accept' },
      { server: 'lobby', 'dst-address': '203.0.113.0/24', action: 'accept' },
    ]);
  });

  it('IS-51: are let through by name alone where that is a pattern, and the row says so', async () => {
    const model = networkOf('*.bank.example');
    await using lab = await Lab.start(model);
    await settle(lab, model);

    expect(lab.router.rows(byName)[1]?.['comment']).toMatch(/^by name only: .+ lm:isp\/PortalSite\/cafe#/);
    expect(hosts(lab, byAddress)).toEqual(['portal.example']);
  });

  it('IS-51, IS-52: stand in the declared order, a hundred of them, around rows of a person', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `h${at}.example`);
    const model = networkOf(...names);
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    for (const menu of [byName, byAddress]) lab.router.add(menu, { 'dst-host': 'by-hand.example' });
    const turned = [...names.slice(50), 'new.example', ...names.slice(0, 50)];

    const { plan } = await settle(lab, networkOf(...turned), inventory);

    for (const menu of [byName, byAddress]) {
      expect(hosts(lab, menu).filter((host) => host !== 'by-hand.example')).toEqual(['portal.example', ...turned]);
      expect(hosts(lab, menu)).toContain('by-hand.example');
    }
    expect(plan.changes.filter(({ action }) => action === 'move').length).toBeLessThanOrEqual(102);
  });

  it('go with the hotspot, and come back with it', async () => {
    const model = networkOf('pay.example');
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    lab.router.remove('/ip/hotspot', 'lobby');

    await settle(lab, model, inventory);

    expect(hosts(lab, byName)).toEqual(['portal.example', 'pay.example']);
    expect(lab.router.rows(byName).map((row) => row['server'])).toEqual(['lobby', 'lobby']);
  });

  it('are those of the portal’s own address and port where it has no name', async () => {
    const model = networkOf();
    const portal = { ...model.operator.portal, publicUrl: 'http://192.0.2.10:8080' };
    const plain = { ...model, operator: { ...model.operator, portal } };
    await using lab = await Lab.start(plain);

    await settle(lab, plain);

    expect(lab.router.rows(byAddress)).toMatchObject([{ 'dst-address': '192.0.2.10', 'dst-port': '8080' }]);
  });
});

describe('a walled garden in which somebody refuses what we let through', () => {
  const model = networkOf('pay.example');
  const deny = (menu: string) => ({ action: menu === byName ? 'deny' : 'reject' });

  it('IS-51, IS-52: has our rows in front of a rule for the rest that was there before', async () => {
    await using lab = await Lab.start(model);
    for (const menu of [byName, byAddress]) {
      lab.router.add(menu, { 'dst-host': 'news.example', comment: 'allowed by hand' });
      lab.router.add(menu, { ...deny(menu), comment: 'the rest' });
    }

    const { plan } = await settle(lab, model);

    for (const menu of [byName, byAddress]) {
      expect(hosts(lab, menu)).toEqual(['news.example', 'portal.example', 'pay.example', undefined]);
    }
    expect(plan.changes.filter(({ action }) => action === 'move')).toEqual([]);
  });

  it('IS-51, IS-52: has them in front of one that was put between them later', async () => {
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    for (const menu of [byName, byAddress]) {
      lab.router.add(menu, { ...deny(menu), 'place-before': lab.router.rows(menu)[1]?.['.id'] ?? '' });
    }

    const outcome = await settle(lab, model, inventory);

    for (const menu of [byName, byAddress])
      expect(hosts(lab, menu)).toEqual(['portal.example', 'pay.example', undefined]);
    expect(brief(outcome)).toEqual([`move ${byName} lobby pay.example`, `move ${byAddress} lobby pay.example`]);
  });

  it('leaves a rule that is switched off where it is', async () => {
    await using lab = await Lab.start(model);
    lab.router.add(byName, { action: 'deny', disabled: 'yes' });

    await settle(lab, model);

    expect(hosts(lab, byName)).toEqual([undefined, 'portal.example', 'pay.example']);
  });
});

describe('a row for one of our hosts that says less than ours', () => {
  const model = networkOf('pay.example');
  const narrow = {
    [byName]: [{ path: '/old/*' }, { method: 'POST' }, { 'src-address': '10.41.41.7' }],
    [byAddress]: [{ 'src-address': '10.41.41.7' }, { 'src-address-list': 'staff' }, { 'dst-address-list': 'banks' }],
  };
  const cases = Object.entries(narrow).flatMap(([menu, list]) => list.map((matcher) => ({ menu, matcher })));

  it.each(cases)('is left to the person who made it: $matcher in $menu', async ({ menu, matcher }) => {
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, networkWith(everythingRouter), inventory);
    const id = lab.router.add(menu, { server: 'lobby', 'dst-host': 'pay.example', ...matcher });
    const before = lab.router.row(menu, id);

    const { plan } = await settle(lab, model, inventory);

    expect(plan.changes.filter(({ adopts }) => adopts)).toEqual([]);
    expect(lab.router.row(menu, id)).toEqual(before);
    expect(hosts(lab, menu)).toEqual(['pay.example', 'portal.example', 'pay.example']);
  });

  it.each(cases)('is set back where it is ours: $matcher in $menu', async ({ menu, matcher }) => {
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    const before = lab.router.rows(menu);
    lab.router.set(menu, before[1]?.['.id'], matcher);

    const outcome = await settle(lab, model, inventory);

    expect(brief(outcome)).toEqual([`update ${menu} lobby pay.example ${Object.keys(matcher)[0]}`]);
    expect(lab.router.rows(menu)).toEqual(before);
  });
});

describe('two hundred hosts that come in front of one', () => {
  it('are made where they belong, with few writes to the state folder', async () => {
    const names = Array.from({ length: 200 }, (_, at) => `h${at}.example`);
    const first = networkOf('last.example');
    await using lab = await Lab.start(first);
    const inventory = new CountingInventory();
    await settle(lab, first, inventory);
    inventory.claims = 0;

    const { plan } = await settle(lab, networkOf(...names, 'last.example'), inventory);

    expect(plan.changes.filter(({ action }) => action !== 'create')).toEqual([]);
    expect(plan.levels).toHaveLength(1);
    // One by each of two runs for what is in place, one for what is made.
    expect(inventory.claims).toBe(3);
    for (const menu of [byName, byAddress])
      expect(hosts(lab, menu)).toEqual(['portal.example', ...names, 'last.example']);
  });

  it('are in order, too, where their hotspot is made in the same run as those of another', async () => {
    const both = networkWith(
      everythingRouter.replace(/hotspots:(\s+)/, 'hotspots:$1- {name: bar, interface: ether5, address: 10.42.0.1}$1'),
      cafe(['a.example', 'b.example']),
      cafe(['c.example']).replace('name: cafe', 'name: bar').replace('hotspot: lobby', 'hotspot: bar'),
    );
    const first = networkOf('b.example');
    await using lab = await Lab.start(first);
    const inventory = new MemoryInventory();
    await settle(lab, first, inventory);

    await settle(lab, both, inventory);

    const inOrder = lab.router.rows(byName).map((row) => `${row['server']} ${row['dst-host']}`);
    expect(inOrder).toEqual([
      'bar portal.example',
      'bar c.example',
      'lobby portal.example',
      'lobby a.example',
      'lobby b.example',
    ]);
  });
});

/** Counts how often something is written before it is done. */
class CountingInventory extends MemoryInventory {
  claims = 0;

  override async claim(...args: Parameters<MemoryInventory['claim']>): Promise<void> {
    this.claims += 1;
    await super.claim(...args);
  }
}
