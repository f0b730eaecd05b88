// A hundred scenarios of ten kinds, played by `lastmile test` on two routers: logins, quotas, suspensions, commits, guests, servers and
// routers that are away, months that go by. Beside the same with one scenario, which is what starting the command costs.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { aim, median, report } from './shared/report.mjs';

const count = Number(process.env.BENCH_SCENARIOS ?? 100);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const run = promisify(execFile);

const kinds = [
  [
    'fair-use',
    `
    - dial: {subscriber: anna, method: chap}
      expect: {accept: true, rate: 10M/50M}
    - consume: {subscriber: anna, down: 300G}
      expect: {sessions: [{subscriber: anna, rate: 2M/10M}]}
    - until: 2026-04-01
      expect: {sessions: [{subscriber: anna, rate: 10M/50M}]}
`,
  ],
  [
    'unpaid',
    `
    - dial: {subscriber: anna}
    - suspend: {subscriber: anna, reason: unpaid}
      expect: {result: applied, sessions: [{subscriber: anna, count: 0}]}
    - dial: {subscriber: anna}
      expect: {accept: false, reason: suspended}
    - resume: {subscriber: anna}
    - dial: {subscriber: anna}
      expect: {accept: true}
`,
  ],
  [
    'kept-by-the-router',
    `
    - cut: {radius: true}
    - dial: {subscriber: ben}
      expect: {accept: true, sessions: [{subscriber: ben, radius: false}]}
    - restore: {radius: true}
    - suspend: {subscriber: ben}
      expect: {sessions: [{subscriber: ben, count: 0}]}
    - dial: {subscriber: ben}
      expect: {accept: false}
`,
  ],
  [
    'guest',
    `
    - join: {mac: "0C:42:A1:00:00:09"}
    - open: {url: "http://neverssl.example/"}
      expect: {page: {heading: Welcome, text: [Be kind.]}}
    - submit: {fields: {terms: accepted}}
      expect: {accept: true}
    - wait: 2h
      expect: {rows: [{menu: /ip/hotspot/active, count: 0}]}
`,
  ],
  [
    'member',
    `
    - join: {mac: "0C:42:A1:00:00:0A"}
    - open: {url: "http://neverssl.example/"}
    - submit: {subscriber: gina, fields: {password: wrong}}
      expect: {accept: false}
    - submit: {subscriber: gina}
      expect: {accept: true, sessions: [{subscriber: gina, rate: 1M/5M}]}
`,
  ],
  [
    'faster',
    `
    - dial: {subscriber: anna}
    - edit: {object: Service/home, set: {rate.down: 60M}}
      expect: {sessions: [{subscriber: anna, count: 1, rate: 10M/60M}]}
    - edit: {object: Subscriber/anna, remove: true}
      expect: {sessions: [{username: anna, count: 0}]}
`,
  ],
  [
    'house',
    `
    - lease: {subscriber: hut}
      expect: {accept: true, rate: 30M/30M}
    - wait: 2d
      expect: {sessions: [{subscriber: hut, count: 1}]}
`,
  ],
  [
    'router-away',
    `
    - dial: {subscriber: ben}
    - cut: {router: north}
    - suspend: {subscriber: ben}
      expect: {result: partial, sessions: [{subscriber: ben, count: 1}]}
    - restore: {router: north}
    - wait: 10m
      expect: {sessions: [{subscriber: ben, count: 0}]}
`,
  ],
  [
    'coa-away',
    `
    - dial: {subscriber: anna, router: south}
    - cut: {coa: south}
    - edit: {object: Service/home, set: {rate.down: 60M}}
    - restore: {coa: south}
    - wait: 1h
    - dial: {subscriber: anna, router: south}
      expect: {accept: true, rate: 10M/60M}
`,
  ],
  [
    'year',
    `
    - dial: {subscriber: anna, router: south, method: mschap2}
      expect: {accept: true, address: 10.8.0.2}
    - wait: 360d
      expect: {sessions: [{subscriber: anna, rate: 10M/50M}]}
`,
  ],
];

