import type { ConnectionOptions } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorise, authoriseProven } from '../../src/access/authorise.ts';
import { EapServer, type EapStep } from '../../src/eap/eap-server.ts';
import type { EapJudge } from '../../src/eap/method.ts';
import { eapCode, eapType, encodeEap } from '../../src/eap/packet.ts';
import { login, TestDirectory } from '../radius/support.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { Conversation, type Mutate, openTunnel, TunnelPeer } from './peer.ts';
import { ca, eapServer, fillRandom, settings } from './support.ts';

const directory = new TestDirectory([login('anna')]);
const judge: EapJudge = {
  verify: (username, credential) => authorise({ credential }, directory.login(username), 0),
  admit(username) {
    const found = directory.login(username);
    return found === undefined ? { verdict: 'reject', reason: 'unknown-subscriber' } : authoriseProven(found, {}, 0);
  },
  mark: (username) => directory.login(username)?.password.reveal(),
};

const talkTo = (server: EapServer, more: object = {}): Conversation => new Conversation(server, { judge, ...more });
const reasonOf = (step: EapStep): string | undefined => (step.next === 'reject' ? step.reason : undefined);
/** Whatever an EAP-MD5 peer would answer. */
const md5Answer = Buffer.concat([Buffer.of(16), Buffer.alloc(16, 7)]);
const startTls = Buffer.of(0);

describe('an EAP server that nothing is declared for', () => {
  it('rejects with a reason of its own, and an EAP-Failure', async () => {
    using server = new EapServer({ clock: new ManualClock(), random: fillRandom });

    const step = await talkTo(server).identity('anna');

    expect(step).toMatchObject({ next: 'reject', reason: 'eap-off', eap: Buffer.of(eapCode.failure, 1, 0, 4) });
  });
});

describe('a conversation', () => {
  it('begins with a question for the identity when the NAS has not asked it', async () => {
    using server = eapServer(settings({ methods: ['md5'] }));
    const talk = talkTo(server);

    const question = await talk.send(Buffer.alloc(0));
    const challenge = await talk.identity('anna');

    expect(question).toMatchObject({
      next: 'challenge',
      eap: Buffer.of(1, talk.identifier - 1, 0, 5, eapType.identity),
    });
    expect(challenge.eap[4]).toBe(eapType.md5);
  });

  it.each([
    ['another State', { state: Buffer.alloc(16) }],
    ['no State', { state: undefined }],
    ['another NAS', { source: '192.0.2.9' }],
    ['another Identifier', { identifier: 99 }],
  ])('is not found with %s', async (_, { state, source = '192.0.2.1', identifier }: Other) => {
    using server = eapServer(settings({ methods: ['md5'] }));
    const talk = talkTo(server);
    const first = (await talk.identity('anna')) as EapStep & { readonly next: 'challenge' };

    const eap = encodeEap({ code: 2, identifier: identifier ?? talk.identifier, type: eapType.md5, data: md5Answer });
    const given = state ?? (identifier === undefined && source === '192.0.2.1' ? undefined : first.state);
    const step = await server.answer({ eap, source, judge, ...(given === undefined ? {} : { state: given }) });

    expect(step).toMatchObject({ next: 'reject', reason: 'eap-session' });
  });

  it('answers the same again with the same octets, and takes no others for the same State', async () => {
    using server = eapServer();
    const talk = talkTo(server);
    const first = (await talk.identity('anna')) as EapStep & { readonly next: 'challenge' };
    const { state } = first;
    const ask = (data: Buffer): Promise<EapStep> =>
      server.answer({
        eap: encodeEap({ code: 2, identifier: first.eap[1] ?? 0, type: eapType.nak, data }),
        state,
        source: '192.0.2.1',
        judge,
      });

    const [once, again] = [await ask(Buffer.of(eapType.md5)), await ask(Buffer.of(eapType.md5))];
    const other = await ask(Buffer.of(eapType.mschapv2));

    expect(again).toBe(once);
    expect(once.eap[4]).toBe(eapType.md5);
    expect(reasonOf(other)).toBe('eap-session');
  });

  it('is over after a minute of silence', async () => {
    const clock = new ManualClock();
    using server = new EapServer({ clock, random: fillRandom });
    server.use(settings({ methods: ['md5'] }));
    const [quick, slow] = [talkTo(server), talkTo(server)];
    await quick.identity('anna');
    await slow.identity('anna');

    clock.advance(59_999);
    expect(reasonOf(await quick.respond(eapType.md5, md5Answer))).toBe('wrong-password');
    clock.advance(1);
    expect(reasonOf(await slow.respond(eapType.md5, md5Answer))).toBe('eap-session');
  });

  it('gives way, the longest silent first, when there are too many half open', async () => {
    using server = new EapServer({ clock: new ManualClock(), random: fillRandom, most: 50 });
    server.use(settings({ methods: ['peap'] }));
    const hello = await clientHello();
    const talks = Array.from({ length: 1000 }, () => talkTo(server));
    for (let from = 0; from < talks.length; from += 50) {
      const batch = talks.slice(from, from + 50);
      for (const talk of batch) await talk.identity('anna');
      await Promise.all(batch.map((talk) => talk.respond(eapType.peap, hello)));
    }

    const [older, newest] = [talks[949], talks[999]];

    expect(server.size).toBe(50);
    expect(reasonOf((await older?.respond(eapType.peap, startTls)) as EapStep)).toBe('eap-session');
    expect(reasonOf((await newest?.respond(eapType.peap, startTls)) as EapStep)).not.toBe('eap-session');
  });

  it('does not go on without end', async () => {
    using server = eapServer(settings({ methods: ['ttls'] }));
    const talk = talkTo(server);
    await talk.identity('anna');
    let step = talk.step as EapStep;
    let rounds = 0;
    for (; step.next === 'challenge' && rounds < 300; rounds += 1) {
      step = await talk.respond(eapType.ttls, Buffer.of(0x40, 1));
    }

    expect([reasonOf(step), rounds]).toEqual(['eap-aborted', 200]);
  });

  it('takes no fragments beyond what any handshake has', async () => {
    using server = eapServer(settings({ methods: ['ttls'] }));
    const talk = talkTo(server);
    await talk.identity('anna');

    const step = await talk.respond(eapType.ttls, Buffer.from([0xc0, 0x7f, 0xff, 0xff, 0xff, 1]));

    expect(reasonOf(step)).toBe('eap-malformed');
  });

  it.each([1400, 1024, 500, 60])('sends no packet that is longer than a link of %i octets takes', async (framedMtu) => {
    using server = eapServer(settings({ methods: ['peap'] }));
    const hello = await clientHello();
    const identity = encodeEap({ code: 2, identifier: 1, type: eapType.identity, data: Buffer.from('anna') });
    const ask = { source: '192.0.2.1', judge, framedMtu };
    const first = (await server.answer({ ...ask, eap: identity })) as EapStep & { readonly next: 'challenge' };

    const eap = encodeEap({ code: 2, identifier: first.eap[1] ?? 0, type: eapType.peap, data: hello });
    const step = await server.answer({ ...ask, eap, state: first.state });

    expect(step.eap.length).toBeLessThanOrEqual(Math.max(100, Math.min(1020, framedMtu - 4)));
  });
});

