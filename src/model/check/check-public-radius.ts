import ipaddr from 'ipaddr.js';
import type { Placed } from '../declarations.ts';
import type { Router } from '../kinds/router.ts';
import { type Resolving, warning } from '../resolve/resolving.ts';

/** A router or client that asks RADIUS. */
export interface AskingNas {
  readonly name: string;
  /** Where its packets come from, as we see it: an address or a prefix. */
  readonly clientAddress: string;
  /** Whom we tell which servers to ask. Absent: somebody else tells it. */
  readonly router?: Pick<Router, 'config'>;
  readonly place: Placed;
  readonly path: readonly (string | number)[];
}

type Asking = Pick<AskingNas, 'clientAddress' | 'router'>;

/**
 * RADIUS that crosses networks of others hides no more than passwords (RFC 2865 §8): who is a subscriber, where, and for how
 * long can be read by all of them.
 */
export function checkPublicRadius(
  to: Resolving,
  nas: readonly AskingNas[],
  servers: readonly { readonly address: string }[],
): void {
  const open = nas.filter((each) => publicServer(each, servers) !== undefined);
  const [first] = open;
  const server = first && publicServer(first, servers);
  if (first === undefined || server === undefined) return;
  const who =
    open.length === 1 ? `"${first.name}" (${first.clientAddress})` : `${open.length} NAS, as "${first.name}",`;
  warning(
    to,
    'LM_RADIUS_PUBLIC',
    `RADIUS of ${who} goes to ${server} over the public network, and nothing encrypts it`,
    first.place,
    first.path,
    'let it go through a WireGuard tunnel: docs/routeros.md, The path to us',
  );
}

/**
 * The server that is asked over a public path: one with a public address, by who has one, too, or is a router behind NAT.
 * `undefined` when there is none, or a tunnel is declared that leads to it.
 */
export function publicServer(
  { clientAddress, router }: Asking,
  servers: readonly { readonly address: string }[],
): string | undefined {
  const outside = isPublicAddress(clientAddress) || (router !== undefined && isBehindNat(clientAddress));
  if (!outside) return undefined;
  return servers.find(({ address }) => isPublicAddress(address) && !isTunnelled(address, router))?.address;
}

/** Does the router's `config` have a WireGuard peer that this address is behind? */
function isTunnelled(address: string, router: Asking['router']): boolean {
  const peers = (router?.config ?? []).flatMap((menu) =>
    menu.kind === 'rows' && menu.path === '/interface/wireguard/peers' ? menu.rows : [],
  );
  const prefixes = peers.flatMap(({ fields }) => String(fields['allowed-address'] ?? '').split(','));
  return prefixes.some((prefix) => holds(prefix.trim(), address));
}

function holds(prefix: string, address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const inside = ipaddr.process(address);
  const whole = prefix.includes('/') ? prefix : `${prefix}/${inside.kind() === 'ipv4' ? 32 : 128}`;
  if (!ipaddr.isValidCIDR(whole)) return false;
  const [network, length] = ipaddr.parseCIDR(whole);
  return network.kind() === inside.kind() && inside.match(network, length);
}

const behindNat = ['private', 'carrierGradeNat', 'uniqueLocal'];

function isBehindNat(address: string): boolean {
  return ipaddr.isValid(address) && behindNat.includes(ipaddr.process(address).range());
}

/** Is it an address of the public network, or a prefix of such? Names and what is reserved are not. */
export function isPublicAddress(address: string): boolean {
  const bare = address.split('/')[0] ?? '';
  if (!bare.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(bare)) return false;
  return ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'unicast';
}
