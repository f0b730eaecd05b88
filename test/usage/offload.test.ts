import { describe, expect, it } from 'vitest';
import type { RouterOsSession } from '../../src/routeros/session.ts';
import type { RouterOsRow } from '../../src/routeros/wire/reply.ts';
import { ReaderLab } from './reader-lab.ts';

const mac = '0C:42:A1:00:0A:03';

/** Octets that came in by an interface, as all have them that the switch chip or the processor saw. */
type Octets = Readonly<Record<string, number>>;

interface SwitchChip {
  /** Ports between which it carries what passes. */
  readonly offloaded: readonly string[];
  /** Names of those that route. */
  readonly routing: readonly string[];
}

/** The session of a board with a switch chip, which no simulated router has. */
function withSwitchChip(
  session: RouterOsSession,
  { offloaded, routing, octets }: SwitchChip & { readonly octets: () => Octets },
): RouterOsSession {
  const shown = (command: string, row: RouterOsRow): RouterOsRow => {
    if (command === '/interface/bridge/port/print')
      return { ...row, 'hw-offload': String(offloaded.includes(row['interface'] ?? '')) };
    const counted = command === '/interface/print' ? octets()[row['name'] ?? ''] : undefined;
    return counted === undefined ? row : { ...row, 'rx-byte': String(counted), 'tx-byte': '0' };
  };
  const stream: RouterOsSession['stream'] = async (command, attributes, take, options) => {
    if (command !== '/interface/ethernet/switch/print')
      return session.stream(command, attributes, (row) => take(shown(command, row)), options);
    for (const name of routing) await take({ name, 'l3-hw-offloading': 'true' });
    await take({ name: 'switch9', 'l3-hw-offloading': 'false' });
  };
  return new Proxy(session, {
    get(target, name) {
      if (name === 'stream') return stream;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A house with a lease, counted by the queue that its rate makes, behind a bridge of two ports. */
async function bridged(lab: ReaderLab, offloaded: readonly string[], routing: readonly string[] = []) {
  const core = await lab.router('core-1');
  const { router } = core;
  router.add('/interface/bridge', { name: 'lan' });
  for (const port of ['ether3', 'ether5']) router.add('/interface/bridge/port', { interface: port, bridge: 'lan' });
  core.about = { ...core.about, devices: new Set([mac]), ports: new Set(['lan']) };
  router.add('/ip/dhcp-server/network', { address: '10.30.0.0/24', gateway: '10.30.0.1' });
  router.add('/ip/dhcp-server', { name: 'homes', interface: 'lan', 'address-pool': 'static-only', disabled: 'no' });
  const lease = { 'mac-address': mac, address: '10.30.0.7', server: 'homes', 'rate-limit': '5M/20M' };
  router.add('/ip/dhcp-server/lease', lease);
  expect(await router.lease({ mac, interface: 'lan' })).toMatchObject({ ok: true });
  let octets: Octets = { lan: 0, ether3: 0, ether5: 0 };
  core.session = withSwitchChip(core.session, { offloaded, routing, octets: () => octets });
  await core.read();
  return {
    /** @returns what the next reading finds, when interfaces count so much by then */
    readAt: async (counted: Octets) => {
      octets = counted;
      return (await core.read()).findings;
    },
  };
}

describe('bridge ports that the switch chip carries', () => {
  it('SPL-26: are told with the share that was measured and the command that ends it', async () => {
    await using lab = await ReaderLab.start();
    const core = await bridged(lab, ['ether3', 'ether5']);

    // 1000 went to the router and 3000 from port to port, which either counts.
    expect(await core.readAt({ lan: 1000, ether3: 4000, ether5: 3000 })).toEqual([
      {
        code: 'LM_HARDWARE_OFFLOAD',
        message: expect.stringMatching(
          /carried 85\.7 % of 7000 octets of bridge ports ether3, ether5 .*\/interface\/bridge\/port\/set \[find interface=ether3\] hw=no$/,
        ) as string,
      },
    ]);
    expect(await core.readAt({ lan: 9000, ether3: 8000, ether5: 7000 })).toEqual([]);
  });

  it('SPL-26: are no matter where all goes through the router, nor where the processor carries them', async () => {
    await using lab = await ReaderLab.start();
    const through = await bridged(lab, ['ether3', 'ether5']);
    expect(await through.readAt({ lan: 7000, ether3: 4000, ether5: 3000 })).toEqual([]);

    await using other = await ReaderLab.start();
    const carried = await bridged(other, []);
    expect(await carried.readAt({ lan: 1000, ether3: 4000, ether5: 3000 })).toEqual([]);
  });
});

describe('a switch chip that routes by itself', () => {
  it('SPL-26: is told with the command that ends it', async () => {
    await using lab = await ReaderLab.start();
    const core = await bridged(lab, [], ['switch1']);

    expect(await core.readAt({ lan: 1000, ether3: 600, ether5: 400 })).toEqual([
      {
        code: 'LM_HARDWARE_OFFLOAD',
        message: expect.stringMatching(/switch1 .*switch\/set \[find name=switch1\] l3-hw-offloading=no$/) as string,
      },
    ]);
  });
});
