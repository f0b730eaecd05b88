import type { Session } from '../accounting/event.ts';
import { parseMac } from '../base/mac.ts';
import { encodeNamed } from './dictionary/encode-named.ts';

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

/**
 * Identifications for CoA and Disconnect (RFC 5176 §3), in the order to try them: all we know first, then the two short forms that RouterOS
 * versions were seen to want. What we know is what the NAS itself sent, octet by octet, so that all of it matches.
 */
export function sessionKeys(session: SessionIdentity): readonly Identification[] {
  const user = named('User-Name', session.username);
  const id = named('Acct-Session-Id', session.sentSessionId ?? session.sessionId);
  const address = named('Framed-IP-Address', session.framedIpAddress);
  const everything = [
    ...user,
    ...id,
    ...address,
    ...named('Calling-Station-Id', session.callingStationId),
    ...named('NAS-IP-Address', session.nasIpAddress),
    ...named('NAS-Identifier', session.nasIdentifier),
  ];
  // RouterOS was seen to put a Wi-Fi client off its access point whose MAC is the User-Name, unless the address says that
  // its hotspot session is meant (packetfence#7703).
  const short = parseMac(session.username) === undefined ? [...user, ...id] : [...user, ...id, ...address];
  const exact = [everything, short].map((keys) => ({ keys, vague: false }));
  const byAddress = user.length + address.length < 2 ? [] : [{ keys: [...user, ...address], vague: true }];
  return [...exact, ...byAddress].filter(({ keys }, at) => at === 0 || keys.length < everything.length);
}

function named(name: string, value: string | undefined): Uint8Array[] {
  return value === undefined || value === '' ? [] : [encodeNamed({ name, value })];
}
