import { describe, expect, it } from 'vitest';
import { arrive, offerHotspot } from '../guest.ts';
import { offerPppoe, RawClient, startRouter } from '../support.ts';

async function online() {
  const lab = await startRouter();
  offerPppoe(lab.router, { 'address-list': 'homes' });
  lab.router.add('/ip/address', { address: '192.0.2.1/30', interface: 'ether1' });
  lab.router.add('/ppp/secret', { name: 'anna', password: 'x', profile: 'pppoe', 'remote-address': '10.0.0.77' });
  const dialled = await lab.router.dial({ username: 'anna', password: 'x' });
  expect(dialled.ok).toBe(true);
  return lab;
}

const client = '10.0.0.77';

describe('what a router without rules does', () => {
  it('lets everything through', async () => {
    await using lab = await online();

    expect(lab.router.reach(client, { dstPort: 443 })).toEqual({
      verdict: 'accept',
      address: '198.51.100.80',
      port: 443,
      translated: false,
      atRouter: false,
      unjudged: [],
    });
  });

  it('knows what is for the router itself', async () => {
    await using lab = await online();

    expect(lab.router.reach(client, { host: '192.0.2.1', dstPort: 8728 })).toMatchObject({ atRouter: true });
  });
});

describe('rules for an address list', () => {
  it('send a suspended client to the portal, and refuse the rest at once', async () => {
    await using lab = await online();
    const { router } = lab;
    router.add('/ip/firewall/nat', {
      chain: 'dstnat',
      protocol: 'tcp',
      'dst-port': '80',
      'src-address-list': 'suspended',
      action: 'dst-nat',
      'to-addresses': '192.0.2.80',
      'to-ports': '8080',
      comment: 'portal',
    });
    router.add('/ip/firewall/filter', {
      chain: 'forward',
      'src-address-list': 'suspended',
      'dst-address': '192.0.2.80',
      action: 'accept',
      comment: 'portal is open',
    });
    router.add('/ip/firewall/filter', {
      chain: 'forward',
      protocol: 'tcp',
      'src-address-list': 'suspended',
      action: 'reject',
      'reject-with': 'tcp-reset',
    });

    expect(router.reach(client).translated).toBe(false);
    router.add('/ip/firewall/address-list', { list: 'suspended', address: '10.0.0.77' });

    expect(router.reach(client)).toMatchObject({
      verdict: 'accept',
      address: '192.0.2.80',
      port: 8080,
      translated: true,
      natBy: { comment: 'portal' },
      by: { comment: 'portal is open' },
    });
    expect(router.reach(client, { dstPort: 443 })).toMatchObject({ verdict: 'reject', rejectWith: 'tcp-reset' });
    expect(router.reach('10.0.0.78', { dstPort: 443 })).toMatchObject({ verdict: 'accept' });
    expect(router.rows('/ip/firewall/nat')[0]).toMatchObject({ packets: '1' });
  });

  it('know the lists a session is on, and no more once it is over', async () => {
    await using lab = await online();
    const { router } = lab;
    router.add('/ip/firewall/filter', { chain: 'forward', 'src-address-list': '!homes', action: 'drop' });

    expect(router.reach(client).verdict).toBe('accept');
    router.hangUp('anna');
    expect(router.reach(client).verdict).toBe('drop');
  });

  it('compare names and networks of a destination list', async () => {
    await using lab = await online();
    const { router } = lab;
    router.add('/ip/firewall/address-list', { list: 'walled', address: 'bank.example' });
    router.add('/ip/firewall/address-list', { list: 'walled', address: '203.0.113.0/24' });
    router.add('/ip/firewall/address-list', { list: 'walled', address: '192.0.2.9', disabled: 'yes' });
    router.add('/ip/firewall/filter', { chain: 'forward', 'dst-address-list': '!walled', action: 'drop' });

    const verdicts = ['bank.example', 'other.example', '203.0.113.7', '192.0.2.9'].map(
      (host) => router.reach(client, { host }).verdict,
    );

    expect(verdicts).toEqual(['accept', 'drop', 'accept', 'drop']);
  });
});

