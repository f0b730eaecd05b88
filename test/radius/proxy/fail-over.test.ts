import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/model/kinds/radius.ts';
import { encodeAttribute } from '../../../src/radius/packet/attributes.ts';
import { appendEncoded, finishReply, replyWriter, startReply } from '../../../src/radius/packet/reply.ts';
import { sharedKey } from '../../../src/radius/packet/shared-key.ts';
import type { HomeServer } from '../../../src/radius/proxy/home-server.ts';
import { freeUdpPort } from '../../support/free-ports.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { login, papRequest } from '../support.ts';
import { homeSecret, placeOf, startHome, startLab, startMute } from './proxy-lab.ts';

const key = sharedKey(homeSecret);
const zoe = login('zoe@partner.example');
const ask = (identifier: number, encoded: readonly Uint8Array[] = []) =>
  papRequest('zoe@partner.example', 'correct horse', { identifier, encoded }).octets;

function reply(code: number, to: Buffer, attributes: readonly Uint8Array[] = []): Buffer {
  const writer = replyWriter();
  startReply(writer, code, to);
  for (const each of attributes) appendEncoded(writer, each);
  return finishReply(writer, key) as Buffer;
}

/** Where nobody listens. */
async function closedPort(): Promise<Endpoint> {
  return { host: '127.0.0.1', port: await freeUdpPort() };
}

describe('a home server that does not answer', () => {
  it('costs the first login its time-out, and the next nothing', async () => {
    await using mute = await startMute();
    await using home = await startHome([zoe]);
    const clock = new ManualClock();
    const homes = [{ auth: mute.at }, placeOf(home)];
    await using lab = await startLab({ homes, clock, server: { statusServer: false } });

    lab.nas.send(ask(1), lab.bench.auth);
    await mute.next();
    clock.advance(2_000);
    const first = await lab.nas.next();
    const second = await lab.nas.exchange(ask(2), lab.bench.auth);

    expect([first[0], second[0]]).toEqual([2, 2]);
    expect(mute.received).toHaveLength(1);
    expect(lab.homes.map(({ auth }) => auth.health)).toEqual(['zombie', 'alive']);
    expect(lab.log.lines.map(({ fields, message }) => [fields['server'], message])).toEqual([
      ['home-1', 'home server does not answer'],
    ]);
  });

  it('is passed over at once where nobody listens', async () => {
    await using home = await startHome([zoe]);
    await using lab = await startLab({ homes: [{ auth: await closedPort() }, placeOf(home)] });

    const answer = await lab.nas.exchange(ask(1), lab.bench.auth);

    expect(answer[0]).toBe(2);
    expect(lab.homes[0]?.auth.health).toBe('zombie');
  });

  it('may still answer while another is asked', async () => {
    await using slow = await startMute();
    await using mute = await startMute();
    const clock = new ManualClock();
    await using lab = await startLab({ homes: [{ auth: slow.at }, { auth: mute.at }], clock });

    lab.nas.send(ask(1), lab.bench.auth);
    const late = await slow.next();
    clock.advance(2_000);
    await mute.next();
    slow.reply(reply(2, late));

    expect((await lab.nas.next())[0]).toBe(2);
    expect(lab.homes[0]?.auth.health).toBe('alive');
  });

  it('and has no other beside it costs a login its answer, at once when it is dead', async () => {
    const clock = new ManualClock();
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }], clock, server: { statusServer: false } });

    lab.nas.send(ask(1), lab.bench.auth);
    await mute.next();
    clock.advance(2_000);
    await expect.poll(() => lab.bench.server.findings()).toMatchObject([{ reason: 'home-server-down' }]);
    clock.advance(20_000);
    const health = lab.homes[0]?.auth.health;
    lab.nas.send(ask(2), lab.bench.auth);
    await expect.poll(() => lab.bench.server.findings()).toMatchObject([{ reason: 'home-server-down', count: 2 }]);

    expect([health, mute.received.length]).toEqual(['dead', 1]);
  });

  it('is asked by Status-Server whether it is back', async () => {
    const clock = new ManualClock();
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }], clock });

    lab.nas.send(ask(1), lab.bench.auth);
    await mute.next();
    clock.advance(2_000);
    const probe = await mute.next();
    clock.advance(2_000);
    await new Promise(setImmediate);
    clock.advance(5_000);
    const again = await mute.next();
    const dead = lab.homes[0]?.auth.health;
    mute.reply(reply(2, again));
    await expect.poll(() => lab.homes[0]?.auth.health).toBe('alive');

    expect([probe[0], again[0], dead]).toEqual([12, 12, 'zombie']);
    expect(again.subarray(4, 20).equals(probe.subarray(4, 20))).toBe(false);
    await expect.poll(() => lab.log.lines.at(-1)?.message).toBe('home server answers again');
  });
});

describe('a conversation of several rounds', () => {
  it('stays with the home server that began it', async () => {
    await using first = await startMute();
    await using second = await startMute();
    const clock = new ManualClock();
    await using lab = await startLab({ homes: [{ auth: first.at }, { auth: second.at }], clock });
    const state = encodeAttribute(24, Buffer.from('round one'));

    lab.nas.send(ask(1), lab.bench.auth);
    await first.next();
    clock.advance(2_000);
    second.reply(reply(11, await second.next(), [state]));
    const challenge = await lab.nas.next();
    first.reply(reply(2, await first.next()));
    await expect.poll(() => lab.homes[0]?.auth.health).toBe('alive');
    lab.nas.send(ask(2, [state]), lab.bench.auth);
    second.reply(reply(2, await second.next()));
    const accept = await lab.nas.next();
    lab.nas.send(ask(3), lab.bench.auth);
    first.reply(reply(3, await first.next()));
    const another = await lab.nas.next();

    expect([challenge[0], accept[0], another[0]]).toEqual([11, 2, 3]);
  });
});

describe('very many logins at once', () => {
  it('take another socket for each 256 that wait', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }] });
    const server = lab.homes[0]?.auth as HomeServer;
    const events = { reply: () => undefined, refused: () => undefined };
    const one = Buffer.alloc(20);
    const attempts = await Promise.all(
      Array.from({ length: 600 }, () =>
        server.attempt((identifier) => ({ octets: one, identifier, authenticator: one.subarray(4) }), events),
      ),
    );

    const open = attempts.filter((attempt) => attempt !== undefined);
    for (const attempt of open) attempt.release();

    expect(open).toHaveLength(600);
    expect(server.counts.get('full')).toBeUndefined();
  });
});
