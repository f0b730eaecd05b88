import { authoriseProven, type Decision } from '../../access/authorise.ts';
import type { DecisionLog } from '../../access/decision-log.ts';
import { longestSessionSeconds } from '../../access/session-time.ts';
import { Secret } from '../../base/secret.ts';
import type { LoginLimits } from '../../directory/reader.ts';
import type { AccessAnswer } from '../access-answer.ts';
import { type Exchange, redirectsAt, signsReply, textOf } from '../exchange.ts';
import { encodeAttribute } from '../packet/attributes.ts';
import { attribute, code, headerLength } from '../packet/codes.ts';
import { type Frame, offsetOf } from '../packet/framing.ts';
import {
  appendEncoded,
  appendInteger,
  appendProxyStates,
  finishReply,
  type ReplyWriter,
  startReply,
} from '../packet/reply.ts';
import type { RandomPool } from '../random-pool.ts';
import { appendHidden, grantedAttributes, type NasWords, type PreparedReply } from '../reply/access-accept.ts';
import type { HomeReply } from './home-server.ts';
import type { Realm, RealmProxy } from './realm-proxy.ts';
import { replyForNas } from './translate.ts';

export interface ProxiedDeps {
  readonly proxy: RealmProxy;
  readonly decisions: DecisionLog;
  readonly random: RandomPool;
  readonly writer: ReplyWriter;
  readonly prepared: (limits: LoginLimits, nas: NasWords) => PreparedReply;
}

type Accept = Decision & { readonly verdict: 'accept' };

/** A home server that has held back its reject for about as long as we do has done enough against guessing. */
const heldBackMs = 900;

/** May somebody of this realm come this way, now, and with what limits of ours? */
export function judgeRealm(realm: Realm, exchange: Exchange): Decision {
  const { username, door, now } = exchange;
  const { limits, access } = realm;
  const login = { username, password: new Secret(''), state: 'active', radius: true, limits } as const;
  const redirects = redirectsAt(exchange);
  return authoriseProven({ ...login, ...(access === undefined ? {} : { access }) }, { door, redirects }, now);
}

/**
 * Has a login decided about by its home server.
 *
 * @param exchange one of its own (`keptExchange`): other packets come in meanwhile
 * @param granted by `judgeRealm`
 */
export async function askHome(
  deps: ProxiedDeps,
  realm: Realm,
  exchange: Exchange,
  granted: Accept,
): Promise<AccessAnswer> {
  const { packet, frame, context } = exchange;
  const forwarded = await deps.proxy.forward(realm, packet, frame, context);
  switch (forwarded.result) {
    case 'loop':
      return { reply: undefined, drop: 'proxy-loop' };
    case 'silence':
      return { reply: undefined, drop: 'home-server-down' };
    case 'unreadable':
      return { reply: undefined, drop: 'cannot-decide' };
    case 'replied': {
      const reply = passOn(deps, realm, exchange, granted, forwarded.reply);
      if (forwarded.reply.frame.code !== code.accessReject) return { reply };
      return { reply, reason: 'refused-elsewhere', prompt: forwarded.elapsedMs >= heldBackMs };
    }
  }
}

/** What the home server said, as the NAS is told: with our limits, without what is none of the home server's business. */
function passOn(
  deps: ProxiedDeps,
  realm: Realm,
  exchange: Exchange,
  granted: Accept,
  home: HomeReply,
): Buffer | undefined {
  const { packet, frame, context } = exchange;
  const { writer, random } = deps;
  const accepted = home.frame.code === code.accessAccept;
  const prepared = accepted ? deps.prepared(realm.limits, context.nas) : undefined;
  startReply(writer, home.frame.code, packet, signsReply(exchange));
  if (prepared !== undefined) {
    appendEncoded(writer, prepared.encoded);
    const authenticator = packet.subarray(4, headerLength);
    if (prepared.hidden !== undefined) appendHidden(writer, prepared.hidden, authenticator, context.key, random);
  }
  if (home.frame.code !== code.accessReject) appendTimes(writer, realm, home, granted, accepted);
  for (const each of foreignAttributes(deps, realm, exchange, home)) appendEncoded(writer, each);
  appendProxyStates(writer, packet, frame);
  if (home.frame.code !== code.accessChallenge) record(deps, exchange, home, prepared);
  return finishReply(writer, context.key);
}

