import type { Change, Precedence } from '../reconcile/target.ts';
import { isFallback } from './menus/rows.ts';

/** Where a router asks RADIUS about those who come in one way, and the rows by which it lets them in by itself. */
interface Way {
  /** RouterOS's word in `/radius service`. */
  readonly service: string;
  /** Menu with the field that makes the router ask. Absent: being among the services is enough. */
  readonly asks?: string;
  readonly users: readonly string[];
}

const ways: readonly Way[] = [
  { service: 'ppp', asks: '/ppp/aaa', users: ['/ppp/secret'] },
  { service: 'hotspot', asks: '/ip/hotspot/profile', users: ['/ip/hotspot/user'] },
  { service: 'dhcp', asks: '/ip/dhcp-server', users: ['/ip/dhcp-server/lease'] },
  { service: 'wireless', users: ['/interface/wifi/access-list', '/interface/wireless/access-list'] },
];

/**
 * What comes first when a tariff is switched between local, hybrid and RADIUS: the router asks RADIUS before local rows go
 * or are disabled, and local rows are in place before it asks no more.
 */
export const switchOrder: readonly Precedence[] = ways.flatMap((way) => [
  { earlier: (change) => turnsOn(way, change), later: (change) => shuts(way, change) },
  { earlier: (change) => opens(way, change), later: (change) => turnsOff(way, change) },
]);

function turnsOn({ service, asks }: Way, { action, menu, set, after }: Change): boolean {
  if (menu === asks) return set['use-radius'] === 'yes';
  if (menu === '/interface/wifi/access-list') return service === 'wireless' && set['action'] === 'query-radius';
  if (menu !== '/radius' || action === 'delete' || action === 'move') return false;
  return (action === 'create' || touches(set)) && serves(after?.fields['service'], service);
}

function turnsOff({ service, asks }: Way, { action, menu, set, before, after }: Change): boolean {
  if (menu === asks) return action === 'update' && set['use-radius'] === 'no';
  if (menu !== '/radius' || !serves(before?.fields['service'], service)) return false;
  return action === 'delete' || set['disabled'] === 'yes' || !serves(after?.fields['service'], service);
}

/** Of a `/radius` row: does this make it one that is asked? */
function touches(set: Change['set']): boolean {
  return set['disabled'] !== undefined || set['service'] !== undefined;
}

/** Does this let somebody in by a row of the router's own? */
function opens({ users }: Way, { action, menu, set, after }: Change): boolean {
  if (!users.includes(menu) || after?.fields['disabled'] === 'yes') return false;
  return action === 'create' || set['disabled'] === 'no' || set['block-access'] === 'no';
}

/** Does this take from somebody the row that lets him in? */
function shuts({ users }: Way, { action, menu, set, owner }: Change): boolean {
  if (!users.includes(menu)) return false;
  // One who is suspended is not to wait for anything: only a row that will wait for a router without us.
  return action === 'delete' || (action === 'update' && set['disabled'] === 'yes' && isFallback(owner));
}

function serves(services: unknown, service: string): boolean {
  return typeof services === 'string' && services.split(',').includes(service);
}
