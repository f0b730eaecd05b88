import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Authority } from '../../src/access/authority.ts';
import { chapResponse } from '../../src/access/credentials/verify-credential.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { Login, LoginLimits } from '../../src/directory/reader.ts';
import { EapServer } from '../../src/eap/eap-server.ts';
import { eapCode, eapType, encodeEap } from '../../src/eap/packet.ts';
import { encodeNamed } from '../../src/radius/dictionary/encode-named.ts';
import { encodeAttribute, listAttributes } from '../../src/radius/packet/attributes.ts';
import { attribute, code, headerLength } from '../../src/radius/packet/codes.ts';
import { eapServer, fillRandom, settings } from '../eap/support.ts';
import { type Bench, login, request, startServer, TestNas } from './support.ts';

const { userName, state: stateType, eapMessage, replyMessage, messageAuthenticator, proxyState } = attribute;
const failure = (identifier: number): Buffer => Buffer.of(eapCode.failure, identifier, 0, 4);

/** Values of one type in a reply. */
function values(reply: Buffer, type: number): readonly Uint8Array[] {
  const all = listAttributes(reply, headerLength, reply.length);
  return all.filter((each) => each.type === type && each.vendor === undefined).map(({ value }) => value);
}

interface Asked {
  readonly eap: Uint8Array;
  readonly user?: string;
  readonly state?: Uint8Array | undefined;
  readonly more?: readonly Uint8Array[];
}

function eapRequest({ eap, user = 'anna', state, more = [] }: Asked) {
  const encoded = [
    encodeNamed({ name: 'User-Name', value: user }),
    encodeAttribute(eapMessage, eap),
    ...(state === undefined ? [] : [encodeAttribute(stateType, state)]),
    ...more,
  ];
  return request(1, { identifier: randomInt(256), authenticator: randomBytes(16), encoded });
}

const identityOf = (name: string, identifier = 1): Buffer =>
  encodeEap({ code: 2, identifier, type: eapType.identity, data: Buffer.from(name) });

interface Lab extends AsyncDisposable {
  readonly bench: Bench;
  readonly nas: TestNas;
  /** EAP-MD5 from the identity to the reply to the password. */
  logIn(identity: string, more?: Omit<Asked, 'eap' | 'state'>): Promise<Buffer>;
}

async function lab(logins: readonly Login[], access: object = {}): Promise<Lab> {
  const bench = await startServer(logins, { access: { eap: eapServer(settings({ methods: ['md5'] })), ...access } });
  const nas = await TestNas.open();
  return {
    bench,
    nas,
    async logIn(identity, more = {}) {
      const ask = { user: identity, ...more };
      const challenge = await nas.exchange(eapRequest({ ...ask, eap: identityOf(identity) }).octets, bench.auth);
      const { state, identifier, value } = challengeIn(challenge);
      const response = chapResponse(identifier, 'correct horse', value);
      const data = Buffer.concat([Buffer.of(16), response]);
      const eap = encodeEap({ code: 2, identifier, type: eapType.md5, data });
      return nas.exchange(eapRequest({ ...ask, eap, state }).octets, bench.auth);
    },
    async [Symbol.asyncDispose]() {
      await nas[Symbol.asyncDispose]();
      await bench[Symbol.asyncDispose]();
    },
  };
}

function challengeIn(reply: Buffer) {
  const [eap] = values(reply, eapMessage);
  const [state] = values(reply, stateType);
  if (reply[0] !== code.accessChallenge || eap === undefined) throw new Error(`no challenge: ${reply.toString('hex')}`);
  return { state, identifier: eap[1] as number, value: eap.subarray(6, 22) };
}

describe('a login by EAP for which there is no room', () => {
  it('gets no answer, so that its NAS asks again, and is counted', async () => {
    const eap = new EapServer({ clock: systemClock, random: fillRandom, most: 1 });
    eap.use(settings({ methods: ['md5'] }));
    await using here = await lab([login('anna'), login('ben')], { eap });
    const first = await here.nas.exchange(eapRequest({ eap: identityOf('anna') }).octets, here.bench.auth);
    here.nas.send(eapRequest({ user: 'ben', eap: identityOf('ben') }).octets, here.bench.auth);

    const { state, identifier } = challengeIn(first);
    const abort = encodeEap({ code: 2, identifier, type: eapType.nak, data: Buffer.of(0) });
    const next = await here.nas.exchange(eapRequest({ eap: abort, state }).octets, here.bench.auth);

    expect(values(next, eapMessage)).toEqual([failure(identifier)]);
    const dropped = here.bench.server.counters.samples().filter(({ metric }) => metric === 'dropped');
    expect(dropped).toMatchObject([{ detail: 'overload', value: 1 }]);
    expect(here.bench.decisions.of('ben')).toMatchObject([{ verdict: 'silent', method: 'eap', reason: 'overload' }]);
    expect((await here.logIn('ben'))[0]).toBe(code.accessAccept);
  });
});

