/** The first packet of something a client wants, as the firewall sees it. */
export interface Packet {
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly port?: number;
  readonly sourcePort: number;
  /** Of the connection it belongs to. */
  readonly state: ConnectionState;
  readonly tcpFlags: readonly string[];
  /** Connections its client has beside this one. */
  readonly connections: number;
  /** The name the client asked for: entries of address lists and TLS hosts are compared with it. */
  readonly host?: string;
  /** Ids of interfaces in `/interface`; unknown where no row tells. */
  readonly inInterface?: string;
  readonly outInterface?: string;
  readonly sourceMac?: string;
  /** The client is a device of a hotspot, logged in or not. */
  readonly hotspot: 'none' | 'guest' | 'authorized';
  /** NAT has sent it elsewhere. */
  readonly translated: boolean;
}

export const connectionStates = ['new', 'established', 'related', 'invalid', 'untracked'] as const;

export type ConnectionState = (typeof connectionStates)[number];

/** What a client wants to reach. */
export interface ReachRequest {
  /** A name, or an address. Names are looked up in `/ip/dns/static`; others are at `address`. */
  readonly host?: string;
  /** Default 198.51.100.80: somewhere in the internet. */
  readonly address?: string;
  /** Default tcp. */
  readonly protocol?: Packet['protocol'];
  /** Default 80 for tcp, 53 for udp, none for icmp. */
  readonly dstPort?: number;
  /** Default new. */
  readonly state?: ConnectionState;
  /** Connections the client has already. Default 0. */
  readonly connections?: number;
}

/** What becomes of it. */
export interface Reached {
  readonly verdict: 'accept' | 'drop' | 'reject' | 'tarpit';
  /** How it was refused: `tcp-reset`, `icmp-admin-prohibited`. */
  readonly rejectWith?: string;
  /** Where it ends up: elsewhere than asked for where NAT says so. */
  readonly address: string;
  readonly port?: number;
  /** NAT has sent it elsewhere. */
  readonly translated: boolean;
  /** It ends at the router itself. */
  readonly atRouter: boolean;
  /** The rule that decided. Absent: no rule did, and it passes. */
  readonly by?: RuleName;
  /** The rule that sent it elsewhere. */
  readonly natBy?: RuleName;
  /** Matchers that cannot be judged here; rules with one were passed over. */
  readonly unjudged: readonly string[];
}

export interface RuleName {
  readonly menu: string;
  readonly id: string;
  readonly comment?: string;
}
