import { parseIpv4 } from './ipv4.ts';
import type { Operator } from './kinds/operator.ts';
import { webUrl } from './web-url.ts';

/** Where browsers are sent that ask for a page by plain HTTP. */
export interface PortalDoor {
  /** IPv4: RouterOS translates addresses to addresses. */
  readonly address: string;
  readonly port: string;
}

/**
 * Where the portal takes plain HTTP under an address: where guests reach it, if that is by plain HTTP; else where it
 * listens, or, when that is every address, at the one that routers know as their first RADIUS server. Absent: nowhere.
 */
export function portalDoor({ portal, radius }: Pick<Operator, 'portal' | 'radius'>): PortalDoor | undefined {
  // Of declarations with errors, too, which may say anything.
  const url = portal.publicUrl === undefined ? undefined : webUrl(portal.publicUrl);
  if (url?.protocol === 'http:' && isAddress(url.hostname)) return { address: url.hostname, port: url.port || '80' };
  const { host, port } = portal.listen;
  const address = ['0.0.0.0', '::'].includes(host) ? radius.servers[0]?.address : host;
  if (portal.tls !== undefined || address === undefined || !isAddress(address)) return undefined;
  return { address, port: String(port) };
}

function isAddress(host: string): boolean {
  return parseIpv4(host) !== undefined;
}
