import type { Packet } from 'radius';
import { describe, expect, it } from 'vitest';
import type { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { freeUdpPort } from '../support/free-ports.ts';
import { type Answer, Responder, request, secret, startRouter } from './support.ts';

const mac = '02:00:5E:00:00:0A';
const phone = { mac, interface: 'ether3', hostName: 'phone', renews: false };

/** A DHCP server of ten minutes on ether3 that asks RADIUS, with a pool for guests. */
function offerDhcp(router: SimulatedRouterOs, ports: readonly number[], server: Readonly<Record<string, string>> = {}) {
  router.add('/ip/pool', { name: 'lan', ranges: '10.30.0.10-10.30.0.12' });
  router.add('/ip/pool', { name: 'guests', ranges: '10.99.0.10-10.99.0.12' });
  router.add('/ip/dhcp-server', {
    name: 'lan',
    interface: 'ether3',
    'address-pool': 'lan',
    'use-radius': 'yes',
    ...server,
  });
  for (const port of ports) {
    router.add('/radius', {
      service: 'hotspot,dhcp',
      address: '127.0.0.1',
      secret,
      'authentication-port': String(port),
      'accounting-port': String(port),
    });
  }
}

const mikrotik = (type: number, text: string) =>
  ['Vendor-Specific', 14_988, [[type, Buffer.from(text)]]] as unknown as NonNullable<Answer['attributes']>[number];

/** Answers every Access-Request so, and confirms accounting. */
function saying(attributes: NonNullable<Answer['attributes']>, code = 'Access-Accept'): Responder['answer'] {
  return (packet: Packet) =>
    packet.code === 'Access-Request' ? { code, attributes } : { code: 'Accounting-Response', bare: true };
}

describe('a device behind a DHCP server that asks RADIUS', () => {
  it('is asked about by its MAC, in the form and order of a router', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter({ identity: 'core-1' });
    offerDhcp(lab.router, [responder.port]);

    const result = await lab.router.lease({ ...phone, mac: '02-00-5e-00-00-0a' });

    const { packet, octets } = await responder.next();
    expect(packet.attributes).toEqual({
      'NAS-Port-Type': 'Ethernet',
      'Calling-Station-Id': '1:2:0:5e:0:0:a',
      'Called-Station-Id': 'lan',
      'NAS-Port-Id': 'ether3',
      'User-Name': mac,
      'NAS-Port': 3,
      'Acct-Session-Id': '82100000',
      'User-Password': ' ',
      'NAS-Identifier': 'core-1',
      'NAS-IP-Address': '127.0.0.1',
      'Message-Authenticator': expect.any(Buffer),
    });
    expect(packet.raw_attributes.map(([type]) => type)).toEqual([61, 31, 30, 87, 1, 5, 44, 2, 32, 4, 80]);
    expect(octets[octets.length - 18]).toBe(80);
    expect(result).toMatchObject({ ok: true, address: '10.30.0.10', radius: true, static: false, leaseSeconds: 600 });
    expect(lab.router.rows('/ip/dhcp-server/lease')).toMatchObject([{ radius: 'true', dynamic: 'true' }]);
  });

  it.each([
    ['same-as-user', mac],
    ['letmein', 'letmein'],
  ])('sends the password %s of the settings', async (setting, password) => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    offerDhcp(lab.router, [responder.port]);
    lab.router.set('/ip/dhcp-server/config', undefined, { 'radius-password': setting });

    await lab.router.lease(phone);

    expect((await responder.next()).packet.attributes['User-Password']).toBe(password);
  });

  it('has the address, time, rate and lists RADIUS says', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router, [responder.port], { 'address-lists': 'homes' });
    responder.answer = saying([
      ['Framed-IP-Address', '10.30.0.77'],
      ['Session-Timeout', 3600],
      mikrotik(8, '5M/20M'),
      mikrotik(19, 'walled'),
    ]);

    expect(await router.lease(phone)).toMatchObject({
      address: '10.30.0.77',
      leaseSeconds: 3600,
      rateLimit: '5M/20M',
    });

    expect(router.row('/queue/simple', `dhcp-ds<${mac}>`)).toMatchObject({
      target: '10.30.0.77/32',
      'max-limit': '5000000/20000000',
    });
    expect(router.rows('/ip/firewall/address-list').map(({ list }) => list)).toEqual(['homes', 'walled']);
    expect(router.rows('/ip/dhcp-server/lease')).toMatchObject([{ 'expires-after': '1h', 'rate-limit': '5M/20M' }]);
    expect(router.rows('/ip/pool/used')).toEqual([]);
  });

  it.each([
    ['the pool RADIUS names', [['Framed-Pool', 'guests']], '10.99.0.10'],
    ['the pool of the server, where the address means so', [['Framed-IP-Address', '255.255.255.254']], '10.30.0.10'],
    ['no pool the router does not have', [['Framed-Pool', 'nowhere']], 'no address'],
  ] as const)('takes its address from %s', async (_title, attributes, expected) => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    offerDhcp(lab.router, [responder.port]);
    responder.answer = saying([...attributes]);

    const result = await lab.router.lease(phone);

    expect(result.ok ? result.address : result.reason).toBe(expected);
  });

  it('is offered nothing when RADIUS says no, or says nothing', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    const { router, clock } = lab;
    offerDhcp(router, [responder.port]);
    responder.answer = saying([['Reply-Message', 'who are you']], 'Access-Reject');

    expect(await router.lease(phone)).toEqual({ ok: false, reason: 'rejected', message: 'who are you' });
    await responder.next();

    responder.answer = () => undefined;
    const asked = router.lease(phone);
    const sent: Buffer[] = [];
    for (let count = 0; count < 3; count += 1) {
      sent.push((await responder.next()).octets);
      await clock.advance(1100);
    }
    expect(await asked).toEqual({ ok: false, reason: 'radius timeout' });
    expect(sent[1]).toEqual(sent[0]);
    expect(router.rows('/ip/dhcp-server/lease')).toEqual([]);
    expect(router.log().at(-1)).toMatchObject({ message: `lan offered nothing to ${mac}: radius timeout` });
  });

  it('is not asked about where its lease is written down', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    offerDhcp(lab.router, [responder.port]);
    lab.router.add('/ip/dhcp-server/lease', { address: '10.30.0.50', 'mac-address': mac });

    expect(await lab.router.lease(phone)).toMatchObject({ address: '10.30.0.50', static: true, radius: false });

    const { packet } = await responder.next();
    expect(packet.code).toBe('Accounting-Request');
    expect(packet.attributes).toMatchObject({ 'Acct-Status-Type': 'Start', 'Framed-IP-Address': '10.30.0.50' });
  });

  it('is asked about with its address when it renews, and has what RADIUS says by then', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router, [responder.port]);
    responder.answer = saying([['Framed-IP-Address', '10.30.0.77'], mikrotik(8, '5M/20M'), mikrotik(19, 'paid')]);
    await router.lease(phone);
    await responder.next();
    await responder.next();

    responder.answer = saying([['Framed-IP-Address', '10.30.0.77'], mikrotik(8, '64k'), mikrotik(19, 'walled')]);
    expect(await router.renew(mac)).toMatchObject({ address: '10.30.0.77', rateLimit: '64k', sessionId: '82100000' });

    const { packet } = await responder.next();
    expect(packet.attributes).toMatchObject({ 'Framed-IP-Address': '10.30.0.77', 'Acct-Session-Id': '82100000' });
    expect(router.rows('/queue/simple')).toMatchObject([{ name: `dhcp-ds<${mac}>`, 'max-limit': '64000/64000' }]);
    expect(router.rows('/ip/firewall/address-list').map(({ list }) => list)).toEqual(['walled']);
    expect(responder.waiting).toBe(0);

    responder.answer = saying([['Framed-Pool', 'guests']]);
    expect(await router.renew(mac)).toMatchObject({ address: '10.99.0.10', sessionId: '82100001' });
    await router.accountingIdle();
    const codes = [];
    while (responder.waiting > 0) codes.push((await responder.next()).packet.attributes['Acct-Status-Type']);
    expect(new Set(codes)).toEqual(new Set(['Start', 'Stop', undefined]));
  });

  it('keeps its lease to the end when RADIUS says no under way', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    const { router, clock } = lab;
    offerDhcp(router, [responder.port]);
    await router.lease(phone);
    responder.answer = saying([], 'Access-Reject');

    await clock.advance(300_000);
    expect(await router.renew(mac)).toEqual({ ok: false, reason: 'rejected' });
    expect(router.rows('/ip/dhcp-server/lease')).toMatchObject([{ status: 'bound', 'expires-after': '5m' }]);
    await clock.advance(300_000);

    expect(router.rows('/ip/dhcp-server/lease')).toEqual([]);
  });
});

