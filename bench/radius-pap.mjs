// PAP logins per second with 100,000 subscribers, Message-Authenticator checked and signed, beside a bare dgram echo.
// Server and generator are processes of their own on loopback; contenders alternate; medians of the rounds.
import { fork } from 'node:child_process';
import { createHash, createHmac, randomBytes, randomFillSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median, report } from './shared/report.mjs';

const subscribers = 100_000;
const rounds = 5;
const warmUpMs = 1_000;
const measuredMs = 2_500;
const sockets = 8;
const window = 128;
const secret = 'a shared secret of thirty-two ch';
const self = fileURLToPath(import.meta.url);
const [role, ...args] = process.argv.slice(2);

if (role === 'lastmile') await serveLastmile();
else if (role === 'echo') await serveEcho();
else if (role === 'generator') await generate(args.map(Number));
else await main();

async function main() {
  const generator = fork(self, ['generator', ...args]);
  const [{ packets }] = await once(generator, 'message');
  console.error(`${packets.toLocaleString('en')} requests prepared`);
  const servers = { echo: await startServer('echo'), lastmile: await startServer('lastmile') };
  const results = { echo: [], lastmile: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const name of Object.keys(results)) {
      const result = await measure(generator, servers[name]);
      results[name].push(result);
      const { perSecond, cpuMicros, p99 } = result;
      console.error(
        `round ${round + 1}: ${name} ${Math.round(perSecond)}/s, ${cpuMicros.toFixed(1)} µs CPU, p99 ${p99.toFixed(1)} ms`,
      );
    }
  }
  const memory = servers.lastmile.usage.rss;
  for (const { child } of Object.values(servers)) child.kill();
  generator.kill();
  report('radius-pap', `PAP, ${subscribers.toLocaleString('en')} subscribers, one process`, rowsOf(results, memory));
}

function rowsOf(results, memory) {
  const of = (name, field) => median(results[name].map((result) => result[field]));
  // Each round is compared with its neighbour: the machine's speed wanders less within a round than between rounds.
  const ratio = (field) => median(results.lastmile.map((result, round) => result[field] / results.echo[round][field]));
  const bad = results.lastmile.reduce((sum, result) => sum + result.bad + result.lost, 0);
  return [
    { label: 'bare dgram echo: answers', value: of('echo', 'perSecond'), unit: '1/s' },
    {
      label: 'lastmile: logins accepted',
      value: of('lastmile', 'perSecond'),
      unit: '1/s',
      ratio: `${ratio('perSecond').toFixed(2)} × echo`,
    },
    { label: 'bare dgram echo: processor time of the server', value: of('echo', 'cpuMicros'), unit: 'µs' },
    {
      label: 'lastmile: processor time of the server',
      value: of('lastmile', 'cpuMicros'),
      unit: 'µs',
      ratio: `${(1 / ratio('cpuMicros')).toFixed(2)} × echo in answers per processor second`,
    },
    { label: 'bare dgram echo: p99 at full load', value: of('echo', 'p99'), unit: 'ms' },
    { label: 'lastmile: p99 at full load', value: of('lastmile', 'p99'), unit: 'ms' },
    { label: 'lastmile: memory', value: memory / 2 ** 20, unit: 'MiB' },
    { label: 'lastmile: answers missing or wrong', value: bad, unit: '' },
  ];
}

async function startServer(name) {
  const child = fork(self, [name]);
  const [{ port }] = await once(child, 'message');
  return { child, port, usage: undefined };
}

async function usageOf(server) {
  server.child.send('usage');
  const [usage] = await once(server.child, 'message');
  server.usage = usage;
  return usage;
}

async function measure(generator, server) {
  generator.send({ port: server.port, forMs: warmUpMs, check: false });
  await once(generator, 'message');
  const before = await usageOf(server);
  generator.send({ port: server.port, forMs: measuredMs, check: server.child.spawnargs.includes('lastmile') });
  const [{ answered, bad, lost, tookMs, p99 }] = await once(generator, 'message');
  const after = await usageOf(server);
  return { perSecond: (answered * 1000) / tookMs, cpuMicros: (after.cpu - before.cpu) / answered, bad, lost, p99 };
}

// ── the servers ──

function answerUsage() {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: user + system, rss: process.memoryUsage.rss() });
  });
}

