import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/base/system-clock.ts';
import { GuestClient } from '../../src/simulator/guest-client.ts';
import { SimulatedOmada, type SimulatedOmadaOptions } from '../../src/simulator/omada/simulated-omada.ts';
import type { SimulatedRouterOsOptions } from '../../src/simulator/simulated-options.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { freeTcpPort, freeUdpPort } from './free-ports.ts';
import { DaemonProcess, lastmile, type Ran } from './lastmile.ts';
import { TempFolder } from './temp-folder.ts';

/** Passwords and secrets of the café: none of them may ever be seen where it does not belong. */
export const cafeCanaries = {
  gina: 'canary-gina-93b1d0',
  hana: 'canary-hana-cc0412',
  radiusSecret: 'canary-radius-secret-0a71be2f',
  apiPassword: 'canary-api-18bb2c',
  macPassword: 'canary-mac-71ed90',
  operator: 'canary-operator-5520ff',
  masterKey: 'canary-master-key-of-thirty-two!',
} as const;

/** Devices that are declared, by MAC. */
export const cafeDevices = {
  till: '0C:42:A1:00:0B:01',
  /** A house with an address of its own. */
  kate: '0C:42:A1:00:0A:01',
  /** A house with an address of the pool. */
  leo: '0C:42:A1:00:0A:02',
  /** A house that core-1 knows by itself. */
  mia: '0C:42:A1:00:0A:03',
} as const;

export interface CafeOptions {
  readonly router?: Partial<SimulatedRouterOsOptions>;
  readonly omada?: Partial<SimulatedOmadaOptions>;
  /** In place of the usual `loginBy`. */
  readonly loginBy?: string;
  /** More lines of the hotspot, six spaces in. */
  readonly hotspot?: string;
  /** More lines of the portal site's spec, two spaces in. */
  readonly site?: string;
  /** In place of `mikrotik: {router: core-1, hotspot: cafe}`. */
  readonly bridge?: string;
}

const publicHost = 'portal.cafe.example';
/** What guests type or click, whose address is none of this machine's. */
export const menuUrl = 'http://menu.cafe.example/';

/**
 * A café with everything of its own: one simulated router with a hotspot on ether3 and DHCP for houses on ether4, one
 * simulated Omada controller, and a repository that declares them, with gina and hana, who have accounts.
 */
export class CafeNetwork implements AsyncDisposable {
  readonly folder: TempFolder;
  readonly router: SimulatedRouterOs;
  readonly omada: SimulatedOmada;
  readonly portalPort: number;
  readonly nasAddress: string;
  readonly #ports: readonly number[];
  readonly #options: CafeOptions;

  private constructor(parts: {
    readonly folder: TempFolder;
    readonly router: SimulatedRouterOs;
    readonly omada: SimulatedOmada;
    readonly ports: readonly number[];
    readonly nas: string;
    readonly options: CafeOptions;
  }) {
    this.folder = parts.folder;
    this.router = parts.router;
    this.omada = parts.omada;
    this.#ports = parts.ports;
    this.portalPort = parts.ports[3] ?? 0;
    this.nasAddress = parts.nas;
    this.#options = parts.options;
  }

