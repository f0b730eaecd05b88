import ipaddr from 'ipaddr.js';
import type { Placed } from './declarations.ts';
import { type Resolving, warning } from './resolving.ts';

/** A router or client that asks RADIUS. */
export interface AskingNas {
  readonly name: string;
  /** Where its packets come from, as we see it: an address or a prefix. */
  readonly clientAddress: string;
  readonly place: Placed;
  readonly path: readonly (string | number)[];
}

/**
 * RADIUS between two public addresses crosses networks of others, and hides no more than passwords (RFC 2865 §8): who is a
 * subscriber, where, and for how long can be read by all of them.
 */
export function checkPublicRadius(
  to: Resolving,
  nas: readonly AskingNas[],
  servers: readonly { readonly address: string }[],
): void {
  const server = servers.find(({ address }) => isPublicAddress(address));
  const open = nas.filter(({ clientAddress }) => isPublicAddress(clientAddress));
  const [first] = open;
  if (server === undefined || first === undefined) return;
  const who =
    open.length === 1 ? `"${first.name}" (${first.clientAddress})` : `${open.length} NAS, as "${first.name}",`;
  warning(
    to,
    'LM_RADIUS_PUBLIC',
    `RADIUS of ${who} goes to ${server.address} over the public network, and nothing encrypts it`,
    first.place,
    first.path,
    'let it go through a WireGuard tunnel: docs/routeros.md, The path to us',
  );
}

/** Is it an address of the public network, or a prefix of such? Names and what is reserved are not. */
export function isPublicAddress(address: string): boolean {
  const bare = address.split('/')[0] ?? '';
  if (!bare.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(bare)) return false;
  return ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'unicast';
}
