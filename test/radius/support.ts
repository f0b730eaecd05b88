import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type RecentDecisions, recentDecisions } from '../../src/access/decision-log.ts';
import type { AccountingEvent, AccountingSink } from '../../src/accounting/event.ts';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { NasIndex } from '../../src/directory/nas-index.ts';
import type { DirectoryReader, Login, Nas, PortalAccess } from '../../src/directory/reader.ts';
import type { Endpoint } from '../../src/model/kinds/radius.ts';
import { openDatagramCalls } from '../../src/radius/datagram-calls.ts';
import { encodeNamed, type NamedAttribute } from '../../src/radius/dictionary/encode-named.ts';
import type { RadiusLog } from '../../src/radius/drops.ts';
import { encodeAttribute } from '../../src/radius/packet/attributes.ts';
import { hidePassword } from '../../src/radius/packet/password.ts';
import { type EncodedRequest, encodeRequest, type RequestParts } from '../../src/radius/packet/request.ts';
import { type SharedKey, sharedKey } from '../../src/radius/packet/shared-key.ts';
import { RadiusServer, type RadiusServerOptions } from '../../src/radius/server.ts';

export const loopback: Endpoint = { host: '127.0.0.1', port: 0 };
export const secretText = 'a shared secret of thirty-two ch';

export const coreNas: Nas = {
  name: 'core-1',
  clientAddress: '127.0.0.1',
  nasIdentifier: 'core-1',
  secret: new Secret(secretText),
  profile: 'mikrotik',
  messageAuthenticator: 'require',
  coaPort: 3799,
  router: 'core-1',
};

export function login(username: string, more: Partial<Login> = {}): Login {
  return {
    username,
    subscriber: username,
    service: 'home',
    password: new Secret('correct horse'),
    state: 'active',
    radius: true,
    limits: { interimSeconds: 120, rateLimit: '5M/20M', rate: { up: 5e6, down: 20e6 }, attributes: [] },
    ...more,
  };
}

/** A directory that tests fill by hand. */
export class TestDirectory implements DirectoryReader {
  readonly logins = new Map<string, Login>();
  /** By MAC. */
  readonly devices = new Map<string, Login>();
  nasList: readonly Nas[] = [coreNas];
  portals: readonly PortalAccess[] = [];

  constructor(logins: readonly Login[] = []) {
    for (const one of logins) this.logins.set(one.username, one);
  }

  device(mac: string): Login | undefined {
    return this.devices.get(mac);
  }

  portal(site: string): PortalAccess | undefined {
    return this.portals.find((each) => each.site === site);
  }

  portalsAt(nas: string): readonly PortalAccess[] {
    return this.portals.filter((each) => each.nas.includes(nas));
  }

  login(username: string): Login | undefined {
    return this.logins.get(username);
  }

  loginAt(octets: Uint8Array, from: number, end: number): Login | undefined {
    return this.login(Buffer.from(octets.subarray(from, end)).toString());
  }

  fetchLogins(): void {
    // All are at hand.
  }

  nasAt(address: string): readonly Nas[] {
    return this.nasList.filter(({ clientAddress }) => clientAddress === address);
  }

  tunnelNasAt(address: string): readonly Nas[] {
    return new NasIndex(this.nasList.filter(({ radsec }) => radsec !== undefined)).within(address);
  }

  nas(name: string): Nas | undefined {
    return this.nasList.find((nas) => nas.name === name);
  }

  allNas(): readonly Nas[] {
    return this.nasList;
  }
}

/** Keeps what it is given; `fail` and `hold` make it a store that cannot, or that takes its time. */
export class TestSink implements AccountingSink {
  readonly events: AccountingEvent[] = [];
  fail = false;
  /** How many it could not keep. */
  refused = 0;
  hold: Promise<void> = Promise.resolve();

  async record(event: AccountingEvent): Promise<void> {
    await this.hold;
    if (this.fail) {
      this.refused += 1;
      throw new Error('disk full');
    }
    this.events.push(event);
  }
}

export interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export function testLog(): RadiusLog & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields: { ...fields }, message });
  };
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    isLevelEnabled: (level) => level !== 'debug',
  };
}

