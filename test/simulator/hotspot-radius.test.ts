import { createHash } from 'node:crypto';
import type { Packet } from 'radius';
import { describe, expect, it } from 'vitest';
import { macFormats } from '../../src/base/mac.ts';
import { vendorValues } from '../../src/simulator/nas/packet.ts';
import { freeUdpPort } from '../support/free-ports.ts';
import { arrive, get, guestMac, offerHotspot, useRadius } from './guest.ts';
import { type Answer, Responder, request, startRouter, turn } from './support.ts';

const login = 'http://login.test/login';
const credentials = { username: 'anna', password: 'geheim' };

type Attributes = NonNullable<Answer['attributes']>;

const mikrotik = (type: number, value: string | Buffer) =>
  ['Vendor-Specific', 14_988, [[type, Buffer.from(value as string)]]] as unknown as Attributes[number];

function accept(...attributes: Attributes): (packet: Packet) => Answer {
  return ({ code }) =>
    code === 'Access-Request' ? { code: 'Access-Accept', attributes } : { code: 'Accounting-Response', bare: true };
}

const reject =
  (...attributes: Attributes) =>
  () =>
    ({ code: 'Access-Reject', attributes }) as Answer;

/** Attribute types in wire order; vendor attributes as `14988:10`. */
function order({ raw_attributes: raw }: Packet): string[] {
  return raw.map(([type, value]) => (type === 26 ? `${value.readUInt32BE(0)}:${value[4]}` : String(type)));
}

async function cafe(profile: Readonly<Record<string, string>> = {}, options = {}) {
  const lab = await startRouter(options);
  const radius = await Responder.start();
  offerHotspot(lab.router, { ...profile, 'use-radius': 'yes' });
  useRadius(lab.router, radius.port);
  return {
    ...lab,
    radius,
    async [Symbol.asyncDispose]() {
      await lab[Symbol.asyncDispose]();
      await radius[Symbol.asyncDispose]();
    },
  };
}

