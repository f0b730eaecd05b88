import { describe, expect, it } from 'vitest';
import type { LoggedDecision } from '../../src/access/decision-log.ts';
import { whyOf } from '../../src/daemon/why.ts';

const accepted: LoggedDecision = {
  at: 1,
  username: 'anna',
  nas: 'core-1',
  method: 'pap',
  verdict: 'accept',
  reply: 'Mikrotik-Rate-Limit=5M/20M',
};

describe('what is told of past decisions', () => {
  it('has all attributes that were sent, Session-Timeout among them, the newest decision first', () => {
    const later = { ...accepted, at: 2, sessionTimeoutSeconds: 3600 };

    const { decisions } = whyOf('anna', undefined, [accepted, later], [], 3);

    expect(decisions.map(({ reply }) => reply)).toEqual([
      'Mikrotik-Rate-Limit=5M/20M, Session-Timeout=3600',
      'Mikrotik-Rate-Limit=5M/20M',
    ]);
  });
});
