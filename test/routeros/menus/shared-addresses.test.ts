import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { document, errorsOf, load, modelOf, operator } from '../../support/manifest.ts';
import { Lab } from '../../support/ppp-network.ts';
import { dotted, leftAs, number } from '../../support/srcnat.ts';
import { settle } from './support.ts';

const files = (nat: string) => ({
  'isp.yaml': operator,
  'core-1.yaml': document(
    'Router',
    'core-1',
    `address: 192.0.2.11\napi: {username: lastmile, password: {derive: 1}}\nnat:\n  - ${nat}`,
  ),
});
const home = '{name: home, inside: 100.64.0.0/26, outside: 198.51.100.16/28, outInterface: ether1}';
const networkOf = (nat: string): Model => modelOf(files(nat));
const said = (nat: string) => errorsOf(load(files(nat)));

describe('addresses that subscribers share', () => {
  it('have each subscriber on one of them, with ports that nobody else has; a second run is empty', async () => {
    const model = networkOf(home);
    await using lab = await Lab.start(model);
    lab.router.add('/ip/firewall/nat', { chain: 'srcnat', 'out-interface': 'ether1', action: 'masquerade' });

    await settle(lab, model);

    const rows = lab.router.rows('/ip/firewall/nat');
    const taken = new Set<string>();
    for (let at = number('100.64.0.0'); at <= number('100.64.0.63'); at += 1) {
      for (const protocol of ['tcp', 'udp'] as const) {
        const left = leftAs(rows, { source: dotted(at), protocol, out: 'ether1' });
        const [first = 0, last = 0] = left?.ports ?? [];
        expect(left?.first).toBe(dotted(number('198.51.100.16') + (at % 16)));
        expect([first >= 1024, last <= 65_535, last - first + 1]).toEqual([true, true, 16_128]);
        taken.add(`${protocol} ${left?.first} ${first}`);
      }
    }
    expect(taken.size).toBe(128);
    // What has no ports is translated, too, and others are as before.
    const icmp = leftAs(rows, { source: '100.64.0.17', protocol: 'icmp', out: 'ether1' });
    expect(icmp).toEqual({ first: '198.51.100.17', last: '198.51.100.17' });
    expect(leftAs(rows, { source: '10.0.0.1', protocol: 'tcp', out: 'ether1' })).toBeUndefined();
    expect(leftAs(rows, { source: '100.64.0.1', protocol: 'tcp', out: 'ether2' })).toBeUndefined();
    expect(rows).toHaveLength(1 + 1 + 4 * 4);
  });

  it('are moved by a change of the declaration, and gone without it', async () => {
    const model = networkOf(home);
    await using lab = await Lab.start(model);
    await settle(lab, model);

    await settle(lab, networkOf(home.replace('/28', '/27').replace('.16/', '.0/')), undefined, { allowDeletes: 50 });

    const rows = lab.router.rows('/ip/firewall/nat');
    const left = leftAs(rows, { source: '100.64.0.33', protocol: 'tcp', out: 'ether1' });
    expect(left).toMatchObject({ first: '198.51.100.1', ports: [33_280, 65_535] });
  });

  it.each([
    ['{name: a, inside: 100.64.0.0/30, outside: 198.51.100.0/24}', 'LM_NAT_SIZE'],
    ['{name: a, inside: 100.64.0.0/20, outside: 198.51.100.0/29}', 'LM_NAT_SIZE'],
    ['{name: a, inside: 100.64.0.1/30, outside: 198.51.100.0/32}', 'LM_ADDRESS'],
    ['{name: a, inside: 100.64.0.0/27, outside: 198.51.100.0/32, portsPerSubscriber: 4000}', 'LM_NAT_PORTS'],
    [
      '{name: a, inside: 100.64.0.0/30, outside: 198.51.100.0/32}\n  - {name: b, inside: 100.64.0.0/31, outside: 198.51.100.1/32}',
      'LM_NAT_OVERLAP',
    ],
    [
      '{name: a, inside: 100.64.0.0/30, outside: 198.51.100.0/32, outInterface: a, outInterfaceList: b}',
      'LM_NAT_INTERFACE',
    ],
  ])('are refused where they do not work out: %s', (nat, code) => {
    expect(said(nat)).toEqual([expect.stringContaining(code)]);
  });
});
