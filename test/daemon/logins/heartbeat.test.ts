import { randomFillSync, X509Certificate } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type LoggedDecision, recentDecisions } from '../../../src/access/decision-log.ts';
import { Secret } from '../../../src/base/secret.ts';
import { systemClock } from '../../../src/base/system-clock.ts';
import { Heartbeat, heartbeatNas } from '../../../src/daemon/logins/heartbeat.ts';
import { Directory } from '../../../src/directory/directory.ts';
import type { HeartbeatPeer } from '../../../src/model/kinds/operator.ts';
import type { Endpoint, RadsecSettings } from '../../../src/model/kinds/radius.ts';
import type { Model } from '../../../src/model/model.ts';
import type { AccessHelpers } from '../../../src/radius/access-handler.ts';
import { radiusCounters } from '../../../src/radius/counters.ts';
import { RadiusServer, type RadiusServerOptions } from '../../../src/radius/server.ts';
import { coreNas, login, secretText, startServer } from '../../radius/support.ts';
import { testAuthority } from '../../support/certificates.ts';
import { ManualClock } from '../../support/manual-clock.ts';

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
  stalledMs: number;
  listeners: { auth: readonly Endpoint[]; accounting: readonly Endpoint[]; radsec?: readonly Endpoint[] };
}

async function lab(
  misses = 2,
  peers: readonly HeartbeatPeer[] = [],
  at = loopback,
  access: AccessHelpers = {},
  radsec?: RadiusServerOptions['radsec'],
  lines: string[] = [],
): Promise<Lab> {
  const [directory, told, decisions] = [new Directory(), [] as string[], [] as LoggedDecision[]];
  const state: { stores: boolean } = { stores: true };
  const server = await RadiusServer.start({
    listenAuth: [at],
    listenAccounting: [at],
    access,
    ...(radsec === undefined ? {} : { radsec }),
    directory,
    accounting: { record: () => Promise.resolve() },
    accountingAvailable: () => made.stores,
    decisions: { ...recentDecisions(), record: (decision) => void decisions.push(decision) },
    metrics: radiusCounters(),
    clock: systemClock,
    random: randomFillSync,
    log: {
      ...silentLog,
      info: (_, message) => void lines.push(message),
      warn: (_, message) => void lines.push(message),
    },
  });
  const heartbeat = new Heartbeat({
    directory,
    clock: systemClock,
    log: {
      error: ({ reason, service }: { reason?: string; service?: string }) => told.push(`${service} down: ${reason}`),
      warn: ({ ms }: { ms?: number }) => told.push(`stood still for ${ms} ms`),
      info: ({ service }: { service?: string }) => told.push(`${service} up`),
    },
    random: (octets) => void randomFillSync(octets),
    listeners: () => made.listeners,
    stores: () => made.stores,
    overloads: () => 0,
    stalledMs: () => made.stalledMs,
    settings: { intervalMs: 60_000, misses, peers },
  });
  const { auth, accounting } = server.addresses();
  const made: Lab = {
    ...state,
    stalledMs: 0,
    server,
    heartbeat,
    directory,
    told,
    decisions,
    listeners: { auth, accounting },
  };
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
  it('is asked from one port, time and again: a listener remembers whom it heard', async () => {
    const here = await lab();
    await using _ = here.server;
    await using heartbeat = here.heartbeat;
    await using between = await relay(here.listeners.auth[0] as Endpoint);
    here.listeners = { auth: [between.endpoint], accounting: [] };

    await heartbeat.beat();
    await heartbeat.beat();
    await heartbeat.beat();

    expect(heartbeat.findings()).toEqual([]);
    expect(between.askers).toHaveLength(3);
    expect(new Set(between.askers).size).toBe(1);
  });

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
  });

  it('IW-24: is told of as stalled when the process stood still for longer than routers wait, although it answers now', async () => {
    const made = await lab(2);
    await using _server = made.server;

    made.stalledMs = 1_400;
    await made.heartbeat.beat();
    made.stalledMs = 2_300;
    await made.heartbeat.beat();
    await made.heartbeat.beat();
    const pulses = made.heartbeat.pulses().map(({ service, up, reason }) => `${service} ${up} ${reason}`);
    made.stalledMs = 0;
    await made.heartbeat.beat();

    const stood = 'stood still for 2300 ms';
    expect(pulses).toEqual(['auth false stalled', 'accounting false stalled']);
    expect(made.told.filter((each) => each === stood)).toHaveLength(2);
    expect(new Set(made.told)).toEqual(
      new Set([stood, 'auth down: stalled', 'accounting down: stalled', 'auth up', 'accounting up']),
    );
  });

  it('IW-24: is told of as silent when nobody answers where it listens', async () => {
    const made = await lab(1);
    await using _server = made.server;
    const socket = await deaf();
    made.listeners = { auth: [{ host: '127.0.0.1', port: socket.address().port }], accounting: [] };

    await made.heartbeat.beat();
    socket.close();

    expect(made.told).toEqual(['auth down: silent']);
  });
});

