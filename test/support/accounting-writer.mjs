// Stores accounting records in the folder given as fast as it can, and prints the number of each one that was acknowledged.
// Like a NAS it sends again what was refused. Killed, or short of disk, it must have lost nothing that it printed.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { AccountingStore } from '../../dist/accounting/store.js';
import { Store } from '../../dist/store/store.js';

const [dir, inFlight] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  // Backoff in a hurry: the test waits for it.
  sleep: (ms, signal) => sleep(ms / 20, undefined, { signal }),
};
const store = await Store.open(dir, { clock, log });
const accounting = await AccountingStore.open(store, { clock, log });
let next = 0;
let refused = 0;

/** Record n belongs to session n mod 50 and carries n as its octets. */
function recordNumber(n) {
  return {
    status: 'interim',
    statusNumber: 3,
    nas: 'core-1',
    sourceAddress: '192.0.2.1',
    receivedAt: Date.now(),
    sessionId: `8100${n % 50}`,
    username: `user-${n % 50}`,
    sessionSeconds: 1000 + n,
    inputOctets: n,
    outputOctets: n,
    raw: String(n).padEnd(400, '='),
  };
}

/** At once, whatever happens next: where nobody reads as fast, it waits. */
function print(what) {
  for (;;) {
    try {
      writeSync(1, `${what}\n`);
      return;
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

async function send(n) {
  for (;;) {
    try {
      await accounting.record(recordNumber(n));
      print(n);
      return;
    } catch (error) {
      if (error.code !== 'LM_ACCOUNTING_UNAVAILABLE') throw error;
      refused += 1;
      if (refused % 100 === 1) print(`refused ${refused}`);
      await sleep(5);
    }
  }
}

async function sender() {
  for (;;) {
    next += 1;
    await send(next);
  }
}

for (let n = 0; n < Number(inFlight); n += 1) void sender();
