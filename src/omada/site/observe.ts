import type { ObservedRow, ObservedValue, Row } from '../../reconcile/row.ts';
import type { Finding } from '../../reconcile/target.ts';
import type { OpenApi } from '../open-api.ts';
import { addressOf, policiesIn } from './access.ts';
import { textsIn } from './fields.ts';
import { identityOf, menus, readIdentity, readList, siteIdentity } from './menus.ts';
import { portalFields } from './portal.ts';
import { hidesSecret, profileFields } from './radius-profile.ts';
import { type ApiSite, type NamedObject, portalNames, SiteApi, type Ssid, sitesOf } from './site.ts';

export interface SitesObserved {
  readonly rows: readonly ObservedRow[];
  readonly findings: readonly Finding[];
}

/**
 * What is at the sites of `desired`; with `everywhere` also the names of what is at others, where something of ours may be
 * left. @throws as `OpenApi.call` does
 */
export async function observeSites(
  api: OpenApi,
  desired: readonly Row[],
  everywhere: boolean,
  signal: AbortSignal,
): Promise<SitesObserved> {
  const sites = await sitesOf(api, signal);
  const wanted = [...new Set(desired.map(({ identity }) => readIdentity(identity).site))];
  const missing = wanted.filter((name) => !sites.some((site) => site.name === name));
  const parts = await Promise.all(
    sites.map(async (site): Promise<SitesObserved> => {
      const at = new SiteApi(api, site, signal);
      if (wanted.includes(site.name)) return wholeSite(at, desired);
      return everywhere ? namesAt(at) : { rows: [], findings: [] };
    }),
  );
  return {
    rows: parts.flatMap(({ rows }) => rows),
    findings: [...missing.map((name) => missingSite(name, sites)), ...parts.flatMap(({ findings }) => findings)],
  };
}

async function wholeSite(at: SiteApi, desired: readonly Row[]): Promise<SitesObserved> {
  const { name: site } = at.site;
  const [listed, profiles, access, ssids] = await Promise.all([
    at.portals(),
    at.profiles(),
    accessRows(at),
    at.ssids(),
  ]);
  const portals = await Promise.all(listed.map(async (each) => ({ ...each, object: await at.portal(each.id) })));
  const names = portalNames(site, ssids, profiles);
  const here = desired.filter(({ identity }) => readIdentity(identity).site === site);
  return {
    rows: [
      ...access,
      ...profiles.map((each) => rowOf(menus.radiusProfile, site, each, profileFields(each.object))),
      ...portals.map((each) => rowOf(menus.portal, site, each, portalFields(each.object, names))),
    ],
    findings: [
      ...missingSsids(here, ssids, site),
      ...takenSsids(here, portals, ssids, site),
      ...hiddenSecrets(here, profiles, site),
    ],
  };
}

/** Enough to know what of ours is left there. */
async function namesAt(at: SiteApi): Promise<SitesObserved> {
  const { name: site } = at.site;
  const [portals, profiles, access] = await Promise.all([at.portals(), at.profiles(), accessRows(at)]);
  const rows = [
    ...access.filter(({ menu }) => menu === menus.accessEntry),
    ...profiles.map((each) => rowOf(menus.radiusProfile, site, each, {})),
    ...portals.map((each) => rowOf(menus.portal, site, each, {})),
  ];
  return { rows, findings: [] };
}

/** The list, and whether it is in force. */
async function accessRows(at: SiteApi): Promise<readonly ObservedRow[]> {
  const { name: site } = at.site;
  const setting = await at.access();
  const enable = String(setting['preAuthAccessEnable'] === true);
  const ownership = 'inventory' as const;
  const entries = policiesIn(setting).flatMap((policy) => {
    const address = addressOf(policy);
    if (address === undefined) return [];
    const { name, kind } = address;
    return [{ menu: menus.accessEntry, identity: identityOf(site, name), fields: { kind }, ownership }];
  });
  const switchRow = { menu: menus.access, identity: siteIdentity(site), fields: { enable }, ownership, fixed: true };
  return [switchRow, ...entries];
}

function rowOf(
  menu: string,
  site: string,
  { name, id }: NamedObject,
  fields: Readonly<Record<string, ObservedValue>>,
): ObservedRow {
  return { menu, identity: identityOf(site, name), fields, ownership: 'inventory', handle: id };
}

function missingSite(name: string, sites: readonly ApiSite[]): Finding {
  const there = sites.length === 0 ? 'none' : listed(sites.map((site) => site.name));
  const message = `there is no site "${name}", or the OpenAPI's application has no right on it; there is ${there}`;
  return { code: 'LM_OMADA_NO_SITE', message };
}

function missingSsids(desired: readonly Row[], ssids: readonly Ssid[], site: string): readonly Finding[] {
  const missing = wantedSsids(desired).filter(({ ssid }) => !ssids.some(({ name }) => name === ssid));
  const there = ssids.length === 0 ? 'none' : listed(ssids.map(({ name }) => name));
  return missing.map(({ ssid, row }) => ({
    code: 'LM_OMADA_NO_SSID',
    message: `site "${site}" has no SSID "${ssid}" for portal "${readIdentity(row.identity).name}"; there is ${there}`,
  }));
}

/** A network shows one portal. */
function takenSsids(
  desired: readonly Row[],
  portals: readonly NamedObject[],
  ssids: readonly Ssid[],
  site: string,
): readonly Finding[] {
  const ours = new Set(desired.map(({ identity }) => identity));
  const others = portals.filter(({ name }) => !ours.has(identityOf(site, name)));
  return wantedSsids(desired).flatMap(({ ssid, row }) => {
    const ids = ssids.filter(({ name }) => name === ssid).map(({ id }) => id);
    const other = others.find(({ object }) => textsIn(object, 'ssidList').some((id) => ids.includes(id)));
    if (other === undefined) return [];
    const mine = readIdentity(row.identity).name;
    const message = `SSID "${ssid}" at site "${site}" shows portal "${other.name}", which is not declared: it may have to be taken off that one before it can show "${mine}"`;
    return [{ code: 'LM_OMADA_SSID_TAKEN', message }];
  });
}

function wantedSsids(desired: readonly Row[]): readonly { readonly ssid: string; readonly row: Row }[] {
  return desired
    .filter(({ menu }) => menu === menus.portal)
    .flatMap((row) => readList(String(row.fields['ssids'] ?? '')).map((ssid) => ({ ssid, row })));
}

function hiddenSecrets(desired: readonly Row[], profiles: readonly NamedObject[], site: string): readonly Finding[] {
  const ours = new Set(desired.map(({ identity }) => identity));
  const hiding = profiles.filter(({ name, object }) => ours.has(identityOf(site, name)) && hidesSecret(object));
  return hiding.map(({ name }) => ({
    code: 'LM_OMADA_SECRET_HIDDEN',
    message: `RADIUS profile "${name}" at site "${site}" does not tell its shared secret: a new one is written with another change only`,
  }));
}

function listed(names: readonly string[]): string {
  const shown = [...new Set(names)].slice(0, 20).map((name) => `"${name}"`);
  return `${shown.join(', ')}${names.length > 20 ? ' and more' : ''}`;
}
