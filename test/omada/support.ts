import { setMaxListeners } from 'node:events';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { OmadaController } from '../../src/model/kinds/omada-controller.ts';
import type { OmadaClientContext } from '../../src/omada/auth-body.ts';
import { OmadaClient, type OmadaClientDeps } from '../../src/omada/client.ts';
import {
  type JoinRequest,
  SimulatedOmada,
  type SimulatedOmadaOptions,
} from '../../src/simulator/omada/simulated-omada.ts';

export const password = 'op3rator-pässword';

export interface LogLine {
  readonly level: 'info' | 'warn';
  readonly fields: object;
  readonly message: string;
}

/** A log that is kept, to be searched for secrets. */
export function keptLog() {
  const lines: LogLine[] = [];
  return {
    lines,
    info: (fields: object, message: string) => void lines.push({ level: 'info', fields, message }),
    warn: (fields: object, message: string) => void lines.push({ level: 'warn', fields, message }),
  };
}

export const origin = { file: 'omada.yaml', line: 1, column: 1 } as OmadaController['origin'];

export function controllerAt(url: string, more: Partial<OmadaController> = {}): OmadaController {
  return {
    name: 'cafe',
    url,
    tls: { mode: 'insecure' },
    operator: { username: 'lastmile', password: new Secret(password) },
    timeUnit: 'ms',
    origin,
    ...more,
  };
}

export interface OmadaLabOptions extends Partial<SimulatedOmadaOptions> {
  readonly controller?: Partial<OmadaController>;
  readonly deps?: Partial<OmadaClientDeps>;
}

/** A simulated controller, and our client of it with the certificate pinned. */
export async function omadaLab({ controller, deps, ...options }: OmadaLabOptions = {}) {
  const events: string[] = [];
  const listeners = new Set<(event: string) => void>();
  const omada = await SimulatedOmada.start({
    clock: systemClock,
    operators: [{ name: 'lastmile', password }],
    sites: [{ name: 'Default', portalUrl: 'http://portal.test/p/cafe' }],
    log: (event) => {
      events.push(event);
      for (const listener of listeners) listener(event);
    },
    ...options,
  });
  const tls =
    omada.certificate === undefined
      ? ({ mode: 'insecure' } as const)
      : ({ mode: 'pinned', fingerprint: omada.certificate.fingerprint } as const);
  const log = keptLog();
  const declared = controllerAt(omada.url, { tls, ...controller });
  const client = new OmadaClient(declared, { clock: systemClock, log, busyPauseMs: 1, ...deps });
  return {
    omada,
    client,
    declared,
    log,
    events,
    onEvent: (listener: (event: string) => void) => void listeners.add(listener),
    /** A device joins and is sent to the portal; resolves with what the portal is told of it. */
    guest: async (request: Partial<JoinRequest> = {}) => contextOf(omada, await omada.join(joinRequest(request))),
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await omada[Symbol.asyncDispose]();
    },
  };
}

export function joinRequest(request: Partial<JoinRequest> = {}): JoinRequest {
  return { mac: '52-DE-63-00-00-01', ssid: 'Café Größe', ...request };
}

/** What the portal makes of a redirect. */
export function contextOf(omada: SimulatedOmada, client: { readonly mac: string }): OmadaClientContext {
  const { searchParams } = new URL(omada.redirectFor(client.mac, 'http://captive.apple.com/'));
  const value = (name: string) => searchParams.get(name) ?? '';
  return {
    clientMac: value('clientMac'),
    clientIp: value('clientIp'),
    site: value('site'),
    redirectUrl: value('redirectUrl'),
    ...(searchParams.has('gatewayMac')
      ? { kind: 'gateway', gatewayMac: value('gatewayMac'), vid: value('vid') }
      : { kind: 'eap', apMac: value('apMac'), ssidName: value('ssidName'), radioId: value('radioId') }),
  };
}

/** A signal that nobody aborts. */
export const never = new AbortController().signal;
// A hundred guests wait under it at once.
setMaxListeners(0, never);

export function macOf(number: number): string {
  return `52-DE-63-00-${hex(number >> 8)}-${hex(number & 0xff)}`;
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, '0').toUpperCase();
}
