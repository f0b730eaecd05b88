import { compact } from '../base/compact.ts';
import type { Hours } from '../model/hours.ts';
import type { AccessKind } from '../model/kinds/service.ts';
import { LoginIndex } from './login-index.ts';
import { NasIndex } from './nas-index.ts';
import type { DirectoryReader, Login, LoginLimits, Nas, PortalAccess } from './reader.ts';

/** The one subscriber directory, in memory. Reads are synchronous; only the directory's `Target` writes. */
export class Directory implements DirectoryReader {
  readonly #logins = new LoginIndex();
  readonly #devices = new Map<string, Login>();
  readonly #portals = new Map<string, PortalAccess>();
  readonly #nas = new Map<string, Nas>();
  /** One for all who have the same: each reckons by itself. */
  readonly #hours = new Map<string, Hours>();
  #behind: RowsBehind | undefined;
  #whole: Promise<void> | undefined;
  #tellWhole = (): void => undefined;
  #probe: { readonly nas: readonly Nas[]; readonly login: Login; readonly tunnels: readonly Nas[] } | undefined;
  /** But for what is one login's own, by what they say. */
  readonly #limits = new Map<string, LoginLimits>();
  readonly #access = new Map<string, readonly AccessKind[]>();
  /** Made by the first packet after a change: a thousand changes are one. */
  #byAddress: NasIndex | undefined;
  /** Likewise. */
  #tunnelsByAddress: NasIndex | undefined;
  /** Likewise. */
  #portalsByNas: ReadonlyMap<string, readonly PortalAccess[]> | undefined;

