import { describe, expect, it } from 'vitest';
import { chapResponse } from '../../src/access/credentials/verify-credential.ts';
import { guestUsername, portalPassword, slotOf } from '../../src/access/portal-password.ts';
import { formatMac, macFormats } from '../../src/base/mac.ts';
import { Secret } from '../../src/base/secret.ts';
import type { Nas, PortalAccess } from '../../src/directory/reader.ts';
import { describeAttributes } from '../../src/radius/dictionary/describe.ts';
import { encodeNamed, type NamedAttribute } from '../../src/radius/dictionary/encode-named.ts';
import { encodeAttribute } from '../../src/radius/packet/attributes.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  type Bench,
  coreNas,
  hasRadclient,
  login,
  papRequest,
  radclient,
  request,
  secretText,
  startServer,
  TestNas,
} from './support.ts';

const phone = '00:0C:42:00:D4:64';
const tablet = '00:0C:42:00:D4:65';
const key = new Secret('key of the site, thirty-two octets');
const anna = login('anna', { access: ['hotspot'] });
const annasPhone = login(phone, { subscriber: 'anna', password: new Secret(''), access: ['hotspot', 'dhcp'] });
const guests = { interimSeconds: 60, sessionTimeoutSeconds: 1800, rateLimit: '1M/2M', pool: 'guests', attributes: [] };
const fake = { interimSeconds: 120, sessionTimeoutSeconds: 300, rateLimit: '64k/64k', pool: 'fake', attributes: [] };
const cafe: PortalAccess = {
  site: 'cafe',
  key,
  nas: ['core-1'],
  hotspots: new Map([['core-1', ['hs-guest']]]),
  clickThrough: { service: 'free', limits: guests },
};

type Attributes = readonly NamedAttribute[];

/** What RouterOS sends from its hotspot (RouterOS 7.1x, FreeRADIUS debug), but User-Name and proof. */
function atHotspot(mac = phone, more: Attributes = [], hotspot = 'hs-guest'): Attributes {
  return [
    { name: 'NAS-Port-Type', value: 'Wireless-802.11' },
    { name: 'Calling-Station-Id', value: mac },
    { name: 'Called-Station-Id', value: hotspot },
    { name: 'NAS-Port-Id', value: 'bridge-guests' },
    { name: 'Acct-Session-Id', value: '80100014' },
    { name: 'Framed-IP-Address', value: '10.41.41.9' },
    { name: 'Mikrotik-Host-IP', value: '10.41.41.9' },
    { name: 'Service-Type', value: 'Login-User' },
    ...more,
  ];
}

/** And from its DHCP server. */
function atDhcp(server: string, clientId = '1:0:c:42:0:d4:64'): Attributes {
  return [
    { name: 'NAS-Port-Type', value: 'Ethernet' },
    { name: 'Calling-Station-Id', value: clientId },
    { name: 'Called-Station-Id', value: server },
    { name: 'NAS-Port-Id', value: 'bridge-lan' },
  ];
}

const atPpp: Attributes = [
  { name: 'Service-Type', value: 'Framed-User' },
  { name: 'Framed-Protocol', value: 'PPP' },
  { name: 'NAS-Port-Type', value: 'Ethernet' },
  { name: 'Calling-Station-Id', value: phone },
];

interface Answer {
  readonly accepted: boolean;
  readonly words: readonly string[];
}

/** A server with one subscriber, her phone, and a portal; and a NAS to ask it. */
async function network({ nas = {}, clock = new ManualClock() }: { nas?: Partial<Nas>; clock?: ManualClock } = {}) {
  const bench = await startServer([anna], { clock });
  bench.directory.devices.set(phone, annasPhone);
  bench.directory.portals = [cafe];
  const macPasswords = new Map([['hs-guest', 'none' as const]]);
  bench.directory.nasList = [{ ...coreNas, macPasswords, unknownClients: new Map([['lan', fake]]), ...nas }];
  const router = await TestNas.open();
  let identifier = 0;
  const send = async (octets: (identifier: number) => Uint8Array): Promise<Answer> => {
    identifier += 1;
    const reply = await router.exchange(octets(identifier), bench.auth);
    const described = describeAttributes(reply, 20, reply.length);
    return { accepted: reply[0] === 2, words: described.map(({ name, value }) => `${name}=${value}`) };
  };
  return {
    bench,
    clock,
    router,
    send,
    pap: (username: string, password: string, attributes: Attributes) =>
      send((id) => papRequest(username, password, { attributes, identifier: id }).octets),
    chap: (username: string, password: string, attributes: Attributes) =>
      send((id) => chapRequest(username, password, attributes, id)),
    async [Symbol.asyncDispose]() {
      await router[Symbol.asyncDispose]();
      await bench[Symbol.asyncDispose]();
    },
  };
}

