import { nearest } from '../../base/nearest.ts';
import type { Declared, OmadaControllerSpec, PortalSiteSpec } from '../declarations.ts';
import type { Operator } from '../kinds/operator.ts';
import type { MikrotikBridge, OmadaBridge } from '../kinds/portal-site.ts';
import type { Hotspot, Router } from '../kinds/router.ts';
import type { PlacedBridge } from '../portal-ambiguity.ts';
import { webUrl } from '../web-url.ts';
import { error, type Resolving, unknownReference, warning } from './resolving.ts';

type Declaration = Declared<PortalSiteSpec>;
type BridgeSpec = Exclude<PortalSiteSpec['bridge'], readonly unknown[]>;
type MikrotikSpec = NonNullable<BridgeSpec['mikrotik']>;
type OmadaSpec = NonNullable<BridgeSpec['omada']>;
type Steps = readonly (string | number)[];

/** What bridges are checked against. */
export interface BridgeContext {
  readonly operator: Operator;
  readonly routers: ReadonlyMap<string, Router>;
  readonly controllers: ReadonlyMap<string, Declared<OmadaControllerSpec>>;
}

/** The bridges of a site, each with its place in the document; those that lead nowhere are reported and left out. */
export function resolveBridges(to: Resolving, declared: Declaration, context: BridgeContext): readonly PlacedBridge[] {
  const { bridge: field } = declared.spec;
  const list = Array.isArray(field) ? field : [field];
  return list.flatMap(({ mikrotik: router, omada: controller }, index) => {
    const path = Array.isArray(field) ? ['spec', 'bridge', index] : ['spec', 'bridge'];
    const bridge =
      (router && mikrotik(to, declared, router, [...path, 'mikrotik'], context)) ??
      (controller && omada(to, declared, controller, [...path, 'omada'], context));
    return bridge === undefined ? [] : [{ bridge, path }];
  });
}

function mikrotik(
  to: Resolving,
  declared: Declaration,
  spec: MikrotikSpec,
  path: Steps,
  { routers, operator }: BridgeContext,
): MikrotikBridge | undefined {
  const router = routers.get(spec.router);
  if (router === undefined) {
    unknownReference(to, { what: 'Router', name: spec.router, from: declared, path: [...path, 'router'] }, routers);
    return undefined;
  }
  const hotspot = router.hotspots.find(({ name }) => name === spec.hotspot);
  if (hotspot === undefined) {
    unknownHotspot(to, declared, spec, path, router);
    return undefined;
  }
  checkRadius(to, declared, path, router);
  const loginUrl = loginUrlOf(to, declared, spec, path, hotspot);
  const method = methodOf(to, declared, spec, path, hotspot);
  if (method === 'pap-form') checkForm(to, declared, path, operator.portal.publicUrl, loginUrl);
  const hosts = [new URL(loginUrl).host, hotspot.dnsName, hotspot.address];
  return {
    type: 'mikrotik',
    router: router.name,
    identity: router.identity ?? router.radius?.nasIdentifier ?? router.name,
    hotspot: hotspot.name,
    method,
    loginUrl,
    loginHosts: [...new Set(hosts.flatMap((host) => host?.toLowerCase() ?? []))],
  };
}

function unknownHotspot(
  to: Resolving,
  declared: Declaration,
  { hotspot }: MikrotikSpec,
  path: Steps,
  { name, hotspots }: Router,
): void {
  const known = hotspots.map((each) => each.name);
  const meant = nearest(hotspot, known);
  const list = known.length === 0 ? 'it declares none' : `hotspots there: ${known.slice(0, 12).join(', ')}`;
  const hint = meant === undefined ? list : `did you mean ${meant}?`;
  const message = `no hotspot of "${name}" is called "${hotspot}"`;
  error(to, 'LM_UNKNOWN_REFERENCE', message, declared, [...path, 'hotspot'], hint);
}

