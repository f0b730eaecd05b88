import type { ConnectionOptions } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorise, authoriseProven } from '../../src/access/authorise.ts';
import { EapServer, type EapStep, type GivenUp } from '../../src/eap/eap-server.ts';
import type { EapJudge } from '../../src/eap/method.ts';
import { eapCode, eapType, encodeEap } from '../../src/eap/packet.ts';
import { resumptions } from '../../src/eap/resumptions.ts';
import { TlsEndpoint } from '../../src/eap/tls-endpoint.ts';
import { encodeAvp } from '../../src/eap/ttls-avps.ts';
import { login, TestDirectory } from '../radius/support.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { Conversation, type Mutate, openTunnel, TunnelPeer } from './peer.ts';
import { ca, eapServer, fillRandom, serverPair, settings } from './support.ts';

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
/** Of the EAP packet that is answered. */
const typeOf = (step: EapStep): number | undefined => (step.next === 'silent' ? undefined : step.eap[4]);
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
    expect(typeOf(challenge)).toBe(eapType.md5);
  });

  it.each([
    ['another State', { state: Buffer.alloc(16) }],
    ['no State', { state: undefined }],
    ['another NAS', { source: '192.0.2.9' }],
    ['another Identifier', { identifier: 99 }],
  ])('is not found with %s', async (_, { state, source = '192.0.2.1', identifier }: Other) => {
    using server = eapServer(settings({ methods: ['md5'] }));
    const talk = talkTo(server);
    const first = (await talk.identity('anna')) as Challenge;

    const eap = encodeEap({ code: 2, identifier: identifier ?? talk.identifier, type: eapType.md5, data: md5Answer });
    const given = state ?? (identifier === undefined && source === '192.0.2.1' ? undefined : first.state);
    const step = await server.answer({ eap, source, judge, ...(given === undefined ? {} : { state: given }) });

    expect(step).toMatchObject({ next: 'reject', reason: 'eap-session' });
  });

  it('answers the same again with the same octets, and takes no others for the same State', async () => {
    using server = eapServer();
    const talk = talkTo(server);
    const first = (await talk.identity('anna')) as Challenge;
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
    expect(typeOf(once)).toBe(eapType.md5);
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

  it('is told of then, once, with how far it came, and not when it had an end', async () => {
    const clock = new ManualClock();
    const told: GivenUp[] = [];
    using server = new EapServer({ clock, random: fillRandom, givenUp: (what) => void told.push(what) });
    server.use(settings({ methods: ['md5'] }));
    const [quick, slow] = [talkTo(server), talkTo(server)];
    await quick.identity('anna');
    await slow.identity('ben');
    await quick.respond(eapType.md5, md5Answer);

    clock.advance(59_999);
    server.sweep();
    const early = [...told];
    clock.advance(1);
    server.sweep();
    server.sweep();

    expect(early).toEqual([]);
    expect(told).toEqual([{ identity: 'ben', source: expect.any(String), method: 'eap-md5', rounds: 1 }]);
  });

  it('has one answer to a State: what comes while that is worked out is no part of it', async () => {
    using server = eapServer(settings({ methods: ['md5'] }));
    let checked = 0;
    const verify: EapJudge['verify'] = async () => {
      checked += 1;
      return { verdict: 'reject', reason: 'wrong-password' };
    };
    const talk = talkTo(server, { judge: { ...judge, verify } });
    const { state } = (await talk.identity('anna')) as Challenge;
    const guess = (octet: number): Promise<EapStep> => {
      const data = Buffer.concat([Buffer.of(16), Buffer.alloc(16, octet)]);
      const eap = encodeEap({ code: eapCode.response, identifier: talk.identifier, type: eapType.md5, data });
      return server.answer({ eap, state, source: '192.0.2.1', judge: { ...judge, verify } });
    };

    const steps = await Promise.all([1, 2, 3, 1].map(guess));

    expect(steps.map(reasonOf)).toEqual(['wrong-password', 'eap-session', 'eap-session', 'wrong-password']);
    expect(checked).toBe(1);
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
    const first = (await server.answer({ ...ask, eap: identity })) as Challenge;

    const eap = encodeEap({ code: 2, identifier: first.eap[1] ?? 0, type: eapType.peap, data: hello });
    const step = (await server.answer({ ...ask, eap, state: first.state })) as Challenge;

    expect(step.eap.length).toBeLessThanOrEqual(Math.max(100, Math.min(1020, framedMtu - 4)));
  });
});