function appendTimes(
  writer: ReplyWriter,
  realm: Realm,
  { packet, frame }: HomeReply,
  granted: Accept,
  accepted: boolean,
): void {
  const theirs = numberOf(packet, frame, attribute.sessionTimeout);
  const ours = accepted ? granted.limits.sessionTimeoutSeconds : undefined;
  // 0 would be no limit to a NAS, and is hardly meant so.
  const most = ours ?? longestSessionSeconds;
  const seconds = theirs === undefined ? ours : Math.max(1, Math.min(theirs, most));
  if (seconds !== undefined) appendInteger(writer, attribute.sessionTimeout, seconds);
  const idle =
    accepted && realm.limits.idleTimeoutSeconds !== undefined
      ? undefined
      : numberOf(packet, frame, attribute.idleTimeout);
  if (idle !== undefined && idle > 0) appendInteger(writer, attribute.idleTimeout, idle);
}

function foreignAttributes(
  { random, proxy }: ProxiedDeps,
  realm: Realm,
  { packet, context }: Exchange,
  home: HomeReply,
): readonly Uint8Array[] {
  const start = random.take(2);
  let salts = 0;
  // Each another one (RFC 2868 §3.5).
  const salt = (): Uint8Array => {
    salts += 1;
    return Uint8Array.of(start[0] as number, ((start[1] as number) + salts) & 0xff);
  };
  const from = { requestAuthenticator: home.requestAuthenticator, key: home.server.key };
  const to = { requestAuthenticator: packet.subarray(4, headerLength), key: context.key, salt };
  const passed = replyForNas(home.packet, home.frame, openTo(realm, context.nas), { from, to });
  const username = home.frame.code === code.accessAccept ? nameFor(proxy, realm, home) : undefined;
  return username === undefined ? passed : [encodeAttribute(attribute.userName, Buffer.from(username)), ...passed];
}

/** What a home server may decide about, less what we say ourselves. */
function openTo({ allow, limits }: Realm, nas: NasWords): ReadonlySet<string> {
  if (allow.size === 0) return allow;
  const ours = new Set(grantedAttributes(limits, nas).map(({ name }) => name));
  return new Set([...allow].filter((name) => !ours.has(name)));
}

/** The name that a home server wants accounted for, if that leads back to it: another would go elsewhere, or be one of ours. */
function nameFor(proxy: RealmProxy, realm: Realm, { packet, frame }: HomeReply): string | undefined {
  const named = textOf(packet, frame, attribute.userName);
  return named !== undefined && proxy.realmOf(named) === realm ? named : undefined;
}

function record(
  { decisions }: ProxiedDeps,
  { packet, frame, context, username, now }: Exchange,
  home: HomeReply,
  prepared: PreparedReply | undefined,
): void {
  const callingStationId = textOf(packet, frame, attribute.callingStationId);
  decisions.record({
    at: now,
    username,
    nas: context.nas.name,
    method: 'proxy',
    verdict: prepared === undefined ? 'reject' : 'accept',
    ...(callingStationId === undefined ? {} : { callingStationId }),
    ...(prepared === undefined ? { reason: 'refused-elsewhere' } : { reply: saidBy(home, prepared) }),
  });
}

function saidBy({ server }: HomeReply, { summary }: PreparedReply): string {
  return [`home server ${server.settings.name}`, summary].filter((text) => text !== '').join(', ');
}

/** An attribute of four octets. */
function numberOf(packet: Buffer, frame: Frame, type: number): number | undefined {
  const at = offsetOf(frame, type);
  return at === 0 || packet[at + 1] !== 6 ? undefined : packet.readUInt32BE(at + 2);
}
