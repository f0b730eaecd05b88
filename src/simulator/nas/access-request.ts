import { createHash } from 'node:crypto';
import radius, { type Attribute } from 'radius';
import { msChap2Answer, ntChallengeResponse } from './ms-chap.ts';
import { hiddenEmptyPassword, microsoft, mikrotik, signAccessRequest, wispr } from './packet.ts';
import { type Caller, formatSessionId } from './session.ts';
import type { SessionKind } from './session-kind.ts';

export type PppMethod = 'pap' | 'chap' | 'mschap1' | 'mschap2';
/** Strongest first: what two PPP peers agree on. */
export const pppMethods: readonly PppMethod[] = ['mschap2', 'mschap1', 'chap', 'pap'];

export interface NasIdentity {
  readonly identifier: string;
  readonly address: string;
}

/** The password's trace in an Access-Request, whatever the method: prepared once, so that another server is asked the same. */
export interface Proof {
  attributes(secret: string, authenticator: Buffer): Attribute[];
  /** MS-CHAPv2: what the server must prove in the Accept. */
  readonly expectedSuccess?: string;
}

/** @param random octets: challenges of the PPP server and of its peer */
export function proofOf(
  method: PppMethod,
  username: string,
  password: string,
  random: (size: number) => Buffer,
): Proof {
  switch (method) {
    case 'pap':
      return papProof(password);
    case 'chap':
      return chapProof(password, random);
    case 'mschap1': {
      const challenge = random(8);
      const answer = Buffer.concat([Buffer.of(1, 1), Buffer.alloc(24), ntChallengeResponse(challenge, password)]);
      return { attributes: () => [vendor(microsoft, 11, challenge), vendor(microsoft, 1, answer)] };
    }
    default: {
      const [challenge, peer] = [random(16), random(16)];
      const { ntResponse, expectedSuccess } = msChap2Answer(username, password, challenge, peer);
      const answer = Buffer.concat([Buffer.of(1, 0), peer, Buffer.alloc(8), ntResponse]);
      return { attributes: () => [vendor(microsoft, 11, challenge), vendor(microsoft, 25, answer)], expectedSuccess };
    }
  }
}

/**
 * An Access-Request as RouterOS sends it: attributes in the order seen on a router, Message-Authenticator last.
 *
 * @param authenticator 16 unpredictable octets
 */
export function encodeAccessRequest(options: {
  readonly caller: Caller;
  readonly nas: NasIdentity;
  readonly proof: Proof;
  readonly secret: string;
  readonly identifier: number;
  readonly authenticator: Buffer;
}): Buffer {
  const { caller, nas, proof, secret, identifier, authenticator } = options;
  const attributes: Attribute[] = [
    ['NAS-Port-Type', caller.nasPortType ?? 'Ethernet'],
    ['Calling-Station-Id', caller.callerId],
    ['Called-Station-Id', caller.serviceName],
    ['NAS-Port-Id', caller.port],
    ['User-Name', caller.username],
    ['NAS-Port', caller.nasPort],
    ['Acct-Session-Id', formatSessionId(caller.sessionNumber)],
    ...(caller.framedAddress === undefined ? [] : [['Framed-IP-Address', caller.framedAddress] as const]),
    ...(caller.hostAddress === undefined ? [] : [hostIp(caller.hostAddress)]),
    ...proof.attributes(secret, authenticator),
    ...serviceAttributes[caller.kind],
    ...(caller.wispr ?? []).map(([type, text]) => vendor(wispr, type, Buffer.from(text))),
    ...(caller.extra ?? []),
    ['NAS-Identifier', nas.identifier],
    ['NAS-IP-Address', nas.address],
    ['Message-Authenticator', Buffer.alloc(16)],
  ];
  const packet = radius.encode({ code: 'Access-Request', secret, identifier, authenticator, attributes });
  return signAccessRequest(packet, secret);
}

const serviceAttributes: Readonly<Record<SessionKind, readonly Attribute[]>> = {
  pppoe: [
    ['Service-Type', 'Framed-User'],
    ['Framed-Protocol', 'PPP'],
  ],
  hotspot: [['Service-Type', 'Login-User']],
  dhcp: [],
};

/** A password in clear text, hidden by the shared secret (RFC 2865 §5.2). An empty one is sent as one block. */
export function papProof(password: string): Proof {
  return { attributes: (secret, authenticator) => [['User-Password', papValue(password, secret, authenticator)]] };
}

/** Mikrotik-Host-IP. */
export function hostIp(address: string): Attribute {
  return vendor(mikrotik, 10, Buffer.from(address.split('.').map(Number)));
}

function papValue(password: string, secret: string, authenticator: Buffer): string | Buffer {
  return password === '' ? hiddenEmptyPassword(secret, authenticator) : password;
}

function chapProof(password: string, random: (size: number) => Buffer): Proof {
  const challenge = random(16);
  const identifier = random(1);
  return chapResponse(identifier, chapDigest(identifier, password, challenge), challenge);
}

/** MD5 of identifier, password and challenge (RFC 1994 §4.1). */
export function chapDigest(identifier: Buffer, password: string | Buffer, challenge: Buffer): Buffer {
  return createHash('md5').update(identifier).update(password).update(challenge).digest();
}

/** What a device made of a challenge, for a server that knows the password (RFC 2865 §5.3). */
export function chapResponse(identifier: Buffer, digest: Buffer, challenge: Buffer): Proof {
  return {
    attributes: () => [
      ['CHAP-Challenge', challenge],
      ['CHAP-Password', Buffer.concat([identifier, digest])],
    ],
  };
}

function vendor(id: number, type: number, value: Buffer): Attribute {
  return ['Vendor-Specific', id, [[type, value]]];
}
