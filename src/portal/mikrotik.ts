import { hash } from 'node:crypto';
import { type PortalPasswordUse, portalPassword, slotOf, slotSeconds } from '../access/portal-password.ts';
import type { MikrotikBridge, PortalSite } from '../model/kinds/portal-site.ts';
import type { Answer } from './answer.ts';
import type { MikrotikDoor } from './context.ts';
import type { Fields } from './fields.ts';
import { guestMac } from './guest-mac.ts';
import { bridgesAt, type GivenLogin, loginUrlOf, readGivenLogin } from './login-target.ts';
import { handOverPage } from './pages/render.ts';
import { originsOf, type Refusal, type Visit } from './visit.ts';

/** A guest as the login page of a router tells of one. */
export interface MikrotikGuest {
  readonly bridge: MikrotikBridge;
  readonly door: MikrotikDoor;
  readonly mac: string;
  readonly ip?: string;
  readonly originalUrl?: string;
}

export type MikrotikFlaw = 'wrong-router' | 'no-device';

/** Did a router's login page send this? */
export function isFromMikrotik(fields: Fields): boolean {
  return ['link-login-only', 'link-login', 'mac', 'server-name'].some((name) => fields.has(name));
}

/**
 * Reads what a router's login page sends. Nothing of it is signed: the router is known by the names it is
 * declared with, and RADIUS sees the true MAC later.
 *
 * @returns a flaw when the login is at no declared router of the site, or the device is unknown
 */
export function readMikrotik(fields: Fields, site: Pick<PortalSite, 'bridges'>): MikrotikGuest | MikrotikFlaw {
  const link = fields.get('link-login-only') ?? fields.get('link-login');
  const given = link === undefined || link === '' ? undefined : readGivenLogin(link);
  if (link !== undefined && link !== '' && given === undefined) return 'wrong-router';
  const bridge = findBridge(fields, site, given);
  if (bridge === undefined) return 'wrong-router';
  const mac = guestMac(decoded(fields.get('mac') ?? ''));
  if (mac === undefined) return 'no-device';
  const ip = fields.get('ip');
  const originalUrl = fields.get('link-orig') ?? fields.get('link-success');
  return {
    bridge,
    mac,
    door: doorOf(fields, bridge, given),
    ...(ip === undefined || !/^[0-9a-f.:]{2,45}$/i.test(ip) ? {} : { ip }),
    ...(originalUrl === undefined ? {} : { originalUrl }),
  };
}

/** The declared name decides; identity and hotspot tell apart routers that share one. */
function findBridge(
  fields: Fields,
  site: Pick<PortalSite, 'bridges'>,
  given: GivenLogin | undefined,
): MikrotikBridge | undefined {
  const all = site.bridges.filter((bridge) => bridge.type === 'mikrotik');
  const there = given === undefined ? all : bridgesAt(all, given);
  const named = there.filter(
    ({ identity, hotspot }) =>
      (fields.get('identity') ?? identity) === identity && (fields.get('server-name') ?? hotspot) === hotspot,
  );
  const found = named.length > 0 ? named : there;
  return found.length === 1 ? found[0] : undefined;
}

function doorOf(fields: Fields, bridge: MikrotikBridge, given: GivenLogin | undefined): MikrotikDoor {
  const plain = fields.get('plain-passwd');
  const id = octetsOf(fields.get('chap-id'));
  const value = octetsOf(fields.get('chap-challenge'));
  return {
    type: 'mikrotik',
    router: bridge.router,
    hotspot: bridge.hotspot,
    ...(given?.path === undefined ? {} : { path: given.path }),
    ...(plain === undefined || plain === '' ? {} : { plain: plain === 'yes' }),
    ...(id?.length === 1 && value?.length === 16
      ? { challenge: { id: id.toString('hex'), value: value.toString('hex') } }
      : {}),
  };
}

/** Some pages escape a MAC twice. */
function decoded(mac: string): string {
  return mac.replaceAll(/%3a/gi, ':');
}

/** `\371\015…`: how a router writes octets into a page. */
export function octetsOf(text: string | undefined): Buffer | undefined {
  if (text === undefined || !/^(?:\\[0-3][0-7]{2})+$/.test(text)) return undefined;
  const octals = text.slice(1).split('\\');
  return Buffer.from(octals.map((octal) => Number.parseInt(octal, 8)));
}

