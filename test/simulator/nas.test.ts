import { createHash } from 'node:crypto';
import type { Packet } from 'radius';
import { describe, expect, it } from 'vitest';
import { msChap2Answer, ntChallengeResponse } from '../../src/simulator/nas/ms-chap.ts';
import { vendorValues } from '../../src/simulator/nas/packet.ts';
import { type Answer, offerPppoe, RawClient, Responder, startRouter, turn, useRadius } from './support.ts';

const anna = { username: 'anna', password: 'geheim', callerId: '02-00-5e-00-00-0a', method: 'pap' as const };

function accept(attributes: Answer['attributes']): (request: Packet) => Answer {
  return (request) =>
    request.code === 'Access-Request'
      ? { code: 'Access-Accept', attributes: attributes ?? [] }
      : { code: 'Accounting-Response', bare: true };
}

const mikrotik = (type: number, text: string) =>
  ['Vendor-Specific', 14_988, [[type, Buffer.from(text)]]] as unknown as NonNullable<Answer['attributes']>[number];

describe('a subscriber with a local secret', () => {
  it('SPL-02: logs in while RADIUS is dead, and shows in the menus of the router', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerPppoe(router, { 'rate-limit': '5M/20M', 'address-list': 'homes' });
    useRadius(router, [9]);
    router.add('/ppp/secret', { name: 'anna', password: 'geheim', profile: 'pppoe', comment: 'Anna' });

    const result = await router.dial(anna);

    expect(result).toMatchObject({ ok: true, address: '10.0.0.10', radius: false, sessionId: '81100000' });
    expect(router.rows('/ppp/active')).toEqual([
      {
        '.id': '*1',
        name: 'anna',
        service: 'pppoe',
        'caller-id': '02:00:5E:00:00:0A',
        address: '10.0.0.10',
        uptime: '0s',
        encoding: '',
        'session-id': '0x81100000',
        'limit-bytes-in': '0',
        'limit-bytes-out': '0',
        radius: 'false',
        comment: 'Anna',
      },
    ]);
    expect(router.row('/interface', '<pppoe-anna>')).toMatchObject({
      type: 'pppoe-in',
      dynamic: 'true',
      '.id': '*F00000',
    });
    expect(router.row('/interface/pppoe-server', '<pppoe-anna>')).toMatchObject({ user: 'anna', interface: 'ether2' });
    expect(router.row('/queue/simple', '<pppoe-anna>')).toMatchObject({
      'max-limit': '5000000/20000000',
      dynamic: 'true',
    });
    expect(router.rows('/ip/pool/used')).toMatchObject([
      { pool: 'home', address: '10.0.0.10', owner: 'PPP', info: 'anna' },
    ]);
    expect(router.rows('/ip/firewall/address-list')).toMatchObject([
      { list: 'homes', address: '10.0.0.10', dynamic: 'true' },
    ]);
    expect(router.row('/ip/pool', 'home')).toMatchObject({ total: '241', used: '1', available: '240' });
    expect(router.log().map((line) => line['message'])).toContain('<pppoe-anna>: connected');
  });

  it('keeps its session when the secret is removed, and loses it with the active row', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerPppoe(router);
    router.add('/ppp/secret', { name: 'anna', password: 'geheim', profile: 'pppoe', 'remote-address': '10.9.9.9' });
    const result = await router.dial(anna);
    using client = await RawClient.login(router.apiPort);

    router.remove('/ppp/secret', 'anna');
    expect(router.sessions()).toMatchObject([{ username: 'anna', address: '10.9.9.9' }]);

    await client.talk('/ppp/active/remove', '=.id=*1');
    expect(result.ok && (await result.ended)).toBe('Admin-Reset');
    for (const menu of ['/ppp/active', '/interface/pppoe-server', '/queue/simple', '/ip/pool/used']) {
      expect(router.rows(menu)).toEqual([]);
    }
    expect(await router.dial(anna)).toEqual({ ok: false, reason: 'authentication failed' });
  });

  it('has its queue where the profile wants it', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    router.add('/queue/simple', { name: 'all', target: '10.0.0.0/8' });
    offerPppoe(router, { 'rate-limit': '1M', 'insert-queue-before': 'first', 'parent-queue': 'all' });
    router.add('/ppp/secret', { name: 'anna', password: 'geheim', profile: 'pppoe' });

    await router.dial(anna);

    expect(router.rows('/queue/simple')).toMatchObject([{ name: '<pppoe-anna>', parent: 'all' }, { name: 'all' }]);
  });

  it('is refused for a wrong password, another device, another service or a disabled row', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerPppoe(router);
    router.add('/ppp/secret', { name: 'anna', password: 'geheim', profile: 'pppoe', 'caller-id': '02:00:5E:00:00:0A' });
    router.add('/ppp/secret', { name: 'ben', password: 'geheim', profile: 'pppoe', service: 'l2tp' });
    router.add('/ppp/secret', { name: 'cleo', password: 'geheim', profile: 'pppoe', disabled: 'yes' });

    expect(await router.dial({ ...anna, password: 'x' })).toMatchObject({ reason: 'authentication failed' });
    expect(await router.dial({ ...anna, callerId: '02:00:5e:00:00:0b' })).toMatchObject({
      reason: 'authentication failed',
    });
    expect(await router.dial({ ...anna, username: 'ben' })).toMatchObject({ reason: 'authentication failed' });
    expect(await router.dial({ ...anna, username: 'cleo' })).toMatchObject({ reason: 'authentication failed' });
    expect(await router.dial(anna)).toMatchObject({ ok: true });
  });

  it('finds no server where none is enabled on that interface, for that service', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    expect(await router.dial(anna)).toEqual({ ok: false, reason: 'no pppoe server' });

    offerPppoe(router);
    expect(await router.dial({ ...anna, interface: 'ether3' })).toMatchObject({ reason: 'no pppoe server' });
    expect(await router.dial({ ...anna, serviceName: 'tv' })).toMatchObject({ reason: 'no pppoe server' });
    expect(await router.dial({ ...anna, serviceName: 'internet' })).toMatchObject({ reason: 'authentication failed' });

    router.set('/interface/pppoe-server/server', '*1', { authentication: 'chap', disabled: 'no' });
    expect(await router.dial({ ...anna, method: 'pap' })).toMatchObject({ reason: 'method not allowed' });
    router.set('/interface/pppoe-server/server', '*1', { disabled: 'yes' });
    expect(await router.dial(anna)).toMatchObject({ reason: 'no pppoe server' });
  });

  it('gets the lowest free address, of the next pool when the first is full, or none', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    router.add('/ip/pool', { name: 'b', ranges: '10.0.1.1' });
    router.add('/ip/pool', { name: 'a', ranges: '10.0.0.1-10.0.0.2', 'next-pool': 'b' });
    router.add('/ppp/profile', { name: 'p', 'remote-address': 'a' });
    router.add('/interface/pppoe-server/server', { interface: 'ether1', disabled: 'no' });
    for (const name of ['a', 'b', 'c', 'd']) router.add('/ppp/secret', { name, password: '', profile: 'p' });
    const address = async (username: string) => {
      const result = await router.dial({ username, password: '' });
      return result.ok ? result.address : result.reason;
    };

    expect([await address('a'), await address('b'), await address('c')]).toEqual(['10.0.0.1', '10.0.0.2', '10.0.1.1']);
    expect(await address('d')).toBe('no address');
    router.hangUp('a');
    expect(await address('d')).toBe('10.0.0.1');
  });
});