describe('a guest RADIUS knows', () => {
  it('IS-30: is asked for as a router asks, and is accounted for as a router does', async () => {
    await using lab = await cafe();
    const { router, radius, clock } = lab;
    radius.answer = accept(
      ['Session-Timeout', 3600],
      ['Idle-Timeout', 600],
      ['Acct-Interim-Interval', 60],
      ['Class', Buffer.from('c1')],
      mikrotik(8, '2M/4M'),
      mikrotik(19, 'online'),
    );
    const device = await arrive(router);

    await get(device.gateway, login, { form: credentials });
    const { packet: access } = await radius.next();
    const { packet: start } = await radius.next();
    await clock.advance(60_000);
    const { packet: interim } = await radius.next();
    router.traffic('anna', { up: 5n, down: 2n ** 33n + 7n });
    expect(router.hangUp(guestMac)).toBe(1);
    const { packet: stop } = await radius.next();

    expect(order(access)).toEqual([
      '61',
      '31',
      '30',
      '87',
      '1',
      '5',
      '44',
      '8',
      '14988:10',
      '2',
      '6',
      '14122:3',
      '32',
      '4',
      '80',
    ]);
    expect(access.attributes).toMatchObject({
      'NAS-Port-Type': 'Wireless-802.11',
      'Calling-Station-Id': guestMac,
      'Called-Station-Id': 'hs-cafe',
      'NAS-Port-Id': 'ether3',
      'User-Name': 'anna',
      'NAS-Port': 0x8010_0000,
      'Acct-Session-Id': '80100000',
      'Framed-IP-Address': '10.5.50.10',
      'User-Password': 'geheim',
      'Service-Type': 'Login-User',
      'NAS-Identifier': 'MikroTik',
    });
    const raw = access.raw_attributes.map(([type, value]) => ({ type, value }));
    expect(vendorValues(raw, 14_988, 10)).toEqual([Buffer.from([10, 5, 50, 10])]);
    expect(String(vendorValues(raw, 14_122, 3)[0])).toBe('http://login.test/logout');
    expect(order(start)).toEqual([
      '40',
      '61',
      '31',
      '30',
      '87',
      '1',
      '5',
      '44',
      '8',
      '14988:10',
      '25',
      '55',
      '32',
      '41',
      '4',
    ]);
    expect(order(stop)).toEqual([
      ...['40', '49', '61', '31', '30', '87', '1', '5', '44', '8', '14988:10', '25', '55'],
      ...['42', '43', '52', '53', '47', '48', '46', '32', '41', '4'],
    ]);
    expect(interim.attributes).toMatchObject({ 'Acct-Status-Type': 'Interim-Update', 'Acct-Session-Time': 60 });
    expect(stop.attributes).toMatchObject({
      'Acct-Terminate-Cause': 'User-Request',
      'Acct-Input-Octets': 5,
      'Acct-Output-Octets': 7,
      'Acct-Output-Gigawords': 2,
      'Acct-Session-Id': '80100000',
    });
    expect(router.rows('/ip/firewall/address-list')).toEqual([]);
  });

  it('takes the limits it was given', async () => {
    await using lab = await cafe();
    const { router, radius } = lab;
    radius.answer = accept(
      ['Session-Timeout', 3600],
      ['Idle-Timeout', 600],
      mikrotik(8, '2M/4M'),
      mikrotik(17, Buffer.from([0, 0, 4, 0])),
    );
    const device = await arrive(router);

    await get(device.gateway, login, { form: credentials });

    expect(router.rows('/ip/hotspot/active')).toMatchObject([
      { user: 'anna', radius: 'true', 'session-time-left': '1h', 'idle-timeout': '10m', 'limit-bytes-total': '1024' },
    ]);
    expect(router.row('/queue/simple', '<hotspot-anna>')).toMatchObject({ 'max-limit': '2000000/4000000' });
    router.traffic('anna', { up: 600n, down: 500n });
    expect(router.sessions()).toEqual([]);
  });

  it('takes an address, a pool, a profile, a speed and a page to go to, each as RADIUS says', async () => {
    await using lab = await cafe();
    const { router, radius } = lab;
    router.add('/ip/pool', { name: 'vip', ranges: '10.9.0.5-10.9.0.6' });
    router.add('/ip/hotspot/user/profile', { name: 'night', 'address-list': 'night', 'idle-timeout': '5m' });
    const enter = async (...attributes: Attributes) => {
      radius.answer = accept(...attributes);
      const page = await get(device.gateway, login, { form: credentials });
      const [row] = router.rows('/ip/hotspot/active');
      router.hangUp('anna');
      return { row, page };
    };
    const device = await arrive(router);
    const wispr = (type: number, value: Buffer | string) =>
      ['Vendor-Specific', 14_122, [[type, Buffer.from(value as string)]]] as unknown as Attributes[number];

    expect((await enter(['Framed-IP-Address', '10.9.0.77'])).row).toMatchObject({ address: '10.9.0.77' });
    expect((await enter(['Framed-IP-Address', '255.255.255.254'])).row).toMatchObject({ address: '10.5.50.10' });
    expect((await enter(['Framed-Pool', 'vip'])).row).toMatchObject({ address: '10.9.0.5' });
    expect((await enter(['Framed-Pool', 'none-such'])).row).toBeUndefined();
    expect((await enter(mikrotik(3, 'night'))).row).toMatchObject({ 'idle-timeout': '5m' });
    const { page } = await enter(wispr(4, 'https://welcome.example/'));
    expect(page.headers.get('location')).toBe('https://welcome.example/');
    await enter(wispr(7, Buffer.from([0, 0, 0x27, 0x10])), wispr(8, Buffer.from([0, 0, 0x4e, 0x20])));

    expect(router.rows('/ip/pool/used')).toMatchObject([{ address: '10.5.50.10' }]);
    expect(router.rows('/queue/simple')).toEqual([]);
  });

  it('is gone after its idle time, which its traffic begins anew', async () => {
    await using lab = await cafe();
    const { router, radius, clock } = lab;
    radius.answer = accept(['Idle-Timeout', 60]);
    const device = await arrive(router);
    await get(device.gateway, login, { form: credentials });
    for (let count = 0; count < 2; count += 1) await radius.next();

    await clock.advance(59_000);
    await get(device.gateway, 'http://login.test/status');
    await clock.advance(59_000);
    expect(router.sessions()).toHaveLength(1);
    await clock.advance(1000);

    expect((await radius.next()).packet.attributes).toMatchObject({ 'Acct-Terminate-Cause': 'Idle-Timeout' });
  });

  it('may be on as often as RADIUS or the profile says', async () => {
    await using lab = await cafe();
    const { router, radius } = lab;
    radius.answer = accept(['Port-Limit', 2]);
    const macs = ['A', 'B', 'C'].map((digit) => `02:00:5E:00:00:0${digit}`);

    for (const mac of macs) await get((await arrive(router, { mac })).gateway, login, { form: credentials });

    expect(router.rows('/ip/hotspot/active').map((row) => row['mac-address'])).toEqual(macs.slice(0, 2));
    expect(router.sessions().map((session) => session.interface)).toEqual(['<hotspot-anna>', '<hotspot-anna-1>']);
  });

  it('may add to what RADIUS is asked, behind what the router says itself', async () => {
    await using lab = await cafe();
    const { router, radius } = lab;
    const device = await arrive(router);
    const form = {
      ...{ radius31: '02:00:5E:00:00:0F', radius27u: '60', 'radius8-14988': '1G', radius80: 'x', radius26: 'x' },
      ...{ radius999: 'x', radius27: '', radius5u: '99999999999', radiusx: 'x', radius18: 'y'.repeat(300) },
    };

    await get(device.gateway, login, { form: { ...credentials, ...form } });
    const { packet } = await radius.next();

    expect(order(packet)).toEqual([
      ...['61', '31', '30', '87', '1', '5', '44', '8', '14988:10', '2', '6', '14122:3'],
      ...['31', '27', '14988:8', '32', '4', '80'],
    ]);
    expect(packet.attributes['Calling-Station-Id']).toEqual([guestMac, '02:00:5E:00:00:0F']);
    expect(packet.attributes['Session-Timeout']).toBe(60);
  });

  it('IS-59: reads the words of a refusal, or that nobody answers', async () => {
    await using lab = await cafe();
    const { router, radius, clock } = lab;
    router.set('/file', 'hotspot/login.html', { contents: '$(error-type)|$(error-orig)|$(radius18)' });
    const device = await arrive(router);

    radius.answer = reject(['Reply-Message', 'LM-EXPIRED your plan has ended']);
    expect((await get(device.gateway, login, { form: credentials })).body).toBe(
      'radius-reply|LM-EXPIRED your plan has ended|LM-EXPIRED your plan has ended',
    );
    radius.answer = reject();
    expect((await get(device.gateway, login, { form: credentials })).body).toBe(
      'invalid-username|invalid username or password|',
    );
    radius.answer = () => undefined;
    for (let left = radius.waiting; left > 0; left -= 1) await radius.next();
    const waiting = get(device.gateway, login, { form: credentials });
    await radius.next();
    expect((await get(device.gateway, login, { form: credentials })).body).toMatch(/^auth-in-progress\|/);
    await clock.advance(300);
    for (let count = 0; count < 2; count += 1) {
      await radius.next();
      await clock.advance(300);
    }
    expect((await waiting).body).toBe('radius-timeout|RADIUS server is not responding|');
    expect(router.sessions()).toEqual([]);
  });

  it('IS-40: may prove itself by CHAP, for which RADIUS gets the challenge of the page', async () => {
    // The vector of the login page: id 371, challenge 357 015 330 … 316 in octal digits.
    const octets = Buffer.from('ef0dd80b119c65a5c3ab62a65b7dfdce', 'hex');
    const random = (size: number) => (size === 1 ? Buffer.of(0xf9) : size === 16 ? octets : Buffer.alloc(size, 1));
    await using lab = await cafe({ 'login-by': 'http-chap' }, { random });
    const { router, radius } = lab;
    router.set('/file', 'hotspot/login.html', { contents: '$(chap-id)$(chap-challenge) $(chap-id-esc)' });
    const device = await arrive(router);

    const page = await get(device.gateway, login);
    await get(device.gateway, login, { form: { username: 'anna', password: 'e5627b636f982d6233d0cf5931d404c2' } });
    const { packet } = await radius.next();

    expect(page.body).toBe(String.raw`\371\357\015\330\013\021\234\145\245\303\253\142\246\133\175\375\316 %5C371`);
    expect(packet.attributes['CHAP-Challenge']).toEqual(octets);
    const expected = createHash('md5').update(Buffer.of(0xf9)).update('secret').update(octets).digest();
    expect(packet.attributes['CHAP-Password']).toEqual(Buffer.concat([Buffer.of(0xf9), expected]));
    expect(order(packet).slice(9, 11)).toEqual(['60', '3']);
  });

  it('IS-41: is reported as often as the profile says, whatever RADIUS asked for', async () => {
    await using lab = await cafe({ 'radius-interim-update': '10m' });
    const { router, radius, clock } = lab;
    radius.answer = accept(['Acct-Interim-Interval', 60]);
    const device = await arrive(router);
    await get(device.gateway, login, { form: credentials });
    await radius.next();
    await radius.next();

    await clock.advance(599_000);
    expect(radius.waiting).toBe(0);
    await clock.advance(1000);

    expect((await radius.next()).packet.attributes).toMatchObject({ 'Acct-Session-Time': 600 });
  });

  it('is not reported where the profile says so', async () => {
    await using lab = await cafe({ 'radius-accounting': 'no' });
    const { router, radius } = lab;
    const device = await arrive(router);

    await get(device.gateway, login, { form: credentials });
    router.hangUp('anna');
    await router.accountingIdle();

    expect((await radius.next()).packet.code).toBe('Access-Request');
    expect(radius.waiting).toBe(0);
  });
});

