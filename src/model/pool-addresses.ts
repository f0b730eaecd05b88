import type { Declared, RouterSpec } from './declarations.ts';
import { contains, formatIpv4, type Ipv4Range, parseIpv4, parseIpv4Range } from './ipv4.ts';
import { type Resolving, warning } from './resolve/resolving.ts';

/** Warns of every pool that gives clients an address which the router itself, or another gateway, has already. */
export function checkPoolsLeaveRouter(to: Resolving, declared: Declared<RouterSpec>): void {
  const { pools = [] } = declared.spec;
  const taken = takenAddresses(declared.spec);
  for (const [at, { name, ranges = [] }] of pools.entries()) {
    for (const [index, text] of ranges.entries()) {
      const range = parseIpv4Range(text);
      if (range === undefined) continue;
      for (const [address, whose] of taken) {
        if (!contains([range], address)) continue;
        const message = `the pool "${name}" gives ${formatIpv4(address)} to a client, ${whose}`;
        const path = ['spec', 'pools', at, 'ranges', index];
        warning(to, 'LM_POOL_HOLDS_ROUTER', message, declared, path, hintFor(range, address));
      }
    }
  }
}

/** Address → whose it is. */
function takenAddresses({ hotspots = [], dhcp = [] }: RouterSpec): ReadonlyMap<number, string> {
  const all = [
    ...dhcp.map(({ name, network }) => [network?.gateway, `the gateway of "${name}"`] as const),
    ...hotspots.map(({ name, address }) => [address, `the address of the hotspot "${name}"`] as const),
  ];
  return new Map(
    all.flatMap(([text, whose]) => {
      const address = text === undefined ? undefined : parseIpv4(text);
      return address === undefined ? [] : [[address, whose] as const];
    }),
  );
}

function hintFor({ from, to }: Ipv4Range, address: number): string {
  const rest = [
    { from, to: address - 1 },
    { from: address + 1, to },
  ].filter((range) => range.from <= range.to);
  return rest.length === 0 ? 'leave it out' : `leave it out: ${rest.map(written).join(', ')}`;
}

function written({ from, to }: Ipv4Range): string {
  return from === to ? formatIpv4(from) : `${formatIpv4(from)}-${formatIpv4(to)}`;
}