/** A server that runs out of room soon. */
function smallServer(most: number, mostEngaged = most) {
  const clock = new ManualClock();
  const server = new EapServer({ clock, random: fillRandom, most, mostEngaged });
  server.use(settings({ methods: ['md5', 'peap'] }));
  return { clock, server, [Symbol.dispose]: () => server[Symbol.dispose]() };
}

describe('more conversations than there is room for', () => {
  const wantPeap = (talk: Conversation): Promise<EapStep> => talk.respond(eapType.nak, Buffer.of(eapType.peap));
  const crowd = (server: EapServer, size: number, source?: string): Conversation[] =>
    Array.from({ length: size }, () => talkTo(server, source === undefined ? {} : { source }));

  it('leave those that are under way alone: who finds no room is not answered, and comes again', async () => {
    using lab = smallServer(50);
    const talks = crowd(lab.server, 75);
    const [early, late] = [talks.slice(0, 50), talks.slice(50)];

    for (const talk of early) expect((await talk.identity('anna')).next).toBe('challenge');
    for (const talk of late) expect((await talk.identity('anna')).next).toBe('silent');
    for (const talk of early) expect(reasonOf(await talk.respond(eapType.md5, md5Answer))).toBe('wrong-password');
    for (const talk of late) expect((await talk.identity('anna')).next).toBe('challenge');
  });

  it('make way, the longest silent first, after some seconds', async () => {
    using lab = smallServer(50);
    const talks = crowd(lab.server, 50);
    for (const talk of talks) await talk.identity('anna');
    lab.clock.advance(5000);
    for (const talk of talks.slice(1)) await wantPeap(talk);
    const [next, another] = crowd(lab.server, 2);

    expect((await next?.identity('anna'))?.next).toBe('challenge');
    expect((await another?.identity('anna'))?.next).toBe('silent');
    expect(lab.server.size).toBe(50);
    expect(reasonOf((await talks[0]?.respond(eapType.md5, md5Answer)) as EapStep)).toBe('eap-session');
  });

  it('of one NAS push out nobody at another', async () => {
    using lab = smallServer(50);
    const [victim] = crowd(lab.server, 1, '192.0.2.9');
    await victim?.identity('anna');
    for (const talk of crowd(lab.server, 200)) await talk.identity('anna');
    const newcomers = crowd(lab.server, 20, '192.0.2.9');

    for (const talk of newcomers) expect((await talk.identity('anna')).next).toBe('challenge');
    for (const talk of crowd(lab.server, 200)) await talk.identity('anna');
    for (const talk of [victim, ...newcomers]) {
      expect(reasonOf((await talk?.respond(eapType.md5, md5Answer)) as EapStep)).toBe('wrong-password');
    }
  });

  it('of two NAS do not push out one another in turn', async () => {
    using lab = smallServer(50);
    const crowds = ['192.0.2.1', '192.0.2.2'].map((source) => crowd(lab.server, 200, source));
    const begun: Conversation[] = [];
    for (let at = 0; at < 200; at += 1) {
      for (const talks of crowds) {
        const talk = talks[at] as Conversation;
        if ((await talk.identity('anna')).next === 'challenge') begun.push(talk);
      }
    }

    expect(begun).toHaveLength(50);
    for (const talk of begun) expect(reasonOf(await talk.respond(eapType.md5, md5Answer))).toBe('wrong-password');
  });

  it('are fewer once TLS has begun, which costs memory', async () => {
    using lab = smallServer(50, 5);
    const hello = await clientHello();
    const talks = crowd(lab.server, 20);
    for (const talk of talks) {
      await talk.identity('anna');
      await wantPeap(talk);
    }

    const steps: string[] = [];
    for (const talk of talks) steps.push((await talk.respond(eapType.peap, hello)).next);
    const waits = talks[5] as Conversation;

    expect(steps).toEqual([...new Array(5).fill('challenge'), ...new Array(15).fill('silent')]);
    expect(reasonOf((await talks[0]?.respond(eapType.peap, Buffer.alloc(0))) as EapStep)).toBe('eap-malformed');
    expect((await waits.respond(eapType.peap, hello)).next).toBe('challenge');
  });
});

