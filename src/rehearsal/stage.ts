import { loadFiles } from '../daemon/load.ts';
import type { Issue } from '../manifest/issue.ts';
import type { FileCache } from '../manifest/load-manifest.ts';
import type { Subscription } from '../model/kinds/subscription.ts';
import type { Model } from '../model/model.ts';
import { GuestClient, type GuestPage } from '../simulator/guest-client.ts';
import type { SimulatedRouterOs } from '../simulator/simulated-routeros.ts';
import type { SourceFile } from '../source/source.ts';
import { type Edit, editFiles } from './edit-files.ts';
import type { Repository } from './repository.ts';
import type { World } from './world.ts';

/** A step that cannot be done: what it names is not there. */
export class CannotError extends RangeError {}

/** What a login, or a device that asked for an address, was told. */
export interface LastLogin {
  readonly username: string;
  readonly accepted: boolean;
  /** The word of the device. */
  readonly reason?: string;
  readonly address?: string;
  readonly rate?: string;
}

/** What became of a commit. */
export type Committed =
  | { readonly result: 'applied' | 'in-sync' | 'partial' | 'refused'; readonly codes: readonly string[] }
  | { readonly result: 'invalid'; readonly codes: readonly string[]; readonly issues: readonly Issue[] };

interface Device {
  readonly mac: string;
  readonly router: SimulatedRouterOs;
  readonly browser: GuestClient;
  page?: GuestPage;
}

/** One world with the people in it, and what they saw last. */
export class Stage {
  readonly world: World;
  readonly #repository: Repository;
  #files: readonly SourceFile[];
  readonly #cache: FileCache;
  #commits = 0;
  readonly #devices = new Map<string, Device>();
  #lastDevice: Device | undefined;
  /** Of the step at hand. */
  login: LastLogin | undefined;
  committed: Committed | undefined;

  constructor(world: World, repository: Repository) {
    this.world = world;
    this.#repository = repository;
    this.#files = repository.network;
    this.#cache = new Map(repository.read);
  }

  get model(): Model {
    return this.world.model;
  }

  /** @throws CannotError when nobody is called so, or somebody has several services */
  subscription(name: string): Subscription {
    const found = this.model.subscriptions.filter(({ id, subscriber }) => id === name || subscriber === name);
    const [first] = found;
    if (first === undefined) throw new CannotError(`no subscriber is called "${name}" at this point`);
    if (found.length > 1)
      throw new CannotError(`"${name}" has several services: say which, as ${found.map(({ id }) => id).join(' or ')}`);
    return first;
  }

  /** Under which name somebody is online. @throws CannotError */
  username({ subscriber, username }: { readonly subscriber?: string; readonly username?: string }): string {
    if (username !== undefined) return username;
    if (subscriber === undefined) throw new CannotError('say who: subscriber or username');
    const found = this.subscription(subscriber);
    const name = found.username ?? found.macs[0];
    if (name === undefined) throw new CannotError(`"${subscriber}" has neither a username nor a device`);
    return name;
  }

  /** @throws CannotError when there is none of that name */
  router(name: string): SimulatedRouterOs {
    const router = this.world.routers.get(name);
    if (router === undefined) throw new CannotError(`no router is called "${name}" at this point`);
    return router;
  }

  /** The one that is named, else the first that has such a server. @throws CannotError */
  routerWith(name: string | undefined, what: 'ppp' | 'dhcp' | 'hotspots'): SimulatedRouterOs {
    if (name !== undefined) return this.router(name);
    const found = this.model.routers.find((router) =>
      what === 'ppp' ? (router.ppp?.servers.length ?? 0) > 0 : router[what].length > 0,
    );
    if (found === undefined) throw new CannotError(`no router has ${serverWords[what]}: say which one is meant`);
    return this.router(found.name);
  }

  /** The device that is named, else the first of the subscriber, else one made up from his name. @throws CannotError */
  mac({ mac, subscriber }: { readonly mac?: string; readonly subscriber?: string }): string {
    if (mac !== undefined) return mac;
    if (subscriber === undefined) throw new CannotError('say which device: mac or subscriber');
    return this.subscription(subscriber).macs[0] ?? madeUpMac(subscriber);
  }

  /** A device comes into reach of a hotspot, and has a browser. @throws CannotError when the hotspot takes it not */
  async join(router: SimulatedRouterOs, mac: string, port: string | undefined): Promise<LastLogin> {
    const resolve = this.#names();
    const joined = await router.join({ mac, resolve, ...(port === undefined ? {} : { interface: port }) });
    if (!joined.ok) return { username: mac, accepted: false, reason: joined.message ?? joined.reason };
    const device: Device = { mac: joined.mac, router, browser: new GuestClient({ proxy: joined.gateway }) };
    this.#devices.set(joined.mac, device);
    this.#lastDevice = device;
    const { online, address, username = mac } = joined;
    return { username, accepted: online, address, ...(online ? {} : { reason: 'not logged in yet' }) };
  }

  /** The device that is named, else the one that joined last. @throws CannotError */
  device(mac: string | undefined): Device {
    const device = mac === undefined ? this.#lastDevice : this.#devices.get(macKey(mac));
    if (device === undefined) throw new CannotError('no such device has joined a hotspot');
    this.#lastDevice = device;
    return device;
  }

  /** What the device that was used last has before it. */
  get page(): GuestPage | undefined {
    return this.#lastDevice?.page;
  }

  /** A commit, and what became of it. @throws EditError when it names what is not there */
  async commit(edit: Edit): Promise<Committed> {
    const files = editFiles(this.#files, edit);
    const settings = { ...this.#repository.settings, mode: 'rehearse', cache: this.#cache } as const;
    const { model, issues } = await loadFiles(files, settings);
    if (model === undefined) {
      const errors = issues.filter(({ severity }) => severity === 'error');
      return { result: 'invalid', codes: errors.map(({ code }) => code), issues: errors };
    }
    this.#files = files;
    this.#commits += 1;
    const reports = await this.world.commit(model, `step-${this.#commits}`);
    const codes = reports.flatMap(({ refusals, error, findings }) => [
      ...refusals.map(({ code }) => code),
      ...(error === undefined ? [] : [error.code]),
      ...findings.map(({ code }) => code),
    ]);
    const results = reports.map(({ result }) => result);
    if (results.includes('refused')) return { result: 'refused', codes };
    if (results.some((each) => each === 'partial' || each === 'failed')) return { result: 'partial', codes };
    return { result: results.includes('applied') ? 'applied' : 'in-sync', codes };
  }

  /** Names that a guest's device resolves: that of the portal. */
  #names(): Readonly<Record<string, string>> {
    const { portal } = this.world;
    const { publicUrl } = this.model.operator.portal;
    if (portal === undefined || publicUrl === undefined) return {};
    const { hostname, port, protocol } = new URL(publicUrl);
    const tls = this.model.operator.portal.tls !== undefined;
    const usual = protocol === 'https:' && tls ? '443' : '80';
    return { [hostname]: portal, [`${hostname}:${port === '' ? usual : port}`]: portal };
  }
}

const serverWords = { ppp: 'a PPPoE server', dhcp: 'a DHCP server', hotspots: 'a hotspot' } as const;

/** The same for the same name, and nobody's: a locally administered address. */
function madeUpMac(name: string): string {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 0x1_0000_0000;
  const digits = `02${'0'.repeat(2)}${sum.toString(16).padStart(8, '0')}`.toUpperCase();
  return (digits.match(/../g) ?? []).join(':');
}

function macKey(mac: string): string {
  return (mac.replace(/[:.-]/g, '').toUpperCase().match(/../g) ?? []).join(':');
}
