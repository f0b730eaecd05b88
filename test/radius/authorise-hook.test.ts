import { describe, expect, it } from 'vitest';
import type { AuthorityQuestion } from '../../src/access/authority.ts';
import { HttpAuthority, type HttpAuthorityOptions } from '../../src/authority/http-authority.ts';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { LoginLimits } from '../../src/directory/reader.ts';
import type { AuthorizeHook } from '../../src/model/kinds/operator.ts';
import { describeAttributes } from '../../src/radius/dictionary/describe.ts';
import { encodeNamed } from '../../src/radius/dictionary/encode-named.ts';
import { listAttributes } from '../../src/radius/packet/attributes.ts';
import { endInClass } from '../../src/radius/reply/class-attribute.ts';
import { json, type Program, startProgram } from '../support/program.ts';
import { login, papRequest, request, startServer, TestNas, testKey, testLog } from './support.ts';

const guests: LoginLimits = { interimSeconds: 300, attributes: [] };

function authorityOf(program: Pick<Program, 'url'>, more: Partial<AuthorizeHook> = {}) {
  const hook: AuthorizeHook = {
    url: program.url,
    asks: 'unknown',
    sendPassword: false,
    timeoutMs: 120_000,
    cacheMs: 0,
    whenDown: 'silent',
    ...more,
  };
  const log = testLog();
  const options: HttpAuthorityOptions<LoginLimits> = { hook, clock: systemClock, log, guests };
  return { authority: new HttpAuthority<LoginLimits>(options), log };
}

async function labWith(program: Pick<Program, 'url'>, more: Partial<AuthorizeHook> = {}, logins = [login('anna')]) {
  const { authority, log } = authorityOf(program, more);
  const bench = await startServer(logins, { access: { authority: () => authority } });
  const nas = await TestNas.open();
  let identifier = 0;
  return {
    bench,
    nas,
    /** Of the next request: none is taken for another's retransmission. */
    nextIdentifier: () => (identifier += 1),
    log,
    authority,
    async [Symbol.asyncDispose]() {
      await nas[Symbol.asyncDispose]();
      await bench[Symbol.asyncDispose]();
      await authority[Symbol.asyncDispose]();
    },
  };
}

const words = (packet: Buffer): string[] =>
  describeAttributes(packet, 20, packet.length)
    .map(({ name, value }) => `${name}=${value}`)
    .filter((word) => !/^(Class|Message-Authenticator)/.test(word));

/** An Access-Request of its own each time. */
const ask = (lab: { nextIdentifier(): number }, username: string, password: string) =>
  papRequest(username, password, { identifier: lab.nextIdentifier() });

describe('a login of somebody whom no declaration knows, where a program is asked', () => {
  it('IW-20, IW-21: gets what the program answers', async () => {
    await using program = await startProgram(json(200, { bandwidth: '2M/10M', remaining_time: 3600 }));
    await using lab = await labWith(program, { sendPassword: true, secret: new Secret('between us') });

    const reply = await lab.nas.exchange(ask(lab, 'zoe', 'her password').octets, lab.bench.auth);

    expect(reply[0]).toBe(2);
    expect(words(reply)).toEqual(['Mikrotik-Rate-Limit=2M/10M', 'Acct-Interim-Interval=300', 'Session-Timeout=3600']);
    expect(program.asked.map(({ body }) => body)).toEqual([
      { username: 'zoe', nas: 'core-1', password: 'her password' },
    ]);
    expect(program.asked[0]?.headers.authorization).toBe('Bearer between us');
    expect(lab.bench.decisions.of('zoe')).toMatchObject([{ verdict: 'accept', method: 'hook' }]);
  });

  it('is let in by a password that the program tells, which never reaches why', async () => {
    await using program = await startProgram(json(200, { password: 'her password' }));
    await using lab = await labWith(program);

    const right = await lab.nas.exchange(ask(lab, 'zoe', 'her password').octets, lab.bench.auth);
    const wrong = await lab.nas.exchange(ask(lab, 'zoe', 'another').octets, lab.bench.auth);

    expect([right[0], wrong[0]]).toEqual([2, 3]);
    expect(program.asked[0]?.body).not.toHaveProperty('password');
    expect(JSON.stringify(lab.bench.decisions.of('zoe'))).not.toContain('her password');
  });

  it('is not let in by a yes to the name alone', async () => {
    await using program = await startProgram(json(200, {}));
    await using lab = await labWith(program);

    const reply = await lab.nas.exchange(ask(lab, 'zoe', 'whatever').octets, lab.bench.auth);

    expect(reply[0]).toBe(3);
    expect(lab.bench.decisions.of('zoe')).toMatchObject([{ verdict: 'reject', reason: 'method-not-possible' }]);
  });

  it('is let in as a device that its DHCP server vouches for', async () => {
    await using program = await startProgram(json(200, { bandwidth: '1M/1M' }));
    await using lab = await labWith(program);
    const mac = '02:00:00:00:00:07';
    const attributes = [
      encodeNamed({ name: 'User-Name', value: mac }),
      encodeNamed({ name: 'Calling-Station-Id', value: `1:2:0:0:0:0:7` }),
      encodeNamed({ name: 'NAS-Port-Type', value: 'Ethernet' }),
    ];

    const reply = await lab.nas.exchange(request(1, { encoded: attributes }).octets, lab.bench.auth);

    expect(reply[0]).toBe(2);
  });

  it.each([
    [401, 'wrong-password'],
    [403, 'refused-elsewhere'],
    [404, 'unknown-subscriber'],
  ])('IW-20: is rejected when the program answers %i', async (status, reason) => {
    await using program = await startProgram(json(status, {}));
    await using lab = await labWith(program, { sendPassword: true });

    const reply = await lab.nas.exchange(ask(lab, 'zoe', 'x').octets, lab.bench.auth);

    expect(reply[0]).toBe(3);
    expect(lab.bench.decisions.of('zoe')).toMatchObject([{ verdict: 'reject', reason }]);
  });

  it('costs one question, however often its router asks again meanwhile', async () => {
    const waiting: (() => void)[] = [];
    await using program = await startProgram((response) => waiting.push(() => json(200, {})(response)));
    await using lab = await labWith(program, { sendPassword: true });
    const { octets } = ask(lab, 'zoe', 'her password');

    lab.nas.send(octets, lab.bench.auth);
    await expect.poll(() => waiting.length).toBe(1);
    lab.nas.send(octets, lab.bench.auth);
    await lab.nas.exchange(ask(lab, 'anna', 'correct horse').octets, lab.bench.auth);
    for (const answer of waiting) answer();

    expect((await lab.nas.next())[0]).toBe(2);
    expect(program.asked).toHaveLength(1);
  });
});

