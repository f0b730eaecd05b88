// From the start of the shipped command to its first Access-Accept, with 100,000 subscribers applied before and 50,000 sessions
// open, after it was stopped and after it was killed; beside a bare Node process that answers UDP. One process at a time.
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { declareNetwork } from './shared/lastmile-daemon.mjs';
import { anybody, subscribers, withPeers } from './shared/peers.mjs';
import { freeTcpPort, freeUdpPorts } from './shared/ports.mjs';
import { cpuMicrosOf, end, until } from './shared/processes.mjs';
import {
  accessRequest,
  accountingRequest,
  accountingStatus,
  isRightAnswer,
  sharedSecret,
} from './shared/radius-requests.mjs';
import { median, report } from './shared/report.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const sessions = Number(process.env.BENCH_SESSIONS ?? 50_000);
const longestMs = Number(process.env.BENCH_PATIENCE_MS ?? 300_000);
/** A router asks again after a second or so; here sooner, so as to see the first moment. */
const askEveryMs = 10;
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const echo = `const s = require('node:dgram').createSocket('udp4');
s.on('message', (m, { port, address }) => s.send(m, port, address)).bind(Number(process.argv[1]), '127.0.0.1');`;

await withPeers(async ({ folder, keep }) => {
  declareNetwork(folder, subscribers);
  const ports = { ...(await freeUdpPorts(['auth', 'accounting', 'echo'])), admin: await freeTcpPort() };
  const daemon = () => keep({ child: startDaemon(folder, ports) }).child;
  const bare = () => keep({ child: spawn(process.execPath, ['-e', echo, String(ports.echo)]) }).child;

  const first = await measured(daemon, ports.auth, isAccept);
  await inForce(ports.admin);
  await keptFor(folder);
  await openSessions(ports.accounting);
  await end(first.child);

  const results = { bare: [], stopped: [], killed: [] };
  for (let round = 0; round < rounds; round += 1) {
    results.bare.push(await oneOf(bare, ports.echo, () => true, 'SIGKILL'));
    // How it was ended last is what the next start meets.
    results.stopped.push(await oneOf(daemon, ports.auth, isAccept, 'SIGKILL', ports));
    results.killed.push(await oneOf(daemon, ports.auth, isAccept, 'SIGTERM', ports));
  }
  report('restart-radius', `first Access-Accept after a start, ${subscribers} subscribers, ${sessions} open sessions`, [
    { label: 'very first start: declarations are read and applied', value: first.ms, unit: 'ms' },
    ...rowsOf('a bare Node process', results.bare),
    ...rowsOf('restart after it was stopped', results.stopped, results.bare),
    ...rowsOf('restart after it was killed', results.killed, results.bare),
    { label: 'and declarations in force after', value: medianOf(results.killed, 'inForceMs'), unit: 'ms' },
  ]);
});

function rowsOf(label, results, beside) {
  const ms = medianOf(results, 'ms');
  const ratio = beside === undefined ? {} : { ratio: `${(ms / medianOf(beside, 'ms')).toFixed(1)} × bare Node` };
  return [
    { label, value: ms, unit: 'ms', ...ratio },
    { label: `${label}: processor time`, value: medianOf(results, 'cpuMs'), unit: 'ms' },
  ];
}

function medianOf(results, name) {
  return median(results.map((each) => each[name]));
}

function startDaemon(folder, { auth, accounting, admin }) {
  const listen = ['--listen-auth', auth, '--listen-accounting', accounting, '--listen-admin', admin];
  const flags = listen.map((each) => (typeof each === 'number' ? `127.0.0.1:${each}` : each));
  const args = [main, 'run', join(folder, 'isp'), '--state', join(folder, 'state'), ...flags, '--log-level', 'info'];
  const env = { ...process.env, LASTMILE_SECRET_BENCH: sharedSecret };
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', openSync(logOf(folder), 'a')], env });
}

function logOf(folder) {
  return join(folder, 'daemon.log');
}

async function oneOf(start, port, isAnswer, signal, ports) {
  const { child, ...result } = await measured(start, port, isAnswer);
  const inForceMs = ports === undefined ? undefined : await inForce(ports.admin, result.at);
  await end(child, signal);
  return { ...result, inForceMs };
}

/** Starts it and asks, from the first moment on, until it answers. */
async function measured(start, port, isAnswer) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const asked = new Map();
  const answered = new Promise((resolve) => {
    socket.on('message', (answer) => {
      const request = asked.get(answer[1]);
      if (request !== undefined && isAnswer(answer, request)) resolve();
    });
  });
  const at = performance.now();
  const child = start();
  let identifier = 0;
  const asking = setInterval(() => {
    const request = accessRequest('pap', identifier & 255, anybody());
    asked.set(identifier++ & 255, request);
    socket.send(request, port, '127.0.0.1');
  }, askEveryMs);
  await Promise.race([answered, ended(child), patience()]);
  const ms = performance.now() - at;
  const cpuMs = cpuMicrosOf(child.pid) / 1000;
  clearInterval(asking);
  socket.close();
  return { child, at, ms, cpuMs };
}

function isAccept(answer, request) {
  if (!isRightAnswer(answer, request, 2)) throw new Error(`a wrong answer: code ${answer[0]}`);
  return true;
}

async function ended(child) {
  await once(child, 'exit');
  throw new Error('it ended before it answered');
}

async function patience() {
  await new Promise((resolve) => setTimeout(resolve, longestMs).unref());
  throw new Error(`no answer within ${longestMs / 1000} s`);
}

/** Resolves when declarations are served, with how long that took. */
async function inForce(admin, since = performance.now()) {
  await until('declarations in force', () => isInForce(admin), longestMs);
  return performance.now() - since;
}

async function isInForce(admin) {
  try {
    const answer = await fetch(`http://127.0.0.1:${admin}/readyz`);
    const { ready, notes } = await answer.json();
    return ready === true && notes === undefined ? true : undefined;
  } catch {
    return undefined;
  }
}

function keptFor(folder) {
  const kept = () => (readFileSync(logOf(folder), 'utf8').includes('kept for the next start') ? true : undefined);
  return until('what is served kept for the next start', kept, longestMs);
}

/** A Start for each, so many at a time, asked again until it is acknowledged. */
async function openSessions(port) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const waiting = new Map();
  socket.on('message', (answer) => waiting.get(answer[1])?.());
  let next = 0;
  const lane = async (identifier) => {
    while (next < sessions) {
      const index = next++;
      await acknowledged(identifier, index);
    }
  };
  const acknowledged = async (identifier, index) => {
    const packet = accountingRequest(identifier, index % subscribers, `restart-${index}`, accountingStatus.start, 0);
    await new Promise((resolve) => {
      const again = setInterval(() => socket.send(packet, port, '127.0.0.1'), 2000);
      waiting.set(identifier, () => {
        clearInterval(again);
        resolve();
      });
      socket.send(packet, port, '127.0.0.1');
    });
  };
  await Promise.all(Array.from({ length: 128 }, (_, identifier) => lane(identifier)));
  socket.close();
}
