import type { Logger } from 'pino';
import type { Authority } from '../access/authority.ts';
import type { RecentDecisions } from '../access/decision-log.ts';
import type { SessionLimits } from '../access/login.ts';
import type { Clock } from '../base/clock.ts';
import type { DirectoryReader, LoginLimits } from '../directory/reader.ts';
import type { Diverted } from '../model/diverted.ts';
import type { PortalSettings } from '../model/kinds/operator.ts';
import type { OmadaBridge, PortalSite } from '../model/kinds/portal-site.ts';
import type { ServicePlan } from '../model/kinds/service.ts';
import type { PortalCounters } from './counters.ts';

/** What the portal needs of the rest. Everything is of the revision in force, and read anew for each request. */
export interface PortalDeps {
  /** In force now. */
  readonly sites: () => readonly PortalSite[];
  readonly settings: () => Pick<PortalSettings, 'publicUrl' | 'trustedProxies'>;
  /** Which page somebody is to meet whom a router brought here from elsewhere. Absent: nobody is. */
  readonly diverted?: (address: string) => Diverted | undefined;
  readonly directory: Pick<DirectoryReader, 'login' | 'portal'>;
  readonly decisions: RecentDecisions;
  /** What a service grants guests without an account whom a controller lets in: no directory has a row of theirs. */
  readonly guestLimits: (service: ServicePlan) => SessionLimits;
  /** A program of the operator's that is asked about guests whom no declaration knows. Absent: there is none. */
  readonly authority?: () => Authority<LoginLimits> | undefined;
  readonly online: OnlineGuests;
  readonly omada: OmadaAccess;
  readonly clock: Clock;
  /** That many octets nobody can guess. */
  readonly random: (octets: number) => Uint8Array;
  readonly counters: PortalCounters;
  readonly log: Logger;
}

/** A guest as accounting knows one. */
export interface GuestSession {
  readonly username: string;
  /** `AA:BB:CC:DD:EE:FF`. */
  readonly mac: string;
  /** Name of the NAS. */
  readonly nas: string;
}

/** Who is online by RADIUS accounting. */
export interface OnlineGuests {
  isOnline(guest: GuestSession): boolean;
  /** Resolves with true when such a session is open or its Start comes, with false when the signal is aborted first. */
  started(guest: GuestSession, signal: AbortSignal): Promise<boolean>;
  /** Ends the sessions of the guest there. Resolves when that was tried; false when it failed. */
  end(guest: GuestSession, signal: AbortSignal): Promise<boolean>;
}

/** A client of an Omada controller, in its own spelling, as the redirect had it. */
export type OmadaClientContext = {
  readonly clientMac: string;
  readonly clientIp?: string;
  readonly site: string;
  readonly redirectUrl?: string;
} & (
  | { readonly kind: 'eap'; readonly apMac: string; readonly ssidName: string; readonly radioId: string }
  | { readonly kind: 'gateway'; readonly gatewayMac: string; readonly vid: string }
);

/** Lets clients in at Omada controllers. */
export interface OmadaAccess {
  /** Never rejects. */
  authorise(
    bridge: OmadaBridge,
    client: OmadaClientContext,
    seconds: number,
    signal: AbortSignal,
  ): Promise<OmadaVerdict>;
  /** A guest was let in: what the controller counts of the device from now on is this one's. */
  began?(guest: GuestSession): void;
}

export type OmadaVerdict =
  | { readonly result: 'authorised' }
  /** `stale`: the controller does not know this client as waiting; a fresh redirect helps. `failed`: the guest cannot help it. */
  | { readonly result: 'stale' | 'busy' | 'failed'; readonly reason: string };
