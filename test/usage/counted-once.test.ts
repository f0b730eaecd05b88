import { describe, expect, it } from 'vitest';
import { takeOverSessions } from '../../src/daemon/targets/renamed-router.ts';
import { packet } from '../support/accounting-event.ts';
import { type LabRouter, ReaderLab } from './reader-lab.ts';

const callerId = '02:00:00:00:00:AA';

/** Octets to somebody, of all hours. */
async function usedBy(lab: ReaderLab, who: string): Promise<bigint> {
  return (await lab.accounting.usage(who, 0, 2 ** 40)).reduce((sum, { down }) => sum + down, 0n);
}

async function dialAgain(core: LabRouter): Promise<string> {
  const dialled = await core.router.dial({ username: 'anna', password: 'pw', callerId });
  if (!dialled.ok) throw new Error(dialled.reason);
  return dialled.sessionId;
}

describe('a device that dialled anew while its old session is still there', () => {
  it('SPL-23: has the octets of each session once, also when the old one goes', async () => {
    await using lab = await ReaderLab.start();
    const core = await lab.router();
    core.subscriber('anna', { 'only-one': 'no' });
    const stale = await dialAgain(core);
    core.router.traffic(stale, { down: 1000n });
    lab.pass(300);
    await core.read();
    const fresh = await dialAgain(core);
    core.router.traffic(fresh, { down: 5000n });
    lab.pass(60);

    await core.read();

    const octets = () => new Map(lab.accounting.openOf('anna').map((each) => [each.sessionId, each.downOctets]));
    expect(octets()).toEqual(
      new Map([
        [stale, 1000n],
        [fresh, 5000n],
      ]),
    );
    core.router.hangUp(stale);
    core.router.traffic(fresh, { down: 1n });
    lab.pass(60);
    await core.read();
    expect(octets()).toEqual(new Map([[fresh, 5001n]]));
    expect(await usedBy(lab, 'anna')).toBe(6001n);
  });
});

describe('a session of which RADIUS told only that it began', () => {
  const begun = async (lab: ReaderLab) => {
    const core = await lab.router();
    core.subscriber('anna');
    const sent = (await core.dial('anna')).sessionId;
    const sessionId = sent.toLowerCase().replace(/^0x/, '');
    await lab.accounting.record({ ...packet('start', 0, { sessionId }), receivedAt: lab.clock.now() });
    core.router.traffic('anna', { down: 1000n });
    lab.pass(300);
    await core.read();
    return sessionId;
  };

  it('has by hour what its packets say in the end, though one of them is older than what was read', async () => {
    await using lab = await ReaderLab.start();
    const sessionId = await begun(lab);

    for (const [sessionSeconds, outputOctets] of [
      [290, 900],
      [400, 1100],
    ] as const) {
      lab.pass(50);
      const status = sessionSeconds === 400 ? 'stop' : 'interim';
      const event = packet(status, sessionSeconds, { sessionId, sessionSeconds, inputOctets: 0, outputOctets });
      await lab.accounting.record({ ...event, receivedAt: lab.clock.now() });
    }

    expect(await lab.accounting.history('anna', 5)).toMatchObject([{ downOctets: 1100n }]);
    expect(await usedBy(lab, 'anna')).toBe(1100n);
  });

  it('has by hour what its Stop says, where that is less than what was read', async () => {
    await using lab = await ReaderLab.start();
    const sessionId = await begun(lab);
    lab.pass(7200);
    const stop = packet('stop', 7500, { sessionId, sessionSeconds: 7500, inputOctets: 0, outputOctets: 700 });

    await lab.accounting.record({ ...stop, receivedAt: lab.clock.now() });

    const used = await lab.accounting.usage('anna', 0, 2 ** 40);
    expect(used.filter(({ down }) => down !== 0n)).toMatchObject([{ down: 700n }]);
  });
});

const macs = ['0C:42:A1:00:0A:03', '0C:42:A1:00:0A:04'] as const;
const [house, neighbour] = macs;

