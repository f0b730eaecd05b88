import { isIP, isIPv4 } from 'node:net';
import { isInRange } from '../address-range.ts';
import type { Sessions } from '../nas/sessions.ts';
import type { Database } from '../routeros/database.ts';
import { formatId } from '../routeros/table.ts';
import type { Packet, Reached, ReachRequest } from './packet.ts';
import { follow } from './packet-path.ts';
import type { TimedEntries } from './timed-entries.ts';

export interface FirewallOptions {
  readonly database: Database;
  readonly sessions: () => Sessions;
  readonly entries: TimedEntries;
}

const somewhere = '198.51.100.80';
const usualPorts: Readonly<Record<Packet['protocol'], number | undefined>> = { tcp: 80, udp: 53, icmp: undefined };

/** What the rules of `/ip/firewall` do to the packets of a client. */
export class Firewall {
  readonly #options: FirewallOptions;

  constructor(options: FirewallOptions) {
    this.#options = options;
  }

  /** Counts at every rule it passes, and fills address lists, as a packet would. @param source the client's address */
  reach(source: string, request: ReachRequest = {}): Reached {
    const { database, entries } = this.#options;
    const deps = {
      database,
      listAddress: (list: string, address: string, timeout: string) => entries.add(list, address, timeout),
    };
    return follow(this.#packet(source, request), deps, (destination) => this.#interfaceTowards(destination));
  }

  #packet(source: string, request: ReachRequest): Packet {
    const { protocol = 'tcp', state = 'new', connections = 0, host } = request;
    const port = request.dstPort ?? usualPorts[protocol];
    const session = this.#options
      .sessions()
      .all()
      .find(({ address }) => address === source);
    const inInterface = this.#interfaceTowards(source);
    return {
      source,
      destination: this.#lookUp(request),
      protocol,
      ...(port === undefined ? {} : { port }),
      sourcePort: 50_000,
      state,
      tcpFlags: protocol !== 'tcp' ? [] : state === 'new' ? ['syn'] : ['ack'],
      connections,
      ...(host === undefined || isIP(host) !== 0 ? {} : { host }),
      ...(inInterface === undefined ? {} : { inInterface }),
      ...(session === undefined ? {} : { sourceMac: session.caller.mac }),
      hotspot: this.#placeAtHotspot(source),
      translated: false,
    };
  }

  /** One that an operator lets pass is none of the hotspot's. */
  #placeAtHotspot(source: string): Packet['hotspot'] {
    const { database } = this.#options;
    const hosts = database.table('/ip/hotspot/host');
    for (const row of hosts.rows()) {
      const told = (name: string) => database.shown(hosts, row, name);
      if (told('to-address') !== source && told('address') !== source) continue;
      if (told('bypassed') === 'true') return 'none';
      return told('authorized') === 'true' ? 'authorized' : 'guest';
    }
    return 'none';
  }

  #lookUp({ host, address = somewhere }: ReachRequest): string {
    if (host === undefined) return address;
    if (isIPv4(host)) return host;
    for (const { values } of this.#options.database.table('/ip/dns/static').rows()) {
      const found = values.get('address');
      const isIt = values.get('name') === host.toLowerCase() && values.get('disabled') !== 'true';
      if (isIt && found !== undefined && isIPv4(found)) return found;
    }
    return address;
  }

  /** That of the session that has the address, else the one whose network it is in, else that of the default route. */
  #interfaceTowards(address: string): string | undefined {
    const { database, sessions } = this.#options;
    const session = sessions()
      .all()
      .find((candidate) => candidate.address === address);
    const named = session === undefined ? undefined : database.table('/interface').named(session.label);
    if (named !== undefined) return formatId(named.id);
    const port = session === undefined ? undefined : database.table('/interface').named(session.caller.port);
    if (port !== undefined) return formatId(port.id);
    for (const { values } of database.table('/ip/address').rows()) {
      const network = values.get('address') ?? '';
      if (values.get('disabled') !== 'true' && isInRange(address, network)) return values.get('interface');
    }
    return undefined;
  }
}
