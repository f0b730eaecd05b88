import type { Change } from '../../reconcile/target.ts';
import { holdsAny, isWithin } from '../network-match.ts';
import { listBook } from './lists.ts';
import { endsOf, matchOf, type Packet, packetsOf } from './packets.ts';
import { isFirst, passageOf } from './passage.ts';
import {
  chainsFrom,
  diverting,
  feeds,
  isGoneBy,
  isHeld,
  marking,
  ruleBook,
  stopping,
  type Values,
  valuesAfter,
  valuesBefore,
} from './rules.ts';
import {
  type Ahead,
  after,
  before,
  changesByMenu,
  isOn,
  type Judge,
  type Judgement,
  refused,
  risk,
  touches,
  type Us,
  worst,
} from './us.ts';

/** Rules that do nothing to the packets they are for. */
const watching = new Set(['log', 'passthrough']);
/** What makes a packet that passes one that does not arrive. */
const spoiling = new Set(['change-ttl', 'change-hop-limit']);

type Table = 'filter' | 'raw' | 'mangle';
/** The chains that packets begin in: those for the router itself, and those it sends. */
const chains: Readonly<Record<Table, Readonly<Record<Packet['to'], readonly string[]>>>> = {
  filter: { router: ['input'], us: ['output'] },
  raw: { router: ['prerouting'], us: ['output'] },
  mangle: { router: ['prerouting', 'input'], us: ['output', 'postrouting'] },
};

/** What judging these changes of a firewall needs to know, and takes long to find where there are many rows. */
export function firewallAhead(us: Us): readonly Ahead<unknown>[] {
  const changed = [...changesByMenu(us).keys()].filter((menu) => menu.includes('/firewall/'));
  return changed.flatMap((menu) => {
    const table = /\/(filter|raw|mangle)$/.exec(menu)?.[1] as Table | undefined;
    const passages = packetsOf(us).flatMap((packet) =>
      table === undefined ? [] : chains[table][packet.to].map((chain) => passageOf(menu, packet, chain)),
    );
    return [ruleBook(menu), listBook(menu), ...passages];
  });
}

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
  const fed = judgeFeeding(change, us, valuesAfter(change));
  const [was, will] = [valuesBefore(change), valuesAfter(change)];
  if (!catches(was) && !catches(will)) return undefined;
  if (change.action === 'create' && watching.has(will['action'] ?? 'accept')) return undefined;
  if (change.action === 'create' && feeds(will)) return fed;
  return risk('changes where packets for the router are sent');
};

/** RouterOS: IP > Firewall > Address Lists. Rules may let in or keep out who is on one. */
export const judgeAddressList: Judge = (change, us) => {
  if (!touches(change) || us.access.source === undefined) return undefined;
  const isOurs = us.once('ends', () => holdsAny(endsOf(us)));
  const entries = [before(change, 'address'), after(change, 'address')].filter((address) => address !== '');
  const list = before(change, 'list') || after(change, 'list');
  if (entries.some(isOurs)) {
    return risk(`changes the address list ${list} that we or the router are on`);
  }
  const unknown = entries.find((address) => isWithin(address.split(/[-/]/)[0] ?? '', '0.0.0.0/0') === undefined);
  return unknown === undefined
    ? undefined
    : risk(`changes the address list ${list}, and whether ${unknown} stands for us cannot be told`);
};

function judgeRule(change: Change, us: Us, table: Table): Judgement {
  if (isRemark(change)) return undefined;
  const values: BothValues = [valuesBefore(change), valuesAfter(change)];
  return worst(
    ...packetsOf(us).flatMap((packet) =>
      chains[table][packet.to].map((chain) => judgePass(change, values, us, packet, chain)),
    ),
  );
}

type BothValues = readonly [was: Values, will: Values];

