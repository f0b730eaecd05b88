// `node bench/quotas.mjs [SUBSCRIBERS]`: what quotas cost the processor, with so many subscribers (100,000) of whom each has one of the
// month with free hours and one of the day: of each record of accounting, and of each time that somebody is at another step.
// Beside them a look at all of the directory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Secret } from '../dist/base/secret.js';
import { systemClock } from '../dist/base/system-clock.js';
import { Engine } from '../dist/daemon/engine.js';
import { QuotaKeeper } from '../dist/daemon/quota/quota-keeper.js';
import { QuotaRecords } from '../dist/daemon/quota/quota-records.js';
import { Reconciler } from '../dist/daemon/targets/reconciler.js';
import { loadManifest } from '../dist/manifest/load-manifest.js';
import { secretResolver } from '../dist/secrets/secret-resolver.js';
import { report } from './shared/report.mjs';

const subscribers = Number(process.argv[2] ?? 100_000);
const records = 1_000_000;
const crossings = 200;
const log = pino({ level: 'silent' });
const origin = { file: 'network.yaml', line: 1, column: 1 };
const slow = { type: 'limit', rate: { down: 2_000_000, up: 1_000_000 } };
const usual = { name: 'month', of: 'octets', direction: 'total', period: 'month', anchor: 1 };
const service = {
  name: 'home',
  labels: {},
  access: ['pppoe'],
  rate: { down: 20_000_000, up: 5_000_000 },
  sessions: { interimSeconds: 120 },
  attributes: [],
  origin,
  quotas: [
    {
      ...usual,
      amount: '300000000000',
      freeHours: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 0, till: 360 }],
      steps: [{ from: '300000000000', effect: slow }],
    },
    { ...usual, name: 'day', period: 'day', amount: '50000000000', steps: [{ from: '50000000000', effect: slow }] },
  ],
};

const dir = await mkdtemp(join(tmpdir(), 'lastmile-bench-'));
try {
  const engine = await Engine.open({ stateDir: dir, clock: systemClock, log, fillRandom: (octets) => octets.fill(1) });
  const books = hearing();
  const tables = { quota: engine.store.table('quota'), topups: engine.store.table('topups') };
  const keeper = new QuotaKeeper({
    ...{ records: await QuotaRecords.open(tables), accounting: books.port, meta: engine.store.table('meta') },
    ...{ clock: systemClock, log },
  });
  const model = await modelOf(subscribers);
  await keeper.follow(model);
  const rows = [await charged(books), ...(await crossed(engine, keeper, books, model))];
  report('quotas', `quotas of ${subscribers.toLocaleString('en')} subscribers`, rows);
  await keeper[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
} finally {
  await rm(dir, { recursive: true, force: true });
}

/** Records of everybody in turn. What reading them once costs is not counted. */
async function charged(books) {
  for (let at = 0; at < subscribers; at += 1) {
    books.store(at, 1n);
    if (at % 1000 === 999) await new Promise(setImmediate);
  }
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const before = process.cpuUsage();
  for (let at = 0; at < records; at += 1) books.store(at % subscribers, 1000n);
  return { label: 'of a record of accounting', value: micros(before) / records, unit: 'µs' };
}

async function crossed(engine, keeper, books, model) {
  let settled = () => undefined;
  const reconciler = new Reconciler({
    ...{ engine, clock: systemClock, log, random: () => 0.5, quotas: keeper },
    onReport: (each) => each.target === 'directory' && settled(),
  });
  const reported = () => new Promise((resolve) => (settled = resolve));
  keeper.onChange((changed, of) => reconciler.changedByThemselves(changed, of));
  const first = reported();
  await reconciler.follow({ model, revision: 'one' });
  await first;
  const some = process.cpuUsage();
  for (let at = 0; at < crossings; at += 1) {
    const next = reported();
    books.store(at * 7, 60_000_000_000n);
    await next;
  }
  const crossing = micros(some) / crossings;
  const all = process.cpuUsage();
  for (let at = 0; at < 5; at += 1) await reconciler.request('time', ['directory']);
  const whole = micros(all) / 5;
  await reconciler[Symbol.asyncDispose]();
  return [
    { label: 'of a step that is reached', value: crossing / 1000, unit: 'ms' },
    { label: 'of a look at the whole directory', value: whole / 1000, unit: 'ms' },
  ];
}

/** Accounting as far as quotas see it. */
function hearing() {
  let told = () => undefined;
  let sequence = 1;
  const port = {
    onStored: (listener) => {
      told = listener;
      return () => undefined;
    },
    ...{ usage: async () => [], history: async () => [], openOf: () => [], touchedAfter: async () => [] },
    ...{ timeSince: 0, sequence: 1 },
  };
  const store = (at, down) => {
    const hour = Math.floor(Date.now() / 900_000) / 4;
    const after = { username: `u${at}`, startedAt: 0, sessionSeconds: 0 };
    sequence += 1;
    told(after, false, { before: after, after, used: { sequence, hours: [{ hour, up: 0n, down, onlineMs: 1000 }] } });
  };
  return { port, store };
}

async function modelOf(count) {
  const text = 'apiVersion: lastmile/v1\nkind: Operator\nmetadata: {name: acme}\nspec: {timezone: Africa/Nairobi}\n';
  const options = { secrets: secretResolver({ env: {} }), mode: 'use' };
  const { model } = loadManifest([{ path: 'a.yaml', text }], options);
  const subscriptions = Array.from({ length: count }, (_, at) => ({
    ...{ id: `u${at}`, subscriber: `u${at}`, username: `u${at}`, password: new Secret('secret'), labels: {}, service },
    ...{ macs: [], localOn: [], radius: true, attributes: [], state: 'active', origin },
  }));
  return { ...model, services: [service], subscriptions };
}

function micros(before) {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
