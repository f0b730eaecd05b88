import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adminSocketPath, findAdminSocket, forgetAdminSocket } from '../../src/daemon/admin-socket.ts';
import { TempFolder } from '../support/temp-folder.ts';

async function deepFolder(folder: TempFolder): Promise<string> {
  const deep = join(folder.path, 'd'.repeat(100));
  await mkdir(deep);
  return deep;
}

describe('the socket of a state folder whose path is long', () => {
  it('is in a temporary folder that is named, and gone with what names it when the daemon stops', async () => {
    await using folder = await TempFolder.make();
    const deep = await deepFolder(folder);

    const path = await adminSocketPath(deep);
    const found = await findAdminSocket(deep);
    writeFileSync(path, '');
    const there = existsSync(path);
    await forgetAdminSocket(deep);

    expect(found).toBe(path);
    expect(there).toBe(true);
    expect(existsSync(dirname(path))).toBe(false);
    expect(existsSync(join(deep, 'admin.path'))).toBe(false);
  });

  it('takes the place of the one that a killed daemon left', async () => {
    await using folder = await TempFolder.make();
    const deep = await deepFolder(folder);

    const left = await adminSocketPath(deep);
    const path = await adminSocketPath(deep);
    const named = readFileSync(join(deep, 'admin.path'), 'utf8');
    await forgetAdminSocket(deep);

    expect(path).not.toBe(left);
    expect(named).toBe(path);
    expect(existsSync(dirname(left))).toBe(false);
  });

  it('leaves a folder alone that holds something else', async () => {
    await using folder = await TempFolder.make();
    const deep = await deepFolder(folder);
    const other = join(folder.path, 'other');
    await mkdir(other);
    writeFileSync(join(other, 'precious'), '');
    writeFileSync(join(deep, 'admin.path'), join(other, 'admin.sock'));

    await forgetAdminSocket(deep);

    expect(existsSync(join(other, 'precious'))).toBe(true);
  });
});