function chapRequest(username: string, password: string, attributes: Attributes, identifier: number): Uint8Array {
  const challenge = Buffer.alloc(16, identifier);
  const response = Buffer.concat([Uint8Array.of(3), chapResponse(3, password, challenge)]);
  const encoded = [
    encodeNamed({ name: 'User-Name', value: username }),
    encodeAttribute(60, challenge),
    encodeAttribute(3, response),
  ];
  return request(1, { encoded, attributes, identifier }).octets;
}

/** As the portal makes it, now. */
function oneTime(username: string, now: number, mac = phone): string {
  return portalPassword(key, { username, mac, nas: 'core-1' }, slotOf(now)).reveal();
}

function lastOf({ decisions }: Bench, username: string) {
  return decisions.of(username).at(-1);
}

const ofReply = (name: string) => (word: string) => word.startsWith(`${name}=`);

describe('a subscriber at a hotspot', () => {
  it.each(['pap', 'chap'] as const)('IS-63: logs in with the credentials that are declared, by %s', async (method) => {
    await using net = await network();

    const { accepted, words } = await net[method]('anna', 'correct horse', atHotspot());

    expect(accepted).toBe(true);
    expect(words).toEqual(expect.arrayContaining(['Mikrotik-Rate-Limit=5M/20M', 'Acct-Interim-Interval=120']));
  });

  it('IS-23: is logged in by a mac-cookie as by the password it remembers, which RADIUS cannot tell apart, and not after a suspension', async () => {
    await using net = await network();

    const remembered = await net.pap('anna', 'correct horse', atHotspot());
    net.bench.directory.logins.set('anna', { ...anna, state: 'suspended' });
    const suspended = await net.pap('anna', 'correct horse', atHotspot());

    expect([remembered.accepted, suspended.accepted]).toEqual([true, false]);
    expect(net.bench.decisions.of('anna')).toMatchObject([
      { verdict: 'accept', method: 'pap', callingStationId: phone },
      { verdict: 'reject', reason: 'suspended' },
    ]);
  });

  it('IS-23: is let in by a mac-cookie for what is left of what he has, and by none that outlives it', async () => {
    const clock = new ManualClock();
    await using net = await network({ clock });
    net.bench.directory.logins.set('anna', { ...anna, expires: clock.now() + 3_600_000 });

    const first = await net.pap('anna', 'correct horse', atHotspot());
    clock.advance(3_000_000);
    const remembered = await net.pap('anna', 'correct horse', atHotspot());
    clock.advance(600_000);
    const outlived = await net.pap('anna', 'correct horse', atHotspot());

    expect(first.words).toContain('Session-Timeout=3600');
    expect(remembered.words).toContain('Session-Timeout=600');
    expect(outlived.accepted).toBe(false);
    expect(lastOf(net.bench, 'anna')).toMatchObject({ verdict: 'reject', reason: 'expired' });
  });

  it('is told that a service for home is not sold here, in words the portal knows', async () => {
    await using net = await network();
    net.bench.directory.logins.set('anna', { ...anna, access: ['pppoe'] });

    const there = await net.pap('anna', 'correct horse', atHotspot());
    const home = await net.pap('anna', 'correct horse', atPpp);

    expect(there).toMatchObject({ accepted: false });
    expect(there.words).toContain('Reply-Message=This account cannot be used here');
    expect(home.accepted).toBe(true);
  });
});

