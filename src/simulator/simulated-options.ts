import type { Clock } from '../base/clock.ts';
import type { Fault } from './faults.ts';
import type { SecretView } from './routeros/database.ts';

export interface SimulatedUser {
  readonly name: string;
  readonly password: string;
  /** A group of the router; `full` when neither this nor `policies` is given. */
  readonly group?: string;
  /** Rights of a group of his own: `read`, `write`, `api`, `sensitive`. */
  readonly policies?: readonly string[];
}

export interface SimulatedRouterOsOptions {
  readonly clock: Clock;
  /** What goes on without an end while nothing happens goes by this: interim reports. Default `clock`. */
  readonly upkeep?: Clock;
  /** Default 127.0.0.1. */
  readonly apiHost?: string;
  /** Default 0: any free port. The row `api` of `/ip/service` shows it. */
  readonly apiPort?: number;
  /** Where the API is served over TLS, 0 for any port. Absent: not at all, whatever `/ip/service` says. */
  readonly apiSslPort?: number;
  /**
   * Addresses of loopback that the router has on `ether1`, as `127.0.0.2/8`. With them the API is served where
   * `/ip/address` has enabled rows: who takes one away, or changes it, is off a moment later. `apiHost` has no say then.
   */
  readonly addresses?: readonly string[];
  /** Default `MikroTik`. */
  readonly identity?: string;
  /** Default: `admin` with an empty password, as a router comes from the factory. */
  readonly users?: readonly SimulatedUser[];
  /** Address RADIUS packets leave from and CoA is taken at. Default: what `/radius src-address` says, else `apiHost`. */
  readonly radiusSourceAddress?: string;
  /** Default 7.22.3. */
  readonly version?: string;
  /** Packages beside the system's own: `wireless`, `user-manager`. Default none. */
  readonly packages?: readonly string[];
  readonly faults?: readonly Fault[];
  /** Called with every line the router logs. */
  readonly log?: (topics: string, message: string) => void;
  /** Random octets. Default: those of node:crypto. */
  readonly random?: (size: number) => Buffer;
  /** What a print without `show-sensitive` shows since 7.21. Not known of real routers. Default `clear`. */
  readonly secretsUnasked?: SecretView;
  /** Whether RADIUS is asked about the name of a disabled secret or hotspot user. Not known of real routers. Default true. */
  readonly disabledSecretFallsThrough?: boolean;
  /** Whether CoA and Disconnect reach leases that RADIUS let in. Not known of real routers. Default true. */
  readonly leasesTakeCoa?: boolean;
  /** A small board: its files lie below `flash/`, all others are gone after a restart. Default false. */
  readonly flash?: boolean;
  /** Whether `/file/print` shows what is in folders only with `recursive`. Not known of real routers. Default false. */
  readonly filesPrintOneFolder?: boolean;
  /** Whether a hotspot user who is disabled or removed goes offline. Not known of real routers. Default false. */
  readonly userRemovalEndsSession?: boolean;
  /**
   * Where devices that nobody announced find the first hotspot, as `join` gives every other device a listener of its
   * own: each address is one device. Absent: nowhere.
   */
  readonly hotspotHost?: string;
  /** Default 0: any free port, if `hotspotHost` is given. */
  readonly hotspotPort?: number;
  /** Certificates with their keys, each signed by itself. Default none. */
  readonly certificates?: readonly { readonly name: string; readonly commonName: string }[];
  /** What the maker lets the router do: `home` forbids the scheduler, among others. Default `enterprise`, as on CHR. */
  readonly deviceMode?: 'home' | 'advanced' | 'enterprise';
  /** Of RouterOS itself: `4` on hardware, `free` on a virtual router. Default that of no limit. */
  readonly licenceLevel?: string;
  /** Share of the words of `/console/inspect` that get lost over the API: a fifth or more on real routers. Default 0. */
  readonly inspectDrops?: number;
  /** How much of all traffic goes past queues and accounting while FastTrack is on. Default 90. */
  readonly fastTrackPercent?: number;
  /** How often a RADIUS packet is sent before the next server is asked. Default 3. */
  readonly radiusTransmissions?: number;
}