describe('a subscriber known to RADIUS', () => {
  it.each(['pap', 'chap', 'mschap1', 'mschap2'] as const)('proves its password with %s', async (method) => {
    await using lab = await startRouter();
    await using server = await Responder.start();
    offerPppoe(lab.router);
    useRadius(lab.router, [server.port], { 'src-address': '127.0.0.1' });
    server.answer = (request) =>
      request.code !== 'Access-Request'
        ? { code: 'Accounting-Response', bare: true }
        : proves(request, 'geheim')
          ? { code: 'Access-Accept', attributes: successOf(request, 'geheim') ?? [] }
          : { code: 'Access-Reject', attributes: [['Reply-Message', 'no']] };

    expect(await lab.router.dial({ ...anna, method })).toMatchObject({ ok: true, radius: true });
    expect(await lab.router.dial({ ...anna, method, password: 'falsch' })).toEqual({
      ok: false,
      reason: 'authentication failed',
      message: 'no',
    });
  });

  it('is asked for with the attributes of a router, in its order, Message-Authenticator last', async () => {
    await using lab = await startRouter({ identity: 'core-1' });
    await using server = await Responder.start();
    offerPppoe(lab.router);
    useRadius(lab.router, [server.port], { 'src-address': '10.1.1.1' });
    lab.router.set('/radius', '*1', { 'src-address': '127.0.0.1' });

    await lab.router.dial({ ...anna, method: 'pap' });

    const { packet } = await server.next();
    expect(packet.raw_attributes.map(([type]) => type)).toEqual([61, 31, 30, 87, 1, 5, 44, 2, 6, 7, 32, 4, 80]);
    expect(packet.attributes).toMatchObject({
      'User-Name': 'anna',
      'User-Password': 'geheim',
      'Calling-Station-Id': '02:00:5E:00:00:0A',
      'Called-Station-Id': 'internet',
      'NAS-Port-Id': 'ether2',
      'NAS-Port-Type': 'Ethernet',
      'Service-Type': 'Framed-User',
      'Framed-Protocol': 'PPP',
      'Acct-Session-Id': '81100000',
      'NAS-Identifier': 'core-1',
      'NAS-IP-Address': '127.0.0.1',
    });
  });

  it('IW-06: gets the queue that Mikrotik-Rate-Limit says, with bursts, priority and minimum', async () => {
    await using lab = await startRouter();
    await using server = await Responder.start();
    offerPppoe(lab.router, { 'rate-limit': '1M/1M' });
    useRadius(lab.router, [server.port]);
    server.answer = accept([mikrotik(8, '2M/10M 4M/20M 1M/5M 8/8 5 512k/1M'), mikrotik(19, 'gold')]);

    await lab.router.dial(anna);

    expect(lab.router.row('/queue/simple', '<pppoe-anna>')).toMatchObject({
      'max-limit': '2000000/10000000',
      'burst-limit': '4000000/20000000',
      'burst-threshold': '1000000/5000000',
      'burst-time': '8s/8s',
      priority: '5/5',
      'limit-at': '512000/1000000',
    });
    expect(lab.router.rows('/ip/firewall/address-list')).toMatchObject([{ list: 'gold', address: '10.0.0.10' }]);
  });

  it('gets the address or the pool that is named, and none from a pool the router lacks', async () => {
    await using lab = await startRouter();
    await using server = await Responder.start();
    offerPppoe(lab.router);
    lab.router.add('/ip/pool', { name: 'other', ranges: '10.5.0.0/30' });
    useRadius(lab.router, [server.port]);
    const addressWith = async (attributes: Answer['attributes']) => {
      server.answer = accept(attributes);
      const result = await lab.router.dial(anna);
      return result.ok ? result.address : result.reason;
    };

    expect(
      await addressWith([
        ['Framed-IP-Address', '10.7.7.7'],
        ['Framed-Pool', 'other'],
      ]),
    ).toBe('10.7.7.7');
    expect(await addressWith([['Framed-IP-Address', '255.255.255.254']])).toBe('10.0.0.10');
    expect(await addressWith([['Framed-Pool', 'other']])).toBe('10.5.0.1');
    expect(await addressWith([['Framed-Pool', 'missing']])).toBe('no address');
  });

  it('is asked for again with the same octets, then at the next server', async () => {
    await using lab = await startRouter();
    await using silent = await Responder.start();
    await using server = await Responder.start();
    silent.answer = () => undefined;
    offerPppoe(lab.router);
    useRadius(lab.router, [silent.port, server.port]);

    const dialling = lab.router.dial(anna);
    const first = await silent.next();
    await lab.clock.advance(300);
    const second = await silent.next();
    await lab.clock.advance(300);
    const third = await silent.next();
    await lab.clock.advance(300);

    expect(await dialling).toMatchObject({ ok: true });
    expect([second.octets, third.octets]).toEqual([first.octets, first.octets]);
    await lab.router.accountingIdle();
    using client = await RawClient.login(lab.router.apiPort);
    expect(await client.rows('/radius/monitor', '=numbers=0,1', '=once=')).toMatchObject([
      { requests: '1', accepts: '0', resends: '2', timeouts: '1', 'bad-replies': '0' },
      { requests: '2', accepts: '2', resends: '0', timeouts: '0' },
    ]);
  });

  it('is not let in by a reply with a wrong secret, or without Message-Authenticator where it is required', async () => {
    await using lab = await startRouter({ radiusTransmissions: 1 });
    await using server = await Responder.start();
    offerPppoe(lab.router);
    useRadius(lab.router, [server.port]);
    const dialWith = async (answer: Answer) => {
      server.answer = () => answer;
      const dialling = lab.router.dial(anna);
      await server.next();
      for (let count = 0; count < 3; count += 1) await turn();
      await lab.clock.advance(300);
      return dialling;
    };

    expect(await dialWith({ code: 'Access-Accept', secret: 'another' })).toEqual({
      ok: false,
      reason: 'radius timeout',
    });
    expect(await dialWith({ code: 'Access-Accept', bare: true })).toEqual({ ok: false, reason: 'radius timeout' });
    using client = await RawClient.login(lab.router.apiPort);
    expect((await client.rows('/radius/monitor', '=numbers=0', '=once='))[0]?.['bad-replies']).toBe('2');

    lab.router.set('/radius', '*1', { 'require-message-auth': 'no' });
    server.answer = () => ({ code: 'Access-Accept', bare: true });
    expect(await lab.router.dial(anna)).toMatchObject({ ok: true });
  });

  it('is left to RADIUS while its own secret is disabled, unless the router is of the other kind', async () => {
    for (const [disabledSecretFallsThrough, outcome] of [
      [true, { ok: true, radius: true }],
      [false, { ok: false, reason: 'authentication failed' }],
    ] as const) {
      await using lab = await startRouter({ disabledSecretFallsThrough });
      await using server = await Responder.start();
      offerPppoe(lab.router);
      useRadius(lab.router, [server.port]);
      lab.router.add('/ppp/secret', { name: 'anna', password: 'x', disabled: 'yes' });

      expect(await lab.router.dial(anna)).toMatchObject(outcome);
    }
  });

  it('may have as many sessions as Port-Limit says', async () => {
    await using lab = await startRouter();
    await using server = await Responder.start();
    offerPppoe(lab.router);
    useRadius(lab.router, [server.port]);
    server.answer = accept([['Port-Limit', 2]]);

    expect(await lab.router.dial(anna)).toMatchObject({ interface: '<pppoe-anna>' });
    expect(await lab.router.dial(anna)).toMatchObject({ interface: '<pppoe-anna-1>' });
    expect(await lab.router.dial(anna)).toEqual({ ok: false, reason: 'too many sessions' });
  });
});

