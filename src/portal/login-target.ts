import type { MikrotikBridge } from '../model/kinds/portal-site.ts';

/** The paths a hotspot logs guests in at: with a folder of its own when the guest sees pages in another language. */
const loginPath = /^\/(?:[A-Za-z0-9_-]+\/)?login$/;
const given = /^(https?):\/\/([A-Za-z0-9.:[\]-]+)(\/[^?#]*)?(?:[?#].*)?$/i;

/** What a page of a router says about where it logs guests in. */
export interface GivenLogin {
  /** Lower case, without the port that goes without saying. */
  readonly host: string;
  /** Absent when it is not one we take over. */
  readonly path?: string;
}

/**
 * Reads `link-login` or `link-login-only` as text: a URL parser would turn `0x0a.5.50.1` into the address of the router.
 *
 * @returns nothing when it has credentials, another scheme or another notation
 */
export function readGivenLogin(text: string): GivenLogin | undefined {
  const [, scheme, authority, path] = given.exec(text) ?? [];
  if (scheme === undefined || authority === undefined) return undefined;
  const usual = scheme.toLowerCase() === 'http' ? /:80$/ : /:443$/;
  const host = authority.toLowerCase().replace(usual, '');
  return path !== undefined && loginPath.test(path) ? { host, path } : { host };
}

/** Those of the bridges whose router may name itself so. */
export function bridgesAt(bridges: readonly MikrotikBridge[], { host }: GivenLogin): readonly MikrotikBridge[] {
  return bridges.filter(({ loginHosts }) => loginHosts.includes(host));
}

/** Where a guest is sent to log in: always the declared place, never one that came from a browser. */
export function loginUrlOf(bridge: MikrotikBridge, path: string | undefined): URL {
  const url = new URL(bridge.loginUrl);
  if (path !== undefined && loginPath.test(path)) url.pathname = path;
  return url;
}
