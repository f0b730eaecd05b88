import { macOfClientId, parseMac } from '../base/mac.ts';
import type { Secret } from '../base/secret.ts';
import type { AccessKind } from '../model/kinds/service.ts';
import { authoriseProven, type Decision, grantedLimits, type RejectReason } from './authorise.ts';
import type { Credential } from './credentials/credential.ts';
import { verifyCredential } from './credentials/verify-credential.ts';
import { type DeviceNas, macPasswordsAt, provesDevice } from './device.ts';
import type { AccessLogin, SessionLimits } from './login.ts';
import { parseGuestUsername, portalPassword, slotOf } from './portal-password.ts';
import type { PortalLogin } from './used-passwords.ts';

/** Somebody at a NAS whose username and password are nobody's: `authorise` has said so. */
export interface Attempt<L extends SessionLimits> {
  readonly username: string;
  readonly credential: Credential;
  readonly door?: AccessKind | undefined;
  readonly nas: AccessNas<L>;
  /** Can the NAS keep somebody suspended to a page? */
  readonly redirects?: boolean | 'by-url' | undefined;
  /** As the NAS sent them. */
  readonly callingStationId?: string | undefined;
  readonly calledStationId?: string | undefined;
  /** Wall time, milliseconds since 1970. */
  readonly now: number;
}

/** What a decision needs to know of a NAS. The directory's `Nas` is one. */
export interface AccessNas<L extends SessionLimits> extends DeviceNas {
  readonly name: string;
  readonly unknownClients?: ReadonlyMap<string, L>;
}

/** What a decision looks up. The directory is one. */
export interface AccessDirectory<L extends SessionLimits> {
  login(username: string): LimitedLogin<L> | undefined;
  device(mac: string): LimitedLogin<L> | undefined;
  portalsAt(nas: string): readonly AccessPortal<L>[];
}

/** A login with all that it may be granted. */
export interface LimitedLogin<L extends SessionLimits> extends AccessLogin {
  readonly limits: L;
  readonly whileSuspended?: L;
  /** Of a wireless device. */
  readonly passphrase?: Secret;
}

export interface AccessPortal<L extends SessionLimits> {
  readonly site: string;
  readonly key: Secret;
  /** Names of its hotspots, by NAS. Absent: all that are there. */
  readonly hotspots?: ReadonlyMap<string, readonly string[]>;
  readonly clickThrough?: { readonly limits: L };
}

/** What came of an attempt that was somebody's after all. */
export interface Admission<L extends SessionLimits> {
  readonly decision: Decision;
  /** All that an accept grants, session limits among them. */
  readonly grants: L;
  /** By what: a known device's MAC, a one-time password, or that the DHCP server takes anybody. */
  readonly method: 'mac' | 'portal' | 'dhcp';
  /** The declared name: of a device, its MAC. Absent for whom nobody declared. */
  readonly username?: string;
  /** What an accept uses up: to be consumed before it is told. */
  readonly uses?: PortalLogin;
  /** What a wireless device must prove to its access point. */
  readonly passphrase?: Secret;
}

/** What a login is granted by a decision about it. */
export function grantsOf<L extends SessionLimits>(
  login: Pick<LimitedLogin<L>, 'limits' | 'whileSuspended'>,
  decision: Decision,
): L {
  const redirected = decision.verdict === 'accept' && decision.redirected !== undefined;
  return (redirected ? login.whileSuspended : undefined) ?? login.limits;
}

/**
 * Whom a NAS may let in beside those who have a username and its password: guests of a portal by its one-time password,
 * known devices by their MAC, unknown DHCP clients where they are provided for. Pure.
 *
 * @returns nothing when it is none of these: what `authorise` said stands
 */
export function admit<L extends SessionLimits>(
  attempt: Attempt<L>,
  directory: AccessDirectory<L>,
): Admission<L> | undefined {
  return byPortal(attempt, directory) ?? byMac(attempt, directory);
}

function byPortal<L extends SessionLimits>(
  attempt: Attempt<L>,
  directory: AccessDirectory<L>,
): Admission<L> | undefined {
  const { username, nas, callingStationId, door, now } = attempt;
  if (door === 'pppoe' || door === 'dhcp' || door === 'wireless') return undefined;
  const portals = directory.portalsAt(nas.name);
  const mac = portals.length === 0 ? undefined : parseMac(callingStationId ?? '');
  if (mac === undefined) return undefined;
  for (const portal of portals) {
    if (!isAtHotspotOf(portal, attempt)) continue;
    const slot = slotProven(attempt.credential, portal.key, { username, mac, nas: nas.name }, now);
    if (slot === undefined) continue;
    const uses = { site: portal.site, username, mac, nas: nas.name, slot };
    const login = directory.login(username);
    if (login !== undefined) {
      const decision = authoriseProven(login, attempt, now);
      return { decision, grants: grantsOf(login, decision), method: 'portal', username, uses };
    }
    const limits = guestLimits(portal, username, mac);
    if (limits === undefined) continue;
    return { decision: allowed(limits, door, now), grants: limits, method: 'portal', uses };
  }
  return undefined;
}

