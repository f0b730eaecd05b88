import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Between it and the server. */
export const secret = 'a shared secret of thirty-two ch';
const password = 'anna has a password';
const resendMs = 100;
/** As a router waits on a busy machine. */
const longestMs = 10_000;

/** What `lastmile run` needs to serve this NAS. */
export const nasDeclarations = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: torture}
spec:
  timezone: UTC
  radius:
    messageAuthenticator: off
    clients: [{name: nas-1, clientAddress: 127.0.0.1, secret: '${secret}', profile: mikrotik}]
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe]}
---
apiVersion: lastmile/v1
kind: Subscriber
metadata: {name: anna}
spec: {service: home, username: anna, password: '${password}'}
`;

/**
 * A NAS with one session for each of its users, whose counters never stop: as soon as a report is acknowledged the next is
 * sent, and until then the same again.
 */
export class AccountingNas implements AsyncDisposable {
  /** Octets last acknowledged, by user. */
  readonly acknowledged = new Map<string, number>();
  readonly #socket: Socket;
  readonly #users: readonly User[];
  readonly #waiters = new Set<() => void>();
  #port = 0;
  #count = 0;

  private constructor(socket: Socket, users: number) {
    this.#socket = socket;
    this.#users = Array.from({ length: users }, (_, id) => new User(id, (packet) => this.#send(packet)));
    socket.on('message', (answer) => this.#hear(answer));
    socket.on('error', () => undefined);
  }

  static async start(users: number): Promise<AccountingNas> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new AccountingNas(socket, users);
  }

  /** Where the server is now. */
  aimAt(port: number): void {
    this.#port = port;
    for (const user of this.#users) user.begin();
  }

  /** Reports acknowledged so far. */
  get count(): number {
    return this.#count;
  }

  /** Resolves when so many more are acknowledged. */
  async more(reports: number): Promise<void> {
    const until = this.#count + reports;
    while (this.#count < until) await new Promise<void>((next) => this.#waiters.add(next));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const user of this.#users) user.end();
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #send(packet: Buffer): void {
    if (this.#port !== 0) this.#socket.send(packet, this.#port, '127.0.0.1', () => undefined);
  }

  #hear(answer: Buffer): void {
    const user = this.#users[answer[1] ?? -1];
    const octets = user?.answered(answer);
    if (user === undefined || octets === undefined) return;
    this.acknowledged.set(user.name, octets);
    this.#count += 1;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const next of waiters) next();
  }
}

/** Asks for anna to be let in, once. @returns whether she was; false as well when there was no answer for ten seconds */
export async function letsAnnaIn(port: number): Promise<boolean> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  try {
    socket.send(accessRequest(1, 'anna'), port, '127.0.0.1');
    const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(longestMs) })) as [Buffer];
    return answer[0] === 2;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

/** Of somebody with the password of all of them. */
export function accessRequest(identifier: number, user: string): Buffer {
  const authenticator = randomBytes(16);
  const attributes = [attribute(1, Buffer.from(user)), attribute(2, hidden(authenticator))];
  const packet = Buffer.concat([Buffer.from([1, identifier, 0, 0]), authenticator, ...attributes]);
  packet.writeUInt16BE(packet.length, 2);
  return packet;
}

/** User-Password (RFC 2865 §5.2). */
function hidden(authenticator: Buffer): Buffer {
  const padded = Buffer.alloc(Math.ceil(password.length / 16) * 16);
  padded.write(password);
  let before: Buffer = authenticator;
  for (let at = 0; at < padded.length; at += 16) {
    const mask = createHash('md5').update(secret).update(before).digest();
    for (let n = 0; n < 16; n += 1) padded[at + n] = (padded[at + n] ?? 0) ^ (mask[n] ?? 0);
    before = padded.subarray(at, at + 16);
  }
  return padded;
}

/** The identifier is the user's number, and one packet of his is out at a time. */
class User {
  readonly name: string;
  readonly #id: number;
  readonly #send: (packet: Buffer) => void;
  #octets = 0;
  #packet: Buffer | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(id: number, send: (packet: Buffer) => void) {
    this.#id = id;
    this.name = `user-${id}`;
    this.#send = send;
  }

  begin(): void {
    if (this.#packet === undefined) this.#next();
    this.#timer ??= setInterval(() => this.#packet !== undefined && this.#send(this.#packet), resendMs);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#packet = undefined;
  }

  /** @returns the octets that are acknowledged, `undefined` for an answer to something else */
  answered(answer: Buffer): number | undefined {
    const packet = this.#packet;
    if (packet === undefined || !isAnswer(answer, packet)) return undefined;
    const octets = this.#octets;
    this.#next();
    return octets;
  }

  #next(): void {
    this.#octets += 1000 + this.#id;
    this.#packet = accountingRequest(this.#id, {
      ...{ user: this.name, sessionId: `81-${this.name}`, octets: this.#octets, status: interim },
      // The NAS counts a second for each report.
      seconds: Math.floor(this.#octets / 1000),
    });
    this.#send(this.#packet);
  }
}

export interface Report {
  readonly user: string;
  readonly sessionId: string;
  /** In each direction. */
  readonly octets: number;
  readonly seconds: number;
  /** Acct-Status-Type. */
  readonly status: number;
}

const interim = 3;

export function accountingRequest(identifier: number, { user, sessionId, octets, seconds, status }: Report): Buffer {
  const attributes = [
    attribute(40, number(status)),
    attribute(1, Buffer.from(user)),
    attribute(44, Buffer.from(sessionId)),
    attribute(32, Buffer.from('nas-1')),
    attribute(46, number(seconds)),
    attribute(42, number(octets)),
    attribute(43, number(octets)),
  ];
  const packet = Buffer.concat([Buffer.from([4, identifier, 0, 0]), Buffer.alloc(16), ...attributes]);
  packet.writeUInt16BE(packet.length, 2);
  createHash('md5').update(packet).update(secret).digest().copy(packet, 4);
  return packet;
}

function isAnswer(answer: Buffer, request: Buffer): boolean {
  const [head, rest] = [answer.subarray(0, 4), answer.subarray(20)];
  const sum = createHash('md5').update(head).update(request.subarray(4, 20)).update(rest).update(secret).digest();
  return answer[0] === 5 && sum.equals(answer.subarray(4, 20));
}

function attribute(type: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, value.length + 2]), value]);
}

function number(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}
