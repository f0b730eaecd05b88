import { randomFillSync } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type LoggedDecision, recentDecisions } from '../../src/access/decision-log.ts';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { Heartbeat, heartbeatNas } from '../../src/daemon/heartbeat.ts';
import { Directory } from '../../src/directory/directory.ts';
import type { Endpoint, HeartbeatPeer } from '../../src/model/model.ts';
import type { AccessHelpers } from '../../src/radius/access-handler.ts';
import { radiusCounters } from '../../src/radius/counters.ts';
import { RadiusServer } from '../../src/radius/server.ts';
import { login, secretText, startServer } from '../radius/support.ts';

const loopback: Endpoint = { host: '127.0.0.1', port: 0 };
const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));
const silentLog = { isLevelEnabled: () => false, debug: () => undefined, info: () => undefined, warn: () => undefined };

interface Lab {
  readonly server: RadiusServer;
  readonly heartbeat: Heartbeat;
  readonly directory: Directory;
  readonly told: string[];
  readonly decisions: LoggedDecision[];
  stores: boolean;
  listeners: { auth: readonly Endpoint[]; accounting: readonly Endpoint[] };
}

async function lab(
  misses = 2,
  peers: readonly HeartbeatPeer[] = [],
  at = loopback,
  access: AccessHelpers = {},
): Promise<Lab> {
  const [directory, told, decisions] = [new Directory(), [] as string[], [] as LoggedDecision[]];
  const state: { stores: boolean } = { stores: true };
  const server = await RadiusServer.start({
    listenAuth: [at],
    listenAccounting: [at],
    access,
    directory,
    accounting: { record: () => Promise.resolve() },
    accountingAvailable: () => made.stores,
    decisions: { ...recentDecisions(), record: (decision) => void decisions.push(decision) },
    metrics: radiusCounters(),
    clock: systemClock,
    random: randomFillSync,
    log: silentLog,
  });
  const heartbeat = new Heartbeat({
    directory,
    clock: systemClock,
    log: {
      error: ({ reason, service }: { reason?: string; service?: string }) => told.push(`${service} down: ${reason}`),
      info: ({ service }: { service?: string }) => told.push(`${service} up`),
    },
    random: (octets) => void randomFillSync(octets),
    listeners: () => made.listeners,
    stores: () => made.stores,
    overloads: () => 0,
    settings: { intervalMs: 60_000, misses, peers },
  });
  const { auth, accounting } = server.addresses();
  const made: Lab = { ...state, server, heartbeat, directory, told, decisions, listeners: { auth, accounting } };
  return made;
}

/** A socket where nobody answers. */
async function deaf(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

describe('our own RADIUS, asked by ourselves', () => {
  it('IW-23: is up when it lets our own login in, which is nobody’s and counts nowhere', async () => {
    const { server, heartbeat, directory, decisions, told } = await lab();
    await using _server = server;

    await heartbeat.beat();

    expect(heartbeat.pulses().map(({ service, up, misses }) => ({ service, up, misses }))).toEqual([
      { service: 'auth', up: true, misses: 0 },
      { service: 'accounting', up: true, misses: 0 },
    ]);
    expect(directory.loginCount).toBe(0);
    expect(directory.allNas()).toEqual([]);
    expect(directory.loginsOf('')).toEqual([]);
    expect(decisions.map(({ nas }) => nas)).toEqual([heartbeatNas]);
    expect(told).toEqual([]);
  });

  it.runIf(hasIpv6)('IW-23: is asked from ::1 where it listens by IPv6', async () => {
    const made = await lab(1, [], { host: '::1', port: 0 });
    await using _server = made.server;

    await made.heartbeat.beat();

    expect(made.heartbeat.pulses().map(({ service, up }) => ({ service, up }))).toEqual([
      { service: 'auth', up: true },
      { service: 'accounting', up: true },
    ]);
  });

  it('asks no program about our own login, whoever else it is asked about', async () => {
    let asked = 0;
    const ask = () => {
      asked += 1;
      return Promise.resolve({ verdict: 'silent' as const });
    };
    const made = await lab(1, [], loopback, { authority: () => ({ asks: 'all', ask }) });
    await using _server = made.server;

    await made.heartbeat.beat();

    expect([asked, made.told]).toEqual([0, []]);
  });

  it('IW-24: is told of as down after so many misses, with the reason, and as up again', async () => {
    const made = await lab(2);
    await using _server = made.server;

    made.stores = false;
    await made.heartbeat.beat();
    const once = [...made.told];
    await made.heartbeat.beat();
    const findings = made.heartbeat.findings();
    made.stores = true;
    await made.heartbeat.beat();

    expect(once).toEqual([]);
    expect(findings).toEqual([
      expect.stringMatching(/^RADIUS accounting at 127.* has missed 2 heartbeats: accounting cannot be stored/),
    ]);
    expect(made.told).toEqual(['accounting down: store', 'accounting up']);
    expect(made.heartbeat.findings()).toEqual([]);
  }, 20_000);

  it('IW-24: is told of as silent when nobody answers where it listens', async () => {
    const made = await lab(1);
    await using _server = made.server;
    const socket = await deaf();
    made.listeners = { auth: [{ host: '127.0.0.1', port: socket.address().port }], accounting: [] };

    await made.heartbeat.beat();
    socket.close();

    expect(made.told).toEqual(['auth down: silent']);
  }, 20_000);
});

describe('a declared peer', () => {
  it('IW-23: is up when another server answers Status-Server and decides about the login, even by a reject', async () => {
    await using bench = await startServer([login('anna')]);
    const { auth, accounting } = bench;
    const peer = peerAt(auth.port, {
      accountingPort: accounting.port,
      login: { username: 'anna', password: new Secret('wrong') },
    });
    const made = await lab(1, [peer]);
    await using _server = made.server;

    await made.heartbeat.beat();

    const pulses = made.heartbeat.pulses().filter((pulse) => pulse.peer === 'second');
    expect(pulses.map(({ service, up }) => `${service} ${up}`).sort()).toEqual([
      'accounting true',
      'auth true',
      'login true',
    ]);
  });

  it('IW-24: is told of as closed where nobody listens, and as wrong where the answer proves nothing', async () => {
    const gone = await deaf();
    const { port } = gone.address();
    gone.close();
    await once(gone, 'close');
    const liar = await deaf();
    liar.on('message', (packet, { port: to }) => {
      const reply = Buffer.alloc(20);
      reply.set([2, packet[1] as number, 0, 20]);
      liar.send(reply, to, '127.0.0.1');
    });
    const made = await lab(1, [peerAt(port), { ...peerAt(liar.address().port), name: 'third' }]);
    await using _server = made.server;

    await made.heartbeat.beat();
    liar.close();

    expect(made.told.sort()).toEqual(['auth down: closed', 'auth down: secret']);
    expect(made.heartbeat.findings()).toContainEqual(
      `RADIUS peer second (auth at 127.0.0.1:${port}) has missed 1 heartbeats: nobody listens at that port`,
    );
  }, 20_000);
});

function peerAt(authPort: number, more: Partial<HeartbeatPeer> = {}): HeartbeatPeer {
  const secret = new Secret(secretText);
  return {
    name: 'second',
    address: '127.0.0.1',
    authPort,
    secret,
    statusServer: true,
    messageAuthenticator: 'require',
    ...more,
  };
}
