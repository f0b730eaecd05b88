import type { PortalLanguage } from '../model/kinds/portal-site.ts';
import type { OmadaClientContext } from './ports.ts';

/** How long a page may lie open before it is sent, and how old a redirect of a controller may be. */
export const contextMs = 15 * 60_000;
/** How long a guest may ask whether the login worked, and log out. */
export const statusMs = 24 * 60 * 60_000;
/** How far the clocks of a controller and ours may differ. */
export const skewMs = 60_000;

/** A guest in front of a login page: signed, and carried by the page itself, since there are no cookies. */
export interface GuestContext {
  readonly site: string;
  /** `AA:BB:CC:DD:EE:FF`. */
  readonly mac: string;
  readonly ip?: string;
  /** Makes this page one of its kind: it lets in once. */
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly language: PortalLanguage;
  /** Where the guest wanted to go, already checked. */
  readonly onward?: string;
  readonly door: MikrotikDoor | OmadaDoor;
}

/** A hotspot of a router. */
export interface MikrotikDoor {
  readonly type: 'mikrotik';
  readonly router: string;
  readonly hotspot: string;
  /** Path of the login there, when it is not the declared one. */
  readonly path?: string;
  /** Does the router take a password as it is? Absent: it did not say. */
  readonly plain?: boolean;
  /** For CHAP, in hex. */
  readonly challenge?: { readonly id: string; readonly value: string };
}

/** An access point or gateway of a controller. */
export interface OmadaDoor {
  readonly type: 'omada';
  readonly controller: string;
  readonly client: OmadaClientContext;
  /** `t` of the redirect, milliseconds since 1970. */
  readonly at: number;
}

/** A guest who was let in. */
export interface GuestStatus {
  readonly site: string;
  readonly type: 'mikrotik' | 'omada';
  readonly username: string;
  readonly mac: string;
  readonly nas: string;
  /** Of the site's, by which the guest got in. */
  readonly method: string;
  /** When the portal let the guest in, milliseconds since 1970. */
  readonly since: number;
  /** When the time a controller was asked for is over. Absent: RADIUS accounting tells. */
  readonly until?: number;
  readonly expires: number;
  readonly language: PortalLanguage;
  readonly onward?: string;
}
