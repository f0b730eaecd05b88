import { describe, expect, it } from 'vitest';
import type { DaemonStatus } from '../../src/admin/service.ts';
import { statusText } from '../../src/cli/status-text.ts';
import { judge } from '../../src/status/conditions.ts';
import { withPauses } from '../../src/status/paused.ts';
import type { TargetStatus } from '../../src/status/status-book.ts';
import { report } from '../status/support.ts';

const now = Date.UTC(2026, 0, 1, 12);
const lastTransitionTime = '2026-01-01T11:00:00.000Z';
const seen = report({});
const target: TargetStatus = {
  name: seen.target,
  conditions: judge(seen).map((each) => ({ ...each, lastTransitionTime })),
  last: seen,
  history: [],
};
const pause = {
  target: seen.target,
  kind: 'suspend' as const,
  reason: 'new line card',
  by: 'eve',
  since: now - 60_000,
};
const status: DaemonStatus = {
  version: '1',
  pid: 0,
  startedAt: '',
  source: 'a folder',
  conditions: [],
  targets: [],
  openSessions: 0,
  stateBytes: 0,
  sessionEvents: [],
  findings: [],
};

describe('the status of a router that was suspended a moment ago', () => {
  const targets = withPauses([target], [{ ...pause, until: now + 3_600_000 }], now);
  const text = (full: boolean) => statusText({ ...status, targets }, full, now, false);

  it('says so before anybody has looked at it anew', () => {
    expect(text(false)).toContain('suspended: new line card (eve, until 2026-01-01T13:00:00.000Z); in step');
    expect(text(true)).toContain('Suspended=True Suspended since 2026-01-01T11:59:00.000Z new line card');
  });

  it('says no more of it once it is followed again', () => {
    const again = withPauses(targets, [], now + 1000);

    expect(statusText({ ...status, targets: again }, true, now, false)).toContain('Suspended=False NotSuspended');
    expect(statusText({ ...status, targets: again }, false, now, false)).not.toContain('suspended:');
  });
});
