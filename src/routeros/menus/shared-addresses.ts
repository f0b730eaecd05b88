import { formatIpv4, type Ipv4Range, parseIpv4Range } from '../../model/ipv4.ts';
import type { Router, SharedAddresses } from '../../model/kinds/router.ts';
import type { Row } from '../../reconcile/row.ts';
import { ownerOf } from './rows.ts';

type Fields = Readonly<Record<string, string>>;

/**
 * Rules by which inside addresses share outside ones, each with ports of its own. The inside is cut into blocks as large as the
 * outside: each block is mapped onto all of it, address by address (`netmap`), and has ports that no other has. So there are
 * as many rules as subscribers on an address, not as there are subscribers; and of those a packet meets one in each block, for
 * a jump leads past the rest. RouterOS: IP > Firewall > NAT, `netmap` with `to-ports`, which wants a protocol.
 */
export function sharedAddressRows(router: Router, bare: Fields): readonly Row[] {
  return (router.nat ?? []).flatMap((shared) =>
    rulesOf(shared).map(([part, fields], index): Row => {
      const owner = ownerOf(router, 'shared', shared.name, ...part);
      return {
        menu: '/ip/firewall/nat',
        identity: owner,
        owner,
        source: router.origin,
        fields: { ...bare, ...fields, disabled: 'no' },
        // In front of a masquerade for everybody. What is in chains of ours nobody else's rule concerns.
        ...(index === 0 ? { goesBefore: { any: true } } : { free: true }),
      };
    }),
  );
}

function rulesOf(shared: SharedAddresses): readonly (readonly [readonly string[], Fields])[] {
  const { name, inside, outside, outInterface, outInterfaceList } = shared;
  const [from, into] = [parseIpv4Range(inside), parseIpv4Range(outside)];
  if (from === undefined || into === undefined) return [];
  const chain = `lm-${name}`;
  const leaving = {
    ...(outInterface === undefined ? {} : { 'out-interface': outInterface }),
    ...(outInterfaceList === undefined ? {} : { 'out-interface-list': outInterfaceList }),
  };
  const size = into.to - into.from + 1;
  const count = (from.to - from.from + 1) / size;
  const into_ = { action: 'netmap', 'to-addresses': withoutWhole(outside) };
  const jump = {
    chain: 'srcnat',
    'src-address': withoutWhole(inside),
    ...leaving,
    action: 'jump',
    'jump-target': chain,
  };
  // One on each address has all of its ports.
  if (count === 1)
    return [
      [[], jump],
      [['all'], { chain, ...into_ }],
    ];
  const blocks = Array.from({ length: count }, (_, at) => at);
  return [
    [[], jump],
    ...blocks.map((at) => {
      const source = prefixText({ from: from.from + at * size, to: from.from + (at + 1) * size - 1 });
      return [[`${at}`], { chain, 'src-address': source, action: 'jump', 'jump-target': `${chain}-${at}` }] as const;
    }),
    ...blocks.flatMap((at) => {
      const ports = portsOf(shared, at);
      const own = { chain: `${chain}-${at}`, ...into_ };
      return [
        [[`${at}`, 'tcp'], { ...own, protocol: 'tcp', 'to-ports': ports }] as const,
        [[`${at}`, 'udp'], { ...own, protocol: 'udp', 'to-ports': ports }] as const,
        [[`${at}`, 'rest'], own] as const,
      ];
    }),
  ];
}

function portsOf({ firstPort, portsPerSubscriber }: SharedAddresses, block: number): string {
  const first = firstPort + block * portsPerSubscriber;
  return `${first}-${first + portsPerSubscriber - 1}`;
}

/** The router prints one address without its length. */
function withoutWhole(prefix: string): string {
  return prefix.replace(/\/32$/, '');
}

function prefixText({ from, to }: Ipv4Range): string {
  return withoutWhole(`${formatIpv4(from)}/${32 - Math.log2(to - from + 1)}`);
}
