import type { Change, ObservedRow } from '../../reconcile/target.ts';
import { isWithin } from '../network-match.ts';
import {
  chainsFrom,
  everyRule,
  matchOf,
  type Packet,
  packetsOf,
  type Values,
  valuesAfter,
  valuesBefore,
  valuesOf,
} from './packets.ts';
import {
  after,
  before,
  isOn,
  type Judge,
  type Judgement,
  refused,
  risk,
  rowsOf,
  touches,
  type Us,
  worst,
} from './us.ts';

/** What such a rule does to a packet it is for. */
const stopping = new Set(['drop', 'reject', 'tarpit']);
const passing = new Set(['accept', 'fasttrack-connection', 'jump', 'return']);
const watching = new Set(['log', 'passthrough', 'add-dst-to-address-list']);
const diverting = new Set(['mark-routing', 'route']);
const marking = new Set(['mark-connection', 'mark-packet']);
const translating = new Set(['dst-nat', 'redirect', 'netmap', 'same', 'src-nat', 'masquerade']);

type Table = 'filter' | 'raw' | 'mangle';
/** The chains that packets begin in: those for the router itself, and those it sends. */
const chains: Readonly<Record<Table, Readonly<Record<Packet['to'], readonly string[]>>>> = {
  filter: { router: ['input'], us: ['output'] },
  raw: { router: ['prerouting'], us: ['output'] },
  mangle: { router: ['prerouting', 'input'], us: ['output', 'postrouting'] },
};

/** RouterOS: IP > Firewall > Filter Rules. What is meant for the router itself passes `input`, its answers `output`. */
export const judgeFilter: Judge = (change, us) => judgeRule(change, us, 'filter');

/** RouterOS: IP > Firewall > Raw. */
export const judgeRaw: Judge = (change, us) => judgeRule(change, us, 'raw');

/** RouterOS: IP > Firewall > Mangle. A mark can send our packets, or the answers, another way. */
export const judgeMangle: Judge = (change, us) => judgeRule(change, us, 'mangle');

/** RouterOS: IP > Firewall > NAT. A rule that sends our packets elsewhere takes them from the router. */
export const judgeNat: Judge = (change, us) => {
  if (isRemark(change)) return undefined;
  const inReach = chainsFrom(['dstnat', 'input'], change.menu, us);
  const [began] = packetsOf(us);
  const catches = (values: Values) =>
    isOn(values['disabled'] ?? '') &&
    inReach.has(values['chain'] ?? '') &&
    began !== undefined &&
    matchOf(values, began, us, change.menu) !== 'no';
  const feeds = judgeFeeding(change, us, valuesAfter(change));
  const [was, will] = [valuesBefore(change), valuesAfter(change)];
  if (!catches(was) && !catches(will)) return undefined;
  if (change.action === 'create' && watching.has(will['action'] ?? 'accept')) return undefined;
  if (change.action === 'create' && will['action'] === 'add-src-to-address-list') return feeds;
  return risk('changes where packets for the router are sent');
};

/** RouterOS: IP > Firewall > Address Lists. Rules may let in or keep out who is on one. */
export const judgeAddressList: Judge = (change, us) => {
  const { source } = us.access;
  if (!touches(change) || source === undefined) return undefined;
  const entries = [before(change, 'address'), after(change, 'address')].filter((address) => address !== '');
  const list = before(change, 'list') || after(change, 'list');
  if (entries.some((address) => isWithin(source, address) === true)) {
    return risk(`changes the address list ${list} that we are on`);
  }
  const unknown = entries.find((address) => isWithin(source, address) === undefined);
  return unknown === undefined
    ? undefined
    : risk(`changes the address list ${list}, and whether ${unknown} stands for us cannot be told`);
};

function judgeRule(change: Change, us: Us, table: Table): Judgement {
  if (isRemark(change)) return undefined;
  return worst(
    ...packetsOf(us).flatMap((packet) => chains[table][packet.to].map((chain) => judgePass(change, us, packet, chain))),
  );
}

