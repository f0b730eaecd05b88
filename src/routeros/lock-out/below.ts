import { isWithin } from '../network-match.ts';
import { listOf } from '../own-access.ts';
import { mayBeEntry, ownPath } from './own-path.ts';
import { hasRoute, mayLearnRoutes, routeBook } from './routes.ts';
import {
  after,
  before,
  isOnLink,
  isSameHost,
  type Judge,
  type Judgement,
  refused,
  risk,
  touches,
  type Us,
} from './us.ts';

/** Menus below one kind of interface: `/interface/wifi/security`, `/interface/l2tp-server/server`. */
export const below = /^\/interface\/([a-z0-9-]+)\//;
/** Devices of subscribers; and what serves subscribers alone. */
const ofSubscribers = /\/access-list$|^\/interface\/pppoe-server\//;

/** Types of interfaces, as `/interface` shows them, that such a kind is about. */
const types: Readonly<Record<string, RegExp>> = {
  wireless: /^wlan/,
  wifi: /^wifi/,
  wifiwave2: /^wifi/,
  lte: /^lte/,
  bridge: /^bridge/,
  ethernet: /^ether/,
};
/** Profiles, which do nothing until an interface names them. */
const profiles = new Set(['wireless', 'wifi', 'wifiwave2', 'lte']);

/** What all interfaces of a kind, or some of them, go by: security of a wireless link, a server of tunnels. */
export const judgeBelow: Judge = (change, us) => {
  const kind = below.exec(change.menu)?.[1] ?? '';
  if (!touches(change) || ofSubscribers.test(change.menu)) return undefined;
  if (change.action === 'create' && profiles.has(kind)) return undefined;
  const path = ownPath(us);
  if (path === undefined || !path.whole || path.tunnel) return risk(`changes ${change.menu}, which may carry us`);
  const concerned = [...path.types].some((type) => types[kind]?.test(type) === true) || isOnPath(change, us);
  return concerned
    ? risk(`changes ${change.menu}, by which the interface ${path.top} goes that we come by`)
    : undefined;
};

/** RouterOS: ZeroTier. It is no menu of interfaces, and has some. */
export const judgeTunnel: Judge = (change, us) => {
  const path = ownPath(us);
  const unseen = path === undefined || !path.whole || path.tunnel;
  return unseen && touches(change) ? risk(`changes ${change.menu}, which may carry us`) : undefined;
};

/**
 * RouterOS: IP > ARP, IPv6 > Neighbors. To whom what the router answers us is handed: to us, or to a gateway; of subscribers
 * there may be thousands. What carries a tunnel goes to hosts that we do not know.
 */
export const judgeNeighbour: Judge = (change, us) => {
  if (!touches(change)) return undefined;
  const addresses = [before(change, 'address'), after(change, 'address')].filter((each) => each !== '');
  const next = addresses.find((each) => isSameHost(us.access.source, each) || isGateway(each, change.menu, us));
  const does = change.action === 'create' ? 'says' : 'changes';
  if (next !== undefined || mayBeGateway(change, us)) {
    return risk(`${does} whom ${next ?? addresses.at(-1) ?? ''} is, to whom our answers may be handed`);
  }
  const path = ownPath(us);
  const isUnseen = us.access.source === undefined || path?.tunnel === true || path?.whole === false;
  return isUnseen && change.action !== 'create'
    ? risk(`changes ${change.menu}, by which our answers may go`)
    : undefined;
};

/** RouterOS: Hotspot > IP Bindings. Who comes from behind a hotspot may be let in by one, or kept out. */
export const judgeBinding: Judge = (change, us): Judgement => {
  const { source } = us.access;
  const ours = ['address', 'to-address']
    .flatMap((field) => [before(change, field), after(change, field)])
    .some((each) => isSameHost(source, each));
  return ours && touches(change) ? risk('changes a binding that says whether a hotspot lets us through') : undefined;
};

/** RouterOS: Queues. One for all that we send, or for the interface that we come by, may leave us too little. */
export const judgeQueue: Judge = (change, us) => {
  const { source } = us.access;
  if (!touches(change) || source === undefined) return undefined;
  const targets = [before(change, 'target'), after(change, 'target')].flatMap(listOf);
  const path = ownPath(us);
  const ours = targets.some((target) => isWithin(source, target) === true || path?.sole.has(target) === true);
  return ours ? risk('changes a queue that our packets wait in') : undefined;
};

/** RouterOS: PPP > Secrets. We may come by a tunnel that the router serves. */
export const judgeSecret: Judge = (change, us) => {
  const ours = [before(change, 'remote-address'), after(change, 'remote-address')].some(
    (address) => address !== '' && address === us.access.source,
  );
  return ours && touches(change) ? risk('changes the PPP secret by which we have our address') : undefined;
};

/** RouterOS: IP > Cloud. The name by which we dial the router is found no more, though later only. */
export const judgeCloud: Judge = (change, us) => {
  const isNamed = us.declared.address.toLowerCase().endsWith('.sn.mynetname.net');
  const was = before(change, 'ddns-enabled');
  const will = after(change, 'ddns-enabled');
  if (!isNamed || will === was || !['no', 'false'].includes(will)) return undefined;
  return refused(`switches off the name ${us.declared.address} that we dial`, 'declare another address of the router');
};

function isOnPath(change: Parameters<Judge>[0], us: Us): boolean {
  const path = ownPath(us);
  const names = [before(change, 'interface'), after(change, 'interface')].filter((name) => name !== '');
  return names.some((name) => path?.sole.has(name) === true || path?.shared.has(name) === true || mayBeEntry(name, us));
}

function isGateway(address: string, menu: string, us: Us): boolean {
  return routeBook(menu).get(us).gateways.has(address);
}

/** Over a gateway that nobody told us of: a route that is learned may come before one that is written. */
function mayBeGateway(change: Parameters<Judge>[0], us: Us): boolean {
  if (isOnLink(us)) return false;
  if (ownPath(us) === undefined) return true;
  return (!hasRoute(change.menu, us) || mayLearnRoutes(us)) && isOnPath(change, us);
}