describe('the order of rules', () => {
  it('counts: the first that decides has it', async () => {
    await using lab = await online();
    const { router } = lab;
    using api = await RawClient.login(router.apiPort);
    router.add('/ip/firewall/filter', { chain: 'forward', action: 'accept', comment: 'all' });
    router.add('/ip/firewall/filter', { chain: 'forward', action: 'drop', comment: 'none' });

    expect(router.reach(client)).toMatchObject({ verdict: 'accept', by: { id: '*1', comment: 'all' } });
    await api.talk('/ip/firewall/filter/move', '=numbers=*2', '=destination=*1');
    expect(router.reach(client)).toMatchObject({ verdict: 'drop', by: { id: '*2' } });
    await api.talk('/ip/firewall/filter/disable', '=.id=*2');
    expect(router.reach(client)).toMatchObject({ verdict: 'accept' });
  });

  it('goes into chains and comes back from them', async () => {
    await using lab = await online();
    const { router } = lab;
    router.add('/ip/firewall/filter', { chain: 'forward', action: 'jump', 'jump-target': 'guests' });
    router.add('/ip/firewall/filter', { chain: 'guests', 'dst-port': '53', protocol: 'udp', action: 'return' });
    router.add('/ip/firewall/filter', { chain: 'guests', action: 'jump', 'jump-target': 'guests' });
    router.add('/ip/firewall/filter', { chain: 'forward', action: 'drop' });
    router.add('/ip/firewall/filter', { chain: 'guests', 'dst-port': '443', protocol: 'tcp', action: 'accept' });

    expect(router.reach(client, { protocol: 'udp' }).verdict).toBe('drop');
    expect(router.reach(client, { dstPort: 443 }).verdict).toBe('accept');
    expect(router.reach(client, { dstPort: 80 }).verdict).toBe('drop');
  });
});

describe('matchers', () => {
  it('a limit of connections takes hold of the first packet of one too many', async () => {
    await using lab = await online();
    const { router } = lab;
    router.add('/ip/firewall/filter', {
      chain: 'forward',
      protocol: 'tcp',
      'tcp-flags': 'syn',
      'connection-limit': '100,32',
      action: 'drop',
    });

    expect(router.reach(client, { connections: 99 }).verdict).toBe('accept');
    expect(router.reach(client, { connections: 100 }).verdict).toBe('drop');
    expect(router.reach(client, { connections: 500, state: 'established' }).verdict).toBe('accept');
    expect(router.reach(client, { connections: 500, protocol: 'udp' }).verdict).toBe('accept');
  });

  it.each([
    [{ 'in-interface': '<pppoe-anna>' }, 'drop'],
    [{ 'in-interface': '!<pppoe-anna>' }, 'accept'],
    [{ 'in-interface': 'all-ppp' }, 'drop'],
    [{ 'in-interface': 'ether1' }, 'accept'],
    [{ 'in-interface-list': 'dynamic' }, 'drop'],
    [{ 'in-interface-list': '!all' }, 'accept'],
    [{ 'in-interface-list': 'subscribers' }, 'accept'],
    [{ 'src-address': '10.0.0.0/24' }, 'drop'],
    [{ 'src-address': '10.0.0.70-10.0.0.76' }, 'accept'],
    [{ 'dst-address': '!198.51.100.0/24' }, 'accept'],
    [{ protocol: 'tcp', 'dst-port': '1-79,81-65535' }, 'accept'],
    [{ protocol: 'tcp', 'dst-port': '443,80' }, 'drop'],
    [{ 'connection-state': 'new' }, 'drop'],
    [{ 'connection-state': 'established,related' }, 'accept'],
    [{ 'connection-nat-state': '!dstnat' }, 'drop'],
    [{ 'dst-address-type': 'local' }, 'accept'],
    [{ 'tls-host': '*.example' }, 'accept'],
    [{ 'packet-mark': 'bulk' }, 'accept'],
    [{ limit: '10,5:packet' }, 'drop'],
    [{ hotspot: 'auth' }, 'accept'],
  ])('%j', async (fields, verdict) => {
    await using lab = await online();
    const { router } = lab;
    router.add('/interface/list', { name: 'subscribers' });
    router.add('/interface/list/member', { list: 'subscribers', interface: 'ether2' });
    router.add('/ip/firewall/filter', { chain: 'forward', action: 'drop', ...fields });

    expect(router.reach(client)).toMatchObject({ verdict, unjudged: [] });
  });

  it('that cannot be judged are said, and their rule is passed over', async () => {
    await using lab = await online();
    const { router } = lab;
    router.add('/ip/firewall/filter', { chain: 'forward', action: 'drop', content: 'free' });

    expect(router.reach(client)).toMatchObject({ verdict: 'accept', unjudged: ['content'] });
  });

  it('raw rules come first, and a redirect is to the router', async () => {
    await using lab = await online();
    const { router } = lab;
    router.add('/ip/firewall/raw', { chain: 'prerouting', 'dst-address': '203.0.113.9', action: 'drop' });
    router.add('/ip/firewall/nat', {
      chain: 'dstnat',
      protocol: 'udp',
      'dst-port': '53',
      action: 'redirect',
      'to-ports': '5353',
    });
    router.add('/ip/firewall/filter', { chain: 'input', protocol: 'udp', 'dst-port': '!5353', action: 'drop' });

    expect(router.reach(client, { host: '203.0.113.9' })).toMatchObject({
      verdict: 'drop',
      by: { menu: '/ip/firewall/raw' },
    });
    expect(router.reach(client, { protocol: 'udp', host: '203.0.113.53' })).toMatchObject({
      verdict: 'accept',
      address: '192.0.2.1',
      port: 5353,
      atRouter: true,
      translated: true,
    });
  });
});

