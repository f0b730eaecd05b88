export interface SimulateRouterOsOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly listenApi: string;
  readonly listenControl: string;
  /** Only the port counts: the host is that of `listenApi`. Absent: no TLS. */
  readonly listenApiTls?: string;
  /** Common name of a certificate `api` that api-ssl shows. Absent: it has none, and speaks anonymous TLS. */
  readonly apiCertificate?: string;
  /** `127.0.0.2/8,127.0.0.3/8`: rows of `/ip/address`, at which alone the API is served. */
  readonly addresses?: string;
  readonly deviceMode?: string;
  /** `wireless,user-manager`. */
  readonly packages?: string;
  readonly disabledSecret?: string;
  readonly fastTrackPercent?: string;
  readonly secretsUnasked?: string;
  readonly listenHotspot?: string;
  readonly identity: string;
  readonly user: string;
  readonly password: string;
  readonly nasAddress?: string;
  readonly version: string;
  /** A board whose files lie below `flash/`. */
  readonly flash?: boolean;
  /** The first line of output is then JSON: `{"api":"127.0.0.1:8728","control":"127.0.0.1:9728"}`, and `hotspot`. */
  readonly printListeners: boolean;
}

export interface OptionDescription {
  readonly flags: string;
  readonly description: string;
  readonly defaultValue?: string;
}

/** The flags of `lastmile simulate routeros`, as help shows them. */
export const simulateRouterOsFlags: readonly OptionDescription[] = [
  {
    flags: '--listen-api <host:port>',
    description: 'where the RouterOS API is served; port 0 takes a free one',
    defaultValue: '127.0.0.1:8728',
  },
  {
    flags: '--listen-control <host:port>',
    description: 'where dialling, traffic, faults and a look at the rows are served, as JSON over HTTP',
    defaultValue: '127.0.0.1:9728',
  },
  {
    flags: '--listen-api-tls <host:port>',
    description: 'where the API is served over TLS; the host is that of --listen-api; absent: nowhere',
  },
  {
    flags: '--api-certificate <common-name>',
    description: 'give api-ssl a certificate that signed itself; absent: it has none, and speaks anonymous TLS 1.2',
  },
  {
    flags: '--addresses <list>',
    description:
      'addresses of loopback the router has, 127.0.0.2/8,127.0.0.3/8: the API is then served where /ip/address says, and not any more where a row goes',
  },
  {
    flags: '--device-mode <mode>',
    description: 'home, advanced or enterprise: what the maker lets the router do; home forbids the scheduler',
    defaultValue: 'enterprise',
  },
  {
    flags: '--secrets-unasked <view>',
    description: 'clear, placeholder or omitted: secrets in a print without show-sensitive, since 7.21',
    defaultValue: 'clear',
  },
  {
    flags: '--listen-hotspot <host:port>',
    description:
      'where a browser finds the first hotspot, directly or as its HTTP proxy: each address is one device; absent: devices join through the control port only',
  },
  {
    flags: '--identity <name>',
    description: 'name of the router: /system identity, and NAS-Identifier',
    defaultValue: 'MikroTik',
  },
  { flags: '--user <name>', description: 'who may log in, with every right', defaultValue: 'admin' },
  { flags: '--password <text>', description: 'his password', defaultValue: '' },
  {
    flags: '--nas-address <address>',
    description:
      'address RADIUS packets leave from and CoA is taken at; absent: what /radius src-address says, else the address of the API',
  },
  {
    flags: '--version <x.y>',
    description: 'RouterOS version to behave like; before 6.43 logins are by challenge',
    defaultValue: '7.22.3',
  },
  {
    flags: '--packages <names>',
    description: 'packages beside the system’s own, comma separated: wireless, user-manager; absent: none',
  },
  {
    flags: '--disabled-secret <behaviour>',
    description:
      'asks-radius or refused: what becomes of the name of a disabled PPP secret or hotspot user where RADIUS is used, which no manual says; absent: asks-radius',
  },
  {
    flags: '--fast-track-percent <number>',
    description: 'share of traffic that goes past queues while a FastTrack rule is on; absent: 90',
  },
  { flags: '--flash', description: 'behave like a small board: only files below flash/ outlive a restart' },
  { flags: '--print-listeners', description: 'print the listening addresses as one line of JSON first' },
];
