import { describe, expect, it } from 'vitest';
import { RawClient, startRouter } from '../support.ts';

const add = '/ppp secret add name=("s" . [:len [/ppp secret find]])';

describe('a scheduler', () => {
  it('runs what it says once, at its time', async () => {
    await using lab = await startRouter();
    lab.router.add('/system/scheduler', { name: 'once', 'start-time': '03:09:05', 'on-event': add });
    expect(lab.router.row('/system/scheduler', 'once')).toMatchObject({
      'start-date': '2026-01-02',
      'next-run': '2026-01-02 03:09:05',
      'run-count': '0',
    });

    await lab.clock.advance(299_000);
    expect(lab.router.rows('/ppp/secret')).toEqual([]);
    await lab.clock.advance(1000);
    await lab.clock.advance(86_400_000);

    expect(lab.router.rows('/ppp/secret')).toHaveLength(1);
    expect(lab.router.row('/system/scheduler', 'once')).toMatchObject({ 'run-count': '1' });
    expect(lab.router.row('/system/scheduler', 'once')).not.toHaveProperty('next-run');
  });

  it('runs again and again, and not when it is made', async () => {
    await using lab = await startRouter({ version: '7.9' });
    lab.router.add('/system/scheduler', { name: 'often', interval: '10m', 'on-event': add });
    expect(lab.router.row('/system/scheduler', 'often')).toMatchObject({
      'start-date': 'jan/02/2026',
      'next-run': 'jan/02/2026 03:14:05',
    });

    await lab.clock.advance(25 * 60_000);

    expect(lab.router.rows('/ppp/secret')).toHaveLength(2);
  });

  it('is put off by a later start, and stopped by disable or removal', async () => {
    await using lab = await startRouter();
    const id = lab.router.add('/system/scheduler', { name: 'fallback', interval: '10m', 'on-event': add });
    await lab.clock.advance(9 * 60_000);
    lab.router.set('/system/scheduler', id, { 'start-time': '03:13:05' });

    await lab.clock.advance(9 * 60_000);
    expect(lab.router.rows('/ppp/secret')).toEqual([]);
    await lab.clock.advance(60_000);
    expect(lab.router.rows('/ppp/secret')).toHaveLength(1);
    lab.router.set('/system/scheduler', id, { disabled: 'yes' });
    await lab.clock.advance(60 * 60_000);
    lab.router.set('/system/scheduler', id, { disabled: 'no' });
    lab.router.remove('/system/scheduler', id);
    await lab.clock.advance(60 * 60_000);

    expect(lab.router.rows('/ppp/secret')).toHaveLength(1);
  });

  it('goes on after a restart; what starts at startup runs three seconds later', async () => {
    await using lab = await startRouter();
    lab.router.add('/system/scheduler', { name: 'often', interval: '10m', 'on-event': ':log info "often"' });
    lab.router.add('/system/scheduler', { name: 'boot', 'start-time': 'startup', 'on-event': ':log info "booted"' });
    await lab.clock.advance(5 * 60_000);

    lab.router.reboot();
    await lab.clock.advance(3000);
    const after = lab.router.log().map(({ message }) => message);
    await lab.clock.advance(5 * 60_000);

    expect(after).toContain('booted');
    expect(after).not.toContain('often');
    expect(lab.router.log().map(({ message }) => message)).toContain('often');
  });

  it('runs a script by its name, with the rights both declare; failures are lines in the log', async () => {
    await using lab = await startRouter();
    lab.router.add('/system/script', { name: 'make', source: '/ppp secret add name=anna', policy: 'read,write' });
    lab.router.add('/system/scheduler', { name: 'a', interval: '1m', 'on-event': 'make', policy: 'read,write,test' });
    lab.router.add('/system/scheduler', { name: 'b', interval: '1m', 'on-event': 'make', policy: 'read' });

    await lab.clock.advance(120_000);

    expect(lab.router.rows('/ppp/secret')).toHaveLength(1);
    const errors = lab.router.log().filter(({ topics }) => topics === 'script,error');
    expect(errors.map(({ message }) => message)).toEqual([
      'executing script from scheduler (b) failed, please check it manually: not enough permissions (9)',
      'executing script from scheduler (a) failed, please check it manually: failure: secret with the same name already exists',
      'executing script from scheduler (b) failed, please check it manually: not enough permissions (9)',
    ]);
  });

  it('is not made where device-mode forbids it, and does not run there', async () => {
    await using lab = await startRouter({ deviceMode: 'home' });
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap('/system/scheduler/add', '=name=x', '=interval=1m')).toBe(
      'failure: not allowed by device-mode',
    );
    expect(await client.rows('/system/device-mode/print', '=.proplist=mode,scheduler')).toEqual([
      { mode: 'home', scheduler: 'false' },
    ]);
  });
});

describe('scripts and schedulers', () => {
  it('have the owner who made them, also by a script of his', async () => {
    await using lab = await startRouter({ users: [{ name: 'ops', password: '' }] });
    using client = await RawClient.login(lab.router.apiPort, 'ops');
    const source = '/system scheduler add name=inner interval=1d on-event=""';

    await client.talk('/system/script/add', '=name=own', `=source=${source}`);
    await client.talk('/system/script/add', '=name=other', '=owner=admin');
    await client.talk('/system/scheduler/add', '=name=outer', '=interval=1d', '=on-event=own');
    await client.talk('/system/script/run', '=number=own');

    expect(await client.rows('/system/script/print', '=.proplist=name,owner')).toEqual([
      { name: 'own', owner: 'ops' },
      { name: 'other', owner: 'admin' },
    ]);
    expect(await client.rows('/system/scheduler/print', '=.proplist=name,owner')).toEqual([
      { name: 'outer', owner: 'ops' },
      { name: 'inner', owner: 'ops' },
    ]);
  });
});