describe('accounting of leases', () => {
  it('sends Start, interims and Stop with what the lease carried', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter({ identity: 'core-1' });
    const { router, clock } = lab;
    offerDhcp(router, [responder.port]);
    router.set('/ip/dhcp-server/config', undefined, { 'interim-update': '2m' });
    responder.answer = saying([['Class', Buffer.from('c1')]]);
    await router.lease(phone);
    await responder.next();

    const start = (await responder.next()).packet.attributes;
    expect(start).toMatchObject({
      'Acct-Status-Type': 'Start',
      'NAS-Port-Type': 'Ethernet',
      'Calling-Station-Id': '1:2:0:5e:0:0:a',
      'Called-Station-Id': 'lan',
      'NAS-Port-Id': 'ether3',
      'User-Name': mac,
      'Acct-Session-Id': '82100000',
      'Framed-IP-Address': '10.30.0.10',
      Class: Buffer.from('c1'),
      'NAS-Identifier': 'core-1',
    });
    expect(start).not.toHaveProperty('Framed-Protocol');

    await router.accountingIdle();
    expect(router.sessions()).toMatchObject([{ kind: 'dhcp', username: mac, address: '10.30.0.10' }]);
    expect(router.traffic(mac, { up: 5_000_000_000n, down: 7n })).toBe(1);
    await clock.advance(120_000);
    await router.accountingIdle();
    expect((await responder.next()).packet.attributes).toMatchObject({
      'Acct-Status-Type': 'Interim-Update',
      'Acct-Input-Octets': 705_032_704,
      'Acct-Input-Gigawords': 1,
      'Acct-Output-Octets': 7,
      'Acct-Session-Time': 120,
    });

    router.release(mac);
    expect((await responder.next()).packet.attributes).toMatchObject({
      'Acct-Status-Type': 'Stop',
      'Acct-Terminate-Cause': 'User-Request',
    });
    expect(router.sessions()).toEqual([]);
  });

  it.each([
    [
      'runs out',
      'Session-Timeout',
      async ({ clock }: { clock: { advance(ms: number): Promise<void> } }) => clock.advance(600_000),
    ],
    [
      'is removed',
      'Admin-Reset',
      ({ router }: { router: SimulatedRouterOs }) => router.remove('/ip/dhcp-server/lease', '*1'),
    ],
  ])('says why a lease ended that %s', async (_title, cause, end) => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    offerDhcp(lab.router, [responder.port]);
    await lab.router.lease(phone);
    await lab.router.accountingIdle();
    await responder.next();
    await responder.next();

    await end(lab);

    expect((await responder.next()).packet.attributes).toMatchObject({
      'Acct-Status-Type': 'Stop',
      'Acct-Terminate-Cause': cause,
    });
  });

  it('alone is what use-radius=accounting asks for', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    offerDhcp(lab.router, [responder.port], { 'use-radius': 'accounting' });

    expect(await lab.router.lease(phone)).toMatchObject({ address: '10.30.0.10', radius: false });

    expect((await responder.next()).packet).toMatchObject({ code: 'Accounting-Request' });
  });

  it('can be switched off, and lost', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router, [responder.port]);
    router.faults.replace([{ kind: 'drop-accounting', times: 1 }]);
    await router.lease(phone);
    router.set('/ip/dhcp-server/config', undefined, { accounting: 'no' });
    router.release(mac);
    await router.accountingIdle();

    expect((await responder.next()).packet.code).toBe('Access-Request');
    expect(responder.waiting).toBe(0);
  });

  it('says nothing at a restart', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    offerDhcp(lab.router, [responder.port]);
    await lab.router.lease(phone);
    await responder.next();
    await responder.next();

    lab.router.reboot();
    await lab.router.lease(phone);

    expect((await responder.next()).packet.attributes).toMatchObject({ 'Acct-Session-Id': '82110000' });
  });
});

