import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { StoredRows } from '../../src/directory/stored-rows.ts';
import type { Subscription } from '../../src/model/kinds/subscription.ts';
import type { Model } from '../../src/model/model.ts';
import { type Outcome, reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import type { SessionEffect, SessionResult } from '../../src/reconcile/target.ts';
import { targetContract } from '../contract/target.ts';
import { DirectoryLab, FakeSessions } from '../support/directory-lab.ts';
import { document, modelOf, operator, router, service } from '../support/manifest.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { dhcpServerOf, hotspotOf, onRouter, portalSite, servicePlan, subscriptionOf } from '../support/model-parts.ts';
import { TempFolder } from '../support/temp-folder.ts';

function networkOf(...documents: readonly string[]): Model {
  return modelOf({ 'network.yaml': [operator, router, ...documents].join('---\n') });
}

function subscriber(name: string, more = ''): string {
  return document('Subscriber', name, `service: home-20\nusername: ${name}\npassword: hunter2-${name}\n${more}`);
}

const faster = service.replace('20M', '40M');
const anna = networkOf(service, subscriber('anna'));
const annaFaster = networkOf(faster, subscriber('anna'));
const annaSuspended = networkOf(service, subscriber('anna', 'state: suspended\nreason: unpaid'));
const annaWithNewPassword = document('Subscriber', 'anna', 'service: home-20\nusername: anna\npassword: another-one');
const localAnna = subscriber('anna', 'auth: local\nrouter: core-1\nstate: suspended');
const annaNewPassword = networkOf(service, annaWithNewPassword);

type Applied = Exclude<Outcome, { result: 'refused' }>;

async function reconcile(
  { target }: DirectoryLab,
  model: Model,
): Promise<Applied & { told: readonly SessionResult[] }> {
  const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 } };
  const deps = { inventory: new MemoryInventory(), guard, signal: new AbortController().signal };
  const outcome = await reconcileOnce(target, model, deps);
  if (outcome.result === 'refused') throw new Error('refused');
  return { ...outcome, told: await outcome.sessions };
}

describe('some of the subscribers', () => {
  it('are brought in step alone: others, and routers, are neither looked at nor gone', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    await reconcile(lab, networkOf(service, subscriber('anna'), subscriber('ben')));
    const changed = networkOf(faster, subscriber('anna'), subscriber('ben'));
    const some = { ...changed, subscriptions: changed.subscriptions.filter(({ id }) => id === 'anna') };

    const { plan } = await reconcile({ target: lab.target.ofSome(some) } as DirectoryLab, some);
    const again = await reconcile({ target: lab.target.ofSome(some) } as DirectoryLab, some);

    expect(plan.changes).toMatchObject([{ action: 'update', menu: 'login', identity: 'anna' }]);
    expect(again.plan.changes).toEqual([]);
    expect(lab.directory.login('anna')?.limits.rateLimit).toBe('5M/40M');
    expect(lab.directory.login('ben')?.limits.rateLimit).toBe('5M/20M');
    expect((await reconcile(lab, changed)).plan.changes).toMatchObject([{ action: 'update', identity: 'ben' }]);
  });
});

describe('the subscriber directory as a target', () => {
  targetContract({
    first: anna,
    second: networkOf(service, subscriber('anna', 'state: suspended'), subscriber('ben')),
    username: 'anna',
    async start() {
      const folder = await TempFolder.make();
      const lab = await DirectoryLab.open(folder.path);
      return {
        target: lab.target,
        goOnline: async (username) => void lab.sessions.online.set(username, '81c00001'),
        online: () => [...lab.sessions.online.keys()],
        async [Symbol.asyncDispose]() {
          await lab[Symbol.asyncDispose]();
          await folder[Symbol.asyncDispose]();
        },
      };
    },
  });
});

