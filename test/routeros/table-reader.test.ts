import { describe, expect, it } from 'vitest';
import { allMenus } from '../../src/routeros/all-menus.ts';
import type { RouterOsSession } from '../../src/routeros/session.ts';
import { TableReader } from '../../src/routeros/table-reader.ts';

describe('all menus read at once', () => {
  it('are five prints at a time on one connection, which others use, too, and none is left out', async () => {
    const printed: string[] = [];
    let [running, most] = [0, 0];
    const stream = async (command: string) => {
      printed.push(command);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (command === '/ip/pool/print') throw new Error('lost');
    };
    const session = { stream } as unknown as RouterOsSession;
    const reader = new TableReader();
    const { signal } = new AbortController();

    const results = await Promise.allSettled(allMenus.map((menu) => reader.read(session, menu, signal)));

    expect(most).toBe(5);
    expect([...printed].sort()).toEqual(allMenus.map(({ path }) => `${path}/print`).sort());
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });
});
