import { createHash, scryptSync } from 'node:crypto';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { ntPasswordHash } from '../../src/access/credentials/ms-chap.ts';
import type { QuotaBook, QuotaVerdict } from '../../src/access/quota.ts';
import { type OpenSession, sessionPlaces } from '../../src/access/session-places.ts';
import { formatMac, macFormats, parseMac } from '../../src/base/mac.ts';
import { Directory } from '../../src/directory/directory.ts';
import { type LearnedDevice, LearnedDevices } from '../../src/directory/learned-devices.ts';
import type { Nas } from '../../src/directory/reader.ts';
import { loginOf } from '../../src/directory/row-meaning.ts';
import { directoryRows } from '../../src/directory/rows.ts';
import type { Model } from '../../src/model/model.ts';
import type { AccessHelpers } from '../../src/radius/access-handler.ts';
import { describeAttributes } from '../../src/radius/dictionary/describe.ts';
import { encodeNamed, type NamedAttribute } from '../../src/radius/dictionary/encode-named.ts';
import { encodeVendorAttribute } from '../../src/radius/packet/attributes.ts';
import { Store } from '../../src/store/store.ts';
import { document, modelOf, operator } from '../support/manifest.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';
import {
  type Bench,
  coreNas,
  hasRadclient,
  papRequest,
  radclient,
  request,
  secretText,
  startServer,
  TestNas,
} from './support.ts';

if (!hasRadclient) process.stderr.write('MS-CHAP with NT hashes skipped: install Debian package freeradius-utils\n');

const at = (text: string) => Date.parse(text);

const phone = { name: 'Calling-Station-Id', value: '0C:42:A1:00:00:01' };
const laptop = { name: 'Calling-Station-Id', value: '0c-42-a1-00-00-02' };

/** Accounting as the daemon has it, with what makes room. */
function books() {
  const open: OpenSession[] = [];
  const ended: string[] = [];
  const places = sessionPlaces({
    open: (username) => open.filter((each) => each.username === username),
    deviceOf: (text) => parseMac(text) ?? text,
    end: ({ key }) => ended.push(key),
  });
  return { open, ended, places };
}

/** A server for what is declared, at a time. */
class Declared implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly bench: Bench;
  readonly nas: TestNas;
  #identifier = 0;

  private constructor(clock: ManualClock, bench: Bench, nas: TestNas) {
    this.clock = clock;
    this.bench = bench;
    this.nas = nas;
  }

  static async start(
    files: readonly string[],
    time = '2026-01-15T12:00:00Z',
    access: AccessHelpers = {},
    nas: Nas = coreNas,
  ) {
    const clock = new ManualClock(at(time));
    const model = modelOf({ 'isp.yaml': [`${operator}  timezone: Africa/Nairobi\n`, ...files].join('---\n') });
    const directory = directoryOf(model, nas);
    return new Declared(clock, await startServer([], { directory, clock, access }), await TestNas.open());
  }

  /** What a login comes to: the attributes of an accept, or the text of a reject. */
  async login(
    username: string,
    password: string,
    attributes: readonly NamedAttribute[] = [],
    others: readonly Uint8Array[] = [],
  ) {
    this.#identifier += 1;
    const { octets } = papRequest(username, password, {
      identifier: this.#identifier,
      attributes,
      encoded: others,
    });
    const reply = await this.nas.exchange(octets, this.bench.auth);
    const all = describeAttributes(reply, 20, reply.length).map(({ name, value }) => [name, String(value)] as const);
    return { code: reply[0], ...Object.fromEntries(all) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.nas[Symbol.asyncDispose]();
    await this.bench[Symbol.asyncDispose]();
  }
}

function directoryOf(model: Model, nas: Nas): Directory {
  const directory = new Directory();
  for (const row of directoryRows(model)) {
    if (row.menu === 'login') directory.putLogin(loginOf(row));
    else if (row.menu === 'device') directory.putDevice(loginOf(row));
  }
  directory.putNas(nas);
  return directory;
}

const anna = (more = '') => document('Subscriber', 'anna', `service: home\nusername: anna\npassword: secret\n${more}`);
const home = (spec: string) => document('Service', 'home', spec);