describe('a directory that was filled', () => {
  it('serves logins and NAS, and forgets what is taken out of git', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);

    await reconcile(lab, anna);
    expect(lab.directory.login('anna')).toMatchObject({
      state: 'active',
      radius: true,
      limits: { rateLimit: '5M/20M' },
    });
    expect(lab.directory.login('Anna')).toBeUndefined();
    expect(lab.directory.nasAt('192.0.2.11')).toMatchObject([{ name: 'core-1', router: 'core-1' }]);

    await reconcile(lab, networkOf(service));
    expect(lab.directory.login('anna')).toBeUndefined();
  });

  it('keeps no password and no shared secret on the disk', async () => {
    await using folder = await TempFolder.make();
    {
      await using lab = await DirectoryLab.open(folder.path);
      await reconcile(lab, anna);
      await reconcile(lab, annaNewPassword);
    }
    const secrets = ['hunter2-anna', 'another-one', anna.routers[0]?.radius?.secret.reveal() ?? ''];
    const files = readdirSync(folder.path, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    const disk = Buffer.concat(files.map((file) => readFileSync(join(file.parentPath, file.name))));

    expect(disk.includes('home-20')).toBe(true);
    for (const secret of secrets) expect(secret !== '' && disk.includes(secret)).toBe(false);
  });
});

describe('a restart', () => {
  it('serves at once what was applied, and changes nothing', async () => {
    await using folder = await TempFolder.make();
    {
      await using lab = await DirectoryLab.open(folder.path);
      await reconcile(lab, anna);
    }
    await using lab = await DirectoryLab.open(folder.path);

    await lab.target.load(anna);

    expect(lab.directory.login('anna')?.password.reveal()).toBe('hunter2-anna');
    expect((await reconcile(lab, anna)).plan.changes).toEqual([]);
  });

  it('does not serve what was declared but never applied: another password, another subscriber', async () => {
    await using folder = await TempFolder.make();
    {
      await using lab = await DirectoryLab.open(folder.path);
      await reconcile(lab, anna);
    }
    await using lab = await DirectoryLab.open(folder.path);

    await lab.target.load(networkOf(service, subscriber('ben'), annaWithNewPassword));

    expect(lab.directory.login('anna')).toBeUndefined();
    expect(lab.directory.login('ben')).toBeUndefined();
  });

  it('serves everything once it is reconciled, whatever was loaded', async () => {
    await using folder = await TempFolder.make();
    {
      await using lab = await DirectoryLab.open(folder.path);
      await reconcile(lab, annaNewPassword);
    }
    await using lab = await DirectoryLab.open(folder.path);
    await lab.target.load(anna);

    await reconcile(lab, annaNewPassword);

    expect(lab.directory.login('anna')?.password.reveal()).toBe('another-one');
  });

  it('with newer declarations only: serves what was applied where the password is still known, and cuts off whom they suspend', async () => {
    await using folder = await TempFolder.make();
    const sessions = new FakeSessions();
    sessions.online.set('anna', '81c00001');
    {
      await using lab = await DirectoryLab.open(folder.path, sessions);
      await reconcile(lab, anna);
    }
    await using lab = await DirectoryLab.open(folder.path, sessions);

    await lab.target.load(annaSuspended);
    const before = lab.directory.login('anna');
    const { plan, told } = await reconcile(lab, annaSuspended);

    expect(before).toMatchObject({ state: 'active', limits: { rateLimit: '5M/20M' } });
    expect(plan.changes).toMatchObject([{ action: 'update', identity: 'anna' }]);
    expect(plan.sessions).toMatchObject([{ action: 'disconnect', username: 'anna' }]);
    expect(told).toMatchObject([{ result: 'disconnected' }]);
    expect(lab.directory.login('anna')?.state).toBe('suspended');
  });

  it('with declarations older than what was applied: serves it as soon as they are the same again', async () => {
    await using folder = await TempFolder.make();
    {
      await using lab = await DirectoryLab.open(folder.path);
      await reconcile(lab, annaNewPassword);
    }
    await using lab = await DirectoryLab.open(folder.path);
    await lab.target.load(anna);
    const before = lab.directory.login('anna');

    const { plan } = await reconcile(lab, annaNewPassword);

    expect(before).toBeUndefined();
    expect(plan.changes).toEqual([]);
    expect(lab.directory.login('anna')?.password.reveal()).toBe('another-one');
  });

  it('reads the disk once, whoever asks first', async () => {
    await using folder = await TempFolder.make();
    {
      await using lab = await DirectoryLab.open(folder.path);
      await reconcile(lab, anna);
    }
    await using lab = await DirectoryLab.open(folder.path);

    await Promise.all([lab.target.observe(), reconcile(lab, annaSuspended), lab.target.observe()]);

    expect((await reconcile(lab, annaSuspended)).plan.changes).toEqual([]);
  });

  it('IS-10: goes on with what sessions were not told before the kill', async () => {
    await using folder = await TempFolder.make();
    const sessions = new FakeSessions();
    sessions.online.set('anna', '81c00001');
    {
      await using lab = await DirectoryLab.open(folder.path, sessions);
      await reconcile(lab, anna);
      sessions.answering = false;
      expect((await reconcile(lab, annaSuspended)).told).toMatchObject([{ result: 'failed' }]);
    }
    sessions.answering = true;
    await using lab = await DirectoryLab.open(folder.path, sessions);
    await lab.target.load(annaSuspended);

    const { plan, told } = await reconcile(lab, annaSuspended);

    expect(plan.changes).toEqual([]);
    expect(told).toMatchObject([
      { effect: { action: 'disconnect', why: 'suspended: unpaid' }, result: 'disconnected' },
    ]);
    expect((await reconcile(lab, annaSuspended)).told).toEqual([]);
  });
});

