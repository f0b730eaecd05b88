import { describe, expect, it } from 'vitest';
import { pppSecret } from '../../../src/routeros/menus/ppp-secret.ts';
import { load, operator } from '../../support/manifest.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { coreRouter, home20, Lab, networkOf, subscriber, targetFor } from '../../support/ppp-network.ts';
import { brief, settle, wanted } from './support.ts';

describe('a subscriber of a local service', () => {
  it('SPL-13: is a PPP secret with login, password, fixed address and tariff', async () => {
    const model = networkOf(subscriber('anna', 'address: 10.0.0.201'));
    await using lab = await Lab.start(model);

    expect(wanted(lab, model, '/ppp/secret')).toMatchObject([
      {
        identity: 'anna',
        owner: 'Subscriber/anna',
        fields: {
          name: 'anna',
          service: 'pppoe',
          profile: 'home-20',
          'remote-address': '10.0.0.201',
          disabled: 'no',
        },
      },
    ]);
  });

  it('SPL-01: logs in at the router with nobody else asked', async () => {
    const model = networkOf(subscriber('anna', 'address: 10.0.0.201'));
    await using lab = await Lab.start(model);
    await settle(lab, model);

    const dialled = await lab.router.dial({ username: 'anna', password: 'pa55-anna' });

    expect(dialled).toMatchObject({ ok: true, address: '10.0.0.201' });
    expect(await lab.router.dial({ username: 'anna', password: 'guess' })).toMatchObject({ ok: false });
  });
});

describe('SPL-06: the secret of a subscriber', () => {
  async function applied(...states: readonly ReturnType<typeof networkOf>[]) {
    const [first = networkOf()] = states;
    const lab = await Lab.start(first);
    const inventory = new MemoryInventory();
    const seen: (readonly string[])[] = [];
    for (const model of states) seen.push(brief(await settle(lab, model, inventory)));
    return { lab, changes: seen.at(-1), [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose]() };
  }
  const anna = networkOf(subscriber('anna', 'address: 10.0.0.201'));

  it('SPL-06: is made', async () => {
    await using run = await applied(networkOf(), anna);

    expect(run.changes).toEqual(['create /ppp/profile home-20', 'create /ppp/secret anna']);
  });

  it('SPL-06: changes with password, tariff and address, which can be taken away', async () => {
    await using run = await applied(
      anna,
      networkOf(subscriber('anna').replace('pa55-anna', 'another').replace('home-20', 'home-50')),
    );

    expect(run.changes).toEqual([
      'create /ppp/profile home-50',
      'update /ppp/secret anna password profile remote-address',
      'delete /ppp/profile home-20',
    ]);
    const row = run.lab.router.row('/ppp/secret', 'anna');
    expect(row).toMatchObject({ password: 'another', profile: 'home-50' });
    expect(row).not.toHaveProperty('remote-address');
  });

  it.each(['suspended', 'disabled'])('SPL-06: is disabled when %s, and enabled again', async (state) => {
    const off = networkOf(subscriber('anna', `address: 10.0.0.201\nstate: ${state}`));
    await using run = await applied(anna, off);

    expect(run.changes).toEqual(['update /ppp/secret anna disabled']);
    expect(run.lab.router.row('/ppp/secret', 'anna')).toMatchObject({
      disabled: 'true',
      'remote-address': '10.0.0.201',
    });
    await using back = await applied(anna, off, anna);
    expect(back.lab.router.row('/ppp/secret', 'anna')).toMatchObject({ disabled: 'false' });
  });

  it('SPL-06: is removed with the subscriber, and its tariff when nobody else has it', async () => {
    await using run = await applied(anna, networkOf());

    expect(run.changes).toEqual(['delete /ppp/profile home-20', 'delete /ppp/secret anna']);
    expect(run.lab.router.rows('/ppp/secret')).toEqual([]);
  });
});

