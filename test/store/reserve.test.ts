import { stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reserveFile } from '../../src/store/layout.ts';
import { giveUpReserve, keepReserve, reserveOctets } from '../../src/store/reserve.ts';
import { mayMount, smallDisk } from '../support/small-disk.ts';
import { TempFolder } from '../support/temp-folder.ts';

const octetsIn = async (dir: string) => (await stat(join(dir, reserveFile)).catch(() => undefined))?.size ?? 0;

describe('room that is kept for a full disk', () => {
  it('is there where there is enough, once', async () => {
    await using folder = await TempFolder.make();

    await keepReserve(folder.path);
    await keepReserve(folder.path);

    expect(await octetsIn(folder.path)).toBe(reserveOctets);
  });

  it.runIf(mayMount())('leaves as much to whoever writes now (needs root on Linux)', async () => {
    await using folder = await TempFolder.make();
    await using disk = await smallDisk(join(folder.path, 'disk'), 12);
    const dir = disk.path;
    await keepReserve(dir);
    const kept = await octetsIn(dir);
    expect(kept).toBe(4 << 20);

    await writeFile(join(dir, 'others'), Buffer.alloc(8 << 20));
    await keepReserve(dir);
    expect(await octetsIn(dir)).toBe(kept);

    // On a full disk what was given up, and not used, is taken back.
    await giveUpReserve(dir, 1 << 20);
    await keepReserve(dir, true);
    expect(await octetsIn(dir)).toBe(kept);

    // What somebody made free then is not for it.
    await truncate(join(dir, 'others'), 3 << 20);
    await keepReserve(dir);
    expect(await octetsIn(dir)).toBe(kept);
  });
});
