import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { encodeAttribute } from '../../src/radius/packet/attributes.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  accountingRequest,
  authenticatorOf,
  type Bench,
  coreNas,
  login,
  papRequest,
  request,
  startServer,
  statusServer,
  TestNas,
} from './support.ts';

const otherKey = sharedKey('not the secret at all');

function dropped(bench: Bench): Record<string, number> {
  const samples = bench.server.counters.samples().filter(({ metric }) => metric === 'dropped');
  return Object.fromEntries(samples.map(({ nas, detail, value }) => [`${nas} ${detail}`, value]));
}

describe('a packet that proves nothing', () => {
  it('with a wrong secret: silence, and IS-33: the NAS and its secret are named', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();

    const ignored = await nas.isIgnored(papRequest('anna', 'correct horse', { key: otherKey }).octets, bench.auth);

    expect(ignored).toBe(true);
    expect(dropped(bench)).toEqual({ 'core-1 ma-wrong': 1 });
    expect(bench.log.lines[0]?.fields['hint']).toContain('the shared secret of core-1 is not the one declared');
    expect(bench.server.findings()).toMatchObject([
      { nas: 'core-1', reason: 'ma-wrong', count: 1, source: '127.0.0.1' },
    ]);
  });

  it('with a wrong secret once, by mistake, is forgotten five minutes later by packets that prove it, but counted', async () => {
    const clock = new ManualClock();
    await using bench = await startServer([login('anna')], { clock });
    await using nas = await TestNas.open();
    const proves = () => nas.exchange(statusServer().octets, bench.auth);
    await nas.isIgnored(papRequest('anna', 'correct horse', { key: otherKey }).octets, bench.auth);

    clock.advance(299_000);
    await proves();
    expect(bench.server.findings()).toHaveLength(1);
    clock.advance(1_000);
    await proves();

    expect(bench.server.findings()).toEqual([]);
    expect(dropped(bench)).toEqual({ 'core-1 ma-wrong': 1 });
    expect(bench.log.lines.at(-1)).toMatchObject({ level: 'info', fields: { nas: 'core-1', reason: 'ma-wrong' } });
  });

  it('with a wrong secret now and then stays told, however many others prove it', async () => {
    const clock = new ManualClock();
    await using bench = await startServer([login('anna')], { clock });
    await using nas = await TestNas.open();

    for (let minute = 0; minute < 12; minute += 4) {
      await nas.isIgnored(papRequest('anna', 'x', { key: otherKey, identifier: minute }).octets, bench.auth);
      clock.advance(240_000);
      await nas.exchange(statusServer().octets, bench.auth);
    }

    expect(bench.server.findings()).toMatchObject([{ reason: 'ma-wrong', count: 3 }]);
  });

  it('with a wrong secret is not forgotten for requests that prove nothing', async () => {
    const clock = new ManualClock();
    await using bench = await startServer([login('anna')], { clock });
    bench.directory.nasList = [{ ...coreNas, messageAuthenticator: 'off' }];
    await using nas = await TestNas.open();
    await nas.isIgnored(papRequest('anna', 'x', { key: otherKey }).octets, bench.auth);
    clock.advance(600_000);

    await nas.exchange(papRequest('anna', 'correct horse', { messageAuthenticator: false }).octets, bench.auth);

    expect(bench.server.findings()).toMatchObject([{ reason: 'ma-wrong' }]);
  });

  it('without a signature is not forgotten for accounting, which needs none', async () => {
    const clock = new ManualClock();
    await using bench = await startServer([login('anna')], { clock });
    await using nas = await TestNas.open();
    await nas.isIgnored(papRequest('anna', 'x', { messageAuthenticator: false }).octets, bench.auth);
    clock.advance(600_000);
    const start = { 'Acct-Status-Type': 'Start', 'Acct-Session-Id': '1', 'User-Name': 'anna' };
    const attributes = Object.entries(start).map(([name, value]) => ({ name, value }));

    await nas.exchange(accountingRequest(attributes).octets, bench.accounting);

    expect(bench.server.findings()).toMatchObject([{ reason: 'ma-missing' }]);
  });

  it('without Message-Authenticator: silence, and the mend is named', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const { octets } = papRequest('anna', 'correct horse', { messageAuthenticator: false });

    expect(await nas.isIgnored(octets, bench.auth)).toBe(true);
    expect(dropped(bench)).toEqual({ 'core-1 ma-missing': 1 });
    expect(bench.log.lines[0]?.fields['hint']).toMatch(
      /RouterOS to 7\.15 or later.*messageAuthenticator: learn .* or off/,
    );
  });

  it('without Message-Authenticator is taken where it is declared off, but not with a Proxy-State', async () => {
    await using bench = await startServer([login('anna')]);
    bench.directory.nasList = [{ ...coreNas, messageAuthenticator: 'off' }];
    await using nas = await TestNas.open();
    const plain = papRequest('anna', 'correct horse', { messageAuthenticator: false });
    const encoded = [encodeAttribute(33, Buffer.from('x'))];
    const proxied = papRequest('anna', 'correct horse', { messageAuthenticator: false, encoded, identifier: 2 });

    expect((await nas.exchange(plain.octets, bench.auth))[0]).toBe(2);
    expect(await nas.isIgnored(proxied.octets, bench.auth)).toBe(true);
    expect(dropped(bench)).toEqual({ 'core-1 proxy-unsigned': 1 });
    expect(bench.server.findings()[0]?.hint).toMatch(/Proxy-State must be signed.*make the proxy send/);
  });

  it('Status-Server without Message-Authenticator: silence', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();

    expect(await nas.isIgnored(request(12, { messageAuthenticator: false }).octets, bench.auth)).toBe(true);
  });

  it('EAP together with a password, or unsigned: silence', async () => {
    await using bench = await startServer([login('anna')]);
    bench.directory.nasList = [{ ...coreNas, messageAuthenticator: 'off' }];
    await using nas = await TestNas.open();
    const encoded = [encodeAttribute(79, Buffer.of(2, 1, 0, 4))];

    expect(await nas.isIgnored(papRequest('anna', 'x', { encoded }).octets, bench.auth)).toBe(true);
    expect(await nas.isIgnored(request(1, { encoded, messageAuthenticator: false }).octets, bench.auth)).toBe(true);
    expect(dropped(bench)).toEqual({ 'core-1 auth-conflict': 1, 'core-1 ma-missing': 1 });
    const hints = bench.server.findings().map(({ hint }) => hint ?? '');
    expect(hints).toContainEqual(expect.stringContaining('EAP need a Message-Authenticator whatever is declared'));
  });
});

