import type { QuotaLeft } from '../../access/quota.ts';
import type { VendorProfile } from '../../model/kinds/radius.ts';
import type { NamedAttribute } from '../dictionary/encode-named.ts';

const word = 1n << 32n;

/**
 * What a NAS is told of the octets that are left: for MikroTik as low and high words, from the router's side (what it
 * receives is uploaded); for others in ChilliSpot's words, which end at 4 GiB. What a NAS cannot be told is held at the next
 * login.
 */
export function quotaAttributes({ up, down, total }: QuotaLeft, profile: VendorProfile): readonly NamedAttribute[] {
  if (profile === 'mikrotik') {
    return [
      ...limit('Mikrotik-Recv-Limit', up),
      ...limit('Mikrotik-Xmit-Limit', down),
      ...limit('Mikrotik-Total-Limit', total),
    ];
  }
  if (profile !== 'generic') return [];
  return [
    ...capped('ChilliSpot-Max-Input-Octets', up),
    ...capped('ChilliSpot-Max-Output-Octets', down),
    ...capped('ChilliSpot-Max-Total-Octets', total),
  ];
}

function limit(name: string, octets: bigint | undefined): readonly NamedAttribute[] {
  if (octets === undefined) return [];
  const high = octets / word;
  const low = { name, value: Number(octets % word) };
  return high === 0n ? [low] : [low, { name: `${name}-Gigawords`, value: Number(high) }];
}

function capped(name: string, octets: bigint | undefined): readonly NamedAttribute[] {
  if (octets === undefined) return [];
  return [{ name, value: Number(octets < word ? octets : word - 1n) }];
}
