// The shipped command with a network of many subscribers, as an operator would declare it.
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  accessRequest,
  address,
  interimSeconds,
  megabits,
  password,
  plans,
  sessionSeconds,
  sharedSecret,
  username,
} from './radius-requests.mjs';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const perList = 1000;

/** Declares the network in `folder`/isp. */
export function declareNetwork(folder, subscribers) {
  const isp = join(folder, 'isp');
  mkdirSync(isp);
  writeFileSync(join(isp, 'network.yaml'), network());
  for (let from = 0; from < subscribers; from += perList) {
    writeFileSync(join(isp, `from-${from}.yaml`), list(from, Math.min(perList, subscribers - from)));
  }
}

/**
 * Starts the daemon on what `declareNetwork` wrote.
 *
 * @returns child, pid, ports of authentication and accounting, and after how many ms it let the first subscriber in
 */
export async function startDaemon(
  folder,
  { listen = { auth: '127.0.0.1:0', accounting: '127.0.0.1:0' }, node = [] } = {},
) {
  const started = performance.now();
  const log = join(folder, 'daemon.log');
  const flags = [
    '--state',
    join(folder, 'state'),
    '--listen-auth',
    listen.auth,
    '--listen-accounting',
    listen.accounting,
  ];
  const rest = ['--listen-admin', '127.0.0.1:0', '--print-listeners', '--log-level', 'warn'];
  const args = [...node, main, 'run', join(folder, 'isp'), ...flags, ...rest];
  const env = { ...process.env, LASTMILE_SECRET_BENCH: sharedSecret };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', openSync(log, 'w')], env });
  const giveUp = setTimeout(() => child.kill(), 120_000);
  const { auth, accounting } = await listeners(child, log);
  clearTimeout(giveUp);
  const port = portOf(auth);
  await firstAccept(port);
  const readyMs = performance.now() - started;
  return { child, pid: child.pid, port, accountingPort: portOf(accounting), readyMs };
}

/** It prints them again whenever they change: those of RADIUS come when the network is loaded. */
async function listeners(child, log) {
  for await (const line of createInterface({ input: child.stdout })) {
    const printed = JSON.parse(line);
    if (printed.auth !== undefined) return printed;
  }
  throw new Error(`the daemon ended before it listened:\n${readFileSync(log, 'utf8').slice(-2000)}`);
}

/** Asks until there is an answer, with a new request every 100 ms. */
async function firstAccept(port) {
  const socket = createSocket('udp4');
  const answered = once(socket, 'message');
  let identifier = 0;
  const asking = setInterval(() => socket.send(accessRequest('pap', identifier++ & 255, 0), port, '127.0.0.1'), 100);
  await answered;
  clearInterval(asking);
  socket.close();
}

function portOf(endpoint) {
  return Number(endpoint.split(':').at(-1));
}

function network() {
  const services = Array.from({ length: plans }, (_, plan) => {
    const { up, down } = megabits(plan);
    return `---
apiVersion: lastmile/v1
kind: Service
metadata: {name: plan-${plan}}
spec: {access: [pppoe], rate: {down: ${down}M, up: ${up}M}, sessions: {timeout: ${sessionSeconds}s, interim: ${interimSeconds}s}}
`;
  });
  return `apiVersion: lastmile/v1
kind: Operator
metadata: {name: bench}
spec:
  timezone: UTC
  radius:
    clients: [{name: bench, clientAddress: 127.0.0.1, secret: {env: LASTMILE_SECRET_BENCH}, profile: mikrotik}]
${services.join('')}`;
}

function list(from, count) {
  const items = Array.from({ length: count }, (_, at) => {
    const index = from + at;
    const name = username(index);
    return `  - {name: ${name}, username: ${name}, password: ${password(index)}, service: plan-${index % plans}, address: ${address(index)}}`;
  });
  return `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: from-${from}}
items:
${items.join('\n')}
`;
}