describe('a service that can be used in some hours of the day', () => {
  const office = home('access: [pppoe]\nwindows: [{days: [mon, tue, wed, thu, fri], from: "06:00", till: "18:00"}]');

  it('IW-07: lets in until the window closes, and nobody after it', async () => {
    await using server = await Declared.start([office, anna()], '2026-01-15T14:00:00Z');

    expect(await server.login('anna', 'secret')).toMatchObject({ code: 2, 'Session-Timeout': '3600' });
    server.clock.advance(3_600_000);
    expect(await server.login('anna', 'secret')).toMatchObject({
      code: 3,
      'Reply-Message': 'This account cannot be used at this time of day',
    });
    expect(server.bench.decisions.of('anna').at(-1)).toMatchObject({ reason: 'outside-hours' });
  });
});

describe('a service with grace', () => {
  it('IS-02: still lets in who has expired, says so to whoever asks why, and ends with the grace', async () => {
    const files = [home('access: [pppoe]\ngrace: 2d'), anna('expires: "2026-01-15T14:00:00Z"')];
    await using server = await Declared.start(files, '2026-01-15T13:00:00Z');

    expect(await server.login('anna', 'secret')).toMatchObject({ code: 2, 'Session-Timeout': '176400' });
    server.clock.advance(2 * 3_600_000);
    expect(await server.login('anna', 'secret')).toMatchObject({ code: 2 });
    expect(server.bench.decisions.of('anna').map(({ reason }) => reason)).toEqual([undefined, 'grace']);
    server.clock.advance(48 * 3_600_000);
    expect(await server.login('anna', 'secret')).toMatchObject({
      code: 3,
      'Reply-Message': 'This account has expired',
    });
  });
});

describe('a login that may be used once at a time', () => {
  const once = home('access: [pppoe]\nsessions: {max: 1}');

  it('IW-09: is refused a second time, while the first has no session yet, and lets its own device in again', async () => {
    const { places } = books();
    await using server = await Declared.start([once, anna()], undefined, { places });

    expect(await server.login('anna', 'secret', [phone])).toMatchObject({ code: 2, 'Port-Limit': '1' });
    expect(await server.login('anna', 'secret', [laptop])).toMatchObject({
      code: 3,
      'Reply-Message': 'This account is in use as often as it allows',
    });
    expect(await server.login('anna', 'secret', [phone])).toMatchObject({ code: 2 });
    expect(server.bench.decisions.of('anna').map(({ reason }) => reason)).toEqual([
      undefined,
      'too-many-sessions',
      undefined,
    ]);
  });

  it('IW-09: ends the oldest session where the newest counts, which its router is told to allow for', async () => {
    const { places, open, ended } = books();
    const newest = home('access: [pppoe]\nsessions: {max: 1, whenExceeded: replace-oldest}');
    await using server = await Declared.start([newest, anna()], undefined, { places });
    const known = { key: 'one', nas: 'core-1', sessionId: '81000001', username: 'anna', startedAt: 1 };
    open.push({ ...known, callingStationId: phone.value });

    expect(await server.login('anna', 'secret', [laptop])).toMatchObject({ code: 2, 'Port-Limit': '2' });
    expect(ended).toEqual(['one']);
  });

  it('waits after a restart until it is known who is online, while others are let in', async () => {
    const { places, open } = books();
    let tell = (): void => undefined;
    let unknown: Promise<void> | undefined = new Promise((resolve) => {
      tell = resolve;
    });
    const free = document('Service', 'free', 'access: [pppoe]');
    const ben = document('Subscriber', 'ben', 'service: free\nusername: ben\npassword: secret');
    const access = { places, untilOnlineKnown: () => unknown };
    await using server = await Declared.start([once, free, anna(), ben], undefined, access);
    await using other = await TestNas.open();

    const annas = server.login('anna', 'secret', [laptop]);
    const bens = papRequest('ben', 'secret', { identifier: 200, attributes: [], encoded: [] });
    expect((await other.exchange(bens.octets, server.bench.auth))[0]).toBe(2);
    const known = { key: 'one', nas: 'core-1', sessionId: '81000001', username: 'anna', startedAt: 1 };
    open.push({ ...known, callingStationId: phone.value });
    unknown = undefined;
    tell();

    expect(await annas).toMatchObject({ code: 3, 'Reply-Message': 'This account is in use as often as it allows' });
  });

  it('has no answer where it will never be known who is online, and keeps nobody else from one', async () => {
    const free = document('Service', 'free', 'access: [pppoe]');
    const ben = document('Subscriber', 'ben', 'service: free\nusername: ben\npassword: secret');
    let asked = (): void => undefined;
    const waits = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const never = Promise.resolve();
    const untilOnlineKnown = (): Promise<void> => {
      asked();
      return never;
    };
    const access = { places: books().places, untilOnlineKnown };
    await using server = await Declared.start([once, free, anna(), ben], undefined, access);
    await using other = await TestNas.open();

    const annas = papRequest('anna', 'secret', { identifier: 1, attributes: [laptop], encoded: [] });
    server.nas.send(annas.octets, server.bench.auth);
    await waits;
    const bens = papRequest('ben', 'secret', { identifier: 200, attributes: [], encoded: [] });

    expect((await other.exchange(bens.octets, server.bench.auth))[0]).toBe(2);
  });

  it('is not counted for DHCP, where a lease is asked for again and again', async () => {
    const { places } = books();
    const both = home('access: [pppoe, dhcp]\nsessions: {max: 1}');
    const device = document('Subscriber', 'tv', 'service: home\nmac: ["0C:42:A1:00:00:01"]');
    await using server = await Declared.start([both, device], undefined, { places });
    const dhcp = [phone, { name: 'NAS-Port-Type', value: 15 }];

    expect(await server.login(phone.value, '', dhcp)).toMatchObject({ code: 2 });
    expect(await server.login(phone.value, '', dhcp)).toMatchObject({ code: 2 });
  });
});

