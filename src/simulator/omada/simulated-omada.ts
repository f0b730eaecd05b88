import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { joinHostPort } from '../endpoints.ts';
import { type SelfSigned, selfSigned } from '../self-signed.ts';
import { type AuthRecord, type ClientPlace, ClientTable, controllerMac, type SimulatedClient } from './client-table.ts';
import { DeviceGateway, type NameTable } from './device-gateway.ts';
import { type SimulatedApplication, SimulatedOpenApi } from './open-api.ts';
import { type ExpirySign, type OmadaBehaviour, type OmadaCounters, OperatorApi } from './operator-api.ts';
import { Operators, type SimulatedOperator } from './operators.ts';
import { portalRedirect, type StampUnit } from './portal-redirect.ts';
import type { SimulatedSite } from './site.ts';
import { SiteSettings } from './site-settings.ts';
import { isControllerAtLeast } from './version.ts';

export interface SimulatedOmadaOptions {
  readonly clock: Clock;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Where operators ask; default a free one. */
  readonly apiPort?: number;
  /** Default: `host`. */
  readonly portalHost?: string;
  /** Where guests are sent first, plain HTTP; default a free one. */
  readonly portalPort?: number;
  /** Default true: HTTPS with a certificate made at the start. */
  readonly tls?: boolean;
  /** Instead of the one made at the start. */
  readonly certificate?: SelfSigned;
  /** omadacId, 32 hex digits. Default: random. */
  readonly id?: string;
  /** Default 5.15.24.19. */
  readonly version?: string;
  /** Default by version: `TPEAP_SESSIONID` before 5.11, `TPOMADA_SESSIONID` from then on. */
  readonly cookieName?: string;
  readonly operators: readonly SimulatedOperator[];
  /** An id is made up where none is given. */
  readonly sites: readonly (Omit<SimulatedSite, 'id'> & { readonly id?: string })[];
  /** Application of its OpenAPI. Absent: it has none. */
  readonly application?: SimulatedApplication;
  /** Of an access token of the OpenAPI. Default 2 h. */
  readonly tokenLifetimeMs?: number;
  /** Unit that `time` is taken for. Default ms. */
  readonly timeUnit?: 'ms' | 'us' | 's' | 'min';
  /** Unit of `t` in redirects. Default s. */
  readonly stampUnit?: StampUnit;
  /** Whether redirects name the site by its id, as newer controllers do. Default false. */
  readonly siteById?: boolean;
  /** Default 30 min. */
  readonly sessionLifetimeMs?: number;
  /** Default `code`. */
  readonly expirySign?: ExpirySign;
  /** Whether `errorCode` is text. Default false. */
  readonly codesAsText?: boolean;
  readonly latencyMs?: number;
  readonly random?: (size: number) => Buffer;
  readonly log?: (message: string) => void;
}

export interface JoinRequest {
  /** In any spelling. */
  readonly mac: string;
  /** Default: the next of 192.168.88.0/24. */
  readonly ip?: string;
  /** Its name or its id. Default: the first. */
  readonly site?: string;
  /** Network of an access point; absent: on a wire behind the gateway. */
  readonly ssid?: string;
  readonly apMac?: string;
  readonly radioId?: string;
  readonly gatewayMac?: string;
  readonly vid?: string;
  /** What host names mean to this device: `{'portal.example': '127.0.0.1:8080'}`. */
  readonly names?: NameTable;
}

/** A device that joined. */
export interface JoinedClient extends SimulatedClient {
  /** Its way into the network, an HTTP proxy: `127.0.0.1:40001`. */
  readonly proxy: string;
}

/** What operators see of a device. */
export interface ClientView extends SimulatedClient {
  readonly authorised: boolean;
  /** Ends at, when authorised: wall time, milliseconds since 1970. */
  readonly until?: number;
}

const defaultAp = '50-C7-BF-00-00-01';
const defaultGateway = '50-C7-BF-00-00-02';

/**
 * An Omada controller (4.x to 6.x) that is not there, with access points, a gateway and guests' devices: what hotspot
 * operators ask of it over HTTPS, and the redirect that guests meet. What a person would do are methods.
 */
export class SimulatedOmada {
  /** `undefined` when it speaks plain HTTP. */
  readonly certificate: SelfSigned | undefined;
  readonly counters: OmadaCounters = {
    info: 0,
    logins: 0,
    refusedLogins: 0,
    auths: 0,
    authorised: 0,
    clientLists: 0,
    disconnects: 0,
  };
  /** Can be changed at any time. */
  readonly behaviour: OmadaBehaviour;
  readonly version: string;
  readonly sites: readonly (SimulatedSite & { readonly settings: SiteSettings })[];
  readonly openApi: SimulatedOpenApi;
  readonly #options: SimulatedOmadaOptions;
  readonly #operators: Operators;
  readonly #clients: ClientTable;
  readonly #gateways = new Map<string, DeviceGateway>();
  readonly #api: Server;
  readonly #portal: Server;
  #nextHost = 10;

