import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { GroupCommit } from '../../src/accounting/group-commit.ts';

function lab(maxTogether = 100) {
  const commits: { readonly items: readonly string[]; readonly end: (error?: Error) => void }[] = [];
  const group = new GroupCommit<string>({
    maxWaiting: 4,
    maxTogether,
    more: () => false,
    commit: (items) =>
      new Promise((resolve, reject) => {
        commits.push({ items, end: (error) => (error === undefined ? resolve() : reject(error)) });
      }),
  });
  return { group, commits };
}

describe('items that wait for a commit', () => {
  it('go together as far as they may, and are done together', async () => {
    const { group, commits } = lab(2);
    const done: string[] = [];
    for (const item of ['a', 'b', 'c']) void group.add(item).then(() => done.push(item));
    await setImmediate();
    await setImmediate();

    expect(commits.map(({ items }) => items)).toEqual([['a', 'b']]);
    expect(group.waiting).toBe(1);
    commits[0]?.end();
    await setImmediate();

    expect(done).toEqual(['a', 'b']);
    expect(commits.map(({ items }) => items)).toEqual([['a', 'b'], ['c']]);
  });

  it('that come while one is under way form the next; beyond the most that may wait they are refused', async () => {
    const { group, commits } = lab();
    const first = group.add('a');
    await setImmediate();
    await setImmediate();
    const others = ['b', 'c', 'd', 'e'].map((item) => group.add(item));
    await expect(group.add('f')).rejects.toMatchObject({ code: 'LM_ACCOUNTING_UNAVAILABLE' });
    commits[0]?.end();
    await first;
    await setImmediate();

    expect(commits[1]?.items).toEqual(['b', 'c', 'd', 'e']);
    commits[1]?.end();
    await Promise.all(others);
    expect(group.waiting).toBe(0);
  });

  it('are all refused with a commit that fails, and later ones until they are accepted again', async () => {
    const { group, commits } = lab();
    const first = group.add('a');
    await setImmediate();
    await setImmediate();
    const second = group.add('b');
    commits[0]?.end(new Error('no room'));

    await expect(first).rejects.toMatchObject({ code: 'LM_ACCOUNTING_UNAVAILABLE' });
    await expect(second).rejects.toMatchObject({ code: 'LM_ACCOUNTING_UNAVAILABLE' });
    await expect(group.add('c')).rejects.toMatchObject({ code: 'LM_ACCOUNTING_UNAVAILABLE' });
    group.accept();
    const again = group.add('d');
    await setImmediate();
    await setImmediate();
    expect(commits[1]?.items).toEqual(['d']);
    commits[1]?.end();
    await again;
  });
});
