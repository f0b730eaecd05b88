import type { OptionDescription } from '../command-flags.ts';

export interface SimulateOmadaOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  readonly listenPortal: string;
  readonly listenControl: string;
  readonly operator: string;
  readonly password: string;
  readonly site: string;
  /** 24 hex digits. Redirects then name the site by it. */
  readonly siteId?: string;
  readonly portalUrl: string;
  readonly controllerId?: string;
  readonly version: string;
  readonly timeUnit: string;
  /** Names of the networks of the site, with commas between. */
  readonly ssids?: string;
  /** Application of its OpenAPI. Absent: it has none. */
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly plainHttp: boolean;
  /** The first line of output is then JSON: `{"api":…,"portal":…,"control":…,"id":…,"fingerprint":…}`. */
  readonly printListeners: boolean;
}

export const timeUnits = ['ms', 'us', 's', 'min'] as const;

/** The flags of `lastmile simulate omada`, as help shows them. */
export const simulateOmadaFlags: readonly OptionDescription[] = [
  {
    flags: '--listen <host:port>',
    description: 'where hotspot operators ask, over HTTPS; port 0 takes a free one',
    defaultValue: '127.0.0.1:8043',
  },
  {
    flags: '--listen-portal <host:port>',
    description: 'where guests are sent first, over HTTP',
    defaultValue: '127.0.0.1:8088',
  },
  {
    flags: '--listen-control <host:port>',
    description: 'where devices join, and sessions are ended, as JSON over HTTP',
    defaultValue: '127.0.0.1:9043',
  },
  { flags: '--operator <name>', description: 'account of the hotspot operator', defaultValue: 'operator' },
  { flags: '--password <text>', description: 'his password', defaultValue: '' },
  { flags: '--site <name>', description: 'name of its site', defaultValue: 'Default' },
  { flags: '--site-id <hex>', description: 'its id, 24 hex digits, which redirects then send in place of the name' },
  {
    flags: '--portal-url <url>',
    description: 'the External Portal Server: where guests of the site log in',
    defaultValue: 'http://127.0.0.1:8080/',
  },
  { flags: '--controller-id <hex>', description: 'omadacId; absent: random' },
  { flags: '--ssids <names>', description: 'networks of the site, with commas between, for portals of the OpenAPI' },
  { flags: '--client-id <id>', description: 'application of its OpenAPI; absent: it has none' },
  { flags: '--client-secret <text>', description: 'its secret' },
  {
    flags: '--version <version>',
    description: 'controller version to behave like, 4.1.5 or above',
    defaultValue: '5.15.24.19',
  },
  {
    flags: '--time-unit <unit>',
    description: `what the time of extPortal/auth is taken for: ${timeUnits.join(', ')}`,
    defaultValue: 'ms',
  },
  { flags: '--plain-http', description: 'no TLS for operators' },
  { flags: '--print-listeners', description: 'print addresses, id and fingerprint as one line of JSON first' },
];