describe('a NAS that does not answer', () => {
  it('is asked again by every run until it does, with what holds by then', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const { sessions } = lab;
    await reconcile(lab, anna);
    sessions.online.set('anna', '81c00001');
    sessions.answering = false;
    await reconcile(lab, annaFaster);
    await reconcile(lab, annaFaster);
    sessions.answering = true;
    await reconcile(lab, anna);
    await reconcile(lab, anna);

    expect(sessions.asked.map(({ action, rate }) => `${action} ${rate}`)).toEqual([
      'change 5M/40M',
      'change 5M/40M',
      'change 5M/20M',
    ]);
  });

  it('is still to disconnect somebody when only the speed changes after', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const { sessions } = lab;
    await reconcile(lab, anna);
    sessions.online.set('anna', '81c00001');
    sessions.answering = false;
    await reconcile(lab, annaNewPassword);
    sessions.answering = true;

    await reconcile(lab, networkOf(faster, annaWithNewPassword));

    expect(sessions.asked.at(-1)).toMatchObject({ action: 'disconnect' });
    expect([...sessions.online]).toEqual([]);
  });
});

describe('somebody who was to be put off the line and paid before it came to that', () => {
  it('IS-10: stays on it, and nobody is told', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const { sessions } = lab;
    await reconcile(lab, anna);
    sessions.online.set('anna', '81c00001');
    sessions.answering = false;
    await reconcile(lab, annaSuspended);
    sessions.answering = true;

    const { told } = await reconcile(lab, anna);

    expect(told).toMatchObject([{ result: 'stale', detail: 'no longer called for by what is declared' }]);
    expect([...sessions.online.keys()]).toEqual(['anna']);
    expect(lab.target.outbox.size).toBe(0);
  });

  it('IS-10: is told the limits that hold where a change may have got through, and not cut', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const { sessions } = lab;
    await reconcile(lab, anna);
    sessions.online.set('anna', '81c00001');
    sessions.answering = false;
    await reconcile(lab, annaFaster);
    await reconcile(lab, annaSuspended);
    sessions.answering = true;

    await reconcile(lab, anna);

    expect(sessions.asked.at(-1)).toMatchObject({ action: 'change', rate: '5M/20M' });
    expect([...sessions.online.keys()]).toEqual(['anna']);
  });

  it('is cut all the same when the password was changed beside', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const { sessions } = lab;
    await reconcile(lab, anna);
    sessions.online.set('anna', '81c00001');
    sessions.answering = false;
    await reconcile(lab, annaSuspended);
    sessions.answering = true;

    await reconcile(lab, annaNewPassword);

    expect(sessions.asked.at(-1)).toMatchObject({ action: 'disconnect' });
    expect([...sessions.online.keys()]).toEqual([]);
  });
});