type Challenge = EapStep & { readonly next: 'challenge' };

interface Other {
  readonly state?: Buffer | undefined;
  readonly source?: string;
  readonly identifier?: number;
}

describe('a session that a peer resumes', () => {
  const device = ca.issue({ commonName: 'anna' });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is not taken for that of another whom it named first, with %s',
    async (version) => {
      const clock = new ManualClock();
      const endpoint = endpointOf(clock);
      const options = { minVersion: version, maxVersion: version } as const;
      const anna = await sessionOf(endpoint, options, 'anna', clock.now() + 60_000);
      const ben = await sessionOf(endpoint, options, 'ben', clock.now() + 60_000);
      await using named = new TunnelPeer({ ...options, session: anna });
      await using own = new TunnelPeer({ ...options, session: ben });
      await Promise.all([named, own].map((peer) => peer.feed(Buffer.alloc(0))));

      const tunnel = endpoint.tunnel(named.takeOutput(), () => true);
      await tunnel.feed(own.takeOutput());
      await own.feed(tunnel.takeOutput());
      await tunnel.feed(own.takeOutput());

      expect(own.reused).toBe(true);
      if (version === 'TLSv1.3') expect(tunnel.failure?.message).toContain('another session');
      else expect(tunnel.identity?.username).toBe('ben');
      tunnel.close();
    },
  );

  it('ends with the certificate that began it', async () => {
    const clock = new ManualClock(Date.UTC(2030, 0, 1));
    using server = eapServer(settings({ methods: ['tls'], sessionLifetimeSeconds: 86_400 }), clock);
    const brief = ca.issue({ commonName: 'anna', until: '300101060000Z' });
    const options = { cert: brief.certificate, key: brief.key, maxVersion: 'TLSv1.2' } as const;

    const first = await throughTls(server, eapType.tls, options);
    const again = await throughTls(server, eapType.tls, { ...options, ...first.resumable });
    clock.advance(7 * 3_600_000);
    const late = await throughTls(server, eapType.tls, { ...options, ...first.resumable });

    expect([first.reused, again.reused, late.reused]).toEqual([false, true, false]);
  });

  it('is of one method: with a password none is begun that a certificate is due for', async () => {
    using server = eapServer(settings({ methods: ['ttls', 'tls'] }));
    const talk = talkTo(server);
    await talk.identity('anonymous');
    const { tls } = await openTunnel(talk, eapType.ttls, { maxVersion: 'TLSv1.2' });
    await using peer = tls;
    const avps = [encodeAvp({ vendor: 0, code: 1, value: Buffer.from('anna') })];
    avps.push(encodeAvp({ vendor: 0, code: 2, value: Buffer.from('correct horse') }));
    const accepted = await talk.respond(eapType.ttls, Buffer.concat([startTls, await peer.say(Buffer.concat(avps))]));
    const { session = Buffer.alloc(0) } = peer;

    const other = talkTo(server);
    await other.identity('anonymous');
    await other.respond(eapType.nak, Buffer.of(eapType.tls));
    const { step, tls: second } = await openTunnel(other, eapType.tls, { maxVersion: 'TLSv1.2', session });
    await using stranger = second;

    expect(accepted).toMatchObject({ next: 'accept', username: 'anna', method: 'ttls-pap' });
    expect([stranger.reused, reasonOf(step)]).toEqual([false, 'eap-certificate']);
  });

  it('and any other conversation is told from many others at the same time', async () => {
    using server = eapServer(settings({ methods: ['tls'] }));
    const names = Array.from({ length: 60 }, (_, number) => `device-${number}`);
    for (const name of names) directory.logins.set(name, login(name));
    const options = names.map((commonName, number) => {
      const { certificate: cert, key } = ca.issue({ commonName });
      return { cert, key, maxVersion: number % 2 === 0 ? 'TLSv1.2' : 'TLSv1.3' } as const;
    });

    const first = await Promise.all(options.map((each) => throughTls(server, eapType.tls, each)));
    const again = await Promise.all(
      options.map((each, number) => throughTls(server, eapType.tls, { ...each, ...first[number]?.resumable })),
    );

    expect(first.map(({ step }) => step.next === 'accept' && step.username)).toEqual(names);
    expect(again.map(({ step }) => step.next === 'accept' && step.username)).toEqual(names);
    expect(again.every(({ reused }) => reused)).toBe(true);
  });

  it('is forgotten with the certificates that it was begun with', async () => {
    using server = eapServer(settings({ methods: ['tls'] }));
    const options = { cert: device.certificate, key: device.key };
    const first = await throughTls(server, eapType.tls, options);

    server.use(settings({ methods: ['tls'], clientRevoked: ca.revoke(device.certificate) }));
    const second = await throughTls(server, eapType.tls, { ...options, ...first.resumable });

    expect([first.step.next, second.reused, reasonOf(second.step)]).toEqual(['accept', false, 'eap-certificate']);
  });
});

