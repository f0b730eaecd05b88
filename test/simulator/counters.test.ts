import { describe, expect, it } from 'vitest';
import { offerPppoe, RawClient, startRouter } from './support.ts';

async function online(options: Parameters<typeof startRouter>[0] = {}) {
  const lab = await startRouter(options);
  offerPppoe(lab.router, { 'rate-limit': '10M/50M' });
  lab.router.add('/ppp/secret', { name: 'anna', password: 'x', profile: 'pppoe', 'remote-address': '10.0.0.77' });
  const dialled = await lab.router.dial({ username: 'anna', password: 'x' });
  if (!dialled.ok) throw new Error(dialled.reason);
  return { ...lab, sessionId: dialled.sessionId };
}

const session = '<pppoe-anna>';

describe('the counters of a session', () => {
  it('are those of its interface and its queue, upload first, and its port counts as well', async () => {
    await using lab = await online();
    const { router } = lab;

    router.traffic('anna', { up: 1000n, down: 5000n });

    expect(router.row('/interface', session)).toMatchObject({
      'rx-byte': '1000',
      'tx-byte': '5000',
      'rx-packet': '1',
      'tx-packet': '4',
      'fp-rx-byte': '0',
    });
    expect(router.row('/queue/simple', session)).toMatchObject({ bytes: '1000/5000', 'total-bytes': '6000' });
    expect(router.row('/interface', 'ether2')).toMatchObject({ 'rx-byte': '1000', 'tx-byte': '5000' });
  });

  it('wider than 32 bits are whole', async () => {
    await using lab = await online();
    const { router } = lab;

    router.traffic('anna', { down: 9_007_199_254_740_993n });

    expect(router.row('/interface', session)?.['tx-byte']).toBe('9007199254740993');
    expect(router.row('/queue/simple', session)?.['bytes']).toBe('0/9007199254740993');
  });

  it('begin anew where they are reset, each menu for itself', async () => {
    await using lab = await online();
    const { router } = lab;
    using client = await RawClient.login(router.apiPort);
    router.traffic('anna', { up: 1000n, down: 5000n });

    await client.talk('/interface/reset-counters', `=numbers=${session}`);
    router.traffic('anna', { up: 1n, down: 2n });

    expect(router.row('/interface', session)).toMatchObject({ 'rx-byte': '1', 'tx-byte': '2' });
    expect(router.row('/queue/simple', session)).toMatchObject({ bytes: '1001/5002' });
    await client.talk('/queue/simple/reset-counters-all');
    expect(router.row('/queue/simple', session)).toMatchObject({ bytes: '0/0', 'total-bytes': '0' });
    expect(router.sessions()[0]).toMatchObject({ upOctets: 1001n, downOctets: 5002n });
  });

  it('go with it, and those of the next one begin at nothing under another session id', async () => {
    await using lab = await online();
    const { router } = lab;
    router.traffic('anna', { up: 1000n });

    router.hangUp('anna');
    expect(router.row('/interface', session)).toBeUndefined();
    await router.dial({ username: 'anna', password: 'x' });

    expect(router.row('/interface', session)).toMatchObject({ 'rx-byte': '0' });
    expect(router.row('/ppp/active', 'anna')?.['session-id']).not.toBe(`0x${lab.sessionId.toUpperCase()}`);
  });

  it('are gone after a restart, of ports and written queues too', async () => {
    await using lab = await online();
    const { router } = lab;
    router.add('/queue/simple', { name: 'house', target: '10.0.0.0/24' });
    router.traffic('anna', { up: 1000n });
    router.hangUp('anna');

    router.reboot();

    expect(router.row('/interface', 'ether2')).toMatchObject({ 'rx-byte': '0' });
    expect(router.row('/queue/simple', 'house')).toMatchObject({ bytes: '0/0' });
    expect(router.rows('/system/resource')[0]).toMatchObject({ uptime: '0s' });
  });
});

describe('a queue somebody wrote', () => {
  it('counts what goes to its target, and so does the one above it; the first that matches has it', async () => {
    await using lab = await online();
    const { router } = lab;
    router.set('/ppp/profile', 'pppoe', { 'rate-limit': '' });
    router.hangUp('anna');
    await router.dial({ username: 'anna', password: 'x' });
    router.add('/queue/simple', { name: 'all', target: '10.0.0.0/24', 'max-limit': '100M/100M' });
    router.add('/queue/simple', { name: 'anna', target: '10.0.0.77', parent: 'all', 'max-limit': '10M/10M' });
    router.add('/queue/simple', { name: 'late', target: '10.0.0.77' });
    using client = await RawClient.login(router.apiPort);
    await client.talk('/queue/simple/move', '=numbers=anna', '=destination=all');

    router.traffic('anna', { up: 10n, down: 20n });

    expect(['all', 'anna', 'late'].map((name) => router.row('/queue/simple', name)?.['bytes'])).toEqual([
      '10/20',
      '10/20',
      '0/0',
    ]);
  });
});

