import { describe, expect, it } from 'vitest';
import { coaCommand } from '../../src/cli/coa.ts';
import type { Surroundings } from '../../src/cli/surroundings.ts';
import { changeSessions } from '../../src/daemon/sessions/session-orders.ts';

describe('a CoA with a Session-Timeout of zero', () => {
  it.each(['Session-Timeout=0', 'session-timeout=00'])('is refused before any daemon is asked: %s', async (set) => {
    const said: string[] = [];
    const io = { out: () => undefined, err: (text: string) => void said.push(text), env: {}, color: false };
    const options = { state: '/nowhere', output: 'text', set: ['Reply-Message=hello', set] } as const;

    const code = await coaCommand('anna', options, io, {} as Surroundings);

    expect(code).toBe(64);
    expect(said.join('')).toContain('Session-Timeout=0 is no limit to some NAS and the end to others');
  });

  it('is refused by the daemon, whoever asks', () => {
    const attributes = [{ name: 'Session-Timeout', value: '0' }];
    const [engine, clock] = [{}, {}] as unknown as Parameters<typeof changeSessions>;

    expect(() => changeSessions(engine, clock, { user: 'anna', attributes, by: 'a test' })).toThrow(
      'Session-Timeout=0',
    );
  });
});
