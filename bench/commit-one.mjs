// One subscriber among a hundred thousand is changed by a commit that is pushed to a bare repository: from the push to the row on
// a simulated router, or to the other RADIUS answer and the CoA-Request. BENCH_LAYOUT=files: a file for each, not a hundred lists.
// BENCH_SOURCE=mirror: the daemon mirrors the repository, and is told of each push by a signed webhook.
import { execFile, execFileSync, fork, spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freeTcpPort, freeUdpPorts } from './shared/ports.mjs';
import { cpuMicrosOf, end, memoryOf, until } from './shared/processes.mjs';
import {
  accessRequest,
  accountingRequest,
  accountingStatus,
  isRightAnswer,
  password,
  sharedSecret,
  username,
} from './shared/radius-requests.mjs';
import { aim, median, report } from './shared/report.mjs';

const subscribers = Number(process.env.BENCH_SUBSCRIBERS ?? 100_000);
const commits = Number(process.env.BENCH_COMMITS ?? 50);
const layout = process.env.BENCH_LAYOUT ?? 'lists';
const mirrored = process.env.BENCH_SOURCE === 'mirror';
const hookSecret = 'bench-hook-secret-0123456789abcd';
const longestMs = Number(process.env.BENCH_PATIENCE_MS ?? 600_000);
const perList = 1000;
/** The last thousand are let in by the router itself. */
const firstLocal = subscribers - perList;
const askEveryMs = 5;
const routerPassword = 'bench-password-0123456789';
const run = promisify(execFile);
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const self = fileURLToPath(import.meta.url);

