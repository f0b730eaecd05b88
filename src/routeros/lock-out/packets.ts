import type { Change, ObservedRow } from '../../reconcile/target.ts';
import { isPortWithin, isWithin } from '../network-match.ts';
import { ownPath } from './own-path.ts';
import { isOn, ownAddress, rowsOf, textOf, type Us } from './us.ts';

export type Match = 'yes' | 'no' | 'maybe';
export type Values = Readonly<Record<string, string>>;

/** What our way to the router is made of, as its firewall sees it. */
export interface Packet {
  readonly to: 'router' | 'us';
  /** Of the connection it belongs to: only the very first packet begins one. */
  readonly state: 'new' | 'established';
  /** What carries the tunnel that we come by: neither its ports nor its ends are known. */
  readonly outer?: true;
}

const began: Packet = { to: 'router', state: 'new' };
const sent: Packet = { to: 'router', state: 'established' };
const answered: Packet = { to: 'us', state: 'established' };

/** Fields of a rule that decide nothing about which packets it is for. */
const noMatchers = new Set([
  ...['chain', 'action', 'disabled', 'comment', 'log', 'log-prefix', 'reject-with', 'jump-target', 'address-list'],
  ...['address-list-timeout', 'to-addresses', 'to-ports', 'bytes', 'packets', 'passthrough', 'route-dst'],
]);
/** Menus with rules that put addresses on lists. */
const tables = ['filter', 'raw', 'nat', 'mangle'] as const;

/** What comes to the router of ours, and what it answers; around a tunnel there is more. */
export function packetsOf(us: Us): readonly Packet[] {
  const own = [began, sent, answered];
  if (ownPath(us)?.tunnel !== true) return own;
  return [...own, ...own.map((packet): Packet => ({ ...packet, outer: true }))];
}

/** Is a rule for such a packet of ours? */
export function matchOf(rule: Values, packet: Packet, us: Us, menu: string): Match {
  const answers = Object.entries(rule)
    .filter(([name, value]) => value !== '' && !noMatchers.has(name) && !name.startsWith('new-'))
    .map(([name, value]) => {
      const answer = (text: string) =>
        packet.outer === true ? matchesOuter(name, text, packet, us) : matches(name, text, packet, us, menu);
      return value.startsWith('!') ? not(answer(value.slice(1))) : answer(value);
    });
  if (answers.includes('no')) return 'no';
  return packet.outer === true || answers.includes('maybe') ? 'maybe' : 'yes';
}

function matches(name: string, value: string, packet: Packet, us: Us, menu: string): Match {
  const coming = packet.to === 'router';
  const { source } = us.access;
  const port = us.declared.api?.port ?? us.access.port;
  const isSource = name.startsWith('src-');
  switch (name) {
    case 'protocol':
      return value === 'tcp' || value === '6' ? 'yes' : 'no';
    case 'port':
      return told(isPortWithin(port, value), true);
    case 'dst-port':
    case 'src-port':
      return isSource === coming ? 'maybe' : told(isPortWithin(port, value));
    case 'connection-state':
      return told(value.split(',').includes(packet.state));
    case 'src-address':
    case 'dst-address': {
      const host = isSource === coming ? source : ownAddress(us);
      return told(host === undefined ? undefined : isWithin(host, value));
    }
    case 'src-address-list':
    case 'dst-address-list':
      return isSource === coming ? onList(value, us, menu) : 'maybe';
    case 'src-address-type':
    case 'dst-address-type':
      return isSource === coming ? 'maybe' : told(value.split(',').includes('local'));
    case 'in-interface':
      return coming ? onPath(value, us) : 'no';
    case 'out-interface':
      return coming ? 'no' : onPath(value, us);
    default:
      return 'maybe';
  }
}

function matchesOuter(name: string, value: string, packet: Packet, us: Us): Match {
  if (name === 'connection-state') return told(value.split(',').includes(packet.state));
  if (name === (packet.to === 'router' ? 'in-interface' : 'out-interface') && value === ownPath(us)?.top) return 'no';
  return 'maybe';
}

/** Packets may come by another interface than the one that has the address. */
function onPath(name: string, us: Us): Match {
  return name === ownPath(us)?.top ? 'yes' : 'maybe';
}

