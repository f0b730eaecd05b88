import type { ApiObject, OpenApi } from '../open-api.ts';
import { textIn } from './fields.ts';
import { identityOf } from './menus.ts';
import type { PortalNames } from './portal.ts';

/** A site of a controller. */
export interface ApiSite {
  readonly name: string;
  readonly id: string;
}

/** A portal or a profile there. */
export interface NamedObject {
  readonly name: string;
  readonly id: string;
  readonly object: ApiObject;
}

/** A wireless network of one group of access points. */
export interface Ssid {
  readonly name: string;
  readonly id: string;
}

/** Sites that the application of the OpenAPI sees. @throws as `OpenApi.call` does */
export async function sitesOf(api: OpenApi, signal: AbortSignal): Promise<readonly ApiSite[]> {
  const rows = await api.list('/sites', signal);
  return rows.flatMap((row) => {
    const [name, id] = [textIn(row, 'name', 'siteName'), textIn(row, 'siteId', 'id')];
    return name === undefined || id === undefined ? [] : [{ name, id }];
  });
}

/** Reads and writes at one site. Every method throws as `OpenApi.call` does. */
export class SiteApi {
  readonly site: ApiSite;
  readonly #api: OpenApi;
  readonly #signal: AbortSignal;

  constructor(api: OpenApi, site: ApiSite, signal: AbortSignal) {
    this.#api = api;
    this.site = site;
    this.#signal = signal;
  }

  /** As listed: without all of their settings. */
  portals(): Promise<readonly NamedObject[]> {
    return this.#named('/portals', 'id', 'portalId');
  }

  async portal(id: string): Promise<ApiObject> {
    const found = await this.#call('GET', `/portal/${encodeURIComponent(id)}`);
    return isObject(found) ? found : {};
  }

  /** Makes a new one where there is no `id`. */
  async putPortal(id: string | undefined, body: ApiObject): Promise<void> {
    await this.#put('/portal', id, body);
  }

  async deletePortal(id: string): Promise<void> {
    await this.#call('DELETE', `/portal/${encodeURIComponent(id)}`);
  }

  /** Whole. */
  profiles(): Promise<readonly NamedObject[]> {
    return this.#named('/profiles/radius', 'radiusProfileId', 'id');
  }

  async putProfile(id: string | undefined, body: ApiObject): Promise<void> {
    await this.#put('/profiles/radius', id, body);
  }

  async deleteProfile(id: string): Promise<void> {
    await this.#call('DELETE', `/profiles/radius/${encodeURIComponent(id)}`);
  }

  async access(): Promise<ApiObject> {
    const setting = await this.#call('GET', '/setting/access-control');
    return isObject(setting) ? setting : {};
  }

  async setAccess(setting: ApiObject): Promise<void> {
    await this.#call('PATCH', '/setting/access-control', setting);
  }

  /** Of every group of access points. */
  async ssids(): Promise<readonly Ssid[]> {
    const groups = await this.#list('/wireless-network/wlans');
    const ids = groups.flatMap((group) => textIn(group, 'wlanId', 'id') ?? []);
    const lists = await Promise.all(
      ids.map((id) => this.#list(`/wireless-network/wlans/${encodeURIComponent(id)}/ssids`)),
    );
    return lists.flat().flatMap((row) => {
      const [name, id] = [textIn(row, 'name', 'ssidName', 'ssid'), textIn(row, 'ssidId', 'id')];
      return name === undefined || id === undefined ? [] : [{ name, id }];
    });
  }

  async #put(path: string, id: string | undefined, body: ApiObject): Promise<void> {
    if (id === undefined) await this.#call('POST', path, body);
    else await this.#call('PATCH', `${path}/${encodeURIComponent(id)}`, body);
  }

  async #named(path: string, ...idKeys: readonly string[]): Promise<readonly NamedObject[]> {
    const rows = await this.#list(path);
    return rows.flatMap((object) => {
      const [name, id] = [textIn(object, 'name'), textIn(object, ...idKeys)];
      return name === undefined || id === undefined ? [] : [{ name, id, object }];
    });
  }

  #list(path: string): Promise<readonly ApiObject[]> {
    return this.#api.list(this.#below(path), this.#signal);
  }

  #call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: ApiObject): Promise<unknown> {
    const request = { method, path: this.#below(path), ...(body === undefined ? {} : { body }) };
    return this.#api.call(request, this.#signal);
  }

  #below(path: string): string {
    return `/sites/${encodeURIComponent(this.site.id)}${path}`;
  }
}

/** What a portal refers to at its site, by name. Pure. */
export function portalNames(site: string, ssids: readonly Ssid[], profiles: readonly NamedObject[]): PortalNames {
  const idsOf = (name: string) => ssids.filter((ssid) => ssid.name === name).map(({ id }) => id);
  return {
    ssidIds: idsOf,
    // One that is in front of some of them only is not yet in front of it.
    ssidNames: (ids) =>
      ids.map((id) => {
        const name = ssids.find((ssid) => ssid.id === id)?.name;
        if (name === undefined) return `id ${id}`;
        return idsOf(name).every((each) => ids.includes(each)) ? name : `${name} in part`;
      }),
    profileId: (identity) => profiles.find(({ name }) => identityOf(site, name) === identity)?.id,
    profileIdentity: (id) => {
      const name = profiles.find((profile) => profile.id === id)?.name;
      return name === undefined ? undefined : identityOf(site, name);
    },
  };
}

function isObject(value: unknown): value is ApiObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