  private constructor(options: SimulatedOmadaOptions) {
    const { clock, random = randomBytes, tls = true, version = '5.15.24.19', log = () => undefined } = options;
    this.#options = options;
    this.version = version;
    const newId = () => random(12).toString('hex');
    this.sites = options.sites.map((each) => {
      const site = { ...each, id: each.id ?? newId() };
      return { ...site, settings: new SiteSettings(site, newId) };
    });
    this.behaviour = {
      id: options.id ?? random(16).toString('hex'),
      expirySign: options.expirySign ?? 'code',
      busy: 0,
      deaf: 0,
      latencyMs: options.latencyMs ?? 0,
    };
    const now = () => clock.now();
    this.#clients = new ClientTable(now);
    const lifetimeMs = options.sessionLifetimeMs ?? 30 * 60_000;
    this.#operators = new Operators({ operators: options.operators, lifetimeMs, now, random });
    const cookieName =
      options.cookieName ?? (isControllerAtLeast(version, '5.11') ? 'TPOMADA' : 'TPEAP').concat('_SESSIONID');
    this.openApi = new SimulatedOpenApi({
      ...{ application: options.application, sites: this.sites, now, random, log },
      ...{ tokenLifetimeMs: options.tokenLifetimeMs ?? 7_200_000, id: () => this.behaviour.id },
    });
    const api = new OperatorApi({
      ...{ clock, version, cookieName, log, counters: this.counters, behaviour: this.behaviour },
      ...{ codesAsText: options.codesAsText ?? false, timeUnit: options.timeUnit ?? 'ms' },
      ...{ sites: this.sites, operators: this.#operators, clients: this.#clients, openApi: this.openApi },
    });
    const serve = (request: IncomingMessage, response: ServerResponse) => void api.serve(request, response);
    this.certificate = tls ? (options.certificate ?? selfSigned({ altNames: ['localhost', '127.0.0.1'] })) : undefined;
    this.#api =
      this.certificate === undefined
        ? createHttpServer(serve)
        : createHttpsServer({ key: this.certificate.key, cert: this.certificate.certificate }, serve);
    this.#portal = createHttpServer((request, response) => this.#enter(request, response));
  }

  /** @throws when an address cannot be listened on */
  static async start(options: SimulatedOmadaOptions): Promise<SimulatedOmada> {
    const omada = new SimulatedOmada(options);
    try {
      await listening(omada.#api, omada.host, options.apiPort ?? 0);
      await listening(omada.#portal, omada.portalHost, options.portalPort ?? 0);
    } catch (error) {
      await omada[Symbol.asyncDispose]();
      throw error;
    }
    return omada;
  }

  get host(): string {
    return this.#options.host ?? '127.0.0.1';
  }

  get portalHost(): string {
    return this.#options.portalHost ?? this.host;
  }

  get apiPort(): number {
    return portOf(this.#api);
  }

  get portalPort(): number {
    return portOf(this.#portal);
  }

  /** Its origin for `OmadaController.url`. */
  get url(): string {
    return `${this.certificate === undefined ? 'http' : 'https'}://${joinHostPort(this.host, this.apiPort)}`;
  }

  /** A device comes into the network. One of that MAC that was there before is gone. @throws TypeError */
  async join(request: JoinRequest): Promise<JoinedClient> {
    const client = this.#clientOf(request);
    await this.leave(client.mac);
    this.#clients.put(client);
    const gateway = await this.#openGateway(client, request.names ?? {});
    this.#gateways.set(client.mac, gateway);
    return { ...client, proxy: joinHostPort(this.host, gateway.port) };
  }

  /** A device goes. @returns whether it was there */
  async leave(mac: string): Promise<boolean> {
    const client = this.#clients.get(mac);
    if (client === undefined) return false;
    this.#clients.remove(client.mac);
    const gateway = this.#gateways.get(client.mac);
    this.#gateways.delete(client.mac);
    await gateway?.[Symbol.asyncDispose]();
    return true;
  }

  clients(): readonly ClientView[] {
    return this.#clients.list().map((client) => {
      const current = this.#clients.current(client.mac);
      return { ...client, authorised: current !== undefined, ...(current === undefined ? {} : { until: current.end }) };
    });
  }

  client(mac: string): ClientView | undefined {
    const own = controllerMac(mac);
    return this.clients().find((client) => client.mac === own);
  }

  /** Every time a client was let in, latest last. */
  records(mac: string): readonly AuthRecord[] {
    return this.#clients.records(controllerMac(mac) ?? mac);
  }

  /** A client sends and gets so much. */
  traffic(mac: string, { up = 0, down = 0 }: { readonly up?: number; readonly down?: number }): void {
    this.#clients.traffic(mac, up, down);
  }

  /** Where a guest ends up who asked for `url`: the portal, with what the controller knows of him. @throws TypeError */
  redirectFor(mac: string, url: string): string {
    const client = this.#clients.get(mac);
    const site = this.sites.find(({ name }) => name === client?.site);
    if (client === undefined || site === undefined) throw new TypeError(`no client ${mac}`);
    const own = client.place.kind === 'eap' ? site.settings.portalUrlOf(client.place.ssid) : undefined;
    return portalRedirect({
      ...{
        portalUrl: own ?? site.portalUrl,
        client,
        redirectUrl: url,
        now: this.#options.clock.now(),
        version: this.version,
      },
      site: this.#options.siteById === true ? site.id : site.name,
      stampUnit: this.#options.stampUnit ?? 's',
    });
  }

  /** Takes a client's right to be let through back. @returns whether it had one */
  unauthorise(mac: string): boolean {
    return this.#clients.end(mac);
  }

  /** Every session of an operator is over. */
  expireSessions(): void {
    this.#operators.expireAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#gateways.values()].map((gateway) => gateway[Symbol.asyncDispose]()));
    this.#gateways.clear();
    await Promise.all([closed(this.#api), closed(this.#portal)]);
  }

  #clientOf(request: JoinRequest): SimulatedClient {
    const mac = controllerMac(request.mac);
    if (mac === undefined) throw new TypeError(`not a MAC: ${request.mac}`);
    const { site: asked = this.sites[0]?.name } = request;
    const site = this.sites.find(({ name, id }) => name === asked || id === asked);
    if (site === undefined) throw new TypeError(`no site ${asked}`);
    return { mac, ip: request.ip ?? this.#address(), site: site.name, place: placeOf(request) };
  }

  #address(): string {
    const host = this.#nextHost;
    this.#nextHost = host >= 254 ? 10 : host + 1;
    return `192.168.88.${host}`;
  }

  #openGateway({ mac, site: name }: SimulatedClient, names: NameTable): Promise<DeviceGateway> {
    // Pre-Authentication Access: the portal, and where guests are sent first.
    const open = new Set([
      joinHostPort(this.portalHost, this.portalPort),
      ...this.sites.map(({ portalUrl }) => authorityOf(portalUrl)),
    ]);
    const settings = this.sites.find((site) => site.name === name)?.settings;
    return DeviceGateway.start({
      host: this.host,
      names,
      isAuthorised: () => this.#clients.isAuthorised(mac),
      isOpen: (asked) => open.has(asked) || settings?.isOpen(asked) === true,
      interceptedTo: (url) => {
        const query = new URLSearchParams({ clientMac: mac, url });
        return `http://${joinHostPort(this.portalHost, this.portalPort)}/portal/entry?${query}`;
      },
    });
  }

  /** The controller's own portal port: sends guests on to the portal. */
  #enter(request: IncomingMessage, response: ServerResponse): void {
    const [path, query] = (request.url ?? '').split('?', 2);
    const parameters = new URLSearchParams(query);
    const url = parameters.get('url') ?? '';
    const client = this.#clients.get(parameters.get('clientMac') ?? '');
    if (path !== '/portal/entry' || client === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('This device is not known here.\n');
      return;
    }
    const location = this.#clients.isAuthorised(client.mac) ? url : this.redirectFor(client.mac, url);
    response.writeHead(302, { location: safeLocation(location), 'cache-control': 'no-store' }).end();
  }
}

function placeOf(request: JoinRequest): ClientPlace {
  const { ssid, apMac = defaultAp, radioId = '0', gatewayMac = defaultGateway, vid = '1' } = request;
  if (ssid === undefined) return { kind: 'gateway', gatewayMac: controllerMac(gatewayMac) ?? gatewayMac, vid };
  return { kind: 'eap', apMac: controllerMac(apMac) ?? apMac, ssid, radioId };
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port });
  await once(server, 'listening');
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  const close = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await close;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** With the port in any case. */
function authorityOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

/** A header takes no line ends and nothing beyond Latin-1. */
function safeLocation(url: string): string {
  return url.replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character));
}
