import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CollectionStatus } from './collection.ts';
import type { TargetReport } from './report.ts';

/** What is read when somebody scrapes. */
export interface MetricSources {
  readonly openSessions: () => number;
  readonly radius: () => readonly {
    readonly metric: string;
    readonly nas: string;
    readonly detail: string;
    readonly socket?: string;
    readonly value: number;
  }[];
  readonly portal: {
    readonly logins: () => readonly {
      readonly site: string;
      readonly method: string;
      readonly result: string;
      readonly value: number;
    }[];
    readonly refusals: () => readonly { readonly reason: string; readonly value: number }[];
  };
  /** What came of questions to the operator's own program. */
  readonly authorize: () => ReadonlyMap<string, number>;
  /** What came of requests passed on to servers of others. */
  readonly proxy: () => readonly {
    readonly server: string;
    readonly service: string;
    readonly result: string;
    readonly value: number;
  }[];
  /** RADIUS listeners on UDP, and which read and send many packets by one call. */
  readonly batched?: () => readonly {
    readonly service: string;
    readonly listener: string;
    readonly batched: boolean;
  }[];
  /** NAS of which is learned whether they sign their requests, and what was. */
  readonly signing?: () => readonly { readonly nas: string; readonly learned: string }[];
  /** Our own listeners and declared peers, as the heartbeat sees them. */
  readonly heartbeat?: () => readonly {
    readonly peer?: string;
    readonly service: string;
    readonly listener: string;
    readonly up: boolean;
    readonly reason?: string;
  }[];
  readonly revision: () => string | undefined;
  readonly logins: () => number;
  /** Routers that a person wants left alone, and why. */
  readonly pauses: () => readonly { readonly target: string; readonly kind: string }[];
  /** Rows of drift that are left, by target. */
  readonly driftLeft: () => readonly { readonly target: string; readonly rows: number }[];
  /** Names of the targets there are: series of others are dropped. */
  readonly targets: () => readonly string[];
  /** How the reading of routers' counters goes. */
  readonly collections: () => readonly CollectionStatus[];
  /** What sessions could not be told yet, by NAS. */
  readonly outbox: () => readonly { readonly nas: string; readonly waiting: number }[];
  /** Who is at a step of a quota. */
  readonly quotas?: () => {
    readonly steps: readonly {
      readonly service: string;
      readonly quota: string;
      readonly step: number;
      readonly subscriptions: number;
    }[];
    readonly crossings: number;
  };
  /** Programs that are told what happens. */
  readonly webhooks: () => readonly {
    readonly name: string;
    readonly pending: number;
    readonly taken: number;
    readonly failures: number;
    readonly deadLetters: number;
    readonly trouble?: unknown;
  }[];
  /** What was kept long enough and is removed, by what it is; and legal holds. */
  readonly retention?: () => {
    readonly removed: Readonly<Record<'sessions' | 'usage' | 'segments' | 'audit' | 'former', number>>;
    readonly holds: number;
    readonly last?: string;
  };
  /** Size of the state folder. */
  readonly stateBytes: () => Promise<number>;
}

/** One command of a router's API. */
export interface ObservedCall {
  /** `print`, `set`, `login`. */
  readonly operation: string;
  readonly result: string;
  readonly durationMs: number;
}

const actions = ['create', 'update', 'delete', 'move'] as const;

