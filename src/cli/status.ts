import type { DaemonStatus } from '../admin/service.ts';
import type { Engine } from '../daemon/engine.ts';
import { folderBytes } from '../store/folder-bytes.ts';
import { complain } from './complain.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import { statusText } from './status-text.ts';
import type { Surroundings } from './surroundings.ts';

/** `lastmile status [T]`. Without a daemon: what was stored last. */
export async function statusCommand(target: string | undefined, options: RuntimeOptions, io: Io, around: Surroundings) {
  const status = await either(
    options,
    around,
    (daemon) => daemon.get<DaemonStatus>('/api/v1/status'),
    storedStatus(around),
  );
  const targets = status.targets.filter(({ name }) => target === undefined || name === target);
  if (target !== undefined && targets.length === 0) {
    complain(
      new Error(`no target ${target}; there are ${status.targets.map(({ name }) => name).join(', ') || 'none yet'}`),
      io,
    );
    return exitCodes.error;
  }
  const shown = { ...status, targets };
  io.out(
    await render(shown, options.output, () => statusText(shown, target !== undefined, around.clock.now(), io.color)),
  );
  return exitCodes.success;
}

function storedStatus(around: Surroundings) {
  return async (engine: Engine): Promise<DaemonStatus> => ({
    version: around.version,
    pid: 0,
    startedAt: '',
    source: 'no daemon answers: this is what was stored last',
    conditions: [],
    targets: engine.status.targets(),
    openSessions: engine.accounting.openCount,
    stateBytes: await folderBytes(engine.store.dir),
    sessionEvents: [],
    findings: engine.accounting.findings().map((finding) => JSON.stringify(finding)),
  });
}
