import { isPortWithin, isWithin } from '../network-match.ts';
import { listBook } from './lists.ts';
import { ownPath } from './own-path.ts';
import { familyFolder, ruleBook, type Values } from './rules.ts';
import { changesOf, declaredService, hostOf, isSameHost, ownAddress, type Us } from './us.ts';

export type Match = 'yes' | 'no' | 'maybe';

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

/** What comes to the router of ours, and what it answers; around a tunnel there is more. */
export function packetsOf(us: Us): readonly Packet[] {
  return us.once('packets', () => {
    const own = [began, sent, answered];
    if (ownPath(us)?.tunnel !== true) return own;
    return [...own, ...own.map((packet): Packet => ({ ...packet, outer: true }))];
  });
}

/** Is a rule for such a packet of ours? */
export function matchOf(rule: Values, packet: Packet, us: Us, menu: string): Match {
  let found: Match = packet.outer === true ? 'maybe' : 'yes';
  for (const name in rule) {
    const value = rule[name] ?? '';
    if (value === '' || noMatchers.has(name) || name.startsWith('new-')) continue;
    const answer = value.startsWith('!')
      ? not(answerTo(name, value.slice(1), packet, us, menu))
      : answerTo(name, value, packet, us, menu);
    if (answer === 'no') return 'no';
    if (answer === 'maybe') found = 'maybe';
  }
  return found;
}

function answerTo(name: string, value: string, packet: Packet, us: Us, menu: string): Match {
  return packet.outer === true ? matchesOuter(name, value, packet, us, menu) : matches(name, value, packet, us, menu);
}

function matches(name: string, value: string, packet: Packet, us: Us, menu: string): Match {
  const coming = packet.to === 'router';
  const { source } = us.access;
  const isSource = name.startsWith('src-');
  switch (name) {
    case 'protocol':
      return value === 'tcp' || value === '6' ? 'yes' : 'no';
    case 'port':
      return portIn(value, us) === 'yes' ? 'yes' : 'maybe';
    case 'dst-port':
    case 'src-port':
      return isSource === coming ? 'maybe' : portIn(value, us);
    case 'connection-state':
      return inState(value, packet, us, menu);
    case 'src-address':
    case 'dst-address': {
      if (isSource !== coming) return toRouter(value, us);
      return told(source === undefined ? undefined : isWithin(source, value));
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

function matchesOuter(name: string, value: string, packet: Packet, us: Us, menu: string): Match {
  if (name === 'connection-state') return inState(value, packet, us, menu);
  if (name === (packet.to === 'router' ? 'in-interface' : 'out-interface') && value === ownPath(us)?.entry) return 'no';
  return 'maybe';
}

/** Packets may come by another interface than the one that has the address. */
function onPath(name: string, us: Us): Match {
  return name === ownPath(us)?.entry ? 'yes' : 'maybe';
}

/** The port that we dial, and those that the router listens at: another may hand our packets on to one of these. */
function portIn(value: string, us: Us): Match {
  const ports = us.once('own ports', () => {
    const service = declaredService(us);
    const row = us.access.services.find(({ name }) => name === service);
    const then = changesOf(us, '/ip/service')
      .filter(({ identity, before }) => (before?.fields['name'] ?? identity) === service)
      .map(({ set }) => Number(set['port'] ?? Number.NaN));
    const known = [us.declared.api?.port ?? us.access.port, row?.port ?? Number.NaN, ...then];
    return [...new Set(known)].filter((port) => port > 0);
  });
  const within = ports.map((port) => isPortWithin(port, value));
  if (within.every((each) => each)) return 'yes';
  return within.includes(true) ? 'maybe' : 'no';
}

/** The address that we dial is none of the router's own where another hands our packets on. */
function toRouter(value: string, us: Us): Match {
  const host = ownAddress(us);
  const answer = told(host === undefined ? undefined : isWithin(host, value));
  const { addresses } = us.access;
  const isOwn = us.once(
    'dials its own address',
    () => addresses.length === 0 || addresses.some(({ address }) => isSameHost(host, address)),
  );
  return isOwn ? answer : 'maybe';
}

/** Addresses at either end of our connection, as the firewall may see them: of the router's, all where another hands us on. */
export function endsOf(us: Us): readonly string[] {
  const { source, routerAddress, addresses } = us.access;
  const host = ownAddress(us);
  const own = addresses.map(({ address }) => hostOf(address));
  const ends = own.some((each) => isSameHost(host, each)) ? [source, host, routerAddress] : [source, host, ...own];
  return ends.filter((each) => each !== undefined);
}

/** Where connections are not tracked, no packet is of one. */
function inState(value: string, packet: Packet, us: Us, menu: string): Match {
  const states = value.split(',');
  const is = states.includes(packet.state);
  return is === states.includes('untracked') || !mayBeUntracked(us, menu) ? told(is) : 'maybe';
}

function mayBeUntracked(us: Us, menu: string): boolean {
  if (us.access.untracked === true) return true;
  return changesOf(us, '/ip/firewall/connection/tracking').length > 0 || ruleBook(menu).get(us).untracks;
}

/** Whoever else is on a list was put there as a subscriber; unless a rule puts us there, or nobody can tell who a name is. */
function onList(list: string, us: Us, menu: string): Match {
  return us.once(`on ${familyFolder(menu)} ${list}`, () => foundOn(list, us, menu));
}

function foundOn(list: string, us: Us, menu: string): Match {
  const { source } = us.access;
  const { isKnown, then, leaving } = listBook(menu).get(us);
  if (source === undefined || !isKnown) return 'maybe';
  const on = (addresses: readonly string[] = []) => addresses.map((address) => told(isWithin(source, address)));
  const after = on(then.get(list));
  if (after.includes('yes')) return 'yes';
  const mayLeave = on(leaving.get(list)).some((answer) => answer !== 'no');
  const forAWhile = us.access.lists?.includes(list) === true;
  return after.includes('maybe') || mayLeave || forAWhile || isFed(list, us, menu) ? 'maybe' : 'no';
}

/** Is there a rule, now or then, that puts on the list who sends what may be ours? */
function isFed(list: string, us: Us, menu: string): boolean {
  return (
    ruleBook(menu)
      .get(us)
      .feeding.get(list)
      ?.some((rule) => mayBeOurs(rule, us)) === true
  );
}

/** Chains for what is forwarded are not for us, and a list within a list is nothing we follow. */
function mayBeOurs(values: Values, us: Us): boolean {
  const { 'src-address-list': _src, 'dst-address-list': _dst, ...others } = values;
  const packets = values['action'] === 'add-dst-to-address-list' ? [answered] : [began, sent];
  return values['chain'] !== 'forward' && packets.some((packet) => matchOf(others, packet, us, '') !== 'no');
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
