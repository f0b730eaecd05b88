// `node --expose-gc bench/booting-nas.mjs [SESSIONS]`: so many open sessions (1,000,000) of 10,000 NAS: memory of each, and how long the
// loop stands still while a NAS with 100,000 of them boots, and while somebody asks who had an address.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pino } from 'pino';
import { parseAddressRange } from '../dist/accounting/address-range.js';
import { AccountingStore } from '../dist/accounting/store.js';
import { systemClock } from '../dist/base/system-clock.js';
import { Store } from '../dist/store/store.js';
import { report } from './shared/report.mjs';

const sessions = Number(process.argv[2] ?? 1_000_000);
const booting = sessions / 10;
const log = pino({ level: 'silent' });
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
      { label: 'meanwhile the loop stood still for, p99', value: boots.p99Ms, unit: 'ms' },
      { label: 'and at most', value: boots.mostMs, unit: 'ms' },
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

async function watched(work) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const from = performance.now();
  await work();
  const ms = performance.now() - from;
  delay.disable();
  return { ms, p99Ms: delay.percentile(99) / 1e6, mostMs: delay.max / 1e6 };
}
