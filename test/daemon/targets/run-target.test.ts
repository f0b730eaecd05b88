import { describe, expect, it } from 'vitest';
import { reportLines } from '../../../src/cli/report-text.ts';
import { runTarget } from '../../../src/daemon/targets/run-target.ts';
import type { Target } from '../../../src/reconcile/target.ts';
import { judge } from '../../../src/status/conditions.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { networkOf } from '../../support/ppp-network.ts';

const names = Array.from({ length: 20_000 }, (_, at) => `s${at}`);

/** Takes no row at all. */
const refusing: Target = {
  name: 'core-1',
  exclusive: false,
  references: {},
  ordered: [],
  desired: () =>
    names.map((name) => ({ menu: '/ppp/secret', identity: name, owner: `Subscriber/${name}`, fields: { name } })),
  observe: async () => ({ rows: [], sessions: [], pendingEffects: [], findings: [] }),
  sessionEffects: () => [],
  apply: async (level) => level.map((change) => ({ change, result: 'failed', error: new Error('no') })),
  settleSessions: async () => [],
};

describe('a router that refuses twenty thousand rows', () => {
  it('is reported with the first hundred of them and the number of the rest', async () => {
    const model = networkOf();
    const { report } = await runTarget(refusing, {
      model,
      revision: 'x',
      mode: 'apply',
      guard: { deleteLimits: model.operator.reconcile.deleteLimits },
      inventory: new MemoryInventory(),
      reason: 'revision',
      clock: new ManualClock(),
      signal: new AbortController().signal,
    });

    expect(report).toMatchObject({ result: 'partial', moreFailed: 19_900 });
    expect(report.failed).toHaveLength(100);
    expect(JSON.stringify(report).length).toBeLessThan(20_000);
    expect(reportLines(report)[0]).toBe('core-1: applied in part: 20000 failed');
    expect(reportLines(report).at(-1)).toBe('  … and 19980 more');
    expect(judge(report)[0]?.message).toContain('20000 failed: core-1/ppp/secret/s0: no');
  });
});
