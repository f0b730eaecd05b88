import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderBytes } from '../../src/store/folder-bytes.ts';
import { TempFolder } from '../support/temp-folder.ts';

describe('the size of a folder', () => {
  it('is that of its files, however deep', async () => {
    await using folder = await TempFolder.make();
    mkdirSync(join(folder.path, 'db', 'lost'), { recursive: true });
    writeFileSync(join(folder.path, 'lock'), 'x'.repeat(10));
    writeFileSync(join(folder.path, 'db', '000001.ldb'), 'x'.repeat(1000));
    writeFileSync(join(folder.path, 'db', 'lost', '000002.ldb'), 'x'.repeat(100));

    expect(await folderBytes(folder.path)).toBe(1110);
    expect(await folderBytes(join(folder.path, 'nosuch'))).toBe(0);
  });
});
