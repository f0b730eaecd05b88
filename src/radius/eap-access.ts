import { createHash } from 'node:crypto';
import { authoriseInTime, authoriseProven, type Decision } from '../access/authorise.ts';
import type { GuessLimit } from '../access/guess-limit.ts';
import type { DirectoryReader, Login } from '../directory/reader.ts';
import type { EapServer, EapStep } from '../eap/eap-server.ts';
import type { EapJudge, EapReason } from '../eap/method.ts';
import { encodeOutcome } from '../eap/packet.ts';
import { microsoft, microsoftVendor } from './dictionary/microsoft.ts';
import type { EapReply } from './eap-reply.ts';
import { type Exchange, redirectsAt, textOf } from './exchange.ts';
import { encodeVendorAttribute } from './packet/attributes.ts';
import { attribute, headerLength } from './packet/codes.ts';
import { type Frame, firstValue, nextOffset, offsetOf, valueAt } from './packet/framing.ts';
import { appendAttribute, appendEncoded, type ReplyWriter } from './packet/reply.ts';
import { hideSalted } from './packet/salted.ts';
import type { SharedKey } from './packet/shared-key.ts';
import type { RandomPool } from './random-pool.ts';

/** What comes of one round. */
export type EapVerdict =
  | { readonly next: 'challenge'; readonly eap: EapReply; readonly state: Buffer }
  /** No answer: there is no room for it now. */
  | { readonly next: 'silent' }
  | { readonly next: 'reject'; readonly reason: EapReason; readonly exchange: Exchange }
  | {
      readonly next: 'accept';
      readonly eap: EapReply;
      readonly decision: Decision & { readonly verdict: 'accept' };
      readonly login: Login;
      readonly exchange: Exchange;
    };

/** How fast passwords may be tried, and the monotonic time. */
export interface GuessWatch {
  readonly limit: GuessLimit;
  readonly now: number;
}

/** So often others of the same account are let go ahead. */
const mostWaits = 256;
const framedMtu = 12;
/** An attribute holds no more, nor does a declared username have more. */
const longestName = 253;

/** Does this request carry EAP? Asked of every login. */
export function hasEap(frame: Frame): boolean {
  return offsetOf(frame, attribute.eapMessage) !== 0;
}

/**
 * One round of EAP. Whom a method proves is decided about once more at its end, like every other login.
 *
 * @param exchange one of its own (`keptExchange`): other packets come in meanwhile
 * @param source address of the NAS
 */
export async function converse(
  server: EapServer | undefined,
  directory: DirectoryReader,
  exchange: Exchange,
  source: string,
  guesses: GuessWatch,
): Promise<EapVerdict> {
  const { packet, frame } = exchange;
  const eap = eapMessage(packet, frame);
  const state = firstValue(packet, frame, attribute.state);
  const mtuAt = offsetOf(frame, framedMtu);
  const step = await server?.answer({
    eap,
    source,
    judge: judgeOf(directory, exchange, guesses),
    ...(state === undefined ? {} : { state: Buffer.from(state) }),
    ...(mtuAt === 0 || packet[mtuAt + 1] !== 6 ? {} : { framedMtu: packet.readUInt32BE(mtuAt + 2) }),
  });
  if (step === undefined) return refused(exchange, 'eap-off');
  if (step.next === 'silent') return step;
  if (step.next === 'challenge') return { next: 'challenge', state: step.state, eap: { packet: step.eap } };
  const { username = exchange.username, method } = step;
  const named = { ...exchange, method, username: username.length > longestName ? exchange.username : username };
  if (step.next === 'reject') return { next: 'reject', reason: step.reason, exchange: named };
  return conclude(directory, named, step);
}

/** Adds an EAP packet, and the keys that come with it. */
export function appendEap(
  writer: ReplyWriter,
  { packet, msk }: EapReply,
  request: Buffer,
  key: SharedKey,
  random: RandomPool,
): void {
  for (let at = 0; at < packet.length; at += longestName) {
    appendAttribute(writer, attribute.eapMessage, packet.subarray(at, at + longestName));
  }
  if (msk !== undefined) appendMsk(writer, msk, request, key, random);
}