interface Other {
  readonly state?: Buffer | undefined;
  readonly source?: string;
  readonly identifier?: number;
}

describe('a session of TLS 1.3', () => {
  it('is resumed by a peer that says its old session id as TLS 1.2 did', async () => {
    using server = eapServer(settings({ methods: ['tls'] }));
    const device = ca.issue({ commonName: 'anna' });
    const options = { cert: device.certificate, key: device.key, minVersion: 'TLSv1.3' } as const;

    const first = await throughTls(server, eapType.tls, options);
    const second = await throughTls(server, eapType.tls, { ...options, ...first.resumable });

    expect([first.step.next, second.step.next]).toEqual(['accept', 'accept']);
    expect([first.reused, second.reused]).toEqual([false, true]);
    expect(second.step).toMatchObject({ username: 'anna', method: 'eap-tls' });
  });
});

/** A whole conversation, or as much of it as is TLS. */
async function throughTls(server: EapServer, type: number, options: ConnectionOptions, mutate?: Mutate) {
  const talk = talkTo(server, mutate === undefined ? {} : { mutate });
  await talk.identity('anonymous');
  const { tls, step } = await openTunnel(talk, type, options);
  await using peer = tls;
  let last = step;
  for (let round = 0; round < 10 && last.next === 'challenge'; round += 1) {
    await peer.feed(peer.read(last.eap).body);
    last = await talk.respond(type, Buffer.concat([startTls, peer.takeOutput()]));
  }
  const { session } = peer;
  return { step: last, reused: peer.reused, resumable: session === undefined ? {} : { session } };
}

/** What follows the type: a ClientHello. */
async function clientHello(): Promise<Buffer> {
  await using peer = new TunnelPeer({});
  await peer.feed(Buffer.alloc(0));
  return Buffer.concat([startTls, peer.takeOutput()]);
}

describe('an EAP server', () => {
  it('answers whatever octets come at whatever round: none throws, none is left waiting', async () => {
    using server = eapServer();
    const octets = fc.uint8Array({ maxLength: 80 }).map((each) => Buffer.from(each));
    const typed = fc.tuple(fc.constantFrom(1, 3, 4, 13, 21, 25, 26, 33, 254), octets);

    await fc.assert(
      fc.asyncProperty(fc.array(typed, { minLength: 1, maxLength: 8 }), octets, async (answers, raw) => {
        const talk = talkTo(server);
        await talk.identity('anna');
        for (const [type, data] of answers) if (talk.step?.next === 'challenge') await talk.respond(type, data);
        const last = await talk.send(raw);
        expect(['challenge', 'reject']).toContain(last.next);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['peap', eapType.peap],
    ['ttls', eapType.ttls],
    ['tls', eapType.tls],
  ] as const)('lets nobody in by %s whose octets were changed on the way, at any round', async (method, type) => {
    using server = eapServer(settings({ methods: [method] }));
    const device = ca.issue({ commonName: 'anna' });

    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 5 }),
        fc.nat(2000),
        fc.integer({ min: 1, max: 255 }),
        async (at, where, bits) => {
          let changed = false;
          const flip = (response: Buffer, round: number): Buffer => {
            // Behind the headers of EAP and of the first record, which may say any version.
            if (round !== at || response.length <= 11) return response;
            changed = true;
            const index = 11 + (where % (response.length - 11));
            return response.map((octet, each) => (each === index ? octet ^ bits : octet)) as Buffer;
          };
          const options = { cert: device.certificate, key: device.key };

          const { step } = await throughTls(server, type, options, flip);

          expect(['challenge', 'reject', 'accept']).toContain(step.next);
          expect(changed && step.next === 'accept').toBe(false);
        },
      ),
      { numRuns: 40 },
    );
  });
});