export interface Bench {
  readonly server: RadiusServer;
  readonly auth: Endpoint;
  readonly accounting: Endpoint;
  readonly directory: TestDirectory;
  readonly sink: TestSink;
  readonly decisions: RecentDecisions;
  readonly log: ReturnType<typeof testLog>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** As the daemon does it: packets are read and sent many at a time, where that can be done. */
export const datagramCalls = await openDatagramCalls(testLog());

/** A real server on loopback with everything around it in memory. */
export async function startServer(logins: readonly Login[], more: Partial<RadiusServerOptions> = {}): Promise<Bench> {
  const directory = new TestDirectory(logins);
  const sink = new TestSink();
  const decisions = recentDecisions();
  const log = testLog();
  const server = await RadiusServer.start({
    listenAuth: [loopback],
    listenAccounting: [loopback],
    directory,
    accounting: sink,
    decisions,
    clock: systemClock,
    random: (octets) => void randomFillSync(octets),
    log,
    rejectDelayMs: 0,
    datagramCalls,
    ...more,
  });
  const { auth, accounting } = server.addresses();
  return {
    server,
    auth: auth[0] as Endpoint,
    accounting: accounting[0] as Endpoint,
    directory,
    sink,
    decisions,
    log,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A NAS of few words: sends octets, hands out what comes back in order. */
export class TestNas {
  readonly #socket: Socket;
  readonly #received: Buffer[] = [];
  readonly #waiting: ((packet: Buffer) => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (packet) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#received.push(packet);
      else next(packet);
    });
  }

  static async open(address = '127.0.0.1'): Promise<TestNas> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new TestNas(socket);
  }

  send(octets: Uint8Array, to: Endpoint): void {
    this.#socket.send(octets, to.port, to.host);
  }

  /** The next packet that comes, or came unread. */
  async next(): Promise<Buffer> {
    return this.#received.shift() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  async exchange(octets: Uint8Array, to: Endpoint): Promise<Buffer> {
    this.send(octets, to);
    return this.next();
  }

  /** Proves that `octets` get no answer: what comes next answers a Status-Server sent after them. */
  async isIgnored(octets: Uint8Array, to: Endpoint, key: SharedKey = testKey): Promise<boolean> {
    const probe = statusServer(key);
    this.send(octets, to);
    const answer = await this.exchange(probe.octets, to);
    return answer[1] === probe.identifier && this.#received.length === 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }
}

export const testKey = sharedKey(secretText);
export const authenticatorOf = (octet: number): Uint8Array => Buffer.alloc(16, octet);

export function statusServer(key: SharedKey = testKey): EncodedRequest {
  return encodeRequest({ code: 12, identifier: 250, authenticator: authenticatorOf(0x77), attributes: [] }, key);
}

export interface RequestOptions {
  readonly identifier?: number;
  readonly authenticator?: Uint8Array;
  readonly key?: SharedKey;
  readonly messageAuthenticator?: boolean;
  readonly attributes?: readonly NamedAttribute[];
  readonly encoded?: readonly Uint8Array[];
}

/** An Access-Request with PAP. */
export function papRequest(username: string, password: string, options: RequestOptions = {}): EncodedRequest {
  const { key = testKey, authenticator = authenticatorOf(0x31) } = options;
  const hidden = hidePassword(Buffer.from(password), authenticator, key);
  const encoded = [encodeNamed({ name: 'User-Name', value: username }), encodeAttribute(2, hidden)];
  return request(1, { ...options, authenticator, encoded: [...encoded, ...(options.encoded ?? [])] });
}

export function accountingRequest(attributes: readonly NamedAttribute[], options: RequestOptions = {}): EncodedRequest {
  return request(4, { messageAuthenticator: false, ...options, attributes });
}

export function request(code: number, options: RequestOptions): EncodedRequest {
  const { identifier = 1, key = testKey, authenticator = authenticatorOf(0x31) } = options;
  const attributes = [...(options.encoded ?? []), ...(options.attributes ?? []).map(encodeNamed)];
  const parts: RequestParts = { code, identifier, authenticator, attributes };
  const { messageAuthenticator } = options;
  return encodeRequest(messageAuthenticator === undefined ? parts : { ...parts, messageAuthenticator }, key);
}

export const hasRadclient = existsSync('/usr/bin/radclient');

/**
 * Runs FreeRADIUS' radclient with one packet; its whole output.
 *
 * @param seconds how long it waits for an answer: to be given where none is to come
 */
export async function radclient(
  kind: string,
  to: Endpoint,
  secret: string,
  lines: readonly string[],
  seconds = 60,
): Promise<string> {
  const args = ['-x', '-r', '1', '-t', String(seconds), `${to.host}:${to.port}`, kind, secret];
  // It reads times by the zone it is in, whatever they say.
  const child = spawn('radclient', args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, TZ: 'UTC' } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  child.stdin.end(`${lines.join('\n')}\n`);
  await once(child, 'close');
  return output;
}
