import type { DaemonStatus } from '../admin/service.ts';
import type { Engine } from '../daemon/engine.ts';
import { withPauses } from '../status/paused.ts';
import { folderBytes } from '../store/folder-bytes.ts';
import { complain } from './complain.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import { statusText } from './status-text.ts';
import type { Surroundings } from './surroundings.ts';

/** `lastmile status [T]`, T being a target or a controller. Without a daemon: what was stored last. */
export async function statusCommand(name: string | undefined, options: RuntimeOptions, io: Io, around: Surroundings) {
  const status = await either(
    options,
    around,
    (daemon) => daemon.get<DaemonStatus>('/api/v1/status'),
    storedStatus(around),
  );
  const shown = name === undefined ? status : only(name, status);
  if (shown === undefined) {
    complain(new Error(`no target or controller ${name}; there are ${namesIn(status).join(', ') || 'none yet'}`), io);
    return exitCodes.error;
  }
  io.out(
    await render(shown, options.output, () => statusText(shown, name !== undefined, around.clock.now(), io.color)),
  );
  return exitCodes.success;
}

/** What concerns a target or a controller; `undefined` when there is none of that name. */
function only(name: string, status: DaemonStatus): DaemonStatus | undefined {
  const targets = status.targets.filter((each) => each.name === name);
  const controllers = (status.controllers ?? []).filter((each) => each.name === name);
  if (targets.length === 0 && controllers.length === 0) return undefined;
  const collections = (status.collections ?? []).filter((each) => each.router === name);
  const findings = targets.length > 0 ? status.findings : controllers.flatMap((each) => each.findings);
  return { ...status, targets, controllers, collections, findings };
}

function namesIn({ targets, controllers = [] }: DaemonStatus): readonly string[] {
  return [...targets, ...controllers].map(({ name }) => name);
}

function storedStatus(around: Surroundings) {
  return async (engine: Engine): Promise<DaemonStatus> => {
    const now = around.clock.now();
    const pauses = engine.pauses.all(now);
    return {
      version: around.version,
      pid: 0,
      startedAt: '',
      source: 'no daemon answers: this is what was stored last',
      conditions: [],
      targets: withPauses(engine.status.targets(), pauses, now),
      pauses,
      openSessions: engine.accounting.openCount,
      stateBytes: await folderBytes(engine.store.dir),
      sessionEvents: [],
      findings: [
        ...engine.routers.unconfirmed(),
        ...engine.accounting.findings().map((finding) => JSON.stringify(finding)),
      ],
    };
  };
}
