import { describe, expect, it } from 'vitest';
import { readMarker } from '../../src/reconcile/marker.ts';
import type { ShownRow, SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { defconf } from '../fixtures/routers/defconf.ts';
import { dhcpAccess } from '../fixtures/routers/dhcp-access.ts';
import { type RouterFixture, routerOf } from '../fixtures/routers/fixture.ts';
import { hotspot6 } from '../fixtures/routers/hotspot-6.ts';
import { mess } from '../fixtures/routers/mess.ts';
import { mixed } from '../fixtures/routers/mixed.ts';
import { otherTools } from '../fixtures/routers/other-tools.ts';
import { pppoeConcentrator } from '../fixtures/routers/pppoe-concentrator.ts';
import { vouchers } from '../fixtures/routers/vouchers.ts';
import { Desk } from './support.ts';

type Entrance = (router: SimulatedRouterOs) => Promise<boolean>;

const dials =
  (username: string, password: string): Entrance =>
  async (router) =>
    (await router.dial({ username, password })).ok;
const leases =
  (mac: string): Entrance =>
  async (router) =>
    (await router.lease({ mac, interface: 'ether4' })).ok;
const joins =
  (mac: string): Entrance =>
  async (router) => {
    await router.join({ mac, interface: 'ether3' });
    return router.rows('/ip/hotspot/active').some((row) => row['mac-address'] === mac);
  };

/** Every router, and how one of its subscribers comes in. */
const routers: readonly (readonly [RouterFixture, Entrance | undefined])[] = [
  [pppoeConcentrator, dials('anna@isp.example', 'pa55-anna')],
  [hotspot6, joins('0C:42:A1:00:00:11')],
  [dhcpAccess, leases('0C:42:A1:00:01:01')],
  [mixed, dials('gold-1', 'g1')],
  [mess, dials('juan-perez', '123')],
  [otherTools, dials('c1', 'p1')],
  [vouchers, joins('0C:42:A1:00:00:09')],
  [defconf, undefined],
];

describe.each(routers.map(([fixture, entrance]) => ({ title: fixture.title, fixture, entrance })))(
  '$title',
  ({ fixture, entrance }) => {
    it('is imported, and nothing would change; taken over, rows are marked and nothing else', async () => {
      await using router = await routerOf(fixture);
      await using desk = await Desk.open();
      desk.declare(router);
      const before = configurationOf(router);

      const imported = await desk.import();
      const planned = await desk.plan();
      expect(imported, imported.err).toMatchObject({ code: 0 });
      expect(planned, planned.out + planned.err).toMatchObject({ code: 0, err: '' });
      expect(planned.out).toContain('Nothing to change.');
      expect(configurationOf(router)).toEqual(before);

      desk.takeOver();
      const applied = await desk.apply();
      const after = await desk.plan({ state: desk.state });

      expect(applied, applied.out + applied.err).toMatchObject({ code: 0 });
      expect(after, after.out + after.err).toMatchObject({ code: 0, err: '' });
      expect(withoutMarks(configurationOf(router))).toEqual(withoutMarks(before));
      if (entrance !== undefined) expect(await entrance(router)).toBe(true);
    });
  },
);

const looked = [
  ...['/ip/pool', '/ppp/profile', '/ppp/secret', '/interface/pppoe-server/server', '/radius', '/ppp/aaa', '/ip/dns'],
  ...['/ip/dhcp-server', '/ip/dhcp-server/network', '/ip/dhcp-server/lease', '/ip/hotspot', '/ip/hotspot/profile'],
  ...['/ip/hotspot/user', '/ip/hotspot/user/profile', '/ip/hotspot/ip-binding', '/ip/hotspot/walled-garden'],
  ...['/ip/firewall/filter', '/ip/firewall/nat', '/ip/firewall/address-list', '/queue/simple', '/system/script'],
];

type Configuration = Readonly<Record<string, readonly ShownRow[]>>;

function configurationOf(router: SimulatedRouterOs): Configuration {
  return Object.fromEntries(looked.map((menu) => [menu, router.rows(menu)]));
}

function withoutMarks(configuration: Configuration): Configuration {
  const bare = ({ comment, ...row }: ShownRow): ShownRow => {
    // Space at the end of a person's words is not kept.
    const ownText = readMarker(comment ?? '').ownText.trimEnd();
    return ownText === '' ? row : { ...row, comment: ownText };
  };
  return Object.fromEntries(Object.entries(configuration).map(([menu, rows]) => [menu, rows.map(bare)]));
}
