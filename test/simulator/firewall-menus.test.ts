import { describe, expect, it } from 'vitest';
import { RawClient, startRouter } from './support.ts';

describe('the firewall menus', () => {
  it('print a rule with what the router adds by itself, and leave out every matcher that was not written', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    await client.talk('/ip/firewall/filter/add', '=chain=forward');

    expect(await client.rows('/ip/firewall/filter/print')).toEqual([
      {
        '.id': '*1',
        chain: 'forward',
        action: 'accept',
        log: 'false',
        'log-prefix': '',
        bytes: '0',
        packets: '0',
        invalid: 'false',
        dynamic: 'false',
        disabled: 'false',
      },
    ]);
  });

  it('show a setting only under the action that has a use for it', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    router.add('/ip/firewall/filter', { chain: 'forward', action: 'reject' });
    router.add('/ip/firewall/filter', { chain: 'input', action: 'add-src-to-address-list', 'address-list': 'knock' });

    const [reject, list] = router.rows('/ip/firewall/filter');

    expect(reject?.['reject-with']).toBe('icmp-network-unreachable');
    expect(list).toMatchObject({ 'address-list': 'knock', 'address-list-timeout': 'none-dynamic' });
    expect(list?.['reject-with']).toBeUndefined();
  });

  it('spell values as a router does', async () => {
    await using lab = await startRouter();
    const { router } = lab;

    router.add('/ip/firewall/filter', {
      chain: 'forward',
      protocol: '6',
      'src-address': '10.0.0.5/32',
      'in-interface': '!ether2',
      'connection-state': 'related,established',
      'tcp-flags': 'syn,!ack',
      'connection-limit': '100,32',
      'src-address-list': '!friends',
      'in-interface-list': 'all',
    });

    expect(router.rows('/ip/firewall/filter')[0]).toMatchObject({
      protocol: 'tcp',
      'src-address': '10.0.0.5',
      'in-interface': '!ether2',
      'connection-state': 'established,related',
      'tcp-flags': 'syn,!ack',
      'connection-limit': '100,32',
      'src-address-list': '!friends',
      'in-interface-list': 'all',
    });
  });

  it.each([
    ['=action=allow', '1: input does not match any value of action'],
    ['=protocol=carrier-pigeon', '1: input does not match any value of protocol'],
    ['=src-address=here', '1: invalid value for argument src-address'],
    ['=dst-port=70000', '1: value of dst-port out of range (0..65535)'],
    ['=in-interface=ether9', '1: input does not match any value of in-interface'],
    ['=connection-limit=100', '1: invalid value for argument connection-limit'],
    ['=to-ports=80', 'unknown parameter to-ports'],
  ])('refuse %s', async (word, message) => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap('/ip/firewall/filter/add', '=chain=forward', word)).toBe(message);
  });

  it('want a chain', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap('/ip/firewall/nat/add', '=action=masquerade')).toBe(
      '1: missing value(s) of argument(s) chain',
    );
  });

  it('keep their order: place-before puts a rule in, move a block of them', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    using client = await RawClient.login(router.apiPort);
    for (const comment of ['a', 'b', 'c', 'd']) {
      router.add('/ip/firewall/nat', { chain: 'dstnat', action: 'redirect', comment });
    }
    const order = () => router.rows('/ip/firewall/nat').map((row) => row['comment']);

    await client.talk('/ip/firewall/nat/add', '=chain=dstnat', '=comment=e', '=place-before=*2');
    expect(order()).toEqual(['a', 'e', 'b', 'c', 'd']);
    await client.talk('/ip/firewall/nat/move', '=numbers=*4,*3', '=destination=*1');
    expect(order()).toEqual(['d', 'c', 'a', 'e', 'b']);
    await client.talk('/ip/firewall/nat/move', '=numbers=*4');
    expect(order()).toEqual(['c', 'a', 'e', 'b', 'd']);
  });

  it('let a matcher be taken away by unset and by =!name=', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    using client = await RawClient.login(router.apiPort);
    router.add('/ip/firewall/filter', {
      chain: 'forward',
      'src-address': '10.0.0.1',
      'dst-port': '80',
      protocol: 'tcp',
    });

    await client.talk('/ip/firewall/filter/unset', '=.id=*1', '=value-name=src-address');
    await client.talk('/ip/firewall/filter/set', '=.id=*1', '=!dst-port=');

    const [row] = router.rows('/ip/firewall/filter');
    expect(row).toMatchObject({ protocol: 'tcp' });
    expect(row).not.toHaveProperty('src-address');
    expect(row).not.toHaveProperty('dst-port');
  });

  it('know in each version what it had', async () => {
    await using old = await startRouter({ version: '7.15.3' });
    await using now = await startRouter({ version: '7.22.3' });
    using oldClient = await RawClient.login(old.router.apiPort);
    using client = await RawClient.login(now.router.apiPort);

    const tos = ['/ip/firewall/filter/add', '=chain=forward', '=tos=1'];
    const tls = ['/ip/firewall/nat/add', '=chain=dstnat', '=tls-host=x'];

    expect(await oldClient.trap(...tos)).toBe('unknown parameter tos');
    expect(await client.trap(...tos)).toBeUndefined();
    expect(await oldClient.trap(...tls)).toBeUndefined();
    expect(await client.trap(...tls)).toBe('unknown parameter tls-host');
  });
});

describe('menus that come with a version or a package', () => {
  it.each([
    ['6.49.17', true, false],
    ['7.12.2', true, false],
    ['7.13.5', false, true],
    ['7.22.3', false, true],
  ])('%s: access lists of wireless %s, of wifi %s', async (version, wireless, wifi) => {
    await using lab = await startRouter({ version });
    using client = await RawClient.login(lab.router.apiPort);
    const isThere = async (menu: string) => (await client.trap(`${menu}/print`)) === undefined;

    expect(await isThere('/interface/wireless/access-list')).toBe(wireless);
    expect(await isThere('/interface/wifi/access-list')).toBe(wifi);
  });

  it('the package wireless brings its menus to new versions', async () => {
    await using lab = await startRouter({ packages: ['wireless'] });

    lab.router.add('/interface/wireless/access-list', { 'mac-address': 'aa-bb-cc-dd-ee-ff', 'vlan-id': '7' });

    expect(lab.router.rows('/interface/wireless/access-list')[0]).toMatchObject({
      'mac-address': 'AA:BB:CC:DD:EE:FF',
      interface: 'any',
      'signal-range': '-120..120',
      'vlan-id': '7',
    });
  });
});