describe('accounting', () => {
  it('IW-12: tells start, interim and stop with what the subscriber sent as input, past 4 GiB', async () => {
    await using lab = await startRouter();
    await using server = await Responder.start();
    offerPppoe(lab.router, { 'rate-limit': '5M/20M' });
    useRadius(lab.router, [server.port]);
    server.answer = accept([
      ['Class', Buffer.from('c1')],
      ['Acct-Interim-Interval', 120],
    ]);
    await lab.router.dial(anna);
    await server.next();
    const start = await server.next();
    await lab.router.accountingIdle();

    lab.router.traffic('anna', { up: 5_000_000_000n, down: 9_000_000_000n });
    await lab.clock.advance(120_000);
    const interim = await server.next();
    await lab.router.accountingIdle();
    lab.router.hangUp('anna');
    const stop = await server.next();
    await lab.router.accountingIdle();

    expect(start.packet.raw_attributes.map(([type]) => type)).toEqual([
      40, 6, 7, 61, 31, 30, 87, 1, 5, 44, 8, 25, 45, 55, 32, 41, 4,
    ]);
    expect(start.packet.attributes).toMatchObject({
      'Acct-Status-Type': 'Start',
      'Acct-Authentic': 'RADIUS',
      Class: Buffer.from('c1'),
      'Event-Timestamp': new Date('2026-01-02T03:04:05Z'),
      'Acct-Delay-Time': 0,
    });
    expect(interim.packet.attributes).toMatchObject({
      'Acct-Status-Type': 'Interim-Update',
      'Acct-Input-Octets': 705_032_704,
      'Acct-Input-Gigawords': 1,
      'Acct-Output-Octets': 410_065_408,
      'Acct-Output-Gigawords': 2,
      'Acct-Session-Time': 120,
      'Event-Timestamp': new Date('2026-01-02T03:06:05Z'),
    });
    expect(stop.packet.raw_attributes.map(([type]) => type)).toEqual([
      ...[40, 49, 6, 7, 61, 31, 30, 87, 1, 5, 44, 8, 25, 45, 55],
      ...[42, 43, 52, 53, 47, 48, 46, 32, 41, 4],
    ]);
    expect(stop.packet.attributes).toMatchObject({
      'Acct-Status-Type': 'Stop',
      'Acct-Terminate-Cause': 'User-Request',
    });
  });

  it('shows the same octets on the interface and on the queue', async () => {
    await using lab = await startRouter();
    offerPppoe(lab.router, { 'rate-limit': '5M/20M' });
    lab.router.add('/ppp/secret', { name: 'anna', password: 'geheim', profile: 'pppoe' });
    await lab.router.dial(anna);
    using client = await RawClient.login(lab.router.apiPort);

    lab.router.traffic('anna', { up: 10n ** 12n, down: 2n });
    const shown = () => [
      lab.router.row('/interface', '<pppoe-anna>')?.['rx-byte'],
      lab.router.row('/interface', '<pppoe-anna>')?.['tx-byte'],
      lab.router.row('/queue/simple', '<pppoe-anna>')?.['bytes'],
    ];

    expect(shown()).toEqual(['1000000000000', '2', '1000000000000/2']);
    await client.talk('/queue/simple/reset-counters', '=numbers=<pppoe-anna>');
    expect(shown()).toEqual(['1000000000000', '2', '0/0']);
    await client.talk('/interface/reset-counters', '=numbers=<pppoe-anna>');
    expect(shown()).toEqual(['0', '0', '0/0']);
    expect(lab.router.sessions()[0]?.upOctets).toBe(10n ** 12n);
  });

  it('covers local sessions, and none at all when it is switched off', async () => {
    await using lab = await startRouter();
    await using server = await Responder.start();
    offerPppoe(lab.router);
    useRadius(lab.router, [server.port]);
    lab.router.add('/ppp/secret', { name: 'anna', password: 'geheim', profile: 'pppoe' });

    await lab.router.dial(anna);
    expect((await server.next()).packet.attributes).toMatchObject({
      'Acct-Status-Type': 'Start',
      'Acct-Authentic': 'Local',
    });

    lab.router.set('/ppp/aaa', undefined, { accounting: 'no' });
    lab.router.hangUp('anna');
    await lab.router.accountingIdle();
    expect(server.waiting).toBe(0);
  });

  it('is repeated with the same octets, then lost', async () => {
    await using lab = await startRouter();
    await using server = await Responder.start();
    offerPppoe(lab.router);
    useRadius(lab.router, [server.port]);
    lab.router.add('/ppp/secret', { name: 'anna', password: 'geheim', profile: 'pppoe' });
    server.answer = () => undefined;

    await lab.router.dial(anna);
    const first = await server.next();
    await lab.clock.advance(300);
    const second = await server.next();
    await lab.clock.advance(300);
    const third = await server.next();
    await lab.clock.advance(300);
    await lab.router.accountingIdle();

    expect([second.octets, third.octets]).toEqual([first.octets, first.octets]);
    expect(server.waiting).toBe(0);
  });
});

