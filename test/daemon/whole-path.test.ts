import { describe, expect, it } from 'vitest';
import { canaries, servicesYaml, subscribersYaml, TestNetwork } from '../support/network.ts';
import { overSocket } from '../support/over-socket.ts';

const dialAnna = { username: 'anna@isp.example', password: canaries.annaPassword, callerId: '02:00:00:00:00:01' };
const dialBen = { username: 'ben@isp.example', password: canaries.benPassword, callerId: '02:00:00:00:00:02' };

async function openSessions(network: TestNetwork): Promise<readonly Record<string, unknown>[]> {
  const { out } = await network.lastmile('sessions', '-o', 'json');
  return JSON.parse(out) as readonly Record<string, unknown>[];
}

describe('a repository followed by the daemon', () => {
  it('IW-01, SPL-01, IS-36, IS-37: becomes a configured router and subscribers who log in', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();

    const byRadius = await network.router.dial({ ...dialAnna, method: 'mschap2' });
    const bySecret = await network.router.dial({ ...dialBen, method: 'chap' });

    expect(byRadius).toMatchObject({ ok: true, radius: true, address: '10.10.0.2' });
    expect(bySecret).toMatchObject({ ok: true, radius: false });
    expect(network.router.row('/queue/simple', '<pppoe-anna@isp.example>')).toMatchObject({
      'max-limit': '5000000/20000000',
    });
    expect(network.router.rows('/radius/incoming')).toMatchObject([{ accept: 'true', port: String(network.coaPort) }]);
    await network.router.accountingIdle();
    const online = (await openSessions(network)).map(({ username }) => username);
    expect(new Set(online)).toEqual(new Set(['anna@isp.example', 'ben@isp.example']));
  });

  it('IS-09, IW-19, IW-06: changes a speed by CoA while the subscriber stays online, and measures how long that took', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    const before = await network.router.dial(dialAnna);
    await network.router.accountingIdle();

    network.write('services.yaml', servicesYaml('40M', '10M'));
    network.commit('twice as fast');
    const settled = await daemon.logged({ msg: 'session settled', username: 'anna@isp.example' });

    expect(settled).toMatchObject({ result: 'changed', detail: 'CoA-ACK' });
    expect(network.router.row('/queue/simple', '<pppoe-anna@isp.example>')).toMatchObject({
      'max-limit': '10000000/40000000',
    });
    expect(network.router.sessions()).toMatchObject([{ sessionId: before.ok ? before.sessionId : '' }]);
    const metrics = (await overSocket(daemon.listeners.adminSocket, '/metrics')).body;
    expect(metrics).toContain('lastmile_session_effect_seconds_count{result="changed"} 1\n');
  });

  it('IS-02, IW-16: cuts off who is suspended, by RADIUS and locally, and says why', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    await network.router.dial(dialAnna);
    await network.router.dial(dialBen);
    await network.router.accountingIdle();

    const unpaid = '    state: suspended\n    reason: unpaid\n';
    network.write('subscribers.yaml', subscribersYaml(unpaid, unpaid));
    network.commit('two invoices are open');
    await daemon.logged({ msg: 'session settled', username: 'anna@isp.example', result: 'disconnected' });
    await daemon.logged({ msg: 'session settled', username: 'ben@isp.example', result: 'disconnected' });

    expect(network.router.sessions()).toEqual([]);
    expect(await network.router.dial(dialAnna)).toMatchObject({ ok: false });
    expect(await network.router.dial(dialBen)).toMatchObject({ ok: false });
    const why = await network.lastmile('why', 'anna@isp.example');
    expect(why.out).toContain('it is suspended: unpaid');
    expect(why.out).toMatch(/reject by mschap2 on core-1 from 02:00:00:00:00:01: suspended/);
  });

  it('IS-09, SPL-14: acts on a commit within seconds, and writes the row', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();

    const carla =
      '  - name: carla\n    username: carla@isp.example\n    password: pw-of-carla-1\n    auth: local\n    router: core-1\n';
    network.write('subscribers.yaml', `${subscribersYaml()}${carla}`);
    network.commit('carla signs up');
    const applied = await daemon.logged({ msg: 'plan applied', target: 'core-1', reason: 'revision', create: 1 });

    expect(applied['durationMs']).toBeLessThan(30_000);
    expect(network.router.row('/ppp/secret', 'carla@isp.example')).toMatchObject({
      profile: 'home',
      comment: 'lm:acme/Subscriber/carla',
    });
  });

  it('heals drift on its interval', async () => {
    await using network = await TestNetwork.start({ operator: '  reconcile: {interval: 1s}\n' });
    await using daemon = await network.running();

    network.router.set('/ppp/secret', 'ben@isp.example', { profile: 'default' });
    const drift = await daemon.logged({ msg: 'drift', target: 'core-1' });

    expect(drift).toMatchObject({ result: 'healed', address: 'core-1/ppp/secret/ben@isp.example' });
    expect(network.router.row('/ppp/secret', 'ben@isp.example')).toMatchObject({ profile: 'home' });
  });

  it('refuses a broken commit while everything goes on', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();

    network.write('services.yaml', servicesYaml('40M', '10M').replace('rate:', 'raet:'));
    network.commit('a slip');
    await daemon.logged({ msg: 'revision refused; what is in force stays' });

    expect(await network.router.dial(dialAnna)).toMatchObject({ ok: true, rateLimit: '5M/20M' });
    await daemon.complained('services.yaml:6:3');
    const status = await network.lastmile('status');
    expect(status.out).toContain('BuildFailed');
    const ready = await fetch(`http://${daemon.listeners.admin}/readyz`);
    expect(ready.status).toBe(200);
  });

  it('SPL-02: leaves the router able to log local subscribers in when it is killed', async () => {
    await using network = await TestNetwork.start();
    const daemon = await network.running();

    await daemon.stop('SIGKILL');

    expect(await network.router.dial(dialBen)).toMatchObject({ ok: true, radius: false });
  });

  it('has every acknowledged record after kill -9', async () => {
    await using network = await TestNetwork.start();
    const killed = await network.running();
    await network.router.dial(dialAnna);
    network.router.traffic('anna@isp.example', { up: 5_000_000_000n, down: 12_000_000_000n });
    network.router.hangUp('anna@isp.example');
    await network.router.dial(dialAnna);
    await network.router.accountingIdle();
    const before = (await network.lastmile('sessions', '--all', '-o', 'json')).out;

    await killed.stop('SIGKILL');
    await using _again = await network.running();

    const after = (await network.lastmile('sessions', '--all', '-o', 'json')).out;
    expect(after).toBe(before);
    expect(JSON.parse(after)).toMatchObject([
      { username: 'anna@isp.example' },
      { upOctets: '5000000000', downOctets: '12000000000', terminateCause: 'User-Request' },
    ]);
  });

  it('IW-16: disconnects on demand and shows what the NAS answered', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();
    await network.router.dial(dialAnna);
    await network.router.accountingIdle();

    const first = await network.lastmile('disconnect', 'anna@isp.example');
    const again = await network.lastmile('disconnect', 'anna@isp.example');

    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(/anna@isp\.example on core-1 \(\w+\): disconnected, Disconnect-ACK, Stop received/);
    expect(again).toMatchObject({ code: 1, out: 'anna@isp.example has no open session.\n' });
  });

  it('IW-16: ends what a NAS no longer has in accounting, and not the session that came after it', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();
    await network.router.dial(dialAnna);
    await network.router.accountingIdle();
    const [old] = network.router.sessions();
    const mend = network.router.faults.add({ kind: 'drop-accounting' });
    network.router.hangUp('anna@isp.example');
    mend();
    await network.router.dial(dialAnna);
    await network.router.accountingIdle();

    const told = await network.lastmile('disconnect', '--session', old?.sessionId ?? '');

    expect(told.out).toMatch(/gone, Disconnect-NAK Session-Context-Not-Found; not in \/ppp\/active/);
    expect(network.router.sessions()).toHaveLength(1);
    expect(JSON.parse((await network.lastmile('sessions', '--all', '-o', 'json')).out)).toEqual([
      expect.not.objectContaining({ stoppedAt: expect.anything() }),
      expect.objectContaining({ sessionId: old?.sessionId, terminateCause: 'Not-On-NAS' }),
    ]);
  });

  it('IW-07: ends what has expired on time, without a commit', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    await network.router.dial(dialBen);
    await network.router.accountingIdle();

    const soon = new Date(Date.now() + 3_000).toISOString();
    network.write('subscribers.yaml', subscribersYaml(`    expires: "${soon}"\n`, `    expires: "${soon}"\n`));
    network.commit('until in a moment');
    await daemon.logged({ msg: 'session settled', username: 'ben@isp.example', result: 'disconnected' });

    expect(await network.router.dial(dialBen)).toMatchObject({ ok: false });
    expect(await network.router.dial(dialAnna)).toMatchObject({ ok: false });
  });
});
