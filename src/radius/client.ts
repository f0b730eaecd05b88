import { mschap2Proof, mschap2Response, ntPasswordHash } from '../access/credentials/ms-chap.ts';
import { chapResponse } from '../access/credentials/verify-credential.ts';
import type { Clock } from '../base/clock.ts';
import { unreachable } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { Endpoint } from '../model/kinds/radius.ts';
import { type DescribedAttribute, describeAttributes } from './dictionary/describe.ts';
import { encodeNamed, type NamedAttribute } from './dictionary/encode-named.ts';
import { microsoft, microsoftVendor } from './dictionary/microsoft.ts';
import { encodeAttribute, encodeVendorAttribute, listAttributes } from './packet/attributes.ts';
import { attribute, code, codeName, headerLength } from './packet/codes.ts';
import { hidePassword } from './packet/password.ts';
import { encodeRequest, type RequestParts } from './packet/request.ts';
import { type SharedKey, sharedKey } from './packet/shared-key.ts';
import { askByTls, type TlsIdentity } from './radsec/ask-by-tls.ts';
import { type FillRandom, type RandomPool, randomPool } from './random-pool.ts';
import { type Answer, type ReplyFlaw, type RequesterTools, type RetryTimes, UdpRequester } from './udp-requester.ts';

export interface RadiusClientOptions {
  /** An address, not a name. */
  readonly server: Endpoint;
  readonly secret: Secret;
  readonly clock: Clock;
  readonly random: FillRandom;
  /** Address to send from. */
  readonly bindAddress?: string;
  /** Port to send from, where it can be had. Default: any. */
  readonly bindPort?: number;
  /** Told of the port that is sent from. */
  readonly bound?: (port: number) => void;
  /** Default: three times, 1.5 s apart at first. */
  readonly retry?: RetryTimes;
  /** Believe replies without Message-Authenticator. Default false. */
  readonly acceptUnsigned?: boolean;
  /** Ask over TLS (RFC 6614), on a connection of its own. The secret is then `radsec`, and nothing need be signed. */
  readonly tls?: TlsIdentity;
}

export type LoginMethod = 'pap' | 'chap' | 'mschap2';

export interface LoginAttempt {
  readonly username: string;
  readonly password: Secret;
  readonly method: LoginMethod;
  /** Further attributes of the request. */
  readonly attributes?: readonly NamedAttribute[];
}

export type RadiusClientResult =
  | {
      readonly result: 'answered';
      /** `Access-Accept`, `Disconnect-NAK`, … */
      readonly code: string;
      readonly attributes: readonly DescribedAttribute[];
      readonly roundTripMs: number;
      readonly sends: number;
      /** MS-CHAPv2 only: did the server prove that it knows the password, too? */
      readonly serverProven?: boolean;
    }
  /** Nobody answered, or nothing that the shared secret proves. */
  | { readonly result: 'silence'; readonly sends: number; readonly flaw?: ReplyFlaw };

const defaultRetry: RetryTimes = { initialMs: 1500, mostMs: 3000, sends: 3 };

/**
 * Logs in as a NAS would.
 *
 * @throws RangeError when the password is longer than PAP can carry or an attribute cannot be encoded
 */
export async function radiusLogin(options: RadiusClientOptions, attempt: LoginAttempt): Promise<RadiusClientResult> {
  const random = randomPool(options.random);
  const key = keyOf(options);
  const authenticator = random.take(16);
  const proof = prove(attempt, authenticator, key, random);
  const attributes = [
    encodeNamed({ name: 'User-Name', value: attempt.username }),
    ...proof.attributes,
    ...(attempt.attributes ?? []).map(encodeNamed),
  ];
  const answer = await askOnce(options, key, { code: code.accessRequest, authenticator, attributes }, [
    code.accessAccept,
    code.accessReject,
    code.accessChallenge,
  ]);
  const result = describeAnswer(answer, options);
  if (answer.packet === undefined || proof.expected === undefined || result.result === 'silence') return result;
  return answer.packet[0] === code.accessAccept
    ? { ...result, serverProven: provesItself(answer, proof.expected) }
    : result;
}

/** Asks a server whether it is there (RFC 5997). */
export async function radiusStatus(options: RadiusClientOptions): Promise<RadiusClientResult> {
  const key = keyOf(options);
  const authenticator = randomPool(options.random).take(16);
  const parts = { code: code.statusServer, authenticator, attributes: [] };
  return describeAnswer(await askOnce(options, key, parts, [code.accessAccept, code.accountingResponse]), options);
}

/** Accounts for a session as a NAS would. */
export async function radiusAccounting(
  options: RadiusClientOptions,
  attributes: readonly NamedAttribute[],
): Promise<RadiusClientResult> {
  const key = keyOf(options);
  const parts = { code: code.accountingRequest, attributes: attributes.map(encodeNamed) };
  return describeAnswer(await askOnce(options, key, parts, [code.accountingResponse]), options);
}

