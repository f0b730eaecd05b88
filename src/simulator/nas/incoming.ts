import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Database } from '../routeros/database.ts';
import {
  attributesOf,
  encodeReply,
  isGenuineRequest,
  mikrotik,
  type RawAttribute,
  trimmed,
  vendorTypes,
  vendorValues,
} from './packet.ts';
import type { Session } from './session.ts';

/** RFC 5176 §3.6. */
const errorCause = {
  unsupportedAttribute: 401,
  missingAttribute: 402,
  nasMismatch: 403,
  invalidValue: 407,
  unknownSession: 503,
} as const;

const disconnectRequest = 40;
const coaRequest = 43;

/** What identifies a session, beside what identifies the NAS (4, 32). */
const sessionKeys: ReadonlySet<number> = new Set([1, 5, 8, 31, 44, 87]);
/** Proxy-State, Event-Timestamp and Message-Authenticator say nothing about the session. */
const neutral: ReadonlySet<number> = new Set([4, 32, 33, 55, 80]);
/** Standard attributes a CoA-Request may change: Filter-Id, Session-Timeout, Idle-Timeout, Port-Limit. */
const changeable: ReadonlySet<number> = new Set([11, 27, 28, 62]);
/** MikroTik's: limits, Group, Rate-Limit, Mark-Id, Advertise-URL and -Interval; Ascend's rates. */
const changeableByVendor: Readonly<Record<number, readonly number[]>> = {
  [mikrotik]: [1, 2, 3, 8, 11, 12, 13],
  529: [197, 255],
};

export interface Changes {
  readonly rateLimit?: string;
  readonly sessionTimeoutSeconds?: number;
  readonly idleTimeoutSeconds?: number;
}

export interface IncomingDeps {
  readonly database: Database;
  readonly bindAddress: () => string;
  readonly log: (topics: string, message: string) => void;
  readonly nasAddresses: () => readonly string[];
  /** Is this one lost on its way? */
  readonly isLost: () => boolean;
  sessions(): Iterable<Session>;
  disconnect(session: Session): void;
  /** @returns false when a value cannot be used */
  change(session: Session, changes: Changes): boolean;
}

interface IncomingCounters {
  requests: number;
  badRequests: number;
  acks: number;
  naks: number;
}

/** CoA- and Disconnect-Requests, as `/radius/incoming` says. Bound anew whenever those settings change. */
export class Incoming {
  readonly #deps: IncomingDeps;
  readonly #answered = new Map<string, Buffer>();
  readonly #unwatch: readonly (() => void)[];
  readonly counters: IncomingCounters = { requests: 0, badRequests: 0, acks: 0, naks: 0 };
  #socket: Socket | undefined;
  #boundPort: number | undefined;
  #boundAddress: string | undefined;
  #rebinding: Promise<void> = Promise.resolve();

  constructor(deps: IncomingDeps) {
    this.#deps = deps;
    const rebind = () => {
      this.#rebinding = this.#rebinding.then(() => this.#rebind());
      deps.database.settleAfter(this.#rebinding);
    };
    this.#unwatch = ['/radius/incoming', '/radius'].map((menu) => deps.database.table(menu).watch(rebind));
  }

  /** The port requests are taken at; `undefined` while they are not. */
  get port(): number | undefined {
    return this.#boundPort;
  }

  resetCounters(): void {
    Object.assign(this.counters, { requests: 0, badRequests: 0, acks: 0, naks: 0 });
  }

  monitorRow(): Readonly<Record<string, string>> {
    const { requests, badRequests, acks, naks } = this.counters;
    return {
      requests: String(requests),
      'bad-requests': String(badRequests),
      acks: String(acks),
      naks: String(naks),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const unwatch of this.#unwatch) unwatch();
    await this.#rebinding;
    await this.#close();
  }

  async #rebind(): Promise<void> {
    const { values } = this.#deps.database.settings('/radius/incoming');
    const port = values.get('accept') === 'true' ? Number(values.get('port')) : undefined;
    const address = this.#deps.bindAddress();
    if (port === this.#boundPort && (port === undefined || address === this.#boundAddress)) return;
    await this.#close();
    if (port !== undefined) await this.#bind(port, address);
  }

  async #bind(port: number, address: string): Promise<void> {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    try {
      socket.bind(port, address);
      await once(socket, 'listening');
    } catch (error) {
      socket.close();
      const reason = error instanceof Error ? error.message : String(error);
      this.#deps.log('radius,error', `can not listen for incoming requests: ${reason}`);
      return;
    }
    socket.on('error', () => undefined);
    socket.on('message', (datagram, from) => this.#receive(socket, datagram, from));
    this.#socket = socket;
    this.#boundPort = port;
    this.#boundAddress = address;
  }

  async #close(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    this.#boundPort = undefined;
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  }

  /** Answers one request, however it came; nothing when it deserves no answer. @param secret absent: that of a server there */
  answer(
    datagram: Buffer,
    from: { readonly address: string; readonly port: number },
    known?: string,
  ): Buffer | undefined {
    if (this.#deps.isLost()) return undefined;
    this.counters.requests += 1;
    const packet = trimmed(datagram);
    const attributes = packet && attributesOf(packet);
    const secret = packet && this.#secretOf(packet, from.address, known);
    const code = packet?.[0];
    if (!packet || !attributes || secret === undefined || (code !== disconnectRequest && code !== coaRequest)) {
      this.counters.badRequests += 1;
      return undefined;
    }
    const key = `${from.address} ${from.port} ${packet.toString('latin1', 1, 20)}`;
    const reply = this.#answered.get(key) ?? this.#answer(code, packet, attributes, secret);
    this.#remember(key, reply);
    return reply;
  }

  /** Is anything taken (`accept=yes`)? */
  get accepts(): boolean {
    return this.#deps.database.settings('/radius/incoming').values.get('accept') === 'true';
  }

  #receive(socket: Socket, datagram: Buffer, from: RemoteInfo): void {
    const reply = this.answer(datagram, from);
    if (reply !== undefined) socket.send(reply, from.port, from.address);
  }

