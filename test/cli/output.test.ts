import { describe, expect, it } from 'vitest';
import { table } from '../../src/cli/output.ts';

describe('a table', () => {
  it('is aligned by its widest cells', () => {
    expect(
      table(
        ['A', 'B'],
        [
          ['one', '1'],
          ['x', '22'],
        ],
      ),
    ).toBe('A    B\none  1\nx    22\n');
  });

  it('may have two hundred thousand rows', () => {
    const rows = Array.from({ length: 200_000 }, (_, at) => [`user-${at}`]);

    expect(table(['USER'], rows).split('\n')).toHaveLength(200_002);
  });
});
