import type { Database } from '../routeros/database.ts';
import { formatId, type TableRow } from '../routeros/table.ts';
import { isOwnAddress, matches } from './matching.ts';
import type { Packet, Reached, RuleName } from './packet.ts';

export interface PathDeps {
  readonly database: Database;
  /** What `add-src-to-address-list` and its twin do. `timeout` as the rule says it. Absent: a look that leaves no trace. */
  readonly listAddress?: (list: string, address: string, timeout: string) => void;
}

/** The rule that ended a chain. */
interface Decision {
  readonly row: TableRow;
  readonly action: string;
}

/** Chains that jump in a circle end somewhere. */
const deepest = 16;

/**
 * Sends a packet through the rules in the order of the packet flow: raw and NAT before the decision where it goes,
 * then the filter's chain `input` or `forward`. The end of a chain lets it pass.
 *
 * @param route the interface it leaves by, once it is known where it goes
 */
export function follow(first: Packet, deps: PathDeps, route: (destination: string) => string | undefined): Reached {
  const walk = new Walk(deps);
  const raw = walk.chain('/ip/firewall/raw', 'prerouting', first);
  if (raw !== undefined && raw.action !== 'notrack' && raw.action !== 'accept') {
    return walk.end('/ip/firewall/raw', raw, first, first.destination);
  }
  const nat = first.state === 'new' ? walk.chain('/ip/firewall/nat', 'dstnat', first) : undefined;
  const packet = nat === undefined ? first : translated(first, nat, deps.database);
  const local = packet.destination === '' || isOwnAddress(deps.database, packet.destination);
  const out = local ? undefined : route(packet.destination);
  const routed = out === undefined ? packet : { ...packet, outInterface: out };
  const filter = walk.chain('/ip/firewall/filter', local ? 'input' : 'forward', routed);
  return {
    ...walk.end('/ip/firewall/filter', filter, routed, first.destination),
    atRouter: local,
    ...(packet.translated && nat !== undefined ? { natBy: nameOf('/ip/firewall/nat', nat.row) } : {}),
  };
}

/** What the rules would do to a packet for the router itself. Nothing counts it. */
export function verdictAtRouter(packet: Packet, database: Database): Reached['verdict'] {
  return verdictIn(packet, database, { raw: 'prerouting', filter: 'input' });
}

/** What they would do to one that the router itself sends. Nothing counts it. */
export function verdictFromRouter(packet: Packet, database: Database): Reached['verdict'] {
  return verdictIn(packet, database, { raw: 'output', filter: 'output' });
}

function verdictIn(
  packet: Packet,
  database: Database,
  chains: { readonly raw: string; readonly filter: string },
): Reached['verdict'] {
  const walk = new Walk({ database });
  const raw = walk.chain('/ip/firewall/raw', chains.raw, packet);
  if (raw?.action === 'drop') return 'drop';
  const filter = walk.chain('/ip/firewall/filter', chains.filter, packet);
  return walk.end('/ip/firewall/filter', filter, packet, packet.destination).verdict;
}

/** Walks chains, counting what each rule saw, and remembers the matchers it could not judge. */
class Walk {
  readonly #deps: PathDeps;
  readonly #unjudged = new Set<string>();

  constructor(deps: PathDeps) {
    this.#deps = deps;
  }

  /** The rule that decides. `undefined`: none does. */
  chain(menu: string, chain: string, packet: Packet): Decision | undefined {
    const found = this.#chain(menu, chain, packet, 0);
    return found === 'return' ? undefined : found;
  }

  end(menu: string, decision: Decision | undefined, packet: Packet, asked: string): Reached {
    const action = decision?.action;
    const verdict = action === 'drop' || action === 'reject' || action === 'tarpit' ? action : 'accept';
    const how = decision?.row.values.get('reject-with');
    return {
      verdict,
      ...(verdict === 'reject' && how !== undefined ? { rejectWith: how } : {}),
      address: packet.destination === '' ? asked : packet.destination,
      ...(packet.port === undefined ? {} : { port: packet.port }),
      translated: packet.translated,
      atRouter: false,
      ...(decision === undefined ? {} : { by: nameOf(menu, decision.row) }),
      unjudged: [...this.#unjudged],
    };
  }

  #chain(menu: string, chain: string, packet: Packet, depth: number): Decision | 'return' {
    if (depth > deepest) return 'return';
    for (const row of [...this.#deps.database.table(menu).rows()]) {
      if (row.values.get('chain') !== chain || row.values.get('disabled') === 'true') continue;
      if (!this.#matches(row, packet)) continue;
      if (this.#deps.listAddress !== undefined) count(row);
      const decision = this.#carryOut(menu, row, packet, depth);
      if (decision !== undefined) return decision;
    }
    return 'return';
  }

  #matches({ values }: TableRow, packet: Packet): boolean {
    const found = matches(this.#deps.database, values, packet);
    if (typeof found === 'boolean') return found;
    for (const name of found) this.#unjudged.add(name);
    return false;
  }

  /** `undefined`: the packet goes on to the next rule. */
  #carryOut(menu: string, row: TableRow, packet: Packet, depth: number): Decision | 'return' | undefined {
    const action = row.values.get('action') ?? 'accept';
    switch (action) {
      case 'return':
        return 'return';
      case 'jump': {
        const inner = this.#chain(menu, row.values.get('jump-target') ?? '', packet, depth + 1);
        return inner === 'return' ? undefined : inner;
      }
      case 'add-src-to-address-list':
      case 'add-dst-to-address-list':
        this.#list(row, action === 'add-src-to-address-list' ? packet.source : packet.destination);
        return undefined;
      case 'log':
      case 'passthrough':
      case 'fasttrack-connection':
        return undefined;
      default:
        return { row, action };
    }
  }

  #list({ values }: TableRow, address: string): void {
    const timeout = values.get('address-list-timeout') ?? 'none-dynamic';
    this.#deps.listAddress?.(values.get('address-list') ?? '', address, timeout);
  }
}

/** Where NAT sends it: an own address is the router's; `redirect` is the router, whatever address it has there. */
function translated(packet: Packet, { row, action }: Decision, database: Database): Packet {
  const { values } = row;
  const port = values.get('to-ports')?.split('-')[0];
  const to = action === 'redirect' ? ownAddress(database, packet) : values.get('to-addresses')?.split(/[-/]/)[0];
  if (!['dst-nat', 'redirect', 'netmap', 'same'].includes(action)) return packet;
  return {
    ...packet,
    destination: to ?? packet.destination,
    ...(port === undefined ? {} : { port: Number(port) }),
    translated: true,
  };
}

/** That of the interface it came in by, else the first. Empty: the router has none written down. */
function ownAddress(database: Database, { inInterface }: Packet): string {
  const rows = [...database.table('/ip/address').rows()].filter(({ values }) => values.get('disabled') !== 'true');
  const row = rows.find(({ values }) => values.get('interface') === inInterface) ?? rows[0];
  return row?.values.get('address')?.split('/')[0] ?? '';
}

function count({ values }: TableRow): void {
  values.set('packets', String(BigInt(values.get('packets') ?? '0') + 1n));
  values.set('bytes', String(BigInt(values.get('bytes') ?? '0') + 60n));
}

function nameOf(menu: string, { id, values }: TableRow): RuleName {
  const comment = values.get('comment') ?? '';
  return { menu, id: formatId(id), ...(comment === '' ? {} : { comment }) };
}
