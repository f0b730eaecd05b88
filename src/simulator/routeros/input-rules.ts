import { verdictAtRouter } from '../firewall/packet-path.ts';
import type { Database } from './database.ts';

/** A TCP packet to the router itself. */
export interface InputPacket {
  readonly source: string;
  /** The address of the router it goes to. */
  readonly destination: string;
  readonly port: number;
  /** Of the connection it belongs to. */
  readonly state: 'new' | 'established';
}

/** What `/ip/firewall/raw` (prerouting) and `/ip/firewall/filter` (input) do with it. The end of a chain accepts. */
export function inputVerdict(database: Database, packet: InputPacket): 'accept' | 'drop' | 'reject' {
  const port = interfaceOf(database, packet.destination);
  const verdict = verdictAtRouter(
    {
      ...packet,
      protocol: 'tcp',
      sourcePort: 50_000,
      tcpFlags: packet.state === 'new' ? ['syn'] : ['ack'],
      connections: 0,
      hotspot: 'none',
      translated: false,
      ...(port === undefined ? {} : { inInterface: port }),
    },
    database,
  );
  return verdict === 'tarpit' ? 'drop' : verdict;
}

/** The interface that has the address: packets are taken to come in where it is. */
function interfaceOf(database: Database, address: string): string | undefined {
  for (const { values } of database.table('/ip/address').rows()) {
    if ((values.get('address') ?? '').replace(/\/.*$/, '') === address) return values.get('interface');
  }
  return undefined;
}
