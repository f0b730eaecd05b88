import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './document.ts';

interface Shown {
  readonly id: string;
  readonly file: string;
  readonly title: string;
}

const { promisesDocument } = (await import(join(root, 'scripts/promises.mjs'))) as {
  promisesDocument: (tests?: readonly Shown[]) => string;
};

describe('docs/promises.md', () => {
  it('is up to date (npm run promises)', () => {
    expect(readFileSync(join(root, 'docs/promises.md'), 'utf8')).toBe(promisesDocument());
  });

  it('has every row once, with its tests or a dash', () => {
    const one = `${'SPL'}-07`;

    const text = promisesDocument([{ id: one, file: 'test/a.test.ts', title: 'leases | drift' }]);

    const rows = [...text.matchAll(/^\| ([A-Z]+-\d+) \| (.*) \|$/gm)].map(([, id, cell]) => [id, cell]);
    expect(rows).toHaveLength(29 + 27 + 63 + 30);
    expect(new Set(rows.map(([id]) => id)).size).toBe(rows.length);
    expect(rows.filter(([, cell]) => cell !== '—')).toEqual([[one, '`test/a.test.ts`: leases \\| drift']]);
  });

  it('refuses ids that no row has', () => {
    const test = { id: `${'OM'}-31`, file: 'test/a.test.ts', title: 'x' };

    expect(() => promisesDocument([test])).toThrow(/no such row: OM-31 in test\/a.test.ts/);
  });
});
