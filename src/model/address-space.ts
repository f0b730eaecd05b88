import { contains, formatIpv4, type Ipv4Range, parseIpv4, parseIpv4Range } from './ipv4.ts';
import type { Router } from './kinds/router.ts';

/** The addresses of one router. */
export interface AddressSpace {
  readonly fixed: readonly Ipv4Range[];
  readonly dynamic: readonly Ipv4Range[];
  /** Where its DHCP clients are. */
  readonly networks: readonly Ipv4Range[];
}

/** Where a fixed address stands among the pools of the routers concerned. */
export type AddressPlace = 'fixed' | 'dynamic' | 'outside';

export function addressSpace({ pools, dhcp }: Pick<Router, 'pools' | 'dhcp'>): AddressSpace {
  const ranges = (texts: readonly string[]): readonly Ipv4Range[] =>
    texts.flatMap((text) => parseIpv4Range(text) ?? []);
  return {
    fixed: pools.flatMap((pool) => ranges(pool.static)),
    dynamic: pools.flatMap((pool) => ranges(pool.ranges)),
    networks: ranges(dhcp.flatMap(({ network }) => network?.address ?? [])),
  };
}

/** `dynamic` wins over `fixed`: an address the router may hand to somebody else is not safe. */
export function placeOfAddress(address: number, spaces: readonly AddressSpace[]): AddressPlace {
  if (spaces.some((space) => contains(space.dynamic, address))) return 'dynamic';
  return spaces.some((space) => contains(space.fixed, address)) ? 'fixed' : 'outside';
}

/** The one spelling of an IPv4 address; `undefined` when it is none. */
export function canonicalIpv4(text: string): { readonly text: string; readonly value: number } | undefined {
  const value = parseIpv4(text);
  return value === undefined ? undefined : { text: formatIpv4(value), value };
}