/** What a router's login is sent in place of a password: hex of MD5 over id, password and challenge (RFC 1994 §4.1). */
export function chapPassword(challenge: { readonly id: string; readonly value: string }, password: string): string {
  const { id, value } = challenge;
  return hash('md5', Buffer.concat([Buffer.from(id, 'hex'), Buffer.from(password), Buffer.from(value, 'hex')]));
}

/** How the router takes a password: as it asks, and where it would take both, as declared. */
export function passwordMethod(bridge: MikrotikBridge, door: MikrotikDoor): 'pap' | 'chap' | undefined {
  const chap = door.challenge !== undefined;
  if (bridge.method === 'chap' && chap) return 'chap';
  if (door.plain ?? (bridge.method !== 'chap' && !chap)) return 'pap';
  return chap ? 'chap' : undefined;
}

/** Somebody who is let in, and how. */
export interface MikrotikLogin {
  readonly username: string;
  readonly mac: string;
  /** Where the router sends the guest afterwards. */
  readonly dst?: string;
  /** Comes back with the error if the router refuses. */
  readonly nonce: string;
}

/** Where a browser logs in at the router, and what it says there. */
export interface RouterLogin {
  readonly url: URL;
  readonly fields: readonly (readonly [string, string])[];
}

/** Why there is none: nothing a guest did wrong. */
export const routerRefusals = {
  'no-password-method': { status: 502, message: 'no-password-method' },
  'not-ready': { status: 503, message: 'not-ready' },
  'wait-a-minute': { status: 429, message: 'wait-a-minute', minutes: 1 },
} satisfies Readonly<Record<string, Refusal>>;

/** The login of a guest at the router. Its password works once, for a minute or two. */
export function routerLogin(
  { portal, site }: Visit,
  bridge: MikrotikBridge,
  door: MikrotikDoor,
  guest: MikrotikLogin,
): RouterLogin | keyof typeof routerRefusals {
  const method = passwordMethod(bridge, door);
  if (method === undefined) return 'no-password-method';
  const access = portal.deps.directory.portal(site.name);
  if (access?.nas.includes(bridge.router) !== true) return 'not-ready';
  const { username, mac, dst, nonce } = guest;
  const use = { username, mac, nas: bridge.router };
  const slot = slotFor(portal, use);
  if (slot === undefined) return 'wait-a-minute';
  const once = portalPassword(access.key, use, slot).reveal();
  const password = method === 'chap' && door.challenge !== undefined ? chapPassword(door.challenge, once) : once;
  return {
    url: loginUrlOf(bridge, door.path),
    fields: [
      ['username', username],
      ['password', password],
      ...(dst === undefined ? [] : [['dst', dst] as const]),
      ['popup', 'false'],
      ['var', nonce],
    ],
  };
}

/** What is left of a minute for a browser to reach the router with a password of the last one. */
const handOverMs = 20_000;

/**
 * This minute; when its password was handed out already the last one, as long as its password works long enough to get to the
 * router.
 */
function slotFor({ issued, deps }: Visit['portal'], { username, mac, nas }: PortalPasswordUse): number | undefined {
  const now = deps.clock.now();
  const slotMs = slotSeconds * 1000;
  const slots = now % slotMs < slotMs - handOverMs ? [slotOf(now), slotOf(now) - 1] : [slotOf(now)];
  return slots.find((slot) => issued.use([username, mac, nas, slot].join('\0'), 2 * slotMs));
}

/** On to the router: by redirect, or by a form where the router's method says so. */
export function handOver(
  { portal, site, language }: Visit,
  bridge: MikrotikBridge,
  { url, fields }: RouterLogin,
): Answer {
  const frame = { site, language, heading: 'step' } as const;
  if (bridge.method === 'pap-form') {
    const page = handOverPage(frame, { form: { action: url.href, fields } });
    return {
      type: 'page',
      status: 200,
      page,
      formOrigins: originsOf([url.href, portal.deps.settings().publicUrl, dstOf(fields)]),
    };
  }
  for (const [name, value] of fields) url.searchParams.set(name, value);
  return { type: 'redirect', location: url.href, page: handOverPage(frame, { href: url.href }) };
}

/** The router answers the form with a redirect to there, which counts as the form's target (CSP3 §6.4.2). */
function dstOf(fields: RouterLogin['fields']): string | undefined {
  return fields.find(([name]) => name === 'dst')?.[1];
}
