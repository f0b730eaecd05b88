import { describe, expect, it } from 'vitest';
import { ReaderLab } from './reader-lab.ts';

const mac = '0C:42:A1:00:0A:03';
const house = '0c:42:a1:00:0a:03';

/** A house with a static lease on ether4. */
async function house4(lab: ReaderLab, lease: Readonly<Record<string, string>>, options = {}) {
  const core = await lab.router('core-1', options);
  core.about = { ...core.about, devices: new Set([mac]), ports: new Set(['ether4']) };
  core.router.add('/ip/dhcp-server/network', { address: '10.30.0.0/24', gateway: '10.30.0.1' });
  core.router.add('/ip/dhcp-server', {
    name: 'homes',
    interface: 'ether4',
    'address-pool': 'static-only',
    disabled: 'no',
  });
  core.router.add('/ip/dhcp-server/lease', { 'mac-address': mac, address: '10.30.0.7', server: 'homes', ...lease });
  expect(await core.router.lease({ mac, interface: 'ether4' })).toMatchObject({ ok: true });
  return core;
}

describe('a house with a static lease', () => {
  it('SPL-16: is counted by the queue that its rate makes', async () => {
    await using lab = await ReaderLab.start();
    const core = await house4(lab, { 'rate-limit': '5M/20M' });
    core.router.traffic(mac, { up: 30n, down: 400n });

    const { findings } = await core.read();

    expect(findings).toEqual([]);
    expect(lab.accounting.openOf(house)).toMatchObject([
      { username: mac, framedIpAddress: '10.30.0.7', upOctets: 30n, downOctets: 400n, source: 'api' },
    ]);
  });

  it('is counted by a queue that somebody wrote for its address', async () => {
    await using lab = await ReaderLab.start();
    const core = await house4(lab, {});
    core.router.add('/queue/simple', { name: 'house 7', target: '10.30.0.7', 'max-limit': '5M/20M' });
    core.router.traffic(mac, { up: 7_000_000n, down: 7_000_000n });
    await core.read();
    core.router.traffic(mac, { up: 30n, down: 400n });

    await core.read();

    // What it had counted before we came is none of this session's.
    expect(lab.accounting.openOf(mac)).toMatchObject([{ upOctets: 30n, downOctets: 400n }]);
  });

  it('is counted once, when its lease is bound anew and such a queue has counted on', async () => {
    await using lab = await ReaderLab.start();
    const core = await house4(lab, {});
    core.router.add('/queue/simple', { name: 'house 7', target: '10.30.0.7', 'max-limit': '5M/20M' });
    await core.read();
    core.router.traffic(mac, { up: 30n, down: 400n });
    await core.read();
    core.router.release(mac);
    lab.pass(60);
    await core.read();
    expect(lab.accounting.openOf(mac)).toEqual([]);
    await core.router.lease({ mac, interface: 'ether4' });
    core.router.traffic(mac, { up: 1n, down: 2n });

    await core.read();

    expect(lab.accounting.openOf(mac)).toMatchObject([{ upOctets: 1n, downOctets: 2n }]);
    expect(await lab.accounting.history(mac, 5)).toMatchObject([{}, { upOctets: 30n, downOctets: 400n }]);
  });

  it('SPL-26: is told of where nothing counts it', async () => {
    await using lab = await ReaderLab.start();
    const core = await house4(lab, {});

    const { findings } = await core.read();

    expect(findings).toMatchObject([{ code: 'LM_NO_COUNTER' }]);
  });

  it('is counted by /ip/accounting of RouterOS 6, and what a lost answer had is had by the next', async () => {
    await using lab = await ReaderLab.start();
    const core = await house4(lab, {}, { version: '6.49.17' });
    core.router.set('/ip/accounting', undefined, { enabled: 'yes' });
    await core.read();
    core.router.traffic(mac, { up: 30n, down: 400n });
    await core.read();
    core.router.traffic(mac, { up: 1n, down: 2n });

    await core.read();
    await core.read();

    expect(lab.accounting.openOf(mac)).toMatchObject([{ upOctets: 31n, downOctets: 402n }]);
  });

  it('SPL-26: is told of where /ip/accounting had no room for it', async () => {
    await using lab = await ReaderLab.start();
    const core = await house4(lab, {}, { version: '6.49.17' });
    core.router.set('/ip/accounting', undefined, { enabled: 'yes', threshold: '1' });
    core.router.traffic(mac, { up: 30n, down: 400n });

    const { findings } = await core.read();

    expect(findings).toMatchObject([{ code: 'LM_ACCOUNTING_FULL', message: expect.stringMatching(/^400 octets/) }]);
  });
});

describe('packets that pass the router uncounted', () => {
  it('SPL-26: are found with the share that was measured, and the command that mends it', async () => {
    await using lab = await ReaderLab.start();
    const core = await lab.router();
    core.router.add('/ip/firewall/filter', { chain: 'forward', action: 'fasttrack-connection' });
    core.subscriber('anna', { 'rate-limit': '5M/20M' });
    await core.dial('anna');
    const first = await core.read();
    core.router.traffic('anna', { up: 1000n, down: 9000n });

    const second = await core.read();

    expect(first.findings).toMatchObject([
      { code: 'LM_FASTTRACK', message: expect.stringMatching(/nothing was measured/) },
    ]);
    const [finding] = second.findings;
    expect(finding?.message).toMatch(
      /^FastTrack is on \(\/ip\/firewall\/filter forward\): \d+(\.\d)? % of 10000 octets .*\/ip\/firewall\/filter\/disable/,
    );
    const share = Number(/(\d+(?:\.\d)?) %/.exec(finding?.message ?? '')?.[1]);
    expect(share).toBeGreaterThan(0);
    // The interface counts what its queue does not see.
    expect(lab.accounting.openOf('anna')).toMatchObject([{ upOctets: 1000n, downOctets: 9000n }]);
  });

  it('SPL-26: are no matter where nothing is counted or limited by what they pass', async () => {
    await using lab = await ReaderLab.start();
    const core = await lab.router();
    core.router.add('/ip/firewall/filter', { chain: 'forward', action: 'fasttrack-connection' });
    core.subscriber('anna');
    await core.dial('anna');

    const { findings } = await core.read();

    expect(findings).toEqual([]);
  });

  it('SPL-26: a disabled rule does nothing', async () => {
    await using lab = await ReaderLab.start();
    const core = await lab.router();
    core.router.add('/ip/firewall/filter', { chain: 'forward', action: 'fasttrack-connection', disabled: 'yes' });
    core.subscriber('anna', { 'rate-limit': '5M/20M' });
    await core.dial('anna');

    const { findings } = await core.read();

    expect(findings).toEqual([]);
  });

  it('SPL-26: make a house with a lease count short: the share is that of the port', async () => {
    await using lab = await ReaderLab.start();
    const core = await house4(lab, { 'rate-limit': '5M/20M' });
    core.router.add('/ip/firewall/mangle', { chain: 'forward', action: 'fasttrack-connection' });
    await core.read();
    core.router.traffic(mac, { up: 1000n, down: 9000n });

    const { findings } = await core.read();

    expect(findings).toMatchObject([
      {
        code: 'LM_FASTTRACK',
        message: expect.stringMatching(/\(\/ip\/firewall\/mangle forward\): [\d.]+ % of 10000 octets/),
      },
    ]);
  });
});