async function serveEcho() {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
  socket.on('message', (packet, from) => socket.send(packet, from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  answerUsage();
  process.send({ port: socket.address().port });
}

async function serveLastmile() {
  const { RadiusServer } = await import('../dist/radius/server.js');
  const { openDatagramCalls } = await import('../dist/radius/datagram-calls.js');
  const { recentDecisions } = await import('../dist/access/decision-log.js');
  const { systemClock } = await import('../dist/base/system-clock.js');
  const { Secret } = await import('../dist/base/secret.js');
  const { Directory } = await import('../dist/directory/directory.js');
  const quiet = () => undefined;
  const directory = new Directory();
  directory.putNas({
    name: 'bench',
    clientAddress: '127.0.0.1',
    secret: new Secret(secret),
    profile: 'mikrotik',
    messageAuthenticator: 'require',
    coaPort: 3799,
  });
  for (let index = 0; index < subscribers; index += 1) directory.putLogin(login(index, Secret));
  const log = {
    ...{ debug: quiet, info: quiet },
    warn: (fields) => console.error(fields),
    isLevelEnabled: () => false,
  };
  const server = await RadiusServer.start({
    datagramCalls: await openDatagramCalls(log),
    listenAuth: [{ host: '127.0.0.1', port: 0 }],
    listenAccounting: [],
    directory,
    accounting: { record: async () => undefined },
    decisions: recentDecisions(),
    clock: systemClock,
    random: (octets) => void randomFillSync(octets),
    log,
  });
  answerUsage();
  process.send({ port: server.addresses().auth[0].port });
}

function login(index, Secret) {
  return {
    username: username(index),
    subscriber: username(index),
    service: `plan-${index % 7}`,
    password: new Secret(password(index)),
    state: 'active',
    radius: true,
    limits: {
      rateLimit: `${(index % 7) + 1}M/${((index % 7) + 1) * 4}M`,
      rate: { up: ((index % 7) + 1) * 1e6, down: ((index % 7) + 1) * 4e6 },
      sessionTimeoutSeconds: 86_400,
      interimSeconds: 120,
      address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
      attributes: [],
    },
  };
}

function username(index) {
  return `subscriber-${String(index).padStart(6, '0')}`;
}

function password(index) {
  return `pw-${(index * 7919).toString(36)}`;
}

// ── the generator: everything is signed beforehand, so that it costs as little as the echo ──

async function generate() {
  const variants = 16;
  const lanes = [];
  for (let lane = 0; lane < sockets; lane += 1) {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const packets = Array.from({ length: 256 * variants }, (_, index) => signedRequest(index & 255));
    lanes.push({ socket, packets, next: 0 });
  }
  process.on('message', (order) => {
    void run(lanes, order).then((result) => process.send(result));
  });
  process.send({ packets: sockets * 256 * variants });
}

/** One run: `window` requests in flight, each answer sends the next. Every 64th answer is timed and checked whole. */
function run(lanes, { port, forMs, check }) {
  return new Promise((resolve) => {
    const started = performance.now();
    const times = [];
    let answered = 0;
    let bad = 0;
    let open = 0;
    let stopped = false;
    const sendNext = (lane) => {
      const index = lane.next;
      lane.next = index + 1 === lane.packets.length ? 0 : index + 1;
      if ((index & 63) === 0) lane.sentAt = performance.now();
      lane.socket.send(lane.packets[index], port, '127.0.0.1');
      open += 1;
    };
    for (const lane of lanes) {
      lane.socket.removeAllListeners('message');
      lane.socket.on('message', (packet) => {
        answered += 1;
        open -= 1;
        if ((packet[1] & 63) === 0) {
          times.push(performance.now() - lane.sentAt);
          if (check && !isAccepted(packet, lane)) bad += 1;
        }
        if (!stopped) sendNext(lane);
      });
      for (let sent = 0; sent < window / sockets; sent += 1) sendNext(lane);
    }
    setTimeout(() => {
      stopped = true;
      const tookMs = performance.now() - started;
      const counted = answered;
      setTimeout(() => {
        times.sort((a, b) => a - b);
        resolve({ answered: counted, bad, lost: open, tookMs, p99: times[Math.floor(times.length * 0.99)] });
      }, 100);
    }, forMs);
  });
}

function signedRequest(identifier) {
  const index = randomBytes(4).readUInt32BE(0) % subscribers;
  const authenticator = randomBytes(16);
  const mask = createHash('md5').update(secret).update(authenticator).digest();
  const clear = Buffer.alloc(16);
  clear.write(password(index));
  const hidden = Buffer.from(clear.map((octet, at) => octet ^ mask[at]));
  const attributes = Buffer.concat([
    attribute(6, Buffer.of(0, 0, 0, 2)),
    attribute(1, Buffer.from(username(index))),
    attribute(5, randomBytes(4)),
    attribute(31, Buffer.from('AA:BB:CC:00:11:22')),
    attribute(30, Buffer.from('pppoe-1')),
    attribute(44, Buffer.from('81100001')),
    attribute(2, hidden),
    attribute(32, Buffer.from('bench')),
    attribute(4, Buffer.of(127, 0, 0, 1)),
    attribute(80, Buffer.alloc(16)),
  ]);
  const packet = Buffer.concat([Buffer.of(1, identifier, 0, 0), authenticator, attributes]);
  packet.writeUInt16BE(packet.length, 2);
  createHmac('md5', secret)
    .update(packet)
    .digest()
    .copy(packet, packet.length - 16);
  return packet;
}

/** Is it an Accept that proves the secret for one of the requests of its Identifier? */
function isAccepted(packet, { packets }) {
  for (let index = packet[1]; index < packets.length; index += 256) {
    const expected = createHash('md5')
      .update(packet.subarray(0, 4))
      .update(packets[index].subarray(4, 20))
      .update(packet.subarray(20))
      .update(secret)
      .digest();
    if (expected.equals(packet.subarray(4, 20))) return packet[0] === 2;
  }
  return false;
}

function attribute(type, value) {
  return Buffer.concat([Buffer.of(type, 2 + value.length), value]);
}