describe('a device that is let in by its MAC', () => {
  it('SPL-20: in every format RouterOS can send, by PAP and CHAP, and Call-Check of other makes', async () => {
    await using net = await network({ nas: { macPasswords: new Map([['hs-guest', new Secret('of this site')]]) } });
    const callCheck = [
      { name: 'Service-Type', value: 'Call-Check' },
      { name: 'Calling-Station-Id', value: '00-0C-42-00-D4-64' },
    ];

    for (const format of macFormats) {
      for (const username of [formatMac(phone, format), formatMac(phone, format).toLowerCase()]) {
        expect((await net.pap(username, 'of this site', atHotspot())).accepted).toBe(true);
        expect((await net.chap(username, 'of this site', atHotspot())).accepted).toBe(true);
        expect((await net.pap(username, 'of this site', callCheck)).accepted).toBe(true);
      }
    }
  });

  it('IS-24: has the limits of its subscriber, and is shown by its MAC however it was sent', async () => {
    await using net = await network();

    const { words } = await net.pap('000c4200d464', '', atHotspot());

    expect(words).toContain('Mikrotik-Rate-Limit=5M/20M');
    expect(lastOf(net.bench, '00-0c-42-00-d4-64')).toMatchObject({ username: phone, method: 'mac', verdict: 'accept' });
  });

  it.each<[string, string, string, Attributes, string]>([
    ['a MAC somebody typed', phone, '', atHotspot(tablet), 'wrong-mac'],
    ['a wrong password', phone, 'guess', atHotspot(), 'wrong-password'],
    ['the door of PPP', phone, '', atPpp, 'unknown-subscriber'],
    ['an unknown MAC', tablet, '', atHotspot(tablet), 'unknown-subscriber'],
    ['a hotspot that lets no device in', phone, '', atHotspot(phone, [], 'hs-yard'), 'wrong-password'],
    ['its MAC as password where none is let in', phone, phone, atHotspot(phone, [], 'hs-yard'), 'wrong-password'],
  ])('not with %s', async (_, username, password, attributes, reason) => {
    await using net = await network();

    const { accepted, words } = await net.pap(username, password, attributes);

    expect(accepted).toBe(false);
    expect(words).toContain('Reply-Message=Wrong username or password');
    expect(lastOf(net.bench, username)).toMatchObject({ verdict: 'reject', reason });
  });

  it('not by EAP, which wants an answer of its own', async () => {
    await using net = await network();
    const encoded = [
      encodeNamed({ name: 'User-Name', value: phone }),
      encodeAttribute(79, Buffer.from([2, 1, 0, 5, 1])),
    ];

    const { accepted } = await net.send(
      (id) => request(1, { encoded, attributes: atHotspot(), identifier: id }).octets,
    );

    expect(accepted).toBe(false);
  });

  it('is not waited for when nobody knows it: its router asked by itself', async () => {
    await using bench = await startServer([anna], { rejectDelayMs: 3_600_000 });
    await using router = await TestNas.open();

    const reply = await router.exchange(papRequest(tablet, '', { attributes: atHotspot(tablet) }).octets, bench.auth);

    expect(reply[0]).toBe(3);
  });
});