/** Sends a Disconnect-Request with exactly these identifying attributes (RFC 5176). */
export async function radiusDisconnect(
  options: RadiusClientOptions,
  identification: readonly NamedAttribute[],
): Promise<RadiusClientResult> {
  const key = keyOf(options);
  const stamp = { name: 'Event-Timestamp', value: Math.floor(options.clock.now() / 1000) };
  const parts = { code: code.disconnectRequest, attributes: [...identification, stamp].map(encodeNamed) };
  const unsigned = { ...options, acceptUnsigned: true };
  return describeAnswer(await askOnce(unsigned, key, parts, [code.disconnectAck, code.disconnectNak]), options);
}

async function askOnce(
  options: RadiusClientOptions,
  key: SharedKey,
  parts: Omit<RequestParts, 'identifier'>,
  codes: readonly number[],
): Promise<Answer | Unanswered> {
  const { server, clock, retry = defaultRetry, tls } = options;
  const random = randomPool(options.random);
  const request = encodeRequest({ ...parts, identifier: random.take(1)[0] as number }, key);
  const signedOnly = options.acceptUnsigned !== true && tls === undefined;
  const unanswered: { flaw?: ReplyFlaw } = {};
  const flaw = (found: ReplyFlaw): void => {
    unanswered.flaw = found;
  };
  const question = { request, to: server, key, codes, signedOnly, flaw };
  if (tls !== undefined) {
    const { bindAddress } = options;
    const from = bindAddress === undefined ? {} : { bindAddress };
    return (await askByTls({ identity: tls, clock, withinMs: retry.initialMs, ...from }, question)) ?? unanswered;
  }
  await using requester = await openRequester(options, { clock, random });
  return (await requester.ask(question, retry)) ?? unanswered;
}

async function openRequester(options: RadiusClientOptions, tools: RequesterTools): Promise<UdpRequester> {
  const { server, bindAddress, bindPort = 0, bound } = options;
  const host = bindAddress ?? (server.host.includes(':') ? '::' : '0.0.0.0');
  const open = (port: number): Promise<UdpRequester> => UdpRequester.open({ host, port }, tools, server);
  const requester = bindPort === 0 ? await open(0) : await open(bindPort).catch(() => open(0));
  bound?.(requester.address().port);
  return requester;
}

function keyOf({ secret, tls }: RadiusClientOptions): SharedKey {
  return sharedKey(tls === undefined ? secret.reveal() : wellKnown);
}

/** RFC 6614 §2.3. */
const wellKnown = 'radsec';

interface Unanswered {
  readonly packet?: undefined;
  readonly flaw?: ReplyFlaw;
}

function describeAnswer(answer: Answer | Unanswered, options: RadiusClientOptions): RadiusClientResult {
  if (answer.packet === undefined) {
    return { result: 'silence', sends: (options.retry ?? defaultRetry).sends, ...answer };
  }
  const { packet, frame, sends, roundTripMs } = answer;
  const attributes = describeAttributes(packet, headerLength, frame.length);
  return { result: 'answered', code: codeName(frame.code), attributes, roundTripMs, sends };
}

interface Proof {
  readonly attributes: readonly Uint8Array[];
  /** MS-CHAP2-Success, without its identifier. */
  readonly expected?: string;
}

function prove(
  { method, username, password }: LoginAttempt,
  authenticator: Uint8Array,
  key: SharedKey,
  random: RandomPool,
): Proof {
  const clear = password.reveal();
  switch (method) {
    case 'pap':
      return {
        attributes: [encodeAttribute(attribute.userPassword, hidePassword(Buffer.from(clear), authenticator, key))],
      };
    case 'chap':
      return { attributes: chapAttributes(clear, random.take(17)) };
    case 'mschap2':
      return proveMschap2(username, clear, random.take(33));
    default:
      return unreachable(method);
  }
}

function chapAttributes(password: string, random: Uint8Array): readonly Uint8Array[] {
  const identifier = random[0] as number;
  const challenge = random.subarray(1);
  const response = chapResponse(identifier, password, challenge);
  return [
    encodeAttribute(attribute.chapPassword, Buffer.concat([Uint8Array.of(identifier), response])),
    encodeAttribute(attribute.chapChallenge, challenge),
  ];
}

function proveMschap2(username: string, password: string, random: Uint8Array): Proof {
  const identifier = random.subarray(0, 1);
  const [challenge, peerChallenge] = [random.subarray(1, 17), random.subarray(17, 33)];
  const exchange = { challenge, peerChallenge, username, passwordHash: ntPasswordHash(password) };
  const ntResponse = mschap2Response(exchange);
  const value = Buffer.concat([identifier, Buffer.alloc(1), peerChallenge, Buffer.alloc(8), ntResponse]);
  return {
    attributes: [
      encodeVendorAttribute(microsoftVendor, microsoft.chapChallenge, challenge),
      encodeVendorAttribute(microsoftVendor, microsoft.chap2Response, value),
    ],
    expected: mschap2Proof({ ...exchange, ntResponse }).authenticatorResponse,
  };
}

function provesItself({ packet, frame }: Answer, expected: string): boolean {
  const success = listAttributes(packet, headerLength, frame.length).find(
    ({ vendor, type }) => vendor === microsoftVendor && type === microsoft.chap2Success,
  );
  return success !== undefined && Buffer.from(success.value.subarray(1)).toString('latin1').startsWith(expected);
}