  /** The secret this request was made with, if it comes from a server of `/radius`. */
  #secretOf(packet: Buffer, source: string, known: string | undefined): string | undefined {
    if (known !== undefined) return isGenuineRequest(packet, known) ? known : undefined;
    for (const { values } of this.#deps.database.table('/radius').rows()) {
      if (values.get('disabled') === 'true' || (values.get('address') ?? '').replace(/@.*$/, '') !== source) continue;
      const secret = values.get('secret') ?? '';
      if (isGenuineRequest(packet, secret)) return secret;
    }
    return undefined;
  }

  #remember(key: string, reply: Buffer): void {
    this.#answered.set(key, reply);
    for (const oldest of this.#answered.keys()) {
      if (this.#answered.size <= 256) return;
      this.#answered.delete(oldest);
    }
  }

  #answer(code: number, packet: Buffer, attributes: readonly RawAttribute[], secret: string): Buffer {
    const cause = code === disconnectRequest ? this.#disconnect(attributes) : this.#change(attributes);
    const name = this.#deps.database.settings('/system/identity').values.get('name') ?? '';
    const identity = { type: 32, value: Buffer.from(name) };
    if (cause === undefined) {
      this.counters.acks += 1;
      return encodeReply(code + 1, packet, [identity], secret);
    }
    this.counters.naks += 1;
    const number = Buffer.alloc(4);
    number.writeUInt32BE(cause);
    return encodeReply(code + 2, packet, [{ type: 101, value: number }, identity], secret);
  }

  /** @returns the Error-Cause of a NAK, or `undefined` when all was done */
  #disconnect(attributes: readonly RawAttribute[]): number | undefined {
    if (attributes.some(({ type }) => !sessionKeys.has(type) && !neutral.has(type))) {
      return errorCause.unsupportedAttribute;
    }
    const found = this.#identified(attributes);
    if (typeof found === 'number') return found;
    for (const session of found) this.#deps.disconnect(session);
    return undefined;
  }

  #change(attributes: readonly RawAttribute[]): number | undefined {
    if (!attributes.every(({ type }) => type === 26 || changeable.has(type) || isIdentity(type))) {
      return errorCause.unsupportedAttribute;
    }
    if (!vendorTypes(attributes).every(([vendor, type]) => changeableByVendor[vendor]?.includes(type))) {
      return errorCause.unsupportedAttribute;
    }
    const found = this.#identified(attributes);
    if (typeof found === 'number') return found;
    const done = found.map((session) => this.#deps.change(session, changesIn(attributes)));
    return done.every(Boolean) ? undefined : errorCause.invalidValue;
  }

  /** The sessions that match every key given (RFC 5176 §3), or the Error-Cause. */
  #identified(attributes: readonly RawAttribute[]): readonly Session[] | number {
    if (!this.#meansThisNas(attributes)) return errorCause.nasMismatch;
    const keys = attributes.filter(({ type }) => sessionKeys.has(type));
    if (keys.length === 0) return errorCause.missingAttribute;
    const found = [...this.#deps.sessions()].filter((session) => keys.every((key) => matches(session, key)));
    return found.length === 0 ? errorCause.unknownSession : found;
  }

  #meansThisNas(attributes: readonly RawAttribute[]): boolean {
    const name = this.#deps.database.settings('/system/identity').values.get('name');
    return attributes.every(({ type, value }) => {
      if (type === 32) return value.toString('utf8') === name;
      return type !== 4 || this.#deps.nasAddresses().includes(value.join('.'));
    });
  }
}

function isIdentity(type: number): boolean {
  return sessionKeys.has(type) || neutral.has(type);
}

function matches(session: Session, { type, value }: RawAttribute): boolean {
  const text = value.toString('utf8');
  switch (type) {
    case 1:
      return text === session.caller.username;
    case 5:
      return value.length === 4 && value.readUInt32BE(0) === session.caller.nasPort;
    case 8:
      return value.join('.') === session.address;
    case 31:
      return text.toUpperCase() === session.caller.callerId.toUpperCase();
    case 44:
      return text.toLowerCase() === session.sessionId;
    default:
      return text === session.caller.port;
  }
}

function changesIn(attributes: readonly RawAttribute[]): Changes {
  const number = (type: number) => {
    const value = attributes.find((attribute) => attribute.type === type)?.value;
    return value?.length === 4 ? value.readUInt32BE(0) : undefined;
  };
  const rateLimit = vendorValues(attributes, mikrotik, 8)[0]?.toString('utf8');
  const [sessionTimeoutSeconds, idleTimeoutSeconds] = [number(27), number(28)];
  return {
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(sessionTimeoutSeconds === undefined ? {} : { sessionTimeoutSeconds }),
    ...(idleTimeoutSeconds === undefined ? {} : { idleTimeoutSeconds }),
  };
}
