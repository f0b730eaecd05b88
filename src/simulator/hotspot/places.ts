import type { LeaseRequest, LeaseResult } from '../dhcp/lease-request.ts';
import type { AddressPools } from '../nas/address-pools.ts';
import type { Database } from '../routeros/database.ts';
import type { JoinResult } from './device.ts';
import type { HotspotSettings } from './settings.ts';

export interface PlacesDeps {
  readonly database: Database;
  readonly pools: AddressPools;
  readonly dhcp: {
    lease(request: LeaseRequest): Promise<LeaseResult>;
    release(mac: string, how: { readonly silently: boolean }): boolean;
  };
}

/** An address for a device, and what gives it back. */
export interface Place {
  readonly address: string;
  readonly release: () => void;
}

/** From the DHCP server of the interface; else from the hotspot's own pool, or next to the hotspot's address. */
export async function takePlace(
  deps: PlacesDeps,
  hotspot: HotspotSettings,
  device: { readonly mac: string; readonly hostName?: string },
): Promise<Place | Extract<JoinResult, { ok: false }>> {
  const lease = await deps.dhcp.lease({ ...device, interface: hotspot.port });
  // A device out of reach says nothing to its DHCP server.
  const silently = { silently: true };
  if (lease.ok) return { address: lease.address, release: () => void deps.dhcp.release(device.mac, silently) };
  if (lease.reason !== 'no dhcp server') return lease;
  const pool = hotspot.server.values.get('address-pool') ?? 'none';
  const place = pool === 'none' ? neighbour(deps.pools, hotspot) : fromPool(deps, pool, device.mac);
  return place ?? { ok: false, reason: 'no address' };
}

function fromPool({ database, pools }: PlacesDeps, asked: string, mac: string): Place | undefined {
  const taken = pools.take(asked);
  if (taken === undefined) return undefined;
  const { address, pool } = taken;
  const row = database.addByRouter('/ip/pool/used', { pool, address, owner: 'hotspot', info: mac });
  const release = () => {
    database.table('/ip/pool/used').remove(row);
    pools.release(address);
  };
  return { address, release };
}

/** A hotspot without a pool leaves devices the address they have: here one beside its own. */
function neighbour(pools: AddressPools, { profile }: HotspotSettings): Place | undefined {
  const own = profile.get('hotspot-address') ?? '0.0.0.0';
  const network = own === '0.0.0.0' ? '10.5.50' : own.replace(/\.\d+$/, '');
  for (let number = 2; number < 255; number += 1) {
    const address = `${network}.${number}`;
    if (address === own || pools.isUsed(address)) continue;
    pools.hold(address);
    return { address, release: () => pools.release(address) };
  }
  return undefined;
}
