import { cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/daemon/engine.ts';
import { checkState } from '../../src/store/check-state.ts';
import { DaemonProcess } from '../support/lastmile.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { AccountingNas, letsAnnaIn, nasDeclarations } from './accounting-nas.ts';

const users = 20;
const listening = [
  '--listen-auth',
  '127.0.0.1:0',
  '--listen-accounting',
  '127.0.0.1:0',
  '--listen-admin',
  '127.0.0.1:0',
];

/** Opens what the shipped daemon stored, with one bit changed at each of so many places, and with every file cut short. */
export function tortureDamaged(title: string, places: number, timeoutMs: number): void {
  describe(title, () => {
    it(
      'starts all the same, with every session or with word of what is damaged, and counts nothing twice',
      async () => {
        await using folder = await TempFolder.make();
        const state = join(folder.path, 'state');
        const octets = await store(folder.path, state);
        const files = await filesBelow(state);
        const all = files.reduce((sum, { size }) => sum + size, 0);

        for (let n = 0; n < places; n += 1) {
          const dir = join(folder.path, `changed-${n}`);
          await cp(state, dir, { recursive: true });
          const what = await flip(dir, files, Math.floor((all * (n + 0.5)) / places), n % 8);
          await expectStart(dir, octets, what);
          if (n % 100 === 50) await expectServed(folder.path, dir, what);
        }
        for (const { path, size } of files) {
          const dir = join(folder.path, `cut-${path.replaceAll('/', '-')}`);
          await cp(state, dir, { recursive: true });
          await truncate(join(dir, path), Math.floor(size / 2));
          await expectStart(dir, octets, `${path} cut short`);
          await cp(state, `${dir}-empty`, { recursive: true });
          await writeFile(join(`${dir}-empty`, path), '');
          await expectStart(`${dir}-empty`, octets, `${path} empty`);
        }
      },
      timeoutMs,
    );
  });
}

/** @returns octets acknowledged, by user, all of which have a row or are in the journal */
async function store(folder: string, state: string): Promise<ReadonlyMap<string, number>> {
  const isp = join(folder, 'isp');
  await mkdir(isp);
  await writeFile(join(isp, 'network.yaml'), nasDeclarations);
  await using nas = await AccountingNas.start(users);
  for (const end of ['SIGTERM', 'SIGKILL'] as const) {
    await using daemon = await DaemonProcess.start([isp, '--state', state, ...listening]);
    nas.aimAt(Number((await daemon.serving()).accounting?.split(':').at(-1)));
    await nas.more(5 * users);
    await daemon.stop(end);
  }
  await rm(join(state, 'admin.sock'), { force: true });
  return nas.acknowledged;
}

async function expectStart(dir: string, octets: ReadonlyMap<string, number>, what: string): Promise<void> {
  const options = { clock: new QuickClock(Date.now()), log: pino({ level: 'silent' }) };
  await using engine = await Engine.open({ ...options, stateDir: dir, fillRandom: (random) => void random.fill(7) });
  const { findings } = await checkState(engine.store);
  const told = findings.length + engine.accounting.findings().length;

  for (const [user, acknowledged] of octets) {
    const sessions = await engine.accounting.history(user, 10);
    expect(sessions.length, `${what}: sessions of ${user}`).toBeLessThanOrEqual(1);
    const counted = Number(sessions[0]?.upOctets ?? 0);
    // What was stored and not acknowledged any more, before the kill, is one report at most.
    expect(counted, `${what}: octets of ${user}`).toBeLessThanOrEqual(acknowledged + 2000);
    if (counted < acknowledged) expect(told, `${what}: ${user} has lost octets`).toBeGreaterThan(0);
  }
}

/** The shipped daemon starts on it, and lets people in. */
async function expectServed(folder: string, dir: string, what: string): Promise<void> {
  await using daemon = await DaemonProcess.start([join(folder, 'isp'), '--state', dir, ...listening]);
  const { auth = '' } = await daemon.serving();
  expect(await letsAnnaIn(Number(auth.split(':').at(-1))), what).toBe(true);
}

async function filesBelow(dir: string): Promise<readonly { readonly path: string; readonly size: number }[]> {
  const entries = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1)).sort();
  return await Promise.all(paths.map(async (path) => ({ path, size: (await stat(join(dir, path))).size })));
}

async function flip(
  dir: string,
  files: Awaited<ReturnType<typeof filesBelow>>,
  at: number,
  bit: number,
): Promise<string> {
  let from = 0;
  for (const { path, size } of files) {
    if (at < from + size) {
      const octets = await readFile(join(dir, path));
      octets[at - from] = (octets[at - from] ?? 0) ^ (1 << bit);
      await writeFile(join(dir, path), octets);
      return `${path}, octet ${at - from}, bit ${bit}`;
    }
    from += size;
  }
  throw new Error('there is no such place');
}
