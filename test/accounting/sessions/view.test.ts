import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../../src/accounting/fold.ts';
import { toSessionJson, viewOf } from '../../../src/accounting/sessions/view.ts';
import { packet, t0, used } from '../../support/accounting-event.ts';

describe('a session shown as JSON', () => {
  it('has octets as decimal text, exact beyond 2^53, times as RFC 3339, and nothing of the fold', () => {
    const [session] = applyEvent(
      undefined,
      packet('interim', 60, { ...used(60, 1, 5), inputGigawords: 2 ** 31, framedIpAddress: '10.0.0.7' }),
    );
    if (session === undefined) throw new Error('no session');

    const json = toSessionJson(viewOf(session, t0 + 61_000, 120));

    expect(JSON.parse(JSON.stringify(json))).toEqual({
      key: session.key,
      nas: 'core-1',
      sessionId: '81000001',
      username: 'anna',
      startedAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:01:00.000Z',
      sessionSeconds: 60,
      upOctets: '9223372036854775809',
      downOctets: '5',
      framedIpAddress: '10.0.0.7',
      stale: false,
    });
  });
});
