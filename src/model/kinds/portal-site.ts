import type { Secret } from '../../base/secret.ts';
import type { Origin } from '../origin.ts';
import type { ServicePlan } from './service.ts';

/** A place where guests meet our pages. */
export interface PortalSite {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** For people. Default: the name. */
  readonly title: string;
  /** Of the languages we have, the first is the default. At least one. */
  readonly languages: readonly PortalLanguage[];
  readonly bridges: readonly PortalBridge[];
  /** What router pages made for other platforms send in place of the site's name. */
  readonly aliases: { readonly domain?: string; readonly region?: string; readonly virtualId?: string };
  readonly methods: readonly PortalMethod[];
  /** Service of guests who only accept the terms. Present exactly when `methods` has `click-through`. */
  readonly clickThrough?: ServicePlan;
  /** Hosts that guests reach before they are let in: a name (`*.example` allowed), an address or a prefix, in order. */
  readonly walledGarden: readonly string[];
  readonly welcomeUrl?: string;
  /** Text of the terms of use. */
  readonly terms?: string;
  /** How long sessions and usage of guests without an account are kept. Absent: as those of others. */
  readonly retentionMs?: number;
  readonly branding: { readonly color?: string; readonly contact?: string };
  /** Signs contexts and one-time passwords of this site. */
  readonly key: Secret;
  readonly origin: Origin;
}

export type PortalMethod = 'login' | 'click-through';

export type PortalLanguage = 'en' | 'de' | 'es' | 'fr' | 'pt' | 'sw' | 'ar';

export type PortalBridge = MikrotikBridge | OmadaBridge;

export interface MikrotikBridge {
  readonly type: 'mikrotik';
  /** Name of the Router, which is also the name of its NAS in the directory. */
  readonly router: string;
  /** What the router sends as `$(identity)`. */
  readonly identity: string;
  /** Name of the hotspot on it, which it sends as `$(server-name)`. */
  readonly hotspot: string;
  readonly method: 'pap-redirect' | 'pap-form' | 'chap';
  /** Where guests log in at the router: `http://login.cafe.example/login`. */
  readonly loginUrl: string;
  /** Every `host` or `host:port` under which the router may name itself, lower case; the first is that of `loginUrl`. */
  readonly loginHosts: readonly string[];
}

export interface OmadaBridge {
  readonly type: 'omada';
  readonly controller: string;
  /** What the controller may send as `site`: its name there, and its id when declared. */
  readonly site: { readonly name: string; readonly id?: string };
}