describe('a tunnel', () => {
  it('is none the worse for another that ends half way', async () => {
    const endpoint = endpointOf(new ManualClock());
    await using first = new TunnelPeer({});
    await using second = new TunnelPeer({});
    const tunnels = [];
    for (const peer of [first, second]) {
      await peer.feed(Buffer.alloc(0));
      const hello = peer.takeOutput();
      const tunnel = endpoint.tunnel(hello, () => true);
      await tunnel.feed(hello);
      tunnels.push(tunnel);
    }

    tunnels[0]?.close();
    await second.feed(tunnels[1]?.takeOutput() ?? Buffer.alloc(0));
    await tunnels[1]?.feed(second.takeOutput());

    expect(tunnels.map((tunnel) => tunnel.isOpen)).toEqual([false, true]);
    tunnels[1]?.close();
  });
});

function endpointOf(clock: ManualClock): TlsEndpoint {
  const { certificate, key } = serverPair;
  const kept = { sessionLifetimeSeconds: 60, resumptions: resumptions(clock) };
  return TlsEndpoint.create({ certificate, key, ...kept, name: 'test', random: fillRandom });
}

/** A session that somebody has had at this endpoint. */
async function sessionOf(endpoint: TlsEndpoint, options: ConnectionOptions, username: string, until: number) {
  await using peer = new TunnelPeer(options);
  await peer.feed(Buffer.alloc(0));
  const hello = peer.takeOutput();
  const tunnel = endpoint.tunnel(hello, () => true);
  await tunnel.feed(hello);
  await peer.feed(tunnel.takeOutput());
  await tunnel.feed(peer.takeOutput());
  await peer.feed(tunnel.takeOutput());
  tunnel.remember({ username, method: 'test', mark: '', until });
  tunnel.close();
  return peer.session as Buffer;
}

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
      { numRuns: 1000 },
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

  it.each([
    ['peap', eapType.peap],
    ['ttls', eapType.ttls],
  ] as const)('takes whatever is said inside the tunnel of %s, and lets nobody in by it', async (method, type) => {
    using server = eapServer(settings({ methods: [method] }));
    const seeds = [
      Buffer.from([eapType.identity, ...Buffer.from('anna')]),
      Buffer.from([eapType.mschapv2, 2, 7, 0, 59, 49, ...Buffer.alloc(49), ...Buffer.from('anna')]),
      Buffer.from([eapType.mschapv2, 3]),
      Buffer.from('0201000b2180030002', 'hex'),
      Buffer.from('0201000b21800300020001', 'hex'),
      encodeAvp({ vendor: 0, code: 1, value: Buffer.from('anna') }),
      encodeAvp({ vendor: 0, code: 2, value: Buffer.alloc(16) }),
      encodeAvp({ vendor: 0, code: 79, value: Buffer.from('0201000901616e6e61', 'hex') }),
      encodeAvp({ vendor: 311, code: 25, value: Buffer.alloc(50) }),
    ];
    const octets = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((each) => Buffer.from(each));
    const piece = fc.oneof(fc.constantFrom(...seeds), octets);
    const said = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => Buffer.concat(pieces));

    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 5 }), async (words) => {
        const talk = talkTo(server);
        await talk.identity('anonymous');
        const { tls } = await openTunnel(talk, type);
        await using peer = tls;
        for (const word of words) {
          if (talk.step?.next !== 'challenge') break;
          await peer.feed(peer.read(talk.step.eap).body);
          await talk.respond(type, Buffer.concat([startTls, await peer.say(word)]));
        }

        expect(['challenge', 'reject']).toContain(talk.step?.next);
      }),
      { numRuns: 60 },
    );
  });
});