describe('guesses while a program is still asked', () => {
  it('are no more at a time than are free; the others wait, and whoever is let in was none', async () => {
    const waiting: (() => void)[] = [];
    await using program = await startProgram((response) => waiting.push(() => json(200, {})(response)));
    await using lab = await labWith(program, { sendPassword: true });
    const accepted = () => lab.bench.decisions.of('zoe').filter(({ verdict }) => verdict === 'accept').length;

    for (let time = 0; time < 20; time += 1) lab.nas.send(ask(lab, 'zoe', `guess ${time}`).octets, lab.bench.auth);
    for (let asked = 5; asked <= 20; asked += 5) {
      await expect.poll(() => [program.asked.length, waiting.length]).toEqual([asked, 5]);
      for (const answer of waiting.splice(0)) answer();
    }
    await expect.poll(accepted).toBe(5);

    for (let time = 0; time < 20; time += 1) expect((await lab.nas.next())[0]).toBe(2);
  });
});

describe('a login of a declared subscriber, where a program is asked about all', () => {
  it('IW-21: has the rate of the answer, and the sooner of the two ends', async () => {
    await using program = await startProgram(json(200, { bandwidth: '1M/2M', remaining_time: 60 }));
    const limits = { ...login('anna').limits, sessionTimeoutSeconds: 3600 };
    await using lab = await labWith(program, { asks: 'all' }, [login('anna', { limits })]);

    const reply = await lab.nas.exchange(ask(lab, 'anna', 'correct horse').octets, lab.bench.auth);

    expect(words(reply)).toContain('Mikrotik-Rate-Limit=1M/2M');
    expect(words(reply)).toContain('Session-Timeout=60');
    const given = listAttributes(reply, 20, reply.length).find(({ type }) => type === 25)?.value ?? new Uint8Array();
    const end = endInClass(given, 'anna', testKey) ?? 0;
    expect(Math.abs(end - Date.now() - 60_000)).toBeLessThan(30_000);
    expect(given.length).toBeLessThanOrEqual(64);
  });

  it('is not asked about a wrong password, and can be refused with the right one', async () => {
    await using program = await startProgram(json(403, {}));
    await using lab = await labWith(program, { asks: 'all' });

    const wrong = await lab.nas.exchange(ask(lab, 'anna', 'wrong').octets, lab.bench.auth);
    const askedOfWrong = program.asked.length;
    const right = await lab.nas.exchange(ask(lab, 'anna', 'correct horse').octets, lab.bench.auth);

    expect([wrong[0], askedOfWrong, right[0], program.asked.length]).toEqual([3, 0, 3, 1]);
  });
});