/** What a change of a rule means for one of our packets, and the chain it begins in. */
function judgePass(change: Change, [was, will]: BothValues, us: Us, packet: Packet, chain: string): Judgement {
  const inReach = chainsFrom([chain], change.menu, us);
  const isFor = (values: Values) =>
    isOn(values['disabled'] ?? '') &&
    inReach.has(values['chain'] ?? '') &&
    matchOf(values, packet, us, change.menu) !== 'no';
  const loses = isFor(was) && mayLose(was, will, change, us);
  if (!isFor(will) && loses && was['chain'] === chain) {
    const { stop } = passageOf(change.menu, packet, chain).get(us);
    if (stop !== undefined) return leftAlone(stop, packet, chain);
  }
  if (!isFor(will)) return loses ? changed(was['chain'] ?? chain) : undefined;
  const judged = judgeEffect(change, us, will, packet, chain);
  if (judged?.verdict === 'refused' || !loses) return judged;
  return changed(will['chain'] ?? chain);
}

/** Can we do without what the rule did? What only kept us out, we can. */
function mayLose(was: Values, will: Values, change: Change, us: Us): boolean {
  const action = was['action'] ?? 'accept';
  if (change.action === 'move') return !watching.has(action);
  if (marking.has(action)) return newMarks(was).some(([name, mark]) => isGoneBy(us, change.menu, name, mark));
  if (watching.has(action)) return false;
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
  if (feeds(rule)) return judgeFeeding(change, us, rule);
  if (marking.has(action)) return judgeMarking(change, us, rule);
  if (diverting.has(action))
    return risk(`sends what passes the chain ${rule['chain']} another way, perhaps ours as well`);
  if (spoiling.has(action)) return risk(`changes what passes the chain ${rule['chain']}, perhaps ours as well`);
  if (isMangle && leaving.has(action) && ruleBook(change.menu).get(us).diverts)
    return risk(`takes what passes the chain ${rule['chain']} past rules that send another way`);
  if (action === 'accept' || watching.has(action) || (isMangle && action !== 'jump')) return undefined;
  const isSure = stopping.has(action) && rule['chain'] === chain && matchOf(rule, packet, us, change.menu) === 'yes';
  if (isSure && change.action !== 'move' && isFirst(change, us, packet, chain)) return lockedOut(action, packet, chain);
  return risk(`adds a rule to the chain ${rule['chain']} that may keep us out`);
}

/** Whoever is put on a list may be dropped for it. */
function judgeFeeding(change: Change, us: Us, rule: Values): Judgement {
  const list = rule['address-list'] ?? '';
  if (!feeds(rule) || !isHeld(us, change.menu, ['src-address-list', 'dst-address-list'], list)) return undefined;
  return risk(`may put us on the address list ${list}, by which rules keep out`);
}

function judgeMarking(change: Change, us: Us, rule: Values): Judgement {
  const marks = newMarks(rule).filter(([name, mark]) => isHeld(us, change.menu, [name], mark));
  return marks.length === 0 ? undefined : risk(`may mark our packets with what rules go by that could keep us out`);
}

function newMarks(rule: Values): readonly (readonly [name: string, mark: string])[] {
  return ['connection-mark', 'packet-mark'].flatMap((name) => {
    const mark = rule[`new-${name}`];
    return mark === undefined || mark === '' ? [] : [[name, mark] as const];
  });
}

/** What ends a packet's way through the mangle rules before those that follow. */
const leaving = new Set(['accept', 'return']);

function lockedOut(action: string, packet: Packet, chain: string): Judgement {
  const what = packet.to === 'router' ? 'what we send to the router' : 'what the router answers us';
  return refused(
    `${action}s in the chain ${chain} ${what}, and no rule before lets it ${packet.to === 'router' ? 'in' : 'out'}`,
    'put a rule in front of it that accepts us',
  );
}

function leftAlone(action: string, packet: Packet, chain: string): Judgement {
  const what = packet.to === 'router' ? 'what we send to the router' : 'what the router answers us';
  return refused(
    `takes the rule away that lets ${what} pass the chain ${chain}, and one behind it ${action}s it`,
    'keep it, or put another that accepts us in its place',
  );
}

function isRemark({ action, set }: Change): boolean {
  return action === 'update' && Object.keys(set).every((name) => name === 'comment' || name.startsWith('log'));
}
