import { eachInSteps, finish, type Steps } from '../../base/steps.ts';
import type { Change, Objection, Risk } from '../../reconcile/target.ts';
import { judgeCertificate, judgeGroup, judgeRadius, judgeService, judgeUser } from './account.ts';
import {
  below,
  judgeBelow,
  judgeBinding,
  judgeCloud,
  judgeNeighbour,
  judgeQueue,
  judgeSecret,
  judgeTunnel,
} from './below.ts';
import { firewallAhead, judgeAddressList, judgeFilter, judgeMangle, judgeNat, judgeRaw } from './firewall.ts';
import { ownPath } from './own-path.ts';
import {
  judgeAddress,
  judgeAnyChange,
  judgeAnyEnd,
  judgeBridgePort,
  judgeDhcpClient,
  judgeInterface,
  judgeIpv6Settings,
  judgeListMember,
  judgeOnInterface,
  judgeRoute,
  judgeRouting,
  judgeTracking,
  judgeWireguardPeer,
} from './path.ts';
import { routesAhead } from './routes.ts';
import { familyOf, type Judge, knowing, risk, rowsByMenu, type Seen } from './us.ts';

export interface Verdict {
  /** What cuts us off for certain: not to be done at all. */
  readonly objections: readonly Objection[];
  /** What may: to be done only if the router takes it back by itself. */
  readonly risks: readonly Risk[];
  /** The changes that either of them is about. */
  readonly concerning: readonly Change[];
}

/** Changes that are judged in one step: of a rule there are many packets and chains to think of. */
const changesTogether = 64;

/** What changes mean for our own way to the router. Where it cannot be told, it is a risk. Pure. */
export function judgeAccess(seen: Seen): Verdict {
  return finish(judgeAccessInSteps(seen));
}

/** The same, with leave to do other things in between: a router may have a hundred thousand routes, or lose thousands of rules. */
export function* judgeAccessInSteps(seen: Seen): Steps<Verdict> {
  const us = knowing(seen);
  const objections: Objection[] = [];
  const risks: Risk[] = [];
  const concerning: Change[] = [];
  yield* rowsByMenu.inSteps(us);
  for (const each of [...routesAhead(us), ...firewallAhead(us)]) yield* each.inSteps(us);
  const judge = (change: Change) => {
    const judgement = judgeOf(change.menu)?.(change, us);
    if (judgement !== undefined) concerning.push(change);
    if (judgement?.verdict === 'risk') risks.push({ change, why: judgement.why });
    if (judgement?.verdict === 'refused') objections.push(objection(change, judgement));
  };
  yield* eachInSteps(us.changes, judge, changesTogether);
  return { objections, risks, concerning };
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
  '/firewall/layer7-protocol': judgeAnyEnd,
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
  '/ip/hotspot/ip-binding': ofFamily(4, judgeBinding),
  '/ip/arp': ofFamily(4, judgeNeighbour),
  // Of version 6; `/routing/rule` and `/ip/vrf` since.
  '/ip/route/rule': ofFamily(4, judgeAnyChange),
  '/ip/route/vrf': ofFamily(4, judgeAnyChange),
  '/ipv6/route/rule': ofFamily(6, judgeAnyChange),
  '/ip/settings': judgeAnyChange,
  '/ip/vrf': judgeAnyChange,
  '/ipv6/settings': ofFamily(6, judgeIpv6Settings),
  '/ipv6/neighbor': ofFamily(6, judgeNeighbour),
  '/interface/bridge/port': judgeBridgePort,
  '/interface/bridge/vlan': judgeAnyChange,
  '/interface/bridge/filter': judgeAnyChange,
  '/interface/bridge/nat': judgeAnyChange,
  '/interface/bridge/settings': judgeAnyChange,
  '/interface/ethernet/poe': judgeOnInterface,
  '/interface/list': judgeAnyEnd,
  '/interface/list/member': judgeListMember,
  '/interface/detect-internet': judgeAnyChange,
  '/interface/wireguard/peers': judgeWireguardPeer,
  '/routing/rule': judgeAnyChange,
  '/ip/packing': judgeOnInterface,
  '/ip/cloud': judgeCloud,
  '/queue/simple': judgeQueue,
  '/ppp/secret': judgeSecret,
  '/system/watchdog': judgeAnyChange,
  '/routing/table': judgeAnyEnd,
};

/** Interfaces are many menus: `/interface`, `/interface/vlan`, `/interface/wireguard`, … */
const interfaces = /^\/interface(?:\/[a-z0-9-]+)?$/;
const noInterfaces = /^\/interface\/pppoe-server/;
/** What is in them, we do not look at: encrypted paths, and what a switch does by itself. */
const unseen = /^\/ip\/ipsec\/|^\/interface\/ethernet\/switch(?:\/|$)/;
/** OSPF, BGP, filters of routes, labels. */
const protocols = /^\/(?:routing|mpls)\//;

function judgeOf(menu: string): Judge | undefined {
  const known = judges[menu];
  if (known !== undefined) return known;
  if (interfaces.test(menu) && !noInterfaces.test(menu)) return judgeInterface;
  if (unseen.test(menu)) return judgeAnyChange;
  if (below.test(menu)) return menu.startsWith('/interface/dot1x/') ? judgeOnInterface : judgeBelow;
  if (/^\/(?:zerotier|caps-man)(?:\/|$)/.test(menu)) return judgeTunnel;
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