  static async start(options: CafeOptions = {}): Promise<CafeNetwork> {
    const folder = await TempFolder.make();
    const nas = `127.${1 + (process.pid % 250)}.${Math.floor(Math.random() * 250)}.3`;
    const router = await SimulatedRouterOs.start({
      clock: systemClock,
      radiusSourceAddress: nas,
      users: [{ name: 'lastmile', password: cafeCanaries.apiPassword }],
      ...options.router,
    });
    const omada = await SimulatedOmada.start({
      clock: systemClock,
      operators: [{ name: 'portal', password: cafeCanaries.operator }],
      sites: [{ name: 'Terrace', portalUrl: `http://${publicHost}/p/cafe` }],
      ...options.omada,
    });
    const ports = [
      await freeUdpPort('127.0.0.1'),
      await freeUdpPort('127.0.0.1'),
      await freeUdpPort(nas),
      await freeTcpPort(),
    ];
    const cafe = new CafeNetwork({ folder, router, omada, ports, nas, options });
    mkdirSync(cafe.dir);
    cafe.#git('init', '-q', '-b', 'main');
    cafe.write('operator.yaml', cafe.#operator());
    cafe.write('router.yaml', cafe.#router());
    cafe.write('people.yaml', peopleYaml());
    cafe.write('site.yaml', cafe.#site());
    cafe.commit('a café');
    return cafe;
  }

  get dir(): string {
    return join(this.folder.path, 'isp');
  }

  get state(): string {
    return join(this.folder.path, 'state');
  }

  /** What host names mean to the devices of guests. */
  get names(): Readonly<Record<string, string>> {
    return { [publicHost]: `127.0.0.1:${this.portalPort}` };
  }

  /** The portal's origin as guests know it. */
  get publicUrl(): string {
    return `http://${publicHost}`;
  }

  /** The same, as this machine reaches it. */
  get portalUrl(): string {
    return `http://127.0.0.1:${this.portalPort}`;
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.dir, file), text);
  }

  commit(message: string): void {
    this.#git('add', '-A');
    this.#git('-c', 'user.name=Op', '-c', 'user.email=op@isp.example', 'commit', '-q', '-m', message);
  }

  lastmile(...args: readonly string[]): Promise<Ran> {
    return lastmile([...args, '--state', this.state], { cwd: this.folder.path });
  }

  /** `lastmile discover omada` of its controller. */
  discover(...args: readonly string[]): Promise<Ran> {
    return lastmile(['discover', 'omada', this.omada.url, ...args], { cwd: this.folder.path });
  }

  /** Starts the daemon and waits until the router and the directory are in step. */
  async running(...args: readonly string[]): Promise<DaemonProcess> {
    const listen = ['--listen-admin', '127.0.0.1:0'];
    const daemon = await DaemonProcess.start([this.dir, '--state', this.state, ...listen, ...args], {
      cwd: this.folder.path,
    });
    await this.lastmile('reconcile');
    return daemon;
  }

  /** A device in the café, and a browser on it. */
  async guest(mac: string, headers: Readonly<Record<string, string>> = {}) {
    const device = await this.router.join({ mac, interface: 'ether3', resolve: this.names });
    if (!device.ok) throw new Error(`no place for ${mac}: ${device.reason}`);
    return { device, browser: new GuestClient({ proxy: device.gateway, headers }) };
  }

  /** A device on the terrace, and a browser on it. @param how by Wi-Fi, or on a wire behind the gateway */
  async terraceGuest(mac: string, how: 'wifi' | 'wire' = 'wifi') {
    const place = how === 'wifi' ? { ssid: 'Terrace' } : { vid: '20' };
    const device = await this.omada.join({ mac, ...place, names: this.names });
    return { device, browser: new GuestClient({ proxy: device.proxy }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.router[Symbol.asyncDispose]();
    await this.omada[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }

  #git(...args: readonly string[]): void {
    execFileSync('git', ['-C', this.dir, ...args], {
      stdio: 'ignore',
      env: { ...process.env, HOME: this.folder.path },
    });
  }

  #operator(): string {
    const [auth, accounting] = this.#ports;
    return `apiVersion: lastmile/v1
kind: Operator
metadata: {name: acme}
spec:
  timezone: Africa/Nairobi
  masterKey: ${cafeCanaries.masterKey}
  radius:
    listen: {auth: "127.0.0.1:${auth}", accounting: "127.0.0.1:${accounting}"}
    servers: [{name: main, address: 127.0.0.1, authPort: ${auth}, accountingPort: ${accounting}}]
  portal: {listen: "127.0.0.1:${this.portalPort}", publicUrl: "http://${publicHost}"}
`;
  }

  #router(): string {
    return `apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 127.0.0.1
  api: {port: ${this.router.apiPort}, username: lastmile, password: ${cafeCanaries.apiPassword}}
  radius:
    secret: ${cafeCanaries.radiusSecret}
    sourceAddress: ${this.nasAddress}
    services: [hotspot, dhcp]
    coaPort: ${this.#ports[2]}
  pools:
    - {name: cafe, ranges: [10.11.0.10-10.11.0.250]}
    - {name: lanes, ranges: [10.21.0.10-10.21.0.199], static: [10.21.0.200-10.21.0.254]}
    - {name: unknown, ranges: [10.21.9.10-10.21.9.250]}
  dhcp:
    - name: cafe
      interface: ether3
      pool: cafe
      leaseTime: 1h
      network: {address: 10.11.0.0/24, gateway: 10.11.0.1, dns: [10.11.0.1]}
    - name: lanes
      interface: ether4
      pool: lanes
      leaseTime: 10m
      network: {address: 10.21.0.0/16, gateway: 10.21.0.1, dns: [9.9.9.9]}
      unknownClients: {pool: unknown, rate: {down: 1M, up: 256k}}
  hotspots:
    - name: cafe
      interface: ether3
      address: 10.11.0.1
      dnsName: login.cafe.example
      loginBy: [${this.#options.loginBy ?? 'mac, http-pap'}]
      addressesPerMac: 25
      keepalive: 2m
      macAuth: {password: ${cafeCanaries.macPassword}}
${this.#options.hotspot ?? ''}  system:
    identity: core-1
    dns: {servers: [9.9.9.9], allowRemoteRequests: true}
`;
  }

  #site(): string {
    const { apiPort, certificate } = this.omada;
    return `apiVersion: lastmile/v1
kind: PortalSite
metadata: {name: cafe}
spec:
  title: Harbour Café
  languages: [en, de, ar]
  bridge:
    - ${this.#options.bridge ?? 'mikrotik: {router: core-1, hotspot: cafe}'}
    - omada: {controller: terrace, site: Terrace}
  aliases: {domain: acme, region: coast, virtualId: "7"}
  methods: [login, click-through]
  services: {clickThrough: cafe-guest}
  walledGarden: [menu.cafe.example]
  terms: Be kind to the others.
${this.#options.site ?? ''}---
apiVersion: lastmile/v1
kind: OmadaController
metadata: {name: terrace}
spec:
  url: https://127.0.0.1:${apiPort}
  tls: {mode: pinned, fingerprint: "${certificate?.fingerprint ?? ''}"}
  operator: {username: portal, password: ${cafeCanaries.operator}}
  sites: [{name: Terrace}]
`;
  }
}

/** @param gina more lines of gina's item, four spaces in */
export function peopleYaml(gina = ''): string {
  return `apiVersion: lastmile/v1
kind: Service
metadata: {name: cafe}
spec: {access: [hotspot], rate: {down: 10M, up: 2M}, sessions: {timeout: 12h}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: cafe-guest}
spec: {access: [hotspot], rate: {down: 2M, up: 1M}, sessions: {timeout: 30m}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: lane}
spec: {access: [dhcp], rate: {down: 100M, up: 20M}, address: {pool: lanes}}
---
apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: cafe}
defaults: {service: cafe}
items:
  - name: gina
    username: gina@cafe.example
    password: ${cafeCanaries.gina}
${gina}  - {name: hana, username: hana@cafe.example, password: ${cafeCanaries.hana}, auth: local, router: core-1}
  - {name: till, mac: ["${cafeDevices.till}"]}
---
apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: lanes}
defaults: {service: lane}
items:
  - {name: kate, mac: ["${cafeDevices.kate}"], address: 10.21.0.200, router: core-1}
  - {name: leo, mac: ["${cafeDevices.leo}"]}
  - {name: mia, mac: ["${cafeDevices.mia}"], address: 10.21.0.201, auth: local, router: core-1}
`;
}
