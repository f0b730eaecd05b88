import type { Change, ObservedRow } from '../../reconcile/target.ts';
import { isWithin, isWithinAny } from '../network-match.ts';
import { bearsAddress, ownPath } from './own-path.ts';
import {
  after,
  before,
  ends,
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
  const near = [was, will].some((address) => address !== '' && isConcerned(address, source, routerAddress));
  if (near) return risk(`changes the network ${was || will} that we are in`);
  // The network our packets leave by may be any, unless we are in one of the router's own.
  return change.action === 'create' || (isOnLink(us, was) && isPlain(us))
    ? undefined
    : risk(`changes the address ${was}`);
};

/** RouterOS: IP > Routes, IPv6 > Routes. */
export const judgeRoute: Judge = (change, us) => {
  const { source } = us.access;
  if (!touches(change)) return undefined;
  const was = change.action === 'create' ? '' : destinationOf(change, before);
  const will = change.action === 'delete' ? '' : destinationOf(change, after);
  const leads = (destination: string) =>
    destination !== '' && (source === undefined ? undefined : isWithin(source, destination));
  if (leads(was) === false && leads(will) === false) {
    return isPlain(us) ? undefined : risk('changes a route, which may carry the tunnel that we come by');
  }
  const near = onLinkBits(us);
  if (near !== undefined && isPlain(us)) {
    // To a network of its own a router goes directly, but where another route knows better.
    const better = [was, will].some((destination) => leads(destination) !== false && bitsOf(destination, us) > near);
    return better ? risk(`changes a route to ${source}, more specific than the network that we are in`) : undefined;
  }
  if (near === undefined && leads(was) === true && ends(change) && !hasOtherRoute(change, us)) {
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
  if (change.action === 'create') return bringsRoute(change, us);
  const path = ownPath(us);
  if (path === undefined) return risk(`changes the interface ${name}`);
  if (path.sole.has(name)) {
    if (ends(change)) return refused(`takes the interface ${name} away that we come by`, `keep ${name}, and enabled`);
    return risk(`changes the interface ${name} that we come by`);
  }
  if (path.shared.has(name)) return risk(`changes the interface ${name}, which carries ${path.top} that we come by`);
  if (!path.whole) return risk(`changes the interface ${name}, which may carry ${path.top} that we come by`);
  const leadsOut = !isOnLink(us) && (bearsAddress(name, us) || clients.test(change.menu));
  return leadsOut && ends(change) ? risk(`takes the interface ${name} away, by which the way to us may go`) : undefined;
};

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
  const port = before(change, 'interface') || after(change, 'interface');
  const carries = (name: string) => path === undefined || path.sole.has(name) || path.shared.has(name);
  if (!touches(change) || ![port, ...bridges].some(carries)) {
    const maybe = touches(change) && path?.whole === false && change.action !== 'create';
    return maybe ? risk(`changes the port ${port} of a bridge, which may carry ${path.top}`) : undefined;
  }
  const ports = rowsOf(us, change.menu).filter(
    (row) => textOf(row, 'bridge') === before(change, 'bridge') && isOn(textOf(row, 'disabled')),
  );
  const others = ports.filter(
    (row) => row !== change.before && !us.changes.some((each) => each.before === row && ends(each)),
  );
  const gains = us.changes.some(
    (each) => !ends(each) && after(each, 'bridge') === before(change, 'bridge') && each !== change,
  );
  const isSole = path?.sole.has(before(change, 'bridge')) === true;
  if (isSole && ends(change) && others.length === 0 && !gains) {
    return refused(
      `removes the last port of the bridge ${before(change, 'bridge')} that we come by`,
      `keep the port ${port}`,
    );
  }
  // An interface that becomes a port answers no more by an address of its own.
  return risk(`changes the port ${port} of a bridge that we may come by`);
};

/** RouterOS: WireGuard > Peers. */
export const judgeWireguardPeer: Judge = (change, us) => {
  const path = ownPath(us);
  const { source } = us.access;
  const name = before(change, 'interface') || after(change, 'interface');
  if (path !== undefined && !path.sole.has(name)) {
    const below = !path.whole && change.action !== 'create' && touches(change, ['comment', 'name']);
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
  const taken = us.changes.some(
    (other) =>
      other !== change && other.menu === change.menu && !ends(other) && isSameHost(own, after(other, 'address')),
  );
  const replaced =
    change.action === 'delete' &&
    us.changes.some(
      (other) =>
        other.action === 'create' &&
        other.menu === change.menu &&
        after(other, 'interface') === before(change, 'interface') &&
        isOn(after(other, 'disabled')),
    );
  return taken || replaced || hasTwice(own, change, us);
}

function hasTwice(own: string, change: Change, us: Us): boolean {
  const gone = (row: ObservedRow) => us.changes.some((each) => each.before === row && ends(each));
  return rowsOf(us, change.menu).some(
    (row) =>
      row !== change.before && isSameHost(own, textOf(row, 'address')) && isOn(textOf(row, 'disabled')) && !gone(row),
  );
}

function hasOtherRoute(change: Change, us: Us): boolean {
  const { source } = us.access;
  const leads = (destination: string) => {
    const all = change.menu.startsWith('/ipv6/') ? '::/0' : '0.0.0.0/0';
    return source !== undefined && isWithin(source, destination || all) === true;
  };
  const gone = (row: ObservedRow) => us.changes.some((each) => each.before === row && ends(each));
  const stays = rowsOf(us, change.menu).some(
    (row) => row !== change.before && isOn(textOf(row, 'disabled')) && !gone(row) && leads(textOf(row, 'dst-address')),
  );
  const comes = us.changes.some(
    (each) =>
      each !== change && each.menu === change.menu && each.action === 'create' && leads(after(each, 'dst-address')),
  );
  return stays || comes;
}
