import { contains, type Ipv4Range } from '../../model/ipv4.ts';

/** What a router makes of inside addresses when packets leave it: they come from outside ones. */
export interface Translation {
  readonly inside: Ipv4Range;
  readonly outside: Ipv4Range;
  /** Source ports they get. Absent: any. */
  readonly ports?: readonly [first: number, last: number];
  /** Of which protocols; `other`: neither of those two. */
  readonly protocols: readonly NatProtocol[];
  /** Each inside address has one outside address, in the same place of a prefix as large as the outside. Else any of them. */
  readonly inPlace: boolean;
}

export type NatProtocol = 'tcp' | 'udp' | 'other';

/** Inside addresses that may have been seen as this one, and port, each range once. Pure; the inverse of what routers do. */
export function insideOf(
  translations: readonly Translation[],
  outside: number,
  port: number | undefined,
): readonly Ipv4Range[] {
  const found = new Map<string, Ipv4Range>();
  for (const translation of translations) {
    if (!contains([translation.outside], outside) || !mayBeOf(translation, port)) continue;
    for (const range of insides(translation, outside)) found.set(`${range.from}-${range.to}`, range);
  }
  return [...found.values()];
}

const mostInPlace = 4096;

/** Only TCP and UDP have ports. */
function mayBeOf({ ports, protocols }: Translation, port: number | undefined): boolean {
  if (port === undefined) return true;
  if (!protocols.some((each) => each !== 'other')) return false;
  return ports === undefined || (ports[0] <= port && port <= ports[1]);
}

function insides({ inside, outside, inPlace }: Translation, address: number): readonly Ipv4Range[] {
  if (!inPlace) return [inside];
  const size = outside.to - outside.from + 1;
  // Of so many nobody wants a list.
  if (inside.to - inside.from >= mostInPlace * size) return [inside];
  const found: Ipv4Range[] = [];
  // Host bits stay: of an inside that is smaller than the outside, some addresses have nobody behind them.
  for (let at = inside.from - (inside.from % size) + (address - outside.from); at <= inside.to; at += size) {
    if (at >= inside.from) found.push({ from: at, to: at });
  }
  return found;
}