describe('FastTrack', () => {
  const established = { chain: 'forward', 'connection-state': 'established,related' };

  it('leads a share past queues; interfaces count all of it, and that share under fp-', async () => {
    await using lab = await online({ fastTrackPercent: 80 });
    const { router } = lab;
    router.add('/ip/firewall/filter', { ...established, action: 'accept', comment: 'first' });
    const id = router.add('/ip/firewall/filter', { ...established, action: 'fasttrack-connection' });

    router.traffic('anna', { up: 1000n, down: 10_000n });

    expect(router.row('/interface', session)).toMatchObject({
      'rx-byte': '1000',
      'tx-byte': '10000',
      'fp-rx-byte': '800',
      'fp-tx-byte': '8000',
    });
    expect(router.row('/queue/simple', session)).toMatchObject({ bytes: '200/2000' });
    expect(router.rows('/ip/firewall/filter').map(({ comment }) => comment)).toEqual([
      'special dummy rule to show fasttrack counters',
      'first',
      undefined,
    ]);
    expect(router.rows('/ip/firewall/filter')[0]).toMatchObject({ dynamic: 'true', bytes: '8800' });
    expect(router.rows('/ip/settings')[0]).toMatchObject({
      'ipv4-fasttrack-active': 'true',
      'ipv4-fasttrack-bytes': '8800',
    });
    router.set('/ip/firewall/filter', id, { disabled: 'yes' });
    expect(router.rows('/ip/firewall/filter')).toHaveLength(2);
    expect(router.rows('/ip/settings')[0]).toMatchObject({ 'ipv4-fasttrack-active': 'false' });
  });

  it('does nothing where FastPath is forbidden', async () => {
    await using lab = await online();
    const { router } = lab;
    router.add('/ip/firewall/filter', { ...established, action: 'fasttrack-connection' });
    router.set('/ip/settings', undefined, { 'allow-fast-path': 'no' });

    router.traffic('anna', { up: 1000n });

    expect(router.row('/queue/simple', session)).toMatchObject({ bytes: '1000/0' });
    expect(router.rows('/ip/firewall/filter')).toHaveLength(1);
  });
});

describe('/ip/accounting of version 6', () => {
  it('moves what it counted to the snapshot at every take, and forgets it', async () => {
    await using lab = await online({ version: '6.49.17' });
    const { router } = lab;
    using client = await RawClient.login(router.apiPort);
    router.set('/ip/accounting', undefined, { enabled: 'yes' });
    router.traffic('anna', { up: 100n, down: 2000n, peer: '203.0.113.1' });

    await client.talk('/ip/accounting/snapshot/take');
    router.traffic('anna', { up: 1n, peer: '203.0.113.1' });

    expect(await client.rows('/ip/accounting/snapshot/print')).toEqual([
      {
        '.id': '*1',
        'src-address': '10.0.0.77',
        'dst-address': '203.0.113.1',
        packets: '1',
        bytes: '100',
        'src-user': 'anna',
      },
      {
        '.id': '*2',
        'src-address': '203.0.113.1',
        'dst-address': '10.0.0.77',
        packets: '2',
        bytes: '2000',
        'dst-user': 'anna',
      },
    ]);
    await client.talk('/ip/accounting/snapshot/take');
    expect(router.rows('/ip/accounting/snapshot')).toMatchObject([{ bytes: '1' }]);
  });

  it('says how much found the table full, and sees nothing of what FastTrack took', async () => {
    await using lab = await online({ version: '6.49.17', fastTrackPercent: 50 });
    const { router } = lab;
    router.set('/ip/accounting', undefined, { enabled: 'yes', threshold: '1' });
    router.add('/ip/firewall/filter', { chain: 'forward', action: 'fasttrack-connection' });

    router.traffic('anna', { up: 100n, down: 2000n });

    expect(router.rows('/ip/accounting/uncounted')).toEqual([{ bytes: '1000', packets: '1' }]);
  });
});

describe('routes', () => {
  it('follow addresses, sessions, and what a secret says of networks behind its subscriber', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerPppoe(router);
    router.add('/ip/address', { address: '192.0.2.1/24', interface: 'ether1' });
    router.add('/ppp/secret', {
      name: 'shop',
      password: 'x',
      profile: 'pppoe',
      'remote-address': '10.0.0.80',
      routes: '10.9.0.0/24 10.0.0.80 1, 10.9.1.0/24',
    });
    await router.dial({ username: 'shop', password: 'x' });

    expect(router.rows('/ip/route').map((row) => `${row['dst-address']} ${row['gateway']}`)).toEqual([
      '192.0.2.0/24 ether1',
      '10.0.0.80/32 <pppoe-shop>',
      '10.9.0.0/24 <pppoe-shop>',
      '10.9.1.0/24 <pppoe-shop>',
    ]);
    router.hangUp('shop');
    expect(router.rows('/ip/route')).toHaveLength(1);
    expect(router.rows('/ip/route')[0]).toMatchObject({ dynamic: 'true', connect: 'true', active: 'true' });
  });
});