/** EAP-Failure, with the Identifier of what it answers. */
export function failureFor(packet: Buffer, frame: Frame): EapReply {
  return { packet: encodeOutcome('failure', eapMessage(packet, frame)[1] ?? 0) };
}

/** RFC 2548 §2.4: the first half is for what the NAS receives, the second for what it sends. */
function appendMsk(writer: ReplyWriter, msk: Buffer, request: Buffer, key: SharedKey, random: RandomPool): void {
  const authenticator = request.subarray(4, headerLength);
  const salt = random.take(2);
  const other = Uint8Array.of(salt[0] as number, (salt[1] as number) ^ 1);
  const append = (type: number, half: Buffer, salted: Uint8Array): void =>
    appendEncoded(writer, encodeVendorAttribute(microsoftVendor, type, hideSalted(half, salted, authenticator, key)));
  append(microsoft.mppeRecvKey, msk.subarray(0, 32), salt);
  append(microsoft.mppeSendKey, msk.subarray(32, 64), other);
}

/** All of EAP-Message, in order (RFC 3579 §3.1). */
function eapMessage(packet: Buffer, frame: Frame): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = offsetOf(frame, attribute.eapMessage); at !== 0; at = nextOffset(packet, frame, at)) {
    parts.push(valueAt(packet, at));
  }
  return Buffer.concat(parts);
}

function conclude(
  directory: DirectoryReader,
  exchange: Exchange,
  { eap: packet, msk, username, outer }: EapStep & { readonly next: 'accept' },
): EapVerdict {
  const login = directory.login(username);
  if (login === undefined) return refused(exchange, 'unknown-subscriber');
  if (poses(directory, exchange, username, outer)) return refused(exchange, 'eap-identity');
  const { door, now } = exchange;
  const decision = authoriseProven(login, { door, redirects: redirectsAt(exchange) }, now);
  if (decision.verdict === 'reject') return refused(exchange, decision.reason);
  return { next: 'accept', eap: { packet, ...(msk === undefined ? {} : { msk }) }, decision, login, exchange };
}

/** Does somebody call himself outside of the tunnel by the username of somebody else, whom a NAS would count it for? */
function poses(directory: DirectoryReader, { packet, frame }: Exchange, username: string, outer = ''): boolean {
  const sent = firstValue(packet, frame, attribute.userName);
  const names = [outer, sent === undefined ? '' : Buffer.from(sent).toString('utf8')];
  return names.some((name) => name !== username && directory.login(name) !== undefined);
}

function refused(exchange: Exchange, reason: EapReason): EapVerdict {
  return { next: 'reject', reason, exchange };
}

/** The decision behind every login, for this request. */
function judgeOf(directory: DirectoryReader, exchange: Exchange, guesses: GuessWatch): EapJudge {
  const { door, now, packet, frame, context } = exchange;
  const redirects = redirectsAt(exchange);
  const callingStationId = textOf(packet, frame, attribute.callingStationId);
  const station = callingStationId === undefined ? {} : { callingStationId };
  return {
    async verify(username, credential) {
      const place = { username, nas: context.nas.name, ...station };
      for (let waits = 0; guesses.limit.refuses(place, guesses.now); waits += 1) {
        const known = waits < mostWaits ? guesses.limit.whenKnown(place) : undefined;
        if (known === undefined) return { verdict: 'reject', reason: 'too-many-guesses' };
        await known;
        // What it was is counted by then.
        await new Promise(setImmediate);
      }
      const login = directory.login(username);
      const known = guesses.limit.open(place, login !== undefined, guesses.now);
      const decision = await Promise.resolve(authoriseInTime({ credential, door, redirects }, login, now)).finally(
        known,
      );
      const wrong = decision.verdict === 'reject' && (login === undefined || decision.reason === 'wrong-password');
      if (wrong) guesses.limit.failed(place, login !== undefined, guesses.now);
      return decision;
    },
    admit(username) {
      const login = directory.login(username);
      return login === undefined
        ? { verdict: 'reject', reason: 'unknown-subscriber' }
        : authoriseProven(login, { door, redirects }, now);
    },
    mark(username) {
      const login = directory.login(username);
      if (login === undefined) return undefined;
      const { password, passwordHash } = login;
      return createHash('sha256')
        .update((passwordHash ?? password).reveal())
        .digest('base64');
    },
  };
}