describe('a session that accounting still has and nobody can end', () => {
  it('does not get the others told again, of what they were told or of what came before them', async () => {
    await using folder = await TempFolder.make();
    const told: string[] = [];
    const open = new Set(['stale', 'live']);
    const results = (effect: SessionEffect) =>
      effect.sessionIds.map((sessionId): SessionResult => {
        told.push(`${effect.action} ${sessionId}`);
        return {
          effect,
          sessionId,
          nas: 'core-1',
          result: sessionId === 'stale' ? 'failed' : 'disconnected',
          detail: '',
        };
      });
    const sessions = new FakeSessions();
    sessions.sessionsOf = (username) => [...open].map((sessionId) => ({ username, sessionId, radius: true }));
    sessions.settle = async (effect) => results(effect);
    {
      await using lab = await DirectoryLab.open(folder.path, sessions);
      await reconcile(lab, anna);
      await reconcile(lab, annaNewPassword);
      open.delete('live');
      open.add('new');
      await reconcile(lab, annaNewPassword);
    }
    await using lab = await DirectoryLab.open(folder.path, sessions);
    await reconcile(lab, annaNewPassword);

    expect(told).toEqual(['disconnect stale', 'disconnect live', 'disconnect stale', 'disconnect stale']);
  });

  it('is not forgotten for a change that concerns others', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const { sessions } = lab;
    await reconcile(lab, anna);
    sessions.online.set('anna', 'first');
    sessions.answering = false;
    await reconcile(lab, annaNewPassword);
    sessions.online.set('anna', 'second');
    const asked: SessionEffect[] = [];
    sessions.during = async (effect) => void asked.push(effect);

    await reconcile(lab, networkOf(faster, annaWithNewPassword));

    expect(asked).toMatchObject([
      { action: 'disconnect', sessionIds: ['first'] },
      { action: 'change', sessionIds: ['second'] },
    ]);
  });
});

describe('a session that accounting tells of', () => {
  it.each([
    ['is active', subscriber('anna')],
    ['is local only: its router ends what it let in', localAnna],
    ['is not declared', ''],
  ])('may stay when its login %s', async (_, declared) => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    await reconcile(lab, networkOf(service, ...(declared === '' ? [] : [declared])));

    expect(lab.target.unwanted({ username: 'anna', sessionId: '81c00001' })).toBeUndefined();
  });

  it('is ended when its login is suspended, and due until it is', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const { sessions, target } = lab;
    const seen = { username: 'anna', sessionId: '81c00001' };
    await reconcile(lab, annaSuspended);
    sessions.online.set('anna', seen.sessionId);
    sessions.answering = false;

    const effect = target.unwanted(seen);
    if (effect === undefined) throw new Error('may stay');
    const failed = await target.end(effect, new AbortController().signal);
    const meanwhile = target.unwanted(seen);
    sessions.answering = true;
    const { told } = await reconcile(lab, annaSuspended);

    expect(effect).toMatchObject({ action: 'disconnect', why: 'suspended: unpaid', sessionIds: ['81c00001'] });
    expect(failed).toMatchObject([{ result: 'failed' }]);
    expect(meanwhile).toBeUndefined();
    expect(told).toMatchObject([{ result: 'disconnected' }]);
  });
});

describe('a session whose Start comes while the change of its limits is being written', () => {
  it.each([
    ['is suspended', annaSuspended, 'disconnect'],
    ['is faster', annaFaster, 'change'],
    ['is removed', networkOf(service), 'disconnect'],
  ] as const)('IS-10: is told by the commit after which its login %s', async (_, next, action) => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const { sessions, store, target } = lab;
    await reconcile(lab, anna);
    const write = store.write.bind(store);
    const seen: unknown[] = [];
    store.write = async (...what) => {
      await write(...what);
      if (seen.length > 0) return;
      sessions.online.set('anna', '81c00001');
      seen.push(target.unwanted({ username: 'anna', sessionId: '81c00001', nas: 'core-1' }, true));
    };

    const { told } = await reconcile(lab, next);

    expect(seen).toEqual([undefined]);
    expect(told).toMatchObject([{ sessionId: '81c00001', effect: { action } }]);
    expect(target.outbox.size).toBe(0);
  });

  it.each([
    ['is suspended', annaSuspended, 'disconnect'],
    ['is faster', annaFaster, 'change'],
    ['is removed', networkOf(service), 'disconnect'],
  ] as const)(
    'IS-10: is told after the next start where the daemon is killed before its order is written: %s',
    async (_, next, action) => {
      await using folder = await TempFolder.make();
      await using lab = await DirectoryLab.open(folder.path);
      const { sessions, store } = lab;
      await reconcile(lab, anna);
      const write = store.write.bind(store);
      let writes = 0;
      store.write = async (...what) => {
        writes += 1;
        if (writes > 1) throw new Error('killed');
        await write(...what);
        sessions.online.set('anna', '81c00001');
      };
      await expect(reconcile(lab, next)).rejects.toThrow('killed');
      await store.close();

      await using again = await DirectoryLab.open(folder.path, sessions);
      await again.target.load(next);
      const { told } = await reconcile(again, next);
      await again.target.load(next);

      expect(told).toMatchObject([
        { sessionId: '81c00001', effect: { action }, result: expect.not.stringMatching('failed') },
      ]);
      expect(again.target.outbox.size).toBe(0);
    },
  );

  it('is told nothing after a start where all was written', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    await reconcile(lab, anna);
    await reconcile(lab, annaFaster);
    await lab.store.close();
    lab.sessions.online.set('anna', '81c00001');

    await using again = await DirectoryLab.open(folder.path, lab.sessions);
    await again.target.load(annaFaster);

    expect(again.target.outbox.size).toBe(0);
  });

  it('has its order on disk where it cannot be told', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const { sessions, store, target } = lab;
    await reconcile(lab, anna);
    const write = store.write.bind(store);
    sessions.answering = false;
    store.write = async (...what) => {
      await write(...what);
      sessions.online.set('anna', '81c00001');
    };

    await reconcile(lab, annaFaster);

    expect(target.outbox.of('anna')).toMatchObject([{ action: 'change', was: { fields: { rate: '5M/20M' } } }]);
    expect((await StoredRows.open(store, () => 0)).outbox.of('anna')).toEqual(target.outbox.of('anna'));
  });
});