/** Prometheus metrics (prefix `lastmile_`, base units). Labels are routers, results and reasons, never subscribers. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #runs: Counter<'target' | 'result'>;
  readonly #durations: Histogram<'target'>;
  readonly #changes: Gauge<'target' | 'action'>;
  readonly #healed: Counter<'target'>;
  readonly #lastApplied: Gauge<'target'>;
  readonly #refusals: Counter<'reason'>;
  readonly #calls: Counter<'router' | 'op' | 'result'>;
  readonly #callDurations: Histogram<'router'>;
  readonly #effects: Histogram<'result'>;

  /** Series of each router. */
  readonly #called = new Map<string, Map<string, { readonly op: string; readonly result: string }>>();
  readonly #observed = new Map<string, Set<TargetReport['result']>>();
  readonly #targets: () => readonly string[];

  constructor(sources: MetricSources, version: string) {
    this.#targets = sources.targets;
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
    this.#calls = new Counter({
      name: 'lastmile_router_api_requests_total',
      help: 'Commands of the API of routers, by what they do and what came of them',
      registers,
      labelNames: ['router', 'op', 'result'] as const,
    });
    this.#callDurations = new Histogram({
      name: 'lastmile_router_api_duration_seconds',
      help: 'Time until a router had answered a command of its API',
      registers,
      labelNames: ['router'] as const,
      buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    });
    this.#effects = new Histogram({
      name: 'lastmile_session_effect_seconds',
      help: 'From the order for a session that runs until its NAS had carried it out, waiting for the NAS included',
      registers,
      labelNames: ['result'] as const,
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600, 86_400],
    });
    this.#read(sources, version);
  }

  /** A session that runs has a new limit now, or has ended as it was to. */
  observeEffect(result: 'changed' | 'disconnected', tookMs: number): void {
    this.#effects.observe({ result }, tookMs / 1000);
  }

  observeCall(router: string, { operation: op, result, durationMs }: ObservedCall): void {
    this.#calls.inc({ router, op, result });
    this.#callDurations.observe({ router }, durationMs / 1000);
    this.#called.set(router, (this.#called.get(router) ?? new Map()).set(`${op}\n${result}`, { op, result }));
  }

  observe(report: TargetReport): void {
    const { target, result, summary, durationMs, drift, refusals, at } = report;
    this.#runs.inc({ target, result });
    this.#observed.set(target, (this.#observed.get(target) ?? new Set()).add(result));
    this.#durations.observe({ target }, durationMs / 1000);
    for (const action of actions) {
      this.#changes.set({ target, action }, summary[action]);
    }
    if (drift && result === 'applied') this.#healed.inc({ target });
    if (result === 'applied' || result === 'in-sync') this.#lastApplied.set({ target }, at / 1000);
    for (const { code } of refusals) this.#refusals.inc({ reason: code });
  }

  text(): Promise<string> {
    const targets = new Set(this.#targets());
    const known = new Set([...this.#observed.keys(), ...this.#called.keys()]);
    for (const target of [...known].filter((each) => !targets.has(each))) this.#forget(target);
    return this.#registry.metrics();
  }

  #forget(target: string): void {
    for (const result of this.#observed.get(target) ?? []) this.#runs.remove({ target, result });
    for (const action of actions) this.#changes.remove({ target, action });
    for (const metric of [this.#durations, this.#healed, this.#lastApplied]) metric.remove({ target });
    for (const series of this.#called.get(target)?.values() ?? []) this.#calls.remove({ router: target, ...series });
    this.#callDurations.remove({ router: target });
    this.#called.delete(target);
    this.#observed.delete(target);
  }

  /** Gauges whose value is read when they are asked for. */
  #read(sources: MetricSources, version: string): void {
    const registers = [this.#registry];
    const gauge = (name: string, help: string, value: () => number | Promise<number>) =>
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          this.set(await value());
        },
      });
    gauge('lastmile_sessions_open', 'Sessions that accounting knows to be open', sources.openSessions);
    gauge('lastmile_state_bytes', 'Size of the state folder', sources.stateBytes);
    const { retention } = sources;
    if (retention !== undefined) {
      gauge('lastmile_legal_holds', 'Legal holds in force', () => retention().holds);
      gauge('lastmile_retention_run_timestamp_seconds', 'When what was kept long enough was removed last', () =>
        Math.floor(Date.parse(retention().last ?? '1970-01-01T00:00:00Z') / 1000),
      );
      new Counter({
        name: 'lastmile_retention_removed_total',
        help: 'Removed because it was kept long enough, since the state folder was made',
        ...{ registers, labelNames: ['what' as const] },
        collect() {
          this.reset();
          for (const [what, count] of Object.entries(retention().removed)) this.inc({ what }, count);
        },
      });
    }
    gauge('lastmile_logins', 'Usernames in the directory', sources.logins);
    const ofRouter = { registers, labelNames: ['router' as const] };
    new Gauge({
      name: 'lastmile_collection_age_seconds',
      help: 'Since the counters of a router were last read whole; without a reading, since the start',
      ...ofRouter,
      collect() {
        this.reset();
        for (const { router, ageSeconds } of sources.collections()) this.set({ router }, ageSeconds);
      },
    });
    new Counter({
      name: 'lastmile_collection_failures_total',
      help: 'Readings of the counters of a router that failed, since the start',
      ...ofRouter,
      collect() {
        this.reset();
        for (const { router, failures } of sources.collections()) this.inc({ router }, failures);
      },
    });
    new Gauge({
      name: 'lastmile_collection_sessions',
      help: 'Sessions read over the API of a router, at the last reading',
      ...ofRouter,
      collect() {
        this.reset();
        for (const { router, sessions = 0 } of sources.collections()) this.set({ router }, sessions);
      },
    });
    new Gauge({
      name: 'lastmile_collection_findings',
      help: 'Reasons for which the counters of a router may be short, at the last reading',
      registers,
      labelNames: ['router', 'code'] as const,
      collect() {
        this.reset();
        for (const { router, findings } of sources.collections()) {
          for (const { code } of findings) this.set({ router, code }, 1);
        }
      },
    });
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
      labelNames: ['event', 'nas', 'detail', 'socket'] as const,
      collect() {
        this.reset();
        for (const { metric: event, value, ...labels } of sources.radius()) this.set({ event, ...labels }, value);
      },
    });
    new Gauge({
      name: 'lastmile_radius_outbox',
      help: 'Sessions that could not be told yet what was changed, or that they end',
      registers,
      labelNames: ['nas'] as const,
      collect() {
        this.reset();
        for (const { nas, waiting } of sources.outbox()) this.set({ nas }, waiting);
      },
    });
    readWebhooks(sources, registers);
    readQuotas(sources.quotas, registers);
    new Counter({
      name: 'lastmile_portal_logins_total',
      help: 'Logins at portal sites by how far they came: sent to the router, seen online, accepted by the controller, or why not; since the start',
      registers,
      labelNames: ['site', 'method', 'result'] as const,
      collect() {
        this.reset();
        for (const { value, ...labels } of sources.portal.logins()) this.inc(labels, value);
      },
    });
    new Counter({
      name: 'lastmile_portal_refusals_total',
      help: 'Requests that the portal refused for what they were, since the start',
      registers,
      labelNames: ['reason'] as const,
      collect() {
        this.reset();
        for (const { reason, value } of sources.portal.refusals()) this.inc({ reason }, value);
      },
    });
    new Counter({
      name: 'lastmile_authorize_total',
      help: 'Questions about logins to the program that authorize declares, by what came of them, since the start',
      registers,
      labelNames: ['result'] as const,
      collect() {
        this.reset();
        for (const [result, value] of sources.authorize()) this.inc({ result }, value);
      },
    });
    new Counter({
      name: 'lastmile_proxy_total',
      help: 'Requests passed on to home servers, by what came of them, since the start',
      registers,
      labelNames: ['server', 'service', 'result'] as const,
      collect() {
        this.reset();
        for (const { value, ...labels } of sources.proxy()) this.inc(labels, value);
      },
    });
    new Gauge({
      name: 'lastmile_radius_heartbeat_up',
      help: 'RADIUS listeners, ours and those of declared peers: 0 when one has missed as many heartbeats as are declared',
      registers,
      labelNames: ['peer', 'service', 'listener', 'reason'] as const,
      collect() {
        this.reset();
        for (const { up, peer, service, listener, reason } of sources.heartbeat?.() ?? []) {
          const why = up || reason === undefined ? {} : { reason };
          this.set({ ...(peer === undefined ? {} : { peer }), service, listener, ...why }, up ? 1 : 0);
        }
      },
    });
    new Gauge({
      name: 'lastmile_radius_signing',
      help: 'NAS declared messageAuthenticator: learn, by what was learned of them: require, off, or open',
      registers,
      labelNames: ['nas', 'learned'] as const,
      collect() {
        this.reset();
        for (const labels of sources.signing?.() ?? []) this.set({ ...labels }, 1);
      },
    });
    new Gauge({
      name: 'lastmile_radius_batched',
      help: 'RADIUS listeners on UDP: 1 where packets are read and sent many at a time, 0 where one by one',
      registers,
      labelNames: ['service', 'listener'] as const,
      collect() {
        this.reset();
        for (const { batched, ...labels } of sources.batched?.() ?? []) this.set(labels, batched ? 1 : 0);
      },
    });
    new Gauge({
      name: 'lastmile_suspended',
      help: 'Routers that a person wants left alone',
      registers,
      labelNames: ['target', 'kind'] as const,
      collect() {
        this.reset();
        for (const labels of sources.pauses()) this.set(labels, 1);
      },
    });
    new Gauge({
      name: 'lastmile_drift_rows',
      help: 'Rows found otherwise than declared, and left so',
      registers,
      labelNames: ['target'] as const,
      collect() {
        this.reset();
        for (const { target, rows } of sources.driftLeft()) this.set({ target }, rows);
      },
    });
    new Gauge({ name: 'lastmile_build_info', help: 'Version', registers, labelNames: ['version'] as const }).set(
      { version },
      1,
    );
  }
}

