import { describe, expect, it } from 'vitest';
import { LiveUsageMeter } from '../../../src/daemon/sessions/live-usage.ts';
import { RouterUnreachableError } from '../../../src/routeros/errors.ts';
import { type LabRouter, ReaderLab } from '../../usage/reader-lab.ts';

/** A meter of simulated routers. What happens on them while it waits for its second look is said beforehand. */
function meterOf(lab: ReaderLab, routers: Readonly<Record<string, LabRouter | undefined>>) {
  const waits: number[] = [];
  const meter = { during: () => {}, waits, measure: (who: string) => live.measure(who, [who], Object.keys(routers)) };
  const live = new LiveUsageMeter({
    clock: {
      now: () => lab.clock.now(),
      monotonic: () => lab.clock.monotonic(),
      sleep: (ms) => {
        waits.push(ms);
        meter.during();
        lab.clock.advance(ms);
        return Promise.resolve();
      },
    },
    routers: {
      session: (name) => {
        const session = routers[name]?.session;
        if (session !== undefined) return Promise.resolve(session);
        return Promise.reject(new RouterUnreachableError({ router: name, host: '192.0.2.1', port: 8728 }, 'timeout'));
      },
    },
  });
  return meter;
}

async function online(lab: ReaderLab, name = 'core-1') {
  const core = await lab.router(name);
  core.subscriber('anna', { 'only-one': 'no' });
  return core;
}

describe('what somebody uses at this moment', () => {
  it('SPL-05: is told in bits per second, up what comes from the subscriber, the first time over a second', async () => {
    await using lab = await ReaderLab.start();
    const core = await online(lab);
    const { address } = await core.dial('anna');
    core.router.traffic('anna', { up: 700n, down: 9000n });
    const meter = meterOf(lab, { 'core-1': core });
    meter.during = () => core.router.traffic('anna', { up: 1000n, down: 250_000n });

    const { sessions, notes } = await meter.measure('anna');

    expect(meter.waits).toEqual([1000]);
    expect(sessions).toMatchObject([
      {
        nas: 'core-1',
        access: 'ppp',
        framedIpAddress: address,
        overMs: 1000,
        upBps: 8000,
        downBps: 2_000_000,
        up: '1700',
        down: '259000',
      },
    ]);
    expect(notes).toEqual([]);
  });

  it('SPL-05: is compared with the look before when it is asked for every 5 s, without waiting', async () => {
    await using lab = await ReaderLab.start();
    const core = await online(lab);
    await core.dial('anna');
    const meter = meterOf(lab, { 'core-1': core });
    await meter.measure('anna');

    for (const octets of [5000n, 0n, 10_000n]) {
      core.router.traffic('anna', { up: octets, down: octets * 2n });
      lab.pass(5);
      const { sessions } = await meter.measure('anna');

      const bps = (Number(octets) * 8) / 5;
      expect(sessions).toMatchObject([{ overMs: 5000, upBps: bps, downBps: bps * 2 }]);
    }

    expect(meter.waits).toHaveLength(1);
  });

  it('is not that of a quarter of an hour ago: an old look is not compared with', async () => {
    await using lab = await ReaderLab.start();
    const core = await online(lab);
    await core.dial('anna');
    const meter = meterOf(lab, { 'core-1': core });
    await meter.measure('anna');
    core.router.traffic('anna', { down: 1_000_000n });
    lab.pass(900);

    const { sessions } = await meter.measure('anna');

    expect(sessions).toMatchObject([{ overMs: 1000, downBps: 0 }]);
  });

  it('SPL-05: is that of each session, on its own counter, of one who is on twice by one device', async () => {
    await using lab = await ReaderLab.start();
    const core = await online(lab);
    const dial = async () => {
      const dialled = await core.router.dial({ username: 'anna', password: 'pw', callerId: '02:00:00:00:00:AA' });
      return dialled.ok ? dialled.sessionId : '';
    };
    const stale = await dial();
    lab.pass(60);
    const fresh = await dial();
    const meter = meterOf(lab, { 'core-1': core });
    meter.during = () => core.router.traffic(fresh, { down: 1000n });

    const { sessions } = await meter.measure('anna');

    expect(new Map(sessions.map(({ sessionId, downBps }) => [sessionId, downBps]))).toEqual(
      new Map([
        [stale, 0],
        [fresh, 8000],
      ]),
    );
  });

  it('SPL-05: is that of a guest at a hotspot, and of a lease by its queue', async () => {
    await using lab = await ReaderLab.start();
    const core = await lab.router();
    const [guest, house] = ['02:00:00:00:00:01', '0C:42:A1:00:0A:03'];
    core.guest(guest);
    await core.router.join({ mac: guest, interface: 'ether3' });
    core.router.add('/ip/dhcp-server/network', { address: '10.30.0.0/24', gateway: '10.30.0.1' });
    const server = { interface: 'ether4', 'address-pool': 'static-only', disabled: 'no' };
    core.router.add('/ip/dhcp-server', { name: 'homes', ...server });
    const lease = { 'mac-address': house, address: '10.30.0.7', 'rate-limit': '5M/20M' };
    core.router.add('/ip/dhcp-server/lease', { ...lease, server: 'homes' });
    await core.router.lease({ mac: house, interface: 'ether4' });
    const meter = meterOf(lab, { 'core-1': core });

    for (const [who, access] of [
      [guest, 'hotspot'],
      [house, 'dhcp'],
    ] as const) {
      meter.during = () => core.router.traffic(who, { up: 10n, down: 100n });
      expect((await meter.measure(who)).sessions).toMatchObject([{ access, upBps: 80, downBps: 800 }]);
    }
  });

  it('is told of the routers that answer, and why others are missing', async () => {
    await using lab = await ReaderLab.start();
    const core = await online(lab);
    await core.dial('anna');
    const meter = meterOf(lab, { 'core-1': core, 'core-2': undefined });

    const { sessions, notes } = await meter.measure('anna');

    expect(sessions).toMatchObject([{ nas: 'core-1' }]);
    expect(notes).toEqual([expect.stringContaining('core-2')]);
  });

  it('begins at zero with a session that has just begun, and with a counter that was reset', async () => {
    await using lab = await ReaderLab.start();
    const core = await online(lab);
    const { sessionId } = await core.dial('anna');
    core.router.traffic('anna', { down: 900_000n });
    const meter = meterOf(lab, { 'core-1': core });
    await meter.measure('anna');
    core.router.hangUp(sessionId);
    await core.dial('anna');
    core.router.traffic('anna', { down: 500n });
    lab.pass(5);

    expect((await meter.measure('anna')).sessions).toMatchObject([{ downBps: 800 }]);

    const [port] = core.router.rows('/interface').filter(({ type }) => type === 'pppoe-in');
    await core.session.run('/interface/reset-counters', { '.id': port?.['.id'] ?? '' });
    core.router.traffic('anna', { down: 250n });
    lab.pass(5);
    expect((await meter.measure('anna')).sessions).toMatchObject([{ downBps: 400 }]);
  });
});
