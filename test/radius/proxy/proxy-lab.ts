import { randomFillSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Clock } from '../../../src/base/clock.ts';
import { Secret } from '../../../src/base/secret.ts';
import { systemClock } from '../../../src/base/system-clock.ts';
import type { Login } from '../../../src/directory/reader.ts';
import type { HomeServerSettings } from '../../../src/model/kinds/proxy-settings.ts';
import type { Endpoint } from '../../../src/model/kinds/radius.ts';
import { describeAttributes } from '../../../src/radius/dictionary/describe.ts';
import { HomeServer } from '../../../src/radius/proxy/home-server.ts';
import { ProxyMemory } from '../../../src/radius/proxy/proxy-memory.ts';
import { type Realm, RealmProxy } from '../../../src/radius/proxy/realm-proxy.ts';
import type { HealthTimes } from '../../../src/radius/proxy/server-health.ts';
import { randomPool } from '../../../src/radius/random-pool.ts';
import { type Bench, coreNas, startServer, TestNas, testLog } from '../support.ts';

export const homeSecret = 'between two operators, long enough';
export const instance = Buffer.from('8 octets');

/** Where a home server is; the same place for accounting unless given. */
export interface HomePlace {
  readonly auth: Endpoint;
  readonly accounting?: Endpoint;
}

export interface LabOptions {
  readonly homes: readonly HomePlace[];
  readonly logins?: readonly Login[];
  readonly realm?: Partial<Realm>;
  readonly server?: Partial<HomeServerSettings>;
  readonly clock?: Clock;
  readonly times?: HealthTimes;
}

export interface ProxyLab extends AsyncDisposable {
  readonly bench: Bench;
  readonly nas: TestNas;
  readonly proxy: RealmProxy;
  readonly homes: readonly { readonly auth: HomeServer; readonly accounting: HomeServer }[];
  readonly log: ReturnType<typeof testLog>;
}

/** A server of ours that passes people of `partner.example` on. */
export async function startLab({
  homes: places,
  logins = [],
  realm,
  server,
  clock = systemClock,
  times,
}: LabOptions): Promise<ProxyLab> {
  const random = randomPool((octets) => void randomFillSync(octets));
  const log = testLog();
  const homes = places.map(({ auth, accounting = auth }, index) => {
    const settings: HomeServerSettings = {
      name: `home-${index + 1}`,
      address: auth.host,
      authPort: auth.port,
      accountingPort: accounting.port,
      secret: new Secret(homeSecret),
      statusServer: true,
      messageAuthenticator: 'require',
      // What is not to be waited for in vain has the time of a slow machine.
      timeoutMs: clock === systemClock ? 60_000 : 2_000,
      ...server,
    };
    const open = (service: 'auth' | 'accounting') =>
      new HomeServer({ settings, service, clock, random, log, ...(times === undefined ? {} : { times }) });
    return { auth: open('auth'), accounting: open('accounting') };
  });
  let bench: Bench | undefined;
  const proxy = new RealmProxy({
    realms: [
      {
        name: 'partner.example',
        servers: { auth: homes.map(({ auth }) => auth), accounting: homes.map(({ accounting }) => accounting) },
        strip: false,
        limits: { interimSeconds: 300, attributes: [] },
        allow: new Set(),
        ...realm,
      },
    ],
    isOurs: (username) => bench?.directory.login(username) !== undefined,
    clock,
    random,
    instance,
    memory: new ProxyMemory(),
  });
  bench = await startServer(logins, { access: { proxy: () => proxy } });
  const nas = await TestNas.open();
  return {
    bench,
    nas,
    proxy,
    homes,
    log,
    async [Symbol.asyncDispose]() {
      await nas[Symbol.asyncDispose]();
      for (const { auth, accounting } of homes) {
        await auth[Symbol.asyncDispose]();
        await accounting[Symbol.asyncDispose]();
      }
      await bench[Symbol.asyncDispose]();
    },
  };
}

/** A home server: another of ours, to which the first is a NAS. */
export async function startHome(logins: readonly Login[]): Promise<Bench> {
  const bench = await startServer(logins);
  bench.directory.nasList = [{ ...coreNas, name: 'front', secret: new Secret(homeSecret), profile: 'generic' }];
  return bench;
}

export function placeOf({ auth, accounting }: Bench): HomePlace {
  return { auth, accounting };
}

/** A socket that takes packets and says only what it is told to. */
export async function startMute(): Promise<
  {
    readonly at: Endpoint;
    readonly received: Buffer[];
    next(): Promise<Buffer>;
    reply(octets: Uint8Array): void;
  } & AsyncDisposable
> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const received: Buffer[] = [];
  const waiting: ((packet: Buffer) => void)[] = [];
  let unread = 0;
  let peer: Endpoint = { host: '', port: 0 };
  socket.on('message', (packet, from) => {
    received.push(packet);
    peer = { host: from.address, port: from.port };
    const next = waiting.shift();
    if (next === undefined) return;
    unread = received.length;
    next(packet);
  });
  return {
    at: { host: '127.0.0.1', port: socket.address().port },
    received,
    async next() {
      const packet = received[unread];
      if (packet === undefined) return new Promise((resolve) => waiting.push(resolve));
      unread += 1;
      return packet;
    },
    reply: (octets) => socket.send(octets, peer.port, peer.host),
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** Attributes for people, signatures aside. */
export function words(packet: Buffer): readonly string[] {
  return describeAttributes(packet, 20, packet.length)
    .map(({ name, value }) => `${name}=${value}`)
    .filter((word) => !word.startsWith('Message-Authenticator'));
}
