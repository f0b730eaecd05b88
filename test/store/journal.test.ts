import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Journal, type JournalDamage, type JournalPlace } from '../../src/store/journal.ts';
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
