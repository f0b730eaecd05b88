import type { Secret } from '../../base/secret.ts';
import type { ServicePlan } from './service.ts';

/** Whose logins and accounting are passed on to servers of others. */
export interface ProxySettings {
  readonly homeServers: readonly HomeServerSettings[];
  readonly realms: readonly ProxyRealm[];
}

/** A RADIUS server of somebody else. */
export interface HomeServerSettings {
  readonly name: string;
  readonly address: string;
  readonly authPort: number;
  readonly accountingPort: number;
  readonly secret: Secret;
  /** It answers Status-Server: by that it is seen to be back. */
  readonly statusServer: boolean;
  /** `learn`: replies without Message-Authenticator are believed until it has sent one with. */
  readonly messageAuthenticator: 'require' | 'learn';
  /** How long it may take before the next server is asked, too. */
  readonly timeoutMs: number;
}

/** What comes behind the last `@` of a username, and who knows such people. */
export interface ProxyRealm {
  /** Lower case; `*` for all that nothing else names. */
  readonly realm: string;
  /** Names of home servers, the first preferred. */
  readonly servers: readonly string[];
  /** The realm is left out of the username that they are told. */
  readonly strip: boolean;
  /** What its people get here, whatever their home server says. Absent: nothing is added. */
  readonly service?: ServicePlan;
  /** Attributes that the home server may decide about besides the harmless ones. */
  readonly allow: readonly string[];
}