describe('a program that fails', () => {
  it.each([
    ['500', json(500, {})],
    ['garbage', json(200, '<html>')],
    ['a redirect', json(302, {})],
    ['a huge body', json(200, ' '.repeat(1 << 20))],
    ['a connection that breaks', (response: { destroy(): void }) => response.destroy()],
  ] as const)('IW-20: by %s costs a login its answer, so that its router asks another server', async (_how, answer) => {
    await using program = await startProgram(answer as never);
    await using lab = await labWith(program, { sendPassword: true });

    const asked = ask(lab, 'zoe', 'her password').octets;

    lab.nas.send(asked, lab.bench.auth);
    await expect.poll(() => lab.authority.trouble).toBeDefined();
    expect(lab.bench.server.counters.samples()).toContainEqual(
      expect.objectContaining({ metric: 'dropped', detail: 'cannot-decide' }),
    );
    expect(lab.log.lines.map(({ level }) => level)).toEqual(['warn']);
    expect(JSON.stringify(lab.log.lines)).not.toContain('her password');
    expect(lab.bench.decisions.of('zoe')).toMatchObject([
      { verdict: 'silent', method: 'pap', reason: 'cannot-decide' },
    ]);
  });

  it('IW-20: by silence is waited for no longer than declared', async () => {
    await using program = await startProgram(() => undefined);
    await using lab = await labWith(program, { timeoutMs: 50, whenDown: 'reject' });

    const reply = await lab.nas.exchange(ask(lab, 'zoe', 'x').octets, lab.bench.auth);

    expect(reply[0]).toBe(3);
    expect(lab.authority.trouble).toBe('does not answer within 50 ms');
    expect(lab.bench.decisions.of('zoe')).toMatchObject([{ reason: 'authority-down' }]);
  });

  it('IW-20: is stood in for by what it said before, where that is declared', async () => {
    let works = true;
    await using program = await startProgram((response) => json(works ? 200 : 500, { bandwidth: '3M/3M' })(response));
    await using lab = await labWith(program, { sendPassword: true, whenDown: 'cached' });
    await lab.nas.exchange(ask(lab, 'zoe', 'her password').octets, lab.bench.auth);

    works = false;
    const again = await lab.nas.exchange(ask(lab, 'zoe', 'her password').octets, lab.bench.auth);

    expect(words(again)).toContain('Mikrotik-Rate-Limit=3M/3M');
    // Another password is another question, and nobody can answer it.
    lab.nas.send(ask(lab, 'zoe', 'another').octets, lab.bench.auth);
    await expect
      .poll(() => lab.bench.server.counters.samples())
      .toContainEqual({ metric: 'dropped', nas: 'core-1', detail: 'cannot-decide', socket: 'auth', value: 1 });
    expect(lab.authority.counts().get('stale')).toBe(1);
  });

  it('is left alone for a moment after five failures', async () => {
    await using program = await startProgram(json(500, {}));
    await using lab = await labWith(program, { whenDown: 'reject' });

    for (let n = 0; n < 20; n += 1) await lab.nas.exchange(ask(lab, `user-${n}`, 'x').octets, lab.bench.auth);

    expect(program.asked).toHaveLength(6);
    expect(lab.authority.counts().get('spared')).toBe(14);
  });
});

describe('an accept that holds for a while', () => {
  it('IW-20: is not asked for again, and is as much shorter', async () => {
    await using program = await startProgram(json(200, { remaining_time: 3600 }));
    await using lab = await labWith(program, { sendPassword: true, cacheMs: 60_000 });
    await lab.nas.exchange(ask(lab, 'zoe', 'her password').octets, lab.bench.auth);

    const again = await lab.nas.exchange(ask(lab, 'zoe', 'her password').octets, lab.bench.auth);

    expect(again[0]).toBe(2);
    expect(program.asked).toHaveLength(1);
    expect(lab.authority.counts().get('cached')).toBe(1);
  });

  it('IW-20: is no accept of another password', async () => {
    await using program = await startProgram((response, { body }) =>
      json(body['password'] === 'her password' ? 200 : 401, {})(response),
    );
    await using lab = await labWith(program, { sendPassword: true, cacheMs: 60_000 });

    const right = await lab.nas.exchange(ask(lab, 'zoe', 'her password').octets, lab.bench.auth);
    const wrong = await lab.nas.exchange(ask(lab, 'zoe', 'another').octets, lab.bench.auth);

    expect([right[0], wrong[0]]).toEqual([2, 3]);
    expect(lab.authority.counts().get('cached')).toBeUndefined();
  });

  it.each([
    ['by another name', { username: 'yan' }],
    ['through another NAS', { nas: 'core-2' }],
    ['by another way', { door: 'pppoe' }],
    ['from another device', { callingStationId: '02:00:00:00:00:08' }],
    ['at another place', { calledStationId: 'lobby' }],
  ] as const)('IW-20: is asked for again %s', async (_how, otherwise) => {
    await using program = await startProgram(json(200, {}));
    const { authority } = authorityOf(program, { cacheMs: 60_000 });
    await using _authority = authority;
    const question: AuthorityQuestion = {
      ...{ username: 'zoe', nas: 'core-1', door: 'hotspot' },
      ...{ callingStationId: '02:00:00:00:00:07', calledStationId: 'cafe' },
    };

    for (const each of [question, question, { ...question, ...otherwise }]) await authority.ask(each);

    expect(program.asked).toHaveLength(2);
    expect(authority.counts().get('cached')).toBe(1);
  });
});
