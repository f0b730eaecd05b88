import { matches } from '../firewall/matching.ts';
import type { Packet } from '../firewall/packet.ts';
import type { Database } from './database.ts';

/** A TCP packet to the router itself. */
export interface InputPacket {
  readonly source: string;
  /** The address of the router it goes to, by whose interface it comes in. */
  readonly destination: string;
  readonly port: number;
  readonly sourcePort: number;
  /** Of the connection it belongs to. */
  readonly state: 'new' | 'established';
}

type Verdict = 'accept' | 'drop' | 'reject';

/** What `/ip/firewall/raw` (prerouting) and `/ip/firewall/filter` (input) do with it. The end of a chain accepts. */
export function inputVerdict(database: Database, input: InputPacket): Verdict {
  const packet = packetOf(database, input);
  const raw = inChain(database, '/ip/firewall/raw', 'prerouting', packet, 0);
  if (raw === 'drop' || raw === 'reject') return raw;
  const filter = inChain(database, '/ip/firewall/filter', 'input', packet, 0);
  return filter === 'return' ? 'accept' : filter;
}

/** Chains that jump in a circle end somewhere. */
const deepest = 16;

function inChain(database: Database, menu: string, chain: string, packet: Packet, depth: number): Verdict | 'return' {
  if (depth > deepest) return 'return';
  for (const { values } of database.find(menu)?.rows() ?? []) {
    if (values.get('chain') !== chain || values.get('disabled') === 'true') continue;
    // What cannot be judged here never holds.
    if (matches(database, values, packet) !== true) continue;
    const action = values.get('action') ?? 'accept';
    const verdict =
      action === 'jump' ? inChain(database, menu, values.get('jump-target') ?? '', packet, depth + 1) : ends(action);
    if (verdict !== undefined && (action !== 'jump' || verdict !== 'return')) return verdict;
  }
  return 'return';
}

/** `undefined`: the packet goes on to the next rule. */
function ends(action: string): Verdict | 'return' | undefined {
  if (action === 'tarpit') return 'drop';
  return (['accept', 'drop', 'reject', 'return'] as const).find((each) => each === action);
}

function packetOf(database: Database, { source, destination, port, sourcePort, state }: InputPacket): Packet {
  const own = [...(database.find('/ip/address')?.rows() ?? [])].find(
    ({ values }) => values.get('disabled') !== 'true' && values.get('address')?.split('/')[0] === destination,
  );
  const inInterface = own?.values.get('interface');
  return {
    ...{ source, destination, port, sourcePort, state, protocol: 'tcp' as const },
    tcpFlags: state === 'new' ? ['syn'] : ['ack'],
    connections: 0,
    hotspot: 'none',
    translated: false,
    ...(inInterface === undefined ? {} : { inInterface }),
  };
}
