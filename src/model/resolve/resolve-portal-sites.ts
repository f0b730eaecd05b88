import { compact } from '../../base/compact.ts';
import type { Secret } from '../../base/secret.ts';
import type { Declared, PortalSiteSpec } from '../declarations.ts';
import type { PortalSite } from '../kinds/portal-site.ts';
import type { ServicePlan } from '../kinds/service.ts';
import { checkToldApart, type OtherSites, type PlacedBridge } from '../portal-ambiguity.ts';
import { probeHostIn } from '../probe-hosts.ts';
import { readWalledHost } from '../walled-host.ts';
import { isLoopback, webUrl } from '../web-url.ts';
import { type BridgeContext, resolveBridges } from './resolve-bridges.ts';
import { keptFor } from './resolve-retention.ts';
import { error, type Resolving, unknownReference, warning } from './resolving.ts';

type Declaration = Declared<PortalSiteSpec>;

/** What sites are checked against. */
export interface PortalContext extends BridgeContext, OtherSites {
  readonly services: ReadonlyMap<string, ServicePlan>;
}

/** One site with its bridges, and every rule of it checked. */
export function resolvePortalSite(to: Resolving, declared: Declaration, context: PortalContext): PortalSite {
  const { spec } = declared;
  const bridges = resolveBridges(to, declared, context);
  checkToldApart(to, declared, bridges, context);
  checkPublicUrl(to, declared, bridges, context);
  return compact({
    name: declared.name,
    labels: declared.labels,
    title: spec.title ?? declared.name,
    languages: spec.languages ?? (['en'] as const),
    bridges: bridges.map(({ bridge }) => bridge),
    aliases: spec.aliases ?? {},
    methods: spec.methods,
    clickThrough: clickThrough(to, declared, context.services),
    walledGarden: walledGarden(to, declared),
    welcomeUrl: welcomeUrl(to, declared),
    terms: spec.terms,
    retentionMs: spec.retention === undefined ? undefined : keptFor(to, declared, spec.retention, 'retention'),
    branding: spec.branding ?? {},
    key: siteKey(to, declared),
    origin: declared.origin,
  });
}

const shortestKey = 16;

function siteKey(to: Resolving, declared: Declaration): Secret {
  const field = declared.spec.key ?? { derive: 1 };
  const key = to.secrets.read(field, {
    place: declared,
    kind: 'PortalSite',
    firstName: declared.previousNames[0] ?? declared.name,
    field: 'key',
    path: ['key'],
    symbols: 32,
    ...(declared.spec.key === undefined
      ? { unwritten: `the site "${declared.name}" signs what guests carry with a key derived from it` }
      : {}),
  });
  if (!to.secrets.unknown(key) && Buffer.byteLength(key.reveal()) < shortestKey) {
    const message = `the key of "${declared.name}" is shorter than ${shortestKey} characters: who guesses it can let himself in`;
    error(to, 'LM_SHORT_KEY', message, declared, ['spec', 'key'], 'leave it out, or {derive: 1}');
  }
  return key;
}

function checkPublicUrl(
  to: Resolving,
  declared: Declaration,
  bridges: readonly PlacedBridge[],
  { operator }: PortalContext,
): void {
  const { publicUrl } = operator.portal;
  const first = bridges.find(({ bridge }) => bridge.type === 'mikrotik');
  if (publicUrl === undefined && first !== undefined && !to.declarations.incomplete.operator) {
    const message = `guests of "${declared.name}" cannot be sent to the portal: nothing says under which address they reach it`;
    const hint = 'set portal.publicUrl of the Operator, as in https://portal.example';
    error(to, 'LM_NO_PUBLIC_URL', message, declared, [...first.path, 'mikrotik'], hint);
  }
  if (
    publicUrl !== undefined &&
    first !== undefined &&
    to.declarations.operators[0]?.spec.portal?.publicUrl === undefined
  ) {
    const message = `nothing says under which address guests of "${declared.name}" reach the portal: ${publicUrl} is assumed`;
    const hint = 'set portal.publicUrl of the Operator, as in https://portal.example';
    warning(to, 'LM_PUBLIC_URL_ASSUMED', message, declared, [...first.path, 'mikrotik'], hint);
  }
  if (publicUrl === undefined || publicUrl.startsWith('https:') || isLoopback(publicUrl)) return;
  if (declared.spec.methods.includes('login')) {
    const message = `passwords typed at "${declared.name}" cross the Wi-Fi as they are: the portal is ${publicUrl}`;
    const hint = 'an https publicUrl, with tls here or in a proxy before it';
    warning(to, 'LM_PLAIN_PORTAL', message, declared, ['spec', 'methods'], hint);
  }
}

function clickThrough(
  to: Resolving,
  declared: Declaration,
  services: ReadonlyMap<string, ServicePlan>,
): ServicePlan | undefined {
  const name = declared.spec.services?.clickThrough;
  const wanted = declared.spec.methods.includes('click-through');
  const path = ['spec', 'services', 'clickThrough'];
  if (name === undefined) {
    if (wanted) {
      const message = `"services.clickThrough" of the site "${declared.name}" is missing: click-through guests have no account to take a service from`;
      error(
        to,
        'LM_MISSING_KEY',
        message,
        declared,
        ['spec', 'methods'],
        'the name of a Service with access: [hotspot]',
      );
    }
    return undefined;
  }
  const service = services.get(name);
  if (service === undefined) unknownReference(to, { what: 'Service', name, from: declared, path }, services);
  else if (!service.access.includes('hotspot')) {
    const message = `the service "${name}" is not for guests of a hotspot`;
    error(to, 'LM_ACCESS', message, declared, path, 'a Service whose access has hotspot');
  }
  if (wanted) return service;
  const message = 'nobody gets this service: click-through is not among the methods';
  error(to, 'LM_NO_EFFECT', message, declared, path, 'add click-through to methods, or leave it out');
  return undefined;
}

function walledGarden(to: Resolving, declared: Declaration): readonly string[] {
  const hosts = (declared.spec.walledGarden ?? []).map((text, index) => {
    const path = ['spec', 'walledGarden', index];
    const read = readWalledHost(text);
    if ('code' in read) {
      error(to, read.code, read.message, declared, path, read.hint);
      return text;
    }
    const probe = probeHostIn(read.host);
    if (probe !== undefined) {
      const message = `"${text}" lets devices reach ${probe}, by which they tell that they are online: they will not show the login page`;
      warning(to, 'LM_PROBE_HOST', message, declared, path, 'name the hosts that are needed, not these');
    }
    return read.host;
  });
  return [...new Set(hosts)];
}

function welcomeUrl(to: Resolving, declared: Declaration): string | undefined {
  const text = declared.spec.welcomeUrl;
  const url = text === undefined ? undefined : webUrl(text);
  if (text !== undefined && url === undefined) {
    const hint = 'http or https, without a name and password in it';
    error(to, 'LM_URL', `"${text}" is no page that can be shown`, declared, ['spec', 'welcomeUrl'], hint);
  }
  return url?.href;
}