describe('a packet of a code that is not served', () => {
  it.each([2, 3, 4, 5, 11, 40, 41, 43, 44, 99])('code %i on the authentication socket: silence', async (code) => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();

    expect(await nas.isIgnored(request(code, {}).octets, bench.auth)).toBe(true);
    expect(dropped(bench)).toEqual({ 'core-1 bad-code': 1 });
  });

  it.each([1, 2, 5, 43])('code %i on the accounting socket: silence', async (code) => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();

    expect(await nas.isIgnored(request(code, {}).octets, bench.accounting)).toBe(true);
  });
});

describe('a source nobody declared', () => {
  it('IS-33: gets nothing, and the nearest declared NAS is named', async () => {
    await using bench = await startServer([login('anna')]);
    bench.directory.nasList = [
      { ...coreNas, name: 'far', clientAddress: '10.9.9.9' },
      { ...coreNas, clientAddress: '127.0.0.3' },
    ];
    await using stranger = await TestNas.open();
    await using known = await TestNas.open('127.0.0.3');

    stranger.send(papRequest('anna', 'correct horse').octets, bench.auth);
    const reply = await known.exchange(papRequest('anna', 'correct horse').octets, bench.auth);

    expect(reply[0]).toBe(2);
    expect(dropped(bench)).toEqual({ 'unknown unknown-client': 1 });
    expect(bench.log.lines[0]?.fields).toMatchObject({
      reason: 'unknown-client',
      source: '127.0.0.1',
      hint: 'nearest declared NAS: core-1 at 127.0.0.3; compare src-address in /radius',
    });
  });
});

