import { randomFillSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { Daemon, type Listeners } from '../../src/daemon/daemon.ts';
import { parseEndpoint } from '../../src/daemon/listeners.ts';
import { radiusLogin } from '../../src/radius/client.ts';
import { FolderSource } from '../../src/source/folder-source.ts';
import { TempFolder } from '../support/temp-folder.ts';

const sharedSecret = 'a shared secret of thirty-two ch';
const [lists, perList] = [8, 400];
const loopback = { host: '127.0.0.1', port: 0 };

const base = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: demo}
spec:
  radius:
    clients: [{name: bras, clientAddress: 127.0.0.1, profile: mikrotik, secret: ${sharedSecret}}]
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: slow}
spec: {access: [pppoe], rate: {down: 20M, up: 5M}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: fast}
spec: {access: [pppoe], rate: {down: 80M, up: 8M}}
`;

function listOf(list: number, service: string): string {
  const items = Array.from({ length: perList }, (_, at) => {
    const name = `u${list * perList + at}`;
    return `  - {name: ${name}, username: ${name}, password: ${service}-${name}}\n`;
  });
  return `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: l${list}}
defaults: {service: ${service}}
items:
${items.join('')}`;
}

async function declare(dir: string, service: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'base.yaml'), base);
  for (let list = 0; list < lists; list += 1) await writeFile(join(dir, `l${list}.yaml`), listOf(list, service));
}

interface Serving extends AsyncDisposable {
  readonly daemon: Daemon;
  /** What somebody gets with the password that he has with one of the services, else `reject`. */
  ask(at: number, service: string): Promise<string>;
}

async function serve(root: string): Promise<Serving> {
  let listeners: Listeners | undefined;
  const daemon = await Daemon.start({
    source: new FolderSource(join(root, 'declared')),
    stateDir: join(root, 'state'),
    load: { env: {}, example: true },
    listen: { auth: loopback, accounting: loopback, admin: loopback },
    clock: systemClock,
    log: pino({ level: 'silent' }),
    random: Math.random,
    fillRandom: (octets) => void randomFillSync(octets),
    version: 'test',
    onListening: (bound) => {
      listeners = bound;
    },
  });
  const server = parseEndpoint(listeners?.auth[0] ?? '') ?? loopback;
  return {
    daemon,
    async ask(at, service) {
      const options = { server, secret: new Secret(sharedSecret), clock: systemClock, random: randomFillSync };
      const username = `u${at}`;
      const answer = await radiusLogin(options, {
        username,
        password: new Secret(`${service}-${username}`),
        method: 'pap',
      });
      if (answer.result === 'silence') return 'silence';
      if (answer.code !== 'Access-Accept') return 'reject';
      return String(answer.attributes.find(({ name }) => name === 'Mikrotik-Rate-Limit')?.value);
    },
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
}

describe('a commit that changes every subscriber', () => {
  it('is answered through: each login is the old one or the new one, and none is left without an answer', async () => {
    await using root = await TempFolder.make();
    const dir = join(root.path, 'declared');
    await declare(dir, 'slow');
    await using serving = await serve(root.path);
    while ((await serving.ask(0, 'slow')) === 'silence');
    let over = false;
    const answers: string[] = [];
    const asking = (async () => {
      for (let at = 0; !over; at = (at + 397) % (lists * perList)) answers.push(await serving.ask(at, 'slow'));
    })();

    await declare(dir, 'fast');
    await serving.daemon.refresh();
    for (const at of [0, 1, lists * perList - 1]) while ((await serving.ask(at, 'fast')) !== '8M/80M');
    over = true;
    await asking;

    // With the password of before he gets what he had before, or is refused.
    expect(answers.filter((each) => !['5M/20M', 'reject'].includes(each))).toEqual([]);
    expect(answers.filter((each) => each === '5M/20M').length).toBeGreaterThan(10);
  }, 60_000);
});