describe('the time of a session', () => {
  it('ends it at Session-Timeout', async () => {
    await using lab = await startRouter();
    await using server = await Responder.start();
    offerPppoe(lab.router);
    useRadius(lab.router, [server.port]);
    server.answer = accept([['Session-Timeout', 3600]]);
    const result = await lab.router.dial(anna);

    await lab.clock.advance(3_599_000);
    expect(lab.router.sessions()).toMatchObject([{ uptimeSeconds: 3599 }]);
    await lab.clock.advance(1000);

    expect(result.ok && (await result.ended)).toBe('Session-Timeout');
    expect(lab.router.sessions()).toEqual([]);
  });

  it('ends it at Idle-Timeout, counted from the last octet', async () => {
    await using lab = await startRouter();
    offerPppoe(lab.router, { 'idle-timeout': '5m' });
    lab.router.add('/ppp/secret', { name: 'anna', password: 'geheim', profile: 'pppoe' });
    const result = await lab.router.dial(anna);

    await lab.clock.advance(200_000);
    lab.router.traffic('anna', { up: 1n });
    await lab.clock.advance(299_000);
    expect(lab.router.sessions()).toHaveLength(1);
    await lab.clock.advance(1000);

    expect(result.ok && (await result.ended)).toBe('Idle-Timeout');
  });
});

