import type { Secret } from '../../base/secret.ts';
import type { Origin } from '../origin.ts';

/** A TP-Link Omada controller as operators of its hotspot see it. */
export interface OmadaController {
  readonly name: string;
  /** Origin of its API, without a slash at its end: `https://192.0.2.9:8043`. */
  readonly url: string;
  /** omadacId. Absent: asked for. */
  readonly id?: string;
  readonly tls: OmadaTls;
  readonly operator: { readonly username: string; readonly password: Secret };
  /** Unit of `time` in `extPortal/auth`. */
  readonly timeUnit: 'ms' | 'us' | 's' | 'min';
  /** Absent: found out. */
  readonly generation?: 'v4' | 'v5';
  /** Credentials of its OpenAPI, with which portal, pre-auth access and RADIUS profile are kept. */
  readonly openapi?: { readonly clientId: string; readonly clientSecret: Secret };
  /** Sites kept over the OpenAPI; empty or absent: none. */
  readonly sites?: readonly OmadaSite[];
  readonly origin: Origin;
}

/** A site of a controller whose portal is declared. */
export interface OmadaSite {
  /** Its name on the controller. */
  readonly name: string;
  /** Portals on it, by name on the controller. */
  readonly portals: readonly OmadaPortal[];
  readonly origin: Origin;
}

export interface OmadaPortal {
  readonly name: string;
  /** SSIDs it stands in front of. */
  readonly ssids: readonly string[];
  /** PortalSite that guests meet: its landing page, and its walled garden as pre-authentication access. */
  readonly site: string;
  /** `external-portal`: the page talks to the controller. `radius`: the controller asks us by RADIUS. */
  readonly type: 'external-portal' | 'radius';
  /** For `radius`: the shared secret. */
  readonly radiusSecret?: Secret;
}

export type OmadaTls =
  /** A certificate that a known authority signed: those of Node.js, or `ca` (PEM). */
  | { readonly mode: 'ca'; readonly ca?: string }
  /** Exactly this certificate: SHA-256 of its DER, 64 lower-case hex digits. */
  | { readonly mode: 'pinned'; readonly fingerprint: string }
  | { readonly mode: 'insecure' };
