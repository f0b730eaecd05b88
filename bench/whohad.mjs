// `node bench/whohad.mjs [SESSIONS [DIR [SECONDS]]]`: who had an address, and what somebody used, with so many stored sessions
// (1,000,000) of a year. One session in a hundred has an address that every router gives out. Beside it a plain read of LevelDB by
// its key. With DIR the sessions are kept there: what is made in one run of at most SECONDS, the next goes on with.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { parseAddressRange } from '../dist/accounting/addresses/address-range.js';
import { applyEvent } from '../dist/accounting/fold.js';
import { SessionRows } from '../dist/accounting/sessions/session-rows.js';
import { AccountingStore } from '../dist/accounting/store.js';
import { hourMs } from '../dist/accounting/usage/usage-deltas.js';
import { systemClock } from '../dist/base/system-clock.js';
import { folderBytes } from '../dist/store/folder-bytes.js';
import { Store } from '../dist/store/store.js';
import { median, report } from './shared/report.mjs';

const sessions = Number(process.argv[2] ?? 1_000_000);
const subscribers = Math.max(100, Math.min(100_000, sessions / 100));
const yearMs = 365 * 86_400_000;
const shared = '192.168.88.10';
const asked = 200;
const log = pino({ level: 'silent' });

const kept = process.argv[3];
const mostSeconds = Number(process.argv[4] ?? Number.POSITIVE_INFINITY);
const dir = kept ?? (await mkdtemp(join(tmpdir(), 'lastmile-bench-')));
await mkdir(dir, { recursive: true });
/** How many sessions are there, and the moment that the first of them is a year after. */
const made = join(dir, 'made.json');
const state = await readFile(made, 'utf8').then(JSON.parse, () => ({ sessions: 0, began: Date.now() - yearMs }));
const began = state.began;
try {
  let store = await Store.open(dir, { clock: systemClock, log });
  const filled = performance.now();
  const from = state.sessions;
  const till = await fill(store, from);
  const fillSeconds = (performance.now() - filled) / 1000;
  // Rows were written with their addresses: nothing is left of older releases.
  await store.table('meta').put('accounting-addresses', true);
  await store.close();
  await writeFile(made, JSON.stringify({ sessions: till, began }));
  if (till < sessions) throw new Error(`${till} of ${sessions} made in ${Math.round(fillSeconds)} s: run it again`);
  const opened = performance.now();
  store = await Store.open(dir, { clock: systemClock, log });
  const accounting = await AccountingStore.open(store, { clock: systemClock, log });
  const openMs = performance.now() - opened;
  // The index by address is looked after at the first start.
  await accounting.holders({ range: parseAddressRange('10.0.0.1'), at: began, limit: 1, interimSeconds: 120 });
  const plain = store.table('latest');
  const rows = [
    ...(await row('an address', asked, () => who(accounting, addressOf(anyUser())))),
    ...(await row('an address that every router gives out', asked / 10, () => who(accounting, shared))),
    ...(await row('a /24', asked / 10, () => who(accounting, '10.0.7.0/24'))),
    ...(await row('usage of one, a year', asked / 4, () =>
      accounting.usage(`u${anyUser()}`, hours(began), hours(began + yearMs)),
    )),
    ...(await row('the last hundred sessions of one', asked / 4, () => accounting.history(`u${anyUser()}`, 100))),
    ...(await row('a plain read of LevelDB', asked, () => plain.get(`n${anyUser()}`))),
    { label: 'octets on disk of a session', value: (await folderBytes(dir)) / sessions, unit: 'B' },
    { label: 'opened within', value: openMs, unit: 'ms' },
    ...(till > from ? [{ label: 'sessions made', value: (till - from) / fillSeconds, unit: '1/s' }] : []),
  ];
  report('whohad', `whohad and usage with ${sessions.toLocaleString('en')} stored sessions of a year`, rows);
  await accounting.close();
  await store.close();
} finally {
  if (kept === undefined) await rm(dir, { recursive: true, force: true });
}

/** @returns how many there are now */
async function fill(store, from) {
  const rows = new SessionRows(store);
  const until = performance.now() + mostSeconds * 1000;
  let at = from;
  while (at < sessions && performance.now() < until) {
    rows.add([changeOf(at)]);
    at += 1;
    if (rows.fill >= 1) await rows.settle(at, [], () => true);
  }
  if (rows.waiting > 0) await rows.settle(at, [], () => true);
  return at;
}

/** In the order they began; most last some hours, some for weeks. */
function changeOf(at) {
  const user = at % subscribers;
  const start = began + Math.floor((at / sessions) * (yearMs - 86_400_000 * 30));
  const seconds = Math.floor(60 * 10 ** (Math.random() * 4.5));
  const about = {
    nas: `core-${user % 1000}`,
    sourceAddress: '192.0.2.1',
    sessionId: at.toString(16).padStart(8, '8'),
    username: `u${user}`,
    framedIpAddress: at % 100 === 0 ? shared : addressOf(user),
    callingStationId: '02:00:00:00:00:01',
    raw: '',
  };
  const [open] = applyEvent(undefined, { ...about, status: 'start', statusNumber: 1, receivedAt: start });
  const counters = { sessionSeconds: seconds, inputOctets: 1_000_000, outputOctets: 9_000_000 };
  const end = { ...about, ...counters, status: 'stop', statusNumber: 2, receivedAt: start + seconds * 1000 };
  const [after] = applyEvent(open, end);
  const hour = hours(start + seconds * 1000);
  return {
    before: undefined,
    after,
    used: { sequence: at + 1, hours: [{ hour, up: 1_000_000n, down: 9_000_000n, onlineMs: seconds * 1000 }] },
  };
}

function who(accounting, address) {
  const at = began + Math.floor(Math.random() * yearMs);
  return accounting.holders({ range: parseAddressRange(address), at, limit: 100, interimSeconds: 120 });
}

function addressOf(user) {
  return `10.${(user >> 16) & 255}.${(user >> 8) & 255}.${user & 255}`;
}

function anyUser() {
  return Math.floor(Math.random() * subscribers);
}

function hours(at) {
  return Math.floor(at / hourMs);
}

async function row(label, times, ask) {
  const took = [];
  for (let at = 0; at < times; at += 1) {
    const from = performance.now();
    await ask();
    took.push(performance.now() - from);
  }
  took.sort((a, b) => a - b);
  return [
    { label: `${label}: median`, value: median(took), unit: 'ms' },
    { label: `${label}: p99`, value: took[Math.min(took.length - 1, Math.floor(took.length * 0.99))], unit: 'ms' },
  ];
}