describe('MAC authentication', () => {
  it('IS-24 SPL-20: asks in each of the seven formats, with the password of the profile', async () => {
    await using lab = await cafe({ 'login-by': 'mac', 'mac-auth-password': 'site-word' });
    const { router, radius } = lab;

    const asked: unknown[] = [];
    for (const [index, format] of macFormats.entries()) {
      router.set('/ip/hotspot/profile', 'cafe', { 'radius-mac-format': format });
      const device = await arrive(router, { mac: `AA:BB:CC:DD:EE:0${index}` });
      const { packet } = await radius.next();
      await radius.next();
      asked.push(packet.attributes['User-Name']);
      expect(packet.attributes['User-Password']).toBe('site-word');
      expect(packet.attributes['Calling-Station-Id']).toBe(`AA:BB:CC:DD:EE:0${index}`);
      expect(device).toMatchObject({ online: true, loginBy: 'mac' });
    }

    expect(asked).toEqual([
      'AA:BB:CC:DD:EE:00',
      'AA-BB-CC-DD-EE-01',
      'AA BB CC DD EE 02',
      'AABB:CCDD:EE03',
      'AABBCC:DDEE04',
      'AABBCC-DDEE05',
      'AABBCCDDEE06',
    ]);
  });

  it('IS-24: sends the MAC for a password, or an empty one', async () => {
    await using lab = await cafe({ 'login-by': 'mac', 'radius-mac-format': 'XXXXXXXXXXXX' });
    const { router, radius } = lab;
    radius.answer = reject();

    await arrive(router);
    expect((await radius.next()).packet.attributes['User-Password']).toBe('');
    router.set('/ip/hotspot/profile', 'cafe', { 'mac-auth-mode': 'mac-as-username-and-password' });
    const device = await arrive(router, { mac: '02:00:5E:00:00:0C' });

    expect((await radius.next()).packet.attributes).toMatchObject({
      'User-Name': '02005E00000C',
      'User-Password': '02005E00000C',
    });
    expect(device.online).toBe(false);
    expect((await get(device.gateway, login)).body).not.toContain('class="error"');
  });

  it('SPL-20: takes a user of the router before it asks RADIUS', async () => {
    await using lab = await cafe({
      'login-by': 'mac',
      'mac-auth-password': 'site-word',
      'radius-mac-format': 'XXXXXXXXXXXX',
    });
    const { router, radius } = lab;
    router.add('/ip/hotspot/user', { name: guestMac, password: 'site-word', server: 'hs-cafe' });

    const device = await arrive(router);

    expect(device).toMatchObject({ online: true, username: guestMac });
    expect((await radius.next()).packet.attributes['Acct-Status-Type']).toBe('Start');
  });

  it('IS-24: asks in its format though another hotspot, or a row that is switched off, knows the device', async () => {
    await using lab = await cafe({ 'login-by': 'mac', 'radius-mac-format': 'XXXXXXXXXXXX' });
    const { router, radius } = lab;
    router.add('/ip/hotspot', { name: 'hs-yard', interface: 'ether4', profile: 'cafe' });
    router.add('/ip/hotspot/user', { name: guestMac, server: 'hs-yard' });
    router.add('/ip/hotspot/user', { name: guestMac, server: 'hs-cafe', disabled: 'yes' });

    const device = await arrive(router);

    expect((await radius.next()).packet.attributes['User-Name']).toBe('02005E00000A');
    expect(device).toMatchObject({ online: true, username: '02005E00000A' });
  });

  it('asks nobody about a row that is switched off where such rows keep RADIUS from being asked', async () => {
    await using lab = await cafe(
      { 'login-by': 'mac', 'radius-mac-format': 'XXXXXXXXXXXX' },
      { disabledSecretFallsThrough: false },
    );
    const { router, radius } = lab;
    router.add('/ip/hotspot/user', { name: guestMac, disabled: 'yes' });

    const device = await arrive(router);

    expect(device.online).toBe(false);
    expect(radius.waiting).toBe(0);
  });
});

