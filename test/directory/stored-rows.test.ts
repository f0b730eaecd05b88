import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { StoredRows } from '../../src/directory/stored-rows.ts';
import type { Row } from '../../src/reconcile/row.ts';
import { Store } from '../../src/store/store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

function login(identity: string, fields: Row['fields'] = {}): Row {
  return { menu: 'login', identity, owner: `Subscriber/${identity}`, fields };
}

class Lab implements AsyncDisposable {
  readonly #folder: TempFolder;
  readonly store: Store;

  private constructor(folder: TempFolder, store: Store) {
    this.#folder = folder;
    this.store = store;
  }

  static async start(): Promise<Lab> {
    const folder = await TempFolder.make();
    return new Lab(folder, await Store.open(folder.path, { clock: new ManualClock(), log: pino({ level: 'silent' }) }));
  }

  open(): Promise<StoredRows> {
    return StoredRows.open(this.store, () => 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

describe('rows on disk', () => {
  it('come back with every name, and know their secret without telling it', async () => {
    await using lab = await Lab.start();
    const stored = await lab.open();
    const names = [
      'anna',
      'Anna',
      'anna\0',
      '',
      'ديوان',
      '🙂',
      '"; /system reset',
      'a'.repeat(4096),
      '\ud800',
      '\uffff',
    ];
    await stored.write(
      names
        .map((name) => login(name, { rate: '5M/20M', password: new Secret(`of ${name}`) }))
        .map((after) => ({ ...after, after })),
      [],
    );

    const rows = await (await lab.open()).rows();

    expect(new Set(rows.map(({ identity }) => identity))).toEqual(new Set(names));
    for (const { identity, fields } of rows) {
      const password = fields['password'];
      expect(typeof password === 'object' && password.equals(new Secret(`of ${identity}`))).toBe(true);
      expect(typeof password === 'object' && password.equals(new Secret('another'))).toBe(false);
      expect(JSON.stringify(fields)).not.toContain('of ');
    }
  });

  it('are gone once removed', async () => {
    await using lab = await Lab.start();
    const stored = await lab.open();
    const after = login('anna');
    await stored.write([{ ...after, after }], []);

    await stored.write([{ menu: 'login', identity: 'anna' }], []);

    expect(await stored.rows()).toEqual([]);
  });

  it('have other digests in another state folder', async () => {
    const digests = new Set<string>();
    for (let turn = 0; turn < 2; turn += 1) {
      await using lab = await Lab.start();
      const after = login('anna', { password: new Secret('hunter2') });
      await (await lab.open()).write([{ ...after, after }], []);
      for await (const [, record] of lab.store.table('directory').entries()) digests.add(JSON.stringify(record));
    }

    expect(digests.size).toBe(2);
  });
});