function readQuotas(read: MetricSources['quotas'], registers: Registry[]): void {
  new Gauge({
    name: 'lastmile_quota_step_subscriptions',
    help: 'Subscriptions at a step of a quota',
    registers,
    labelNames: ['service', 'quota', 'step'] as const,
    collect() {
      this.reset();
      for (const { subscriptions, ...labels } of read?.().steps ?? []) this.set(labels, subscriptions);
    },
  });
  new Counter({
    name: 'lastmile_quota_steps_total',
    help: 'Steps of quotas that subscriptions took or left, since the start',
    registers,
    collect() {
      this.reset();
      this.inc(read?.().crossings ?? 0);
    },
  });
}

function readWebhooks(sources: Pick<MetricSources, 'webhooks'>, registers: Registry[]): void {
  type Webhook = ReturnType<MetricSources['webhooks']>[number];
  const common = { registers, labelNames: ['webhook'] as const };
  const gauge = (name: string, help: string, value: (webhook: Webhook) => number) =>
    new Gauge({
      ...{ name, help, ...common },
      collect() {
        this.reset();
        for (const each of sources.webhooks()) this.set({ webhook: each.name }, value(each));
      },
    });
  const counter = (name: string, help: string, value: (webhook: Webhook) => number) =>
    new Counter({
      ...{ name, help, ...common },
      collect() {
        this.reset();
        for (const each of sources.webhooks()) this.inc({ webhook: each.name }, value(each));
      },
    });
  gauge('lastmile_webhook_up', 'Whether a webhook took what it was last told', ({ trouble }) => (trouble ? 0 : 1));
  gauge('lastmile_webhook_pending', 'Events that a webhook is behind', ({ pending }) => pending);
  gauge('lastmile_webhook_dead_letters', 'Events that a webhook did not take', ({ deadLetters }) => deadLetters);
  counter('lastmile_webhook_events_total', 'Events told to a webhook, since the start', ({ taken }) => taken);
  counter(
    'lastmile_webhook_failures_total',
    'Requests to a webhook that failed, since the start',
    ({ failures }) => failures,
  );
}
