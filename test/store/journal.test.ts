import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Journal, type JournalDamage, type JournalPlace } from '../../src/store/journal.ts';
import { readChain } from '../../src/store/journal-chain.ts';
import { TempFolder } from '../support/temp-folder.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 22);

describe('a journal', () => {
  it('gives back what was appended, in order, after any place, also when it is opened anew', async () => {
    const commits = fc.array(
      fc.array(
        fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
        { maxLength: 4 },
      ),
      {
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(commits, fc.nat(), fc.integer({ min: 20, max: 300 }), async (all, cut, segmentOctets) => {
        await using folder = await TempFolder.make();
        const path = join(folder.path, 'journal');
        let journal = await opened(path, segmentOctets);
        const places: JournalPlace[] = [];
        for (const [at, records] of all.entries()) {
          if (at === cut % (all.length + 1)) {
            await journal.release();
            journal = await opened(path, segmentOctets);
          }
          places.push(await journal.append(now + at, records));
        }
        await journal.release();

        const after = places[cut % (all.length + 1)];
        const { entries, damage } = await read(path, after);

        expect(entries.map(({ records }) => records)).toEqual(all.slice(after?.sequence ?? 0));
        expect(entries.map(({ sequence }) => sequence)).toEqual(
          places.slice(after?.sequence ?? 0).map((each) => each.sequence),
        );
        expect(damage).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('has a segment for each day, and none for a day before', async () => {
    await using folder = await TempFolder.make();
    const journal = await opened(folder.path);

    for (const at of [now, now + day, now - 9000 * day, now + day + 1, now + 2 * day]) await journal.append(at, ['{}']);

    expect(await journal.segments()).toEqual(
      ['00000000000001', '00000000000002', '00000000000005'].map((name) => `${name}.journal`),
    );
    await journal.release();
  });

  it('cannot be lost by removing it: who appends is told', async () => {
    await using folder = await TempFolder.make();
    const path = join(folder.path, 'journal');
    const journal = await opened(path);
    await journal.append(now, ['{}']);
    await rm(path, { recursive: true });

    await expect(journal.append(now, ['{}'])).rejects.toMatchObject({ code: 'LM_STORE_REMOVED' });
    await journal.release();
  });
});

describe('a journal of which an octet was changed', () => {
  it('says where, and gives back every commit that the octet is not in', async () => {
    await using folder = await TempFolder.make();
    const journal = await opened(folder.path);
    const ends = [20];
    for (let n = 0; n < 5; n += 1) ends.push((await journal.append(now + n, [`{"n":${n}}`, '{"more":"é"}'])).offset);
    await journal.release();
    const [segment = ''] = await journal.segments();
    const path = journal.path(segment);
    const whole = await readFile(path);

    for (let at = 0; at < whole.length; at += 1) {
      const spoilt = Buffer.from(whole);
      spoilt[at] = (spoilt[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(path, spoilt);
      const { entries, damage } = await read(folder.path);
      const hit = ends.findLastIndex((end) => end <= at);

      expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5].filter((n) => n !== hit + 1));
      const [first] = damage;
      const place = first !== undefined && 'offset' in first ? [first.offset, first.offset + first.octets] : [];
      expect(place[0]).toBeLessThanOrEqual(at);
      expect(place[1]).toBeGreaterThan(at);
    }
  });

  it('that was cut short says so, and is gone on with in another segment', async () => {
    await using folder = await TempFolder.make();
    const journal = await opened(folder.path);
    const ends: number[] = [];
    for (let n = 0; n < 3; n += 1) ends.push((await journal.append(now + n, [`{"n":${n}}`])).offset);
    const last = await journal.append(now, ['{"n":3}']);
    await journal.release();
    const path = journal.path(last.segment);
    const whole = await readFile(path);

    for (let length = whole.length - 1; length >= 0; length -= 1) {
      await writeFile(path, whole);
      await truncate(path, length);
      const { entries, damage } = await read(folder.path);
      const kept = ends.filter((end) => end <= length).length;
      expect(entries).toHaveLength(kept);
      if (length > 20 && !ends.includes(length)) expect(damage).toMatchObject([{ segment: last.segment }]);
      const beyond = await read(folder.path, last);
      expect(beyond.damage).toEqual([
        {
          type: 'damaged',
          segment: last.segment,
          offset: length,
          octets: whole.length - length,
          why: 'the file was cut short',
        },
      ]);
    }
    const again = await opened(folder.path);
    const place = await again.append(now, ['{"n":4}']);
    await again.release();

    expect(place.segment).not.toBe('');
    expect((await read(folder.path)).entries.map(({ records }) => records)).toEqual([['{"n":4}']]);
  });
});

describe('a write that fails half way', () => {
  it('leaves nothing behind: the next commit is where it was', async () => {
    await using folder = await TempFolder.make();
    const journal = await opened(folder.path);
    const place = await journal.append(now, ['{"n":1}']);
    const path = journal.path(place.segment);
    const whole = await readFile(path);
    // What a full disk leaves: the first part of a commit.
    await writeFile(path, Buffer.concat([whole, Buffer.from('=2 1795305600000 4000 12345678 1234')]), { flag: 'r+' });
    await journal.release();

    expect((await stat(path)).size).toBe(whole.length);
    const again = await opened(folder.path);
    await again.append(now, ['{"n":2}']);
    await again.release();
    const { entries, damage } = await read(folder.path);
    expect(entries).toHaveLength(2);
    expect(damage).toEqual([]);
  });
});

describe.runIf(process.platform === 'linux')('a journal that is written to', () => {
  it('has room behind its commits, which nobody reads, and none when it is let go of', async () => {
    await using folder = await TempFolder.make();
    const journal = await opened(folder.path);
    const all: string[][] = [];
    let [size, place] = [0, await journal.append(now, ['{}'])];
    const path = journal.path(place.segment);
    // More is made behind what there was, too.
    for (let n = 0; size < 3 << 20 || size === place.offset; n += 1) {
      // Larger ones go on beyond the room.
      all.push([JSON.stringify('x'.repeat(n % 50 === 49 ? 300_000 : n % 3000)), `{"n":${n}}`]);
      place = await journal.append(now, all[n] ?? []);
      size = (await stat(path)).size;
    }

    const asKilled = await read(folder.path);
    const end = await readFile(path);
    await journal.release();

    expect(asKilled.damage).toEqual([]);
    expect(asKilled.entries.slice(1).map(({ records }) => records)).toEqual(all);
    expect(end.length).toBeGreaterThan(place.offset);
    expect(end.subarray(place.offset).every((octet) => octet === 0)).toBe(true);
    expect((await stat(path)).size).toBe(place.offset);
  });

  it('is gone on with where it ended, by a process after one that was killed', async () => {
    await using folder = await TempFolder.make();
    const place = await written(folder.path);
    const path = new Journal(folder.path).path(place.segment);
    await truncate(path, place.offset + 100_000);

    const journal = await opened(folder.path);
    const next = await journal.append(now, ['{"n":2}']);
    const beside = await read(folder.path, place);
    await journal.release();

    expect(next).toMatchObject({ sequence: 2, segment: place.segment });
    expect(beside).toMatchObject({ damage: [], entries: [{ records: ['{"n":2}'] }] });
    expect((await stat(path)).size).toBe(next.offset);
  });

  it('says of a commit that was cut short in its room what it says of any other', async () => {
    await using folder = await TempFolder.make();
    const place = await written(folder.path);
    const path = new Journal(folder.path).path(place.segment);
    const whole = await readFile(path);

    for (const length of [whole.length - 1, whole.length - 5, 25]) {
      await writeFile(path, whole.subarray(0, length));
      await truncate(path, whole.length + 100_000);
      expect((await read(folder.path)).damage).toMatchObject([{ type: 'torn', octets: length - 20 }]);
      expect((await read(folder.path, place)).damage).toMatchObject([{ why: 'the file was cut short' }]);
    }
  });

  it('says of one whose pages came to the disk in another order that it was cut short, and of a changed octet that it was changed', async () => {
    await using folder = await TempFolder.make();
    const journal = await opened(folder.path);
    const big = Array.from({ length: 300 }, (_, at) => `{"n":${at},"text":"${'x'.repeat(40)}"}`);
    const before = await journal.append(now, ['{"n":1}']);
    const after = await journal.append(now, big);
    await journal.release();
    const path = journal.path(after.segment);
    const whole = await readFile(path);
    const pages = Math.ceil(after.offset / 4096);
    expect(pages).toBeGreaterThan(3);

    for (let missing = 1; missing < 2 ** pages; missing += 1) {
      const torn = Buffer.from(whole);
      for (let page = 0; page < pages; page += 1) {
        if ((missing & (1 << page)) !== 0)
          torn.fill(0, Math.max(before.offset, page * 4096), Math.min(torn.length, (page + 1) * 4096));
      }
      await writeFile(path, Buffer.concat([torn, Buffer.alloc(100_000)]));
      const { entries, damage } = await read(folder.path);
      expect(entries).toHaveLength(1);
      expect(damage.map(({ type }) => type)).toEqual(missing === 2 ** pages - 1 ? [] : ['torn']);
    }
    for (const at of [before.offset + 1, before.offset + 200, after.offset - 2]) {
      const changed = Buffer.from(whole);
      changed[at] = 0;
      await writeFile(path, changed);
      expect((await read(folder.path)).damage).toMatchObject([{ type: 'damaged' }]);
    }
  });

  it('goes on after a commit some of whose pages are missing', async () => {
    await using folder = await TempFolder.make();
    const first = await opened(folder.path);
    const place = await first.append(now, ['{"n":1}']);
    await first.append(
      now,
      Array.from({ length: 300 }, (_, at) => `{"n":${at}}`),
    );
    await first.release();
    const path = first.path(place.segment);
    const torn = await readFile(path);
    torn.fill(0, place.offset, 1024);
    await writeFile(path, torn);

    const journal = await opened(folder.path);
    const next = await journal.append(now, ['{"n":2}']);
    await journal.release();

    expect(next.sequence).toBe(2);
    const { entries, damage } = await read(folder.path);
    expect(entries.map(({ records }) => records)).toEqual([['{"n":1}'], ['{"n":2}']]);
    expect(damage).toMatchObject([{ type: 'torn' }]);
  });

  it('has no room in segments that are closed', async () => {
    await using folder = await TempFolder.make();
    const journal = await opened(folder.path);
    const first = journal.path((await journal.append(now, ['{}'])).segment);
    let last = await journal.append(now, ['{}']);
    for (let size = 0; size < 1 << 20; size = (await stat(first)).size) last = await journal.append(now, ['{}']);

    await journal.append(now + day, ['{}']);
    await journal.sealed();
    await journal.release();

    expect((await stat(first)).size).toBe(last.offset);
    expect((await readChain(folder.path)).sealed).toMatchObject([{ octets: last.offset }]);
  });
});

/** A journal of one commit. */
async function written(path: string): Promise<JournalPlace> {
  const journal = await opened(path);
  const place = await journal.append(now, ['{"n":1}']);
  await journal.release();
  return place;
}

async function opened(path: string, segmentOctets?: number): Promise<Journal> {
  const journal = new Journal(path, segmentOctets === undefined ? {} : { segmentOctets });
  for await (const _ of journal.replay(undefined, () => undefined));
  return journal;
}

async function read(path: string, after?: JournalPlace) {
  const damage: JournalDamage[] = [];
  const entries = [];
  for await (const entry of new Journal(path).replay(after, (each) => damage.push(each))) entries.push(entry);
  return { entries, damage };
}
