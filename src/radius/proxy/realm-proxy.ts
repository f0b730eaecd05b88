import type { Clock } from '../../base/clock.ts';
import type { LoginLimits, Nas } from '../../directory/reader.ts';
import type { AccessKind } from '../../model/kinds/service.ts';
import type { NasContext } from '../nas-context.ts';
import { encodeAttribute } from '../packet/attributes.ts';
import { attribute, code, headerLength } from '../packet/codes.ts';
import { type Frame, firstValue, keptFrame, nextOffset, offsetOf, valueAt } from '../packet/framing.ts';
import { type EncodedRequest, encodeRequest } from '../packet/request.ts';
import type { RandomPool } from '../random-pool.ts';
import type { HomeReply, HomeServer, HomeService } from './home-server.ts';
import type { Flight, ProxyMemory } from './proxy-memory.ts';
import { requestForHome } from './translate.ts';

/** People whom servers of others know. */
export interface Realm {
  /** Lower case; `*` for all that nothing else names. */
  readonly name: string;
  /** The first preferred. */
  readonly servers: Readonly<Record<HomeService, readonly HomeServer[]>>;
  readonly strip: boolean;
  /** What they get here beside what their home server says. */
  readonly limits: LoginLimits;
  /** Ways they may come. Absent: any. */
  readonly access?: readonly AccessKind[];
  /** Names of attributes that their home server may decide about besides the harmless ones. */
  readonly allow: ReadonlySet<string>;
}

export interface RealmProxyOptions {
  readonly realms: readonly Realm[];
  /** Does a declaration know this username? Then nobody else is asked about it. */
  readonly isOurs: (username: string) => boolean;
  readonly clock: Clock;
  readonly random: RandomPool;
  /** Eight octets that no other proxy has, by which a request is known that comes back to us. */
  readonly instance: Uint8Array;
  /** What goes on, also while declarations change. */
  readonly memory: ProxyMemory;
}

export type Forwarded =
  | { readonly result: 'replied'; readonly reply: HomeReply; readonly elapsedMs: number }
  /** It came by here before. */
  | { readonly result: 'loop' }
  /** Nobody answered, or nobody is there to ask. */
  | { readonly result: 'silence' }
  /** It cannot be passed on: a hidden value that is none, or too long. */
  | { readonly result: 'unreadable' };

/** More than this on one request is a loop among others. */
const mostProxyStates = 10;

/** Passes requests about people of foreign realms on to their home servers (RFC 2865 §2.3). */
export class RealmProxy {
  readonly #options: RealmProxyOptions;
  readonly #realms: ReadonlyMap<string, Realm>;

  constructor(options: RealmProxyOptions) {
    this.#options = options;
    this.#realms = new Map(options.realms.map((realm) => [realm.name, realm]));
  }

  /** Whose is this username? `undefined`: ours, or nobody's. */
  realmOf(username: string): Realm | undefined {
    const name = realmName(username);
    if (name === undefined) return undefined;
    const realm = this.#realms.get(name) ?? this.#realms.get('*');
    return realm === undefined || this.#options.isOurs(username) ? undefined : realm;
  }

  /**
   * Asks the home servers of a realm, one after the other, until one answers.
   *
   * @param packet verified; it and its frame are read before the first wait
   */
  async forward(realm: Realm, packet: Buffer, frame: Frame, context: NasContext): Promise<Forwarded> {
    if (this.#hasBeenHere(packet, frame)) return { result: 'loop' };
    const kept = keptFrame(frame);
    const key = flightKey(packet, context.nas);
    const flight: Flight = { attempts: [], wake: () => undefined };
    const { flights } = this.#options.memory;
    flights.set(key, flight);
    try {
      const encode = this.#encoder(realm, packet, kept, context);
      return await this.#askAll(this.#order(realm, packet, kept), encode, flight);
    } catch (error) {
      // Only from encoding: longer than a packet, or nothing that could be revealed.
      if (error instanceof RangeError) return { result: 'unreadable' };
      throw error;
    } finally {
      if (flights.get(key) === flight) flights.delete(key);
      for (const attempt of flight.attempts) attempt.release();
    }
  }

  /** The same for an Accounting-Request; nothing when it is about one of ours, or about nobody. */
  account(
    packet: Buffer,
    frame: Frame,
    context: NasContext,
    username: string | undefined,
  ): Promise<Forwarded> | undefined {
    const realm = username === undefined ? undefined : this.realmOf(username);
    return realm === undefined ? undefined : this.forward(realm, packet, frame, context);
  }

  /** A NAS sent a request again that is on its way: so do we, to whom we asked last (RFC 5080 §2.2.1). */
  again(packet: Buffer, nas: Nas): void {
    this.#options.memory.flights.get(flightKey(packet, nas))?.attempts.at(-1)?.again();
  }

  async #askAll(order: readonly HomeServer[], encode: Encoder, flight: Flight): Promise<Forwarded> {
    const { clock } = this.#options;
    const started = clock.monotonic();
    let reply: HomeReply | undefined;
    for (const server of order) {
      const over = new AbortController();
      flight.wake = () => over.abort();
      // A slow server's answer counts while the next is asked already: each flight ends with the first.
      const attempt = await server.attempt((identifier) => encode(server, identifier), {
        reply: (first) => {
          reply ??= first;
          flight.wake();
        },
        refused: () => over.abort(),
      });
      if (attempt === undefined) continue;
      flight.attempts.push(attempt);
      if (reply === undefined) await clock.sleep(server.settings.timeoutMs, over.signal).catch(() => undefined);
      if (reply !== undefined) break;
      if (!over.signal.aborted) attempt.unanswered();
    }
    if (reply === undefined) return { result: 'silence' };
    this.#remember(reply);
    return { result: 'replied', reply, elapsedMs: clock.monotonic() - started };
  }