describe('sessions of a NAS that nobody answers about', () => {
  const usernames = ['anna', 'ben', 'cleo'];

  async function withOrders(folder: string): Promise<DirectoryLab> {
    const lab = await DirectoryLab.open(folder);
    const { sessions, target } = lab;
    await reconcile(lab, networkOf(service, ...usernames.map((name) => subscriber(name))));
    for (const username of usernames) sessions.online.set(username, `id-of-${username}`);
    sessions.unreachable.add('anna');
    const orders = usernames.map((username) => {
      const sessionId = `id-of-${username}`;
      return { nas: 'core-1', username, sessionId, action: 'disconnect', why: 'removed', was: gone(username) } as const;
    });
    target.outbox.keep(target.outbox.join(orders));
    return lab;
  }

  /** Of a row that is no longer as it was: its session is still to be ended. */
  const gone = (identity: string) => ({ menu: 'login', identity, fields: { attributes: 'other' } });
  const deliver = ({ target }: DirectoryLab) => target.deliver('core-1', new AbortController().signal);
  const asked = ({ sessions }: DirectoryLab) => sessions.asked.map(({ username }) => username);

  it('IS-10: wait with one ahead, another each time: who cannot be reached does not hold up the others', async () => {
    await using folder = await TempFolder.make();
    await using lab = await withOrders(folder.path);

    await deliver(lab);
    expect(asked(lab)).toEqual(['anna']);
    await deliver(lab);

    expect(asked(lab)).toEqual(['anna', 'ben', 'cleo', 'anna']);
    expect(lab.target.outbox.at('core-1').map(({ username }) => username)).toEqual(['anna']);
  });

  it('IS-10: wait for their own device only, of those that a prefix stands for', async () => {
    await using folder = await TempFolder.make();
    await using lab = await withOrders(folder.path);
    const nas = lab.directory.nas('core-1');
    if (nas === undefined) throw new Error('not served');
    lab.directory.putNas({ ...nas, clientAddress: '192.0.2.0/24' });
    const devices = { anna: '192.0.2.1', ben: '192.0.2.2', cleo: '192.0.2.1' };
    for (const [username, device] of Object.entries(devices)) lab.sessions.deviceOf.set(username, device);

    const known = [...lab.target.devicesAt('core-1')];
    await lab.target.deliver('core-1', new AbortController().signal, '192.0.2.2');
    const first = [...asked(lab)];
    await deliver(lab);

    expect(known).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(first).toEqual(['ben']);
    expect(asked(lab).sort()).toEqual(['anna', 'ben']);
    expect(lab.target.outbox.at('core-1').map(({ username }) => username)).toEqual(['anna', 'cleo']);
  });
});

describe('sessions that cannot be told at all', () => {
  it('are failures that stay due, one by one', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const { sessions } = lab;
    await reconcile(lab, anna);
    sessions.online.set('anna', '81c00001');
    sessions.during = () => Promise.reject(new Error('no socket'));

    const { told } = await reconcile(lab, annaFaster);

    expect(told).toMatchObject([{ sessionId: '81c00001', result: 'failed', detail: 'no socket' }]);
    expect((await lab.target.observe()).pendingEffects).toHaveLength(1);
  });
});

