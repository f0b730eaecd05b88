import { describe, expect, it } from 'vitest';
import { StoredSigning } from '../../../src/daemon/stored/stored-signing.ts';
import { Store } from '../../../src/store/store.ts';
import { coreNas } from '../../radius/support.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

describe('what was learned of a NAS', () => {
  it('is known after a restart, of the same address', async () => {
    await using folder = await TempFolder.make();
    const failed: unknown[] = [];
    const log = { info() {}, warn() {}, error() {}, debug() {} };
    const first = await Store.open(folder.path, { clock: new ManualClock(), log: log as never });
    const signing = await StoredSigning.open(first.table('meta'), (err) => failed.push(err));
    signing.keep(coreNas, 'off');
    signing.keep(coreNas, 'require');
    expect(signing.of(coreNas)).toBe('require');
    await first.close();

    const second = await Store.open(folder.path, { clock: new ManualClock(), log: log as never });
    const again = await StoredSigning.open(second.table('meta'), (err) => failed.push(err));

    expect(again.of(coreNas)).toBe('require');
    expect(again.of({ ...coreNas, clientAddress: '127.0.0.9' })).toBeUndefined();
    expect(failed).toEqual([]);
    await second.close();
  });
});
