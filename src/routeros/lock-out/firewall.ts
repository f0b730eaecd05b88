import type { Change, ObservedRow } from '../../reconcile/target.ts';
import { isPortWithin, isWithin } from '../network-match.ts';
import {
  after,
  before,
  isOn,
  type Judge,
  type Judgement,
  ownAddress,
  ownInterfaces,
  refused,
  risk,
  rowsOf,
  textOf,
  type Us,
} from './us.ts';

type Match = 'yes' | 'no' | 'maybe';
type Values = Readonly<Record<string, string>>;

/** Fields of a rule that decide nothing about which packets it is for. */
const noMatchers = new Set([
  ...['chain', 'action', 'disabled', 'comment', 'log', 'log-prefix', 'reject-with', 'jump-target', 'address-list'],
  ...['address-list-timeout', 'to-addresses', 'to-ports', 'bytes', 'packets'],
]);
/** What such a rule does to a packet it is for. */
const stopping = new Set(['drop', 'reject', 'tarpit']);
const passing = new Set(['accept', 'fasttrack-connection', 'jump', 'return']);
const watching = new Set(['log', 'passthrough', 'add-src-to-address-list', 'add-dst-to-address-list', 'notrack']);

/** RouterOS: IP > Firewall > Filter Rules. Only what is meant for the router itself passes `input`. */
export const judgeFilter: Judge = (change, us) => judgeRule(change, us, 'input');

/** RouterOS: IP > Firewall > Raw. */
export const judgeRaw: Judge = (change, us) => judgeRule(change, us, 'prerouting');

/** RouterOS: IP > Firewall > NAT. A rule that sends our packets elsewhere takes them from the router. */
export const judgeNat: Judge = (change, us) => {
  if (![before(change, 'chain'), after(change, 'chain')].includes('dstnat')) return undefined;
  const catches = [valuesBefore(change), valuesAfter(change)].some(
    (values) => isOn(values['disabled'] ?? '') && values['chain'] === 'dstnat' && matchOf(values, us) !== 'no',
  );
  return catches && !isRemark(change) ? risk('changes where packets for the router are sent') : undefined;
};

/** RouterOS: IP > Firewall > Address Lists. Rules may let in or keep out who is on one. */
export const judgeAddressList: Judge = (change, us) => {
  const { source } = us.access;
  const concerned = [before(change, 'address'), after(change, 'address')].some(
    (address) => address !== '' && source !== undefined && isWithin(source, address) === true,
  );
  return concerned
    ? risk(`changes the address list ${before(change, 'list') || after(change, 'list')} that we are on`)
    : undefined;
};

function judgeRule(change: Change, us: Us, chain: string): Judgement {
  const chains = reachable(chain, change.menu, us);
  const [was, will] = [valuesBefore(change), valuesAfter(change)];
  const inReach = (values: Values) => chains.has(values['chain'] ?? '') && isOn(values['disabled'] ?? '');
  if (isRemark(change) || (!inReach(was) && !inReach(will))) return undefined;
  if (change.action === 'create') return judgeNewRule(change, will, us, chain);
  const keepsOut = stopping.has(will['action'] ?? '') && inReach(will) && matchOf(will, us) === 'yes';
  if (keepsOut && change.action === 'update' && isFirst(change, us, chain)) return lockedOut(change, chain);
  return risk(`changes a rule of the chain ${will['chain'] ?? was['chain'] ?? chain}, which our packets pass`);
}

function judgeNewRule(change: Change, rule: Values, us: Us, chain: string): Judgement {
  const action = rule['action'] ?? 'accept';
  const match = matchOf(rule, us);
  if (match === 'no' || action === 'accept' || watching.has(action)) return undefined;
  if (stopping.has(action) && match === 'yes' && rule['chain'] === chain && isFirst(change, us, chain)) {
    return lockedOut(change, chain);
  }
  return risk(`adds a rule to the chain ${rule['chain']} that may keep us out`);
}

function lockedOut(change: Change, chain: string): Judgement {
  return refused(
    `${after(change, 'action')}s in the chain ${chain} what we send to the router, and no rule before lets it in`,
    'put a rule in front of it that accepts us',
  );
}

