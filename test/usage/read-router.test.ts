import { describe, expect, it } from 'vitest';
import { readSubscriber } from '../../src/usage/read-subscriber.ts';
import { ReaderLab } from './reader-lab.ts';

const device = '02:00:00:00:00:01';

describe('subscribers that a router lets in by itself', () => {
  it('SPL-16: have sessions with their octets, up what came from them, and the address of the pool', async () => {
    await using lab = await ReaderLab.start();
    const { router, ...core } = await prepared(lab);
    core.subscriber('anna');
    const { address } = await core.dial('anna');
    router.traffic('anna', { up: 5_000_000_000n, down: 7_000_000_000_000n });

    lab.pass(300);
    await core.read();

    expect(lab.accounting.openOf('anna')).toMatchObject([
      {
        nas: 'core-1',
        source: 'api',
        framedIpAddress: address,
        upOctets: 5_000_000_000n,
        downOctets: 7_000_000_000_000n,
        sessionSeconds: 300,
      },
    ]);
  });

  it('are told apart when two are online by one name', async () => {
    await using lab = await ReaderLab.start();
    const { router, ...core } = await prepared(lab);
    core.subscriber('anna', { 'only-one': 'no' });
    const [first, second] = [await core.dial('anna'), await core.dial('anna')];
    router.traffic(first.sessionId, { up: 1n });
    router.traffic(second.sessionId, { up: 20n });

    await core.read();

    const bySession = new Map(lab.accounting.openOf('anna').map(({ sessionId, upOctets }) => [sessionId, upOctets]));
    expect(bySession).toEqual(
      new Map([
        [first.sessionId, 1n],
        [second.sessionId, 20n],
      ]),
    );
  });

  it('SPL-15: have one history, also after they moved to another router', async () => {
    await using lab = await ReaderLab.start();
    const [one, other] = [await lab.router('core-1'), await lab.router('core-2')];
    for (const router of [one, other]) router.subscriber('anna');
    await one.dial('anna');
    one.router.traffic('anna', { down: 100n });
    lab.pass(300);
    await Promise.all([one.read(), other.read()]);
    one.router.hangUp('anna');
    await other.dial('anna');
    other.router.traffic('anna', { down: 10n });

    lab.pass(300);
    await Promise.all([one.read(), other.read()]);

    expect(await lab.accounting.history('anna', 10)).toMatchObject([
      { nas: 'core-2', downOctets: 10n },
      { nas: 'core-1', downOctets: 100n, terminateCause: 'Gone-Between-Readings' },
    ]);
    const hours = await lab.accounting.usage('anna', 0, 2 ** 40);
    expect(hours.reduce((sum, { down }) => sum + down, 0n)).toBe(110n);
  });

  it('SPL-23: keep what was counted when lastmile was away for half a day', async () => {
    await using lab = await ReaderLab.start();
    const { router, ...core } = await prepared(lab);
    core.subscriber('anna');
    await core.dial('anna');
    router.traffic('anna', { down: 1000n });
    await core.read();
    core.forget();
    router.traffic('anna', { down: 2000n });
    lab.pass(43_200);

    await core.read();

    expect(lab.accounting.openOf('anna')).toMatchObject([{ downOctets: 3000n, sessionSeconds: 43_200 }]);
    const hours = await lab.accounting.usage('anna', 0, 2 ** 40);
    expect(hours.length).toBeGreaterThan(11);
    expect(hours.reduce((sum, { down }) => sum + down, 0n)).toBe(3000n);
  });

  it('are counted anew after the router booted, also those who have the same id again', async () => {
    await using lab = await ReaderLab.start();
    const core = await lab.router();
    core.subscriber('anna');
    await core.dial('anna');
    core.router.traffic('anna', { down: 1000n });
    lab.pass(600);
    await core.read();
    await core.reboot();
    await core.dial('anna');
    core.router.traffic('anna', { down: 5000n });
    lab.pass(400);

    await core.read();

    expect(await lab.accounting.history('anna', 10)).toMatchObject([
      { downOctets: 5000n, sessionSeconds: 400 },
      { downOctets: 1000n, terminateCause: 'NAS-Reboot', sessionSeconds: 600 },
    ]);
  });

  it('SPL-28: go on as they were when the clock of the machine is set', async () => {
    await using lab = await ReaderLab.start();
    const core = await lab.router();
    core.subscriber('anna');
    await core.dial('anna');
    for (const jump of [0, 86_400_000 * 400, -86_400_000 * 400]) {
      lab.clock.set(jump);
      core.router.traffic('anna', { down: 10n });
      lab.pass(300);
      await core.read();
    }

    expect(await lab.accounting.history('anna', 10)).toMatchObject([{ downOctets: 30n, sessionSeconds: 900 }]);
    const hours = await lab.accounting.usage('anna', 0, 2 ** 40);
    expect(hours.reduce((sum, { down }) => sum + down, 0n)).toBe(30n);
  });
});

describe('a router that tells who comes', () => {
  it('SPL-22: has them online at once, and once', async () => {
    await using lab = await ReaderLab.start();
    const core = await lab.router();
    core.subscriber('anna');
    await core.read();
    const rows: Promise<void>[] = [];
    const told = new Promise<void>((resolve) => {
      core.session.listen('/ppp/active/listen', {}, (row) => {
        rows.push(core.arrived('/ppp/active', row).then(resolve));
      });
    });

    // The router takes commands in order: by now it listens.
    await core.session.run('/system/identity/print');
    await core.dial('anna');
    await told;

    expect(lab.accounting.openOf('anna')).toMatchObject([{ source: 'api', upOctets: 0n }]);
    core.router.traffic('anna', { up: 3n });
    lab.pass(10);
    await core.read();
    expect(lab.accounting.openOf('anna')).toMatchObject([{ upOctets: 3n, sessionSeconds: 10 }]);
  });
});

describe('guests whom a router lets in by itself', () => {
  it('SPL-23: have what they used after the last reading', async () => {
    await using lab = await ReaderLab.start();
    const { router, ...core } = await prepared(lab);
    core.guest(device);
    await core.read();
    expect(await router.join({ mac: device, interface: 'ether3' })).toMatchObject({ ok: true });
    router.traffic(device, { up: 10n, down: 100n });
    lab.pass(300);
    await core.read();
    expect(lab.accounting.openOf(device)).toMatchObject([{ upOctets: 10n, downOctets: 100n, source: 'api' }]);
    router.traffic(device, { up: 1n, down: 2n });
    router.hangUp(device);

    lab.pass(300);
    await core.read();

    expect(await lab.accounting.history(device, 10)).toMatchObject([{ upOctets: 11n, downOctets: 102n }]);
  });
});

describe('what somebody uses now', () => {
  it('SPL-05: is asked of the router for this one alone', async () => {
    await using lab = await ReaderLab.start();
    const core = await lab.router();
    core.subscriber('anna', { 'rate-limit': '5M/20M' });
    core.subscriber('ben');
    await core.dial('anna');
    await core.dial('ben');
    core.router.traffic('anna', { up: 1n, down: 2n });

    const found = await readSubscriber(core.session, ['anna'], AbortSignal.timeout(120_000));

    expect(found).toMatchObject([{ username: 'anna', meter: { source: 'interface', up: '1', down: '2' } }]);
  });
});

async function prepared(lab: ReaderLab) {
  const core = await lab.router();
  return {
    router: core.router,
    read: () => core.read(),
    forget: () => core.forget(),
    subscriber: core.subscriber.bind(core),
    guest: core.guest.bind(core),
    dial: core.dial.bind(core),
  };
}