async function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'lastmile-bench-'));
  const router = fork(self, ['router']);
  let daemon;
  try {
    const [{ port: api }] = await once(router, 'message');
    const udp = await freeUdpPorts(['auth', 'accounting', 'coa']);
    const ports = { ...udp, api, admin: await freeTcpPort() };
    const repository = declared(folder, ports);
    daemon = startDaemon(folder, ports);
    await until('declarations in force', () => isInForce(ports.admin), longestMs);
    router.send({ waitFor: localPassword(firstLocal, 0) });
    await once(router, 'message');
    await logged(folder, 'kept for the next start');
    const results = await changes({ repository, router, ports, pid: daemon.pid });
    const all = [...results.radius, ...results.coa, ...results.row];
    console.log(histogram(all));
    report(
      'commit-one',
      `one of ${subscribers} subscribers, ${layout}${mirrored ? ', mirrored' : ''}, from git push on; ${commits} commits`,
      [
        ...rowsOf('other RADIUS answer', results.radius),
        ...rowsOf('CoA-Request', results.coa),
        ...rowsOf('row on the router', results.row),
        { ...rowOf('all of them: p95', percentile(all, 0.95)), aim: aim(percentile(all, 0.95), '≤', 1000, 300) },
        rowOf('of it git push itself', median(results.push)),
        rowOf('processor time of the daemon, a commit', median(results.cpu)),
        { label: 'memory of the daemon', value: memoryOf(daemon.pid), unit: 'MiB' },
      ],
    );
  } finally {
    if (daemon !== undefined) await end(daemon, 'SIGKILL');
    router.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every other commit changes the plan of somebody who is online by RADIUS, the others the password of a row. */
async function changes({ repository, router, ports, pid }) {
  const results = { radius: [], coa: [], row: [], push: [], cpu: [] };
  const nas = await Nas.open(ports);
  for (let at = 0; at < commits; at += 1) {
    const step = Math.floor(at / 2) + 1;
    const before = cpuMicrosOf(pid);
    if (at % 2 === 0) {
      const index = (step * 3989) % firstLocal;
      await nas.begin(index);
      const seen = nas.changed(index, await nas.answer(index));
      repository.change(index, { plan: 'other' });
      const pushed = performance.now();
      results.push.push(await repository.push());
      const { answeredAt, toldAt } = await seen;
      results.radius.push(answeredAt - pushed);
      results.coa.push(toldAt - pushed);
    } else {
      repository.change(firstLocal, { step });
      router.send({ waitFor: localPassword(firstLocal, step) });
      const held = once(router, 'message');
      const pushed = performance.now();
      results.push.push(await repository.push());
      await held;
      results.row.push(performance.now() - pushed);
    }
    results.cpu.push((cpuMicrosOf(pid) - before) / 1000);
  }
  nas.close();
  return results;
}

// ── what is declared ──

function declared(folder, ports) {
  const [bare, work] = [join(folder, 'isp.git'), join(folder, 'work')];
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', bare]);
  execFileSync('git', ['init', '-q', '-b', 'main', work]);
  const git = (...args) => execFileSync('git', ['-C', work, ...args], { stdio: 'ignore' });
  git('remote', 'add', 'origin', bare);
  git('config', 'user.name', 'Bench');
  git('config', 'user.email', 'bench@isp.example');
  writeFileSync(join(work, 'network.yaml'), network(ports));
  for (let from = 0; from < subscribers; from += perList) writeFiles(work, from);
  git('add', '-A');
  git('commit', '-q', '-m', 'network');
  git('push', '-q', 'origin', 'main');
  return {
    change(index, changed) {
      const from = index - (index % perList);
      const path = layout === 'files' ? pathOf(index) : `from-${from}.yaml`;
      writeFileSync(join(work, path), layout === 'files' ? document(index, changed) : list(from, { [index]: changed }));
      git('add', path);
      git('commit', '-q', '-m', `change ${index}`);
    },
    async push() {
      const started = performance.now();
      await run('git', ['-C', work, 'push', '-q', 'origin', 'main']);
      const tookMs = performance.now() - started;
      if (mirrored) await tellPush(ports.admin);
      return tookMs;
    },
  };
}

/** As GitHub does. */
async function tellPush(admin) {
  const body = JSON.stringify({ ref: 'refs/heads/main' });
  const signature = createHmac('sha256', hookSecret).update(body).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` };
  const { status } = await fetch(`http://127.0.0.1:${admin}/hooks/git`, { method: 'POST', headers, body });
  if (status !== 202) throw new Error(`the webhook was answered ${status}`);
}

function writeFiles(work, from) {
  if (layout !== 'files') return writeFileSync(join(work, `from-${from}.yaml`), list(from));
  mkdirSync(join(work, `from-${from}`));
  for (let index = from; index < from + perList; index += 1) writeFileSync(join(work, pathOf(index)), document(index));
}

function pathOf(index) {
  return `from-${index - (index % perList)}/${username(index)}.yaml`;
}

function network({ api, coa }) {
  return `apiVersion: lastmile/v1
kind: Operator
metadata: {name: bench}
spec:
  timezone: UTC
  source: {hooks: [{name: bench, secret: {env: LASTMILE_SECRET_HOOK}}]}
  radius:
    clients: [{name: bench, clientAddress: 127.0.0.1, secret: {env: LASTMILE_SECRET_BENCH}, profile: mikrotik, coaPort: ${coa}}]
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe], rate: {down: 20M, up: 5M}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: other}
spec: {access: [pppoe], rate: {down: 50M, up: 10M}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: local}
spec: {access: [pppoe], auth: local, rate: {down: 20M, up: 5M}}
---
apiVersion: lastmile/v1
kind: Router
metadata: {name: r0}
spec: {address: 127.0.0.1, api: {port: ${api}, username: lastmile, password: ${routerPassword}}, auth: local}
`;
}

function fields(index, { plan = 'home', step = 0 } = {}) {
  const word = index < firstLocal ? password(index) : localPassword(index, step);
  const place = index < firstLocal ? `service: ${plan}` : 'service: local, router: r0';
  return `username: ${username(index)}, password: ${word}, ${place}`;
}

function localPassword(index, step) {
  return `${password(index)}-${step}`;
}

function document(index, changed) {
  return `apiVersion: lastmile/v1
kind: Subscriber
metadata: {name: ${username(index)}}
spec: {${fields(index, changed)}}
`;
}

function list(from, changed = {}) {
  const items = Array.from({ length: perList }, (_, at) => {
    const index = from + at;
    return `  - {name: ${username(index)}, ${fields(index, changed[index])}}`;
  });
  return `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: from-${from}}
items:
${items.join('\n')}
`;
}

// ── the daemon ──

function startDaemon(folder, { auth, accounting, admin }) {
  const at = (port) => `127.0.0.1:${port}`;
  const listen = ['--listen-auth', at(auth), '--listen-accounting', at(accounting), '--listen-admin', at(admin)];
  const repository = join(folder, 'isp.git');
  const source = mirrored ? ['--repo', repository, '--ref', 'main', '--poll-seconds', '3600'] : [repository];
  const args = [main, 'run', ...source, '--state', join(folder, 'state'), ...listen];
  const env = { ...process.env, LASTMILE_SECRET_BENCH: sharedSecret, LASTMILE_SECRET_HOOK: hookSecret };
  const log = openSync(logOf(folder), 'a');
  const node = (process.env.BENCH_NODE_ARGS ?? '').split(' ').filter((each) => each !== '');
  return spawn(process.execPath, [...node, ...args, '--log-level', 'info'], { stdio: ['ignore', log, log], env });
}

function logOf(folder) {
  return join(folder, 'daemon.log');
}

function logged(folder, words) {
  return until(words, () => (readFileSync(logOf(folder), 'utf8').includes(words) ? true : undefined), longestMs);
}

async function isInForce(admin) {
  try {
    const { ready, notes } = await (await fetch(`http://127.0.0.1:${admin}/readyz`)).json();
    return ready === true && notes === undefined ? true : undefined;
  } catch {
    return undefined;
  }
}

// ── the NAS ──

class Nas {
  #ports;
  #asking;
  #taking;
  #waiting = new Map();
  #told = () => undefined;
  #identifier = 0;

  constructor(ports, asking, taking) {
    this.#ports = ports;
    this.#asking = asking;
    this.#taking = taking;
    asking.on('message', (answer) => this.#waiting.get(answer[1])?.(answer));
    taking.on('message', (packet, { port, address }) => {
      if (packet[0] === 43) this.#told(performance.now());
      taking.send(acknowledgement(packet), port, address);
    });
  }

  static async open(ports) {
    const asking = createSocket('udp4').bind(0, '127.0.0.1');
    const taking = createSocket('udp4').bind(ports.coa, '127.0.0.1');
    await Promise.all([once(asking, 'listening'), once(taking, 'listening')]);
    return new Nas(ports, asking, taking);
  }

  /** Somebody is online. */
  async begin(index) {
    const make = (identifier) => accountingRequest(identifier, index, `81${index}`, accountingStatus.start, 0);
    await this.#exchange(make, this.#ports.accounting, (answer) => answer[0] === 5);
  }

  /** What a login is answered, without what is another each time: the rate it is given. */
  async answer(index) {
    let request;
    const make = (identifier) => {
      request = accessRequest('pap', identifier, index);
      return request;
    };
    const answer = await this.#exchange(make, this.#ports.auth, (each) => isRightAnswer(each, request, 2));
    return rateIn(answer);
  }

  /** Resolves when logins are answered otherwise, and the session was told. */
  async changed(index, before) {
    const told = new Promise((resolve) => {
      this.#told = resolve;
    });
    while ((await this.answer(index)) === before) await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    const answeredAt = performance.now();
    return { answeredAt, toldAt: await told };
  }

  async #exchange(make, port, isRight) {
    const identifier = this.#identifier++ & 255;
    const packet = make(identifier);
    return await new Promise((resolve) => {
      const send = () => this.#asking.send(packet, port, '127.0.0.1');
      const again = setInterval(send, 1000);
      this.#waiting.set(identifier, (answer) => {
        if (!isRight(answer)) return;
        clearInterval(again);
        resolve(answer);
      });
      send();
    });
  }

  close() {
    this.#asking.close();
    this.#taking.close();
  }
}

