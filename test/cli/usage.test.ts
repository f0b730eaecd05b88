import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { liveUsageCommand, usageCommand } from '../../src/cli/usage.ts';
import { Engine } from '../../src/daemon/engine.ts';
import { packet, t0, used } from '../support/accounting-event.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

type Output = Parameters<typeof usageCommand>[1]['output'];

/** A state folder without a daemon, in which somebody has used something, and his router's counter began anew. */
async function shown(username: string, output: Output, command: 'usage' | 'live' = 'usage') {
  await using folder = await TempFolder.make();
  const options = { clock: new ManualClock(t0 + 600_000), log: pino({ level: 'silent' }), fillRandom: () => undefined };
  {
    await using engine = await Engine.open({ stateDir: folder.path, ...options });
    await engine.accounting.record(packet('interim', 300, { ...used(300, 5000, 7000), username }));
    await engine.accounting.record(packet('interim', 600, { ...used(600, 40, 7100), username }));
  }
  const [out, err]: [string[], string[]] = [[], []];
  const io = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    env: {},
    color: false,
  };
  const around = {
    ...{ ...options, random: () => 0.5, ask: undefined, version: 'test' },
    signal: new AbortController().signal,
  };
  const asked = { state: folder.path, output, by: 'day', every: 5 } as const;
  const run = command === 'usage' ? usageCommand : liveUsageCommand;
  const code = await run(username, asked, io, around);
  return { code, out: out.join(''), err: err.join('') };
}

describe('lastmile usage', () => {
  it('shows what was corrected below what was used', async () => {
    expect((await shown('anna', 'text')).out).toBe(
      [
        'anna, UTC, 1 open sessions',
        'PERIOD      UP       DOWN     TOGETHER',
        '2026-01-01  4.9 KiB  6.9 KiB  11.9 KiB',
        'total       4.9 KiB  6.9 KiB  11.9 KiB',
        'CORRECTED   WHY           TIMES  UP       DOWN  ONLINE',
        '2026-01-01  counter fell  1      4.9 KiB  0 B   -',
        '',
      ].join('\n'),
    );
    expect(JSON.parse((await shown('anna', 'json')).out)).toMatchObject({
      total: { up: '5040', down: '7100' },
      corrections: [{ period: '2026-01-01', kind: 'counter-fell', times: 1, up: '5000', down: '0', seconds: 0 }],
    });
  });

  it('is a table for spreadsheets with csv, in which a name is no formula', async () => {
    expect((await shown('=anna', 'csv')).out).toBe(
      "username,period,up,down,together\r\n'=anna,2026-01-01,5040,7100,12140\r\n",
    );
  });

  it('has no csv of current rates', async () => {
    expect(await shown('anna', 'csv', 'live')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('csv') });
  });
});