describe('houses whose leases are counted by /ip/accounting', () => {
  async function street(lab: ReaderLab) {
    const core = await lab.router('core-1', { version: '6.49.17' });
    core.about = { ...core.about, devices: new Set(macs), ports: new Set(['ether4']) };
    core.router.add('/ip/dhcp-server/network', { address: '10.30.0.0/24', gateway: '10.30.0.1' });
    const server = { interface: 'ether4', 'address-pool': 'static-only', disabled: 'no' };
    core.router.add('/ip/dhcp-server', { name: 'homes', ...server });
    for (const [at, mac] of macs.entries()) {
      core.router.add('/ip/dhcp-server/lease', { 'mac-address': mac, address: `10.30.0.${7 + at}`, server: 'homes' });
      await core.router.lease({ mac, interface: 'ether4' });
    }
    core.router.set('/ip/accounting', undefined, { enabled: 'yes' });
    await core.read();
    return core;
  }
  const used = (lab: ReaderLab) => Promise.all([usedBy(lab, house), usedBy(lab, neighbour)]);

  it('SPL-23: lose nothing when a reading cannot be stored', async () => {
    await using lab = await ReaderLab.start();
    const core = await street(lab);
    let isFull = true;
    core.forget(() => isFull);
    core.router.traffic(house, { down: 1000n });
    lab.pass(300);
    await core.readInVain();
    core.router.traffic(house, { down: 1000n });
    isFull = false;

    for (let at = 0; at < 3; at += 1) {
      lab.pass(300);
      await core.read();
    }

    expect(await used(lab)).toEqual([2000n, 0n]);
  });

  it('SPL-23: have each octet once when lastmile dies with half of a reading stored', async () => {
    await using lab = await ReaderLab.start();
    const core = await street(lab);
    for (const mac of macs) core.router.traffic(mac, { down: 1000n });
    core.forget((record) => record.status === 'flows' || ('username' in record && record.username === neighbour));
    lab.pass(300);
    await core.readInVain();
    core.forget();

    for (let at = 0; at < 3; at += 1) {
      lab.pass(300);
      await core.read();
    }

    expect(await used(lab)).toEqual([1000n, 1000n]);
  });

  it('SPL-23: have the same number of octets twice, where that is what they used', async () => {
    await using lab = await ReaderLab.start();
    const core = await street(lab);

    for (let at = 0; at < 2; at += 1) {
      core.router.traffic(house, { down: 1000n });
      lab.pass(300);
      await core.read();
      await core.read();
    }

    expect(await used(lab)).toEqual([2000n, 0n]);
  });

  it('SPL-23: have what they used before their lease ended between two readings', async () => {
    await using lab = await ReaderLab.start();
    const core = await street(lab);
    core.router.traffic(house, { down: 1000n });
    core.router.traffic(neighbour, { down: 1n });
    lab.pass(290);
    core.router.release(house);
    lab.pass(10);
    await core.read();
    await core.router.lease({ mac: house, interface: 'ether4' });
    lab.pass(300);
    await core.read();

    expect(await used(lab)).toEqual([1000n, 1n]);
  });

  it('SPL-23: have what they used in a lease that came and went, also when it has to be read again', async () => {
    await using lab = await ReaderLab.start();
    const core = await street(lab);
    for (const mac of macs) core.router.release(mac);
    lab.pass(300);
    await core.read();
    await core.router.lease({ mac: house, interface: 'ether4' });
    core.router.traffic(house, { down: 1000n });
    core.router.release(house);
    core.forget((record) => record.status === 'flows');
    lab.pass(300);
    await core.readInVain();
    core.forget();
    lab.pass(300);

    await core.read();

    expect(await used(lab)).toEqual([1000n, 0n]);
    expect(await lab.accounting.history(house, 1)).toMatchObject([{ terminateCause: 'Between-Readings' }]);
  });
});

describe('a house whose queue somebody wrote', () => {
  it('is counted anew after the router booted while lastmile was away', async () => {
    await using lab = await ReaderLab.start();
    const core = await lab.router();
    core.about = { ...core.about, devices: new Set([house]) };
    core.router.add('/ip/dhcp-server/network', { address: '10.30.0.0/24', gateway: '10.30.0.1' });
    const server = { interface: 'ether4', 'address-pool': 'static-only', disabled: 'no' };
    core.router.add('/ip/dhcp-server', { name: 'homes', ...server });
    core.router.add('/ip/dhcp-server/lease', { 'mac-address': house, address: '10.30.0.7', server: 'homes' });
    await core.router.lease({ mac: house, interface: 'ether4' });
    core.router.add('/queue/simple', { name: 'house 7', target: '10.30.0.7', 'max-limit': '5M/20M' });
    lab.pass(60);
    await core.read();
    core.router.traffic(house, { down: 1000n });
    lab.pass(3000);
    await core.read();
    await core.reboot();
    core.forget();
    await core.router.lease({ mac: house, interface: 'ether4' });
    core.router.traffic(house, { down: 5000n });
    lab.pass(3600);

    await core.read();

    expect(await usedBy(lab, house)).toBe(6000n);
  });
});

