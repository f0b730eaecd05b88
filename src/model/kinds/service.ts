import type { Secret } from '../../base/secret.ts';
import type { Origin } from '../origin.ts';
import type { Rate, SuspendRedirect, TimeWindow } from './limits.ts';
import type { Quota } from './quota.ts';

/** `hybrid`: RADIUS, and local rows that stay disabled until the router has not heard of us for a while. */
export type AuthMethod = 'radius' | 'local' | 'hybrid';

/** How subscribers connect. */
export type AccessKind = 'pppoe' | 'hotspot' | 'dhcp' | 'wireless';

/** A window of a service. */
export interface ServiceWindow extends TimeWindow {
  /** Speed while it is open. Absent: it says when the service can be used. */
  readonly rate?: Rate;
}

/** A tariff. */
export interface ServicePlan {
  readonly name: string;
  /** Names it had before, oldest first. Absent: none. */
  readonly previousNames?: readonly string[];
  readonly title?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly access: readonly AccessKind[];
  readonly auth?: AuthMethod;
  /** Names of the routers it is offered on; absent when not restricted. */
  readonly routers?: readonly string[];
  readonly rate?: Rate;
  /** Other speeds at certain times, and the times at which it can be used at all. */
  readonly windows?: readonly ServiceWindow[];
  /** How long after `expires` a subscriber still has it. */
  readonly graceSeconds?: number;
  readonly sessions: {
    /** Sessions of one login at once. Absent: as the router has it (one at a hotspot). */
    readonly max?: number;
    /** What becomes of the login that would be one too many. Absent: refused. */
    readonly whenExceeded?: 'refuse' | 'replace-oldest';
    readonly timeoutSeconds?: number;
    readonly idleTimeoutSeconds?: number;
    readonly interimSeconds: number;
  };
  /** Devices of one login: at once, or with `lock` the first so many for good. */
  readonly devices?: { readonly max: number; readonly lock: boolean };
  /** What a subscription may use in a period, and what becomes of it then. */
  readonly quotas?: readonly Quota[];
  /** How long a subscriber has it. Absent: as long as he is declared. */
  readonly validity?: { readonly from: 'first-login' | 'assignment'; readonly lastsMs: number };
  readonly pool?: string;
  /** Names of IPv6 pools on the routers. */
  readonly ipv6?: { readonly prefixPool?: string; readonly delegatedPool?: string };
  /** Concurrent connections of one subscriber, by a rule of the firewall. */
  readonly connections?: number;
  /** What becomes of somebody suspended. Absent: rejected. */
  readonly onSuspend?: SuspendRedirect;
  /** RouterOS's name of its profile, where it is another than the service's. */
  readonly profile?: string;
  readonly attributes: readonly ExtraAttribute[];
  readonly origin: Origin;
}

/** An attribute added to the Access-Accept, already checked against the dictionary. */
export interface ExtraAttribute {
  /** `Tunnel-Type:1` with a tag; `Attr-26.2352.1` by number. */
  readonly name: string;
  readonly value: string | number | Secret;
}
