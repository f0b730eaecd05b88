import { compact } from '../../base/compact.ts';
import type { Declared, OperatorSpec } from '../declarations.ts';
import { normalisePrefix } from '../ipv4.ts';
import { readKeyPair } from '../key-pair.ts';
import type { PortalSettings } from '../kinds/operator.ts';
import type { RadiusServer } from '../kinds/radius.ts';
import { listenEndpoints } from '../listen-endpoints.ts';
import { webOrigin } from '../web-url.ts';
import { error, type Resolving } from './resolving.ts';

const path = ['spec', 'portal'];
const everywhere = { host: '0.0.0.0', port: 8080 };

/** `portal` of the Operator with its defaults. */
export function resolvePortalSettings(to: Resolving, declared: Declared<OperatorSpec> | undefined): PortalSettings {
  const spec = declared?.spec.portal;
  if (declared === undefined || spec === undefined) return { listen: everywhere, declared: false, trustedProxies: [] };
  const listen = spec.listen === undefined ? [] : listenEndpoints(to, declared, spec.listen, [...path, 'listen']);
  return compact({
    listen: listen[0] ?? everywhere,
    declared: spec.listen !== undefined,
    publicUrl: publicUrl(to, declared, spec.publicUrl),
    tls: spec.tls === undefined ? undefined : readKeyPair(to, declared, spec.tls, ['portal', 'tls']),
    trustedProxies: trustedProxies(to, declared, spec.trustedProxies ?? []),
  });
}

/**
 * Where nothing says how guests reach the portal: at the address it listens on, or, when that is every address, at the one
 * that routers know as their first RADIUS server.
 */
export function reachable(settings: PortalSettings, servers: readonly RadiusServer[]): PortalSettings {
  const { listen, tls } = settings;
  const host = ['0.0.0.0', '::'].includes(listen.host) ? servers[0]?.address : listen.host;
  if (settings.publicUrl !== undefined || host === undefined) return settings;
  const authority = `${host.includes(':') ? `[${host}]` : host}:${listen.port}`;
  return { ...settings, publicUrl: `${tls === undefined ? 'http' : 'https'}://${authority}` };
}

function publicUrl(to: Resolving, declared: Declared<OperatorSpec>, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const origin = webOrigin(text);
  if (origin === undefined) {
    const hint = 'scheme, host and port alone, as in https://portal.example';
    error(to, 'LM_URL', `"${text}" is not the origin of the portal`, declared, [...path, 'publicUrl'], hint);
  }
  return origin ?? text;
}

function trustedProxies(to: Resolving, declared: Declared<OperatorSpec>, list: readonly string[]): readonly string[] {
  return list.map((text, index) => {
    const prefix = normalisePrefix(text);
    if (prefix === undefined) {
      const message = `"${text}" is neither an address nor a prefix`;
      error(to, 'LM_ADDRESS', message, declared, [...path, 'trustedProxies', index]);
    }
    return prefix ?? text;
  });
}