/** Mikrotik-Rate-Limit: attribute 8 of vendor 14988. */
function rateIn(packet) {
  for (let at = 20; at < packet.length; at += packet[at + 1]) {
    if (packet[at] === 26 && packet.readUInt32BE(at + 2) === 14_988 && packet[at + 6] === 8)
      return packet.toString('latin1', at + 8, at + packet[at + 1]);
  }
  throw new Error('an answer without a rate');
}

/** CoA-ACK or Disconnect-ACK (RFC 5176 §2.3). */
function acknowledgement(request) {
  const head = Buffer.from([request[0] + 1, request[1], 0, 20]);
  const proof = createHash('md5').update(head).update(request.subarray(4, 20)).update(sharedSecret).digest();
  return Buffer.concat([head, proof]);
}

// ── figures ──

function rowsOf(label, values) {
  return [rowOf(`${label}: p50`, percentile(values, 0.5)), rowOf(`${label}: p95`, percentile(values, 0.95))];
}

function rowOf(label, value) {
  return { label, value, unit: 'ms' };
}

function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)];
}

/** A line for each tenth of a second. */
function histogram(values) {
  const counts = new Map();
  for (const value of values) counts.set(Math.floor(value / 100), (counts.get(Math.floor(value / 100)) ?? 0) + 1);
  const lines = [...counts].sort(([a], [b]) => a - b);
  return lines.map(([tenth, count]) => `  ${String(tenth * 100).padStart(5)} ms  ${'#'.repeat(count)}`).join('\n');
}

// ── the router ──

async function serve() {
  const { SimulatedRouterOs } = await import('../dist/simulator/simulated-routeros.js');
  const { systemClock } = await import('../dist/base/system-clock.js');
  const router = await SimulatedRouterOs.start({
    clock: systemClock,
    users: [{ name: 'lastmile', password: routerPassword }],
  });
  const tellOf = async (password) => {
    const has = () => router.rows('/ppp/secret').some((row) => row.password === password);
    while (!has()) await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    process.send({});
  };
  process.on('message', ({ waitFor }) => void tellOf(waitFor));
  process.send({ port: router.apiPort });
}

if (process.argv[2] === 'router') await serve();
else await measure();