describe('a login with a number of devices', () => {
  it('is bound to the first that come, and to none that shows no MAC', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { clock: new ManualClock(), log: pino({ level: 'silent' }) });
    const options = { table: store.table<LearnedDevice>('devices'), now: () => 7, onLost: () => undefined };
    const devices = await LearnedDevices.open(options);
    const files = [home('access: [pppoe]\ndevices: {max: 1, lock: true}'), anna()];
    await using server = await Declared.start(files, undefined, { devices });

    expect(await server.login('anna', 'wrong', [laptop])).toMatchObject({ code: 3 });
    expect(await server.login('anna', 'secret', [phone])).toMatchObject({ code: 2 });
    expect(await server.login('anna', 'secret', [laptop])).toMatchObject({
      code: 3,
      'Reply-Message': 'This account cannot be used on this device',
    });
    expect(await server.login('anna', 'secret')).toMatchObject({ code: 3 });
    await devices.kept();
    expect((await LearnedDevices.open(options)).list('anna')).toEqual([{ username: 'anna', mac: phone.value, at: 7 }]);
    await devices.forget('anna', phone.value);
    expect((await LearnedDevices.open(options)).list()).toEqual([]);
    expect(await server.login('anna', 'secret', [laptop])).toMatchObject({ code: 2 });
  });

  it('is not bound to one that is refused because the login is in use', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { clock: new ManualClock(), log: pino({ level: 'silent' }) });
    const table = store.table<LearnedDevice>('devices');
    const devices = await LearnedDevices.open({ table, now: () => 7, onLost: () => undefined });
    const { places, open } = books();
    const files = [home('access: [pppoe]\ndevices: {max: 1, lock: true}\nsessions: {max: 1}'), anna()];
    await using server = await Declared.start(files, undefined, { devices, places });
    const known = { key: 'one', nas: 'core-1', sessionId: '81000001', username: 'anna', startedAt: 1 };
    open.push({ ...known, callingStationId: phone.value });

    expect(await server.login('anna', 'secret', [laptop])).toMatchObject({ code: 3 });
    expect(server.bench.decisions.of('anna').at(-1)).toMatchObject({ reason: 'too-many-sessions' });
    expect(devices.list('anna')).toEqual([]);
    expect(await server.login('anna', 'secret', [phone])).toMatchObject({ code: 2 });
    expect(devices.list('anna')).toMatchObject([{ mac: phone.value }]);
  });

  it('is not let in without a MAC while there is room for a device, nor is one learned', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { clock: new ManualClock(), log: pino({ level: 'silent' }) });
    const table = store.table<LearnedDevice>('devices');
    const devices = await LearnedDevices.open({ table, now: () => 7, onLost: () => undefined });
    const files = [home('access: [pppoe]\ndevices: {max: 2, lock: true}'), anna()];
    await using server = await Declared.start(files, undefined, { devices });

    expect(await server.login('anna', 'secret')).toMatchObject({ code: 3 });
    expect(server.bench.decisions.of('anna').at(-1)).toMatchObject({ reason: 'wrong-device' });
    expect(devices.list()).toEqual([]);
  });

  it('may be used on so many at once, without a lock', async () => {
    const { places } = books();
    const files = [home('access: [pppoe]\ndevices: {max: 1}'), anna()];
    await using server = await Declared.start(files, undefined, { places });

    expect(await server.login('anna', 'secret', [phone])).toMatchObject({ code: 2 });
    expect(await server.login('anna', 'secret', [laptop])).toMatchObject({ code: 3 });
    expect(server.bench.decisions.of('anna').at(-1)).toMatchObject({ reason: 'too-many-devices' });
  });
});

