import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/model/model.ts';
import { GuestClient } from '../../src/simulator/guest-client.ts';
import type { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { targetContract } from '../contract/target.ts';
import { Responder, secret } from '../simulator/support.ts';
import { everythingRouter, guests, networkWith } from '../support/everything-network.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { Lab } from '../support/ppp-network.ts';
import { settle } from './menus/support.ts';

const cookies = everythingRouter.replace('loginBy: [http-pap, mac]', 'loginBy: [http-pap, mac, mac-cookie]');
const network = networkWith(cookies, ...guests);
const suspended = networkWith(cookies, ...guests.map((each) => `${each}  state: suspended\n`));
const till = '0C:42:A1:00:00:01';
const phone = '0C:42:A1:00:00:20';
const login = 'http://login.cafe.example/login';
const { signal } = new AbortController();

/** Somebody with a telephone signs in at the hotspot's page. */
async function signIn(router: SimulatedRouterOs, username: string, mac = phone): Promise<GuestClient> {
  const device = await router.join({ mac });
  if (!device.ok) throw new Error(device.reason);
  const guest = new GuestClient({ proxy: device.gateway });
  await guest.post(login, { username, password: `pa55-${username}` });
  return guest;
}

function asking<T extends object>(server: T): T & { readonly radius: true } {
  return { ...server, radius: true };
}

function online(router: SimulatedRouterOs): readonly (string | undefined)[] {
  return router.rows('/ip/hotspot/active').map((row) => row['user']);
}

describe('a router with a hotspot as a target', () => {
  targetContract({
    first: network,
    second: suspended,
    username: 'gina',
    async start(model: Model) {
      const lab = await Lab.start(model);
      return {
        target: lab.target,
        goOnline: async (username) => void (await signIn(lab.router, username)),
        online: () => online(lab.router).filter((name) => name !== undefined),
        [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
      };
    },
  });
});

describe('a guest who is suspended while online', () => {
  it('IW-18: is cut off and does not come back by the cookie of the device', async () => {
    await using lab = await Lab.start(network);
    const inventory = new MemoryInventory();
    await settle(lab, network, inventory);
    await signIn(lab.router, 'gina');
    expect(online(lab.router)).toEqual(['gina']);
    expect(lab.router.rows('/ip/hotspot/cookie')).toHaveLength(1);

    const outcome = await settle(lab, suspended, inventory);

    expect(await outcome.sessions).toMatchObject([
      { effect: { username: 'gina' }, sessionId: phone, result: 'disconnected', detail: '/ip/hotspot/active/remove' },
    ]);
    expect(online(lab.router)).toEqual([]);
    expect(lab.router.rows('/ip/hotspot/cookie')).toEqual([]);
  });

  it('IW-18: is cut off, too, when the device alone is known', async () => {
    await using lab = await Lab.start(network);
    const inventory = new MemoryInventory();
    await settle(lab, network, inventory);
    await lab.router.join({ mac: till });
    expect(online(lab.router)).toEqual([till]);

    const outcome = await settle(lab, suspended, inventory);

    expect(outcome.plan.sessions).toMatchObject([{ username: till, why: 'disabled', sessionIds: [till] }]);
    expect(online(lab.router)).toEqual([]);
    expect(lab.router.devices()).toMatchObject([{ mac: till, online: false }]);
  });

  it('leaves everybody else online', async () => {
    const other = networkWith(cookies, ...guests.map((each, at) => (at === 0 ? `${each}  state: suspended\n` : each)));
    await using lab = await Lab.start(network);
    const inventory = new MemoryInventory();
    await settle(lab, network, inventory);
    await signIn(lab.router, 'gina');
    await lab.router.join({ mac: till });

    await settle(lab, other, inventory);

    expect(online(lab.router)).toEqual([till]);
  });
});

describe('guests of a hotspot', () => {
  it.each([
    { what: 'is moved', router: cookies.replace('interface: ether4', 'interface: ether5'), people: guests },
    { what: 'is renamed', router: cookies.replace('name: lobby\n', 'name: foyer\n'), people: guests },
    { what: 'is removed', router: cookies.replace(/hotspots:[\s\S]*?system:/, 'system:'), people: [] },
  ])('that $what are counted by the plan, whoever let them in', async ({ router, people }) => {
    await using lab = await Lab.start(network);
    const inventory = new MemoryInventory();
    await settle(lab, network, inventory);
    // Somebody whom no row of ours let in.
    lab.router.add('/ip/hotspot/user', { name: 'visitor', password: 'pa55-visitor' });
    await signIn(lab.router, 'visitor');

    const outcome = await settle(lab, networkWith(router, ...people), inventory, { allowDeletes: 20 });

    expect(outcome.plan.sessions).toMatchObject([{ username: 'visitor', action: 'disconnect', sessionIds: [phone] }]);
    expect(await outcome.sessions).toMatchObject([{ effect: { username: 'visitor' }, sessionId: phone }]);
    expect(online(lab.router)).toEqual([]);
  });
});

describe('a guest whose row an apply took away before it died', () => {
  async function orphaned(version: string) {
    const lab = await Lab.start(network, { version });
    const inventory = new MemoryInventory();
    await settle(lab, network, inventory);
    await signIn(lab.router, 'gina');
    lab.router.remove('/ip/hotspot/user', 'gina');
    const { plan } = await settle(lab, networkWith(cookies, ...guests.slice(1)), inventory);
    return {
      plan,
      left: online(lab.router),
      [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
    };
  }

  it('IW-18: is cut off by the next run where the session shows whose row it was, before 7.21', async () => {
    await using run = await orphaned('7.20.8');

    expect(run.plan.sessions).toMatchObject([{ username: 'gina', action: 'disconnect', why: 'removed' }]);
    expect(run.left).toEqual([]);
  });

  it('stays since 7.21, where nothing tells such a guest from one of somebody else', async () => {
    await using run = await orphaned('7.22.3');

    expect(run.plan.sessions).toEqual([]);
    expect(run.left).toEqual(['gina']);
  });

  it('IW-18: is cut off by the next run in every version while the row is there, and disabled', async () => {
    for (const version of ['7.20.8', '7.22.3']) {
      await using lab = await Lab.start(network, { version });
      const inventory = new MemoryInventory();
      await settle(lab, network, inventory);
      await signIn(lab.router, 'gina');
      lab.router.set('/ip/hotspot/user', 'gina', { disabled: 'yes' });

      const { plan } = await settle(lab, suspended, inventory);

      expect(plan.sessions).toMatchObject([{ username: 'gina', why: 'disabled', sessionIds: [phone] }]);
      expect(online(lab.router)).toEqual([]);
    }
  });
});

describe('a hotspot session that RADIUS wants ended', () => {
  it('IW-18: is found by its user and device, for a hotspot shows no Acct-Session-Id', async () => {
    await using lab = await Lab.start(network);
    await settle(lab, network);
    await signIn(lab.router, 'gina');
    const session = { username: 'gina', sessionId: '80100014' };

    expect(await lab.target.removeSession(session, signal)).toBe(false);
    expect(await lab.target.removeSession({ ...session, mac: '0C-42-A1-00-00-99' }, signal)).toBe(false);
    expect(online(lab.router)).toEqual(['gina']);
    expect(await lab.target.removeSession({ ...session, mac: '0c-42-a1-00-00-20' }, signal)).toBeTruthy();
    expect(online(lab.router)).toEqual([]);
    expect(lab.router.rows('/ip/hotspot/cookie')).toEqual([]);
  });

  it('IW-18: is found whatever the spelling of a device that came by its MAC', async () => {
    await using lab = await Lab.start(network);
    await settle(lab, network);
    await lab.router.join({ mac: till });

    const name = { username: '0C42A1000001', sessionId: '80100015', mac: till };

    expect(await lab.target.removeSession(name, signal)).toBeTruthy();
    expect(online(lab.router)).toEqual([]);
  });

  it('takes no lease of its device along when it is over', async () => {
    await using responder = await Responder.start();
    await using lab = await Lab.start(network);
    const byRadius = { ...network, routers: network.routers.map((each) => ({ ...each, dhcp: each.dhcp.map(asking) })) };
    await settle(lab, byRadius);
    for (const row of lab.router.rows('/radius')) lab.router.remove('/radius', row['.id'] ?? '');
    const port = String(responder.port);
    const server = { service: 'dhcp', address: '127.0.0.1', secret };
    lab.router.add('/radius', { ...server, 'authentication-port': port, 'accounting-port': port });
    const device = await lab.router.lease({ mac: phone, interface: 'ether3' });
    const lease = { username: phone, ...(device.ok ? { address: device.address } : {}) };

    const guest = { ...lease, sessionId: '80100014', mac: phone, calledAt: 'lobby' };
    expect(await lab.target.removeSession(guest, signal)).toBe(false);
    expect(lab.router.rows('/ip/dhcp-server/lease')).toHaveLength(1);
    const client = { ...lease, sessionId: '82100014', mac: '1:c:42:a1:0:0:20', calledAt: 'office' };
    expect(await lab.target.removeSession(client, signal)).toEqual({ menu: '/ip/dhcp-server/lease' });
  });

  it('is told when the router keeps it all the same', async () => {
    await using lab = await Lab.start(network);
    await settle(lab, network);
    await signIn(lab.router, 'gina');
    lab.router.faults.add({ kind: 'done-without-write', command: '/ip/hotspot/active/remove' });

    const ending = lab.target.removeSession({ username: 'gina', sessionId: '80100014', mac: phone }, signal);

    await expect(ending).rejects.toMatchObject({ code: 'LM_SESSION_STAYS' });
  });
});
