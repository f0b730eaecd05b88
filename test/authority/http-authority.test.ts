import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { AuthorityQuestion } from '../../src/access/authority.ts';
import { HttpAuthority } from '../../src/authority/http-authority.ts';
import type { Clock } from '../../src/base/clock.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { LoginLimits } from '../../src/directory/reader.ts';
import type { AuthorizeHook } from '../../src/model/kinds/operator.ts';
import { testLog } from '../radius/support.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { json, startProgram } from '../support/program.ts';

const zoe: AuthorityQuestion = { username: 'zoe', nas: 'core-1', callingStationId: '02:00:00:00:00:07' };

function authorityAt(url: string, more: Partial<AuthorizeHook> = {}, clock: Clock = systemClock) {
  const hook: AuthorizeHook = {
    url,
    asks: 'all',
    sendPassword: false,
    timeoutMs: 60_000,
    cacheMs: 0,
    whenDown: 'reject',
    ...more,
  };
  const log = testLog();
  return {
    log,
    authority: new HttpAuthority<LoginLimits>({ hook, clock, log, guests: { interimSeconds: 300, attributes: [] } }),
  };
}

describe('what a program has said', () => {
  it('of a way to come holds for no other', async () => {
    await using program = await startProgram((response, { body }) =>
      json(body['service'] === 'wireless' ? 403 : 200, {})(response),
    );
    const { authority } = authorityAt(program.url, { cacheMs: 60_000 });
    await using _ = authority;

    const first = await authority.ask({ ...zoe, door: 'hotspot' });
    const other = await authority.ask({ ...zoe, door: 'wireless' });
    const again = await authority.ask({ ...zoe, door: 'hotspot' });

    expect([first.verdict, other.verdict, again.verdict]).toEqual(['accept', 'reject', 'accept']);
    expect(program.asked).toHaveLength(2);
  });
});

describe('a program that fails now and then', () => {
  it('is told of once in ten seconds, with how often it failed', async () => {
    const clock = new ManualClock();
    let status = 500;
    await using program = await startProgram((response) => json(status, {})(response));
    const { authority, log } = authorityAt(program.url, {}, clock);
    await using _ = authority;
    const ask = async (answer: number): Promise<void> => {
      status = answer;
      await authority.ask(zoe);
    };

    for (let times = 0; times < 20; times += 1) {
      await ask(500);
      await ask(200);
    }
    clock.advance(10_000);
    await ask(200);
    await ask(500);
    await ask(500);
    clock.advance(10_000);
    await ask(500);

    expect(log.lines.map(({ level, fields }) => [level, fields['failed']])).toEqual([
      ['warn', 1],
      ['info', 19],
      ['warn', 3],
    ]);
  });
});

describe('a program that is declared no more', () => {
  it('answers what it was asked before', async () => {
    const open: ServerResponse[] = [];
    await using program = await startProgram((response) => open.push(response));
    const { authority, log } = authorityAt(program.url);

    const asked = authority.ask(zoe);
    await expect.poll(() => open.length).toBe(1);
    const retired = authority.retire();
    json(200, {})(open[0] as ServerResponse);

    expect(await asked).toMatchObject({ verdict: 'accept' });
    await retired;
    expect(log.lines).toEqual([]);
  });

  it('costs nobody more than the answer where it gives none, and is no trouble', async () => {
    const clock = new ManualClock();
    const open: ServerResponse[] = [];
    await using program = await startProgram((response) => open.push(response));
    const { authority, log } = authorityAt(program.url, { timeoutMs: 30_000 }, clock);

    const asked = authority.ask(zoe);
    await expect.poll(() => open.length).toBe(1);
    const retired = authority.retire();
    clock.advance(30_000);

    expect(await asked).toEqual({ verdict: 'silent' });
    await retired;
    expect([log.lines, authority.trouble, authority.counts().get('failed')]).toEqual([[], undefined, undefined]);
  });

  it('is not waited for when the daemon ends', async () => {
    const open: ServerResponse[] = [];
    await using program = await startProgram((response) => open.push(response));
    const { authority, log } = authorityAt(program.url, { timeoutMs: 30_000 });

    const asked = authority.ask(zoe);
    await expect.poll(() => open.length).toBe(1);
    await authority[Symbol.asyncDispose]();

    expect(await asked).toEqual({ verdict: 'silent' });
    expect(log.lines).toEqual([]);
  });
});
