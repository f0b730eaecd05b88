import { randomBytes, randomFillSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import { Daemon, type Listeners } from '../../src/daemon/daemon.ts';
import { parseEndpoint } from '../../src/daemon/listeners.ts';
import type { Endpoint } from '../../src/model/kinds/radius.ts';
import { describeAttributes } from '../../src/radius/dictionary/describe.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { randomPool } from '../../src/radius/random-pool.ts';
import { UdpRequester } from '../../src/radius/udp-requester.ts';
import { FolderSource } from '../../src/source/folder-source.ts';
import { papRequest } from '../radius/support.ts';
import { TempFolder } from '../support/temp-folder.ts';

const sharedSecret = 'a shared secret of thirty-two ch';
const key = sharedKey(sharedSecret);
/** LASTMILE_RELOAD_SUBSCRIBERS=100000 for as many as are promised: that takes a minute or two. */
const lists = 8;
const perList = Math.ceil(Number(process.env['LASTMILE_RELOAD_SUBSCRIBERS'] ?? 10_000) / lists);
/** Logins that wait for their answer at any time. */
const askers = 24;
const loopback: Endpoint = { host: '127.0.0.1', port: 0 };

const base = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: demo}
spec:
  radius: {}
---
# It waits so long that nothing is dropped for its age, however busy the machine is.
apiVersion: lastmile/v1
kind: Router
metadata: {name: bras}
spec:
  address: 127.0.0.1
  radius: {secret: ${sharedSecret}, timeout: 60s}
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

/** The body of an answer of the admin API. */
function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      answer.on('end', () => resolve(body));
    });
    outgoing.on('error', reject).end();
  });
}

async function declare(dir: string, service: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'base.yaml'), base);
  for (let list = 0; list < lists; list += 1) await writeFile(join(dir, `l${list}.yaml`), listOf(list, service));
}

interface Serving extends AsyncDisposable {
  readonly daemon: Daemon;
  readonly server: Endpoint;
  /** What got no answer, by reason. */
  dropped(): Promise<readonly string[]>;
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
  return {
    daemon,
    server: parseEndpoint(listeners?.auth[0] ?? '') ?? loopback,
    async dropped() {
      const text = await get(listeners?.adminSocket ?? '', '/metrics');
      return text.match(/^lastmile_radius_events\{event="dropped".*$/gm) ?? [];
    },
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  };
}

/** A NAS with one login under way at a time. */
class Asker implements AsyncDisposable {
  readonly #requester: UdpRequester;
  readonly #server: Endpoint;
  #identifier = 0;

  private constructor(requester: UdpRequester, server: Endpoint) {
    this.#requester = requester;
    this.#server = server;
  }

  static async open(server: Endpoint): Promise<Asker> {
    const tools = { clock: systemClock, random: randomPool((octets) => void randomFillSync(octets)) };
    return new Asker(await UdpRequester.open(loopback, tools), server);
  }

  /** What somebody gets with the password that he has with one of the services, else `reject`. Sent once: what is dropped is `silence`. */
  async ask(at: number, service: string, patienceMs = 120_000): Promise<string> {
    const [username, identifier] = [`u${at}`, this.#identifier];
    this.#identifier = (identifier + 1) % 256;
    const request = papRequest(username, `${service}-${username}`, { key, identifier, authenticator: randomBytes(16) });
    const question = { request, to: this.#server, key, codes: [2, 3] };
    const answer = await this.#requester.ask(question, { initialMs: patienceMs, mostMs: patienceMs, sends: 1 });
    if (answer === undefined) return 'silence';
    if (answer.packet[0] === 3) return 'reject';
    const attributes = describeAttributes(answer.packet, 20, answer.packet.length);
    return String(attributes.find(({ name }) => name === 'Mikrotik-Rate-Limit')?.value);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#requester[Symbol.asyncDispose]();
  }
}

describe('a commit that changes every subscriber', () => {
  it('is answered through: each login is the old one or the new one, and none is left without an answer', async () => {
    await using root = await TempFolder.make();
    const dir = join(root.path, 'declared');
    await declare(dir, 'slow');
    await using serving = await serve(root.path);
    await using one = await Asker.open(serving.server);
    const all: Asker[] = [];
    for (let at = 0; at < askers; at += 1) all.push(await Asker.open(serving.server));
    // Until what is declared first has been applied.
    while ((await one.ask(lists * perList - 1, 'slow', 500)) !== '5M/20M');
    const droppedBefore = await serving.dropped();
    let over = false;
    const answers: string[] = [];
    const asking = all.map(async (asker, number) => {
      for (let at = number * 101; !over; at += 397) answers.push(await asker.ask(at % (lists * perList), 'slow'));
    });

    await declare(dir, 'fast');
    await serving.daemon.refresh();
    for (const at of [0, 1, lists * perList - 1]) while ((await one.ask(at, 'fast')) !== '8M/80M');
    over = true;
    await Promise.all(asking);
    await Promise.all(all.map((asker) => asker[Symbol.asyncDispose]()));

    // With the password of before he gets what he had before, or is refused.
    expect(answers.filter((each) => !['5M/20M', 'reject'].includes(each))).toEqual([]);
    expect(answers.filter((each) => each === '5M/20M').length).toBeGreaterThan(askers);
    expect(await serving.dropped()).toEqual(droppedBefore);
  });
});