/** Chains our packets may pass: the first, and those that rules in them jump to. */
function reachable(first: string, menu: string, us: Us): ReadonlySet<string> {
  const found = new Set([first]);
  const jumps = [
    ...rowsOf(us, menu).map(valuesOf),
    ...us.changes.filter((each) => each.menu === menu).map(valuesAfter),
  ];
  for (const chain of found) {
    for (const values of jumps)
      if (values['chain'] === chain && values['jump-target']) found.add(values['jump-target']);
  }
  return found;
}

/** Is there for certain no rule in front of it that may let us in? */
function isFirst(change: Change, us: Us, chain: string): boolean {
  const rows = rowsOf(us, change.menu);
  const place = change.action === 'create' ? placeOf(change, rows) : rows.indexOf(change.before as ObservedRow);
  const gone = new Set(us.changes.filter(({ action }) => action === 'delete').map((each) => each.before));
  const standing = rows.slice(0, place === -1 ? rows.length : place).filter((row) => !gone.has(row));
  const others = us.changes.filter((each) => each.menu === change.menu && each !== change && each.action !== 'delete');
  const ahead = [...standing.map(valuesOf), ...others.map(valuesAfter)];
  return !ahead.some(
    (values) =>
      values['chain'] === chain &&
      isOn(values['disabled'] ?? '') &&
      passing.has(values['action'] ?? 'accept') &&
      matchOf(values, us) !== 'no',
  );
}

function placeOf(change: Change, rows: readonly ObservedRow[]): number {
  if (change.placeRow !== undefined) return rows.indexOf(change.placeRow);
  return change.place === undefined ? -1 : rows.findIndex(({ identity }) => identity === change.place);
}

/** Is it for packets by which we begin a connection to the API? */
export function matchOf(rule: Values, us: Us): Match {
  const answers = Object.entries(rule)
    .filter(([name, value]) => value !== '' && !noMatchers.has(name))
    .map(([name, value]) =>
      value.startsWith('!') ? not(matches(name, value.slice(1), us)) : matches(name, value, us),
    );
  if (answers.includes('no')) return 'no';
  return answers.includes('maybe') ? 'maybe' : 'yes';
}

function matches(name: string, value: string, us: Us): Match {
  const { source } = us.access;
  switch (name) {
    case 'protocol':
      return value === 'tcp' || value === '6' ? 'yes' : 'no';
    case 'dst-port':
    case 'port':
      return told(isPortWithin(us.declared.api?.port ?? us.access.port, value), name === 'port');
    case 'connection-state':
      return told(value.split(',').includes('new'));
    case 'src-address':
      return told(source === undefined ? undefined : isWithin(source, value));
    case 'dst-address': {
      const own = ownAddress(us);
      return told(own === undefined ? undefined : isWithin(own, value));
    }
    case 'src-address-list':
      return onList(value, us);
    case 'in-interface': {
      const own = ownInterfaces(us);
      return told(own === undefined ? undefined : own.has(value), true);
    }
    default:
      return 'maybe';
  }
}

/** Whoever else is on a list was put there by a rule, or as a subscriber: not we. */
function onList(list: string, us: Us): Match {
  const { source } = us.access;
  const rows = rowsOf(us, '/ip/firewall/address-list');
  if (source === undefined || rows.length === 0) return 'maybe';
  const on = rows.some((row) => textOf(row, 'list') === list && isWithin(source, textOf(row, 'address')) === true);
  return on ? 'yes' : 'no';
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

function isRemark({ action, set }: Change): boolean {
  return action === 'update' && Object.keys(set).every((name) => name === 'comment' || name.startsWith('log'));
}

function valuesOf({ fields }: ObservedRow): Values {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function valuesBefore({ before: row }: Change): Values {
  return row === undefined ? { disabled: 'yes' } : valuesOf(row);
}

function valuesAfter(change: Change): Values {
  if (change.action === 'delete') return { disabled: 'yes' };
  const set = Object.entries(change.set).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { ...(change.before === undefined ? {} : valuesOf(change.before)), ...Object.fromEntries(set) };
}
