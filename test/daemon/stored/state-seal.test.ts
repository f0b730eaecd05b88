import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { StateSeal, type StateSealOptions } from '../../../src/daemon/stored/state-seal.ts';
import type { SecretUses } from '../../../src/model/secret-values.ts';
import type { SourceFile } from '../../../src/source/source.ts';
import type { KeyValue } from '../../../src/store/key-value.ts';

const master = { LASTMILE_SECRET_MASTER: 'a master key that nobody guesses' };
const ofNas = { LASTMILE_SECRET_NAS: 'a shared secret of thirty-two ch' };
const byMaster: SecretUses = { masterKey: { env: 'LASTMILE_SECRET_MASTER' }, elsewhere: [], inText: new Map() };
const withoutMaster: SecretUses = {
  elsewhere: [{ env: 'LASTMILE_SECRET_NAS' }],
  inText: new Map([['people.yaml', 200]]),
};

/** One state folder, over several starts. */
class Lab {
  readonly rows = new Map<string, unknown>();
  readonly files = new Map<string, readonly SourceFile[]>();
  writes = 0;

  start(env: Readonly<Record<string, string>>): Promise<StateSeal> {
    const meta: Pick<KeyValue<unknown>, 'get' | 'put' | 'del'> = {
      get: async (key) => this.rows.get(key),
      put: async (key, value) => {
        this.writes += 1;
        this.rows.set(key, JSON.parse(JSON.stringify(value)));
      },
      del: async (key) => void this.rows.delete(key),
    };
    const options: StateSealOptions = {
      meta: meta as KeyValue<unknown>,
      source: { readFiles: async (id, paths) => (this.files.get(id) ?? []).filter(({ path }) => paths.includes(path)) },
      secrets: { env },
      fillRandom: (octets) => void randomFillSync(octets),
    };
    return StateSeal.open(options);
  }

  revision(id: string, texts: Readonly<Record<string, string>> = {}) {
    const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
    this.files.set(id, files);
    return { id, files };
  }
}

describe('the key of the state folder', () => {
  it('is the same after a restart with the same master key, and not there with another or without', async () => {
    const lab = new Lab();
    const first = await lab.start(master);
    await first.follow(byMaster, lab.revision('r1'));

    const again = await lab.start(master);
    const other = await lab.start({ LASTMILE_SECRET_MASTER: 'another' });
    const without = await lab.start({});

    expect(again.key?.id).toBe(first.key?.id);
    expect(other.key).toBeUndefined();
    expect(without.key).toBeUndefined();
  });

  it('is another as soon as the master key is', async () => {
    const lab = new Lab();
    const first = await lab.start(master);
    await first.follow(byMaster, lab.revision('r1'));

    const other = await lab.start({ LASTMILE_SECRET_MASTER: 'another' });
    await other.follow(byMaster, lab.revision('r1'));

    expect(other.key?.id).not.toBe(first.key?.id);
    expect((await lab.start(master)).key).toBeUndefined();
  });

  it('is written once, however many revisions come', async () => {
    const lab = new Lab();
    const seal = await lab.start(master);

    for (const id of ['r1', 'r2', 'r3']) await seal.follow(byMaster, lab.revision(id, { 'a.yaml': id }));

    expect(lab.writes).toBe(1);
  });
});

describe('the key of a state folder without a master key', () => {
  it('takes both the other secrets and the text of the declarations', async () => {
    const lab = new Lab();
    const first = await lab.start(ofNas);
    await first.follow(withoutMaster, lab.revision('r1', { 'people.yaml': 'all of them' }));

    const again = await lab.start(ofNas);
    const otherSecret = await lab.start({ LASTMILE_SECRET_NAS: 'another' });
    lab.revision('r1', { 'people.yaml': 'all of them, and one' });
    const otherText = await lab.start(ofNas);
    lab.files.clear();
    const gone = await lab.start(ofNas);

    expect(first.key).toBeDefined();
    expect(again.key?.id).toBe(first.key?.id);
    expect([otherSecret.key, otherText.key, gone.key]).toEqual([undefined, undefined, undefined]);
  });

  it('stays the same while the declarations change', async () => {
    const lab = new Lab();
    const first = await lab.start(ofNas);
    await first.follow(withoutMaster, lab.revision('r1', { 'people.yaml': 'one' }));
    const before = first.key?.id;
    await first.follow(withoutMaster, lab.revision('r2', { 'people.yaml': 'two' }));
    lab.files.delete('r1');

    expect(first.key?.id).toBe(before);
    expect((await lab.start(ofNas)).key?.id).toBe(before);
  });

  it('opens by any one of three files, so that an edit of another does not cost a slow start', async () => {
    const lab = new Lab();
    const inText = new Map([1, 2, 3, 4].map((n) => [`${n}.yaml`, 200 + n]));
    const texts = Object.fromEntries([...inText.keys()].map((path) => [path, `secrets of ${path}`]));
    const first = await lab.start(ofNas);
    await first.follow({ ...withoutMaster, inText }, lab.revision('r1', texts));

    lab.revision('r1', { ...texts, '1.yaml': 'edited', '3.yaml': 'edited' });

    expect((await lab.start(ofNas)).key?.id).toBe(first.key?.id);
  });

  it('is none where there are no secrets at all, and what was there is removed', async () => {
    const lab = new Lab();
    const seal = await lab.start(ofNas);
    await seal.follow(withoutMaster, lab.revision('r1', { 'people.yaml': 'one' }));

    await seal.follow({ elsewhere: [], inText: new Map() }, lab.revision('r2'));

    expect(seal.key).toBeUndefined();
    expect(lab.rows.size).toBe(0);
  });
});