describe('a hotspot user that is removed, and made anew', () => {
  const device = '02:00:00:00:00:01';

  async function visit(lab: ReaderLab, core: LabRouter, down: bigint, isSeen: boolean): Promise<void> {
    await core.router.join({ mac: device, interface: 'ether3' });
    core.router.traffic(device, { down });
    if (isSeen) {
      lab.pass(300);
      await core.read();
    }
    core.router.hangUp(device);
    await core.router.leave(device);
  }

  function remove(core: LabRouter): void {
    const row = core.router.rows('/ip/hotspot/user').find(({ name }) => name === device);
    core.router.remove('/ip/hotspot/user', row?.['.id'] ?? '');
  }

  it.each([
    { how: 'after a reading, with a session that nobody saw', readBetween: true, isSeen: false },
    { how: 'after a reading, with a session that was seen', readBetween: true, isSeen: true },
    { how: 'between two readings, with a session that nobody saw', readBetween: false, isSeen: false },
    { how: 'between two readings, with a session that was seen', readBetween: false, isSeen: true },
  ])('SPL-23: has every octet: $how', async ({ readBetween, isSeen }) => {
    await using lab = await ReaderLab.start();
    const core = await lab.router();
    core.guest(device);
    await core.read();
    await visit(lab, core, 1000n, true);
    lab.pass(300);
    await core.read();
    remove(core);
    if (readBetween) {
      lab.pass(300);
      await core.read();
      expect([...(await lab.accounting.totalsOf('core-1')).keys()]).not.toContain(device);
    }
    core.guest(device);
    await visit(lab, core, 3000n, isSeen);

    for (let at = 0; at < 2; at += 1) {
      lab.pass(300);
      await core.read();
    }

    expect(await usedBy(lab, device)).toBe(4000n);
  });
});

describe('a router that is declared by another name', () => {
  const device = '02:00:00:00:00:01';

  it('SPL-23: has everybody online counted once, guests and houses among them, also when it broke off half way', async () => {
    await using lab = await ReaderLab.start();
    const core = await lab.router('core-1', { version: '6.49.17' });
    core.about = { ...core.about, devices: new Set([house]), ports: new Set(['ether4']) };
    core.router.add('/ip/dhcp-server/network', { address: '10.30.0.0/24', gateway: '10.30.0.1' });
    const server = { interface: 'ether4', 'address-pool': 'static-only', disabled: 'no' };
    core.router.add('/ip/dhcp-server', { name: 'homes', ...server });
    core.router.add('/ip/dhcp-server/lease', { 'mac-address': house, address: '10.30.0.7', server: 'homes' });
    await core.router.lease({ mac: house, interface: 'ether4' });
    core.router.set('/ip/accounting', undefined, { enabled: 'yes' });
    core.subscriber('anna');
    core.guest(device);
    await core.read();
    await core.dial('anna');
    await core.router.join({ mac: device, interface: 'ether3' });
    const carry = (down: bigint) => {
      for (const who of ['anna', device, house]) core.router.traffic(who, { down });
    };
    carry(1000n);
    lab.pass(300);
    await core.read();
    core.router.hangUp(device);
    await core.router.leave(device);
    lab.pass(300);
    await core.read();
    await core.router.join({ mac: device, interface: 'ether3' });
    carry(100n);
    core.about = { ...core.about, name: 'hall-1', formerNames: ['core-1'] };
    core.forget((record) => record.status === 'totals' && record.nas === 'hall-1' && record.username === '');
    await core.readInVain();
    core.forget();
    lab.pass(300);
    await core.read();
    core.router.hangUp(device);
    carry(10n);
    lab.pass(300);

    await core.read();

    expect([await usedBy(lab, 'anna'), await usedBy(lab, device), await usedBy(lab, house)]).toEqual([
      1110n,
      1100n,
      1110n,
    ]);
    expect(lab.accounting.openOf('anna')).toMatchObject([{ nas: 'hall-1', downOctets: 110n }]);
    expect(await lab.accounting.history('anna', 5)).toContainEqual(
      expect.objectContaining({ nas: 'core-1', downOctets: 1000n, terminateCause: 'Router-Renamed' }),
    );
    expect((await lab.accounting.totalsOf('core-1')).size).toBe(0);
  });

  it.each([
    { when: 'before its next packet', isLate: false },
    { when: 'after its next packet', isLate: true },
  ])('has a session that RADIUS accounts once: heard of $when', async ({ isLate }) => {
    await using lab = await ReaderLab.start();
    const tell = (status: 'start' | 'interim' | 'stop', nas: string, seconds: number, outputOctets: number) => {
      const fields = { nas, sessionId: '81c00001', sessionSeconds: seconds, inputOctets: 0, outputOctets };
      return lab.accounting.record({ ...packet(status, seconds, fields), receivedAt: lab.clock.now() });
    };
    const rename = () => takeOverSessions(lab.accounting, { name: 'hall-1', formerNames: ['core-1'] }, lab.clock.now());
    await tell('start', 'core-1', 0, 0);
    lab.pass(300);
    await tell('interim', 'core-1', 300, 1000);
    if (!isLate) await rename();
    lab.pass(300);
    await tell('interim', 'hall-1', 600, 1500);
    if (isLate) await rename();
    await rename();
    lab.pass(300);

    await tell('stop', 'hall-1', 900, 1600);

    expect(await usedBy(lab, 'anna')).toBe(1600n);
    expect(await lab.accounting.history('anna', 5)).toMatchObject([{}, {}]);
    expect([...lab.accounting.open()]).toEqual([]);
  });
});
