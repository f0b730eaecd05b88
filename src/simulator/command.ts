import { isIP } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { systemClock } from '../base/system-clock.ts';
import type { SimulateRouterOsOptions } from './command-flags.ts';
import { routerControl } from './control.ts';
import { ControlServer } from './control-server.ts';
import { SimulatedRouterOs } from './simulated-routeros.ts';

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
  const hotspot =
    options.listenHotspot === undefined ? undefined : hostAndPort(options.listenHotspot, '--listen-hotspot');
  if (options.nasAddress !== undefined && isIP(options.nasAddress) === 0) {
    throw new RangeError(`--nas-address: not an address: ${options.nasAddress}`);
  }
  const deviceMode = oneOf(options.deviceMode, ['home', 'advanced', 'enterprise'] as const, '--device-mode');
  const secretsUnasked = oneOf(
    options.secretsUnasked,
    ['clear', 'placeholder', 'omitted'] as const,
    '--secrets-unasked',
  );
  const disabledSecret = oneOf(options.disabledSecret, ['asks-radius', 'refused'] as const, '--disabled-secret');
  const fastTrackPercent = percent(options.fastTrackPercent, '--fast-track-percent');
  const tls = options.listenApiTls === undefined ? undefined : hostAndPort(options.listenApiTls, '--listen-api-tls');
  const { apiCertificate, addresses } = options;
  await using router = await SimulatedRouterOs.start({
    clock: io.clock ?? systemClock,
    apiHost: api.host,
    apiPort: api.port,
    identity: options.identity,
    users: [{ name: options.user, password: options.password }],
    version: options.version,
    ...(tls === undefined ? {} : { apiSslPort: tls.port }),
    ...(apiCertificate === undefined ? {} : { certificates: [{ name: 'api', commonName: apiCertificate }] }),
    ...(addresses === undefined ? {} : { addresses: addresses.split(',').map((item) => item.trim()) }),
    ...(deviceMode === undefined ? {} : { deviceMode }),
    ...(secretsUnasked === undefined ? {} : { secretsUnasked }),
    ...(disabledSecret === undefined ? {} : { disabledSecretFallsThrough: disabledSecret === 'asks-radius' }),
    ...(fastTrackPercent === undefined ? {} : { fastTrackPercent }),
    ...(options.packages === undefined ? {} : { packages: options.packages.split(',').map((item) => item.trim()) }),
    ...(options.flash === undefined ? {} : { flash: options.flash }),
    ...(hotspot === undefined ? {} : { hotspotHost: hotspot.host, hotspotPort: hotspot.port }),
    ...(options.nasAddress === undefined ? {} : { radiusSourceAddress: options.nasAddress }),
    ...(options.printListeners ? {} : { log: (topics, message) => io.out(`${topics}: ${message}`) }),
  });
  if (apiCertificate !== undefined) router.set('/ip/service', 'api-ssl', { certificate: 'api' });
  await router.settled();
  await using controlServer = await ControlServer.start(routerControl(router), control.host, control.port);
  const listeners = {
    api: join(addresses === undefined ? api.host : router.apiHost, router.apiPort),
    ...(tls === undefined
      ? {}
      : { apiTls: join(addresses === undefined ? api.host : router.apiHost, router.apiSslPort) }),
    control: join(control.host, controlServer.port),
    ...(router.hotspotAddress === undefined ? {} : { hotspot: router.hotspotAddress }),
  };
  if (options.printListeners) io.out(JSON.stringify(listeners));
  else
    io.out(
      `RouterOS ${options.version} "${options.identity}": ${Object.entries(listeners)
        .map(([name, at]) => `${name === 'api' ? 'API' : name} on ${at}`)
        .join(', ')}`,
    );
  await aborted(io.signal);
}

/** @throws RangeError */
function oneOf<T extends string>(given: string | undefined, words: readonly T[], flag: string): T | undefined {
  const found = words.find((word) => word === given);
  if (given !== undefined && found === undefined) throw new RangeError(`${flag}: one of ${words.join(', ')}`);
  return found;
}

/** @throws RangeError */
function percent(given: string | undefined, flag: string): number | undefined {
  if (given === undefined) return undefined;
  if (!/^\d{1,3}$/.test(given) || Number(given) > 100) throw new RangeError(`${flag}: a whole number up to 100`);
  return Number(given);
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
