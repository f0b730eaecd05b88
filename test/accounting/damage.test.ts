import { cp, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AccountingStore } from '../../src/accounting/store.ts';
import { StoreCorruptError } from '../../src/store/errors.ts';
import { Store } from '../../src/store/store.ts';
import { packet, t0, used } from '../support/accounting-event.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

/** As many as take a few seconds; the torture test takes more. */
const places = Number(process.env['LASTMILE_DAMAGED_PLACES'] ?? 40);
const log = pino({ level: 'silent' });
const sessions = 40;

describe('a state folder of which one octet was changed', () => {
  it('opens all the same, counts nothing twice, and has it all or says that it has not', async () => {
    await using folder = await TempFolder.make();
    const whole = join(folder.path, 'whole');
    await seed(whole);
    const files = await filesBelow(whole);
    const octets = (await Promise.all(files.map(async (file) => (await stat(join(whole, file))).size))).map(Number);
    const all = octets.reduce((sum, size) => sum + size, 0);
    let told = 0;

    for (let n = 0; n < places; n += 1) {
      const dir = join(folder.path, `${n}`);
      await cp(whole, dir, { recursive: true });
      const file = await flip(dir, files, octets, Math.floor((all * (n + 0.5)) / places), n % 8);
      const found = await open(dir);

      expect(found.totals.length, file).toBeLessThanOrEqual(sessions);
      for (const total of found.totals) expect([1000n, 2000n, 3000n], file).toContain(total);
      const isAll = found.totals.length === sessions && found.totals.every((total) => total === 3000n);
      if (!isAll) expect(found.told, file).toBeGreaterThan(0);
      told += Math.min(1, found.told);
    }

    expect(told).toBeGreaterThan(0);
  });

  it('opens with any of its files cut short', async () => {
    await using folder = await TempFolder.make();
    const whole = join(folder.path, 'whole');
    await seed(whole);

    for (const [n, file] of (await filesBelow(whole)).entries()) {
      for (const share of [0, 0.5, 0.9]) {
        const dir = join(folder.path, `${n}-${share}`);
        await cp(whole, dir, { recursive: true });
        const { size } = await stat(join(dir, file));
        await truncate(join(dir, file), Math.floor(size * share));
        const found = await open(dir);

        for (const total of found.totals) expect(total % 1000n, file).toBe(0n);
        if (found.totals.length < sessions) expect(found.told, `${file} ${share}`).toBeGreaterThan(0);
      }
    }
  });
});

/** Sessions that used 3000 octets each, some rows of them written, others only in the journal. */
async function seed(dir: string): Promise<void> {
  const clock = new QuickClock(t0);
  await using store = await Store.open(dir, { clock, log, segmentOctets: 20_000 });
  const accounting = await AccountingStore.open(store, { clock, log, commitsPerSettle: 7 });
  const id = (n: number) => ({ sessionId: `8${n}`, username: `user-${n}` });
  for (const step of [1, 2, 3]) {
    for (let n = 0; n < sessions; n += 4) {
      const four = [n, n + 1, n + 2, n + 3].map((each) =>
        packet(step === 3 && each % 2 === 0 ? 'stop' : 'interim', step * 60, {
          ...used(step * 60, step * 1000, 0),
          ...id(each),
        }),
      );
      await Promise.all(four.map((event) => accounting.record(event)));
    }
  }
}

async function filesBelow(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1));
  return files.sort();
}

async function flip(dir: string, files: readonly string[], sizes: readonly number[], at: number, bit: number) {
  let from = 0;
  for (const [n, file] of files.entries()) {
    const size = sizes[n] ?? 0;
    if (at < from + size) {
      const octets = await readFile(join(dir, file));
      octets[at - from] = (octets[at - from] ?? 0) ^ (1 << bit);
      await writeFile(join(dir, file), octets);
      return `${file} at ${at - from} bit ${bit}`;
    }
    from += size;
  }
  throw new Error('no such place');
}

/** Octets of each session, and how much was said of damage. */
async function open(dir: string) {
  const clock = new QuickClock(t0 + 600_000);
  await using store = await Store.open(dir, { clock, log });
  const load = () => AccountingStore.open(store, { clock, log });
  await using accounting = await load().catch(async (error: unknown) => {
    if (!(error instanceof StoreCorruptError)) throw error;
    await store.reopen();
    return await load();
  });
  await accounting.record(packet('start', 700, { sessionId: 'new', username: 'new' }));
  const found = (await accounting.find({ interimSeconds: 60, limit: 1000 })).filter(
    ({ username }) => username !== 'new',
  );
  const told = accounting.findings().length + store.damage().length + (store.wasRepaired ? 1 : 0);
  return { totals: found.map(({ upOctets }) => upOctets), told };
}
