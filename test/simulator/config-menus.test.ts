import { describe, expect, it } from 'vitest';
import { allMenus } from '../../src/simulator/routeros/all-menus.ts';
import { Database } from '../../src/simulator/routeros/database.ts';
import { RawClient, startRouter } from './support.ts';

describe('menus of every version', () => {
  it.each(['6.49.17', '7.9.2', '7.13.5', '7.18.2', '7.22.3'])('%s: each prints, and has one path', async (version) => {
    await using lab = await startRouter({ version, packages: ['wireless', 'user-manager'] });
    using client = await RawClient.login(lab.router.apiPort);
    const database = new Database(allMenus, version, ['wireless', 'user-manager']);
    const paths = allMenus.map(({ path }) => path).filter((path) => database.find(path) !== undefined);

    for (const path of new Set(paths)) {
      if (path !== '/file' && path !== '/tool') expect(await client.trap(`${path}/print`), path).toBeUndefined();
    }
  });

  it('6.49.17 has the menus and names of version 6', async () => {
    await using lab = await startRouter({ version: '6.49.17' });
    const { router } = lab;
    using client = await RawClient.login(router.apiPort);

    expect(router.rows('/system/ntp/client')).toEqual([
      {
        enabled: 'false',
        mode: 'unicast',
        'primary-ntp': '0.0.0.0',
        'secondary-ntp': '0.0.0.0',
        'server-dns-names': '',
      },
    ]);
    expect(router.rows('/ip/accounting')).toEqual([
      { enabled: 'false', 'account-local-traffic': 'false', threshold: '256' },
    ]);
    expect(await client.trap('/interface/wireguard/print')).toBe('0: no such command prefix');
    expect(await client.trap('/system/ntp/client/set', '=servers=10.0.0.1')).toBe('unknown parameter servers');
    expect(router.row('/ip/service', 'api')).not.toHaveProperty('vrf');
    router.add('/ppp/secret', { name: 'anna' });
    expect(router.row('/ppp/secret', 'anna')).toMatchObject({ 'last-logged-out': 'jan/01/1970 00:00:00' });
    expect(router.rows('/system/package').map(({ name }) => name)).toContain('hotspot');
    expect(router.rows('/system/clock')[0]).toMatchObject({ date: 'jan/02/2026', time: '03:04:05' });
  });
});

describe('interfaces of a kind', () => {
  it('are interfaces as well, under the same id, and follow one another', async () => {
    await using lab = await startRouter();
    const { router } = lab;

    const id = router.add('/interface/bridge', { name: 'lan' });
    router.add('/interface/vlan', { name: 'vlan7', 'vlan-id': '7', interface: 'lan' });
    router.set('/interface', 'lan', { comment: 'homes', name: 'home' });

    expect(router.row('/interface', 'home')).toMatchObject({ '.id': id, type: 'bridge', running: 'true' });
    expect(router.row('/interface/bridge', 'home')).toMatchObject({ '.id': id, comment: 'homes' });
    expect(router.row('/interface/vlan', 'vlan7')).toMatchObject({ interface: 'home', 'vlan-id': '7' });
    router.remove('/interface/bridge', 'home');
    expect(router.row('/interface', 'home')).toBeUndefined();
    expect(router.row('/interface/vlan', 'vlan7')).toMatchObject({ interface: id });
  });

  it('share one name space', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap('/interface/bridge/add', '=name=ether1')).toBe(
      'failure: already have interface with such name',
    );
    expect(await client.trap('/interface/ethernet/set', '=.id=ether2', '=name=ether1')).toBe(
      'failure: already have interface with such name',
    );
    expect(await client.trap('/interface/ethernet/set', '=.id=ether2', '=name=wan')).toBeUndefined();
    expect(lab.router.row('/interface', 'wan')).toMatchObject({ 'default-name': 'ether2' });
  });

  it('of WireGuard have a key pair, made or given (RFC 7748 §6.1)', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    const given = Buffer.from('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb', 'hex');

    router.add('/interface/wireguard', { name: 'made' });
    router.add('/interface/wireguard', { name: 'given', 'private-key': given.toString('base64') });

    expect(router.row('/interface/wireguard', 'made')?.['public-key']).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(
      Buffer.from(router.row('/interface/wireguard', 'given')?.['public-key'] ?? '', 'base64').toString('hex'),
    ).toBe('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');
  });
});

