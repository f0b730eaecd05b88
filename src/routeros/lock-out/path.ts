import type { Change, ObservedRow } from '../../reconcile/target.ts';
import { isWithin, isWithinAny } from '../network-match.ts';
import {
  after,
  before,
  ends,
  hostOf,
  isOn,
  isOnLink,
  type Judge,
  ownAddress,
  ownInterfaces,
  refused,
  risk,
  rowsOf,
  textOf,
  type Us,
} from './us.ts';

/** RouterOS: IP > Addresses. */
export const judgeAddress: Judge = (change, us) => {
  const own = ownAddress(us);
  const { source, routerAddress } = us.access;
  const was = before(change, 'address');
  const will = after(change, 'address');
  const ours = (address: string) => address !== '' && [own, routerAddress].includes(hostOf(address));
  if (change.action !== 'create' && own !== undefined && hostOf(was) === own && ends(change)) {
    if (isElsewhere(own, change, us)) return risk(`moves the address ${own} that we come to`);
    return refused(
      `removes the address ${own} that we come to`,
      `keep ${was}, or declare another address of the router`,
    );
  }
  if (ours(was))
    return touches(change, ['comment']) ? risk(`changes the address ${hostOf(was)} that we come to`) : undefined;
  const near = [was, will].some((address) => address !== '' && isConcerned(address, source, routerAddress));
  if (near) return risk(`changes the network ${was || will} that we are in`);
  // The network our packets leave by may be any, unless we are in one of the router's own.
  return change.action === 'create' || isOnLink(us, was) ? undefined : risk(`changes the address ${was}`);
};

/** RouterOS: IP > Routes. */
export const judgeRoute: Judge = (change, us) => {
  const { source } = us.access;
  const leads = (destination: string) =>
    destination !== '' && (source === undefined ? undefined : isWithin(source, destination));
  const was = change.action === 'create' ? false : leads(before(change, 'dst-address') || '0.0.0.0/0');
  const will = change.action === 'delete' ? false : leads(after(change, 'dst-address') || '0.0.0.0/0');
  if (was === false && will === false) return undefined;
  if (isOnLink(us)) return undefined;
  if (was === true && ends(change) && !hasOtherRoute(change, us)) {
    return refused(
      `removes the route ${before(change, 'dst-address')} by which the router reaches us (${source})`,
      `keep it, or declare another route to ${source}`,
    );
  }
  return touches(change, ['comment']) ? risk(`changes a route to ${source ?? 'us'}`) : undefined;
};

/** Any menu below /interface that has interfaces for rows. */
export const judgeInterface: Judge = (change, us) => {
  if (change.action === 'create') return undefined;
  const name = before(change, 'name') || change.identity;
  const own = ownInterfaces(us);
  if (own === undefined) return touches(change, ['comment']) ? risk(`changes the interface ${name}`) : undefined;
  if (!own.has(name)) return undefined;
  if (ends(change)) return refused(`takes the interface ${name} away that we come by`, `keep ${name}, and enabled`);
  return touches(change, ['comment']) ? risk(`changes the interface ${name} that we come by`) : undefined;
};

/** RouterOS: Bridge > Ports. */
export const judgeBridgePort: Judge = (change, us) => {
  const own = ownInterfaces(us);
  const bridges = [before(change, 'bridge'), after(change, 'bridge')];
  const port = before(change, 'interface') || after(change, 'interface');
  const concerned = own === undefined || own.has(port) || bridges.some((bridge) => own.has(bridge));
  if (!concerned || !touches(change, ['comment'])) return undefined;
  const ports = rowsOf(us, change.menu).filter(
    (row) => textOf(row, 'bridge') === before(change, 'bridge') && isOn(textOf(row, 'disabled')),
  );
  const others = ports.filter(
    (row) => row !== change.before && !us.changes.some((each) => each.before === row && ends(each)),
  );
  const gains = us.changes.some(
    (each) => !ends(each) && after(each, 'bridge') === before(change, 'bridge') && each !== change,
  );
  if (own !== undefined && ends(change) && others.length === 0 && !gains) {
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
  const own = ownInterfaces(us);
  const { source } = us.access;
  const name = before(change, 'interface') || after(change, 'interface');
  if (own !== undefined && !own.has(name)) return undefined;
  const carries = (list: string) => source !== undefined && isWithinAny(source, list) === true;
  const was = change.action !== 'create' && carries(before(change, 'allowed-address'));
  if (own !== undefined && was && ends(change)) {
    return refused(`removes the WireGuard peer of ${name} through which we come (${source})`, 'keep that peer');
  }
  if (change.action === 'create' && !carries(after(change, 'allowed-address'))) return undefined;
  return touches(change, ['comment', 'name']) ? risk(`changes a WireGuard peer of ${name}`) : undefined;
};

/** Menus whose rows belong to an interface: a hotspot, a member of an interface list, a DHCP client. */
export const judgeOnInterface: Judge = (change, us) => {
  const own = ownInterfaces(us);
  const names = [before(change, 'interface'), after(change, 'interface')].filter((name) => name !== '');
  if (own !== undefined && !names.some((name) => own.has(name))) return undefined;
  return touches(change, ['comment'])
    ? risk(`changes ${change.menu} on the interface ${names[0] ?? ''} that we come by`)
    : undefined;
};

/** Menus that can cut any path, of which we do not know whether they do. */
export const judgeAnyChange: Judge = (change) =>
  touches(change, ['comment']) ? risk(`changes ${change.menu}`) : undefined;

/** The same where only what is there can be cut. */
export const judgeAnyEnd: Judge = (change, us) => (change.action === 'create' ? undefined : judgeAnyChange(change, us));

function touches(change: Change, harmless: readonly string[]): boolean {
  return change.action !== 'update' || Object.keys(change.set).some((field) => !harmless.includes(field));
}

function isConcerned(network: string, ...hosts: readonly (string | undefined)[]): boolean {
  return hosts.some((host) => host !== undefined && isWithin(host, network) === true);
}

/** Will the address be on another row, or is another put in its place on the same interface? */
function isElsewhere(own: string, change: Change, us: Us): boolean {
  const taken = us.changes.some(
    (other) =>
      other !== change && other.menu === change.menu && !ends(other) && hostOf(after(other, 'address')) === own,
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
      row !== change.before && hostOf(textOf(row, 'address')) === own && isOn(textOf(row, 'disabled')) && !gone(row),
  );
}

function hasOtherRoute(change: Change, us: Us): boolean {
  const { source } = us.access;
  const leads = (destination: string) => source !== undefined && isWithin(source, destination || '0.0.0.0/0') === true;
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
