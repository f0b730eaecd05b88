import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { TargetReport } from './report.ts';

/** What is read when somebody scrapes. */
export interface MetricSources {
  readonly openSessions: () => number;
  readonly radius: () => readonly {
    readonly metric: string;
    readonly nas: string;
    readonly detail: string;
    readonly value: number;
  }[];
  readonly revision: () => string | undefined;
  readonly logins: () => number;
}

/** Prometheus metrics (prefix `lastmile_`, base units). Labels are routers, results and reasons, never subscribers. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #runs: Counter<'target' | 'result'>;
  readonly #durations: Histogram<'target'>;
  readonly #changes: Gauge<'target' | 'action'>;
  readonly #healed: Counter<'target'>;
  readonly #lastApplied: Gauge<'target'>;
  readonly #refusals: Counter<'reason'>;

  constructor(sources: MetricSources, version: string) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    const labelled = { registers, labelNames: ['target' as const] };
    this.#runs = new Counter({
      name: 'lastmile_reconcile_total',
      help: 'Reconciles of a target by result',
      registers,
      labelNames: ['target', 'result'] as const,
    });
    this.#durations = new Histogram({
      name: 'lastmile_reconcile_duration_seconds',
      help: 'Time one reconcile took',
      ...labelled,
    });
    this.#changes = new Gauge({
      name: 'lastmile_plan_changes',
      help: 'Changes of the last plan of a target',
      registers,
      labelNames: ['target', 'action'] as const,
    });
    this.#healed = new Counter({
      name: 'lastmile_drift_healed_total',
      help: 'Reconciles that healed drift',
      ...labelled,
    });
    this.#lastApplied = new Gauge({
      name: 'lastmile_last_applied_timestamp_seconds',
      help: 'When a target was last seen in step',
      ...labelled,
    });
    this.#refusals = new Counter({
      name: 'lastmile_refusals_total',
      help: 'Plans refused by the guard',
      registers,
      labelNames: ['reason'] as const,
    });
    this.#read(sources, version);
  }

  observe(report: TargetReport): void {
    const { target, result, summary, durationMs, drift, refusals, at } = report;
    this.#runs.inc({ target, result });
    this.#durations.observe({ target }, durationMs / 1000);
    for (const action of ['create', 'update', 'delete', 'move'] as const) {
      this.#changes.set({ target, action }, summary[action]);
    }
    if (drift && result === 'applied') this.#healed.inc({ target });
    if (result === 'applied' || result === 'in-sync') this.#lastApplied.set({ target }, at / 1000);
    for (const { code } of refusals) this.#refusals.inc({ reason: code });
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Gauges whose value is read when they are asked for. */
  #read(sources: MetricSources, version: string): void {
    const registers = [this.#registry];
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
    gauge('lastmile_sessions_open', 'Sessions that accounting knows to be open', sources.openSessions);
    gauge('lastmile_logins', 'Usernames in the directory', sources.logins);
    new Gauge({
      name: 'lastmile_source_info',
      help: 'The revision in force',
      registers,
      labelNames: ['revision'] as const,
      collect() {
        this.reset();
        this.set({ revision: sources.revision() ?? 'none' }, 1);
      },
    });
    new Gauge({
      name: 'lastmile_radius_events',
      help: 'RADIUS packets by what became of them, since the start',
      registers,
      labelNames: ['event', 'nas', 'detail'] as const,
      collect() {
        this.reset();
        for (const { metric, nas, detail, value } of sources.radius()) this.set({ event: metric, nas, detail }, value);
      },
    });
    new Gauge({ name: 'lastmile_build_info', help: 'Version', registers, labelNames: ['version'] as const }).set(
      { version },
      1,
    );
  }
}
