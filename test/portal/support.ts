import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { recentDecisions } from '../../src/access/decision-log.ts';
import { Secret } from '../../src/base/secret.ts';
import type { Login, PortalAccess } from '../../src/directory/reader.ts';
import { serviceLimits } from '../../src/directory/rows.ts';
import type { MikrotikBridge, OmadaBridge, PortalSite } from '../../src/model/kinds/portal-site.ts';
import type { Endpoint } from '../../src/model/kinds/radius.ts';
import type { ServicePlan } from '../../src/model/kinds/service.ts';
import { portalCounters } from '../../src/portal/counters.ts';
import type {
  GuestSession,
  OmadaAccess,
  OmadaClientContext,
  OmadaVerdict,
  OnlineGuests,
  PortalDeps,
} from '../../src/portal/ports.ts';
import { PortalServer } from '../../src/portal/server.ts';
import { QuickClock } from '../support/quick-clock.ts';

export const siteKey = new Secret('the key of the site, thirty-two.');
export const mac = 'AA:BB:CC:00:11:22';
const origin = { file: 'site.yaml', line: 1, column: 1 };

export const hour: ServicePlan = {
  name: 'hour',
  labels: {},
  access: ['hotspot'],
  sessions: { timeoutSeconds: 3600, interimSeconds: 120 },
  attributes: [],
  origin,
};

export const bridge: MikrotikBridge = {
  type: 'mikrotik',
  router: 'cafe-1',
  identity: 'Cafe Router',
  hotspot: 'guests',
  method: 'pap-redirect',
  loginUrl: 'http://login.cafe.example/login',
  loginHosts: ['login.cafe.example', '10.5.50.1'],
};

export const omadaBridge: OmadaBridge = {
  type: 'omada',
  controller: 'hq',
  site: { name: 'Default', id: '63f0a1b2c3d4e5f6a7b8c9d0' },
};

export function site(more: Partial<PortalSite> = {}): PortalSite {
  return {
    name: 'cafe',
    labels: {},
    title: 'Café Blue',
    languages: ['en', 'de'],
    bridges: [bridge, omadaBridge],
    aliases: { domain: 'acme', region: 'north', virtualId: '7' },
    methods: ['login', 'click-through'],
    clickThrough: hour,
    walledGarden: [],
    welcomeUrl: 'https://cafe.example/welcome',
    terms: 'Be kind.\nNo <b>spam</b>.',
    branding: { contact: '+49 30 1234' },
    key: siteKey,
    origin,
    ...more,
  };
}

export function login(username: string, more: Partial<Login> = {}): Login {
  return {
    username,
    subscriber: username,
    service: 'home',
    password: new Secret('correct horse'),
    state: 'active',
    radius: true,
    limits: { interimSeconds: 120, attributes: [] },
    ...more,
  };
}

const access: PortalAccess = {
  site: 'cafe',
  key: siteKey,
  nas: ['cafe-1', 'cafe-2'],
  clickThrough: { service: 'hour', limits: { sessionTimeoutSeconds: 3600, interimSeconds: 120, attributes: [] } },
};

/** Accounting that tests fill by hand. */
export class TestOnline implements OnlineGuests {
  readonly open: GuestSession[] = [];
  readonly ended: GuestSession[] = [];
  canEnd = true;
  /** A Start that comes while somebody waits for it. */
  coming: GuestSession | undefined;

  isOnline(guest: GuestSession): boolean {
    return this.open.some((each) => sessionKey(each) === sessionKey(guest));
  }

  async started(guest: GuestSession, signal: AbortSignal): Promise<boolean> {
    if (this.coming !== undefined) this.open.push(this.coming);
    if (this.isOnline(guest)) return true;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return false;
  }

  async end(guest: GuestSession): Promise<boolean> {
    this.ended.push({ username: guest.username, mac: guest.mac, nas: guest.nas });
    return this.canEnd;
  }
}

/** A controller that says what a test tells it to. */
export class TestOmada implements OmadaAccess {
  verdict: OmadaVerdict = { result: 'authorised' };
  readonly asked: { readonly controller: string; readonly client: OmadaClientContext; readonly seconds: number }[] = [];

  async authorise({ controller }: OmadaBridge, client: OmadaClientContext, seconds: number): Promise<OmadaVerdict> {
    this.asked.push({ controller, client, seconds });
    return this.verdict;
  }
}

/** A portal on a port of its own, with everything around it in memory. */
export class PortalLab implements AsyncDisposable {
  readonly logins = new Map<string, Login>();
  readonly online = new TestOnline();
  readonly omada = new TestOmada();
  readonly decisions = recentDecisions();
  readonly counters = portalCounters();
  readonly clock = new QuickClock();
  readonly logged: string[] = [];
  sites: readonly PortalSite[];
  access: PortalAccess | undefined = access;
  trustedProxies: readonly string[] = [];
  /** What is declared, when it is not where the portal is. */
  publicUrl: string | undefined;
  /** Origin of the portal. */
  url = '';
  #server: PortalServer | undefined;

  private constructor(sites: readonly PortalSite[]) {
    this.sites = sites;
    this.logins.set('anna', login('anna'));
  }

  static async start(sites: readonly PortalSite[] = [site()], options: LabOptions = {}): Promise<PortalLab> {
    const lab = new PortalLab(sites);
    const deps = { ...lab.#deps(), ...options.deps };
    const tls = options.tls === undefined ? {} : { tls: options.tls };
    const requestMs = options.requestMs === undefined ? {} : { requestMs: options.requestMs };
    lab.#server = await PortalServer.start({ listen: options.listen ?? anyPort, deps, ...tls, ...requestMs });
    const scheme = options.tls === undefined ? 'http' : 'https';
    lab.url = `${scheme}://127.0.0.1:${lab.#server.endpoint.port}`;
    return lab;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }

  #deps(): PortalDeps {
    return {
      sites: () => this.sites,
      settings: () => ({ publicUrl: this.publicUrl ?? this.url, trustedProxies: this.trustedProxies }),
      directory: {
        login: (username) => this.logins.get(username),
        portal: (name) => (this.access?.site === name ? this.access : undefined),
      },
      guestLimits: (service) => serviceLimits(service, 'UTC'),
      decisions: this.decisions,
      online: this.online,
      omada: this.omada,
      clock: this.clock,
      random: randomBytes,
      counters: this.counters,
      log: pino({ level: 'debug' }, { write: (line) => void this.logged.push(line) }),
    };
  }
}

const anyPort: Endpoint = { host: '127.0.0.1', port: 0 };

interface LabOptions {
  readonly listen?: Endpoint;
  readonly deps?: Partial<PortalDeps>;
  readonly requestMs?: number;
  readonly tls?: { readonly certificate: Secret; readonly key: Secret };
}

/** What a router's login page sends, as a query. */
export function fromRouter(more: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({ ...routerFields, ...more }).toString();
}

export const routerFields: Readonly<Record<string, string>> = {
  mac,
  ip: '10.5.50.23',
  'link-login-only': 'http://login.cafe.example/login',
  'link-orig': 'http://news.example/today?x=1',
  identity: 'Cafe Router',
  'server-name': 'guests',
  error: '',
  'error-orig': '',
  'plain-passwd': 'yes',
  trial: 'no',
  'chap-id': '',
  'chap-challenge': '',
  var: '',
  username: '',
};

function sessionKey({ username, mac, nas }: GuestSession): string {
  return [username, mac, nas].join(' ');
}
