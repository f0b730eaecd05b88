import { randomBytes, scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chapResponse } from '../../src/access/credentials/verify-credential.ts';
import { Secret } from '../../src/base/secret.ts';
import { eapCode, eapType, encodeEap } from '../../src/eap/packet.ts';
import type { AccessHelpers } from '../../src/radius/access-handler.ts';
import { encodeNamed } from '../../src/radius/dictionary/encode-named.ts';
import { encodeAttribute, listAttributes } from '../../src/radius/packet/attributes.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { eapServer, settings } from '../eap/support.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type Bench, coreNas, login, papRequest, request, startServer, TestNas } from './support.ts';

const station = (value: string) => ({ name: 'Calling-Station-Id', value });
const home = station('AA:BB:CC:00:00:01');
const thief = station('66:66:66:66:66:66');

let identifier = 0;
/** An identifier and authenticator that no request before had. */
function fresh() {
  identifier = (identifier + 1) % 250;
  return { identifier, authenticator: randomBytes(16) };
}

function chapRequest(username: string, password: string) {
  const ids = fresh();
  const response = Buffer.concat([Buffer.of(7), chapResponse(7, password, ids.authenticator)]);
  const encoded = [encodeNamed({ name: 'User-Name', value: username }), encodeAttribute(3, response)];
  return request(1, { ...ids, encoded, attributes: [thief] });
}

/** How often `why` would say this. */
function rejected(bench: Bench, reason: string): number {
  const samples = bench.server.counters.samples().filter(({ metric }) => metric === 'rejected');
  return samples.filter(({ detail }) => detail === reason).reduce((sum, { value }) => sum + value, 0);
}

describe('somebody who guesses the password of one account', () => {
  it('has it looked at once in a second, whichever way he shows it, while the user still logs in', async () => {
    const clock = new ManualClock();
    await using bench = await startServer([login('anna')], { clock });
    await using nas = await TestNas.open();
    const ask = (octets: Buffer) => nas.exchange(octets, bench.auth);
    const logIn = (from: typeof home) =>
      ask(papRequest('anna', 'correct horse', { ...fresh(), attributes: [from] }).octets);
    const codes = [(await logIn(home))[0]];

    for (let second = 0; second < 30; second += 1) {
      for (let time = 0; time < 5; time += 1) {
        await ask(papRequest('anna', `guess ${second} ${time}`, { ...fresh(), attributes: [thief] }).octets);
        await ask(chapRequest('anna', `guess ${second} ${time}`).octets);
      }
      codes.push((await logIn(home))[0]);
      clock.advance(1000);
    }

    expect(codes).toEqual(new Array(31).fill(2));
    expect(rejected(bench, 'wrong-password')).toBe(5 + 29);
    expect(rejected(bench, 'too-many-guesses')).toBe(300 - 34);
  });

  it('does not learn that he has guessed right at last', async () => {
    await using bench = await startServer([login('anna')], { clock: new ManualClock() });
    await using nas = await TestNas.open();
    for (let time = 0; time < 5; time += 1) {
      await nas.exchange(papRequest('anna', `guess ${time}`, { ...fresh(), attributes: [thief] }).octets, bench.auth);
    }

    const right = papRequest('anna', 'correct horse', { ...fresh(), attributes: [thief] });
    const reply = await nas.exchange(right.octets, bench.auth);

    expect(reply[0]).toBe(3);
    expect(listAttributes(reply, 20, reply.length).map(({ value }) => Buffer.from(value).toString())).toContain(
      'Too many wrong passwords: try again in a minute',
    );
    expect(bench.decisions.of('anna').at(-1)).toMatchObject({ verdict: 'reject', reason: 'too-many-guesses' });
  });

  it('is held up at another NAS as well, and the user is not at his own', async () => {
    const other = {
      ...coreNas,
      name: 'cafe',
      clientAddress: '127.0.0.5',
      secret: new Secret('another secret of a NAS'),
    };
    await using bench = await startServer([login('anna')], { clock: new ManualClock() });
    bench.directory.nasList = [coreNas, other];
    await using own = await TestNas.open();
    await using cafe = await TestNas.open('127.0.0.5');
    const key = sharedKey('another secret of a NAS');
    const login1 = () =>
      own.exchange(papRequest('anna', 'correct horse', { ...fresh(), attributes: [home] }).octets, bench.auth);
    await login1();
    for (let time = 0; time < 9; time += 1) {
      await cafe.exchange(papRequest('anna', 'x', { ...fresh(), key, attributes: [thief] }).octets, bench.auth);
    }

    const replaced = papRequest('anna', 'correct horse', { ...fresh(), attributes: [station('AA:BB:CC:00:00:99')] });

    expect((await own.exchange(replaced.octets, bench.auth))[0]).toBe(2);
    expect(rejected(bench, 'too-many-guesses')).toBe(4);
  });
});

describe('a password of which only a slow hash is kept', () => {
  const salt = Buffer.from('salt of this test');
  const base64 = (octets: Buffer) => octets.toString('base64').replace(/=+$/, '');
  const key = scryptSync('correct horse', salt, 32, { cost: 1024 });
  const passwordHash = new Secret(`$scrypt$ln=10,r=8,p=1$${base64(salt)}$${base64(key)}`);
  const codesOf = async (bench: Bench, passwords: readonly string[]) => {
    await using nas = await TestNas.open();
    for (const [at, password] of passwords.entries()) {
      const from = station(`02:00:00:00:00:${at.toString(16).padStart(2, '0')}`);
      nas.send(papRequest('anna', password, { ...fresh(), attributes: [from] }).octets, bench.auth);
    }
    const codes: (number | undefined)[] = [];
    for (const _ of passwords) codes.push((await nas.next())[0]);
    return codes;
  };

  it('is compared with five guesses that come at once, and with no more', async () => {
    await using bench = await startServer([login('anna', { passwordHash })], { clock: new ManualClock() });

    const guesses = Array.from({ length: 20 }, (_, at) => `guess ${at}`);

    expect(await codesOf(bench, guesses)).toEqual(new Array(20).fill(3));
    expect([rejected(bench, 'wrong-password'), rejected(bench, 'too-many-guesses')]).toEqual([5, 15]);
  });

  it('lets in as many as come at once with the right one', async () => {
    await using bench = await startServer([login('anna', { passwordHash })], { clock: new ManualClock() });

    expect(await codesOf(bench, new Array(20).fill('correct horse'))).toEqual(new Array(20).fill(2));
  });
});