describe('several NAS behind one address', () => {
  const one = { ...coreNas, name: 'one', nasIdentifier: 'one', secret: new Secret('secret of the first NAS') };
  const two = { ...coreNas, name: 'two', nasIdentifier: 'two', secret: new Secret('secret of the second NAS') };
  const ask = (identifier: string, secret: string, id: number) =>
    papRequest('anna', 'correct horse', {
      key: sharedKey(secret),
      identifier: id,
      attributes: [{ name: 'NAS-Identifier', value: identifier }],
    }).octets;

  it('are told apart by NAS-Identifier, whose secret then proves it', async () => {
    await using bench = await startServer([login('anna')]);
    bench.directory.nasList = [one, two];
    await using nas = await TestNas.open();

    const first = await nas.exchange(ask('one', 'secret of the first NAS', 1), bench.auth);
    const second = await nas.exchange(ask('two', 'secret of the second NAS', 2), bench.auth);
    nas.send(ask('two', 'secret of the first NAS', 3), bench.auth);
    nas.send(ask('three', 'secret of the first NAS', 4), bench.auth);
    const last = await nas.exchange(ask('one', 'secret of the first NAS', 5), bench.auth);

    expect([first[0], second[0], last[1]]).toEqual([2, 2, 5]);
    expect(bench.decisions.of('anna').map(({ nas: name }) => name)).toEqual(['one', 'two', 'one']);
    expect(dropped(bench)).toEqual({ 'two ma-wrong': 1, 'unknown unknown-nas-identifier': 1 });
    expect(bench.log.lines).toContainEqual(
      expect.objectContaining({
        fields: expect.objectContaining({ hint: expect.stringMatching(/which is "three"$/) }),
      }),
    );
  });
});

describe('retransmissions', () => {
  it('IW-16: get the same octets again, and only those', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const { octets } = papRequest('anna', 'correct horse');

    const first = await nas.exchange(octets, bench.auth);
    const second = await nas.exchange(octets, bench.auth);

    expect(second).toEqual(first);
    expect(bench.decisions.of('anna').length).toBe(1);
  });

  it('are a new request with another authenticator, from another port, or after ten seconds', async () => {
    const clock = new ManualClock();
    await using bench = await startServer([login('anna')], { clock });
    await using nas = await TestNas.open();
    await using otherPort = await TestNas.open();
    const { octets } = papRequest('anna', 'correct horse');
    const classes = new Set<string>();
    const keep = (reply: Buffer) => classes.add(reply.toString('hex'));

    keep(await nas.exchange(octets, bench.auth));
    keep(await otherPort.exchange(octets, bench.auth));
    clock.advance(10_001);
    keep(await nas.exchange(octets, bench.auth));
    keep(
      await nas.exchange(papRequest('anna', 'correct horse', { authenticator: authenticatorOf(1) }).octets, bench.auth),
    );

    expect(classes.size).toBe(4);
    expect(bench.decisions.of('anna').length).toBe(4);
  });

  it('cannot be disturbed by forgeries of the same Identifier', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const good = papRequest('anna', 'correct horse');
    const forged = papRequest('anna', 'x', { key: otherKey, authenticator: authenticatorOf(9) });

    const first = await nas.exchange(good.octets, bench.auth);
    nas.send(forged.octets, bench.auth);
    const again = await nas.exchange(good.octets, bench.auth);

    expect(again).toEqual(first);
  });
});

