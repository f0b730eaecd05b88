// `node --expose-gc bench/booting-nas.mjs [SESSIONS]`: so many open sessions (1,000,000) of 10,000 NAS: memory of each, and how long the
// loop stands still while a NAS with 100,000 of them boots, and while somebody asks who had an address.
import { openSync, readSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { parseAddressRange } from '../dist/accounting/addresses/address-range.js';
import { AccountingStore } from '../dist/accounting/store.js';
import { systemClock } from '../dist/base/system-clock.js';
import { Store } from '../dist/store/store.js';
import { aim, report } from './shared/report.mjs';

const sessions = Number(process.argv[2] ?? 1_000_000);
const booting = sessions / 10;
const log = pino({ level: 'silent' });
const schedstat = process.platform === 'linux' ? openSync(`/proc/self/task/${process.pid}/schedstat`, 'r') : undefined;
const dir = await mkdtemp(join(tmpdir(), 'lastmile-bench-'));
try {
  const store = await Store.open(dir, { clock: systemClock, log });
  const accounting = await AccountingStore.open(store, { clock: systemClock, log });
  const before = memory();
  for (let at = 0; at < sessions; at += 2000) {
    await Promise.all(
      Array.from({ length: Math.min(2000, sessions - at) }, (_, each) => accounting.record(startOf(at + each))),
    );
  }
  const perSession = (memory() - before) / sessions;
  const boots = await watched(async () => {
    await accounting.record({ ...common(0), status: 'on', statusNumber: 7, receivedAt: Date.now() + 1000 });
    while (accounting.openCount > sessions - booting) await new Promise((resolve) => setTimeout(resolve, 10));
  });
  const asks = await watched(() =>
    accounting.holders({ range: parseAddressRange('10.1.2.3'), at: Date.now(), limit: 10, interimSeconds: 120 }),
  );
  report(
    'booting-nas',
    `${sessions.toLocaleString('en')} open sessions of 10,000 NAS, one of which boots with ${booting.toLocaleString('en')}`,
    [
      { label: 'memory of an open session', value: perSession, unit: 'B' },
      { label: 'its sessions ended within', value: boots.ms, unit: 'ms' },
      {
        label: 'meanwhile a turn of the loop took, p99',
        value: boots.p99Ms,
        unit: 'ms',
        aim: aim(boots.p99Ms, '≤', 10),
      },
      { label: 'and at most', value: boots.mostMs, unit: 'ms' },
      {
        label: 'a login waited for its turn, p99',
        value: boots.waitP99Ms,
        unit: 'ms',
        aim: aim(boots.waitP99Ms, '≤', 10),
      },
      { label: 'who had an address', value: asks.ms, unit: 'ms' },
      { label: 'meanwhile the loop stood still for at most', value: asks.mostMs, unit: 'ms' },
    ],
  );
  await accounting.close();
  await store.close();
} finally {
  await rm(dir, { recursive: true, force: true });
}

function common(nas) {
  return { nas: `core-${nas}`, sourceAddress: '192.0.2.1', raw: '' };
}

function startOf(at) {
  return {
    ...common(at % 10 === 0 ? 0 : at % 10_000),
    status: 'start',
    statusNumber: 1,
    receivedAt: Date.now(),
    sessionId: (0x81000000 + at).toString(16),
    username: `user${at}@isp.example`,
    framedIpAddress: `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`,
    callingStationId: `02:00:00:00:${((at >> 8) & 255).toString(16)}:${(at & 255).toString(16)}`,
    nasPortId: 'ether3',
  };
}

function memory() {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/**
 * How long turns of the loop took, in processor time of the thread it is in, which neither the collector's threads nor others on
 * the machine make longer. A login that comes at any moment waits for what is left of that turn: a long one meets more of them.
 */
async function watched(work) {
  const turns = [];
  let on = true;
  let last = threadMs();
  const look = () => {
    const now = threadMs();
    turns.push(now - last);
    last = now;
    if (on) setImmediate(look);
  };
  setImmediate(look);
  const from = performance.now();
  await work();
  const ms = performance.now() - from;
  on = false;
  turns.sort((a, b) => a - b);
  return {
    ms,
    p99Ms: turns[Math.floor(turns.length * 0.99)] ?? 0,
    mostMs: turns.at(-1) ?? 0,
    waitP99Ms: waitOf(turns, 0.99),
  };
}

/** What so many of those wait at most that come evenly over all turns. */
function waitOf(turns, share) {
  const later = (wait) => turns.reduce((sum, turn) => sum + Math.max(0, turn - wait), 0);
  const most = later(0) * (1 - share);
  let [low, high] = [0, turns.at(-1) ?? 0];
  while (high - low > 0.01) {
    const middle = (low + high) / 2;
    if (later(middle) > most) low = middle;
    else high = middle;
  }
  return high;
}

/** Linux: nanoseconds on a processor come first. Elsewhere the processor time of all threads. */
function threadMs() {
  if (schedstat === undefined) {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
  const text = Buffer.alloc(64);
  readSync(schedstat, text, 0, 64, 0);
  return Number.parseInt(text.toString('latin1'), 10) / 1e6;
}