const network = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: acme}
spec:
  timezone: Africa/Nairobi
  masterKey: {env: LASTMILE_SECRET_MASTER}
  radius: {servers: [{name: main, address: 192.0.2.10}]}
  portal: {listen: "0.0.0.0:8080", publicUrl: "https://wifi.example"}
---
apiVersion: lastmile/v1
kind: Router
metadata: {name: north}
spec:
  address: 192.0.2.1
  api: {username: lastmile, password: {env: LASTMILE_SECRET_API}}
  radius: {secret: {derive: 1}, sourceAddress: 10.9.9.1}
  pools: [{name: home, ranges: [10.0.0.2-10.0.0.254]}, {name: houses, ranges: [10.1.0.2-10.1.0.254]}]
  ppp: {localAddress: 10.0.0.1, servers: [{interface: ether2, name: north}]}
  dhcp: [{name: houses, interface: ether4, pool: houses, leaseTime: 1h, network: {address: 10.1.0.0/24, gateway: 10.1.0.1}}]
  hotspots: [{name: lobby, interface: ether3, address: 10.5.50.1, dnsName: login.example, loginBy: [http-pap]}]
---
apiVersion: lastmile/v1
kind: Router
metadata: {name: south}
spec:
  address: 192.0.2.2
  api: {username: lastmile, password: {env: LASTMILE_SECRET_API}}
  radius: {secret: {derive: 1}}
  pools: [{name: home, ranges: [10.8.0.2-10.8.0.254]}]
  ppp: {localAddress: 10.8.0.1, servers: [{interface: ether2, name: south}]}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec:
  access: [pppoe]
  rate: {down: 50M, up: 10M}
  address: {pool: home}
  quotas: [{name: fair, octets: 300G, period: month, then: {rate: {down: 10M, up: 2M}}}]
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: kept}
spec: {access: [pppoe], auth: local, rate: {down: 8M, up: 2M}, address: {pool: home}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: house}
spec: {access: [dhcp], rate: {down: 30M, up: 30M}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: guest}
spec: {access: [hotspot], rate: {down: 5M, up: 1M}, sessions: {timeout: 2h}}
---
apiVersion: lastmile/v1
kind: PortalSite
metadata: {name: lobby}
spec:
  bridge: {mikrotik: {router: north, hotspot: lobby}}
  methods: [login, click-through]
  services: {clickThrough: guest}
  terms: Be kind.
---
apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: all}
items:
  - {name: anna, service: home, username: anna, password: {derive: 1}}
  - {name: ben, service: kept, router: north, username: ben, password: {derive: 1}}
  - {name: hut, service: house, mac: ["0C:42:A1:00:00:07"]}
  - {name: gina, service: guest, username: gina, password: {derive: 1}}
`;

const folder = mkdtempSync(join(tmpdir(), 'lastmile-bench-'));
try {
  const [one, all] = [declared('one', 1), declared('all', count)];
  const results = { one: [], all: [] };
  for (let round = 0; round < rounds; round += 1) {
    results.one.push(await played(one));
    results.all.push(await played(all));
  }
  const [first, whole] = [median(results.one), median(results.all)];
  report('rehearsal', `${count} scenarios on ${availableParallelism()} cores`, [
    { label: 'one scenario, with the start of the command', value: first, unit: 's' },
    { label: `${count} scenarios`, value: whole, unit: 's', aim: aim(whole, '≤', 10) },
    { label: 'a further scenario', value: ((whole - first) / (count - 1)) * 1000, unit: 'ms' },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function played(isp) {
  const started = performance.now();
  await run(process.execPath, [main, 'test', isp]).catch((error) => {
    throw new Error(error.stdout + error.stderr);
  });
  return (performance.now() - started) / 1000;
}

function declared(name, scenarios) {
  const isp = join(folder, name);
  mkdirSync(isp);
  writeFileSync(join(isp, 'network.yaml'), network);
  const documents = Array.from({ length: scenarios }, (_, at) => {
    const [kind, steps] = kinds[at % kinds.length];
    return `---
apiVersion: lastmile/v1
kind: Scenario
metadata: {name: ${kind}-${at}}
spec:
  start: 2026-03-10T12:00
  steps: ${steps}`;
  });
  writeFileSync(join(isp, 'scenarios.yaml'), documents.join(''));
  return isp;
}
