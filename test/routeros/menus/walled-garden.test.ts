import { describe, expect, it } from 'vitest';
import { cafe, everythingRouter, networkWith } from '../../support/everything-network.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { Lab } from '../../support/ppp-network.ts';
import { settle } from './support.ts';

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
