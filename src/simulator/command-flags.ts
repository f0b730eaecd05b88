export interface SimulateRouterOsOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly listenApi: string;
  readonly listenControl: string;
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
  { flags: '--version <7.x>', description: 'RouterOS version to behave like', defaultValue: '7.22.3' },
  { flags: '--flash', description: 'behave like a small board: only files below flash/ outlive a restart' },
  { flags: '--print-listeners', description: 'print the listening addresses as one line of JSON first' },
];