describe('the heartbeat', () => {
  it.each([
    [undefined, 60_000],
    [{ intervalMs: 15_000, misses: 3 }, 15_000],
  ])('IW-23: beats at once and then every minute, or as often as is declared: %j', async (declared, every) => {
    const clock = new ManualClock();
    let beats = 0;
    const listeners = () => {
      beats += 1;
      return { auth: [], accounting: [] };
    };
    await using heartbeat = new Heartbeat({
      ...{ directory: new Directory(), clock, log: { error() {}, warn() {}, info() {} }, listeners },
      ...{ random: (octets) => void randomFillSync(octets), stores: () => true, overloads: () => 0 },
    });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const radius = declared === undefined ? {} : { heartbeat: declared };

    heartbeat.use({ operator: { radius } } as unknown as Pick<Model, 'operator'>);
    await turn();
    const counted = [beats];
    for (const ms of [every - 1, 1, every - 1, 1]) {
      clock.advance(ms);
      await turn();
      counted.push(beats);
    }

    expect(counted).toEqual([1, 1, 2, 2, 3]);
  });
});

describe('our own RADIUS over TLS', () => {
  const authority = testAuthority('lastmile test');
  const issued = authority.issue({ commonName: 'radius.example' });
  const tls: RadsecSettings = { certificate: new Secret(issued.certificate), key: new Secret(issued.key) };
  const declaring = (radsec?: RadsecSettings) =>
    ({ operator: { radius: { heartbeat: { intervalMs: 60_000, misses: 1 }, radsec } } }) as unknown as Model;

  /** One round has been made when this resolves, and no other is. */
  async function beaten(radsec: RadsecSettings, declared: RadsecSettings | undefined = radsec) {
    const lines: string[] = [];
    const made = await lab(1, [], loopback, {}, { listen: [loopback], tls: radsec }, lines);
    made.listeners = { auth: [], accounting: [], radsec: made.server.addresses().radsec };
    made.heartbeat.use(declaring(declared));
    await made.heartbeat.beat();
    return { ...made, lines };
  }

  it('IW-23: is up when a login is let in by our own certificate, which counts as no connection', async () => {
    const { server, heartbeat, told, lines, decisions } = await beaten(tls);
    await using _server = server;
    await using _heartbeat = heartbeat;

    expect(heartbeat.pulses().map(({ service, up }) => `${service} ${up}`)).toEqual(['radsec true']);
    expect(told).toEqual([]);
    expect(new Set(decisions.map(({ nas }) => nas))).toEqual(new Set([heartbeatNas]));
    expect(server.tunnels()).toEqual(new Map());
    expect(lines).toEqual([]);
  });

  it('IW-24: is told of when it shows another certificate than the one declared', async () => {
    const other = authority.issue({ commonName: 'radius.example' });
    const { server, heartbeat, told } = await beaten(tls, {
      certificate: new Secret(other.certificate),
      key: new Secret(other.key),
    });
    await using _server = server;
    await using _heartbeat = heartbeat;

    expect(told).toEqual(['radsec down: certificate']);
    expect(heartbeat.findings()).toEqual([
      expect.stringContaining('another certificate than the one of radius.radsec'),
    ]);
  });

  it('IW-24: is told of as closed where nobody listens any more', async () => {
    const made = await lab(1);
    await using _server = made.server;
    await using heartbeat = made.heartbeat;
    const gone = createServer();
    gone.listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    made.listeners = { auth: [], accounting: [], radsec: [{ host: '127.0.0.1', port }] };

    heartbeat.use(declaring(tls));
    await heartbeat.beat();

    expect(made.told).toEqual(['radsec down: closed']);
  });

  it('lets nobody else in by its certificate, nor by its place', async () => {
    const { server, heartbeat, directory } = await beaten(tls);
    await using _server = server;
    await using _heartbeat = heartbeat;

    expect(directory.tunnelNasAt('127.0.0.1')).toEqual([]);
    expect(directory.tunnelNasAt('127.77.77.77').map(({ radsec }) => radsec?.fingerprint)).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
    expect(directory.allNas()).toEqual([]);
  });
});

