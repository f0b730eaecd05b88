import type { NatProtocol, Translation } from '../accounting/addresses/translations.ts';
import { type Ipv4Range, parseIpv4Range } from '../model/ipv4.ts';
import type { RouterOsRow } from '../routeros/wire/reply.ts';
import type { shownPrinter } from './print-menu.ts';

/** Matchers that narrow by inside address and protocol, which are understood; any other makes a rule one of some packets only. */
const understood = new Set(['chain', 'action', 'src-address', 'protocol', 'to-addresses', 'to-ports', 'jump-target']);
const shown = new Set([...understood, '.id', 'disabled', 'dynamic', 'invalid', 'comment', 'bytes', 'packets', 'log']);
const fields = [
  ...understood,
  ...['disabled', 'src-address-list', 'src-address-type', 'dst-address', 'dst-address-list', 'out-interface'],
  ...['out-interface-list', 'dst-port', 'src-port', 'packet-mark', 'connection-mark', 'routing-mark', 'random', 'nth'],
];
/** Chains that jump in a circle end somewhere. */
const deepest = 16;
const mostTranslations = 20_000;
/** Rules looked at in all: chains that jump on to one another have no end that anybody would see. */
const mostSteps = 200_000;
const everything: Ipv4Range = { from: 0, to: 0xffffffff };
const allProtocols: readonly NatProtocol[] = ['tcp', 'udp', 'other'];

/**
 * How a router translates addresses of those behind it. Rules that have no address to translate to tell nothing.
 *
 * @returns undefined when it does not let us see
 */
export async function readTranslations(
  print: ReturnType<typeof shownPrinter>,
): Promise<readonly Translation[] | undefined> {
  const rows = await print('/ip/firewall/nat', fields.join(','), ['?disabled=false', '?chain=dstnat', '?#!', '?#&']);
  return rows === undefined ? undefined : translationsOf(rows);
}

/** Of rows in their order. Pure. */
export function translationsOf(rows: readonly RouterOsRow[]): readonly Translation[] {
  const walk: Walk = { chains: chainsOf(rows), found: [], caught: { wide: [], single: new Map() }, steps: 0 };
  follow(walk, 'srcnat', { source: everything, protocols: allProtocols, conditions: [] }, []);
  return joined(walk.found);
}

interface Walk {
  readonly chains: ReadonlyMap<string, readonly RouterOsRow[]>;
  readonly found: Translation[];
  steps: number;
  /** What rules so far leave nothing of: of several addresses, and of one. There may be thousands of those. */
  readonly caught: { readonly wide: Reach[]; readonly single: Map<number, Reach[]> };
}

/** Which packets come to a rule. */
interface Reach {
  readonly source: Ipv4Range;
  readonly protocols: readonly NatProtocol[];
  /** Matchers that are not understood. */
  readonly conditions: readonly string[];
}

/** @param before what `return` has taken out of each of the chains that jumped here: none of that comes to its rules */
function follow(walk: Walk, chain: string, reach: Reach, before: readonly (readonly Reach[])[]): void {
  if (before.length > deepest) return;
  const returned: Reach[] = [];
  const gone = [...before, returned];
  for (const row of walk.chains.get(chain) ?? []) {
    walk.steps += 1;
    if (walk.found.length >= mostTranslations || walk.steps > mostSteps) return;
    const own = narrowed(reach, row);
    if (own === undefined) continue;
    const action = row['action'] ?? 'accept';
    if (action === 'jump') follow(walk, row['jump-target'] ?? '', own, gone);
    if (action === 'return') returned.push(own);
    for (const protocol of translating.has(action) ? own.protocols : []) {
      for (const source of leftOver(walk, { ...own, protocols: [protocol] }, gone.flat())) {
        const translation = translationOf(row, source, protocol);
        if (translation !== undefined) walk.found.push(translation);
      }
    }
    if (ending.has(action)) for (const caught of stayed(own, gone.flat())) noteCaught(walk, caught);
  }
}

const translating = new Set(['src-nat', 'netmap', 'same']);
const ending = new Set([...translating, 'accept', 'masquerade']);

function translationOf(row: RouterOsRow, source: Ipv4Range, protocol: NatProtocol): Translation | undefined {
  const outside = parseIpv4Range(row['to-addresses'] ?? '');
  if (outside === undefined) return undefined;
  const [first, last = first] = (row['to-ports'] ?? '').split('-').map(Number);
  const hasPorts = row['to-ports'] !== undefined && row['to-ports'] !== '' && first !== undefined;
  return {
    inside: source,
    outside,
    protocols: [protocol],
    ...(hasPorts && last !== undefined ? { ports: [first, last] as const } : {}),
    // Of anything but a prefix nobody knows how a router maps it.
    inPlace: row['action'] === 'netmap' && isPrefix(outside),
  };
}

