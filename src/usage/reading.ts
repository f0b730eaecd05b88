import type { Translation } from '../accounting/addresses/translations.ts';
import type { MeterReading, UserTotals } from '../accounting/event.ts';

/** What a router's API shows of its subscribers at one moment. Directions are the subscriber's. */
export interface RouterReading {
  /** Seconds since the router booted. Absent: it does not let us see. */
  readonly uptimeSeconds?: number;
  readonly sessions: readonly OnlineSession[];
  /** `/ip/hotspot/user`, by username: octets of sessions that are over. Absent: not shown. */
  readonly totals?: ReadonlyMap<string, UserTotals>;
  /** Absent: `/ip/accounting` is off, not there, or left alone. */
  readonly flows?: FlowsRead;
  /** How it translates addresses of those behind it. Absent: not shown. */
  readonly translations?: readonly Translation[];
  readonly path: PathReading;
}

/** What a snapshot of `/ip/accounting` has. */
export interface FlowsRead {
  /** Of the snapshot. */
  readonly id: string;
  /** By address, of those online and others. */
  readonly meters: ReadonlyMap<string, MeterReading>;
  /** Devices whose lease is not bound now, and whose address had octets. */
  readonly unbound: readonly OnlineSession[];
}

/** Somebody online. */
export interface OnlineSession {
  readonly access: 'ppp' | 'hotspot' | 'dhcp';
  readonly username: string;
  /** As `ApiReading` has it. */
  readonly sessionId: string;
  readonly sentSessionId?: string;
  /** RADIUS let it in, and accounts it. */
  readonly radius: boolean;
  /** Absent: the router does not tell (DHCP). */
  readonly uptimeSeconds?: number;
  /** Absent: nothing on the router counts its octets. */
  readonly meter?: MeterReading;
  /** Its counter was there before the session, and outlives it: a queue that somebody wrote. */
  readonly lasting?: true;
  /** Others of its name are online, and it cannot be told which of their interfaces is its. */
  readonly unclear?: true;
  /** What its queue saw of it, where something else counts. */
  readonly queue?: Octets;
  readonly framedIpAddress?: string;
  readonly callingStationId?: string;
  /** Name of the hotspot or DHCP server. */
  readonly calledStationId?: string;
  readonly nasPortId?: string;
}

export interface Octets {
  readonly up: bigint;
  readonly down: bigint;
}

/** By which ways packets may pass the router without being counted by queues, hotspot and `/ip/accounting`. */
export interface PathReading {
  /** Places of enabled rules that FastTrack: `/ip/firewall/filter forward`. */
  readonly fastTrackRules: readonly string[];
  /** `/ip/settings`: `ipv4-fasttrack-active`, `ipv4-fast-path-active`. Absent: not shown. */
  readonly fastTrackActive?: boolean;
  readonly fastPathActive?: boolean;
  /** Bridge ports whose packets the switch chip may carry to one another, past the processor: `ether3` of `bridge`. */
  readonly offloadedPorts: readonly { readonly port: string; readonly bridge: string }[];
  /** Switch chips that may route by themselves, past the processor: `switch1`. RouterOS: L3 Hardware Offloading, since 7.1. */
  readonly routingSwitches?: readonly string[];
  /** Octets that found the table of `/ip/accounting` full, since it was taken last. */
  readonly uncounted?: bigint;
  /** By interface, its octets and those among them that took a fast path. */
  readonly interfaces: ReadonlyMap<string, { readonly octets: bigint; readonly fast: bigint }>;
}