describe('a login that is locked', () => {
  const plain = home('access: [pppoe]');
  const circuit = (text: string) => encodeVendorAttribute(3561, 1, Buffer.from(text));

  it.each([
    ['mac: "0c:42:a1:00:00:01"', [phone], [laptop], 'wrong-device'],
    ['mac: ["0c:42:a1:00:00:01", "0c:42:a1:00:00:09"]', [phone], [], 'wrong-device'],
    ['port: "7"', [{ name: 'NAS-Port', value: 7 }], [{ name: 'NAS-Port', value: 8 }], 'wrong-place'],
    [
      'port: vlan7',
      [{ name: 'NAS-Port-Id', value: 'vlan7' }],
      [{ name: 'NAS-Port-Id', value: 'vlan8' }],
      'wrong-place',
    ],
  ])('IW-05: to %s comes from there alone', async (lock, right, wrong, reason) => {
    await using server = await Declared.start([plain, anna(`lock: {${lock}}`)]);

    expect(await server.login('anna', 'secret', right)).toMatchObject({ code: 2 });
    expect(await server.login('anna', 'secret', wrong)).toMatchObject({ code: 3 });
    expect(server.bench.decisions.of('anna').at(-1)).toMatchObject({ reason });
  });

  it('IW-05: to a NAS comes from no other', async () => {
    const edge = document('Router', 'edge-2', 'address: 192.0.2.12\nradius: {secret: {derive: 1}}');
    await using server = await Declared.start([plain, edge, anna('lock: {nas: edge-2}')]);

    expect(await server.login('anna', 'secret')).toMatchObject({
      code: 3,
      'Reply-Message': 'This account cannot be used in this place',
    });
  });

  it('IW-05: to a circuit comes from it alone, and not when somebody adds a second', async () => {
    await using server = await Declared.start([plain, anna('lock: {circuitId: "olt-1/3/7"}')]);

    expect(await server.login('anna', 'secret', [], [circuit('olt-1/3/7')])).toMatchObject({ code: 2 });
    expect(await server.login('anna', 'secret', [], [circuit('olt-1/3/8')])).toMatchObject({ code: 3 });
    const [right, wrong] = [circuit('olt-1/3/7'), circuit('olt-1/3/8')];
    for (const both of [
      [right, wrong],
      [wrong, right],
      [right, right],
    ]) {
      expect(await server.login('anna', 'secret', [], both)).toMatchObject({ code: 3 });
      expect(server.bench.decisions.of('anna').at(-1)).toMatchObject({ reason: 'wrong-place' });
    }
  });
});