  login(username: string): Login | undefined {
    const known = this.#logins.get(username);
    if (known !== undefined) return known;
    if (username === this.#probe?.login.username) return this.#probe.login;
    const behind = this.#behind?.login(username);
    if (behind !== undefined) this.putLogin(behind);
    return behind;
  }

  loginAt(octets: Uint8Array, from: number, end: number): Login | undefined {
    return this.#logins.at(octets, from, end);
  }

  fetchLogins(packets: readonly Uint8Array[], from: Uint16Array, end: Uint16Array): void {
    this.#logins.fetch(packets, from, end);
  }

  /** Where logins and devices are looked for that are not in memory, while they are yet to be read. Absent: nowhere. */
  standOn(behind: RowsBehind | undefined): void {
    this.#behind = behind;
    this.#tellWhole();
    this.#whole =
      behind === undefined
        ? undefined
        : new Promise((resolve) => {
            this.#tellWhole = resolve;
          });
  }

  /** Resolves when all is in memory. `undefined`: it is. */
  get untilWhole(): Promise<void> | undefined {
    return this.#whole;
  }

  /** Is not all in memory yet? */
  get standsIn(): boolean {
    return this.#behind !== undefined;
  }

  /**
   * A NAS and a login of our own, to see whether logins are answered: told of to packets, and to nobody else.
   *
   * @param tunnels the NAS as it comes over TLS, also found by its name, as long as connections are judged by it
   */
  serveProbe(nas: readonly Nas[], login: Login, tunnels: readonly Nas[] = []): void {
    this.#probe = { nas, login, tunnels };
    this.#byAddress = undefined;
    this.#tunnelsByAddress = undefined;
  }

  device(mac: string): Login | undefined {
    const known = this.#devices.get(mac);
    if (known !== undefined || this.#behind === undefined) return known;
    const behind = this.#behind.device(mac);
    if (behind !== undefined) this.putDevice(behind);
    return behind;
  }

  /** Every login and device of a subscriber. Looks through all: for people, not for packets. */
  loginsOf(subscriber: string): readonly Login[] {
    const found: Login[] = [];
    for (const each of this.#logins.values()) if (each.subscriber === subscriber) found.push(each);
    for (const each of this.#devices.values()) if (each.subscriber === subscriber) found.push(each);
    return found;
  }

  portalsAt(nas: string): readonly PortalAccess[] {
    this.#portalsByNas ??= portalsByNas(this.#portals.values());
    return this.#portalsByNas.get(nas) ?? noPortals;
  }

  portal(site: string): PortalAccess | undefined {
    return this.#portals.get(site);
  }

  nas(name: string): Nas | undefined {
    return this.#nas.get(name) ?? this.#probe?.tunnels.find((each) => each.name === name);
  }

  allNas(): readonly Nas[] {
    return [...this.#nas.values()];
  }

  /** Logins by username; devices are not among them. */
  get loginCount(): number {
    return this.#logins.size;
  }

  nasAt(address: string): readonly Nas[] {
    this.#byAddress ??= new NasIndex(
      this.#probe === undefined ? this.#nas.values() : [...this.#nas.values(), ...this.#probe.nas],
    );
    return this.#byAddress.at(address);
  }

  tunnelNasAt(address: string): readonly Nas[] {
    this.#tunnelsByAddress ??= new NasIndex([
      ...[...this.#nas.values()].filter(({ radsec }) => radsec !== undefined),
      ...(this.#probe?.tunnels ?? []),
    ]);
    return this.#tunnelsByAddress.within(address);
  }

  putLogin(login: Login): void {
    this.#logins.set(this.#shared(login));
  }

  removeLogin(username: string): void {
    this.#logins.delete(username);
  }

  /** @param device its username is its MAC */
  putDevice(device: Login): void {
    this.#devices.set(device.username, this.#shared(device));
  }

  removeDevice(mac: string): void {
    this.#devices.delete(mac);
  }

  putPortal(portal: PortalAccess): void {
    this.#portals.set(portal.site, portal);
    this.#portalsByNas = undefined;
  }

  removePortal(site: string): void {
    this.#portals.delete(site);
    this.#portalsByNas = undefined;
  }

  putNas(nas: Nas): void {
    this.#nas.set(nas.name, nas);
    this.#byAddress = undefined;
    this.#tunnelsByAddress = undefined;
  }

  /** What a hundred thousand have alike is kept once, and whoever prepares a reply for it does so once. */
  #shared(login: Login): Login {
    const { access } = login;
    const limits = this.#sharedLimits(login.limits);
    if (access !== undefined && Object.keys(login).length === usualKeys) {
      const { username, subscriber, service, password, state, radius } = login;
      // Written out it takes 32 octets less than a copy: with 100,000 subscribers that is 3 MB.
      return { username, subscriber, service, access: this.#sharedAccess(access), password, state, radius, limits };
    }
    return compact({ ...login, access: access === undefined ? undefined : this.#sharedAccess(access), limits });
  }

  #sharedAccess(access: readonly AccessKind[]): readonly AccessKind[] {
    const key = access.join();
    const known = this.#access.get(key);
    if (known === undefined) this.#access.set(key, access);
    return known ?? access;
  }

  /** Of limits with something of one login's own, all else is shared. */
  #sharedLimits(limits: LoginLimits): LoginLimits {
    if (!isOfOne(limits)) return this.#sharedByAll(limits);
    const { address, routes, ipv6, attributes, ...others } = limits;
    const shared = this.#sharedByAll({ ...others, attributes: noAttributes });
    const own = attributes.length === 0 ? noAttributes : attributes;
    if (address !== undefined && routes === undefined && ipv6 === undefined) {
      const usual = usualLimits(shared, own, address);
      if (usual !== undefined) return usual;
    }
    // Not a copy by spreading: of objects of many shapes, each copy has a shape of its own, which is larger than it is.
    return compact({ ...shared, address, routes, ipv6, attributes: own });
  }

  #sharedByAll(limits: LoginLimits): LoginLimits {
    const hours = limits.hours === undefined ? undefined : this.#sharedHours(limits.hours);
    const all = hours === limits.hours || hours === undefined ? limits : { ...limits, hours };
    const key = JSON.stringify({ ...limits, hours: hours?.text });
    const known = this.#limits.get(key);
    if (known !== undefined) return known;
    if (this.#limits.size >= mostLimits) this.#limits.clear();
    this.#limits.set(key, all);
    return all;
  }

  #sharedHours(hours: Hours): Hours {
    const known = this.#hours.get(hours.text);
    if (known === undefined) this.#hours.set(hours.text, hours);
    return known ?? hours;
  }

  removeNas(name: string): void {
    this.#nas.delete(name);
    this.#byAddress = undefined;
    this.#tunnelsByAddress = undefined;
  }
}

/** Logins and devices elsewhere than in memory. Both throw a `LastmileError` when it cannot be told whether there is one. */
export interface RowsBehind {
  login(username: string): Login | undefined;
  device(mac: string): Login | undefined;
}

/** Services times what their windows make of them: of more, some are kept twice. */
const mostLimits = 1000;

/** Do these limits have what no two logins have, or a secret? */
function isOfOne({ address, routes, ipv6, attributes }: LoginLimits): boolean {
  if (address !== undefined || routes !== undefined || ipv6?.prefix !== undefined) return true;
  return ipv6?.delegated !== undefined || attributes.length > 0;
}

/** Of a login with nothing but its service, and the ways that is sold for. */
const usualKeys = 8;

/** Limits with nothing but a rate, times and an address: written out they take a quarter less than a copy. Nothing for others. */
function usualLimits(
  shared: LoginLimits,
  attributes: LoginLimits['attributes'],
  address: string,
): LoginLimits | undefined {
  const { rateLimit, rate, sessionTimeoutSeconds, interimSeconds } = shared;
  if (rateLimit === undefined || rate === undefined) return undefined;
  const keys = Object.keys(shared).length;
  if (sessionTimeoutSeconds === undefined) {
    return keys === 4 ? { rateLimit, rate, interimSeconds, attributes, address } : undefined;
  }
  return keys === 5 ? { rateLimit, rate, sessionTimeoutSeconds, interimSeconds, attributes, address } : undefined;
}

const noAttributes: LoginLimits['attributes'] = [];
const noPortals: readonly PortalAccess[] = [];

function portalsByNas(portals: Iterable<PortalAccess>): ReadonlyMap<string, readonly PortalAccess[]> {
  const found = new Map<string, PortalAccess[]>();
  for (const portal of portals) {
    for (const nas of portal.nas) found.set(nas, [...(found.get(nas) ?? []), portal]);
  }
  return found;
}
