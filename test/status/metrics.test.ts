import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/status/metrics.ts';
import { report } from './support.ts';

describe('metrics', () => {
  it('of a target that is declared no more are gone', async () => {
    let targets = ['core-1', 'core-10', 'directory'];
    const metrics = metricsOf({ targets: () => targets });
    for (const target of targets) metrics.observe(report({ target, result: 'applied', drift: true }));
    const before = await metrics.text();

    targets = ['core-10', 'directory'];
    const after = await metrics.text();

    expect(before).toContain('lastmile_reconcile_total{target="core-1",result="applied"} 1');
    expect(after).not.toContain('target="core-1"');
    for (const name of ['reconcile_total', 'reconcile_duration_seconds_count', 'plan_changes', 'drift_healed_total']) {
      expect(after).toMatch(new RegExp(`^lastmile_${name}\\{target="core-10"`, 'm'));
    }
  });

  it('tell what is suspended, and how much drift is left', async () => {
    const text = await metricsOf({}).text();

    expect(text).toContain('lastmile_suspended{target="core-3",kind="breakglass"} 1');
    expect(text).toContain('lastmile_drift_rows{target="core-2"} 3');
  });

  it('tell what became of packets, of those that were dropped also at which socket', async () => {
    const radius = () => [
      { metric: 'dropped', nas: 'core-1', detail: 'ma-wrong', socket: 'auth', value: 3 },
      { metric: 'dropped', nas: 'core-1', detail: 'ma-wrong', socket: 'accounting', value: 1 },
      { metric: 'requests', nas: 'core-1', detail: 'Access-Request', value: 9 },
    ];
    const text = await metricsOf({ radius }).text();

    expect(text.match(/^lastmile_radius_events\{.*$/gm)).toEqual([
      'lastmile_radius_events{event="dropped",nas="core-1",detail="ma-wrong",socket="auth"} 3',
      'lastmile_radius_events{event="dropped",nas="core-1",detail="ma-wrong",socket="accounting"} 1',
      'lastmile_radius_events{event="requests",nas="core-1",detail="Access-Request"} 9',
    ]);
  });

  it('tell what was learned of NAS that may sign or not', async () => {
    const signing = () => [
      { nas: 'core-1', learned: 'require' },
      { nas: 'core-2', learned: 'open' },
    ];

    expect((await metricsOf({ signing }).text()).match(/^lastmile_radius_signing.*$/gm)).toEqual([
      'lastmile_radius_signing{nas="core-1",learned="require"} 1',
      'lastmile_radius_signing{nas="core-2",learned="open"} 1',
    ]);
  });

  it('IS-10: tell how many sessions could not be told something', async () => {
    expect(await metricsOf({}).text()).toMatch(/^lastmile_radius_outbox\{nas="core-1"\} 2$/m);
  });

  it('IW-24: tell which listener misses its heartbeat, and why', async () => {
    const at = (up: boolean, more = {}) => ({ service: 'auth', listener: '0.0.0.0:1812', up, ...more });
    const heartbeat = () => [at(false, { reason: 'stalled' }), at(true, { peer: 'second', reason: 'silent' })];
    const text = await metricsOf({ heartbeat }).text();

    expect(text.match(/^lastmile_radius_heartbeat_up.*$/gm)).toEqual([
      'lastmile_radius_heartbeat_up{service="auth",listener="0.0.0.0:1812",reason="stalled"} 0',
      'lastmile_radius_heartbeat_up{peer="second",service="auth",listener="0.0.0.0:1812"} 1',
    ]);
  });

  it('tell which listeners read and send packets many at a time', async () => {
    const listeners = [true, false].map((batched, at) => ({ service: 'auth', listener: `0.0.0.0:${at + 1}`, batched }));
    const text = await metricsOf({ batched: () => listeners }).text();

    expect(text.match(/^lastmile_radius_batched.*$/gm)).toEqual([
      'lastmile_radius_batched{service="auth",listener="0.0.0.0:1"} 1',
      'lastmile_radius_batched{service="auth",listener="0.0.0.0:2"} 0',
    ]);
  });

  it('tell how large the state folder is', async () => {
    expect(await metricsOf({}).text()).toMatch(/^lastmile_state_bytes 4096$/m);
  });
});

function metricsOf({ targets = () => [], ...more }: Partial<ConstructorParameters<typeof Metrics>[0]>): Metrics {
  return new Metrics(
    {
      openSessions: () => 0,
      radius: () => [],
      portal: { logins: () => [], refusals: () => [] },
      authorize: () => new Map(),
      proxy: () => [],
      revision: () => undefined,
      logins: () => 0,
      targets,
      webhooks: () => [],
      pauses: () => [{ target: 'core-3', kind: 'breakglass' }],
      driftLeft: () => [{ target: 'core-2', rows: 3 }],
      collections: () => [],
      outbox: () => [{ nas: 'core-1', waiting: 2 }],
      stateBytes: async () => 4096,
      ...more,
    },
    '1.0.0',
  );
}
