// The shipped daemon, in a time that goes on when it is told to: `node --expose-gc soak-daemon.mjs DECLARATIONS STATE`, forked.
import { randomFillSync } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { Books } from '../../dist/accounting/books.js';
import { Daemon } from '../../dist/daemon/daemon.js';
import { FolderSource } from '../../dist/source/folder-source.js';

const [declarations, stateDir] = process.argv.slice(2);
const loopback = { host: '127.0.0.1', port: 0 };
const stepMs = 10_000;
const start = Date.UTC(2026, 2, 28, 12);
let elapsed = 0;
const sleepers = new Set();

const clock = {
  now: () => start + elapsed,
  monotonic: () => elapsed,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const stop = () => {
        sleepers.delete(sleeper);
        reject(signal.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const sleeper = { due: elapsed + ms, wake };
      signal?.addEventListener('abort', stop, { once: true });
      sleepers.add(sleeper);
    }),
};

/** In small steps: what waits for one of them waits again for another. */
async function pass(ms) {
  for (let left = ms; left > 0; left -= stepMs) {
    elapsed += Math.min(left, stepMs);
    for (const sleeper of [...sleepers].filter(({ due }) => due <= elapsed).sort((a, b) => a.due - b.due)) {
      sleepers.delete(sleeper);
      sleeper.wake();
    }
    await setImmediate();
  }
}

/** Those in use, once something was stored. */
let books;
const { follow } = Books.prototype;
Books.prototype.follow = function (...stored) {
  books = this;
  follow.apply(this, stored);
};

/**
 * What is alive, octets, but for sessions whose rows wait to be written together: they may be so many and no more, and come to
 * a third of it or to nothing, by how long ago rows were written.
 */
async function memory() {
  // What waits is written after what is being written now.
  for (let times = 0; times < 2; times += 1) await books?.settle();
  for (let times = 0; times < 3; times += 1) globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { alive: heapUsed + external, rss };
}

const daemon = await Daemon.start({
  source: new FolderSource(declarations),
  stateDir,
  load: { env: {}, example: true },
  listen: { auth: loopback, accounting: loopback, admin: loopback },
  clock,
  log: pino({ level: 'fatal' }, pino.destination(2)),
  random: () => 0.5,
  fillRandom: (octets) => void randomFillSync(octets),
  version: 'soak',
  onListening: ({ auth, accounting }) => {
    if (auth.length > 0) process.send({ type: 'listening', auth: auth[0], accounting: accounting[0] });
  },
});

process.on('message', (order) => void obey(order));

async function obey({ type, ms }) {
  if (type === 'stop') {
    const closing = daemon[Symbol.asyncDispose]();
    await Promise.race([closing, passing(closing)]);
    process.disconnect();
    return;
  }
  await pass(ms);
  process.send({ type: 'passed', now: clock.now(), ...(type === 'measure' ? await memory() : {}) });
}

/** Whoever waits for a while as it stops gets it. */
async function passing(closing) {
  let done = false;
  void closing.finally(() => {
    done = true;
  });
  while (!done) await pass(1000);
}