describe('a client of a DHCP server', () => {
  it('SPL-17: that is declared has the address of its subscriber, and a lease as long as its service says', async () => {
    await using net = await network();
    const limits = { ...annasPhone.limits, address: '10.30.0.7', sessionTimeoutSeconds: 7200 };
    net.bench.directory.devices.set(phone, { ...annasPhone, limits });

    const { accepted, words } = await net.pap(phone, ' ', atDhcp('lan'));

    expect(accepted).toBe(true);
    expect(words).toEqual(
      expect.arrayContaining([
        'Framed-IP-Address=10.30.0.7',
        'Mikrotik-Rate-Limit=5M/20M',
        'Session-Timeout=7200',
        expect.stringMatching(/^Class=/),
      ]),
    );
  });

  it.each(['1:0:c:42:0:d4:65', tablet])('that names itself by the MAC of another device is refused: %s', async (id) => {
    await using net = await network();

    expect((await net.pap(phone, ' ', atDhcp('lan', id))).accepted).toBe(false);
    expect(lastOf(net.bench, phone)).toMatchObject({ reason: 'wrong-mac' });
  });

  it.each(['ff:12:34:56:78:0:1:0:1', '1:0:c:42:0:d4:64', ''])('may name itself by anything else: %s', async (id) => {
    await using net = await network();
    const calling = id === '' ? atDhcp('lan').filter(({ name }) => name !== 'Calling-Station-Id') : atDhcp('lan', id);

    expect((await net.pap(phone, ' ', calling)).accepted).toBe(true);
  });

  it('SPL-19: that nobody declared has a short lease from the fake pool, and why says so', async () => {
    await using net = await network();

    const { accepted, words } = await net.pap(tablet, ' ', atDhcp('lan', '1:0:c:42:0:d4:65'));

    expect(accepted).toBe(true);
    expect(words).toEqual(
      expect.arrayContaining(['Framed-Pool=fake', 'Mikrotik-Rate-Limit=64k/64k', 'Session-Timeout=300']),
    );
    expect(lastOf(net.bench, tablet)).toMatchObject({ verdict: 'accept', method: 'dhcp', sessionTimeoutSeconds: 300 });
  });

  it('SPL-19: has no lease at another server, nor while it is suspended', async () => {
    await using net = await network();
    net.bench.directory.devices.set(phone, { ...annasPhone, state: 'suspended' });

    expect((await net.pap(tablet, ' ', atDhcp('office'))).accepted).toBe(false);
    expect((await net.pap(phone, ' ', atDhcp('lan'))).accepted).toBe(false);
    expect(lastOf(net.bench, phone)).toMatchObject({ reason: 'suspended', method: 'mac' });
  });
});

describe('a guest whom the portal sent', () => {
  it.each(['pap', 'chap'] as const)('IS-28: logs in by a password that works once, by %s', async (method) => {
    await using net = await network();
    const password = oneTime('anna', net.clock.now());

    const first = await net[method]('anna', password, atHotspot());
    const second = await net[method]('anna', password, atHotspot());

    expect([first.accepted, second.accepted]).toEqual([true, false]);
    expect(second.words.find(ofReply('Reply-Message'))).toContain('used already');
    expect(net.bench.decisions.of('anna')).toMatchObject([
      { verdict: 'accept', method: 'portal' },
      { verdict: 'reject', method: 'portal', reason: 'password-used' },
    ]);
  });

  it('gets the same answer again when the router asks again', async () => {
    await using net = await network();
    const options = { attributes: atHotspot(), identifier: 200 };
    const { octets } = papRequest('anna', oneTime('anna', net.clock.now()), options);

    const first = await net.router.exchange(octets, net.bench.auth);
    const again = await net.router.exchange(octets, net.bench.auth);

    expect(first[0]).toBe(2);
    expect(again.equals(first)).toBe(true);
  });

  it('has this minute and the next', async () => {
    await using net = await network();
    const passwords = [0, 60_000].map((later) => oneTime('anna', net.clock.now() + later));

    net.clock.advance(60_000);
    const both = [
      await net.pap('anna', passwords[0] ?? '', atHotspot()),
      await net.pap('anna', passwords[1] ?? '', atHotspot()),
    ];
    net.clock.advance(120_000);
    const late = await net.pap('anna', passwords[1] ?? '', atHotspot());

    expect(both.map(({ accepted }) => accepted)).toEqual([true, true]);
    expect(lastOf(net.bench, 'anna')).toMatchObject({ reason: 'wrong-password' });
    expect(late.accepted).toBe(false);
  });

  it('IS-30: is decided about as the portal did, and again: an account that expired on the way is refused, unspent', async () => {
    await using net = await network();
    const password = oneTime('anna', net.clock.now());
    net.bench.directory.logins.set('anna', { ...anna, expires: net.clock.now() });

    const expired = await net.pap('anna', password, atHotspot());
    net.bench.directory.logins.set('anna', anna);
    const renewed = await net.pap('anna', password, atHotspot());

    expect(expired.words).toContain('Reply-Message=This account has expired');
    expect(renewed.accepted).toBe(true);
  });

  it('has, without an account, what is declared for those who click through', async () => {
    await using net = await network();
    const username = guestUsername('cafe', phone);

    const { accepted, words } = await net.pap(username, oneTime(username, net.clock.now()), atHotspot());

    expect(accepted).toBe(true);
    expect(words).toEqual(
      expect.arrayContaining(['Mikrotik-Rate-Limit=1M/2M', 'Framed-Pool=guests', 'Session-Timeout=1800']),
    );
    expect(lastOf(net.bench, username)).toMatchObject({ username, method: 'portal', verdict: 'accept' });
  });

  it.each<[string, (now: number) => readonly [string, string, Attributes]]>([
    ['with the password of another device', (now) => ['anna', oneTime('anna', now, tablet), atHotspot()]],
    ['with a password that another device carried off', (now) => ['anna', oneTime('anna', now), atHotspot(tablet)]],
    [
      'as another guest',
      (now) => [guestUsername('cafe', tablet), oneTime(guestUsername('cafe', tablet), now), atHotspot()],
    ],
    ['by PPP', (now) => ['anna', oneTime('anna', now), atPpp]],
    ['at the hotspot of another site', (now) => ['anna', oneTime('anna', now), atHotspot(phone, [], 'hs-hotel')]],
    [
      'without an account at the hotspot of another site',
      (now) => [
        guestUsername('cafe', phone),
        oneTime(guestUsername('cafe', phone), now),
        atHotspot(phone, [], 'hs-hotel'),
      ],
    ],
  ])('is nobody %s', async (_, made) => {
    await using net = await network();

    const { accepted, words } = await net.pap(...made(net.clock.now()));

    expect(accepted).toBe(false);
    expect(words).toContain('Reply-Message=Wrong username or password');
  });
});

