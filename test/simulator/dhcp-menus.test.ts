import { describe, expect, it } from 'vitest';
import { RawClient, startRouter } from './support.ts';

describe('the DHCP menus', () => {
  it('print a new server with what the router adds by itself, and leave out what is as usual', async () => {
    await using lab = await startRouter({ version: '7.22.3' });
    const { router } = lab;
    using client = await RawClient.login(router.apiPort);

    const [done] = await client.talk('/ip/dhcp-server/add', '=interface=ether3');

    expect(done?.values).toEqual({ ret: '*1' });
    expect(await client.rows('/ip/dhcp-server/print')).toEqual([
      {
        '.id': '*1',
        name: 'dhcp1',
        interface: 'ether3',
        'lease-time': '10m',
        'bootp-lease-time': 'forever',
        'address-pool': 'static-only',
        'dynamic-lease-identifiers': 'client-mac,client-id',
        'address-lists': '',
        authoritative: 'yes',
        'use-radius': 'no',
        'use-reconfigure': 'false',
        'lease-script': '',
        'support-broadband-tr101': 'false',
        dynamic: 'false',
        invalid: 'false',
        disabled: 'false',
      },
    ]);
  });

  it('know in an older version only what it had', async () => {
    await using lab = await startRouter({ version: '7.16.2' });
    const { router } = lab;
    using client = await RawClient.login(router.apiPort);
    await client.talk('/ip/dhcp-server/add', '=interface=ether3');
    await client.talk('/ip/dhcp-server/network/add', '=address=10.30.0.0/24');

    const [server] = await client.rows('/ip/dhcp-server/print');
    for (const name of ['address-lists', 'dynamic-lease-identifiers', 'use-reconfigure']) {
      expect(server).not.toHaveProperty(name);
    }
    expect((await client.rows('/ip/dhcp-server/network/print'))[0]).not.toHaveProperty('ntp-none');
    expect(await client.trap('/ip/dhcp-server/set', '=.id=dhcp1', '=address-lists=x')).toBe(
      'unknown parameter address-lists',
    );
  });

  it.each([
    [['/ip/dhcp-server/add', '=name=x'], '1: missing value(s) of argument(s) interface'],
    [['/ip/dhcp-server/add', '=name=one', '=interface=ether4'], 'failure: server with such name already exists'],
    [['/ip/dhcp-server/add', '=interface=ether3'], 'failure: server with such interface and relay already exists'],
    [['/ip/dhcp-server/add', '=interface=ether9'], '1: input does not match any value of interface'],
    [
      ['/ip/dhcp-server/add', '=interface=ether4', '=address-pool=nope'],
      '1: input does not match any value of address-pool',
    ],
    [
      ['/ip/dhcp-server/add', '=interface=ether4', '=use-radius=maybe'],
      '1: input does not match any value of use-radius',
    ],
    [['/ip/dhcp-server/add', '=interface=ether4', '=lease-time=soon'], '1: invalid time value for argument lease-time'],
    [['/ip/dhcp-server/set', '=.id=one', '=invalid=no'], 'unknown parameter invalid'],
    [['/ip/dhcp-server/lease/add', '=mac-address=02:00:5e'], '1: invalid value for argument mac-address'],
    [['/ip/dhcp-server/lease/add', '=address=nopool'], '1: invalid value for argument address:'],
    [['/ip/dhcp-server/lease/add', '=server=two'], '1: input does not match any value of server'],
    [['/ip/dhcp-server/lease/set', '=.id=*9', '=comment=x'], '0: no such item'],
    [['/ip/dhcp-server/lease/add', '=status=bound'], 'unknown parameter status'],
    [
      ['/ip/dhcp-server/lease/unset', '=.id=*1', '=value-name=address'],
      '1: input does not match any value of value-name',
    ],
    [['/ip/dhcp-server/network/add', '=address=10.30.0.1/24'], 'failure: invalid network'],
    [['/ip/dhcp-server/network/add', '=address=10.30.0.0/24'], 'failure: such network already exists'],
    [['/ip/dhcp-server/network/add', '=address=10.30.0.0/33'], '1: invalid value for argument address'],
    [
      ['/ip/dhcp-server/network/add', '=address=10.31.0.0/24', '=gateway=here'],
      '1: invalid value for argument gateway',
    ],
    [['/ip/dhcp-server/config/add'], '0: no such command'],
    [['/ip/dhcp-server/config/set', '=store-leases-disk=soon'], '1: invalid time value for argument store-leases-disk'],
    [['/ip/dns/set', '=servers=one.example'], '1: invalid value for argument servers'],
    [['/ip/dns/set', '=cache-used=1'], 'unknown parameter cache-used'],
    [['/ip/dns/set', '=cache-size=much'], '1: invalid value for argument cache-size'],
  ])('refuse %j', async (words, message) => {
    await using lab = await startRouter();
    lab.router.add('/ip/dhcp-server', { name: 'one', interface: 'ether3' });
    lab.router.add('/ip/dhcp-server/network', { address: '10.30.0.0/24' });
    lab.router.add('/ip/dhcp-server/lease', { 'mac-address': '02:00:5E:00:00:01' });
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap(...words)).toBe(message);
  });

  it('show the raw id of a server or a pool that is gone', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    router.add('/ip/pool', { name: 'lan', ranges: '10.30.0.10-10.30.0.12' });
    router.add('/ip/dhcp-server', { name: 'one', interface: 'ether3' });
    router.add('/ip/dhcp-server/lease', { 'mac-address': '02:00:5E:00:00:01', server: 'one', address: 'lan' });

    router.remove('/ip/dhcp-server', 'one');
    router.remove('/ip/pool', 'lan');

    expect(router.rows('/ip/dhcp-server/lease')).toMatchObject([{ server: '*1', address: '*1' }]);
  });

  it('let a second server stand on the interface while it is disabled, or for a relay', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    router.add('/ip/dhcp-server', { interface: 'ether3' });
    router.add('/ip/dhcp-server', { interface: 'ether3', disabled: 'yes' });
    router.add('/ip/dhcp-server', { interface: 'ether3', relay: '10.9.9.9' });

    expect(router.rows('/ip/dhcp-server').map(({ name, relay }) => [name, relay])).toEqual([
      ['dhcp1', undefined],
      ['dhcp2', undefined],
      ['dhcp3', '10.9.9.9'],
    ]);
    expect(() => router.set('/ip/dhcp-server', 'dhcp2', { disabled: 'no' })).toThrow(
      'failure: server with such interface and relay already exists',
    );
  });
});

