import { createHmac } from 'node:crypto';
import { Secret } from '../base/secret.ts';

/** Seconds for which one password is made; it works in this slot and the next. */
export const slotSeconds = 60;

/** What a one-time password is bound to. */
export interface PortalPasswordUse {
  readonly username: string;
  /** `AA:BB:CC:DD:EE:FF`, the device it is for. */
  readonly mac: string;
  /** Name of the NAS it works at. */
  readonly nas: string;
}

/** Number of the slot that holds a moment. @param now wall time, milliseconds since 1970 */
export function slotOf(now: number): number {
  return Math.floor(now / 1000 / slotSeconds);
}

/**
 * The one-time password a portal hands to a browser for its router, and RADIUS expects back: 32 URL-safe symbols, nothing
 * stored. Anybody who sees it can use it for a minute or two, at this router, from this device. Pure.
 *
 * @param key of the portal site
 */
export function portalPassword(key: Secret, { username, mac, nas }: PortalPasswordUse, slot: number): Secret {
  const bound = ['lastmile/portal-password/1', username, mac, nas, String(slot)].join('\0');
  const digest = createHmac('sha256', key.reveal()).update(bound).digest('base64url');
  return new Secret(digest.slice(0, 32));
}

const guest = /^guest-(.+)-([0-9a-f]{12})$/;

export const guestPrefix = 'guest-';

/** The username of somebody without an account, who only accepted the terms: one per site and device. */
export function guestUsername(site: string, mac: string): string {
  return `${guestPrefix}${site}-${mac.replaceAll(':', '').toLowerCase()}`;
}

/** Site and device of such a username; `undefined` when it is none. */
export function parseGuestUsername(username: string): { readonly site: string; readonly mac: string } | undefined {
  // Of every login it is asked.
  if (!username.startsWith('guest-')) return undefined;
  const [, site, digits] = guest.exec(username) ?? [];
  if (site === undefined || digits === undefined) return undefined;
  return { site, mac: (digits.toUpperCase().match(/../g) ?? []).join(':') };
}