describe('a login of which only a hash is known', () => {
  const plain = home('access: [pppoe]');
  const hashed = (form: string) => document('Subscriber', 'anna', `service: home\nusername: anna\n${form}`);
  const nt = Buffer.from(ntPasswordHash('secret')).toString('hex');
  const salt = Buffer.from('salt of this test');
  const ssha = (algorithm: string) =>
    Buffer.concat([createHash(algorithm).update('secret').update(salt).digest(), salt]).toString('base64');
  const base64 = (octets: Buffer) => octets.toString('base64').replace(/=+$/, '');
  const scrypted = `$scrypt$ln=10,r=8,p=1$${base64(salt)}$${base64(scryptSync('secret', salt, 32, { cost: 1024 }))}`;

  it.each([
    `ntHash: "${nt}"`,
    `password: {hash: "{SSHA}${ssha('sha1')}"}`,
    `password: {hash: "{SSHA256}${ssha('sha256')}"}`,
    `password: {hash: "{SSHA512}${ssha('sha512')}"}`,
    `password: {hash: "${scrypted}"}`,
  ])('is let in with the password behind it, and with no other: %s', async (form) => {
    await using server = await Declared.start([plain, hashed(form)]);

    expect(await server.login('anna', 'secret')).toMatchObject({ code: 2, 'Acct-Interim-Interval': '120' });
    expect(await server.login('anna', 'Secret')).toMatchObject({ code: 3 });
    expect(await server.login('anna', '')).toMatchObject({ code: 3 });
    expect(server.bench.decisions.of('anna').map(({ reason }) => reason)).toEqual([
      undefined,
      'wrong-password',
      'wrong-password',
    ]);
  });

  it.runIf(hasRadclient)('proves itself by MS-CHAP with an NT hash, and never by CHAP', async () => {
    await using server = await Declared.start([plain, hashed(`ntHash: "${nt}"`)]);
    const ask = (line: string) =>
      radclient('auth', server.bench.auth, secretText, ['User-Name = anna', line, 'Message-Authenticator = 0x00']);

    expect(await ask('MS-CHAP-Password = secret')).toContain('Received Access-Accept');
    expect(await ask('MS-CHAP-Password = other')).toContain('Received Access-Reject');
    expect(await ask('CHAP-Password = secret')).toContain('Received Access-Reject');
    expect(server.bench.decisions.of('anna').at(-1)).toMatchObject({ reason: 'method-not-possible' });
  });
});

describe('a peer of MS-CHAP that is not let in', () => {
  const office = home('access: [pppoe]\nwindows: [{from: "06:00", till: "18:00"}]');
  const microsoftError = /MS-CHAP-Error = "\S*E=(\d+) R=0 C=[0-9A-F]+ V=[23]/;

  it.runIf(hasRadclient).each([
    ['', '2026-01-15T20:00:00Z', 'secret', '646'],
    ['state: disabled', '2026-01-15T12:00:00Z', 'secret', '647'],
    ['state: suspended', '2026-01-15T12:00:00Z', 'secret', '647'],
    ['expires: "2026-01-14T12:00:00Z"', '2026-01-15T12:00:00Z', 'secret', '649'],
    ['', '2026-01-15T12:00:00Z', 'other', '691'],
  ])('IW-05: is told why by number: %s at %s with %s', async (more, time, password, number) => {
    await using server = await Declared.start([office, anna(more)], time);
    const lines = ['User-Name = anna', `MS-CHAP-Password = ${password}`, 'Message-Authenticator = 0x00'];

    const output = await radclient('auth', server.bench.auth, secretText, lines);

    expect(microsoftError.exec(output)?.[1]).toBe(number);
  });

  it.each([
    [4, 'V=2'],
    [27, 'V=3 M=This way of logging in is not possible'],
  ])('is told that no new password is taken, sent as attribute %i', async (type, version) => {
    await using server = await Declared.start([office, anna()]);
    const sent = encodeVendorAttribute(311, type, Buffer.from([7, 9, ...new Array(66).fill(0)]));
    const { octets } = request(1, {
      identifier: 77,
      encoded: [encodeNamed({ name: 'User-Name', value: 'anna' }), sent],
    });

    const reply = (await server.nas.exchange(octets, server.bench.auth)).toString('latin1');

    expect(reply).toContain(`${String.fromCharCode(9)}E=709 R=0 C=`);
    expect(reply).toContain(version);
  });
});

