import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { checkState, type StateReport, verifyJournal } from '../../src/store/check-state.ts';
import { numberKey } from '../../src/store/layout.ts';
import { StateLook } from '../../src/store/state-look.ts';
import { Store } from '../../src/store/store.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const now = Date.UTC(2026, 10, 22);
const options = { clock: new QuickClock(now), log: pino({ level: 'silent' }), segmentOctets: 400 };

describe('a state folder that nobody holds', () => {
  it('is looked at without an octet of it being written', async () => {
    await using folder = await Folder.seeded();
    const before = await folder.picture();

    const report = await folder.check();

    expect(report).toMatchObject({
      findings: [],
      rows: { history: 400, marks: 1 },
      journal: { commits: 24, last: 24 },
    });
    expect(await folder.picture()).toEqual(before);
    expect(await readdir(folder.tmp)).toEqual([]);
  });

  it('is told from one that is not there, is empty, or is something else', async () => {
    await using folder = await Folder.seeded();
    const { path } = folder;
    await mkdir(join(path, 'empty'));
    await writeFile(join(path, 'file'), '');
    const look = (name: string) => StateLook.open(join(path, name), folder);

    await expect(look('none')).rejects.toThrow('there is no such folder');
    await expect(look('empty')).rejects.toThrow('it is empty');
    await expect(look('tmp')).rejects.toThrow('it is empty');
    await expect(StateLook.open(path, folder)).rejects.toThrow('neither db nor journal');
    await expect(look('file')).rejects.toMatchObject({ code: 'LM_STORE_NOT_A_FOLDER' });
  });

  it('is not looked at while somebody writes to it', async () => {
    await using folder = await Folder.seeded();
    await using store = await Store.open(folder.state, { ...options, as: 'daemon' });

    await expect(StateLook.open(store.dir, folder)).rejects.toThrow(
      `a daemon (process ${process.pid}) is starting or stopping on state folder ${store.dir}`,
    );
  });

  it('of a newer release is named as such', async () => {
    await using folder = await Folder.seeded();

    await expect(StateLook.open(folder.state, { tmp: folder.tmp, newestSchema: 1 })).rejects.toMatchObject({
      code: 'LM_STORE_TOO_NEW',
    });
    expect(await readdir(folder.tmp)).toEqual([]);
  });

  it('needs a place for its working copy, and says so', async () => {
    await using folder = await Folder.seeded();

    await expect(StateLook.open(folder.state, { tmp: join(folder.path, 'no-such') })).rejects.toThrow('TMPDIR');
  });

  it('shows every file that was cut short or emptied, and none makes it write', async () => {
    await using folder = await Folder.seeded();
    const files = await folder.files();
    expect(files.length).toBeGreaterThan(8);
    for (const file of files) {
      if (/LOG|LOCK|lock-holder/.test(file)) continue;
      const path = join(folder.state, file);
      const whole = await readFile(path);
      for (const length of new Set([0, Math.floor(whole.length / 2), whole.length - 1])) {
        if (length === whole.length || whole.length === 0) continue;
        await truncate(path, length);
        const before = await folder.picture();
        const { findings } = await folder.check();
        expect(await folder.picture()).toEqual(before);
        // What LevelDB had in its log is not synced: rows that are cut off it are made again from the journal.
        if (!file.endsWith('.log')) expect(findings, `${file} cut to ${length}`).not.toEqual([]);
        await writeFile(path, whole);
      }
    }
    expect((await folder.check()).findings).toEqual([]);
  });

  it('shows files that are gone', async () => {
    await using folder = await Folder.seeded();
    for (const file of await folder.files()) {
      if (/LOG|LOCK|lock-holder|\.log$/.test(file)) continue;
      const path = join(folder.state, file);
      const whole = await readFile(path);
      await rm(path);
      expect((await folder.check()).findings, `${file} gone`).not.toEqual([]);
      await writeFile(path, whole);
    }
    await rm(join(folder.state, 'db'), { recursive: true });
    expect(await folder.check()).toMatchObject({
      findings: [{ code: 'LM_DATABASE_DAMAGED', message: expect.stringContaining('is gone') }],
      journal: { commits: 24 },
    });
  });
});

class Folder implements AsyncDisposable {
  readonly #folder: TempFolder;
  readonly path: string;
  readonly state: string;
  readonly tmp: string;

  private constructor(folder: TempFolder) {
    this.#folder = folder;
    this.path = folder.path;
    this.state = join(folder.path, 'state');
    this.tmp = join(folder.path, 'tmp');
  }

  /** With tables of LevelDB, a log of it, and closed segments. */
  static async seeded(): Promise<Folder> {
    const made = new Folder(await TempFolder.make());
    await mkdir(made.tmp);
    for (let part = 0; part < 2; part += 1) {
      await using store = await Store.open(made.state, options);
      for await (const _ of store.replay(undefined, () => undefined));
      for (let n = 0; n < 12; n += 1) await store.append(now, [JSON.stringify({ n }), JSON.stringify({ of: part })]);
      const rows = store.table<{ readonly text: string }>('history');
      for (let n = 0; n < 200; n += 1) await rows.put(`${part}-${n}`, { text: 'x'.repeat(50) });
      const place = { sequence: store.journal.next - 1, ...store.journal.end, at: now };
      await store.table('marks').put(numberKey(1), { number: 1, first: 1, place, closings: [] });
      await store.journal.sealed();
    }
    return made;
  }

  async check(): Promise<StateReport> {
    await using look = await StateLook.open(this.state, this);
    const report = await checkState(look);
    expect((await verifyJournal(look)).findings.length).toBeLessThanOrEqual(report.findings.length);
    return report;
  }

  async files(): Promise<readonly string[]> {
    const entries = await readdir(this.state, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.state.length + 1))
      .sort();
  }

  /** Names, times, sizes and contents. */
  async picture(): Promise<readonly string[]> {
    const pictures: string[] = [];
    for (const file of await this.files()) {
      const path = join(this.state, file);
      const { mtimeMs, ino, size } = await stat(path);
      const sum = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      pictures.push(`${file} ${ino} ${size} ${mtimeMs} ${sum}`);
    }
    return pictures;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}
