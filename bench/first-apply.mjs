// First apply of PPP secrets to an empty router, and a second run that finds nothing to do: `lastmile apply` beside
// python3-librouteros, which writes and looks one by one. The same simulated router, behind the same line.
import { execFile, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { aim, report } from './shared/report.mjs';

const rowCount = Number(process.env.BENCH_ROWS ?? 10_000);
const trips = [1, 20];
const password = 'bench-password-0123456789';
const run = promisify(execFile);
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const self = fileURLToPath(import.meta.url);
/** The one that has the package python3-librouteros. */
const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import librouteros'], { stdio: 'ignore' }).status === 0,
);

if (process.argv[2] === 'router') await serve();
else if (python === undefined) throw new Error('install the package python3-librouteros');
else await compare();

async function compare() {
  const rows = [];
  for (const rtt of trips) {
    const peer = await measure(rtt, librouteros);
    const ours = await measure(rtt, lastmile);
    console.error(`${rtt} ms: ours ${JSON.stringify(ours)}, librouteros ${JSON.stringify(peer)}`);
    const beside = (value, other) => ({ ratio: `${(other / value).toFixed(1)} × librouteros` });
    // At 1 ms both wait for processors, not for the line.
    const first = rtt < 20 ? {} : { aim: aim(peer.first / ours.first, '≥', 6, 30) };
    rows.push(
      { label: `librouteros, ${rtt} ms: first`, value: peer.first, unit: 's' },
      { label: `librouteros, ${rtt} ms: again`, value: peer.again, unit: 's' },
      {
        label: `lastmile apply, ${rtt} ms: first`,
        value: ours.first,
        unit: 's',
        ...beside(ours.first, peer.first),
        ...first,
      },
      { label: `lastmile apply, ${rtt} ms: again`, value: ours.again, unit: 's', ...beside(ours.again, peer.again) },
    );
  }
  report('first-apply', `${rowCount.toLocaleString('en')} rows of /ppp/secret, from the command to its end`, rows);
}

/** Seconds of the first run and of the second, on a router of its own behind a line of its own. */
async function measure(rtt, contender) {
  const router = fork(self, ['router']);
  const [{ port: near }] = await once(router, 'message');
  const line = fork(new URL('./shared/slow-line.mjs', import.meta.url), ['127.0.0.1', String(near), String(rtt)]);
  const [{ port }] = await once(line, 'message');
  const folder = mkdtempSync(join(tmpdir(), 'lastmile-bench-'));
  try {
    const go = contender(folder, port);
    const first = await seconds(go);
    router.send('count');
    const [{ count }] = await once(router, 'message');
    if (count !== rowCount) throw new Error(`${contender.name} made ${count} rows of ${rowCount}`);
    return { first, again: await seconds(go) };
  } finally {
    rmSync(folder, { recursive: true });
    line.kill();
    router.kill();
  }
}

async function seconds(work) {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

// ── the contenders ──

function lastmile(folder, port) {
  const items = names().map(
    (name) => `  - {name: ${name}, username: ${name}@isp.example, password: secret-of-${name}}`,
  );
  writeFileSync(
    join(folder, 'network.yaml'),
    `apiVersion: lastmile/v1
kind: Operator
metadata: {name: bench}
spec: {timezone: UTC}
---
apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 127.0.0.1
  api: {port: ${port}, username: lastmile, password: ${password}}
  auth: local
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe], auth: local, routers: [core-1], rate: {down: 20M, up: 5M}}
---
apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: all}
defaults: {service: home}
items:
${items.join('\n')}
`,
  );
  const state = join(folder, 'state');
  return () => run(process.execPath, [main, 'apply', folder, '--auto-approve', '--target', 'core-1', '--state', state]);
}

function librouteros(folder, port) {
  const script = join(folder, 'one-by-one.py');
  writeFileSync(script, oneByOne());
  return () => run(python, [script, String(port), String(rowCount), password], { maxBuffer: 1 << 20 });
}

function oneByOne() {
  return `
import sys
from librouteros import connect
from librouteros.query import Key

port, count, password = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
api = connect(host='127.0.0.1', port=port, username='lastmile', password=password, timeout=120)
secrets, profiles = api.path('ppp', 'secret'), api.path('ppp', 'profile')
key = Key('name')
wanted = {'service': 'pppoe', 'profile': 'home'}
if not list(profiles.select(key).where(key == 'home')):
    profiles.add(name='home', **{'rate-limit': '5M/20M'})
for number in range(count):
    name = 's%d@isp.example' % number
    there = list(secrets.select(Key('.id'), key, Key('service'), Key('profile')).where(key == name))
    if not there:
        secrets.add(name=name, password='secret-of-s%d' % number, **wanted)
    elif any(there[0].get(field) != value for field, value in wanted.items()):
        secrets.update(**{'.id': there[0]['.id']}, **wanted)
`;
}

function names() {
  return Array.from({ length: rowCount }, (_, at) => `s${at}`);
}

// ── the router ──

async function serve() {
  const { SimulatedRouterOs } = await import('../dist/simulator/simulated-routeros.js');
  const { systemClock } = await import('../dist/base/system-clock.js');
  const router = await SimulatedRouterOs.start({ clock: systemClock, users: [{ name: 'lastmile', password }] });
  process.on('message', () => process.send({ count: router.rows('/ppp/secret').length }));
  process.send({ port: router.apiPort });
}