describe('two leases for one client', () => {
  const client = 'failure: already have static lease for this client';
  const address = 'failure: already have static lease with this IP address';
  const first = {
    address: '10.30.0.5',
    'mac-address': '02:00:5E:00:00:01',
    'client-id': '1:2:0:5e:0:0:1',
    server: 'one',
  };

  it.each([
    ['of the same server and MAC', { 'mac-address': '02-00-5e-00-00-01', server: 'one' }, client],
    ['of all servers', { 'mac-address': first['mac-address'] }, client],
    ['of the same client identifier', { 'client-id': first['client-id'], server: 'one' }, client],
    ['with the same address', { 'mac-address': '02:00:5E:00:00:02', address: first.address, server: 'two' }, address],
  ])('cannot be: %s', async (_title, second, message) => {
    await using lab = await startRouter();
    const { router } = lab;
    router.add('/ip/dhcp-server', { name: 'one', interface: 'ether3' });
    router.add('/ip/dhcp-server', { name: 'two', interface: 'ether4' });
    router.add('/ip/dhcp-server/lease', first);

    expect(() => router.add('/ip/dhcp-server/lease', second)).toThrow(message);
    const id = router.add('/ip/dhcp-server/lease', { ...second, disabled: 'yes' });
    expect(() => router.set('/ip/dhcp-server/lease', id, { disabled: 'no' })).toThrow(message);
  });

  it('may be on two servers, and may take from one pool; of all servers it is the only one', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    router.add('/ip/pool', { name: 'lan', ranges: '10.30.0.10-10.30.0.12' });
    for (const [name, port] of [
      ['one', 'ether3'],
      ['two', 'ether4'],
    ] as const) {
      router.add('/ip/dhcp-server', { name, interface: port });
      router.add('/ip/dhcp-server/lease', { address: 'lan', 'mac-address': first['mac-address'], server: name });
    }

    expect(router.rows('/ip/dhcp-server/lease')).toMatchObject([{ server: 'one' }, { server: 'two' }]);
    expect(() => router.add('/ip/dhcp-server/lease', { 'mac-address': first['mac-address'] })).toThrow(client);
    expect(() => router.set('/ip/dhcp-server/lease', '*2', { server: 'one' })).toThrow(client);
  });
});

describe('the resolver', () => {
  it('is one row, closed to clients until somebody opens it', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.rows('/ip/dns/print')).toEqual([
      {
        servers: '',
        'dynamic-servers': '',
        'use-doh-server': '',
        'verify-doh-cert': 'false',
        'doh-max-server-connections': '5',
        'doh-max-concurrent-queries': '50',
        'doh-timeout': '5s',
        'allow-remote-requests': 'false',
        'max-udp-packet-size': '4096',
        'query-server-timeout': '2s',
        'query-total-timeout': '10s',
        'max-concurrent-queries': '100',
        'max-concurrent-tcp-sessions': '20',
        'cache-size': '2048KiB',
        'cache-max-ttl': '1w',
        'address-list-extra-time': '0s',
        vrf: 'main',
        'mdns-repeat-ifaces': '',
        'cache-used': '48KiB',
      },
    ]);
    await client.talk('/ip/dns/set', '=servers=9.9.9.9,2620:fe::fe', '=allow-remote-requests=yes', '=cache-size=4MiB');
    expect(lab.router.rows('/ip/dns')).toMatchObject([
      { servers: '9.9.9.9,2620:fe::fe', 'allow-remote-requests': 'true', 'cache-size': '4096KiB' },
    ]);
    await client.talk('/ip/dns/set', '=servers=');
    expect(lab.router.rows('/ip/dns')).toMatchObject([{ servers: '' }]);
  });
});
