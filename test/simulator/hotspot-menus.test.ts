import { describe, expect, it } from 'vitest';
import { RawClient, startRouter } from './support.ts';

describe('the hotspot menus of a router from the factory', () => {
  it('hold a default profile and user profile and the template of trial users', async () => {
    await using lab = await startRouter();
    const { router } = lab;

    expect(router.rows('/ip/hotspot/profile')).toEqual([
      {
        '.id': '*0',
        name: 'default',
        'hotspot-address': '0.0.0.0',
        'dns-name': '',
        'html-directory': 'hotspot',
        'html-directory-override': '',
        'install-hotspot-queue': 'false',
        'http-proxy': '0.0.0.0:0',
        'smtp-server': '0.0.0.0',
        'login-by': 'cookie,http-chap',
        'http-cookie-lifetime': '3d',
        'split-user-domain': 'false',
        'use-radius': 'false',
        default: 'true',
      },
    ]);
    expect(router.row('/ip/hotspot/user/profile', 'default')).toMatchObject({
      '.id': '*0',
      'shared-users': '1',
      'add-mac-cookie': 'true',
      'mac-cookie-timeout': '3d',
      'keepalive-timeout': '2m',
      'idle-timeout': 'none',
      default: 'true',
    });
    expect(router.row('/ip/hotspot/user', 'default-trial')).toMatchObject({ default: 'true', profile: 'default' });
    for (const menu of ['/ip/hotspot/profile', '/ip/hotspot/user/profile', '/ip/hotspot/user']) {
      expect(() => router.remove(menu, '*0')).toThrow('can not remove default');
    }
  });

  it('show what RADIUS, MAC authentication and trials need only where they are used', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    router.add('/ip/hotspot/profile', { name: 'p', 'radius-mac-format': 'XXXXXXXXXXXX', 'mac-auth-password': 'pw' });
    const keys = () => Object.keys(router.row('/ip/hotspot/profile', 'p') ?? {});
    expect(keys().filter((key) => /^(radius|nas|mac|trial)-/.test(key))).toEqual([]);

    router.set('/ip/hotspot/profile', 'p', { 'use-radius': 'yes', 'login-by': 'http-pap,mac,mac-cookie' });

    expect(router.row('/ip/hotspot/profile', 'p')).toMatchObject({
      'login-by': 'mac,http-pap,mac-cookie',
      'radius-mac-format': 'XXXXXXXXXXXX',
      'nas-port-type': 'wireless-802.11',
      'radius-interim-update': 'received',
      'mac-auth-password': 'pw',
      'mac-auth-mode': 'mac-as-username',
    });
    expect(keys()).not.toContain('trial-uptime-limit');
  });
});

describe('rows of a hotspot', () => {
  it('are one server for an interface and one user for a name and server', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    router.add('/ip/hotspot', { name: 'hs1', interface: 'ether3' });

    expect(() => router.add('/ip/hotspot', { name: 'hs2', interface: 'ether3' })).toThrow('failure:');
    router.add('/ip/hotspot/user', { name: 'anna', password: 'a', 'mac-address': 'aa-bb-cc-dd-ee-ff' });
    router.add('/ip/hotspot/user', { name: 'anna', password: 'b', server: 'hs1', 'limit-uptime': '0s' });
    expect(() => router.add('/ip/hotspot/user', { name: 'anna' })).toThrow(
      'failure: already have user with this name for this server',
    );
    expect(router.rows('/ip/hotspot/user').slice(1)).toEqual([
      expect.objectContaining({ name: 'anna', 'mac-address': 'AA:BB:CC:DD:EE:FF', uptime: '0s' }),
      expect.objectContaining({ name: 'anna', server: 'hs1' }),
    ]);
    expect(router.rows('/ip/hotspot/user')[1]).not.toHaveProperty('server');
    expect(router.rows('/ip/hotspot/user')[2]).not.toHaveProperty('limit-uptime');
    expect(router.rows('/ip/hotspot')).toEqual([
      expect.objectContaining({ name: 'hs1', 'idle-timeout': '5m', 'addresses-per-mac': '2', profile: 'default' }),
    ]);
  });

  it('keep the order of the walled garden, negation and all', async () => {
    await using lab = await startRouter();
    lab.router.add('/ip/hotspot', { name: 'hs1', interface: 'ether3' });
    using client = await RawClient.login(lab.router.apiPort);
    const menu = '/ip/hotspot/walled-garden';

    await client.talk(`${menu}/add`, '=dst-host=portal.example', '=server=!hs1', '=dst-port=!80,443');
    await client.talk(`${menu}/add`, '=dst-host=*.evil.example', '=action=deny', '=place-before=*1');
    await client.talk(`${menu}/ip/add`, '=dst-host=portal.example', '=protocol=tcp', '=dst-port=443');

    expect((await client.rows(`${menu}/print`)).map((row) => row['dst-host'])).toEqual([
      '*.evil.example',
      'portal.example',
    ]);
    expect(lab.router.rows(menu)[1]).toMatchObject({ server: '!hs1', 'dst-port': '!80,443', action: 'allow' });
    expect(lab.router.rows(`${menu}/ip`)).toEqual([
      {
        '.id': '*1',
        action: 'accept',
        'dst-host': 'portal.example',
        protocol: 'tcp',
        'dst-port': '443',
        invalid: 'false',
        disabled: 'false',
      },
    ]);
    expect(await client.trap(`${menu}/ip/add`, '=action=allow')).toBe('1: input does not match any value of action');
    await client.talk(`${menu}/move`, '=numbers=*1', '=destination=*2');
    await client.talk(`${menu}/unset`, '=.id=*1', '=value-name=server');
    expect(lab.router.rows(menu)[0]).not.toHaveProperty('server');
  });
});