describe('a device the hotspot remembers', () => {
  async function remembered(options: Readonly<Record<string, string>> = {}) {
    const lab = await cafe({ 'login-by': 'http-pap,mac-cookie', ...options });
    const device = await arrive(lab.router);
    await get(device.gateway, login, { form: credentials });
    for (let count = 0; count < 2; count += 1) await lab.radius.next();
    return { ...lab, device };
  }

  it('IS-23: is logged in again by its cookie when it comes back', async () => {
    await using lab = await remembered();
    const { router, radius, clock } = lab;
    expect(router.rows('/ip/hotspot/cookie')).toEqual([
      { '.id': '*1', user: 'anna', 'mac-address': guestMac, 'expires-in': '3d', 'mac-cookie': 'true' },
    ]);

    expect(await router.leave(guestMac)).toBe(true);
    await clock.advance(120_000);
    const { packet: stop } = await radius.next();
    expect(router.rows('/ip/hotspot/host')).toEqual([]);
    const device = await arrive(router);

    expect(stop.attributes).toMatchObject({ 'Acct-Status-Type': 'Stop', 'Acct-Terminate-Cause': 'Lost-Service' });
    expect(device).toMatchObject({ online: true, username: 'anna', loginBy: 'mac-cookie' });
    expect((await radius.next()).packet.attributes).toMatchObject({ 'User-Name': 'anna', 'User-Password': 'geheim' });
  });

  it('IS-23: is forgotten once its cookie is refused', async () => {
    await using lab = await remembered();
    const { router, radius, clock } = lab;
    await router.leave(guestMac);
    await clock.advance(120_000);
    radius.answer = ({ code }) => ({ code: code === 'Access-Request' ? 'Access-Reject' : 'Accounting-Response' });

    expect(await arrive(router)).toMatchObject({ online: false });

    expect(router.rows('/ip/hotspot/cookie')).toEqual([]);
  });

  it('IS-23: is forgotten after a logout, a Disconnect-Request and a timeout, not after a removal by hand', async () => {
    await using lab = await remembered();
    const { router, radius, clock, device } = lab;
    const cookies = () => router.rows('/ip/hotspot/cookie').length;
    const again = async () => get(device.gateway, login, { form: credentials });

    router.remove('/ip/hotspot/active', '*1');
    expect(cookies()).toBe(1);
    expect(router.sessions()).toEqual([]);
    // Its next packet brings it back.
    await get(device.gateway, 'http://login.test/status');
    expect(router.rows('/ip/hotspot/active')).toMatchObject([{ 'login-by': 'mac-cookie' }]);

    await get(device.gateway, 'http://login.test/logout');
    expect(cookies()).toBe(0);

    await again();
    expect(cookies()).toBe(1);
    const port = await freeUdpPort();
    router.set('/radius/incoming', undefined, { accept: 'yes', port: String(port) });
    await router.settled();
    while (radius.waiting > 0) await radius.next();
    radius.send(
      request(40, [
        [1, 'anna'],
        [8, Buffer.from([10, 5, 50, 10])],
      ]),
      port,
    );
    for (let { packet } = await radius.next(); packet.code !== 'Disconnect-ACK'; )
      packet = (await radius.next()).packet;
    expect(cookies()).toBe(0);
    expect(router.sessions()).toEqual([]);

    radius.answer = accept(['Session-Timeout', 60]);
    await again();
    expect(cookies()).toBe(1);
    await clock.advance(60_000);
    expect(cookies()).toBe(0);
    expect(router.sessions()).toEqual([]);
  });

  it('IS-23: is forgotten when its time is up, and by an operator', async () => {
    await using lab = await remembered();
    const { router, clock } = lab;
    await clock.advance(86_400_000);
    expect(router.rows('/ip/hotspot/cookie')).toMatchObject([{ 'expires-in': '2d' }]);
    router.remove('/ip/hotspot/cookie', 'anna');
    expect(router.rows('/ip/hotspot/cookie')).toEqual([]);
    router.remove('/ip/hotspot/active', 'anna');

    expect(await arrive(router)).toMatchObject({ online: false });
  });
});

