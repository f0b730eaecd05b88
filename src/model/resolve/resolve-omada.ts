import { compact } from '../../base/compact.ts';
import type { Declared, OmadaControllerSpec } from '../declarations.ts';
import type { OmadaController, OmadaSite } from '../kinds/omada-controller.ts';
import { resolveTls } from '../tls-check.ts';
import { webOrigin } from '../web-url.ts';
import { checkSite, error, type Resolving, uniqueEntries, warning } from './resolving.ts';

type Declaration = Declared<OmadaControllerSpec>;

/** One Omada controller with its defaults. */
export function resolveOmadaController(to: Resolving, declared: Declaration): OmadaController {
  const { spec } = declared;
  const sites = spec.sites ?? [];
  uniqueEntries(to, sites, (site) => site.name, declared, ['spec', 'sites'], 'name');
  uniqueEntries(to, sites, (site) => site.id ?? `the name ${site.name}`, declared, ['spec', 'sites'], 'id');
  const password = to.secrets.read(spec.operator.password, {
    place: declared,
    kind: 'OmadaController',
    firstName: declared.previousNames[0] ?? declared.name,
    field: 'operator.password',
    path: ['operator', 'password'],
    symbols: 32,
  });
  return compact({
    name: declared.name,
    url: origin(to, declared),
    id: spec.id,
    tls: resolveTls(
      to,
      spec.tls ?? {},
      declared,
      ['spec', 'tls'],
      `us and "${declared.name}" can read its operator's password`,
    ),
    operator: { username: spec.operator.username, password },
    timeUnit: spec.timeUnit ?? 'ms',
    generation: spec.generation === 'auto' ? undefined : spec.generation,
    openapi: openapi(to, declared),
    sites: resolveSites(to, declared),
    origin: declared.origin,
  });
}

function origin(to: Resolving, declared: Declaration): string {
  const { url: text } = declared.spec;
  const url = webOrigin(text);
  const path = ['spec', 'url'];
  if (url === undefined) {
    const hint = 'scheme, host and port alone, as in https://192.0.2.9:8043';
    error(to, 'LM_URL', `"${text}" is not the origin of a controller`, declared, path, hint);
  }
  if (url?.startsWith('http:') === true) {
    const message = `the password of the operator of "${declared.name}" crosses the network as it is`;
    warning(to, 'LM_PLAIN_CONTROLLER', message, declared, path, 'https, and tls.fingerprint for its own certificate');
  }
  if (url !== undefined && new URL(url).port === '433') {
    const message = '433 is a slip for 443: hardware controllers use 443, software ones 8043';
    warning(to, 'LM_PORT', message, declared, path);
  }
  return url ?? text;
}

/** What is kept as declared goes by its name alone: in plans, in status, as a target of commands. */
export function checkControllerNames(
  to: Resolving,
  controllers: ReadonlyMap<string, Declaration>,
  routers: ReadonlyMap<string, unknown>,
): void {
  for (const declared of controllers.values()) {
    if (declared.spec.openapi === undefined || !routers.has(declared.name)) continue;
    const message = `"${declared.name}" is also the name of a Router: a controller that is kept by its OpenAPI needs its own`;
    error(to, 'LM_DUPLICATE_NAME', message, declared, ['metadata', 'name'], 'previousNames keeps derived secrets');
  }
}

function openapi(to: Resolving, declared: Declaration): OmadaController['openapi'] {
  const spec = declared.spec.openapi;
  if (spec === undefined) return undefined;
  const clientSecret = to.secrets.read(spec.clientSecret, {
    place: declared,
    kind: 'OmadaController',
    firstName: declared.previousNames[0] ?? declared.name,
    field: 'openapi.clientSecret',
    path: ['openapi', 'clientSecret'],
    symbols: 32,
  });
  return { clientId: spec.clientId, clientSecret };
}

/** Sites with portals to keep; those listed only for bridges to name are not among them. */
function resolveSites(to: Resolving, declared: Declaration): readonly OmadaSite[] | undefined {
  const found = (declared.spec.sites ?? []).flatMap(({ name, portals = [] }, index): readonly OmadaSite[] => {
    const path = ['spec', 'sites', index, 'portals'];
    uniqueEntries(to, portals, (portal) => portal.name, declared, path, 'name');
    if (portals.length === 0) return [];
    return [
      {
        name,
        portals: portals.map((spec, at) => portal(to, declared, name, spec, [...path, at])),
        origin: declared.origin,
      },
    ];
  });
  if (found.length > 0 && declared.spec.openapi === undefined) {
    const message = `portals of "${declared.name}" can be kept by its OpenAPI only: "openapi" is missing`;
    error(to, 'LM_MISSING_KEY', message, declared, ['spec', 'sites'], 'set openapi: {clientId, clientSecret}');
  }
  checkSsids(to, declared);
  return found.length === 0 ? undefined : found;
}

type PortalSpec = NonNullable<NonNullable<OmadaControllerSpec['sites']>[number]['portals']>[number];

function portal(
  to: Resolving,
  declared: Declaration,
  siteName: string,
  spec: PortalSpec,
  path: readonly (string | number)[],
): OmadaSite['portals'][number] {
  const { name, ssids, site, type = 'external-portal', radiusSecret } = spec;
  checkSite(to, site, declared, [...path, 'site']);
  if (type === 'radius' && radiusSecret === undefined) {
    const message = `the portal "${name}" asks us by RADIUS: "radiusSecret" is missing`;
    error(to, 'LM_MISSING_KEY', message, declared, path);
  }
  if (type !== 'radius' && radiusSecret !== undefined) {
    error(to, 'LM_NO_EFFECT', `type ${type} uses no RADIUS`, declared, [...path, 'radiusSecret']);
  }
  return compact({
    name,
    ssids,
    site,
    type,
    radiusSecret:
      radiusSecret === undefined
        ? undefined
        : to.secrets.read(radiusSecret, {
            place: declared,
            kind: 'OmadaController',
            firstName: declared.previousNames[0] ?? declared.name,
            field: `sites.${siteName}.portals.${name}.radiusSecret`,
            path: [...path.slice(1), 'radiusSecret'],
            symbols: 32,
          }),
  });
}

/** A wireless network shows one portal. */
function checkSsids(to: Resolving, declared: Declaration): void {
  for (const [index, { portals = [] }] of (declared.spec.sites ?? []).entries()) {
    const seen = new Map<string, string>();
    for (const [at, { name, ssids }] of portals.entries()) {
      for (const [place, ssid] of ssids.entries()) {
        const first = seen.get(ssid);
        seen.set(ssid, first ?? name);
        if (first === undefined) continue;
        const path = ['spec', 'sites', index, 'portals', at, 'ssids', place];
        error(to, 'LM_DUPLICATE_ENTRY', `"${ssid}" shows the portal "${first}" already`, declared, path);
      }
    }
  }
}