describe('a lease that RADIUS wants ended', () => {
  it('ends by Disconnect-Request; the device begins anew at its next request', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router, [responder.port]);
    router.set('/radius/incoming', undefined, { accept: 'yes', port: String(await freeUdpPort()) });
    await router.settled();
    await router.lease(phone);
    await responder.next();
    await responder.next();

    responder.send(request(40, [[44, '82100000']]), router.incomingPort ?? 0);

    const codes = [(await responder.next()).packet, (await responder.next()).packet].map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(['Accounting-Request', 'Disconnect-ACK']));
    expect(router.leases()).toEqual([]);
    expect(await router.renew(mac)).toMatchObject({ ok: true, sessionId: '82100001' });
  });

  it('has another rate by CoA-Request', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router, [responder.port]);
    router.set('/radius/incoming', undefined, { accept: 'yes', port: String(await freeUdpPort()) });
    await router.settled();
    await router.lease(phone);
    await responder.next();
    await responder.next();

    const rate = Buffer.concat([Buffer.of(0, 0, 0x3a, 0x8c, 8, 4), Buffer.from('1M')]);
    responder.send(
      request(43, [
        [44, '82100000'],
        [26, rate],
      ]),
      router.incomingPort ?? 0,
    );

    expect((await responder.next()).packet.code).toBe('CoA-ACK');
    expect(router.row('/queue/simple', `dhcp-ds<${mac}>`)).toMatchObject({ 'max-limit': '1000000/1000000' });
  });

  it('goes on where the router takes no such requests for leases', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter({ leasesTakeCoa: false });
    const { router } = lab;
    offerDhcp(router, [responder.port]);
    router.set('/radius/incoming', undefined, { accept: 'yes', port: String(await freeUdpPort()) });
    await router.settled();
    await router.lease(phone);
    await responder.next();
    await responder.next();

    responder.send(request(40, [[44, '82100000']]), router.incomingPort ?? 0);

    expect((await responder.next()).packet.code).toBe('Disconnect-NAK');
    expect(router.leases()).toHaveLength(1);
  });
});
