import { randomFillSync } from 'node:crypto';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { eraseUser } from '../../../src/accounting/erase-user.ts';
import { restoreCommand, retentionCommand } from '../../../src/cli/state.ts';
import { openEngine } from '../../../src/cli/surroundings.ts';
import { Engine } from '../../../src/daemon/engine.ts';
import { dueErasures, eraseDue } from '../../../src/daemon/stored/due-erasures.ts';
import { recordsAlone } from '../../../src/daemon/stored/records-alone.ts';
import { RetentionKeeper } from '../../../src/daemon/stored/retention-keeper.ts';
import type { Model } from '../../../src/model/model.ts';
import { backUp, restore, restoringFolder } from '../../../src/store/backup.ts';
import { dueErasuresFile, keyOf } from '../../../src/store/layout.ts';
import type { Store } from '../../../src/store/store.ts';
import { packet, used } from '../../support/accounting-event.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { QuickClock } from '../../support/quick-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const around = {
  clock: new QuickClock(),
  log: pino({ level: 'silent' }),
  fillRandom: (octets: Uint8Array) => void randomFillSync(octets),
};
const by = 'desk';

async function lived(stateDir: string): Promise<Engine> {
  const engine = await Engine.open({ stateDir, ...around });
  for (const username of ['anna', 'ben']) {
    await engine.accounting.record(packet('start', 0, { username, sessionId: username }));
    await engine.accounting.record(packet('stop', 60, { ...used(60, 5, 7), username, sessionId: username }));
  }
  return engine;
}

describe('what is stored of people, while no daemon runs', () => {
  it('is held, exported and erased all the same; a subscriber is known by what was applied last', async () => {
    await using folder = await TempFolder.make();
    await using engine = await lived(join(folder.path, 'state'));
    await engine.store.table('directory').put(`${keyOf('login')}ben`, { fields: { subscriber: 'house-9' } });
    await using alone = await recordsAlone(engine, around);
    const { records } = alone;

    const hold = await records.hold({ who: 'house-9', reason: 'case 9', by });
    expect(hold.usernames).toEqual(['house-9', 'ben']);
    const lines: string[] = [];
    for await (const line of await records.person({ username: 'house-9', by })) lines.push(line);
    expect(lines.filter((line) => line.includes('"is":"session"'))).toHaveLength(1);
    expect((await records.erase({ username: 'anna', by })).sessions).toBe(1);
    await expect(records.erase({ username: 'ben', by })).rejects.toThrow('he is declared');
    await records.release({ number: hold.number, reason: 'over', by });

    expect(records.holds()).toEqual([]);
    expect((await engine.audit.last(9)).map(({ action }) => action)).toEqual([
      'release-hold',
      'erase',
      'export-person',
      'hold',
    ]);
  });

  it('is not held by days of a time zone that nobody knows then: what is of the first hours would be removed', async () => {
    await using folder = await TempFolder.make();
    await using engine = await lived(join(folder.path, 'state'));
    await using alone = await recordsAlone(engine, around);
    const { records } = alone;
    const asked = { who: 'anna', reason: 'case 9', by };

    await expect(records.hold({ ...asked, from: '2026-11-01' })).rejects.toThrow(
      'from "2026-11-01": the time zone is not known now; write 2026-11-01T00:00Z, or with the offset, as in +01:00',
    );
    await expect(records.hold({ ...asked, till: '2026-11-01 12:30' })).rejects.toThrow('write 2026-11-01T12:30Z');
    expect(records.holds()).toEqual([]);

    const hold = await records.hold({ ...asked, from: '2026-11-01T00:00+03:00' });
    expect(hold.from).toBe('2026-10-31T21:00:00.000Z');
  });
});

const rest = { random: () => 0, signal: new AbortController().signal, ask: undefined, version: 'test' };

/** A state folder in which somebody was erased, and a backup of before. */
async function erasedSince(state: string, copy: string): Promise<void> {
  await using engine = await lived(state);
  await backUp(engine.store, copy, around.clock.now());
  await using alone = await recordsAlone(engine, around);
  await alone.records.erase({ username: 'anna', by });
}

/** The process dies after the first write. */
function halfWritten(store: Store): Store['write'] {
  let writes = 0;
  return async (...all) => {
    writes += 1;
    if (writes > 1) throw new Error('killed');
    await store.write(...all);
  };
}

