import type { LeaseFailure } from '../dhcp/lease-request.ts';
import type { LoginMethod } from './host.ts';

/** A device comes into reach of an interface. */
export interface JoinRequest {
  /** In any spelling. */
  readonly mac: string;
  /** Interface with a hotspot. Absent: the first hotspot there is. */
  readonly interface?: string;
  readonly hostName?: string;
  /** Names the device resolves: `{"portal.test": "127.0.0.1:8080"}`, or with a port, `portal.test:443`. Loopback only. */
  readonly resolve?: Readonly<Record<string, string>>;
}

/** What the DHCP server of the interface said among them. */
export type JoinFailure = LeaseFailure | 'no hotspot' | 'not loopback';

/** A device as tests and the demo see it. */
export interface DeviceView {
  /** `AA:BB:CC:DD:EE:FF`. */
  readonly mac: string;
  readonly address: string;
  /** Name of the hotspot, and of its interface. */
  readonly hotspot: string;
  readonly interface: string;
  /** `host:port` for its traffic: plain HTTP, requests as to a proxy, and CONNECT. */
  readonly gateway?: string;
  /** Logged in, or let through by a binding. */
  readonly online: boolean;
  readonly username?: string;
  readonly loginBy?: LoginMethod;
  readonly hostName?: string;
}

export type JoinResult =
  | ({ readonly ok: true; readonly gateway: string } & DeviceView)
  | { readonly ok: false; readonly reason: JoinFailure; readonly message?: string };
