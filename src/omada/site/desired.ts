import { createHash } from 'node:crypto';
import type { OmadaController, OmadaPortal, OmadaSite } from '../../model/kinds/omada-controller.ts';
import type { PortalSite } from '../../model/kinds/portal-site.ts';
import type { Model } from '../../model/model.ts';
import type { Row, Value } from '../../reconcile/row.ts';
import { readAddress } from './access.ts';
import { identityOf, listText, menus, siteIdentity } from './menus.ts';

/** What a controller should hold: portals, what guests reach before they log in, and our RADIUS servers. Pure. */
export function desiredRows(model: Model, name: string): readonly Row[] {
  const controller = model.omadaControllers.find((each) => each.name === name);
  const rows = (controller?.sites ?? []).flatMap((site) => siteRows(model, controller as OmadaController, site));
  // Two portals of one site may open the same host.
  const seen = new Map(rows.toReversed().map((row) => [`${row.menu}\n${row.identity}`, row]));
  return rows.filter((row) => seen.get(`${row.menu}\n${row.identity}`) === row);
}

function siteRows(model: Model, controller: OmadaController, site: OmadaSite): readonly Row[] {
  const made = (menu: string, identity: string, fields: Row['fields']): Row => ({
    ...{ menu, identity, fields, owner: `OmadaController/${controller.name}#${siteIdentity(site.name)}` },
    source: site.origin,
  });
  const opened = site.portals.flatMap((portal) => openedFor(model, portal));
  const access = opened.length === 0 ? [] : [made(menus.access, siteIdentity(site.name), { enable: 'true' })];
  const entries = opened.map(({ name, kind }) => made(menus.accessEntry, identityOf(site.name, name), { kind }));
  const profiles = site.portals.flatMap((portal) => {
    const fields = profileFields(model, portal);
    return fields === undefined ? [] : [made(menus.radiusProfile, profileIdentity(site, portal), fields)];
  });
  const portals = site.portals.map((portal) =>
    made(menus.portal, identityOf(site.name, portal.name), portalFields(model, controller, site, portal)),
  );
  return [...access, ...entries, ...profiles, ...portals];
}

/** The portal's host, and the walled garden of its site. */
function openedFor(model: Model, { site: name, type }: OmadaPortal) {
  const { publicUrl } = model.operator.portal;
  const site = siteNamed(model, name);
  const ours = publicUrl === undefined || type === 'radius' ? [] : [new URL(publicUrl).hostname];
  return [...ours, ...(site?.walledGarden ?? [])].flatMap((address) => readAddress(address) ?? []);
}

function portalFields(
  model: Model,
  controller: OmadaController,
  site: OmadaSite,
  portal: OmadaPortal,
): Readonly<Record<string, Value>> {
  const common = { enable: 'true', ssids: listText(portal.ssids), type: portal.type };
  if (portal.type === 'radius') {
    return { ...common, 'radius-profile': profileIdentity(site, portal), 'nas-identifier': controller.name };
  }
  const page = pageOf(model, controller, portal);
  return page === undefined ? common : { ...common, page };
}

/** Where the controller sends guests; it appends what it knows of them. */
function pageOf({ operator, ...model }: Model, { name }: OmadaController, portal: OmadaPortal): string | undefined {
  const { publicUrl } = operator.portal;
  if (publicUrl === undefined) return undefined;
  const bridges = siteNamed(model, portal.site)?.bridges.filter(({ type }) => type === 'omada') ?? [];
  // Sites of several controllers may have the same name.
  const which = bridges.length > 1 ? `?controller=${encodeURIComponent(name)}` : '';
  return `${publicUrl}/p/${encodeURIComponent(portal.site)}${which}`;
}

function siteNamed({ portalSites }: Pick<Model, 'portalSites'>, name: string): PortalSite | undefined {
  return portalSites.find((site) => site.name === name);
}

/** The controller takes names of at most 64 characters: a longer one ends with a digest, so that no two are one. */
function profileIdentity(site: OmadaSite, { name }: OmadaPortal): string {
  const whole = `lastmile ${name}`;
  const digest = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return identityOf(site.name, whole.length <= 64 ? whole : `${whole.slice(0, 55)}~${digest}`);
}

function profileFields(model: Model, { radiusSecret }: OmadaPortal): Row['fields'] | undefined {
  if (radiusSecret === undefined) return undefined;
  const { radius, accounting } = model.operator;
  return {
    servers: listText(radius.servers.map(({ address, authPort }) => `${address} ${authPort}`)),
    secret: radiusSecret,
    accounting: 'true',
    'accounting-servers': listText(radius.servers.map(({ address, accountingPort }) => `${address} ${accountingPort}`)),
    // The controller takes 60 to 86400 s.
    'interim-update': String(Math.min(86_400, Math.max(60, accounting.interimSeconds))),
  };
}