describe('a flood of hostile packets', () => {
  it('IS-33: is told once in ten seconds for each reason, with the number', async () => {
    const clock = new ManualClock();
    await using bench = await startServer([login('anna')], { clock });
    await using nas = await TestNas.open();
    const { octets } = papRequest('anna', 'correct horse', { key: otherKey });

    for (let time = 0; time < 5; time += 1) await nas.isIgnored(octets, bench.auth);
    clock.advance(10_000);
    await nas.isIgnored(octets, bench.auth);

    expect(bench.log.lines.map(({ fields }) => fields['alsoDropped'])).toEqual([undefined, 4]);
    expect(JSON.stringify(bench.log.lines)).not.toContain('secret of thirty');
  });

  it('of any octets leaves the server serving', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const rejects = fc.sample(fc.uint8Array({ maxLength: 200 }), 300);
    const good = papRequest('anna', 'correct horse', { encoded: [encodeAttribute(26, Buffer.of(0, 0, 1, 55, 25, 0))] });

    for (const octets of rejects) nas.send(octets, bench.auth);
    for (let at = 0; at < good.octets.length; at += 1) {
      const turned = Buffer.from(good.octets);
      turned[at] = (turned[at] as number) ^ 0x41;
      nas.send(turned, bench.auth);
    }

    expect((await nas.exchange(good.octets, bench.auth))[0]).toBe(2);
  });

  it('of broken Vendor-Specific attributes in a signed login loses nothing of it', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const encoded = [Buffer.of(0, 0, 1, 55), Buffer.of(0, 0, 1, 55, 25, 0), Buffer.of(1)].map((value) =>
      encodeAttribute(26, value),
    );

    const reply = await nas.exchange(papRequest('anna', 'correct horse', { encoded }).octets, bench.auth);

    expect(reply[0]).toBe(2);
  });

  it('of Proxy-States that would not fit the reply gets silence', async () => {
    const attributes = [{ name: 'Filter-Id', value: 'x'.repeat(200) }];
    await using bench = await startServer([login('anna', { limits: { interimSeconds: 120, attributes } })]);
    await using nas = await TestNas.open();
    const encoded = new Array(15)
      .fill(encodeAttribute(33, Buffer.alloc(253)))
      .concat(encodeAttribute(33, Buffer.alloc(160)));

    expect(await nas.isIgnored(papRequest('anna', 'correct horse', { encoded }).octets, bench.auth)).toBe(true);
    expect(dropped(bench)).toEqual({ 'core-1 reply-too-long': 1 });
  });
});

describe('hostile names', () => {
  it.each(['"; /system reset', 'a\nb', '\u202egnp.anna', '__proto__', '💥'.repeat(60), 'x'.repeat(253)])(
    '%j is looked up and rejected as it stands',
    async (username) => {
      await using bench = await startServer([login('anna')]);
      await using nas = await TestNas.open();

      const reply = await nas.exchange(papRequest(username, 'x').octets, bench.auth);

      expect(reply[0]).toBe(3);
      expect(bench.decisions.of(username)).toMatchObject([{ reason: 'unknown-subscriber' }]);
    },
  );
});

describe('a port in use', () => {
  it('is an error that names it, and nothing stays bound', async () => {
    const taken = createSocket('udp4');
    taken.bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address();

    const started = startServer([], { listenAccounting: [{ host: '127.0.0.1', port }] });

    await expect(started).rejects.toMatchObject({
      code: 'LM_RADIUS_LISTEN',
      message: expect.stringContaining(`cannot listen on UDP 127.0.0.1 port ${port}`),
    });
    taken.close();
  });
});

describe('Status-Server', () => {
  it('is answered on both sockets with the code of each', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();
    const { octets } = request(12, {});

    expect((await nas.exchange(octets, bench.auth))[0]).toBe(2);
    expect((await nas.exchange(octets, bench.accounting))[0]).toBe(5);
  });

  it('is not answered for accounting while nothing can be stored', async () => {
    let available = false;
    await using bench = await startServer([], { accountingAvailable: () => available });
    await using nas = await TestNas.open();

    nas.send(request(12, { identifier: 1 }).octets, bench.accounting);
    const auth = await nas.exchange(request(12, { identifier: 2 }).octets, bench.auth);
    available = true;
    const accounting = await nas.exchange(request(12, { identifier: 3 }).octets, bench.accounting);

    expect([auth[1], accounting[1]]).toEqual([2, 3]);
  });
});