describe('a NAS that passes EAP on', () => {
  it('is told no when EAP is not declared, by EAP itself and without a word beside it', async () => {
    await using server = await startServer([login('anna')]);
    await using nas = await TestNas.open();

    const reply = await nas.exchange(eapRequest({ eap: identityOf('anna', 7) }).octets, server.auth);

    expect(reply[0]).toBe(code.accessReject);
    expect(values(reply, eapMessage)).toEqual([failure(7)]);
    expect(values(reply, replyMessage)).toEqual([]);
    expect(server.decisions.of('anna')).toMatchObject([{ verdict: 'reject', reason: 'eap-off' }]);
  });

  it('gets a challenge with State, Proxy-State, and Message-Authenticator first', async () => {
    await using here = await lab([login('anna')]);
    const more = [encodeAttribute(proxyState, Buffer.from('one')), encodeAttribute(proxyState, Buffer.from('two'))];

    const reply = await here.nas.exchange(eapRequest({ eap: identityOf('anna'), more }).octets, here.bench.auth);

    expect([reply[0], reply[headerLength]]).toEqual([code.accessChallenge, messageAuthenticator]);
    expect(values(reply, stateType).map(({ length }) => length)).toEqual([16]);
    expect(values(reply, proxyState).map((each) => Buffer.from(each).toString())).toEqual(['one', 'two']);
  });

  it('gets the same octets again for the same packet, and the conversation goes on', async () => {
    await using here = await lab([login('anna')]);
    const { octets } = eapRequest({ eap: identityOf('anna') });

    const [first, again] = [
      await here.nas.exchange(octets, here.bench.auth),
      await here.nas.exchange(octets, here.bench.auth),
    ];

    expect(again).toEqual(first);
    expect((await here.logIn('anna'))[0]).toBe(code.accessAccept);
  });

  it('gets the declared username, limits and EAP-Success', async () => {
    await using here = await lab([login('anna')]);

    const reply = await here.logIn('anna');

    const [eap] = values(reply, eapMessage);
    expect([reply[0], eap?.[0]]).toEqual([code.accessAccept, eapCode.success]);
    expect(values(reply, userName).map((each) => Buffer.from(each).toString())).toEqual(['anna']);
    expect(here.bench.decisions.of('anna')).toMatchObject([{ verdict: 'accept', method: 'eap-md5' }]);
  });

  it('has EAP beside MS-CHAP decided by EAP', async () => {
    await using here = await lab([login('anna')]);
    const more = [encodeNamed({ name: 'MS-CHAP-Challenge', value: `0x${'00'.repeat(16)}` })];

    const reply = await here.nas.exchange(eapRequest({ eap: identityOf('anna'), more }).octets, here.bench.auth);

    expect(reply[0]).toBe(code.accessChallenge);
  });
});

describe('somebody who logs in by EAP', () => {
  it('is not let in under the username of somebody else for the NAS to count by', async () => {
    await using here = await lab([login('anna'), login('ben')]);

    const reply = await here.logIn('anna', { user: 'ben' });

    expect(reply[0]).toBe(code.accessReject);
    expect(here.bench.decisions.of('anna')).toMatchObject([{ reason: 'eap-identity' }]);
  });

  it.each([
    ['pppoe', 'Wireless-802.11', code.accessReject],
    ['wireless', 'Wireless-802.11', code.accessAccept],
    ['pppoe', 'Ethernet', code.accessAccept],
  ] as const)('with a service for %s at a port of the type %s gets code %i', async (access, port, expected) => {
    await using here = await lab([login('anna', { access: [access] })]);

    const reply = await here.logIn('anna', { more: [encodeNamed({ name: 'NAS-Port-Type', value: port })] });

    expect(reply[0]).toBe(expected);
  });

  it.each(['suspended', 'disabled'] as const)('is turned away when the account is %s', async (state) => {
    await using here = await lab([login('anna', { state })]);

    const reply = await here.logIn('anna');

    expect(reply[0]).toBe(code.accessReject);
    expect(here.bench.decisions.of('anna')).toMatchObject([{ reason: state }]);
  });

  it('is asked about at the program of the operator like everybody else', async () => {
    const asked: string[] = [];
    const authority: Authority<LoginLimits> = {
      asks: 'all',
      ask: async ({ username }) => {
        asked.push(username);
        return { verdict: 'reject', reason: 'refused-elsewhere' };
      },
    };
    await using here = await lab([login('anna')], { authority: () => authority });

    const reply = await here.logIn('anna');

    expect([reply[0], ...asked]).toEqual([code.accessReject, 'anna']);
    expect(values(reply, eapMessage)[0]?.[0]).toBe(eapCode.failure);
  });
});
