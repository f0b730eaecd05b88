import type { PortalSite } from '../kinds/portal-site.ts';
import type { Router } from '../kinds/router.ts';
import type { Subscription } from '../kinds/subscription.ts';
import { error, type Resolving, warning } from '../resolve/resolving.ts';

/** Rules between portal sites and subscribers. */
export function checkGuests(
  to: Resolving,
  subscriptions: readonly Subscription[],
  sites: readonly PortalSite[],
  routers: ReadonlyMap<string, Router>,
): void {
  if (sites.length === 0) return;
  checkGuestNames(to, subscriptions, sites);
  checkLocalGuests(to, subscriptions, sites, routers);
}

/** Usernames that portals give to guests without an account belong to nobody else. */
function checkGuestNames(to: Resolving, subscriptions: readonly Subscription[], sites: readonly PortalSite[]): void {
  const names = new Set(sites.map(({ name }) => name));
  for (const { username = '', origin } of subscriptions) {
    const site = username.startsWith('guest-') ? /^guest-(.+)-[0-9a-f]{12}$/.exec(username)?.[1] : undefined;
    if (site === undefined || !names.has(site)) continue;
    const message = `the username "${username}" is one that the site "${site}" gives to a guest`;
    error(to, 'LM_GUEST_USERNAME', message, { origin, document: 0 }, []);
  }
}

/**
 * Whoever logs in at the router itself with a username needs a page of the router, and a hotspot that a site bridges shows
 * the portal instead. Said once per router.
 */
function checkLocalGuests(
  to: Resolving,
  subscriptions: readonly Subscription[],
  sites: readonly PortalSite[],
  routers: ReadonlyMap<string, Router>,
): void {
  const bridged = new Set(
    sites.flatMap(({ bridges }) =>
      bridges.flatMap((bridge) => (bridge.type === 'mikrotik' ? [`${bridge.router}\0${bridge.hotspot}`] : [])),
    ),
  );
  const behind = new Set(
    [...routers.values()]
      .filter(
        ({ name, hotspots }) => hotspots.length > 0 && hotspots.every((each) => bridged.has(`${name}\0${each.name}`)),
      )
      .map(({ name }) => name),
  );
  for (const { username, service, localOn, subscriber, origin } of behind.size === 0 ? [] : subscriptions) {
    if (username === undefined || !service.access.includes('hotspot') || service.access.includes('pppoe')) continue;
    const router = localOn.find((name) => behind.delete(name));
    if (router === undefined) continue;
    const message = `"${subscriber}" logs in at "${router}" itself, whose hotspots show the portal: it cannot check that password`;
    const hint = 'auth: radius for people with a username; devices by `mac` need no page';
    warning(to, 'LM_LOCAL_BEHIND_PORTAL', message, { origin, document: 0 }, [], hint);
  }
}