describe('a guest who adds attributes to the login form', () => {
  const serviceTypeTooLong = encodeAttribute(6, Buffer.from('Framed'));

  it.each<[string, readonly Uint8Array[]]>([
    ['a Service-Type that is none', [serviceTypeTooLong]],
    ['a second Service-Type', [encodeNamed({ name: 'Service-Type', value: 'Framed-User' })]],
    ['a second NAS-Port-Type', [encodeNamed({ name: 'NAS-Port-Type', value: 'Ethernet' })]],
    ['a NAS-Port-Type that is none', [encodeAttribute(61, Uint8Array.of(15))]],
    ['a Framed-Protocol that is none', [encodeAttribute(7, Uint8Array.of(1))]],
    ['the MAC of somebody else', [encodeNamed({ name: 'Calling-Station-Id', value: phone })]],
    ['another hotspot', [encodeNamed({ name: 'Called-Station-Id', value: 'lan' })]],
    ['another interface', [encodeNamed({ name: 'NAS-Port-Id', value: 'ether9' })]],
    [
      'another NAS',
      [encodeNamed({ name: 'NAS-Identifier', value: 'a' }), encodeNamed({ name: 'NAS-Identifier', value: 'b' })],
    ],
    ['a challenge of old', [encodeAttribute(60, Buffer.alloc(16)), encodeAttribute(60, Buffer.alloc(16, 1))]],
    ['a second password', [encodeAttribute(2, Buffer.alloc(16))]],
  ])('is refused whoever he says he is: %s', async (_, added) => {
    await using net = await network();
    const behind = atHotspot(tablet).map(encodeNamed);

    // Wherever the router puts them.
    for (const encoded of [
      [...added, ...behind],
      [...behind, ...added],
    ]) {
      const { accepted } = await net.send((id) => papRequest(phone, '', { encoded, identifier: id }).octets);
      expect(accepted).toBe(false);
      expect(lastOf(net.bench, phone)).toMatchObject({ reason: 'ambiguous-request' });
    }
  });

  it('stays at the hotspot whatever he says the door is, where the router takes his word in place of its own', async () => {
    await using net = await network();
    net.bench.directory.logins.set('anna', { ...anna, access: ['pppoe'] });
    const ours = atHotspot(tablet).filter(({ name }) => name !== 'Service-Type' && name !== 'NAS-Port-Type');
    const ethernet = { name: 'NAS-Port-Type', value: 'Ethernet' };
    const said: readonly Attributes[] = [
      [ethernet],
      [ethernet, { name: 'Service-Type', value: 'Call-Check' }],
      [ethernet, { name: 'Service-Type', value: 'Framed-User' }],
      [
        { name: 'Service-Type', value: 'Login-User' },
        { name: 'Framed-Protocol', value: 'PPP' },
      ],
    ];

    for (const more of said) {
      expect((await net.pap('anna', 'correct horse', [...ours, ...more])).accepted).toBe(false);
      expect(lastOf(net.bench, 'anna')).toMatchObject({ reason: 'not-sold-here' });
      expect((await net.pap(phone, ' ', [...ours, ...more])).accepted).toBe(false);
      expect(lastOf(net.bench, phone)).toMatchObject({ reason: 'wrong-mac' });
    }
  });
});