/** Does the call come from a hotspot of this site? Its guests are nobody at the others of the same router. */
function isAtHotspotOf<L extends SessionLimits>(
  { hotspots }: AccessPortal<L>,
  { nas, calledStationId }: Attempt<L>,
): boolean {
  if (hotspots === undefined || calledStationId === undefined) return true;
  return hotspots.get(nas.name)?.includes(calledStationId) === true;
}

/** The slot whose password this is: this one or the last. */
function slotProven(
  credential: Credential,
  key: Secret,
  use: Parameters<typeof portalPassword>[1],
  now: number,
): number | undefined {
  if (credential.method !== 'pap' && credential.method !== 'chap') return undefined;
  const current = slotOf(now);
  return [current, current - 1].find(
    (slot) => verifyCredential(credential, use.username, portalPassword(key, use, slot)).result === 'right',
  );
}

/** Limits of somebody without an account; `undefined` when this portal lets no such guest in, or it is another's name. */
function guestLimits<L extends SessionLimits>(portal: AccessPortal<L>, username: string, mac: string): L | undefined {
  const guest = parseGuestUsername(username);
  return guest?.site === portal.site && guest.mac === mac ? portal.clickThrough?.limits : undefined;
}

function byMac<L extends SessionLimits>(attempt: Attempt<L>, directory: AccessDirectory<L>): Admission<L> | undefined {
  const { username, credential, door, nas, now } = attempt;
  const mac = door === 'pppoe' ? undefined : parseMac(username);
  if (mac === undefined) return undefined;
  const device = directory.device(mac);
  if (device === undefined) return directory.login(username) === undefined ? unknownClient(attempt) : undefined;
  const admission = (decision: Decision): Admission<L> => {
    const passphrase = door === 'wireless' ? device.passphrase : undefined;
    return {
      decision,
      grants: grantsOf(device, decision),
      method: 'mac',
      username: device.username,
      ...(passphrase === undefined ? {} : { passphrase }),
    };
  };
  if (!callsBy(mac, attempt)) return admission(rejected('wrong-mac'));
  const expected = macPasswordsAt(nas, attempt.calledStationId);
  if (!provesDevice(credential, mac, door, expected)) return admission(rejected('wrong-password'));
  const decision = authoriseProven(device, attempt, now);
  // Known, but not for DHCP: there it is a client like any other.
  const isStranger = decision.verdict === 'reject' && decision.reason === 'not-sold-here';
  return (isStranger ? unknownClient(attempt) : undefined) ?? admission(decision);
}

/**
 * Is it this device that calls? A guest may type any MAC as username, so elsewhere than at a DHCP server it must be that of
 * the call. A DHCP server takes the username from the frame itself, and the rest from the client: an identifier of any
 * kind, but no other device's MAC.
 */
function callsBy(
  mac: string,
  { door, callingStationId = '' }: Pick<Attempt<SessionLimits>, 'door' | 'callingStationId'>,
): boolean {
  const caller = parseMac(callingStationId) ?? (door === 'dhcp' ? macOfClientId(callingStationId) : undefined);
  return caller === undefined ? door === 'dhcp' : caller === mac;
}

function unknownClient<L extends SessionLimits>(attempt: Attempt<L>): Admission<L> | undefined {
  const { door, nas, calledStationId, now } = attempt;
  if (door !== 'dhcp' || calledStationId === undefined) return undefined;
  const limits = nas.unknownClients?.get(calledStationId);
  if (limits === undefined) return undefined;
  return { decision: allowed(limits, door, now), grants: limits, method: 'dhcp' };
}

/** Of somebody without an account. */
function allowed(limits: SessionLimits, door: AccessKind | undefined, now: number): Decision {
  if (limits.hours?.at(now).open === false) return rejected('outside-hours');
  return { verdict: 'accept', limits: grantedLimits({ limits }, door, now) };
}

function rejected(reason: RejectReason): Decision {
  return { verdict: 'reject', reason };
}
