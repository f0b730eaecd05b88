import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatIssues } from '../../src/cli/issues-output.ts';
import { lastmile } from '../support/lastmile.ts';
import { errorsOf, load, secretEnvironment } from '../support/manifest.ts';
import { mistakes, sound } from '../support/mistakes.ts';
import { TempFolder } from '../support/temp-folder.ts';

const golden = '../golden/mistakes';

function reportOf(files: Readonly<Record<string, string>>, format: 'text' | 'json' | 'github'): string {
  const { issues } = load(files, { mode: 'validate' });
  return formatIssues({ issues, texts: new Map(Object.entries(files)), limit: 200 }, format, false);
}

describe('a repository with one mistake', () => {
  it('is none without it', () => {
    expect(errorsOf(load(sound))).toEqual([]);
    expect(Object.keys(mistakes).length).toBeGreaterThanOrEqual(30);
  });

  it.each(Object.entries(mistakes))(
    'SPL-25: %s is found at its place, with its code and what to do',
    async (name, [wrong, code]) => {
      const { issues } = load({ ...sound, ...wrong });

      const errors = issues.filter(({ severity }) => severity === 'error');
      expect(errors.map((each) => each.code)).toEqual([expect.stringContaining(code)]);
      const [found] = errors;
      const line = wrong[found?.file ?? '']?.split('\n')[(found?.line ?? 0) - 1];
      expect(line?.length).toBeGreaterThanOrEqual(found?.column ?? Number.POSITIVE_INFINITY);
      const report = reportOf({ ...sound, ...wrong }, 'text');
      expect(report).toContain('\n   → ');
      await expect(report).toMatchFileSnapshot(`${golden}/${name}.txt`);
    },
  );
});

describe('a repository with all of them', () => {
  const files = Object.assign({}, sound, ...Object.values(mistakes).map(([wrong]) => wrong)) as Record<string, string>;

  it('shows in one run what each of them shows alone, for people, programs and pull requests', async () => {
    const alone = Object.values(mistakes).flatMap(([wrong]) => errorsOf(load({ ...sound, ...wrong })));

    expect(errorsOf(load(files)).toSorted()).toEqual(alone.toSorted());
    for (const format of ['text', 'json', 'github'] as const)
      await expect(reportOf(files, format)).toMatchFileSnapshot(`${golden}/all.${format === 'text' ? 'txt' : format}`);
    const { issues } = JSON.parse(reportOf(files, 'json')) as {
      issues: { severity: string; hint?: string; code: string }[];
    };
    expect(issues.filter(({ severity, hint }) => severity === 'error' && hint === undefined)).toEqual([]);
  });

  it('ends the command with 3', async () => {
    await using folder = await TempFolder.make();
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder.path, path)), { recursive: true });
      writeFileSync(join(folder.path, path), text);
    }

    const { code, out, err } = await lastmile(['validate', folder.path, '-o', 'json'], { env: secretEnvironment });

    expect([code, err]).toEqual([3, '']);
    expect(JSON.parse(out)).toMatchObject({ errors: Object.keys(mistakes).length });
  });
});
