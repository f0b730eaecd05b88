import { randomFillSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { systemClock } from '../../../src/base/system-clock.ts';
import { Daemon, type Listeners } from '../../../src/daemon/daemon.ts';
import { parseEndpoint } from '../../../src/daemon/listeners.ts';
import { DeclaredProxy } from '../../../src/daemon/logins/declared-proxy.ts';
import type { HomeServerSettings } from '../../../src/model/kinds/proxy-settings.ts';
import type { Endpoint } from '../../../src/model/kinds/radius.ts';
import type { Model } from '../../../src/model/model.ts';
import { encodeAttribute } from '../../../src/radius/packet/attributes.ts';
import { appendEncoded, finishReply, replyWriter, startReply } from '../../../src/radius/packet/reply.ts';
import { sharedKey } from '../../../src/radius/packet/shared-key.ts';
import { FolderSource } from '../../../src/source/folder-source.ts';
import { homeSecret, startMute } from '../../radius/proxy/proxy-lab.ts';
import { papRequest, secretText, startServer, TestDirectory, TestNas, testLog } from '../../radius/support.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const operator = { timezone: 'UTC', accounting: { interimSeconds: 300 } } as Model['operator'];
const ask = (identifier: number, encoded: readonly Uint8Array[] = []) =>
  papRequest('zoe@partner.example', 'x', { identifier, encoded }).octets;

function reply(code: number, to: Buffer, attributes: readonly Uint8Array[] = []): Buffer {
  const writer = replyWriter();
  startReply(writer, code, to);
  for (const each of attributes) appendEncoded(writer, each);
  return finishReply(writer, sharedKey(homeSecret)) as Buffer;
}

const homeAt = (name: string, { host, port }: Endpoint): HomeServerSettings => ({
  name,
  ...{ address: host, authPort: port, accountingPort: port, secret: new Secret(homeSecret) },
  ...{ statusServer: true, messageAuthenticator: 'require', timeoutMs: 20_000 },
});

/** A server that passes people of `partner.example` on to those of the home servers that are declared, in that order. */
async function serve() {
  const declared = new DeclaredProxy({
    directory: new TestDirectory([]),
    clock: systemClock,
    log: testLog(),
    random: (octets) => void randomFillSync(octets),
  });
  const bench = await startServer([], { access: { proxy: () => declared.current } });
  const nas = await TestNas.open();
  return {
    bench,
    nas,
    declare: (...homeServers: readonly HomeServerSettings[]) =>
      declared.use({
        operator,
        proxy: {
          homeServers,
          realms: [{ realm: 'partner.example', servers: homeServers.map(({ name }) => name), strip: false, allow: [] }],
        },
      }),
    async [Symbol.asyncDispose]() {
      await nas[Symbol.asyncDispose]();
      await declared[Symbol.asyncDispose]();
      await bench[Symbol.asyncDispose]();
    },
  };
}

describe('a commit while home servers are asked', () => {
  it('leaves a conversation with the home server that began it', async () => {
    await using first = await startMute();
    await using second = await startMute();
    await using lab = await serve();
    const [a, b] = [homeAt('first', first.at), homeAt('second', second.at)];
    const state = encodeAttribute(24, Buffer.from('round one'));

    lab.declare(a, b);
    lab.nas.send(ask(1), lab.bench.auth);
    first.reply(reply(11, await first.next(), [state]));
    const challenge = await lab.nas.next();
    lab.declare(b, a);
    lab.nas.send(ask(2, [state]), lab.bench.auth);
    first.reply(reply(2, await first.next()));
    const accept = await lab.nas.next();

    expect([challenge[0], accept[0], second.received.length]).toEqual([11, 2, 0]);
  });

  it('still passes on what a NAS sends again', async () => {
    await using home = await startMute();
    await using lab = await serve();

    lab.declare(homeAt('partner', home.at));
    lab.nas.send(ask(1), lab.bench.auth);
    const sent = await home.next();
    lab.declare(homeAt('partner', home.at));
    lab.nas.send(ask(1), lab.bench.auth);
    const again = await home.next();
    home.reply(reply(2, again));
    const accept = await lab.nas.next();

    expect(again).toEqual(sent);
    expect(accept[0]).toBe(2);
  });
});

describe('a daemon that stops while a home server is asked', () => {
  const loopback = { host: '127.0.0.1', port: 0 };
  const start = async (dir: string, home: Endpoint) => {
    const text = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: demo}
spec:
  radius:
    clients: [{name: bras, clientAddress: 127.0.0.1, profile: mikrotik, secret: "${secretText}"}]
    proxy:
      homeServers: [{name: partner, address: ${home.host}, authPort: ${home.port}, secret: "${homeSecret}", timeout: 30s}]
      realms: [{realm: partner.example, servers: [partner]}]
`;
    await mkdir(join(dir, 'declared'));
    await writeFile(join(dir, 'declared', 'operator.yaml'), text);
    let listeners: Listeners | undefined;
    let applied = (): void => undefined;
    const known = new Promise<void>((resolve) => {
      applied = resolve;
    });
    const daemon = await Daemon.start({
      source: new FolderSource(join(dir, 'declared')),
      stateDir: join(dir, 'state'),
      load: { env: {}, example: true },
      listen: { auth: loopback, accounting: loopback, admin: loopback },
      clock: systemClock,
      log: pino({ level: 'info' }, { write: (line: string) => line.includes('plan applied') && applied() }),
      random: Math.random,
      fillRandom: (octets) => void randomFillSync(octets),
      version: 'test',
      onInvalid: (_, issues) => expect(issues).toEqual([]),
      onListening: (bound) => {
        listeners = bound;
      },
    });
    await known;
    return { daemon, auth: parseEndpoint(listeners?.auth[0] ?? '') ?? loopback };
  };

  it('loses no login that the home server answers in time, nor one that comes meanwhile', async () => {
    await using folder = await TempFolder.make();
    await using home = await startMute();
    await using nas = await TestNas.open();
    const { daemon, auth } = await start(folder.path, home.at);

    nas.send(ask(1), auth);
    const first = await home.next();
    const stopped = daemon[Symbol.asyncDispose]();
    nas.send(ask(2), auth);
    const second = await home.next();
    home.reply(reply(2, first));
    home.reply(reply(3, second));
    const answers = [(await nas.next())[0], (await nas.next())[0]];
    await stopped;

    expect(answers).toEqual([2, 3]);
  });

  it('waits for no other longer than a moment', async () => {
    await using folder = await TempFolder.make();
    await using home = await startMute();
    await using nas = await TestNas.open();
    const { daemon, auth } = await start(folder.path, home.at);

    nas.send(ask(1), auth);
    await home.next();
    const began = systemClock.monotonic();
    await daemon[Symbol.asyncDispose]();

    expect(systemClock.monotonic() - began).toBeLessThan(20_000);
  });
});