describe('a quota', () => {
  const quotas = '[{name: volume, octets: 10G, period: month, anchor: 20}, {name: evening, time: 2h, period: day}]';
  const start = (book: QuotaBook, nas = coreNas) =>
    Declared.start([home(`access: [pppoe]\nquotas: ${quotas}`), anna()], '2026-01-15T12:00:00Z', { quotas: book }, nas);
  const left = (verdict: QuotaVerdict): QuotaBook => ({ left: async () => verdict });

  it('IW-05, IW-07: tells the NAS what is left of it, and lets nobody in who has used it up', async () => {
    let verdict: QuotaVerdict = { total: 6_000_000_000n, seconds: 3600 };
    await using server = await start({ left: (username) => (username === 'anna' ? verdict : 'used') });

    // 6 GB are one high word and the rest.
    expect(await server.login('anna', 'secret')).toMatchObject({
      code: 2,
      'Mikrotik-Total-Limit': String(6_000_000_000 - 2 ** 32),
      'Mikrotik-Total-Limit-Gigawords': '1',
      'Session-Timeout': '3600',
    });
    expect(server.bench.decisions.of('anna').at(-1)?.reply).toContain('Mikrotik-Total-Limit-Gigawords=1');
    verdict = 'used';
    expect(await server.login('anna', 'secret')).toMatchObject({
      code: 3,
      'Reply-Message': 'What this account includes is used up for now',
    });
    expect(server.bench.decisions.of('anna').at(-1)).toMatchObject({ reason: 'quota-used' });
  });

  it('of one direction is told from the side of the router, where download is what it sends', async () => {
    await using server = await start(left({ down: 999_999_998n, up: 999_999n }));

    expect(await server.login('anna', 'secret')).toMatchObject({
      'Mikrotik-Xmit-Limit': '999999998',
      'Mikrotik-Recv-Limit': '999999',
    });
  });

  it('lets nobody in who is asked about for a while and has used it up', async () => {
    await using server = await start(left('used'));

    expect(await server.login('anna', 'secret')).toMatchObject({ code: 3 });
  });

  it('limits nothing while nobody can say what was used', async () => {
    await using server = await start({ left: () => Promise.reject(new Error('disk')) });

    expect(await server.login('anna', 'secret')).not.toHaveProperty('Mikrotik-Total-Limit');
    expect(server.bench.decisions.of('anna').at(-1)).toMatchObject({ verdict: 'accept' });
  });
});

describe('a device of a subscriber at a NAS that asks by Call-Check', () => {
  const { router: _none, ...generic } = { ...coreNas, profile: 'generic' } as const;
  const guests = home('access: [hotspot]\ngrace: 1d');
  const tv = (more = '') => document('Subscriber', 'tv', `service: home\nmac: ["0C:42:A1:00:00:01"]\n${more}`);
  const callCheck = (text: string) => [
    { name: 'Service-Type', value: 'Call-Check' },
    { name: 'Calling-Station-Id', value: text },
  ];

  it('IS-24: is let in by its MAC in every format, with it or nothing as password, and not as another', async () => {
    await using server = await Declared.start([guests, tv()], undefined, {}, generic);

    for (const format of macFormats) {
      const text = formatMac('0C:42:A1:00:00:01', format);
      expect(await server.login(text, text, callCheck(text))).toMatchObject({ code: 2 });
      expect(await server.login(text.toLowerCase(), '', callCheck(text))).toMatchObject({ code: 2 });
      expect(await server.login(text, 'other', callCheck(text))).toMatchObject({ code: 3 });
      expect(await server.login(text, text, callCheck('0C:42:A1:00:00:02'))).toMatchObject({ code: 3 });
    }
  });

  it('IS-24: is held to the limits of its subscriber like every other login', async () => {
    const late = tv('expires: "2026-01-15T11:00:00Z"');
    await using server = await Declared.start([guests, late], undefined, {}, generic);
    const mac = '0C:42:A1:00:00:01';

    expect(await server.login(mac, mac, callCheck(mac))).toMatchObject({ code: 2, 'Session-Timeout': '82800' });
    server.clock.advance(24 * 3_600_000);
    expect(await server.login(mac, mac, callCheck(mac))).toMatchObject({ 'Reply-Message': 'This account has expired' });
  });
});