describe('a router that restarts', () => {
  it('forgets its sessions without a Stop, keeps its configuration, and counts on in session ids', async () => {
    await using lab = await startRouter();
    await using server = await Responder.start();
    offerPppoe(lab.router, { 'rate-limit': '1M' });
    useRadius(lab.router, [server.port]);
    await lab.router.dial(anna);
    await server.next();
    await server.next();
    using client = await RawClient.login(lab.router.apiPort);
    await lab.clock.advance(60_000);
    expect(lab.router.rows('/system/resource')[0]?.['uptime']).toBe('1h1m');

    lab.router.reboot();

    await client.closed;
    await lab.router.accountingIdle();
    expect(server.waiting).toBe(0);
    expect(lab.router.rows('/queue/simple')).toEqual([]);
    expect(lab.router.rows('/system/resource')[0]?.['uptime']).toBe('0s');
    expect(lab.router.rows('/radius')).toHaveLength(1);
    expect(await lab.router.dial(anna)).toMatchObject({ ok: true, sessionId: '81110000', address: '10.0.0.10' });
  });
});

/** Checks PAP, CHAP, and the NT responses of MS-CHAP as a server would. */
function proves({ attributes, raw_attributes }: Packet, password: string): boolean {
  if (attributes['User-Password'] !== undefined) return attributes['User-Password'] === password;
  const chap = attributes['CHAP-Password'] as Buffer | undefined;
  if (chap !== undefined) {
    const md5 = createHash('md5').update(chap.subarray(0, 1)).update(password);
    return md5
      .update(attributes['CHAP-Challenge'] as Buffer)
      .digest()
      .equals(chap.subarray(1));
  }
  const raw = raw_attributes.map(([type, value]) => ({ type, value }));
  const challenge = vendorValues(raw, 311, 11)[0] ?? Buffer.alloc(0);
  const v2 = vendorValues(raw, 311, 25)[0];
  if (v2 !== undefined) {
    return msChap2Answer('anna', password, challenge, v2.subarray(2, 18)).ntResponse.equals(v2.subarray(26));
  }
  const v1 = vendorValues(raw, 311, 1)[0] ?? Buffer.alloc(0);
  return v1.length === 50 && v1.subarray(26).equals(ntChallengeResponse(challenge, password));
}

function successOf({ raw_attributes }: Packet, password: string): Answer['attributes'] {
  const raw = raw_attributes.map(([type, value]) => ({ type, value }));
  const v2 = vendorValues(raw, 311, 25)[0];
  if (v2 === undefined) return [];
  const challenge = vendorValues(raw, 311, 11)[0] ?? Buffer.alloc(0);
  const { expectedSuccess } = msChap2Answer('anna', password, challenge, v2.subarray(2, 18));
  const value = Buffer.concat([v2.subarray(0, 1), Buffer.from(expectedSuccess)]);
  return [['Vendor-Specific', 311, [[26, value]]]];
}
