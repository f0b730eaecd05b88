import type { Change, Objection, Risk } from '../../reconcile/target.ts';
import { judgeCertificate, judgeGroup, judgeRadius, judgeService, judgeUser } from './account.ts';
import { judgeAddressList, judgeFilter, judgeMangle, judgeNat, judgeRaw } from './firewall.ts';
import { ownPath } from './own-path.ts';
import {
  judgeAddress,
  judgeAnyChange,
  judgeAnyEnd,
  judgeBridgePort,
  judgeDhcpClient,
  judgeInterface,
  judgeIpv6Settings,
  judgeOnInterface,
  judgeRoute,
  judgeRouting,
  judgeTracking,
  judgeWireguardPeer,
} from './path.ts';
import { familyOf, type Judge, knowing, risk, type Us } from './us.ts';

export interface Verdict {
  /** What cuts us off for certain: not to be done at all. */
  readonly objections: readonly Objection[];
  /** What may: to be done only if the router takes it back by itself. */
  readonly risks: readonly Risk[];
}

/** What changes mean for our own way to the router. Where it cannot be told, it is a risk. Pure. */
export function judgeAccess(seen: Omit<Us, 'once'>): Verdict {
  const us = knowing(seen);
  const objections: Objection[] = [];
  const risks: Risk[] = [];
  for (const change of us.changes) {
    const judgement = judgeOf(change.menu)?.(change, us);
    if (judgement?.verdict === 'risk') risks.push({ change, why: judgement.why });
    if (judgement?.verdict === 'refused') objections.push(objection(change, judgement));
  }
  return { objections, risks };
}

function objection(
  { menu, identity }: Change,
  { why, mend }: { readonly why: string; readonly mend: string },
): Objection {
  const row = identity === '' ? menu : `${menu} ${identity}`;
  return { code: 'LM_LOCK_OUT', message: `${row}: ${why}. We would not get in again: ${mend}` };
}

/** Menus that there are for both versions of IP, below `/ip` and `/ipv6`. */
const both: Readonly<Record<string, Judge>> = {
  '/address': judgeAddress,
  '/route': judgeRoute,
  '/dhcp-client': judgeDhcpClient,
  '/firewall/filter': judgeFilter,
  '/firewall/raw': judgeRaw,
  '/firewall/mangle': judgeMangle,
  '/firewall/nat': judgeNat,
  '/firewall/address-list': judgeAddressList,
};

const judges: Readonly<Record<string, Judge>> = {
  ...Object.fromEntries(Object.entries(both).map(([menu, judge]) => [`/ip${menu}`, ofFamily(4, judge)])),
  ...Object.fromEntries(Object.entries(both).map(([menu, judge]) => [`/ipv6${menu}`, ofFamily(6, judge)])),
  '/user': judgeUser,
  '/user/group': judgeGroup,
  '/user/aaa': judgeAnyChange,
  '/radius': judgeRadius,
  '/ip/service': judgeService,
  '/certificate': judgeCertificate,
  '/ip/firewall/connection/tracking': judgeTracking,
  '/ip/hotspot': ofFamily(4, judgeOnInterface),
  '/ip/arp': ofFamily(4, judgeAnyEnd),
  '/ip/settings': judgeAnyChange,
  '/ip/vrf': judgeAnyChange,
  '/ipv6/settings': ofFamily(6, judgeIpv6Settings),
  '/ipv6/neighbor': ofFamily(6, judgeAnyEnd),
  '/interface/bridge/port': judgeBridgePort,
  '/interface/bridge/vlan': judgeAnyChange,
  '/interface/bridge/filter': judgeAnyChange,
  '/interface/bridge/nat': judgeAnyChange,
  '/interface/bridge/settings': judgeAnyChange,
  '/interface/ethernet/poe': judgeOnInterface,
  '/interface/list': judgeAnyEnd,
  '/interface/list/member': judgeOnInterface,
  '/interface/wireguard/peers': judgeWireguardPeer,
  '/routing/rule': judgeAnyChange,
  '/routing/table': judgeAnyEnd,
};

/** Interfaces are many menus: `/interface`, `/interface/vlan`, `/interface/wireguard`, … */
const interfaces = /^\/interface(?:\/[a-z0-9-]+)?$/;
const noInterfaces = /^\/interface\/(?:pppoe-server|detect-internet)/;
/** What is in them, we do not look at: encrypted paths, and what a switch does by itself. */
const unseen = /^\/ip\/ipsec\/|^\/interface\/ethernet\/switch(?:\/|$)/;
/** OSPF, BGP, filters of routes, labels. */
const protocols = /^\/(?:routing|mpls)\//;

function judgeOf(menu: string): Judge | undefined {
  const known = judges[menu];
  if (known !== undefined) return known;
  if (interfaces.test(menu) && !noInterfaces.test(menu)) return judgeInterface;
  if (unseen.test(menu)) return judgeAnyChange;
  return protocols.test(menu) ? judgeRouting : undefined;
}

/**
 * A menu of one version of IP concerns us where we come by that one. Where we come by a tunnel, what is around it may be of
 * either; where nothing tells how we come, nothing is certain.
 */
function ofFamily(family: 4 | 6, judge: Judge): Judge {
  return (change, us) => {
    const ours = familyOf(us);
    if (ours === family) return judge(change, us);
    const judgement = ours === undefined || ownPath(us)?.whole === false ? judge(change, us) : undefined;
    return judgement?.verdict === 'refused' ? risk(judgement.why) : judgement;
  };
}