describe('the menus of a configuration', () => {
  it('refuse in the words of a router', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    using client = await RawClient.login(router.apiPort);
    router.add('/ip/address', { address: '10.0.0.1/24', interface: 'ether2' });
    router.add('/ip/dns/static', { name: 'portal.example', address: '10.0.0.1' });
    router.add('/queue/tree', { name: 'down', parent: 'global' });

    expect(await client.trap('/ip/address/add', '=address=10.0.0.1/24', '=interface=ether2')).toBe(
      'failure: already have such address',
    );
    expect(await client.trap('/ip/dns/static/add', '=name=portal.example', '=address=10.0.0.1')).toBe(
      'failure: entry already exists',
    );
    expect(await client.trap('/ip/dns/static/add', '=address=10.0.0.1')).toBe('failure: only name or regexp allowed');
    expect(await client.trap('/ip/dns/static/add', '=name=x', '=type=MX')).toBe('failure: bad MX data');
    expect(await client.trap('/queue/tree/add', '=name=x', '=parent=nobody')).toBe(
      '1: input does not match any value of parent',
    );
    expect(await client.trap('/queue/simple/add', '=name=x', '=target=10.0.0.2', '=queue=nothing')).toBe(
      '1: input does not match any value of queue',
    );
    expect(await client.trap('/queue/type/remove', '=.id=default-small')).toMatch(/^failure: /);
    expect(await client.trap('/interface/list/remove', '=.id=all')).toMatch(/^failure: /);
    expect(await client.trap('/interface/bridge/port/add', '=bridge=none', '=interface=ether2')).toBe(
      '1: input does not match any value of bridge',
    );
  });

  it('print what the router works out', async () => {
    await using lab = await startRouter();
    const { router } = lab;

    router.add('/ip/address', { address: '10.0.0.77/26', interface: 'ether2' });
    router.add('/ip/dhcp-server/option', { name: 'portal', code: '114', value: "'https://portal.example/api'" });
    router.add('/ip/dhcp-server/option', { name: 'ntp', code: '42', value: "'10.0.0.1'" });
    router.add('/ip/dhcp-server/option/sets', { name: 'all', options: 'portal,ntp' });

    expect(router.rows('/ip/address')[0]).toMatchObject({ network: '10.0.0.64', 'actual-interface': 'ether2' });
    expect(router.row('/ip/dhcp-server/option', 'ntp')?.['raw-value']).toBe('0a000001');
    expect(router.row('/ip/dhcp-server/option', 'portal')?.['raw-value']).toBe(
      Buffer.from('https://portal.example/api').toString('hex'),
    );
    expect(router.row('/ip/dhcp-server/option/sets', 'all')).toMatchObject({ options: 'portal,ntp' });
    expect(router.rows('/system/clock')[0]).toMatchObject({ date: '2026-01-02', time: '03:04:05' });
  });

  it('show of a queue type only the settings of its kind, and keep the ids of those the router came with', async () => {
    await using lab = await startRouter();
    const { router } = lab;

    expect(router.row('/queue/type', 'pcq-upload-default')).toMatchObject({
      '.id': '*FFFFFFFA',
      default: 'true',
      'pcq-classifier': 'src-address',
      'pcq-limit': '50KiB',
    });
    expect(router.row('/queue/type', 'default-small')).toEqual({
      '.id': '*FFFFFFF6',
      name: 'default-small',
      kind: 'pfifo',
      'pfifo-limit': '10',
      default: 'true',
    });
  });
});

describe('groups of users', () => {
  it('have the rights of their version', async () => {
    await using six = await startRouter({ version: '6.49.17' });
    await using seven = await startRouter();
    using client = await RawClient.login(six.router.apiPort);

    expect(six.router.row('/user/group', 'full')?.['policy']).toMatch(/,romon,dude,tikapp$/);
    expect(seven.router.row('/user/group', 'full')?.['policy']).toMatch(/,romon,rest-api$/);
    expect(await client.trap('/user/group/add', '=name=x', '=policy=api,rest-api')).toBe(
      '1: input does not match any value of policy',
    );
    await client.talk('/user/group/add', '=name=x', '=policy=api');
    await client.talk('/user/group/set', '=.id=x', '=policy=dude,!api');
    expect(six.router.row('/user/group', 'x')?.['policy']).toMatch(/^dude,!local,/);
  });
});

describe('a ping', () => {
  it('is answered by addresses of the router, and needs the right to test', async () => {
    await using lab = await startRouter({
      users: [
        { name: 'admin', password: '' },
        { name: 'reader', password: '', policies: ['api', 'read'] },
      ],
    });
    lab.router.add('/ip/address', { address: '192.0.2.1/24', interface: 'ether1' });
    using client = await RawClient.login(lab.router.apiPort);
    using reader = await RawClient.login(lab.router.apiPort, 'reader');

    expect(await client.rows('/tool/ping', '=address=192.0.2.1', '=count=2')).toMatchObject([
      { seq: '0', host: '192.0.2.1', received: '1' },
      { seq: '1', 'packet-loss': '0' },
    ]);
    expect(await client.rows('/tool/ping', '=address=192.0.2.9', '=count=1')).toMatchObject([
      { status: 'timeout', received: '0', 'packet-loss': '100' },
    ]);
    expect(await reader.trap('/tool/ping', '=address=192.0.2.1')).toBe('not enough permissions (9)');
  });
});
