import { type Fields, isFields } from '../control-fields.ts';
import type { SimulatedSite } from './site.ts';

/** What was set up at a site over the OpenAPI. */
export class SiteSettings {
  readonly wlanId: string;
  readonly ssids: readonly { readonly id: string; readonly name: string }[];
  /** By id. */
  readonly portals = new Map<string, Fields>();
  readonly profiles = new Map<string, Fields>();
  access: Fields = {
    preAuthAccessEnable: false,
    preAuthAccessPolicies: [],
    freeAuthClientEnable: false,
    freeAuthClientPolicies: [],
  };
  #nextPolicy = 1;

  constructor({ ssids = [] }: SimulatedSite, id: () => string) {
    this.wlanId = id();
    this.ssids = ssids.map((name) => ({ id: id(), name }));
  }

  /** Where guests of a network are sent by a portal that was set up; `undefined` when none is in front of it. */
  portalUrlOf(ssid: string): string | undefined {
    const id = this.ssids.find(({ name }) => name === ssid)?.id;
    const portal = [...this.portals.values()].find(
      ({ enable, ssidList }) => enable === true && Array.isArray(ssidList) && ssidList.includes(id),
    );
    const external = portal?.['externalPortal'];
    if (portal?.['authType'] !== 4 || !isFields(external)) return undefined;
    return `${String(external['serverUrlScheme'])}://${String(external['serverUrl'])}`;
  }

  /** Whether a portal asks the RADIUS servers of a profile. */
  isProfileUsed(id: string): boolean {
    return [...this.portals.values()].some(
      ({ externalRadius }) => isFields(externalRadius) && externalRadius['radiusProfileId'] === id,
    );
  }

  /** Pre-Authentication Access, by host: what is asked for as `portal.example:443`. */
  isOpen(asked: string): boolean {
    if (this.access['preAuthAccessEnable'] !== true) return false;
    const host = asked.replace(/:\d+$/, '').toLowerCase();
    return this.policies().some(({ type, url, ip, subnetMask }) =>
      type === 2 ? matches(host, String(url)) : isWithin(host, String(ip), Number(subnetMask)),
    );
  }

  policies(): readonly Fields[] {
    const policies = this.access['preAuthAccessPolicies'];
    return Array.isArray(policies) ? (policies as readonly unknown[]).filter(isFields) : [];
  }

  /** The whole setting; policies that are new get a number. */
  setAccess(setting: Fields): void {
    this.access = setting;
    const numbered = this.policies().map((each) => ({ ...each, idInt: each['idInt'] ?? this.#nextPolicy++ }));
    this.access = { ...setting, preAuthAccessPolicies: numbered };
  }
}

function matches(host: string, url: string): boolean {
  const name = url.replace(/^[a-z]+:\/\//, '').replace(/[/:?].*$/, '');
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
}

function isWithin(host: string, network: string, bits: number): boolean {
  const [one, other] = [numberOf(host), numberOf(network)];
  if (one === undefined || other === undefined) return false;
  const size = 2 ** (32 - bits);
  return Math.floor(one / size) === Math.floor(other / size);
}

function numberOf(address: string): number | undefined {
  const octets = address.split('.').map(Number);
  const right = octets.length === 4 && octets.every((octet) => Number.isInteger(octet) && octet >= 0 && octet <= 255);
  return right ? octets.reduce((sum, octet) => sum * 256 + octet, 0) : undefined;
}