describe('a hotspot session under way', () => {
  async function online() {
    const lab = await cafe();
    const port = await freeUdpPort();
    lab.router.set('/radius/incoming', undefined, { accept: 'yes', port: String(port) });
    await lab.router.settled();
    const device = await arrive(lab.router);
    await get(device.gateway, login, { form: credentials });
    for (let count = 0; count < 2; count += 1) await lab.radius.next();
    return { ...lab, device, port };
  }

  it('takes another rate and another end by CoA, and answers for what it is not', async () => {
    await using lab = await online();
    const { router, radius, port, clock } = lab;
    const rate = Buffer.concat([Buffer.from([0, 0, 0x3a, 0x8c, 8, 7]), Buffer.from('1M/1M')]);
    const hour = Buffer.from([0, 0, 0, 30]);

    radius.send(
      request(43, [
        [31, guestMac.toLowerCase()],
        [44, '80100000'],
        [26, rate],
        [27, hour],
      ]),
      port,
    );
    expect((await radius.next()).packet.code).toBe('CoA-ACK');
    radius.send(
      request(
        43,
        [
          [1, 'somebody'],
          [26, rate],
        ],
        { identifier: 8 },
      ),
      port,
    );
    const { packet: nak } = await radius.next();

    expect(router.row('/queue/simple', '<hotspot-anna>')).toMatchObject({ 'max-limit': '1000000/1000000' });
    expect(nak).toMatchObject({ code: 'CoA-NAK', attributes: { 'Error-Cause': 'Session-Context-Not-Found' } });
    await clock.advance(30_000);
    expect((await radius.next()).packet.attributes).toMatchObject({ 'Acct-Terminate-Cause': 'Session-Timeout' });
  });

  it('IW-18: ends by a removal of its row, and is not in the table any more', async () => {
    await using lab = await online();
    const { router, radius } = lab;

    router.remove('/ip/hotspot/active', 'anna');

    expect((await radius.next()).packet.attributes).toMatchObject({ 'Acct-Terminate-Cause': 'Admin-Reset' });
    expect(router.rows('/ip/hotspot/active')).toEqual([]);
    expect(router.rows('/ip/hotspot/host')).toMatchObject([{ authorized: 'false' }]);
  });

  it('IS-48: outlives a device that is back before the hotspot misses it', async () => {
    await using lab = await online();
    const { router, radius, clock } = lab;

    await router.leave(guestMac);
    await clock.advance(119_000);
    const back = await arrive(router);
    await clock.advance(119_000);
    await turn();

    expect(back).toMatchObject({ online: true, username: 'anna', loginBy: 'http-pap' });
    expect(radius.waiting).toBe(0);
    expect(router.sessions()).toHaveLength(1);
  });

  it('is gone without a word after a restart; the device is seen again with its next packet', async () => {
    await using lab = await online();
    const { router, radius, device } = lab;

    router.reboot();

    expect(router.rows('/ip/hotspot/active')).toEqual([]);
    expect(router.rows('/ip/hotspot/host')).toEqual([]);
    await get(device.gateway, login);
    expect(router.rows('/ip/hotspot/host')).toHaveLength(1);
    await get(device.gateway, login, { form: credentials });
    expect((await radius.next()).packet.attributes).toMatchObject({ 'Acct-Session-Id': '80110000' });
  });
});
