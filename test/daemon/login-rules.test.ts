import { describe, expect, it } from 'vitest';
import { canaries, servicesYaml, subscribersYaml, TestNetwork } from '../support/network.ts';

const phone = { username: 'anna@isp.example', password: canaries.annaPassword, callerId: '02:00:00:00:00:01' };
const laptop = { ...phone, callerId: '02:00:00:00:00:02' };

/** A network whose subscribers by RADIUS have a service with these lines beside. */
async function networkWith(service: string, anna = ''): Promise<TestNetwork> {
  const network = await TestNetwork.start();
  const more = servicesYaml('20M', '5M')
    .replace('{name: home}', '{name: held}')
    .replace('sessions: {', `sessions: {${service}`);
  network.write('held.yaml', more);
  network.write('subscribers.yaml', subscribersYaml(`    service: held\n${anna}`));
  network.commit('held to rules');
  return network;
}

describe('the daemon, where the newest session of a login counts', () => {
  it('IW-09: ends the oldest, over Disconnect, and says why', async () => {
    await using network = await networkWith('max: 1, whenExceeded: replace-oldest, ');
    await using daemon = await network.running();

    expect(await network.router.dial(phone)).toMatchObject({ ok: true });
    await network.router.accountingIdle();
    expect(await network.router.dial(laptop)).toMatchObject({ ok: true });
    const ended = await daemon.logged({ msg: 'session settled', username: phone.username, result: 'disconnected' });

    expect(ended).toMatchObject({ why: 'a newer session took its place' });
    expect(network.router.sessions()).toHaveLength(1);
  });
});

describe('the daemon, where one session is allowed', () => {
  it('IW-09: refuses a second device until the first is gone, and lets the first dial again', async () => {
    await using network = await networkWith('max: 1, ');
    await using _daemon = await network.running();

    expect(await network.router.dial(phone)).toMatchObject({ ok: true });
    await network.router.accountingIdle();
    expect(await network.router.dial(laptop)).toMatchObject({ ok: false });
    network.router.hangUp(phone.username);
    await network.router.accountingIdle();
    expect(await network.router.dial(laptop)).toMatchObject({ ok: true });
    expect((await network.lastmile('why', phone.username)).out).toContain('too-many-sessions');
  });
});

describe('the daemon, where logins are bound to devices', () => {
  it('remembers the first through a restart, and forgets it when it is told to', async () => {
    await using network = await networkWith('interim: 2m}\n  devices: {max: 1, lock: true}\n  # {');
    const first = await network.running();
    expect(await network.router.dial(phone)).toMatchObject({ ok: true });
    await first.stop('SIGTERM');

    await using _daemon = await network.running();
    network.router.hangUp(phone.username);
    expect(await network.router.dial(laptop)).toMatchObject({ ok: false });
    const listed = JSON.parse((await network.lastmile('devices', 'list', '-o', 'json')).out);
    expect(listed).toEqual([expect.objectContaining({ username: phone.username, mac: phone.callerId })]);
    expect((await network.lastmile('devices', 'forget', phone.username, '02-00-00-00-00-01')).out).toContain(
      'forgotten',
    );
    expect(await network.lastmile('devices', 'forget', phone.username)).toMatchObject({ code: 1 });
    expect(await network.router.dial(laptop)).toMatchObject({ ok: true });
  });
});