describe('entries of an address list', () => {
  it('with a timeout count down and go', async () => {
    await using lab = await startRouter();
    const { router, clock } = lab;
    router.add('/ip/firewall/address-list', { list: 'trial', address: '10.0.0.9', timeout: '1h' });

    await clock.advance(600_000);
    expect(router.rows('/ip/firewall/address-list')[0]).toMatchObject({
      timeout: '50m',
      dynamic: 'true',
      'creation-time': '2026-01-02 03:04:05',
    });
    await clock.advance(3_000_000);
    expect(router.rows('/ip/firewall/address-list')).toEqual([]);
  });

  it('stay longer when they are told to, with the same time again too', async () => {
    await using lab = await startRouter();
    const { router, clock } = lab;
    const id = router.add('/ip/firewall/address-list', { list: 'trial', address: '10.0.0.9', timeout: '1h' });

    await clock.advance(3_500_000);
    router.set('/ip/firewall/address-list', id, { timeout: '1h' });
    router.set('/ip/firewall/address-list', id, { comment: 'paid' });
    await clock.advance(3_500_000);
    expect(router.rows('/ip/firewall/address-list')[0]).toMatchObject({ timeout: '1m40s', comment: 'paid' });
    await clock.advance(100_000);
    expect(router.rows('/ip/firewall/address-list')).toEqual([]);
  });

  it('that are not saved do not outlive a restart', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    router.add('/ip/firewall/address-list', { list: 'trial', address: '10.0.0.9', timeout: '1h' });
    router.add('/ip/firewall/address-list', { list: 'kept', address: '10.0.0.8' });

    router.reboot();

    expect(router.rows('/ip/firewall/address-list').map(({ list }) => list)).toEqual(['kept']);
  });

  it('are made by a rule that says so', async () => {
    await using lab = await online();
    const { router, clock } = lab;
    router.add('/ip/firewall/filter', {
      chain: 'forward',
      action: 'add-src-to-address-list',
      'address-list': 'seen',
      'address-list-timeout': '10m',
    });

    router.reach(client);
    router.reach(client);

    const seen = () => router.rows('/ip/firewall/address-list').filter(({ list }) => list === 'seen');
    expect(seen()).toMatchObject([{ address: client, timeout: '10m' }]);
    await clock.advance(600_000);
    expect(seen()).toEqual([]);
  });
});

describe('a hotspot', () => {
  it('has rules of its own in front of all others while it is on', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    router.add('/ip/firewall/nat', { chain: 'srcnat', action: 'masquerade' });
    const id = router.add('/ip/hotspot', { name: 'hs', interface: 'ether3', disabled: 'no' });

    const [first] = router.rows('/ip/firewall/nat');
    expect(first).toMatchObject({ chain: 'dstnat', 'jump-target': 'hotspot', hotspot: 'from-client', dynamic: 'true' });
    expect(router.rows('/ip/firewall/nat').at(-1)).toMatchObject({ action: 'masquerade', dynamic: 'false' });
    router.set('/ip/hotspot', id, { disabled: 'yes' });
    expect(router.rows('/ip/firewall/nat')).toHaveLength(1);
    expect(router.rows('/ip/firewall/filter')).toEqual([]);
  });

  it('sends the web of a guest to its pages, and refuses all else, until he is logged in', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerHotspot(router);
    router.add('/ip/hotspot/user', { name: 'zoe', password: 'p' });
    const device = await arrive(router);

    expect(router.reach(device.address)).toMatchObject({ atRouter: true, port: 64874, translated: true });
    expect(router.reach(device.address, { dstPort: 22 })).toMatchObject({ verdict: 'reject', rejectWith: 'tcp-reset' });
    using client = await RawClient.login(router.apiPort);
    await client.talk('/ip/hotspot/active/login', '=user=zoe', '=password=p', `=ip=${device.address}`);

    expect(router.reach(device.address)).toMatchObject({ verdict: 'accept', translated: false });
    expect(router.reach(device.address, { dstPort: 22 })).toMatchObject({ verdict: 'accept' });
  });
});
