import type { ObservedRow } from '../../reconcile/row.ts';
import type { Change } from '../../reconcile/target.ts';
import { isWithin, isWithinAny, overlapWith } from '../network-match.ts';
import { listOf } from '../own-access.ts';
import { mayBeEntry, ownPath } from './own-path.ts';
import { hasOtherRoute, routeBook } from './routes.ts';
import {
  after,
  before,
  changesOf,
  ends,
  isGone,
  isOn,
  isOnLink,
  isSameHost,
  type Judge,
  type Judgement,
  onLinkBits,
  ownAddress,
  refused,
  risk,
  rowsOf,
  textOf,
  touches,
  type Us,
} from './us.ts';

/** RouterOS: IP > Addresses, IPv6 > Addresses. */
export const judgeAddress: Judge = (change, us) => {
  const own = ownAddress(us);
  const { source, routerAddress } = us.access;
  const was = before(change, 'address');
  const will = after(change, 'address');
  if (!touches(change)) return undefined;
  if (change.action !== 'create' && own !== undefined && isSameHost(own, was) && ends(change)) {
    if (isElsewhere(own, change, us)) return risk(`moves the address ${own} that we come to`);
    return refused(
      `removes the address ${own} that we come to`,
      `keep ${was}, or declare another address of the router`,
    );
  }
  if ([own, routerAddress].some((each) => isSameHost(each, was))) {
    return risk(`changes the address ${was} that we come to`);
  }
  const networks = [was, will, before(change, 'network'), after(change, 'network')];
  const near = networks.some((address) => address !== '' && isConcerned(address, source, routerAddress));
  if (near) return risk(`changes the network ${was || will} that we are in`);
  // The network our packets leave by may be any, unless we are in one of the router's own.
  if (isOnLink(us, was) && isPlain(us)) return undefined;
  if (change.action !== 'create') return risk(`changes the address ${was}`);
  return overlapsAny(will, us) ? risk(`adds the network ${will} where the router has one that leads to us`) : undefined;
};

/** RouterOS: IP > Routes, IPv6 > Routes. */
export const judgeRoute: Judge = (change, us) => {
  const { source } = us.access;
  if (!touches(change)) return undefined;
  const was = change.action === 'create' ? '' : destinationOf(change, before);
  const will = change.action === 'delete' ? '' : destinationOf(change, after);
  const onWay = routeBook(change.menu).get(us).leads;
  const leads = (destination: string) => {
    if (destination === '' || source === undefined) return destination === '' ? false : undefined;
    return onWay(destination) || isWithin(source, destination);
  };
  if (leads(was) === false && leads(will) === false) {
    return isPlain(us) ? undefined : risk('changes a route, which may carry the tunnel that we come by');
  }
  const near = onLinkBits(us);
  if (near !== undefined && isPlain(us)) {
    // To a network of its own a router goes directly, but where another route knows better.
    const better = [was, will].some((destination) => leads(destination) !== false && bitsOf(destination, us) > near);
    return better ? risk(`changes a route to ${source}, more specific than the network that we are in`) : undefined;
  }
  const isOwn = source !== undefined && isConcerned(was, source);
  if (near === undefined && isOwn && ends(change) && !hasOtherRoute(change, us)) {
    return refused(
      `removes the route ${before(change, 'dst-address')} by which the router reaches us (${source})`,
      `keep it, or declare another route to ${source}`,
    );
  }
  return risk(`changes a route to ${source ?? 'us'}`);
};

/** RouterOS: Routing. What such a protocol learns may be the way to us, unless we are in one of the router's own networks. */
export const judgeRouting: Judge = (change, us) => {
  if (!touches(change) || (isOnLink(us) && isPlain(us))) return undefined;
  return risk(`changes ${change.menu}, by which the router may learn the way to us`);
};