/** What a change of a rule means for one of our packets, and the chain it begins in. */
function judgePass(change: Change, us: Us, packet: Packet, chain: string): Judgement {
  const inReach = chainsFrom([chain], change.menu, us);
  const [was, will] = [valuesBefore(change), valuesAfter(change)];
  const isFor = (values: Values) =>
    isOn(values['disabled'] ?? '') &&
    inReach.has(values['chain'] ?? '') &&
    matchOf(values, packet, us, change.menu) !== 'no';
  const loses = isFor(was) && mayLose(was, will, change);
  if (!isFor(will)) return loses ? changed(was['chain'] ?? chain) : undefined;
  const judged = judgeEffect(change, us, will, packet, chain);
  if (judged?.verdict === 'refused' || !loses) return judged;
  return changed(will['chain'] ?? chain);
}

/** Can we do without what the rule did? What only kept us out, we can. */
function mayLose(was: Values, will: Values, change: Change): boolean {
  const action = was['action'] ?? 'accept';
  if (change.action === 'move') return !watching.has(action);
  if (watching.has(action) || marking.has(action)) return false;
  const stillStops = stopping.has(will['action'] ?? 'accept') && isOn(will['disabled'] ?? '');
  return !stopping.has(action) || stillStops;
}

function changed(chain: string): Judgement {
  return risk(`changes a rule of the chain ${chain}, which our packets pass`);
}

/** What a rule that is for our packets does, once the change is made. */
function judgeEffect(change: Change, us: Us, rule: Values, packet: Packet, chain: string): Judgement {
  const action = rule['action'] ?? 'accept';
  const isMangle = change.menu.endsWith('/mangle');
  if (action === 'add-src-to-address-list') return judgeFeeding(change, us, rule);
  if (marking.has(action)) return judgeMarking(change, us, rule);
  if (diverting.has(action))
    return risk(`sends what passes the chain ${rule['chain']} another way, perhaps ours as well`);
  if (action === 'accept' || watching.has(action) || (isMangle && action !== 'jump')) return undefined;
  const isSure = stopping.has(action) && rule['chain'] === chain && matchOf(rule, packet, us, change.menu) === 'yes';
  if (isSure && change.action !== 'move' && isFirst(change, us, packet, chain)) return lockedOut(action, packet, chain);
  return risk(`adds a rule to the chain ${rule['chain']} that may keep us out`);
}

/** Whoever is put on a list may be dropped for it. */
function judgeFeeding(change: Change, us: Us, rule: Values): Judgement {
  const list = rule['address-list'] ?? '';
  if (
    rule['action'] !== 'add-src-to-address-list' ||
    !isHeld(us, change.menu, ['src-address-list', 'dst-address-list'], list)
  ) {
    return undefined;
  }
  return risk(`may put us on the address list ${list}, by which rules keep out`);
}

function judgeMarking(change: Change, us: Us, rule: Values): Judgement {
  const marks = ['connection-mark', 'packet-mark'].filter(
    (name) => rule[`new-${name}`] !== undefined && isHeld(us, change.menu, [name], rule[`new-${name}`] ?? ''),
  );
  return marks.length === 0 ? undefined : risk(`may mark our packets with what rules go by that could keep us out`);
}

/** Is there a rule that stops, or sends another way, what has this value? */
function isHeld(us: Us, menu: string, fields: readonly string[], value: string): boolean {
  return everyRule(us, menu).some(
    (rule) =>
      rule['chain'] !== 'forward' &&
      fields.some((field) => rule[field] === value) &&
      [stopping, diverting, translating, new Set(['jump'])].some((actions) => actions.has(rule['action'] ?? 'accept')),
  );
}

function lockedOut(action: string, packet: Packet, chain: string): Judgement {
  const what = packet.to === 'router' ? 'what we send to the router' : 'what the router answers us';
  return refused(
    `${action}s in the chain ${chain} ${what}, and no rule before lets it ${packet.to === 'router' ? 'in' : 'out'}`,
    'put a rule in front of it that accepts us',
  );
}

/** Is there for certain no rule in front of it that may let the packet pass? */
function isFirst(change: Change, us: Us, packet: Packet, chain: string): boolean {
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
      matchOf(values, packet, us, change.menu) !== 'no',
  );
}

function placeOf(change: Change, rows: readonly ObservedRow[]): number {
  if (change.placeRow !== undefined) return rows.indexOf(change.placeRow);
  return change.place === undefined ? -1 : rows.findIndex(({ identity }) => identity === change.place);
}

function isRemark({ action, set }: Change): boolean {
  return action === 'update' && Object.keys(set).every((name) => name === 'comment' || name.startsWith('log'));
}
