import { writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { RequestError } from '../admin/request-error.ts';
import type { StateAnswer, StateRequest } from '../admin/state-care.ts';
import type { Clock } from '../base/clock.ts';
import { backUp } from '../store/backup.ts';
import { checkState, verifyJournal } from '../store/check-state.ts';
import type { Engine } from './engine.ts';

/** Looks after what is stored, while it is written to. @throws RequestError, BackupError, LastmileError of the store */
export async function careForState(
  engine: Pick<Engine, 'store' | 'accounting'>,
  clock: Pick<Clock, 'now'>,
  { action, to }: StateRequest,
): Promise<StateAnswer> {
  const { store } = engine;
  switch (action) {
    case 'check':
      return { report: await checkState(store) };
    case 'verify':
      return { report: await verifyJournal(store) };
    case 'repair':
      return await repair(engine, clock);
    case 'backup': {
      if (to === undefined || !isAbsolute(to)) throw new RequestError('a backup needs the whole path of a folder');
      return { backup: await backUp(store, to, clock.now()) };
    }
  }
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
  await accounting.workOutAnew();
  return { repaired: { dropped, ...(dropped === 0 ? {} : { kept }) }, report: await checkState(store) };
}