describe('a backup of before somebody was erased', () => {
  it('does not bring him back where it is put in the place of a folder that knows of it', async () => {
    await using folder = await TempFolder.make();
    const [state, copy] = [join(folder.path, 'state'), join(folder.path, 'copy')];
    await erasedSince(state, copy);
    const out: string[] = [];
    const io = { out: (text: string) => void out.push(text), err: () => undefined, env: {} } as never;
    const options = { state, replace: true, output: 'json' } as const;

    expect(await restoreCommand(copy, options, io, { ...around, ...rest })).toBe(0);

    expect(JSON.parse(out.join(''))).toMatchObject({ erased: [expect.stringMatching(/^erased-/)], refused: [] });
    await using after = await Engine.open({ stateDir: state, ...around });
    expect(await after.accounting.history('anna', 9)).toEqual([]);
    expect(await after.accounting.history('ben', 9)).toHaveLength(1);
    await after.accounting.workOutAnew();
    expect(await after.accounting.history('anna', 9)).toEqual([]);
  });

  it('does not bring him back either where the restore is killed before it is done, whenever that is', async () => {
    await using folder = await TempFolder.make();
    const [state, copy] = [join(folder.path, 'state'), join(folder.path, 'copy')];
    await erasedSince(state, copy);
    const now = around.clock.now();
    const due = () => dueErasures(state, folder.path, by);

    // On its way there, with what was there already moved aside.
    await restore(copy, state, { replace: true, now, files: await due() });
    await rename(state, restoringFolder(state));
    await restore(copy, state, { replace: true, now, files: await due() });
    // Copied anew, and killed once more: over a folder in which it is to be done still.
    await restore(copy, state, { replace: true, now: now + 1, files: await due() });
    // In the middle of it: that he is erased is noted, and he is not.
    {
      await using engine = await Engine.open({ stateDir: state, ...around });
      expect(await engine.accounting.history('anna', 9)).toHaveLength(1);
      const killed = () => Promise.reject(new Error('killed'));
      await expect(eraseDue(engine, killed)).rejects.toThrow('killed');
      const upTo = Number.MAX_SAFE_INTEGER;
      const half = { table: engine.store.table.bind(engine.store), write: halfWritten(engine.store) };
      await expect(eraseUser(half, { username: 'anna', pseudonym: 'erased-0', freshKey: 'k', upTo })).rejects.toThrow(
        'killed',
      );
    }
    await using after = await openEngine(state, { ...around, ...rest });

    expect(await after.accounting.history('anna', 9)).toEqual([]);
    expect(await after.accounting.history('ben', 9)).toHaveLength(1);
    expect(await readdir(state)).not.toContain(dueErasuresFile);
  });
});

describe('how long things are kept, while no daemon runs', () => {
  it('is what was declared when one did, and goes at once when somebody says so', async () => {
    await using folder = await TempFolder.make();
    const state = join(folder.path, 'state');
    const dayMs = 86_400_000;
    const out: string[] = [];
    const err: string[] = [];
    const io = {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      env: {},
    } as never;
    const ask = (action: 'show' | 'prune', surroundings: object = around) =>
      retentionCommand(action, { state, output: 'json' }, io, { ...around, ...rest, ...surroundings });
    {
      await using engine = await lived(state);
      expect(await engine.accounting.history('anna', 9)).toHaveLength(1);
    }
    expect(await ask('show')).toBe(1);
    expect(err.join('')).toContain('no daemon has run');
    {
      await using engine = await Engine.open({ stateDir: state, ...around });
      const operator = { timezone: 'UTC', accounting: { retention: { sessionsMs: 2 * dayMs } } };
      const model = () => ({ portalSites: [], subscriptions: [], operator }) as unknown as Model;
      const devices = { all: () => [] } as never;
      await using _keeper = await RetentionKeeper.start({ engine, devices, model, ...around });
    }

    expect(await ask('show')).toBe(0);
    const later = { clock: new ManualClock(around.clock.now() + 30 * dayMs) };
    expect(await ask('prune', later)).toBe(0);

    expect(JSON.parse(out[0] ?? '')).toMatchObject({ keptSeconds: { sessions: 172_800 } });
    expect(JSON.parse(out[1] ?? '')).toMatchObject({ removed: { sessions: 2 } });
    await using after = await Engine.open({ stateDir: state, ...around });
    expect(await after.accounting.history('anna', 9)).toEqual([]);
  });
});
