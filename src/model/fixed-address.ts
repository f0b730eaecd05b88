import { contains, parseIpv4, parseIpv4Range } from './ipv4.ts';
import type { Hotspot, Router } from './kinds/router.ts';
import type { Subscription } from './kinds/subscription.ts';

/** By what a customer has the fixed address at a router's hotspots: a device at one of them, or the name at all. */
export type FixedPlace = { readonly mac: string; readonly hotspot: string } | 'name';

/**
 * Of all the ways a customer can be online at once, the one with the fixed address: the first device, on the first hotspot
 * that takes devices and has the address; else the name, where every hotspot has it. `undefined`: none. Pure.
 */
export function placeOfFixedAddress(
  router: Router,
  {
    address,
    macs,
    username,
  }: Pick<Subscription, 'macs'> & { readonly [Key in 'address' | 'username']?: string | undefined },
): FixedPlace | undefined {
  const value = address === undefined ? undefined : parseIpv4(address);
  if (value === undefined) return undefined;
  const serving = router.hotspots.filter((hotspot) => hasAddress(router, hotspot, value));
  const [mac] = macs;
  const hotspot = serving.find(({ macAuth }) => macAuth !== undefined);
  if (mac !== undefined && hotspot !== undefined) return { mac, hotspot: hotspot.name };
  return username === undefined || serving.length < router.hotspots.length ? undefined : 'name';
}

/** Whether guests of a hotspot may have an address, by the network of the DHCP server there and the hotspot's own pool. */
function hasAddress({ dhcp, pools }: Router, hotspot: Hotspot, address: number): boolean {
  const networks = dhcp.flatMap((server) =>
    server.interface === hotspot.interface && server.network !== undefined ? [server.network.address] : [],
  );
  const own = pools.filter(({ name }) => name === hotspot.pool).flatMap((pool) => [...pool.ranges, ...pool.static]);
  const ranges = [...networks, ...own].flatMap((text) => parseIpv4Range(text) ?? []);
  // Nobody declared where its guests are.
  return ranges.length === 0 || contains(ranges, address);
}
