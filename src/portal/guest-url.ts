import type { PortalSite } from '../model/kinds/portal-site.ts';

/** Hosts that devices ask only to find out whether there is a portal. */
const probeHosts: ReadonlySet<string> = new Set([
  ...['captive.apple.com', 'appleiphonecell.com', 'airport.us', 'ibook.info', 'itools.info', 'thinkdifferent.us'],
  ...['connectivitycheck.gstatic.com', 'connectivitycheck.android.com', 'connectivitycheck.platform.hicloud.com'],
  ...['msftconnecttest.com', 'ipv6.msftconnecttest.com', 'msftncsi.com', 'ipv6.msftncsi.com'],
  ...['detectportal.firefox.com', 'detectportal.brave-http-only.com', 'nmcheck.gnome.org', 'network-test.debian.org'],
  ...['connectivity-check.ubuntu.com', 'ping.archlinux.org', 'conncheck.opensuse.org', 'fedoraproject.org'],
]);

/** The same on hosts that have other pages. */
const probePaths = /^\/(?:generate_?204|gen_204|hotspot-detect\.html|kindle-wifi\/|library\/test\/success\.html)/;

/**
 * Octets of an address that a guest wanted to go to. One figure from the first view to the last, for routers and controllers: a
 * longer one would not fit the address a router sends the guest to afterwards, which carries it, signed. Not cut, since half an
 * address is another one.
 */
export const longestOnward = 700;

/** Characters that mean something else to some parser of URLs. */
const odd = /[\0-\x20\x7f\\]/;

/**
 * Where a guest wanted to go, if that is worth going to: http or https, no credentials, nothing a parser could take for
 * something else, not a probe, not a page of the login itself. Written anew from its parts.
 *
 * @param text from a browser: anything at all
 * @param publicUrl origin of the portal
 */
export function onwardUrl(
  text: string | undefined,
  site: OwnPlaces,
  publicUrl: string | undefined,
): string | undefined {
  if (text === undefined || text.length > longestOnward || odd.test(text) || !/^https?:\/\/[^/]/i.test(text))
    return undefined;
  const url = parsed(text);
  if (url === undefined || url.username !== '' || url.password !== '' || url.hostname === '') return undefined;
  if (isProbe(url) || isOurs(url, site, publicUrl)) return undefined;
  return url.href.length > longestOnward ? undefined : url.href;
}

/** Read once: `canParse` before would read it twice. */
function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

type OwnPlaces = Pick<PortalSite, 'bridges'>;

function isProbe(url: URL): boolean {
  const host = bare(url.hostname);
  return probeHosts.has(host) || probeHosts.has(host.replace(/^www\./, '')) || probePaths.test(url.pathname);
}

function isOurs(url: URL, site: OwnPlaces, publicUrl: string | undefined): boolean {
  const host = bare(url.host);
  if (publicUrl !== undefined && bare(new URL(publicUrl).host) === host) return true;
  return site.bridges.some((bridge) => bridge.type === 'mikrotik' && bridge.loginHosts.includes(host));
}

/** Without the dot that a full name may end with. */
function bare(host: string): string {
  return host.replace(/\.(?=$|:)/, '');
}
