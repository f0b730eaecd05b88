import { appendFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StateAnswer } from '../../src/admin/state-care.ts';
import { DaemonProcess, lastmile } from '../support/lastmile.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { AccountingNas, nasDeclarations } from '../torture/accounting-nas.ts';

const listening = [
  '--listen-auth',
  '127.0.0.1:0',
  '--listen-accounting',
  '127.0.0.1:0',
  '--listen-admin',
  '127.0.0.1:0',
];

describe('lastmile state', () => {
  it('looks at what is stored, copies it and puts it back, with a daemon and without', async () => {
    await using folder = await TempFolder.make();
    const [isp, state, copy] = ['isp', 'state', 'copy'].map((name) => join(folder.path, name)) as [
      string,
      string,
      string,
    ];
    const run = (...args: string[]) => lastmile(['state', ...args, '--state', state, '-o', 'json']);
    await mkdir(isp);
    await writeFile(join(isp, 'network.yaml'), nasDeclarations);
    {
      await using nas = await AccountingNas.start(5);
      await using daemon = await DaemonProcess.start([isp, '--state', state, ...listening]);
      nas.aimAt(Number((await daemon.serving()).accounting?.split(':').at(-1)));
      await nas.more(20);

      expect((await run('verify')).code).toBe(0);
      expect((await run('repair')).code).toBe(0);
      const backup = await run('backup', copy);
      expect(backup, backup.err).toMatchObject({ code: 0 });
      expect(JSON.parse(backup.out)).toMatchObject({ backup: { lastmile: 'backup' } });
      const refused = await run('restore', copy, '--replace');
      expect(refused).toMatchObject({ code: 1 });
      expect(refused.err).toContain('stop it first');
      await nas.more(5);
      await daemon.stop();
    }

    const checked = await run('check');
    const { report } = JSON.parse(checked.out) as StateAnswer;
    expect(report?.findings).toEqual([]);
    expect(report?.journal.records).toBeGreaterThanOrEqual(25);
    expect((await run('restore', copy)).code).toBe(1);
    expect((await run('restore', copy, '--replace')).code).toBe(0);
    expect((await readdir(folder.path)).some((name) => name.startsWith('state.replaced-'))).toBe(true);
    const restored = JSON.parse((await run('check')).out) as StateAnswer;
    expect(restored.report?.findings).toEqual([]);
    expect(restored.report?.journal.records).toBeLessThanOrEqual(report?.journal.records ?? 0);

    const [segment = ''] = (await readdir(join(state, 'journal'))).filter((name) => name.endsWith('.journal'));
    await appendFile(join(state, 'journal', segment), '=1 2');
    const damaged = await run('check');
    expect(damaged.code).toBe(1);
    expect(damaged.out).toContain('LM_JOURNAL_TORN');
  });

  it('says what is wrong where there is nothing to look at, in one line, and makes nothing there', async () => {
    await using folder = await TempFolder.make();
    const { path } = folder;
    await mkdir(join(path, 'empty'));
    await writeFile(join(path, 'file'), 'x');
    for (const [name, words] of [
      ['none', 'there is no such folder'],
      ['empty', 'it is empty'],
      ['file', 'is not a folder'],
    ] as const) {
      for (const action of ['check', 'verify']) {
        const { code, out, err } = await lastmile(['state', action, '--state', join(path, name)]);
        expect({ code, out }).toEqual({ code: 1, out: '' });
        expect(err).toContain(words);
        expect(err.trimEnd().split('\n')).toHaveLength(1);
      }
    }
    expect(await readdir(path, { recursive: true })).toEqual(['empty', 'file']);
  });
});
