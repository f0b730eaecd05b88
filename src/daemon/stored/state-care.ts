import { writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { RequestError } from '../../admin/request-error.ts';
import type { StateAnswer, StateRequest } from '../../admin/state-care.ts';
import type { Clock } from '../../base/clock.ts';
import { verifyAudit } from '../../status/audit-log.ts';
import { backUp } from '../../store/backup.ts';
import { checkState, damagedTablesOf, type StateReport, verifyJournal } from '../../store/check-state.ts';
import { StateLook } from '../../store/state-look.ts';
import type { Store } from '../../store/store.ts';
import type { Engine } from '../engine.ts';

/** Looks after what is stored, while it is written to. @throws RequestError, BackupError, LastmileError of the store */
export async function careForState(
  engine: Pick<Engine, 'store' | 'accounting'>,
  clock: Pick<Clock, 'now'>,
  { action, to }: StateRequest,
): Promise<StateAnswer> {
  const { store } = engine;
  switch (action) {
    case 'check':
      return { report: await withAudit(await checkState(store), store) };
    case 'verify':
      return { report: await withAudit(await verifyJournal(store), store) };
    case 'repair':
      return await repair(engine, clock);
    case 'backup': {
      if (to === undefined || !isAbsolute(to)) throw new RequestError('a backup needs the whole path of a folder');
      return { backup: await backUp(store, to, clock.now()) };
    }
  }
}

/**
 * Looks at a state folder that no daemon holds, and changes nothing in it.
 *
 * @param tmp a folder for what a look needs
 * @throws LastmileError that says what to do, when it cannot be looked at
 */
export async function lookAtState(action: 'check' | 'verify', dir: string, tmp: string): Promise<StateAnswer> {
  await using look = await StateLook.open(dir, { tmp });
  const looked = action === 'check' ? await checkState(look) : await verifyJournal(look);
  const report = look.unreadable === undefined ? await withAudit(looked, look) : looked;
  if (report.findings.length > 0) await look.requireStill();
  const findings = report.findings.map((found) => ({ ...found, message: look.inPlace(found.message) }));
  return { report: { ...report, findings } };
}

/** Each entry of the audit log is bound to the one before. */
async function withAudit(report: StateReport, tables: Pick<Store, 'table'>): Promise<StateReport> {
  const { broken, ...audit } = await verifyAudit(tables);
  if (broken === undefined) return { ...report, audit };
  const found = { code: 'LM_AUDIT_CHANGED', message: `audit log: ${broken}` } as const;
  return { ...report, audit, findings: [...report.findings, found] };
}

async function repair({ store, accounting }: Pick<Engine, 'store' | 'accounting'>, clock: Pick<Clock, 'now'>) {
  await checkState(store);
  const kept = join(store.dir, `damaged-rows-${new Date(clock.now()).toISOString().replaceAll(':', '')}.jsonl`);
  const dropped = await store.dropDamaged(async (rows) => {
    await writeFile(kept, rows.map((row) => `${JSON.stringify(row)}\n`).join(''), {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
  });
  const [table] = await damagedTablesOf(store);
  if (table !== undefined) store.distrust(table.name);
  await accounting.workOutAnew();
  return { repaired: { dropped, ...(dropped === 0 ? {} : { kept }) }, report: await checkState(store) };
}
