import type { Session } from '../../accounting/event.ts';
import { parseMac } from '../../base/mac.ts';
import type { VendorProfile } from '../../model/kinds/radius.ts';
import type { AccessKind } from '../../model/kinds/service.ts';
import { encodeNamed } from '../dictionary/encode-named.ts';
import { doorOfSession } from '../door.ts';

/** What a NAS can find a session by. */
export type SessionIdentity = Pick<
  Session,
  'username' | 'sessionId' | 'sentSessionId' | 'framedIpAddress' | 'callingStationId' | 'nasIpAddress' | 'nasIdentifier'
>;

/** One way to say which session is meant. */
export interface Identification {
  /** Encoded attributes. */
  readonly keys: readonly Uint8Array[];
  /** Without Acct-Session-Id: another session of the same user means it as well. */
  readonly vague: boolean;
}

type Key =
  | 'User-Name'
  | 'Acct-Session-Id'
  | 'Framed-IP-Address'
  | 'Calling-Station-Id'
  | 'NAS-IP-Address'
  | 'NAS-Identifier';

/** All we know, with the names of the NAS itself (RFC 5176 §3): every key given must match. */
const everything: readonly Key[] = [
  ...(['User-Name', 'Acct-Session-Id', 'Framed-IP-Address', 'Calling-Station-Id'] as const),
  ...(['NAS-IP-Address', 'NAS-Identifier'] as const),
];

/** After everything: the shorter forms, in the order to try them. Those without Acct-Session-Id come last. */
const byUser: readonly (readonly Key[])[] = [
  ['User-Name', 'Acct-Session-Id'],
  ['User-Name', 'Framed-IP-Address'],
];
/**
 * RouterOS was seen to put a Wi-Fi client off its access point whose MAC is the User-Name, unless the address says that its
 * hotspot session is meant (packetfence#7703).
 */
const byAddress: readonly (readonly Key[])[] = [
  ['User-Name', 'Acct-Session-Id', 'Framed-IP-Address'],
  ['User-Name', 'Framed-IP-Address'],
];
/** An access point knows no addresses of its stations. */
const byStation: readonly (readonly Key[])[] = [
  ['User-Name', 'Acct-Session-Id', 'Calling-Station-Id'],
  ['User-Name', 'Calling-Station-Id'],
];
/** Others know a session by its id alone (RFC 5176 §3), or by its station, as access points and captive portals do. */
const byAnything: readonly (readonly Key[])[] = [
  ['User-Name', 'Acct-Session-Id'],
  ['Acct-Session-Id'],
  ['User-Name', 'Framed-IP-Address'],
  ['User-Name', 'Calling-Station-Id'],
];

/**
 * Identifications for CoA and Disconnect (RFC 5176 §3), in the order to try them: all we know first, then the short forms
 * that its kind of NAS was seen to want for its kind of service. What we know is what the NAS itself sent, octet by octet, so
 * that all of it matches.
 */
export function sessionKeys(session: SessionIdentity, profile: VendorProfile = 'mikrotik'): readonly Identification[] {
  const known = knownOf(session);
  const seen = new Set<string>();
  return [everything, ...shortForms(session, profile)].flatMap((wanted, at) => {
    const keys = wanted.filter((key) => known[key] !== undefined);
    const name = keys.join();
    // A form of which something is unknown says less than it should: it is one of the others, or too little.
    if ((at > 0 && keys.length < wanted.length) || seen.has(name)) return [];
    seen.add(name);
    const vague = at > 0 && !keys.includes('Acct-Session-Id');
    return [{ keys: keys.map((key) => encodeNamed({ name: key, value: known[key] as string })), vague }];
  });
}

function shortForms(session: SessionIdentity, profile: VendorProfile): readonly (readonly Key[])[] {
  if (profile !== 'mikrotik') return byAnything;
  const door: AccessKind | undefined = doorOfSession(session.sessionId, profile);
  const isMac = parseMac(session.username) !== undefined;
  if (isMac && session.framedIpAddress === undefined && door === undefined) return byStation;
  return isMac ? byAddress : byUser;
}

function knownOf(session: SessionIdentity): Readonly<Partial<Record<Key, string>>> {
  const known: Readonly<Record<Key, string | undefined>> = {
    'User-Name': session.username,
    'Acct-Session-Id': session.sentSessionId ?? session.sessionId,
    'Framed-IP-Address': session.framedIpAddress,
    'Calling-Station-Id': session.callingStationId,
    'NAS-IP-Address': session.nasIpAddress,
    'NAS-Identifier': session.nasIdentifier,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined && value !== ''));
}
