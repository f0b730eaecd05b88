import { describe, expect, it } from 'vitest';
import { chapResponse } from '../../../src/access/credentials/verify-credential.ts';
import { encodeNamed } from '../../../src/radius/dictionary/encode-named.ts';
import { encodeAttribute, listAttributes } from '../../../src/radius/packet/attributes.ts';
import { sharedKey } from '../../../src/radius/packet/shared-key.ts';
import { learnedSigning } from '../../../src/radius/signing/learned-signing.ts';
import {
  type Bench,
  coreNas,
  login,
  papRequest,
  type RequestOptions,
  request,
  startServer,
  TestNas,
} from '../support.ts';

const learning = { ...coreNas, messageAuthenticator: 'learn' } as const;

async function lab(more: object = {}, nasList: Bench['directory']['nasList'] = [learning]) {
  const bench = await startServer([login('anna')], more);
  bench.directory.nasList = nasList;
  const nas = await TestNas.open();
  let identifier = 0;
  const octets = (signed: boolean, password: string, options: RequestOptions = {}) => {
    identifier = (identifier + 1) % 200;
    return papRequest('anna', password, { identifier, messageAuthenticator: signed, ...options }).octets;
  };
  return {
    bench,
    /** The code of the answer. */
    ask: async (signed: boolean, password = 'correct horse', options: RequestOptions = {}) =>
      (await nas.exchange(octets(signed, password, options), bench.auth))[0],
    exchange: (octets: Uint8Array) => nas.exchange(octets, bench.auth),
    reply: (signed: boolean) => nas.exchange(octets(signed, 'correct horse'), bench.auth),
    isIgnored: (signed: boolean, options: RequestOptions = {}) =>
      nas.isIgnored(octets(signed, 'correct horse', options), bench.auth),
    async [Symbol.asyncDispose]() {
      await nas[Symbol.asyncDispose]();
      await bench[Symbol.asyncDispose]();
    },
  };
}

const counted = (bench: Bench, wanted: string): number =>
  bench.server.counters.samples().find(({ metric }) => metric === wanted)?.value ?? 0;

describe('a NAS that is declared messageAuthenticator: learn', () => {
  it('is held to signatures from the first it shows', async () => {
    await using here = await lab();

    expect(await here.ask(true)).toBe(2);
    expect(await here.isIgnored(false)).toBe(true);
    expect(here.bench.server.findings()[0]?.hint).toMatch(/core-1 has signed its requests until now.*forged/);
  });

  it('that signs nothing is let go on like that, once a password has proved its secret, and is named with the mend', async () => {
    await using here = await lab();

    expect([await here.ask(false), await here.ask(false), await here.ask(true), await here.ask(false)]).toEqual([
      2, 2, 2, 2,
    ]);
    expect(here.bench.server.findings()).toMatchObject([
      {
        nas: 'core-1',
        reason: 'unsigned',
        count: 2,
        hint: expect.stringContaining('declare messageAuthenticator: require'),
      },
    ]);
    expect(counted(here.bench, 'unsigned')).toBe(3);
  });

  it('cannot be made out not to sign by whoever does not know its secret', async () => {
    await using here = await lab();
    const forged = { key: sharedKey('not the secret at all') };

    const codes = [
      await here.ask(false, 'correct horse', forged),
      await here.ask(false, 'wrong'),
      await here.ask(true),
    ];

    expect(codes).toEqual([3, 3, 2]);
    expect(await here.isIgnored(false)).toBe(true);
  });

  it('cannot be made out not to sign by a subscriber with CHAP, which needs no secret', async () => {
    await using here = await lab();
    const key = sharedKey('not the secret at all');
    const authenticator = Buffer.alloc(16, 5);
    const chap = Buffer.concat([Buffer.of(7), chapResponse(7, 'correct horse', authenticator)]);
    const encoded = [encodeNamed({ name: 'User-Name', value: 'anna' }), encodeAttribute(3, chap)];

    const forged = request(1, { key, identifier: 201, authenticator, encoded, messageAuthenticator: false });

    expect((await here.exchange(forged.octets))[0]).toBe(2);
    expect(await here.ask(true)).toBe(2);
    expect(await here.isIgnored(false)).toBe(true);
  });

  it('learns nothing by EAP, which is always signed', async () => {
    await using here = await lab();
    const eap = { encoded: [encodeAttribute(79, Buffer.of(2, 1, 0, 4))] };
    await here.isIgnored(true, eap);

    expect(await here.ask(false)).toBe(2);
  });

  it('that is upgraded is held to signatures after a thousand in a row', async () => {
    await using here = await lab();
    await here.ask(false);

    for (let time = 0; time < 1000; time += 1)
      await here.ask(true, 'correct horse', { authenticator: Buffer.alloc(16, time % 256) });

    expect(await here.isIgnored(false)).toBe(true);
  });

  it('is as it was learned after a restart, but not at another address', async () => {
    const signing = learnedSigning();
    const first = await lab({ signing });
    await first.ask(true);
    await first[Symbol.asyncDispose]();

    await using second = await lab({ signing });
    const moved = { ...learning, clientAddress: '127.0.0.1', name: 'moved' };
    signing.keep({ ...moved, clientAddress: '127.0.0.9' }, 'require');
    await using third = await lab({ signing }, [moved]);

    expect(await second.isIgnored(false)).toBe(true);
    expect(await third.ask(false)).toBe(2);
  });

  it('is shown with what was learned of it, and nobody who is declared otherwise', async () => {
    const others = ['core-2', 'core-3'].map((name, at) => ({ ...learning, name, clientAddress: `127.0.0.${at + 2}` }));
    const strict = { ...coreNas, name: 'core-4', clientAddress: '127.0.0.9' };
    const signing = learnedSigning();
    signing.keep({ ...learning, name: 'core-2', clientAddress: '127.0.0.2' }, 'off');
    await using here = await lab({ signing }, [learning, ...others, strict]);
    const before = here.bench.server.signing();

    await here.ask(true);

    expect(before.map(({ learned }) => learned)).toEqual(['open', 'off', 'open']);
    expect(here.bench.server.signing()).toEqual([
      { nas: 'core-1', learned: 'require' },
      { nas: 'core-2', learned: 'off' },
      { nas: 'core-3', learned: 'open' },
    ]);
  });

  it('has unsigned requests with a Proxy-State dropped all the same', async () => {
    await using here = await lab();

    expect(await here.isIgnored(false, { encoded: [encodeAttribute(33, Buffer.from('x'))] })).toBe(true);
  });
});

describe('a NAS that is declared unsafe', () => {
  it('limitProxyState: unsafe-off may send Proxy-State unsigned', async () => {
    await using here = await lab({}, [{ ...coreNas, messageAuthenticator: 'off', limitProxyState: 'unsafe-off' }]);

    expect(await here.ask(false, 'correct horse', { encoded: [encodeAttribute(33, Buffer.from('x'))] })).toBe(2);
  });

  it('sendMessageAuthenticator: when-asked gets a signed answer only to a signed request', async () => {
    const nas = { ...coreNas, messageAuthenticator: 'off', sendMessageAuthenticator: 'when-asked' } as const;
    await using here = await lab({}, [nas]);
    const isSigned = (reply: Buffer) => listAttributes(reply, 20, reply.length).some(({ type }) => type === 80);

    expect([isSigned(await here.reply(true)), isSigned(await here.reply(false))]).toEqual([true, false]);
  });
});
