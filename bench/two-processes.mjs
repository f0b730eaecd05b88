// What a second process for authentication would bring, and what it would have to pay for: bare echoes, so that nothing but the
// ways between processes differs. One process; two, each with a port of its own and half of the load; two behind one that steers
// by source; and what it costs to ask another process something first, as shared memory of logins would need.
import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startEcho } from './shared/echo.mjs';
import { measureLoad, preparePackets } from './shared/load.mjs';
import { alternate, failuresOf, medianOf, ratioOf, withPeers } from './shared/peers.mjs';
import { accessRequest } from './shared/radius-requests.mjs';
import { report } from './shared/report.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const run = { window: 128, warmUpMs: 300, measuredMs: 1500, code: 1, check: false };
const self = fileURLToPath(import.meta.url);
const [role, ...args] = process.argv.slice(2);

if (role === 'steer') await steer(args.map(Number));
else if (role === 'ask') await askBeforeAnswer();
else if (role === 'know') know();
else await main();

async function main() {
  await withPeers(async ({ folder, keep, program }) => {
    const [one, a, b] = [keep(await startEcho()), keep(await startEcho()), keep(await startEcho())];
    const steering = keep(await startRole('steer', a.port, b.port));
    const asking = keep(await startRole('ask'));
    const prepared = preparePackets(folder, 'pap', 2048, (_, number) => accessRequest('pap', number & 255, number));
    const half = preparePackets(folder, 'half', 2048, (_, number) => accessRequest('pap', number & 255, number));
    const measure = (port, pid, packets = prepared, window = run.window) =>
      measureLoad({ ...run, program, prepared: packets, port, pid, window });
    const results = await alternate(
      {
        one: () => measure(one.port, one.pid),
        halves: async () =>
          together(await Promise.all([measure(a.port, a.pid, prepared, 64), measure(b.port, b.pid, half, 64)])),
        steered: () => measure(steering.port, [steering.pid, a.pid, b.pid]),
        asked: () => measure(asking.port, asking.pid),
      },
      rounds,
    );
    report('two-processes', 'bare echoes, by how many processes answer', rowsOf(results));
  });
}

/** Two generators run then, which take their share of the machine. */
function together([a, b]) {
  return {
    perSecond: a.perSecond + b.perSecond,
    cpuMicros: (a.cpuMicros * a.answered + b.cpuMicros * b.answered) / (a.answered + b.answered),
    p50: Math.max(a.p50, b.p50),
    p99: Math.max(a.p99, b.p99),
    lost: a.lost + b.lost,
    bad: a.bad + b.bad,
  };
}

function rowsOf(results) {
  const labels = {
    one: 'one process',
    halves: 'two, each its own port and half of the load',
    steered: 'two behind one that steers by source',
    asked: 'one that asks another process before each answer',
  };
  const rows = Object.entries(labels).flatMap(([name, label]) => [
    {
      label,
      value: medianOf(results[name], 'perSecond'),
      unit: '1/s',
      ...(name === 'one' ? {} : { ratio: `${ratioOf(results[name], results.one, 'perSecond').toFixed(2)} × one` }),
    },
    { label: `${label}: processor time`, value: medianOf(results[name], 'cpuMicros'), unit: 'µs' },
    { label: `${label}: p99`, value: medianOf(results[name], 'p99'), unit: 'µs' },
  ]);
  return [...rows, { label: 'answers missing, of all', value: failuresOf(results), unit: '' }];
}

async function startRole(...of) {
  const child = fork(self, of.map(String));
  const [{ port }] = await once(child, 'message');
  return { child, pid: child.pid, port };
}

// ── one that steers: each client port has a socket of its own to the process that answers it ──

async function steer(targets) {
  const clients = new Map();
  const socket = await bound();
  socket.on('message', (packet, from) => {
    const known = clients.get(from.port) ?? clientOf(clients, socket, from, targets);
    known.socket.send(packet, known.target, '127.0.0.1');
  });
  process.send({ port: socket.address().port });
}

function clientOf(clients, front, from, targets) {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  socket.on('message', (answer) => front.send(answer, from.port, from.address));
  const client = { socket, target: targets[clients.size % targets.length] };
  clients.set(from.port, client);
  return client;
}

// ── one that asks another, over the channel that Node gives to child processes ──

async function askBeforeAnswer() {
  const other = fork(self, ['know']);
  process.once('disconnect', () => other.kill());
  const open = new Map();
  let last = 0;
  other.on('message', (id) => {
    open.get(id)?.();
    open.delete(id);
  });
  const socket = await bound();
  socket.on('message', (packet, from) => {
    last += 1;
    open.set(last, () => socket.send(packet, from.port, from.address));
    other.send(last);
  });
  process.send({ port: socket.address().port });
}

function know() {
  process.on('message', (id) => process.send(id));
}

async function bound() {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
