import { isIP } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { systemClock } from '../base/system-clock.ts';
import { ControlServer } from './control.ts';
import { SimulatedRouterOs } from './simulated-routeros.ts';

export interface SimulateRouterOsOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly listenApi: string;
  readonly listenControl: string;
  readonly identity: string;
  readonly user: string;
  readonly password: string;
  readonly nasAddress?: string;
  readonly version: string;
  /** The first line of output is then JSON: `{"api":"127.0.0.1:8728","control":"127.0.0.1:9728"}`. */
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
  { flags: '--print-listeners', description: 'print the listening addresses as one line of JSON first' },
];

/**
 * Runs a simulated router until the signal.
 *
 * @throws RangeError on an address that is none; what `listen` throws when it cannot be listened on
 */
export async function simulateRouterOs(
  options: SimulateRouterOsOptions,
  io: { out(line: string): void; readonly signal: AbortSignal; readonly clock?: Clock },
): Promise<void> {
  const api = hostAndPort(options.listenApi, '--listen-api');
  const control = hostAndPort(options.listenControl, '--listen-control');
  if (options.nasAddress !== undefined && isIP(options.nasAddress) === 0) {
    throw new RangeError(`--nas-address: not an address: ${options.nasAddress}`);
  }
  await using router = await SimulatedRouterOs.start({
    clock: io.clock ?? systemClock,
    apiHost: api.host,
    apiPort: api.port,
    identity: options.identity,
    users: [{ name: options.user, password: options.password }],
    version: options.version,
    ...(options.nasAddress === undefined ? {} : { radiusSourceAddress: options.nasAddress }),
    ...(options.printListeners ? {} : { log: (topics, message) => io.out(`${topics}: ${message}`) }),
  });
  await using controlServer = await ControlServer.start(router, control.host, control.port);
  const listeners = {
    api: join(api.host, router.apiPort),
    control: join(control.host, controlServer.port),
  };
  if (options.printListeners) io.out(JSON.stringify(listeners));
  else
    io.out(
      `RouterOS ${options.version} "${options.identity}": API on ${listeners.api}, control on ${listeners.control}`,
    );
  await aborted(io.signal);
}

/** @throws RangeError */
function hostAndPort(text: string, flag: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new RangeError(`${flag}: expected host:port, not ${text}`);
  return { host: match[1] ?? match[2] ?? '', port };
}

function join(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
