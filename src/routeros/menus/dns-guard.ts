import ipaddr from 'ipaddr.js';
import type { Router } from '../../model/kinds/router.ts';
import type { Row } from '../../reconcile/row.ts';
import { address, ranges } from '../canonical.ts';
import { ownerOf, rowIdentity } from './rows.ts';

/** The address list of those whose questions the router answers. */
const askers = 'lastmile-dns';

/** Addresses that nobody has on the Internet (RFC 1918, RFC 6598). */
const privateRanges = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'];

/** Matchers by which the rule would catch less. */
const asksNothingElse = { 'src-address': '', 'dst-address': '', 'in-interface': '', 'in-interface-list': '' };

/**
 * A router that answers its clients' questions must not answer those of everybody: questions from public addresses that
 * are not in a declared pool or network are dropped. Private addresses are never cut off: who has one is behind the router,
 * declared or not. Only where `allowRemoteRequests` and networks of clients are declared.
 */
export function dnsGuardRules(router: Router): readonly Row[] {
  if (!isGuarded(router)) return [];
  return ['udp', 'tcp'].map((protocol) => {
    const owner = ownerOf(router, 'dns', protocol);
    return {
      menu: '/ip/firewall/filter',
      identity: owner,
      owner,
      source: router.origin,
      note: 'no open resolver',
      fields: {
        chain: 'input',
        ...asksNothingElse,
        protocol,
        'dst-port': '53',
        'src-address-list': `!${askers}`,
        action: 'drop',
        disabled: 'no',
      },
    };
  });
}

/** The entries of their address list. */
export function dnsGuardEntries(router: Router): readonly Row[] {
  if (!isGuarded(router)) return [];
  return [...new Set([...privateRanges, ...clientNetworks(router).filter(isPublic)])].map((entry) => ({
    menu: '/ip/firewall/address-list',
    identity: rowIdentity(askers, entry),
    owner: ownerOf(router, 'list', `${askers}:${entry}`),
    source: router.origin,
    fields: { list: askers, address: entry, disabled: 'no' },
  }));
}

function isGuarded(router: Router): boolean {
  return router.dns?.allowRemoteRequests === true && clientNetworks(router).length > 0;
}

function isPublic(network: string): boolean {
  const first = network.split(/[-/]/, 1)[0] ?? '';
  return !['private', 'carrierGradeNat'].includes(ipaddr.parse(first).range());
}

function clientNetworks({ pools, dhcp }: Router): readonly string[] {
  const ofPools = pools.flatMap((pool) => [...pool.ranges, ...pool.static]);
  const ofServers = dhcp.flatMap(({ network }) => (network === undefined ? [] : [network.address]));
  return [...ofPools, ...ofServers].map((text) => (text.includes('/') ? address(text) : ranges(text)));
}
