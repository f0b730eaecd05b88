import { verdictAtRouter, verdictFromRouter } from '../firewall/packet-path.ts';
import type { Database } from './database.ts';

/** A TCP packet to the router itself, or the answer to it. */
export interface InputPacket {
  readonly source: string;
  readonly sourcePort: number;
  /** The address of the router it goes to. */
  readonly destination: string;
  readonly port: number;
  /** Of the connection it belongs to. */
  readonly state: 'new' | 'established';
}

type Verdict = 'accept' | 'drop' | 'reject';

/** What `/ip/firewall/raw` (prerouting) and `/ip/firewall/filter` (input) do with it. The end of a chain accepts. */
export function inputVerdict(database: Database, packet: InputPacket): Verdict {
  const port = interfaceOf(database, packet.destination);
  const verdict = verdictAtRouter(
    { ...packet, ...whole(packet.state), ...(port === undefined ? {} : { inInterface: port }) },
    database,
  );
  return verdict === 'tarpit' ? 'drop' : verdict;
}

/** What both tables do, in their chains `output`, with what the router answers to it. */
export function outputVerdict(database: Database, packet: InputPacket): Verdict {
  const { source, sourcePort, destination, port } = packet;
  const out = interfaceOf(database, destination);
  const answer = { source: destination, destination: source, sourcePort: port, port: sourcePort };
  const verdict = verdictFromRouter(
    { ...answer, ...whole('established'), ...(out === undefined ? {} : { outInterface: out }) },
    database,
  );
  return verdict === 'tarpit' ? 'drop' : verdict;
}

/** The rest of a packet of the API. */
function whole(state: InputPacket['state']) {
  const tcpFlags = state === 'new' ? ['syn'] : ['ack'];
  return { protocol: 'tcp', state, tcpFlags, connections: 0, hotspot: 'none', translated: false } as const;
}

/** The interface that has the address: packets are taken to come in where it is. */
function interfaceOf(database: Database, address: string): string | undefined {
  for (const { values } of database.table('/ip/address').rows()) {
    if ((values.get('address') ?? '').replace(/\/.*$/, '') === address) return values.get('interface');
  }
  return undefined;
}
