import { describe, expect, it } from 'vitest';
import { applyEvent, closeGone } from '../../../src/accounting/fold.ts';
import type { SessionState } from '../../../src/accounting/sessions/session-state.ts';
import { notHeardOf } from '../../../src/accounting/terminate-cause.ts';
import { hourMs, usageBetween } from '../../../src/accounting/usage/usage-deltas.ts';
import { usageOfChange, usageSince } from '../../../src/daemon/quota/quota-usage.ts';
import type { SlotUse } from '../../../src/quota/pieces.ts';
import { packet, t0, used } from '../../support/accounting-event.ts';

const nothing = () => ({ up: 0n, down: 0n });

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
    const hours = changes.flatMap(({ before, after }) => usageBetween(before, after, t0 + 7200_000, nothing));
    expect(hours.reduce((sum, { onlineMs = 0 }) => sum + onlineMs, 0)).toBe(7_200_000);

    const older = { usage: async () => [], history: async () => [again, ended], timeSince: t0 + 10 * hourMs };
    expect(online(await usageSince(older, ['anna'], 0, true))).toBe(7_200_000n);
  });
});

describe('a folder that an older release began, which kept octets alone', () => {
  const upgraded = t0 + hourMs;
  const session = applyEvent(undefined, packet('interim', 5400, used(5400, 1, 1)))[0] as SessionState;
  const hours = [0, 0.25, 0.5, 0.75, 1, 1.25].map((hour) => ({
    ...{ hour: t0 / hourMs + hour, up: 1n, down: 1n, onlineMs: 900_000 },
  }));

  it('has the time before from its sessions, the time since from usage, each once', async () => {
    const books = { usage: async () => hours, history: async () => [session], timeSince: upgraded };

    const uses = await usageSince(books, ['anna'], t0, true);

    expect(online(uses)).toBe(5_400_000n);
    expect(online(uses.filter(({ at }) => at >= upgraded))).toBe(1_800_000n);
    expect(online(await usageSince({ ...books, history: async () => [] }, ['anna'], upgraded, true))).toBe(1_800_000n);
  });

  it('is looked through when a session that was open then goes on', () => {
    const change = { before: session, after: session, used: { sequence: 1, hours } };

    expect(usageOfChange(change, upgraded)).toBeUndefined();
    expect(online(usageOfChange(change, 0) ?? [])).toBe(5_400_000n);
  });
});

function online(uses: readonly SlotUse[]): bigint {
  return uses.reduce((sum, use) => sum + use.online, 0n);
}