describe('a Login-User of a NAS that may be a hotspot of another make', () => {
  const mikrotik = [0, 0, 0x3a, 0x8c];

  it.each<[string, readonly number[], boolean]>([
    ['is at a hotspot by Mikrotik-Host-IP', [...mikrotik, 10, 6, 10, 0, 0, 9], true],
    ['is at one by Mikrotik-Host-IP behind another of MikroTik', [...mikrotik, 9, 3, 120, 10, 6, 10, 0, 0, 9], true],
    ['is not told by another of MikroTik', [...mikrotik, 9, 3, 10], false],
    ['is not told by one that ends in its number', [...mikrotik, 9, 2, 10], false],
    ['is not told by the same number of another vendor', [0, 0, 0x3a, 0x8b, 10, 6, 10, 0, 0, 9], false],
    ['is not told by a vendor alone', mikrotik, false],
    ['is not told by sizes that lead nowhere', [...mikrotik, 9, 0, 9, 0], false],
    ['is not told by less than a vendor', [0, 0], false],
  ])('%s', async (_, value, isHotspot) => {
    await using net = await network({ nas: { profile: 'generic' } });
    net.bench.directory.logins.set('anna', { ...anna, access: ['pppoe'] });
    const named: Attributes = [{ name: 'Service-Type', value: 'Login-User' }];
    const encoded = [...named.map(encodeNamed), encodeAttribute(26, Uint8Array.from(value))];

    const { accepted } = await net.send(
      (id) => papRequest('anna', 'correct horse', { encoded, identifier: id }).octets,
    );

    expect(accepted).toBe(!isHotspot);
  });
});

describe('a NAS of another make', () => {
  it('lets in whoever has the password, and by MAC whoever has that MAC, where it does not say what it is', async () => {
    await using net = await network({ nas: { profile: 'generic' } });
    net.bench.directory.logins.set('anna', { ...anna, access: ['pppoe'] });
    const calling = [{ name: 'Calling-Station-Id', value: phone }];
    const loginUser = [...calling, { name: 'Service-Type', value: 'Login-User' }];

    expect((await net.pap('anna', 'correct horse', loginUser)).accepted).toBe(true);
    expect((await net.pap('anna', 'correct horse', atHotspot())).accepted).toBe(false);
    expect((await net.pap(phone, '', calling)).accepted).toBe(true);
    expect((await net.pap(tablet, '', atDhcp('lan'))).accepted).toBe(false);
  });
});

describe.runIf(hasRadclient)('radclient as a hotspot', () => {
  it('is let in with a MAC and its empty password, and not with another device’s', async () => {
    await using net = await network();
    const lines = (mac: string) => [
      'User-Name = 00-0c-42-00-d4-64',
      'User-Password = ""',
      'Service-Type = Login-User',
      `Calling-Station-Id = ${mac}`,
      'Message-Authenticator = 0x00',
    ];

    expect(await radclient('auth', net.bench.auth, secretText, lines(phone))).toContain('Received Access-Accept');
    expect(await radclient('auth', net.bench.auth, secretText, lines(tablet))).toContain('Received Access-Reject');
  });
});