/** Whoever else is on a list was put there as a subscriber; unless a rule puts us there, or nobody can tell who a name is. */
function onList(list: string, us: Us, menu: string): Match {
  return us.once(`on ${addressLists(menu)} ${list}`, () => foundOn(list, us, menu));
}

function foundOn(list: string, us: Us, menu: string): Match {
  const { source } = us.access;
  const lists = addressLists(menu);
  const rows = rowsOf(us, lists);
  const comes = us.changes.filter((change) => change.menu === lists);
  if (source === undefined || rows.length + comes.length === 0) return 'maybe';
  const here = rows.filter((row) => textOf(row, 'list') === list).map(valuesOf);
  const entries = [...here, ...comes.map(valuesAfter).filter((entry) => entry['list'] === list)];
  const found = entries.filter((entry) => isOn(entry['disabled'] ?? '')).map((entry) => on(source, entry));
  if (found.includes('yes')) return 'yes';
  return found.includes('maybe') || isFed(list, us, menu) ? 'maybe' : 'no';
}

function on(source: string, entry: Values): Match {
  return told(isWithin(source, entry['address'] ?? ''));
}

/** `/ip/firewall/address-list`, or that of IPv6. */
function addressLists(menu: string): string {
  return `${familyFolder(menu)}/firewall/address-list`;
}

/** Is there a rule, now or then, that puts on the list who sends what may be ours? */
function isFed(list: string, us: Us, menu: string): boolean {
  return everyRule(us, menu).some(
    (rule) => rule['action'] === 'add-src-to-address-list' && rule['address-list'] === list && mayBeOurs(rule, us),
  );
}

/** Chains for what is forwarded are not for us, and a list within a list is nothing we follow. */
function mayBeOurs(values: Values, us: Us): boolean {
  const { 'src-address-list': _src, 'dst-address-list': _dst, ...others } = values;
  return values['chain'] !== 'forward' && matchOf(others, began, us, '') !== 'no';
}

/** Rules of all tables of a family that are in use before the changes or after them. */
export function everyRule(us: Us, menu: string): readonly Values[] {
  const folder = familyFolder(menu);
  return us.once(`rules ${folder}`, () =>
    tables.flatMap((table) => {
      const path = `${folder}/firewall/${table}`;
      const then = us.changes.filter((change) => change.menu === path).map(valuesAfter);
      return [...standing(us, path), ...then].filter(({ disabled = '' }) => isOn(disabled));
    }),
  );
}

/** Rows of a menu as they are. */
function standing(us: Us, menu: string): readonly Values[] {
  return us.once(`values ${menu}`, () => rowsOf(us, menu).map(valuesOf));
}

function familyFolder(menu: string): string {
  return menu.startsWith('/ipv6/') ? '/ipv6' : '/ip';
}

/** @param loosely a `no` is no certain one */
function told(answer: boolean | undefined, loosely = false): Match {
  if (answer === true) return 'yes';
  return answer === undefined || loosely ? 'maybe' : 'no';
}

function not(match: Match): Match {
  if (match === 'maybe') return match;
  return match === 'yes' ? 'no' : 'yes';
}

export function valuesOf({ fields }: ObservedRow): Values {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export function valuesBefore({ before: row }: Change): Values {
  return row === undefined ? { disabled: 'yes' } : valuesOf(row);
}

export function valuesAfter(change: Change): Values {
  if (change.action === 'delete') return { disabled: 'yes' };
  const set = Object.entries(change.set).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { ...(change.before === undefined ? {} : valuesOf(change.before)), ...Object.fromEntries(set) };
}

/** Chains that packets of ours may pass: those they begin in, and those that rules in them jump to, now or then. */
export function chainsFrom(first: readonly string[], menu: string, us: Us): ReadonlySet<string> {
  return us.once(`chains ${menu} ${first.join()}`, () => {
    const then = us.changes.filter((each) => each.menu === menu).map(valuesAfter);
    const jumps = [...standing(us, menu), ...then].filter((values) => values['jump-target']);
    const found = new Set(first);
    for (const each of found) {
      for (const jump of jumps) if (jump['chain'] === each) found.add(jump['jump-target'] ?? '');
    }
    return found;
  });
}
