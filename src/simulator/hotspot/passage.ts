import type { Database } from '../routeros/database.ts';
import { bindingOf } from './binding.ts';
import {
  type DeviceRequest,
  type GatewayHandlers,
  isLoopback,
  type Outcome,
  type OwnTls,
  plain,
  type Target,
} from './gateway.ts';
import type { Host } from './host.ts';
import type { Servlet } from './servlet.ts';
import { type HotspotSettings, hotspotOf } from './settings.ts';
import { type Destination, walledGarden } from './walled-garden.ts';

export interface PassageDeps {
  readonly database: Database;
  readonly servlet: Servlet;
  /** What the pages of a hotspot are served with over TLS; `undefined`: they are not. */
  tlsOf(hotspot: HotspotSettings): OwnTls | undefined;
  /** A packet of the device was seen. */
  seen(host: Host): Promise<void>;
  /** What this device asks the router for leaves a name in its cache. */
  asked(name: string): void;
  /** A connection of this device, which is not let in, went where it wanted to, or to a port of the hotspot instead. */
  passed(host: Host, to: Destination): void;
  turnedAway(host: Host, hotspot: HotspotSettings, to: Destination): void;
  /** `host:port` of the listener that devices share. */
  sharedAddress(): string | undefined;
}

/** Decides where requests of devices go: to the hotspot's pages, on to the network, or nowhere. */
export class Passage {
  readonly #deps: PassageDeps;

  constructor(deps: PassageDeps) {
    this.#deps = deps;
  }

  /** @param hostAt the device behind an address */
  handlers(hostAt: (remote: string) => Promise<Host | undefined>): GatewayHandlers {
    return {
      answer: async (request) => this.#answer(await hostAt(request.remote), request),
      tunnel: async (remote, name, port) => this.#tunnel(await hostAt(remote), name, port),
    };
  }

  async #answer(host: Host | undefined, asked: DeviceRequest): Promise<Outcome> {
    const hotspot = host && hotspotOf(this.#deps.database, host.serverId);
    if (host === undefined || hotspot === undefined) return noHotspot();
    await this.#deps.seen(host);
    const binding = bindingOf(this.#deps.database, host);
    if (binding === 'blocked') return { kind: 'refuse' };
    // The shared listener is the router itself, whichever way a device comes to it.
    const request = asked.url.host === this.#deps.sharedAddress() ? { ...asked, ownAddress: true } : asked;
    if (request.secure || request.ownAddress || isOwnName(hotspot, request.url.hostname)) {
      return this.#deps.servlet.answer(host, hotspot, request);
    }
    this.#deps.asked(request.url.hostname);
    if (host.online || binding === 'bypassed') return forwarded(host, request);
    return this.#stopped(host, hotspot, request);
  }

  #stopped(host: Host, hotspot: HotspotSettings, request: DeviceRequest): Outcome {
    const { hostname, port, pathname, search } = request.url;
    const http = { method: request.method, path: `${pathname}${search}` };
    const wanted = { ...destination(host, hostname, Number(port || 80)), http };
    switch (walledGarden(this.#deps.database, host, wanted)) {
      case 'pass':
        this.#deps.passed(host, wanted);
        return forwarded(host, request);
      case 'refuse':
        return { kind: 'refuse' };
      default:
        this.#deps.turnedAway(host, hotspot, wanted);
        return this.#deps.servlet.stopped(host, hotspot, request);
    }
  }

  async #tunnel(host: Host | undefined, name: string, port: number): Promise<Target | OwnTls | undefined> {
    const hotspot = host && hotspotOf(this.#deps.database, host.serverId);
    if (host === undefined || hotspot === undefined) return undefined;
    await this.#deps.seen(host);
    const binding = bindingOf(this.#deps.database, host);
    if (binding === 'blocked') return undefined;
    if (isOwnName(hotspot, name)) return port === 443 ? this.#deps.tlsOf(hotspot) : undefined;
    this.#deps.asked(name);
    if (host.online || binding === 'bypassed') return resolved(host, name, port);
    const wanted = destination(host, name, port);
    if (walledGarden(this.#deps.database, host, wanted) !== 'pass') {
      this.#deps.turnedAway(host, hotspot, wanted);
      return undefined;
    }
    this.#deps.passed(host, wanted);
    return resolved(host, name, port);
  }
}

/** `127.0.0.1:8080`. Nothing but loopback is a target. */
export function targetIn(text: string): Target | undefined {
  const [, host, port] = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || !isLoopback(host) || Number(port) > 65_535) return undefined;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function noHotspot(): Outcome {
  return plain('503 Service Unavailable', 'There is no hotspot here.');
}

function forwarded(host: Host, { url }: DeviceRequest): Outcome {
  const target = resolved(host, url.hostname, Number(url.port || 80));
  return target === undefined
    ? plain('502 Bad Gateway', 'The simulated network does not reach this host.')
    : { kind: 'forward', target };
}

function destination(host: Host, name: string, port: number): Destination {
  const target = resolved(host, name, port);
  return { host: name.toLowerCase(), port, ...(target === undefined ? {} : { address: target.host }) };
}

function isOwnName({ profile }: HotspotSettings, name: string): boolean {
  const dnsName = (profile.get('dns-name') ?? '').toLowerCase();
  return (dnsName !== '' && name === dnsName) || name === profile.get('hotspot-address');
}

/** Where a name leads for this device. Nothing but this machine is ever reached. */
function resolved({ resolve }: Host, name: string, port: number): Target | undefined {
  const to = resolve.get(`${name}:${port}`) ?? resolve.get(name);
  if (to !== undefined) return targetIn(to);
  return isLoopback(name) ? { host: name.replace(/^\[|\]$/g, ''), port } : undefined;
}