describe('a change that comes while sessions are told of the one before', () => {
  it('is told after it, and neither is forgotten', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const { sessions } = lab;
    await reconcile(lab, anna);
    sessions.online.set('anna', '81c00001');
    let next: Promise<unknown> | undefined;
    const applied = new Promise<void>((resolve) => {
      sessions.during = async (effect) => {
        if (effect.action !== 'change') return;
        next = reconcile(lab, annaSuspended);
        // Its data is in place while the first is still being told.
        while (lab.directory.login('anna')?.state === 'active') await new Promise(setImmediate);
        resolve();
      };
    });

    await reconcile(lab, annaFaster);
    await applied;
    await next;

    expect(sessions.asked.map(({ action }) => action)).toEqual(['change', 'disconnect']);
    expect([...sessions.online]).toEqual([]);
    expect((await lab.target.observe()).pendingEffects).toEqual([]);
  });
});

describe('ten thousand logins', () => {
  it('are applied, read and compared, and nothing is left to do', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const [one] = anna.subscriptions as readonly [Subscription];
    const subscriptions = Array.from({ length: 10_000 }, (_, at) => ({
      ...one,
      id: `s${at}`,
      subscriber: `s${at}`,
      username: `s${at}`,
      password: new Secret(`password-${at}`),
    }));
    const model = { ...anna, subscriptions };

    await reconcile(lab, model);
    const again = await reconcile(lab, model);

    expect(lab.directory.loginCount).toBe(10_000);
    expect(again.plan.changes).toEqual([]);
  });
});

describe('a full disk', () => {
  it('changes nothing in memory: what is served is what is kept', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    await reconcile(lab, anna);
    await lab.store.close();

    await expect(reconcile(lab, annaSuspended)).rejects.toMatchObject({ code: 'LM_STORE_CLOSED' });

    expect(lab.directory.login('anna')?.state).toBe('active');
  });
});

describe('devices and portals', () => {
  const phone = '00:0C:42:00:D4:64';
  const macAuth = { format: 'XXXXXXXXXXXX' as const, password: new Secret('what the hotspot sends') };
  const guests: Model = {
    ...onRouter(anna, {
      hotspots: [hotspotOf('hs-guest', { macAuth })],
      dhcp: [dhcpServerOf('lan', { unknownClients: { pool: 'fake' } })],
    }),
    subscriptions: [...anna.subscriptions, subscriptionOf('ben', { macs: [phone] })],
    portalSites: [portalSite('cafe', { clickThrough: servicePlan({ name: 'free' }) })],
  };
  const suspended = {
    ...guests,
    subscriptions: [subscriptionOf('ben', { macs: [phone], state: 'suspended', reason: 'unpaid' })],
  };

  it('are served, after a restart as before, and forgotten when taken out of git', async () => {
    await using folder = await TempFolder.make();
    {
      await using lab = await DirectoryLab.open(folder.path);
      await reconcile(lab, guests);
    }
    await using lab = await DirectoryLab.open(folder.path);
    await lab.target.load(guests);
    const { directory } = lab;

    expect((await reconcile(lab, guests)).plan.changes).toEqual([]);
    expect(directory.device(phone)).toMatchObject({ username: phone, subscriber: 'ben' });
    expect(directory.login(phone)).toBeUndefined();
    expect(directory.portalsAt('core-1')).toMatchObject([{ site: 'cafe', clickThrough: { service: 'free' } }]);
    expect(directory.portalsAt('core-2')).toEqual([]);
    expect(directory.portal('cafe')?.key.reveal()).toBe(guests.portalSites[0]?.key.reveal());
    expect(directory.nas('core-1')?.macPasswords).toEqual(new Map([['hs-guest', macAuth.password]]));
    expect(directory.nas('core-1')?.unknownClients?.get('lan')).toMatchObject({ pool: 'fake' });
    expect(directory.loginsOf('ben').map(({ username }) => username)).toEqual([phone]);

    await reconcile(lab, anna);
    expect(directory.device(phone)).toBeUndefined();
    expect(directory.portal('cafe')).toBeUndefined();
    expect(directory.portalsAt('core-1')).toEqual([]);
    expect(directory.nas('core-1')).not.toHaveProperty('macPasswords');
  });

  it('IS-42: rotate the password of MAC authentication in one change, of which the disk keeps no secret', async () => {
    await using folder = await TempFolder.make();
    const rotated = onRouter(guests, {
      hotspots: [hotspotOf('hs-guest', { macAuth: { ...macAuth, password: new Secret('the next') } })],
    });
    {
      await using lab = await DirectoryLab.open(folder.path);
      await reconcile(lab, guests);

      const { plan } = await reconcile(lab, rotated);

      expect(plan.changes).toMatchObject([{ action: 'update', menu: 'nas', identity: 'core-1' }]);
      const password = lab.directory.nas('core-1')?.macPasswords?.get('hs-guest') as Secret | undefined;
      expect(password?.reveal()).toBe('the next');
    }
    const files = readdirSync(folder.path, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    const disk = Buffer.concat(files.map((file) => readFileSync(join(file.parentPath, file.name))));
    for (const secret of ['what the hotspot sends', 'the next', guests.portalSites[0]?.key.reveal() ?? '']) {
      expect(secret !== '' && disk.includes(secret)).toBe(false);
    }
  });

  it('have sessions that are ended under the name of the device, however the NAS spells it', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    await reconcile(lab, suspended);
    lab.sessions.online.set(phone, '80100014');

    const effect = lab.target.unwanted({ username: '000c4200d464', sessionId: '80100014' });

    expect(effect).toEqual({
      username: phone,
      action: 'disconnect',
      why: 'suspended: unpaid',
      sessionIds: ['80100014'],
    });
  });

  it('tell the sessions of a device with the limits that hold for it', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const slower = servicePlan({ rate: { down: 1_000_000, up: 1_000_000 } });
    await reconcile(lab, guests);
    lab.sessions.online.set(phone, '80100014');

    await reconcile(lab, {
      ...guests,
      subscriptions: [...anna.subscriptions, subscriptionOf('ben', { macs: [phone], service: slower })],
    });

    expect(lab.sessions.asked).toEqual([{ action: 'change', username: phone, rate: '1M/1M' }]);
  });
});

