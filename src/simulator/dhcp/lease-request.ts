/** A device on an interface of the router asks for an address. */
export interface LeaseRequest {
  /** In any spelling. */
  readonly mac: string;
  /** Interface the device is behind. Absent: any that has a DHCP server. */
  readonly interface?: string;
  readonly hostName?: string;
  /** DHCP option 61 as RouterOS writes it. Absent: `1:` and the MAC without leading zeros. */
  readonly clientId?: string;
  /** Whether the device asks again at half time, as devices do. Default true. */
  readonly renews?: boolean;
}

export type LeaseFailure =
  | 'not a mac'
  | 'not a client id'
  | 'no dhcp server'
  /** The server has no pool, and nobody wrote a lease down for this client. */
  | 'static only'
  /** `block-access` of its lease. */
  | 'blocked'
  | 'rejected'
  | 'radius timeout'
  /** The pool is empty, or the router does not have it. */
  | 'no address'
  | 'address in use'
  /** The device has none to renew. */
  | 'no lease';

/** What a device was given. */
export interface LeaseView {
  /** `AA:BB:CC:DD:EE:FF`. */
  readonly mac: string;
  readonly address: string;
  /** Name of the DHCP server, and of its interface. */
  readonly server: string;
  readonly interface: string;
  /** From `/ip/dhcp-server/network`. Without a row for its address a device has no gateway. */
  readonly prefixLength?: number;
  readonly gateway?: string;
  readonly dns: readonly string[];
  readonly leaseSeconds: number;
  /** Somebody wrote it down. */
  readonly static: boolean;
  /** RADIUS said yes. */
  readonly radius: boolean;
  readonly rateLimit?: string;
  readonly hostName?: string;
  /** Acct-Session-Id. */
  readonly sessionId: string;
}

export type LeaseResult =
  | ({ readonly ok: true } & LeaseView)
  | { readonly ok: false; readonly reason: LeaseFailure; readonly message?: string };

/** A device as the router sees it ask. */
export interface DhcpClient {
  readonly mac: string;
  readonly clientId: string;
  readonly hostName?: string;
}

/** Whether the text is a client identifier: up to 255 octets in hex, without leading zeros, with colons in between. */
export function isClientId(text: string): boolean {
  return /^(?:0|[1-9a-f][0-9a-f]?)(?::(?:0|[1-9a-f][0-9a-f]?)){0,254}$/.test(text);
}

/** `1:0:c:42:0:d4:64`: type Ethernet and the MAC (RFC 2132 §9.14), in RouterOS's spelling. */
export function clientIdOf(mac: string): string {
  return ['1', ...mac.split(':').map((octet) => Number.parseInt(octet, 16).toString(16))].join(':');
}
