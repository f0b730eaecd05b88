import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Authority } from '../../../src/access/authority.ts';
import { systemClock } from '../../../src/base/system-clock.ts';
import { DeclaredAuthority } from '../../../src/daemon/logins/declared-authority.ts';
import type { LoginLimits } from '../../../src/directory/reader.ts';
import type { AuthorizeHook } from '../../../src/model/kinds/operator.ts';
import type { Model } from '../../../src/model/model.ts';
import { testLog } from '../../radius/support.ts';
import { startProgram } from '../../support/program.ts';

const operator = { timezone: 'UTC', accounting: { interimSeconds: 300 } } as Model['operator'];

describe('a declaration of authorize that changes while logins wait', () => {
  it('leaves those to the program they were told to, and counts them', async () => {
    const open: ServerResponse[] = [];
    await using program = await startProgram((response) => open.push(response));
    const log = testLog();
    await using declared = new DeclaredAuthority({ clock: systemClock, log });
    const authorize: AuthorizeHook = {
      ...{ url: program.url, asks: 'all', sendPassword: false, timeoutMs: 30_000, cacheMs: 0, whenDown: 'reject' },
    };
    const asked = (username: string) =>
      (declared.current as Authority<LoginLimits>).ask({ username, nas: 'core-1' }).then(({ verdict }) => verdict);

    declared.use({ authorize, operator });
    const before = asked('zoe');
    await expect.poll(() => open.length).toBe(1);
    declared.use({ authorize: { ...authorize, cacheMs: 60_000 }, operator });
    const after = asked('yan');
    await expect.poll(() => open.length).toBe(2);
    for (const response of open) response.end('{}');

    expect(await Promise.all([before, after])).toEqual(['accept', 'accept']);
    expect(declared.counts().get('accept')).toBe(2);
    expect(log.lines).toEqual([]);
  });
});
