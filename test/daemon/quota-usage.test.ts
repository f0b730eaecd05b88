import { describe, expect, it } from 'vitest';
import { applyEvent, closeGone } from '../../src/accounting/fold.ts';
import type { SessionState } from '../../src/accounting/session-state.ts';
import { notHeardOf } from '../../src/accounting/terminate-cause.ts';
import { usageOfChange, usageSince } from '../../src/daemon/quota-usage.ts';
import type { SlotUse } from '../../src/quota/pieces.ts';
import { packet, t0, used } from '../support/accounting-event.ts';

describe('a session that was given up and goes on under another key', () => {
  it('is online for as long as it is, not for its beginning twice', async () => {
    const first = applyEvent(undefined, packet('interim', 3600, used(3600, 1, 1)))[0] as SessionState;
    const end = { key: first.key, nas: first.nas, sessionId: first.sessionId, cause: notHeardOf };
    const ended = closeGone(first, { status: 'ended', ...end, receivedAt: t0 + 4000_000 }) as SessionState;
    const again = applyEvent(ended, packet('interim', 7200, used(7200, 2, 2)))[0] as SessionState;
    expect(again.key).not.toBe(first.key);

    const changes = [
      { before: undefined, after: first },
      { before: first, after: ended },
      { before: undefined, after: again },
    ];
    const accounting = { usage: async () => [], history: async () => [again, ended] };
    const read = await usageSince(accounting, ['anna'], 0, { octets: false, time: true });

    expect(online(changes.flatMap((change) => usageOfChange(change) ?? []))).toBe(7_200_000n);
    expect(online(read)).toBe(7_200_000n);
  });
});

function online(uses: readonly SlotUse[]): bigint {
  return uses.reduce((sum, use) => sum + use.online, 0n);
}