/** `undefined`: no packet comes to it. */
function narrowed(reach: Reach, row: RouterOsRow): Reach | undefined {
  const source = sourceOf(row);
  const protocols = protocolsOf(row['protocol']);
  const both = {
    from: Math.max(reach.source.from, source.from),
    to: Math.min(reach.source.to, source.to),
  };
  const left = reach.protocols.filter((each) => protocols.includes(each));
  if (both.from > both.to || left.length === 0) return undefined;
  return { source: both, protocols: left, conditions: [...reach.conditions, ...conditionsOf(row)] };
}

/** All but an address: who knows how many of them it leaves. */
function sourceOf(row: RouterOsRow): Ipv4Range {
  const text = row['src-address'] ?? '';
  return (text === '' ? undefined : parseIpv4Range(text)) ?? everything;
}

function protocolsOf(text: string | undefined): readonly NatProtocol[] {
  if (text === undefined || text === '') return allProtocols;
  if (text === 'tcp' || text === '6') return ['tcp'];
  if (text === 'udp' || text === '17') return ['udp'];
  return text.startsWith('!') ? allProtocols : ['other'];
}

function conditionsOf(row: RouterOsRow): readonly string[] {
  const { 'src-address': source = '', protocol = '' } = row;
  const odd = [
    ...(source !== '' && parseIpv4Range(source) === undefined ? [`src-address=${source}`] : []),
    ...(protocol !== '' && protocolsOf(protocol).length !== 1 ? [`protocol=${protocol}`] : []),
    ...(protocolsOf(protocol)[0] === 'other' && protocol !== '' ? [`protocol=${protocol}`] : []),
  ];
  const others = Object.entries(row).filter(([name, value]) => !shown.has(name) && value !== '');
  return [...odd, ...others.map(([name, value]) => `${name}=${value}`)];
}

function noteCaught({ caught }: Walk, reach: Reach): void {
  const { from, to } = reach.source;
  const same = caught.single.get(from);
  if (from !== to) caught.wide.push(reach);
  else if (same === undefined) caught.single.set(from, [reach]);
  else same.push(reach);
}

/** What came to a rule for sure: who may have been returned before is not of it, whatever the conditions. */
function stayed(reach: Reach, returned: readonly Reach[]): readonly Reach[] {
  if (returned.length === 0) return [reach];
  return reach.protocols.flatMap((protocol) => {
    const gone = returned.filter(({ protocols }) => protocols.includes(protocol));
    return remaining(reach.source, gone).map((source) => ({ ...reach, source, protocols: [protocol] }));
  });
}

/**
 * What rules before leave of these packets, by their inside addresses.
 *
 * @param reach of one protocol
 * @param returned out of the chain, or of one that jumped to it
 */
function leftOver(
  { caught }: Walk,
  { source, protocols, conditions }: Reach,
  returned: readonly Reach[],
): readonly Ipv4Range[] {
  const singles = source.from === source.to ? [caught.single.get(source.from) ?? []] : caught.single.values();
  const takers = [...caught.wide, ...[...singles].flat(), ...returned].filter(
    (each) =>
      protocols.every((protocol) => each.protocols.includes(protocol)) &&
      each.conditions.every((condition) => conditions.includes(condition)),
  );
  return remaining(source, takers);
}

function remaining(range: Ipv4Range, takers: readonly Reach[]): readonly Ipv4Range[] {
  let left: readonly Ipv4Range[] = [range];
  for (const { source: taken } of takers) left = left.flatMap((each) => without(each, taken));
  return left;
}

function without(range: Ipv4Range, taken: Ipv4Range): readonly Ipv4Range[] {
  if (taken.to < range.from || taken.from > range.to) return [range];
  const rest = [
    { from: range.from, to: taken.from - 1 },
    { from: taken.to + 1, to: range.to },
  ];
  return rest.filter(({ from, to }) => from <= to);
}

function chainsOf(rows: readonly RouterOsRow[]): ReadonlyMap<string, readonly RouterOsRow[]> {
  const chains = new Map<string, RouterOsRow[]>();
  for (const row of rows) {
    if (row['disabled'] === 'true' || row['disabled'] === 'yes') continue;
    const chain = row['chain'] ?? '';
    const same = chains.get(chain);
    if (same === undefined) chains.set(chain, [row]);
    else same.push(row);
  }
  return chains;
}

/** Those that differ only in their protocols are one. */
function joined(translations: readonly Translation[]): readonly Translation[] {
  const found = new Map<string, Translation>();
  for (const translation of translations) {
    const { protocols, ...rest } = translation;
    const key = JSON.stringify(rest);
    const known = found.get(key);
    found.set(key, { ...rest, protocols: [...new Set([...(known?.protocols ?? []), ...protocols])] });
  }
  return [...found.values()];
}

function isPrefix({ from, to }: Ipv4Range): boolean {
  const size = to - from + 1;
  return from % size === 0 && Number.isInteger(Math.log2(size));
}