/** Any menu below /interface that has interfaces for rows. */
export const judgeInterface: Judge = (change, us) => {
  if (!touches(change)) return undefined;
  const name = before(change, 'name') || change.identity;
  const path = ownPath(us);
  const taken = listOf(after(change, 'slaves')).find((each) => carries(each, us));
  if (taken !== undefined && touches(change, ['comment', 'name'])) {
    return risk(`makes ${taken} a slave of ${name}, and we may come by ${taken} itself`);
  }
  if (change.action === 'create') return bringsRoute(change, us);
  if (path === undefined) return risk(`changes the interface ${name}`);
  if (path.sole.has(name)) {
    if (ends(change)) return refused(`takes the interface ${name} away that we come by`, `keep ${name}, and enabled`);
    return risk(`changes the interface ${name} that we come by`);
  }
  if (path.shared.has(name)) return risk(`changes the interface ${name}, which carries ${path.top} that we come by`);
  if (!path.whole) return risk(`changes the interface ${name}, which may carry ${path.top} that we come by`);
  const leadsOut = mayBeEntry(name, us) || (!isOnLink(us) && clients.test(change.menu));
  return leadsOut ? risk(`changes the interface ${name}, by which the way to us may go`) : undefined;
};

/** Do we come by it, as far as can be told? */
function carries(name: string, us: Us): boolean {
  const path = ownPath(us);
  return path === undefined || path.sole.has(name) || path.shared.has(name) || mayBeEntry(name, us);
}

/** Interfaces that get addresses and routes from elsewhere. */
const clients = /-client$|\/(?:lte|wireguard)$/;

function bringsRoute(change: Change, us: Us): Judgement {
  if (after(change, 'add-default-route') !== 'yes' || isOnLink(us)) return undefined;
  return risk('adds a client that brings a default route');
}

/** RouterOS: Bridge > Ports. */
export const judgeBridgePort: Judge = (change, us) => {
  const path = ownPath(us);
  const bridges = [before(change, 'bridge'), after(change, 'bridge')];
  const ports = [before(change, 'interface'), after(change, 'interface')].filter((each) => each !== '');
  const port = ports[0] ?? '';
  if (!touches(change) || ![...ports, ...bridges].some((name) => carries(name, us))) {
    const maybe = touches(change) && path?.whole === false && change.action !== 'create';
    return maybe ? risk(`changes the port ${port} of a bridge, which may carry ${path.top}`) : undefined;
  }
  const isSole = path?.sole.has(before(change, 'bridge')) === true;
  if (isSole && ends(change) && !keepsPort(before(change, 'bridge'), change.menu, us)) {
    return refused(
      `removes the last port of the bridge ${before(change, 'bridge')} that we come by`,
      `keep the port ${port}`,
    );
  }
  // An interface that becomes a port answers no more by an address of its own.
  return risk(`changes the port ${port} of a bridge that we may come by`);
};

/** Will a bridge have a port, of those that it has or that it gets? */
function keepsPort(bridge: string, menu: string, us: Us): boolean {
  const kept = us.once(`bridges with ports ${menu}`, () => {
    const stay = rowsOf(us, menu).filter((row) => isOn(textOf(row, 'disabled')) && !isGone(row, us));
    const come = us.changes.filter((change) => !ends(change));
    return new Set([...stay.map((row) => textOf(row, 'bridge')), ...come.map((change) => after(change, 'bridge'))]);
  });
  return kept.has(bridge);
}

/** RouterOS: WireGuard > Peers. */
export const judgeWireguardPeer: Judge = (change, us) => {
  const path = ownPath(us);
  const { source } = us.access;
  const name = before(change, 'interface') || after(change, 'interface');
  if (path !== undefined && !path.sole.has(name)) {
    const below =
      (!path.whole || mayBeEntry(name, us)) && change.action !== 'create' && touches(change, ['comment', 'name']);
    return below ? risk(`changes a WireGuard peer of ${name}, which may carry ${path.top}`) : undefined;
  }
  const carries = (list: string) => source !== undefined && isWithinAny(source, list) === true;
  const was = change.action !== 'create' && carries(before(change, 'allowed-address'));
  if (path !== undefined && was && ends(change)) {
    return refused(`removes the WireGuard peer of ${name} through which we come (${source})`, 'keep that peer');
  }
  if (change.action === 'create' && !carries(after(change, 'allowed-address'))) return undefined;
  return touches(change, ['comment', 'name']) ? risk(`changes a WireGuard peer of ${name}`) : undefined;
};