describe('a state folder of the version before this one', () => {
  it('is brought up to date, serves at once, and nobody online is told anything', async () => {
    await using folder = await TempFolder.make();
    const sessions = new FakeSessions();
    sessions.online.set('anna', '81c00001');
    {
      await using lab = await DirectoryLab.open(folder.path, sessions);
      await reconcile(lab, anna);
      const rows = lab.store.table<{ fields: Record<string, unknown> }>('directory');
      for await (const [key, { fields }] of rows.entries()) {
        const { access: _, 'mac-passwords': _mac, 'unknown-clients': _unknown, ...old } = fields;
        await rows.put(key, { fields: old });
      }
    }
    await using lab = await DirectoryLab.open(folder.path, sessions);
    await lab.target.load(anna);
    const before = lab.directory.login('anna');

    const { plan, told } = await reconcile(lab, anna);

    expect(before).toMatchObject({ state: 'active', limits: { rateLimit: '5M/20M' } });
    expect(before).not.toHaveProperty('access');
    expect(plan.changes).toMatchObject([{ action: 'update', identity: 'anna', set: { access: 'pppoe' } }]);
    expect(plan.sessions).toEqual([]);
    expect([told, sessions.asked]).toEqual([[], []]);
    expect(lab.directory.login('anna')?.access).toEqual(['pppoe']);
  });

  it('lets guests of a site in at all hotspots of its routers, until it is brought up to date', async () => {
    await using folder = await TempFolder.make();
    const guests = { ...anna, portalSites: [portalSite('cafe')] };
    {
      await using lab = await DirectoryLab.open(folder.path);
      await reconcile(lab, guests);
      const rows = lab.store.table<{ fields: Record<string, unknown> }>('directory');
      for await (const [key, { fields }] of rows.entries()) {
        const { hotspots: _, ...old } = fields;
        await rows.put(key, { fields: old });
      }
    }
    await using lab = await DirectoryLab.open(folder.path);
    await lab.target.load(guests);
    const before = lab.directory.portal('cafe');

    await reconcile(lab, guests);

    expect(before).toMatchObject({ site: 'cafe', nas: ['core-1'] });
    expect(before).not.toHaveProperty('hotspots');
    expect(lab.directory.portal('cafe')?.hotspots).toEqual(new Map([['core-1', ['hs-guest']]]));
  });
});
