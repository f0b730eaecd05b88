import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { decodeEntry } from '../../src/accounting/journal.ts';
import { AccountingStore } from '../../src/accounting/store.ts';
import { Store } from '../../src/store/store.ts';
import { Child } from '../support/child.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { mayMount, smallDisk } from '../support/small-disk.ts';
import { TempFolder } from '../support/temp-folder.ts';

describe('a daemon killed with SIGKILL while it stores accounting', () => {
  it('has every record it acknowledged, and sessions that show them', async () => {
    await using folder = await TempFolder.make();
    const acknowledged = new Set<number>();

    for (const enough of [200, 1000, 2500]) {
      await using writer = Child.start('./accounting-writer.mjs', [folder.path, '64']);
      await listen(writer, acknowledged, (_, count) => count >= enough);
      await writer.kill();
      note(await writer.rest(), acknowledged);
      await expectKept(folder.path, acknowledged);
    }
  });
});

describe('a disk that fills up under a daemon', () => {
  it('costs none of the records it acknowledged, however often it happens', async () => {
    await using folder = await TempFolder.make();
    const acknowledged = new Set<number>();
    // No file may grow over 256 blocks of 512 or 1024 octets: the log of the database meets that again and again.
    await using writer = Child.start('./accounting-writer.mjs', [folder.path, '16'], 'ulimit -S -f 256');

    await listen(writer, acknowledged, (line) => line === 'refused 101');
    const whenFull = acknowledged.size;
    await promisify(execFile)('prlimit', ['--pid', String(writer.pid), '--fsize=unlimited']);
    await listen(writer, acknowledged, (_, count) => count > whenFull + 500);
    await writer.kill();
    note(await writer.rest(), acknowledged);

    expect(whenFull).toBeGreaterThan(0);
    await expectKept(folder.path, acknowledged);
  });

  it.runIf(mayMount())('costs none either when the file system itself is full', async () => {
    await using folder = await TempFolder.make();
    await using disk = await smallDisk(join(folder.path, 'disk'), 1);
    const acknowledged = new Set<number>();
    await using writer = Child.start('./accounting-writer.mjs', [join(disk.path, 'state'), '16']);

    await listen(writer, acknowledged, (line) => line === 'refused 101');
    const whenFull = acknowledged.size;
    disk.grow(64);
    await listen(writer, acknowledged, (_, count) => count > whenFull + 500);
    await writer.kill();
    note(await writer.rest(), acknowledged);

    await expectKept(join(disk.path, 'state'), acknowledged);
  });
});

/** Reads what the writer prints until a line, or the number of lines since the call, will do. */
async function listen(
  writer: Child,
  acknowledged: Set<number>,
  enough: (line: string, count: number) => boolean,
): Promise<void> {
  for (let count = 1; ; count += 1) {
    const line = await writer.line();
    note([line], acknowledged);
    if (enough(line, count)) return;
  }
}

function note(lines: readonly string[], acknowledged: Set<number>): void {
  for (const line of lines) if (/^\d+$/.test(line)) acknowledged.add(Number(line));
}

/** Opens what is left: every acknowledged record is in the journal, counted in its session, and no commit is missing. */
async function expectKept(dir: string, acknowledged: ReadonlySet<number>): Promise<void> {
  // The time it is, as for the writer: to look with another clock would be a clock that was set.
  const options = { clock: new QuickClock(Date.now()), log: pino({ level: 'silent' }) };
  await using store = await Store.open(dir, options);
  await using accounting = await AccountingStore.open(store, options);
  const kept = new Set<number>();
  for await (const entry of store.journal.read(0)) {
    for (const event of decodeEntry(entry).events) if ('raw' in event) kept.add(Number.parseInt(event.raw, 10));
  }

  expect([...acknowledged].filter((n) => !kept.has(n))).toEqual([]);
  expect(accounting.findings()).toEqual([]);
  for (let user = 0; user < 50; user += 1) {
    const newest = Math.max(0, ...[...acknowledged].filter((n) => n % 50 === user));
    const octets = accounting.openOf(`user-${user}`).map(({ upOctets }) => Number(upOctets));
    if (newest > 0) expect(Math.max(...octets)).toBeGreaterThanOrEqual(newest);
  }
}