describe('a declared peer', () => {
  it('IW-24: is told of again when it answers, and its place in the findings is empty then', async () => {
    await using bench = await startServer([]);
    const made = await lab(2, [peerAt(bench.auth.port)]);
    await using _server = made.server;
    made.listeners = { auth: [], accounting: [] };
    const known = bench.directory.nasList;
    // It drops what we send.
    bench.directory.nasList = [];
    await made.heartbeat.beat();
    await made.heartbeat.beat();
    const findings = made.heartbeat.findings();
    bench.directory.nasList = known;

    await made.heartbeat.beat();

    expect(findings).toEqual([
      expect.stringMatching(/^RADIUS peer second \(auth at .*\) has missed 2 heartbeats: no answer/),
    ]);
    expect(made.told).toEqual(['auth down: silent', 'auth up']);
    expect(made.heartbeat.findings()).toEqual([]);
    expect(made.heartbeat.pulses()).toMatchObject([{ peer: 'second', up: true, misses: 0 }]);
  });

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

  it('IW-23: is up when it answers over TLS by the certificate that is declared, and told of when it shows another', async () => {
    const authority = testAuthority('lastmile test');
    const pairOf = ({ certificate, key }: { readonly certificate: string; readonly key: string }) => ({
      certificate: new Secret(certificate),
      key: new Secret(key),
    });
    const [ours, theirs] = [authority.issue({ commonName: 'us' }), authority.issue({ commonName: 'second' })];
    const fingerprintOf = (pem: string) => new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
    await using bench = await startServer([], { radsec: { listen: [loopback], tls: pairOf(theirs) } });
    bench.directory.nasList = [{ ...coreNas, radsec: { fingerprint: fingerprintOf(ours.certificate) } }];
    const { port = 0 } = bench.server.addresses().radsec[0] ?? {};
    const declared = peerAt(port, { tls: { ...pairOf(ours), fingerprint: fingerprintOf(theirs.certificate) } });
    const mistaken = { ...declared, name: 'third', tls: { ...pairOf(ours), fingerprint: '00'.repeat(32) } };
    const made = await lab(1, [declared, mistaken]);
    await using _server = made.server;
    made.listeners = { auth: [], accounting: [] };

    await made.heartbeat.beat();

    const byPeer = made.heartbeat.pulses().toSorted((a, b) => (a.peer ?? '').localeCompare(b.peer ?? ''));
    expect(byPeer).toEqual([
      expect.objectContaining({ peer: 'second', service: 'radsec', up: true }),
      expect.objectContaining({ peer: 'third', service: 'radsec', up: false, reason: 'certificate' }),
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
  });
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

/** Hands what it is asked to a server, and its answers back. */
async function relay(to: Endpoint) {
  const [front, back] = [createSocket('udp4'), createSocket('udp4')];
  front.bind(0, '127.0.0.1');
  back.bind(0, '127.77.77.77');
  await Promise.all([once(front, 'listening'), once(back, 'listening')]);
  const askers: number[] = [];
  front.on('message', (packet, { port }) => {
    askers.push(port);
    back.send(packet, to.port, to.host);
  });
  back.on('message', (packet) => front.send(packet, askers.at(-1), '127.77.77.77'));
  return {
    ...{ askers, endpoint: { host: '127.0.0.1', port: front.address().port } },
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = [once(front, 'close'), once(back, 'close')];
      front.close();
      back.close();
      await Promise.all(closed);
    },
  };
}