describe('many who log in by one account at once', () => {
  const shared = async (bench: Bench, passwords: readonly string[]) => {
    await using nas = await TestNas.open();
    for (const [at, password] of passwords.entries()) {
      const from = station(`02:00:00:00:00:${at.toString(16).padStart(2, '0')}`);
      nas.send(papRequest('lobby', password, { ...fresh(), attributes: [from] }).octets, bench.auth);
    }
    const codes: (number | undefined)[] = [];
    for (const _ of passwords) codes.push((await nas.next())[0]);
    return codes;
  };
  const program = (right: string): AccessHelpers => ({
    authority: () => ({
      asks: 'unknown',
      async ask({ password }) {
        await new Promise(setImmediate);
        if (Buffer.from(password ?? '').toString() !== right) return { verdict: 'reject', reason: 'refused-elsewhere' };
        return { verdict: 'accept', sawPassword: true, grants: () => ({ interimSeconds: 600, attributes: [] }) };
      },
    }),
  });

  it('are let in by the program that knows it, as many as they are', async () => {
    await using bench = await startServer([], { clock: new ManualClock(), access: program('open sesame') });

    expect(await shared(bench, new Array(40).fill('open sesame'))).toEqual(new Array(40).fill(2));
  });

  it('are not asked about without end when they guess', async () => {
    await using bench = await startServer([], { clock: new ManualClock(), access: program('open sesame') });

    const codes = await shared(
      bench,
      Array.from({ length: 40 }, (_, at) => `guess ${at}`),
    );

    expect(codes).toEqual(new Array(40).fill(3));
    expect([rejected(bench, 'refused-elsewhere'), rejected(bench, 'too-many-guesses')]).toEqual([5, 35]);
  });
});

describe('an account that somebody guesses at when we have just started', () => {
  it('is free to whoever was online before, and to its declared devices', async () => {
    const online = { username: 'anna', nas: 'core-1', callingStationId: 'AA:BB:CC:00:00:01' };
    const access = { online: () => [online] };
    await using bench = await startServer([login('anna')], { clock: new ManualClock(), access });
    bench.directory.devices.set(
      'AA:BB:CC:00:00:02',
      login('AA:BB:CC:00:00:02', { subscriber: login('anna').subscriber }),
    );
    await using nas = await TestNas.open();
    const ask = async (password: string, from: string) => {
      const attributes = [station(from)];
      return (await nas.exchange(papRequest('anna', password, { ...fresh(), attributes }).octets, bench.auth))[0];
    };

    for (let time = 0; time < 9; time += 1) await ask(`guess ${time}`, '66:66:66:66:66:66');

    expect(await ask('correct horse', '66:66:66:66:66:66')).toBe(3);
    expect(await ask('correct horse', 'AA:BB:CC:00:00:01')).toBe(2);
    expect(await ask('correct horse', 'aa-bb-cc-00-00-02')).toBe(2);
  });
});

describe('guesses inside of EAP', () => {
  it('count like the others', async () => {
    const eap = eapServer(settings({ methods: ['md5'] }));
    await using bench = await startServer([login('anna')], { clock: new ManualClock(), access: { eap } });
    await using nas = await TestNas.open();
    const send = (octets: Buffer, more: readonly Uint8Array[] = []) => {
      const encoded = [encodeNamed({ name: 'User-Name', value: 'anna' }), encodeAttribute(79, octets), ...more];
      return nas.exchange(request(1, { ...fresh(), encoded, attributes: [thief] }).octets, bench.auth);
    };
    const attributesOf = (reply: Buffer, type: number) =>
      listAttributes(reply, 20, reply.length).find((each) => each.type === type)?.value ?? new Uint8Array();

    for (let time = 0; time < 8; time += 1) {
      const identity = encodeEap({
        code: eapCode.response,
        identifier: 1,
        type: eapType.identity,
        data: Buffer.from('anna'),
      });
      const challenge = await send(identity);
      const asked = attributesOf(challenge, 79);
      const guess = chapResponse(asked[1] as number, `guess ${time}`, asked.subarray(6, 22));
      const data = Buffer.concat([Buffer.of(16), guess]);
      const response = encodeEap({ code: 2, identifier: asked[1] as number, type: eapType.md5, data });
      await send(response, [encodeAttribute(24, attributesOf(challenge, 24))]);
    }

    expect([rejected(bench, 'wrong-password'), rejected(bench, 'too-many-guesses')]).toEqual([5, 3]);
  });
});

describe('a device that its NAS asks about by itself', () => {
  it('is no guess, however often it comes', async () => {
    await using bench = await startServer([], { clock: new ManualClock() });
    await using nas = await TestNas.open();
    const mac = '66:66:66:66:66:66';

    for (let time = 0; time < 30; time += 1) {
      await nas.exchange(papRequest(mac, mac, { ...fresh(), attributes: [station(mac)] }).octets, bench.auth);
    }

    expect(rejected(bench, 'unknown-subscriber')).toBe(30);
  });
});
