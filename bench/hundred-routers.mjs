// A hundred routers of a thousand local subscribers each, one daemon: a reconcile that finds nothing to do, a commit that
// changes one subscriber, and both with one router away. Routers are simulated, in a process of their own.
import { execFile, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, report } from './shared/report.mjs';

const routerCount = Number(process.env.BENCH_ROUTERS ?? 100);
const perRouter = Number(process.env.BENCH_SUBSCRIBERS ?? 1000);
const rounds = 3;
const password = 'bench-password-0123456789';
const run = promisify(execFile);
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const self = fileURLToPath(import.meta.url);

if (process.argv[2] === 'routers') await serve();
else await measure();

async function measure() {
  const routers = fork(self, ['routers']);
  const [{ ports }] = await once(routers, 'message');
  const folder = mkdtempSync(join(tmpdir(), 'lastmile-bench-'));
  const isp = join(folder, 'isp');
  const state = join(folder, 'state');
  mkdirSync(isp);
  git(isp, 'init', '-q', '-b', 'main');
  writeFileSync(join(isp, 'network.yaml'), network(ports));
  for (let router = 0; router < routerCount; router += 1)
    writeFileSync(join(isp, `s${router}.yaml`), list(router, '1'));
  commit(isp);
  const args = [
    'run',
    isp,
    '--state',
    state,
    '--listen-admin',
    '127.0.0.1:0',
    '--print-listeners',
    '--log-level',
    'warn',
  ];
  const daemon = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(daemon.stdout, 'data');
    const first = await seconds(() => inStep(state));
    const noop = await repeated(() => reconcile(state), daemon);
    const change = await repeated((round) => changeOne(isp, routers, 0, `2-${round}`), daemon);
    routers.send({ away: routerCount - 1 });
    await once(routers, 'message');
    const noopAway = await repeated(() => reconcile(state), daemon);
    const changeAway = await repeated((round) => changeOne(isp, routers, 1, `3-${round}`), daemon);
    report('hundred-routers', `${routerCount} routers × ${perRouter} subscribers, local secrets`, [
      { label: 'first reconcile, every row written', value: first, unit: 's' },
      ...rowsOf('nothing to do', noop),
      ...rowsOf('one subscriber: commit to row on the router', change),
      ...rowsOf('nothing to do, one router away', noopAway, noop),
      ...rowsOf('one subscriber, one router away', changeAway, change),
      { label: 'memory of the daemon', value: memoryOf(daemon.pid), unit: 'MiB' },
    ]);
  } finally {
    daemon.kill('SIGKILL');
    routers.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowsOf(label, { wall, cpu }, beside) {
  const ratio = beside === undefined ? {} : { ratio: `${(wall / beside.wall).toFixed(2)} × all there` };
  return [
    { label, value: wall, unit: 's', ...ratio },
    { label: `${label}: processor time of the daemon`, value: cpu, unit: 's' },
  ];
}

async function repeated(work, daemon) {
  const walls = [];
  const cpus = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = cpuOf(daemon.pid);
    walls.push(await seconds(() => work(round)));
    cpus.push(cpuOf(daemon.pid) - before);
  }
  return { wall: median(walls), cpu: median(cpus) };
}

async function seconds(work) {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** The daemon may be asked before it has read what is declared. */
async function inStep(state) {
  for (let held = 0; held <= routerCount; ) {
    const { stdout } = await run(process.execPath, [main, 'status', '--state', state, '-o', 'json'], {
      maxBuffer: 1 << 28,
    }).catch((error) => error);
    const { targets = [] } = stdout === '' ? {} : JSON.parse(stdout);
    held = targets.filter(({ last }) => ['applied', 'in-sync'].includes(last?.result)).length;
  }
}

/** Ends with 1 when a router is away. */
async function reconcile(state) {
  await run(process.execPath, [main, 'reconcile', '--state', state, '-o', 'json'], { maxBuffer: 1 << 28 }).catch(
    (error) => {
      if (error.code !== 1 && error.code !== 5) throw error;
    },
  );
}

async function changeOne(isp, routers, router, word) {
  writeFileSync(join(isp, `s${router}.yaml`), list(router, word));
  routers.send({ waitFor: router, password: `secret-${word}` });
  const seen = once(routers, 'message');
  commit(isp);
  await seen;
}

function network(ports) {
  const routers = ports.map(
    (port, at) => `---
apiVersion: lastmile/v1
kind: Router
metadata: {name: r${at}}
spec: {address: 127.0.0.1, api: {port: ${port}, username: lastmile, password: ${password}}, auth: local}
`,
  );
  return `apiVersion: lastmile/v1
kind: Operator
metadata: {name: bench}
spec: {timezone: UTC, radius: {listen: {auth: "127.0.0.1:18120", accounting: "127.0.0.1:18130"}}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe], auth: local, rate: {down: 20M, up: 5M}}
${routers.join('')}`;
}

/** @param word ends the password of the first subscriber of the router */
function list(router, word) {
  const items = Array.from({ length: perRouter }, (_, at) => {
    const name = `r${router}-${at}`;
    return `  - {name: ${name}, username: ${name}@isp.example, password: secret-${at === 0 ? word : at}}`;
  });
  return `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: of-r${router}}
defaults: {service: home, router: r${router}}
items:
${items.join('\n')}
`;
}

function commit(isp) {
  git(isp, 'add', '-A');
  git(isp, '-c', 'user.name=Bench', '-c', 'user.email=bench@isp.example', 'commit', '-q', '-m', 'next');
}

function git(isp, ...args) {
  execFileSync('git', ['-C', isp, ...args], { stdio: 'ignore' });
}

/** Processor time so far, seconds (proc(5): fields 14 and 15 of stat, in ticks of 10 ms). */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function memoryOf(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

// ── the routers ──

async function serve() {
  const { SimulatedRouterOs } = await import('../dist/simulator/simulated-routeros.js');
  const { systemClock } = await import('../dist/base/system-clock.js');
  const routers = [];
  for (let at = 0; at < routerCount; at += 1) {
    routers.push(await SimulatedRouterOs.start({ clock: systemClock, users: [{ name: 'lastmile', password }] }));
  }
  const obey = async ({ away, waitFor, password: wanted }) => {
    if (away !== undefined) await routers[away][Symbol.asyncDispose]();
    const has = () => routers[waitFor].rows('/ppp/secret').some((row) => row.password === wanted);
    while (waitFor !== undefined && !has()) await new Promise((resolve) => setTimeout(resolve, 5));
    process.send({});
  };
  process.on('message', (order) => void obey(order));
  process.send({ ports: routers.map((router) => router.apiPort) });
}