/** Menus whose rows belong to an interface: a hotspot, a member of an interface list, the PoE of a port. */
export const judgeOnInterface: Judge = (change, us) => {
  const path = ownPath(us);
  const names = [before(change, 'interface'), after(change, 'interface'), after(change, 'name')];
  const ours = path === undefined || names.some((name) => path.sole.has(name) || path.shared.has(name));
  return ours && touches(change)
    ? risk(`changes ${change.menu} on the interface ${names.find((name) => name !== '') ?? ''} that we come by`)
    : undefined;
};

/** RouterOS: IP > DHCP Client. It gives the router addresses and the way out. */
export const judgeDhcpClient: Judge = (change, us) => {
  if (!touches(change)) return undefined;
  const ours = judgeOnInterface(change, us);
  if (ours !== undefined || (isOnLink(us) && isPlain(us))) return ours;
  return risk(`changes ${change.menu}, from which the router may have the way to us`);
};

/** RouterOS: Interfaces > Interface List. Rules that go by a list are for what comes in by its members. */
export const judgeListMember: Judge = (change, us) => {
  const names = [before(change, 'interface'), after(change, 'interface')].filter((name) => name !== '');
  return touches(change) && names.some((name) => carries(name, us))
    ? risk(`changes the list ${before(change, 'list') || after(change, 'list')} of interfaces that we may come by`)
    : undefined;
};

/** RouterOS: IPv6 > Settings. */
export const judgeIpv6Settings: Judge = (change, us) =>
  change.set['disable-ipv6'] !== undefined && !isOn(after(change, 'disable-ipv6'))
    ? refused('switches IPv6 off, by which we come', 'leave disable-ipv6: "no"')
    : judgeAnyChange(change, us);

/** Menus that can cut any path, of which we do not know whether they do. */
export const judgeAnyChange: Judge = (change) => (touches(change) ? risk(`changes ${change.menu}`) : undefined);

/** The same where only what is there can be cut. */
export const judgeAnyEnd: Judge = (change, us) => (change.action === 'create' ? undefined : judgeAnyChange(change, us));

/** RouterOS: IP > Firewall > Connections > Tracking. How long it waits cuts nobody. */
export const judgeTracking: Judge = (change) =>
  Object.keys(change.set).every((field) => field.endsWith('-timeout')) ? undefined : risk(`changes ${change.menu}`);

/** Does what we send come to the router by interfaces that are known, with nothing around it? */
function isPlain(us: Us): boolean {
  return ownPath(us)?.whole !== false;
}

/** Has the router a network with any address of this one, or the other way about? */
function overlapsAny(network: string, us: Us): boolean {
  const own = us.once('own networks', () =>
    overlapWith(us.access.addresses.filter(({ disabled }) => !disabled).map(({ address }) => address)),
  );
  return own(network);
}

function destinationOf(change: Change, at: (change: Change, field: string) => string): string {
  return at(change, 'dst-address') || (change.menu.startsWith('/ipv6/') ? '::/0' : '0.0.0.0/0');
}

function bitsOf(destination: string, us: Us): number {
  const [, bits] = destination.split('/');
  return bits === undefined ? ((us.access.source ?? '').includes(':') ? 128 : 32) : Number(bits);
}

function isConcerned(network: string, ...hosts: readonly (string | undefined)[]): boolean {
  return hosts.some((host) => host !== undefined && isWithin(host, network) === true);
}

/** Will the address be on another row, or is another put in its place on the same interface? */
function isElsewhere(own: string, change: Change, us: Us): boolean {
  const { menu } = change;
  const isTaken = us.once(`own address taken ${menu}`, () => {
    const comes = changesOf(us, menu).some((each) => !ends(each) && isSameHost(own, after(each, 'address')));
    return comes || rowsOf(us, menu).some((row) => staysOwn(own, row, us));
  });
  const refilled = us.once(`interfaces with new addresses ${menu}`, () => {
    const made = changesOf(us, menu).filter((each) => each.action === 'create' && isOn(after(each, 'disabled')));
    return new Set(made.map((each) => after(each, 'interface')));
  });
  return isTaken || (change.action === 'delete' && refilled.has(before(change, 'interface')));
}

function staysOwn(own: string, row: ObservedRow, us: Us): boolean {
  return isSameHost(own, textOf(row, 'address')) && isOn(textOf(row, 'disabled')) && !isGone(row, us);
}
