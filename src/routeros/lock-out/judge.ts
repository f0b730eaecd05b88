import type { Change, Objection } from '../../reconcile/target.ts';
import { judgeCertificate, judgeGroup, judgeService, judgeUser } from './account.ts';
import { judgeAddressList, judgeFilter, judgeNat, judgeRaw } from './firewall.ts';
import {
  judgeAddress,
  judgeAnyChange,
  judgeAnyEnd,
  judgeBridgePort,
  judgeInterface,
  judgeOnInterface,
  judgeRoute,
  judgeWireguardPeer,
} from './path.ts';
import type { Judge, Us } from './us.ts';

/** A change that may cut our own access, and why. */
export interface Risk {
  readonly change: Change;
  readonly why: string;
}

export interface Verdict {
  /** What cuts us off for certain: not to be done at all. */
  readonly objections: readonly Objection[];
  /** What may: to be done only if the router takes it back by itself. */
  readonly risks: readonly Risk[];
}

/** What changes mean for our own way to the router. Where it cannot be told, it is a risk. Pure. */
export function judgeAccess(us: Us): Verdict {
  const objections: Objection[] = [];
  const risks: Risk[] = [];
  for (const change of us.changes) {
    const judgement = judgeOf(change.menu)?.(change, us);
    if (judgement?.verdict === 'risk') risks.push({ change, why: judgement.why });
    if (judgement?.verdict === 'refused') objections.push(objection(change, judgement));
  }
  return { objections, risks };
}

/** Menus that can change how we reach the router: what is taken back, is taken back in all of them. */
export function concernsAccess({ menu }: Pick<Change, 'menu'>): boolean {
  return judgeOf(menu) !== undefined;
}

function objection(
  { menu, identity }: Change,
  { why, mend }: { readonly why: string; readonly mend: string },
): Objection {
  const row = identity === '' ? menu : `${menu} ${identity}`;
  return { code: 'LM_LOCK_OUT', message: `${row}: ${why}. We would not get in again: ${mend}` };
}

const judges: Readonly<Record<string, Judge>> = {
  '/user': judgeUser,
  '/user/group': judgeGroup,
  '/ip/service': judgeService,
  '/certificate': judgeCertificate,
  '/ip/address': judgeAddress,
  '/ip/route': judgeRoute,
  '/ip/firewall/filter': judgeFilter,
  '/ip/firewall/raw': judgeRaw,
  '/ip/firewall/nat': judgeNat,
  '/ip/firewall/address-list': judgeAddressList,
  '/interface/bridge/port': judgeBridgePort,
  '/interface/bridge/vlan': judgeAnyChange,
  '/interface/bridge/filter': judgeAnyChange,
  '/interface/list': judgeAnyEnd,
  '/interface/list/member': judgeOnInterface,
  '/interface/wireguard/peers': judgeWireguardPeer,
  '/interface/ethernet/switch/vlan': judgeAnyChange,
  '/ip/hotspot': judgeOnInterface,
  '/ip/dhcp-client': judgeOnInterface,
  '/ip/arp': judgeAnyEnd,
  '/ip/settings': judgeAnyChange,
  '/ip/vrf': judgeAnyChange,
  '/routing/rule': judgeAnyChange,
  '/routing/table': judgeAnyEnd,
};

/** Interfaces are many menus: `/interface`, `/interface/vlan`, `/interface/wireguard`, … */
const interfaces = /^\/interface(?:\/[a-z0-9-]+)?$/;
const noInterfaces = /^\/interface\/(?:pppoe-server|wireless|wifi|lte|detect-internet)/;
/** Encrypted paths: what is in them, we do not look at. */
const tunnels = /^\/ip\/ipsec\//;

function judgeOf(menu: string): Judge | undefined {
  const known = judges[menu];
  if (known !== undefined) return known;
  if (interfaces.test(menu) && !noInterfaces.test(menu)) return judgeInterface;
  return tunnels.test(menu) ? judgeAnyChange : undefined;
}
