import type { RawAttribute } from '../nas/packet.ts';
import type { Session } from '../nas/session.ts';
import type { TableRow } from '../routeros/table.ts';
import type { Gateway } from './gateway.ts';

export type LoginMethod = 'mac' | 'mac-cookie' | 'cookie' | 'http-pap' | 'http-chap' | 'https';

/** The challenge of a login page: one octet and sixteen. */
export interface Challenge {
  readonly id: Buffer;
  readonly octets: Buffer;
  /** Monotonic milliseconds. */
  readonly madeAt: number;
}

/** One device behind a hotspot, logged in or not. */
export class Host {
  readonly mac: string;
  /** As it came: before the hotspot translates it. */
  readonly address: string;
  readonly hostName: string | undefined;
  /** Row of the hotspot. */
  readonly serverId: number;
  /** Name of the interface it is behind. */
  readonly port: string;
  /** Names this device resolves, as `host:port` of loopback. */
  resolve: ReadonlyMap<string, string>;
  /** Frees its address. */
  readonly release: () => void;
  readonly joinedAt: number;
  /** Where its own traffic goes; absent for a device of the shared listener. */
  gateway: Gateway | undefined;
  row: TableRow | undefined;
  session: Session | undefined;
  loginBy: LoginMethod | undefined;
  challenge: Challenge | undefined;
  /** A login is under way. */
  busy = false;
  present = true;
  /** What the last Access-Accept or -Reject held: pages can show it. */
  attributes: readonly RawAttribute[] = [];
  redirectionUrl: string | undefined;
  /** What the next page tells the browser to keep. */
  newCookie: { readonly id: string; readonly lifetimeSeconds: number } | undefined;
  /** How long its session outlives it; 0: for ever. */
  keepaliveMs = 0;
  /** As it was typed last. */
  lastUsername = '';

  constructor(options: {
    readonly mac: string;
    readonly address: string;
    readonly hostName?: string;
    readonly serverId: number;
    readonly port: string;
    readonly resolve: ReadonlyMap<string, string>;
    readonly release: () => void;
    readonly joinedAt: number;
  }) {
    this.mac = options.mac;
    this.address = options.address;
    this.hostName = options.hostName;
    this.serverId = options.serverId;
    this.port = options.port;
    this.resolve = options.resolve;
    this.release = options.release;
    this.joinedAt = options.joinedAt;
  }

  get online(): boolean {
    return this.session !== undefined;
  }
}