  /** Whoever is alive as declared, then whoever might be; before all the one that this conversation is with. */
  #order({ servers }: Realm, packet: Buffer, frame: Frame): readonly HomeServer[] {
    const all = servers[frame.code === code.accountingRequest ? 'accounting' : 'auth'];
    const alive = all.filter(({ health }) => health === 'alive');
    const zombies = all.filter(({ health }) => health === 'zombie');
    const order = [...alive, ...zombies];
    const partner = this.#options.memory.partnerOf(firstValue(packet, frame, attribute.state));
    const known = order.find(({ settings }) => settings.name === partner);
    return known === undefined ? order : [known, ...order.filter((server) => server !== known)];
  }

  #encoder(realm: Realm, packet: Buffer, frame: Frame, { key }: NasContext): Encoder {
    const { random } = this.#options;
    const isAccess = frame.code === code.accessRequest;
    const from = { requestAuthenticator: packet.subarray(4, headerLength), key };
    const rules = { allow: realm.allow, ...(realm.strip ? { nameLength: lengthWithoutRealm(packet, frame) } : {}) };
    return (server, identifier) => {
      const authenticator = random.take(16);
      const to = { requestAuthenticator: authenticator, key: server.key, salt: () => random.take(2) };
      const attributes = requestForHome(packet, frame, rules, { from, to });
      if (attributes === undefined) throw new RangeError('a hidden attribute cannot be read');
      return encodeRequest(
        {
          code: frame.code,
          identifier,
          authenticator,
          attributes: [...attributes, encodeAttribute(attribute.proxyState, this.#proxyState())],
          // What proves an Accounting-Request is its authenticator; some servers know no other there.
          messageAuthenticator: isAccess,
        },
        server.key,
      );
    };
  }

  #proxyState(): Uint8Array {
    const { instance, memory } = this.#options;
    return Buffer.concat([instance, memory.nextNumber()]);
  }

  #hasBeenHere(packet: Buffer, frame: Frame): boolean {
    if ((frame.count[attribute.proxyState] as number) > mostProxyStates) return true;
    const { instance } = this.#options;
    for (let at = offsetOf(frame, attribute.proxyState); at !== 0; at = nextOffset(packet, frame, at)) {
      const value = valueAt(packet, at);
      if (value.length === instance.length + 4 && instance.every((octet, index) => octet === value[index])) return true;
    }
    return false;
  }

  #remember({ packet, frame, server }: HomeReply): void {
    const state = frame.code === code.accessChallenge ? firstValue(packet, frame, attribute.state) : undefined;
    if (state !== undefined) this.#options.memory.converses(state, server.settings.name);
  }
}

type Encoder = (server: HomeServer, identifier: number) => EncodedRequest;

/** What comes behind the last `@`, in lower case; `undefined` when nothing does. */
export function realmName(username: string): string | undefined {
  const at = username.lastIndexOf('@');
  return at === -1 || at === username.length - 1 ? undefined : username.slice(at + 1).toLowerCase();
}

/** Octets before the last `@`: as they were sent, whatever their encoding. */
function lengthWithoutRealm(packet: Buffer, frame: Frame): number {
  const name = firstValue(packet, frame, attribute.userName) ?? new Uint8Array();
  return Math.max(0, name.lastIndexOf(0x40));
}

/** Of one request of one NAS: its retransmissions have the same. */
function flightKey(packet: Buffer, { name }: Nas): string {
  return `${packet.toString('latin1', 0, headerLength)}${name}`;
}
