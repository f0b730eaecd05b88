import { createHash } from 'node:crypto';
import radius, { type Attribute } from 'radius';
import { msChap2Answer, ntChallengeResponse } from './ms-chap.ts';
import { hiddenEmptyPassword, microsoft, signAccessRequest } from './packet.ts';
import { type Caller, formatSessionId } from './session.ts';

export type PppMethod = 'pap' | 'chap' | 'mschap1' | 'mschap2';
/** Strongest first: what two PPP peers agree on. */
export const pppMethods: readonly PppMethod[] = ['mschap2', 'mschap1', 'chap', 'pap'];

export interface NasIdentity {
  readonly identifier: string;
  readonly address: string;
}

/** The password's trace in an Access-Request: prepared once, so that another server is asked the same. */
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
      return { attributes: (secret, authenticator) => [['User-Password', papValue(password, secret, authenticator)]] };
    case 'chap':
      return chapProof(password, random);
    case 'mschap1': {
      const challenge = random(8);
      const answer = Buffer.concat([Buffer.of(1, 1), Buffer.alloc(24), ntChallengeResponse(challenge, password)]);
      return { attributes: () => [vendor(11, challenge), vendor(1, answer)] };
    }
    default: {
      const [challenge, peer] = [random(16), random(16)];
      const { ntResponse, expectedSuccess } = msChap2Answer(username, password, challenge, peer);
      const answer = Buffer.concat([Buffer.of(1, 0), peer, Buffer.alloc(8), ntResponse]);
      return { attributes: () => [vendor(11, challenge), vendor(25, answer)], expectedSuccess };
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
    ['NAS-Port-Type', 'Ethernet'],
    ['Calling-Station-Id', caller.callerId],
    ['Called-Station-Id', caller.serviceName],
    ['NAS-Port-Id', caller.port],
    ['User-Name', caller.username],
    ['NAS-Port', caller.nasPort],
    ['Acct-Session-Id', formatSessionId(caller.sessionNumber)],
    ...proof.attributes(secret, authenticator),
    ['Service-Type', 'Framed-User'],
    ['Framed-Protocol', 'PPP'],
    ['NAS-Identifier', nas.identifier],
    ['NAS-IP-Address', nas.address],
    ['Message-Authenticator', Buffer.alloc(16)],
  ];
  const packet = radius.encode({ code: 'Access-Request', secret, identifier, authenticator, attributes });
  return signAccessRequest(packet, secret);
}

function papValue(password: string, secret: string, authenticator: Buffer): string | Buffer {
  return password === '' ? hiddenEmptyPassword(secret, authenticator) : password;
}

function chapProof(password: string, random: (size: number) => Buffer): Proof {
  const challenge = random(16);
  const identifier = random(1);
  const digest = createHash('md5').update(identifier).update(password).update(challenge).digest();
  return {
    attributes: () => [
      ['CHAP-Challenge', challenge],
      ['CHAP-Password', Buffer.concat([identifier, digest])],
    ],
  };
}

function vendor(type: number, value: Buffer): Attribute {
  return ['Vendor-Specific', microsoft, [[type, value]]];
}