/** Guests come back to the router with a one-time password, which only RADIUS can check. */
function checkRadius(to: Resolving, declared: Declaration, path: Steps, { name, radius }: Router): void {
  if (radius?.services.includes('hotspot') === true) return;
  const message = `the hotspots of "${name}" do not ask RADIUS, so guests of "${declared.name}" cannot be let in`;
  const hint = radius === undefined ? 'set radius of the router' : 'add hotspot to radius.services of the router';
  error(to, 'LM_PORTAL_WITHOUT_RADIUS', message, declared, [...path, 'router'], hint);
}

function methodOf(
  to: Resolving,
  declared: Declaration,
  spec: MikrotikSpec,
  path: Steps,
  { name, loginBy }: Hotspot,
): MikrotikBridge['method'] {
  const chapOnly = loginBy.includes('http-chap') && !loginBy.includes('http-pap');
  const method = spec.method ?? (chapOnly ? 'chap' : 'pap-redirect');
  const needed = method === 'chap' ? 'http-chap' : 'http-pap';
  const at = [...path, spec.method === undefined ? 'hotspot' : 'method'];
  if (!loginBy.includes(needed)) {
    const message = `guests of "${declared.name}" cannot log in: ${method} needs ${needed} in loginBy of the hotspot "${name}"`;
    error(to, 'LM_LOGIN_BY', message, declared, at);
  }
  if (loginBy.includes('mac-cookie')) {
    const message = `mac-cookie of the hotspot "${name}" keeps one-time passwords, which are dead at the second visit`;
    const hint = 'leave mac-cookie out; declare devices that come back with `mac`';
    warning(to, 'LM_MAC_COOKIE', message, declared, [...path, 'hotspot'], hint);
  }
  return method;
}

/** Browsers stop a form that leads from https to http, whichever its method. */
function checkForm(
  to: Resolving,
  declared: Declaration,
  path: Steps,
  publicUrl: string | undefined,
  loginUrl: string,
): void {
  if (publicUrl?.startsWith('https:') !== true || !loginUrl.startsWith('http:')) return;
  const message = `browsers will warn every guest of "${declared.name}": a form from https leads to ${loginUrl}`;
  const hint = 'pap-redirect, or https at the router';
  warning(to, 'LM_FORM_NOT_SECURE', message, declared, [...path, 'method'], hint);
}

function loginUrlOf(
  to: Resolving,
  declared: Declaration,
  { loginUrl: text }: MikrotikSpec,
  path: Steps,
  { loginBy, dnsName, address }: Hotspot,
): string {
  const usual = `${loginBy.includes('https') ? 'https' : 'http'}://${dnsName ?? address}/login`;
  if (text === undefined) return URL.canParse(usual) ? usual : 'http://0.0.0.0/login';
  const url = webUrl(text);
  if (url !== undefined && /^\/([A-Za-z0-9_-]+\/)?login$/.test(url.pathname) && !/[?#]/.test(text)) return url.href;
  const message = `"${text}" is not the address of a router's login page`;
  error(to, 'LM_URL', message, declared, [...path, 'loginUrl'], `as in ${usual}`);
  return 'http://0.0.0.0/login';
}

function omada(
  to: Resolving,
  declared: Declaration,
  spec: OmadaSpec,
  path: Steps,
  { controllers }: BridgeContext,
): OmadaBridge | undefined {
  const controller = controllers.get(spec.controller);
  if (controller === undefined) {
    const from = { from: declared, path: [...path, 'controller'] };
    unknownReference(to, { what: 'OmadaController', name: spec.controller, ...from }, controllers);
    return undefined;
  }
  const { sites } = controller.spec;
  const site = sites?.find(({ name }) => name === spec.site);
  if (sites !== undefined && site === undefined) {
    const known = sites.map(({ name }) => name);
    const meant = nearest(spec.site, known);
    const hint = meant === undefined ? `sites there: ${known.slice(0, 12).join(', ')}` : `did you mean ${meant}?`;
    const message = `no site of "${spec.controller}" is called "${spec.site}"`;
    error(to, 'LM_UNKNOWN_REFERENCE', message, declared, [...path, 'site'], hint);
  }
  const id = site?.id === undefined ? {} : { id: site.id };
  return { type: 'omada', controller: spec.controller, site: { name: spec.site, ...id } };
}
