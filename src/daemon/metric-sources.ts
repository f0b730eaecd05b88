import type { RecordsService } from '../admin/records-service.ts';
import type { Clock } from '../base/clock.ts';
import type { RadiusCounters } from '../radius/counters.ts';
import type { RadiusServer } from '../radius/server.ts';
import type { MetricSources } from '../status/metrics.ts';
import { folderBytes } from '../store/folder-bytes.ts';
import type { Engine } from './engine.ts';
import type { DeclaredAuthority } from './logins/declared-authority.ts';
import type { DeclaredProxy } from './logins/declared-proxy.ts';
import { type Heartbeat, heartbeatNas } from './logins/heartbeat.ts';
import type { PortalGateway } from './logins/portal-gateway.ts';
import type { UsageCollector } from './sessions/usage-collector.ts';
import type { Reconciler } from './targets/reconciler.ts';
import type { Telling } from './telling/telling.ts';

/** The parts of the daemon that metrics are read from. */
export interface Measured {
  readonly engine: Engine;
  readonly records: RecordsService;
  readonly clock: Clock;
  readonly portal: PortalGateway;
  readonly authority: DeclaredAuthority;
  readonly proxy: DeclaredProxy;
  readonly heartbeat: Heartbeat;
  readonly reconciler: Reconciler;
  readonly collector: UsageCollector;
  readonly telling: Telling;
  readonly counters: RadiusCounters;
  /** `undefined` before RADIUS is open. */
  readonly radius: () => RadiusServer | undefined;
}

/** Where each metric is read when somebody asks for it; the heartbeat's own logins count nowhere. */
export function metricSources(parts: Measured): MetricSources {
  const { engine, records, clock, portal, authority, proxy, heartbeat, reconciler, collector, telling } = parts;
  return {
    retention: () => records.retention(),
    portal: portal.counters,
    authorize: () => authority.counts(),
    proxy: () => proxy.counts(),
    openSessions: () => engine.accounting.openCount,
    radius: () => parts.counters.samples().filter(({ nas }) => nas !== heartbeatNas),
    signing: () => parts.radius()?.signing() ?? [],
    heartbeat: () => heartbeat.pulses(),
    batched: () => parts.radius()?.batched() ?? [],
    revision: () => reconciler.inForce?.revision,
    logins: () => engine.directory.loginCount,
    targets: () => reconciler.targetNames,
    pauses: () => engine.pauses.all(clock.now()).map(({ target, kind }) => ({ target, kind })),
    driftLeft: () => reconciler.targetNames.map((target) => ({ target, rows: engine.drift.left(target).size })),
    collections: () => collector.status(),
    outbox: () => waitingByNas(engine),
    webhooks: () => telling.webhooks.states(),
    quotas: () => engine.quotas.counts(),
    stateBytes: () => folderBytes(engine.store.dir),
  };
}

function waitingByNas({
  directoryTarget: { outbox },
}: Engine): readonly { readonly nas: string; readonly waiting: number }[] {
  return outbox.nas().map((nas) => ({ nas, waiting: outbox.countAt(nas) }));
}