describe('names that mean harm', () => {
  const octets253 = 'ü'.repeat(126);
  const names = [
    '"; /system reset',
    '/system reboot',
    '*1',
    '1',
    'ديوان',
    'שלום\u202eabc',
    '🙂👩‍👩‍👧',
    "'; drop--",
    '=.id=*1',
    octets253,
  ];
  const list = names.map((name, at) =>
    subscriber(`s${at}`).replace(`username: s${at}`, `username: ${JSON.stringify(name)}`),
  );
  const model = networkOf(...list);

  it('are names and nothing else, from the declaration to the router and back', async () => {
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();

    await settle(lab, model, inventory);

    expect(new Set(lab.router.rows('/ppp/secret').map((row) => row['name']))).toEqual(new Set(names));
    expect(lab.router.row('/system/identity', 'core-1') ?? lab.router.rows('/system/identity')[0]).toMatchObject({
      name: 'core-1',
    });
    for (const [at, name] of names.entries()) {
      expect(await lab.router.dial({ username: name, password: `pa55-s${at}` })).toMatchObject({ ok: true });
    }
  });

  it('are changed and removed one by one', async () => {
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    const fewer = networkOf(...list.slice(3));

    const { plan } = await settle(lab, fewer, inventory);

    expect(plan.changes.map(({ action, identity }) => [action, identity])).toEqual(
      expect.arrayContaining(names.slice(0, 3).map((name) => ['delete', name])),
    );
    expect(lab.router.rows('/ppp/secret')).toHaveLength(names.length - 3);
  });

  it.each([
    ['a newline', JSON.stringify('anna\n=disabled=no')],
    ['a NUL', JSON.stringify('anna\0')],
    ['4 KB', 'a'.repeat(4096)],
  ])('are refused with %s', (_, username) => {
    const bad = subscriber('anna').replace('username: anna', `username: ${username}`);

    const { model: none, issues } = load({ 'network.yaml': [operator, coreRouter, home20, bad].join('---\n') });

    expect(none).toBeUndefined();
    expect(issues.filter(({ severity }) => severity === 'error')).toHaveLength(1);
  });

  it('are read from rows that a person made, newlines and all', async () => {
    await using lab = await Lab.start(model);
    lab.router.add('/ppp/secret', { name: 'two\nlines', comment: 'a\r\nb lm:isp/Subscriber/none or not' });

    await settle(lab, model);

    expect(lab.router.rows('/ppp/secret')).toHaveLength(names.length + 1);
  });
});

describe('a router that hides secrets from us', () => {
  const model = networkOf(subscriber('anna'));

  it('SPL-11: is not written to without end: it is named with what to add to the group', async () => {
    await using lab = await Lab.start(model);
    await settle(lab, model);
    lab.router.add('/user/group', { name: 'blind', policy: 'read,write,api' });
    lab.router.set('/user', 'lastmile', { group: 'blind' });
    await using blind = targetFor(lab.router, model);

    await expect(blind.observe(new AbortController().signal)).rejects.toMatchObject({
      code: 'LM_SECRETS_HIDDEN',
      message: expect.stringContaining('sensitive'),
    });
  });

  it.each(['placeholder', 'omitted'] as const)(
    'is asked to show them, where a print alone would %s them',
    async (view) => {
      await using lab = await Lab.start(model, { secretsUnasked: view });

      await settle(lab, model);
    },
  );

  it('is asked anew after it was upgraded', async () => {
    await using old = await Lab.start(model, { version: '7.20.8' });
    await settle(old, model);
    await using upgraded = await Lab.start(model, { secretsUnasked: 'omitted' });
    const dialled = [old.router, upgraded.router];
    await using target = targetFor(() => dialled.shift() ?? upgraded.router, model);
    const { signal } = new AbortController();
    await target.observe(signal);

    await old.router[Symbol.asyncDispose]();
    // The first to ask may still do so on the old connection.
    await target.observe(signal).catch(() => undefined);

    await settle({ target }, model);
  });
});

describe('rows of /ppp/secret', () => {
  it('have the profile a reference and the password a secret', () => {
    expect(pppSecret.fields.profile.references).toBe('/ppp/profile');
    expect(pppSecret.fields.password.secret).toBe(true);
  });
});
