// Accounting records acknowledged per second, 128 in flight, each only once it is synced to disk; beside it what the disk itself
// gives for the same octets with group commit, the same with the sessions kept but nothing written, and with nothing done at all.
// Start, two Interims and Stop per session.
import { constants } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { GroupCommit } from '../dist/accounting/group-commit.js';
import { AccountingStore } from '../dist/accounting/store.js';
import { Store } from '../dist/store/store.js';
import { report } from './shared/report.mjs';

const inFlight = 128;
const rounds = 3;
const seconds = 3;
const log = pino({ level: 'silent' });
const clock = { now: () => Date.now(), monotonic: () => performance.now(), sleep: () => new Promise(() => {}) };

const contenders = [
  { name: 'synced to disk', open: (dir) => openStore(dir, (store) => store) },
  { name: 'the same octets, appended and synced', open: (dir) => disk(dir) },
  { name: 'sessions only, nothing written', open: (dir) => openStore(dir, withoutWriting) },
  { name: 'nothing done', open: async () => nothing() },
];

const runs = new Map(contenders.map(({ name }) => [name, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const contender of contenders) runs.get(contender.name).push(await run(contender));
}
const medians = contenders.map(({ name }) => middleOf(runs.get(name)));
const [, raw, kept] = medians.map(({ recordsPerSecond }) => recordsPerSecond);
report(
  'accounting',
  'accounting records acknowledged, 128 in flight',
  medians.flatMap(({ name, recordsPerSecond, p99Ms, cpuMicroseconds }, at) => [
    {
      label: `${name}: acknowledged`,
      value: recordsPerSecond,
      unit: '1/s',
      ...(at === 0
        ? {
            ratio: `${(recordsPerSecond / raw).toFixed(2)} × the disk, ${(recordsPerSecond / kept).toFixed(2)} × nothing written`,
          }
        : {}),
    },
    { label: `${name}: p99`, value: p99Ms, unit: 'ms' },
    { label: `${name}: processor time`, value: cpuMicroseconds, unit: 'µs' },
  ]),
);

async function run({ name, open }) {
  const dir = await mkdtemp(join(tmpdir(), 'lastmile-bench-'));
  const sink = await open(dir);
  const latencies = [];
  const until = performance.now() + seconds * 1000;
  const began = performance.now();
  const cpu = process.cpuUsage();
  let next = 0;
  const sender = async () => {
    while (performance.now() < until) {
      const sent = performance.now();
      await sink.record(recordNumber(next++));
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, sender));
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  await sink.close();
  await rm(dir, { recursive: true, force: true });
  latencies.sort((a, b) => a - b);
  const at = (share) => Number(latencies[Math.floor(latencies.length * share)].toFixed(2));
  const recordsPerSecond = Math.round((latencies.length / took) * 1000);
  const cpuMicroseconds = Number(((user + system) / latencies.length).toFixed(1));
  return { name, recordsPerSecond, p50Ms: at(0.5), p99Ms: at(0.99), cpuMicroseconds };
}

async function openStore(dir, wrap) {
  const store = await Store.open(dir, { clock, log });
  const accounting = await AccountingStore.open(wrap(store), { clock, log });
  return {
    record: (event) => accounting.record(event),
    close: async () => {
      await accounting.close();
      await store.close();
    },
  };
}

function withoutWriting(store) {
  return {
    table: (name) => store.table(name),
    replay: (after, onDamage) => store.replay(after, onDamage),
    get journal() {
      return store.journal;
    },
    wasRepaired: false,
    append: async (at) => ({ sequence: 0, segment: '', offset: 0, at }),
    write: async () => {},
    writeInTurns: async () => {},
    reopen: () => store.reopen(),
    onBroken: (listener) => store.onBroken(listener),
  };
}

/** Records as they come, one file, one call for what came together. */
async function disk(dir) {
  const file = await open(join(dir, 'records'), constants.O_WRONLY | constants.O_CREAT | constants.O_DSYNC);
  let end = 0;
  const commit = async (records) => {
    const octets = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
    await file.write(octets, 0, octets.length, end);
    end += octets.length;
  };
  const commits = new GroupCommit({ maxWaiting: 10_000, maxTogether: 2000, commit, more: () => false });
  return { record: (event) => commits.add(event), close: () => file.close() };
}

function nothing() {
  const commits = new GroupCommit({ maxWaiting: 10_000, maxTogether: 2000, commit: async () => {}, more: () => false });
  return { record: (event) => commits.add(event), close: async () => {} };
}

/** Sessions of 100,000 subscribers, 200 at a time between Start and Stop. */
function recordNumber(n) {
  const session = Math.floor(n / 800) * 200 + (n % 200);
  const step = Math.floor((n % 800) / 200);
  const subscriber = session % 100_000;
  return {
    status: ['start', 'interim', 'interim', 'stop'][step],
    statusNumber: [1, 3, 3, 2][step],
    nas: 'core-1',
    sourceAddress: '192.0.2.1',
    receivedAt: Date.now(),
    eventTimestamp: Math.floor(Date.now() / 1000),
    delaySeconds: 0,
    sessionId: (0x81000000 + session).toString(16),
    username: `subscriber-${subscriber}`,
    framedIpAddress: `10.${subscriber >> 16}.${(subscriber >> 8) & 255}.${subscriber & 255}`,
    callingStationId: '02:00:00:00:00:01',
    calledStationId: 'pppoe-home',
    nasIdentifier: 'core-1',
    nasIpAddress: '192.0.2.1',
    nasPort: 15728640 + session,
    nasPortId: 'ether2',
    class: '01a0b1c2d3e4f5061728394a5b6c7d8e',
    ...(step === 0
      ? {}
      : {
          sessionSeconds: step * 120,
          inputOctets: step * 1_000_000,
          inputGigawords: 0,
          outputOctets: step * 9_000_000,
          outputGigawords: 0,
        }),
    ...(step === 3 ? { terminateCause: 1 } : {}),
    raw: 'KAYAAAABBgYAAAACLQYAAAABPQYAAAAPHxMwMjowMDowMDowMDowMDowMR4McHBwb2UtaG9tZVcIZXRoZXIyAQdhbm5hLAo4MTAwMDAwMQgGCgAABw=='.repeat(
      2,
    ),
  };
}

function middleOf(results) {
  const sorted = [...results].sort((a, b) => a.recordsPerSecond - b.recordsPerSecond);
  return sorted[Math.floor(sorted.length / 2)];
}
