import type { Clock } from '../../base/clock.ts';
import { systemClock } from '../../base/system-clock.ts';
import { ControlServer } from '../control-server.ts';
import { hostAndPort, joinHostPort } from '../endpoints.ts';
import { type SimulateOmadaOptions, timeUnits } from './command-flags.ts';
import { controllerControl } from './control.ts';
import { SimulatedOmada, type SimulatedOmadaOptions } from './simulated-omada.ts';

export interface SimulateIo {
  out(line: string): void;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Runs a simulated Omada controller until the signal.
 *
 * @throws RangeError on a flag that makes no sense; what `listen` throws when an address cannot be listened on
 */
export async function simulateOmada(options: SimulateOmadaOptions, io: SimulateIo): Promise<void> {
  const control = hostAndPort(options.listenControl, '--listen-control');
  await using omada = await SimulatedOmada.start(settingsOf(options, io));
  await using controlServer = await ControlServer.start(controllerControl(omada), control.host, control.port);
  const listeners = {
    api: joinHostPort(omada.host, omada.apiPort),
    portal: joinHostPort(omada.portalHost, omada.portalPort),
    control: joinHostPort(control.host, controlServer.port),
    id: omada.behaviour.id,
    ...(omada.certificate === undefined ? {} : { fingerprint: omada.certificate.fingerprint }),
  };
  io.out(options.printListeners ? JSON.stringify(listeners) : wordsFor(options, listeners));
  await aborted(io.signal);
}

function settingsOf(options: SimulateOmadaOptions, io: SimulateIo): SimulatedOmadaOptions {
  const api = hostAndPort(options.listen, '--listen');
  const portal = hostAndPort(options.listenPortal, '--listen-portal');
  const timeUnit = timeUnits.find((unit) => unit === options.timeUnit);
  if (timeUnit === undefined) throw new RangeError(`--time-unit: one of ${timeUnits.join(', ')}`);
  if (!/^https?:\/\//.test(options.portalUrl) || !URL.canParse(options.portalUrl)) {
    throw new RangeError(`--portal-url: expected http:// or https://, not ${options.portalUrl}`);
  }
  const { site: name, siteId: id, portalUrl, clientId, clientSecret } = options;
  if ((clientId === undefined) !== (clientSecret === undefined)) {
    throw new RangeError('--client-id and --client-secret belong together');
  }
  const ssids = (options.ssids ?? '').split(',').flatMap((each) => each.trim() || []);
  if (id !== undefined && !/^[\da-f]{24}$/i.test(id)) {
    throw new RangeError(`--site-id: expected 24 hex digits, not ${id}`);
  }
  return {
    clock: io.clock ?? systemClock,
    ...{ host: api.host, apiPort: api.port, portalHost: portal.host, portalPort: portal.port },
    operators: [{ name: options.operator, password: options.password }],
    sites: [{ name, portalUrl, ssids, ...(id === undefined ? {} : { id }) }],
    siteById: id !== undefined,
    tls: !options.plainHttp,
    version: options.version,
    timeUnit,
    ...(clientId === undefined || clientSecret === undefined ? {} : { application: { clientId, clientSecret } }),
    ...(options.controllerId === undefined ? {} : { id: options.controllerId }),
    ...(options.printListeners ? { log: (message) => io.out(message) } : {}),
  };
}

function wordsFor(
  { version, site }: SimulateOmadaOptions,
  listeners: { readonly api: string; readonly control: string; readonly fingerprint?: string },
): string {
  const pin = listeners.fingerprint === undefined ? 'plain HTTP' : `fingerprint ${listeners.fingerprint}`;
  return `Omada ${version} with site "${site}": operators at ${listeners.api} (${pin}), control on ${listeners.control}`;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
