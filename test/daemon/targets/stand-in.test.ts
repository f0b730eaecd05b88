import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Level } from 'level';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { systemClock } from '../../../src/base/system-clock.ts';
import { Daemon, type Listeners } from '../../../src/daemon/daemon.ts';
import { parseEndpoint } from '../../../src/daemon/listeners.ts';
import type { Endpoint } from '../../../src/model/kinds/radius.ts';
import { radiusLogin } from '../../../src/radius/client.ts';
import { SourceError } from '../../../src/source/errors.ts';
import { keyOf } from '../../../src/store/layout.ts';
import { Store } from '../../../src/store/store.ts';
import { freeTcpPort, freeUdpPort } from '../../support/free-ports.ts';
import { KeptSource } from '../../support/kept-source.ts';
import { overSocket } from '../../support/over-socket.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const sharedSecret = 'a shared secret of thirty-two ch';
const env = { LASTMILE_SECRET_MASTER: 'a master key that nobody guesses', LASTMILE_SECRET_NAS: sharedSecret };
const loopback = { host: '127.0.0.1', port: 0 };
const canary = { anna: 'canary-anna-83', ben: 'canary-ben-91' };

const operator = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: demo}
spec:
  masterKey: {env: LASTMILE_SECRET_MASTER}
  radius:
    clients: [{name: bras, clientAddress: 127.0.0.1, profile: mikrotik, secret: {env: LASTMILE_SECRET_NAS}}]
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: slow}
spec: {access: [pppoe, hotspot], rate: {down: 20M, up: 5M}}
`;
const withoutMasterKey = operator.replace('  masterKey: {env: LASTMILE_SECRET_MASTER}\n', '');
const people = `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: people}
defaults: {service: slow}
items:
  - {name: anna, username: anna, password: ${canary.anna}}
  - {name: ben, username: ben, password: ${canary.ben}}
`;
const declared = { 'operator.yaml': operator, 'people.yaml': people };
const capped = `apiVersion: lastmile/v1
kind: Service
metadata: {name: capped}
spec: {access: [pppoe], quotas: [{name: fair, octets: 1G, period: month, then: {block: true}}]}
---
apiVersion: lastmile/v1
kind: Subscriber
metadata: {name: carl}
spec: {service: capped, username: carl, password: of-carl}
`;

interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly version?: string;
  /** Where RADIUS and the admin API listen is as declared. */
  readonly asDeclared?: true;
}

/** A daemon in this process, which may be waiting for its declarations yet. */
class Serving implements AsyncDisposable {
  readonly started: Promise<Daemon>;
  readonly #log: string[] = [];
  readonly #heard: Listeners[] = [];
  #tell: () => void = () => undefined;

  constructor(root: string, source: KeptSource, options: StartOptions = {}) {
    this.started = Daemon.start({
      source,
      stateDir: join(root, 'state'),
      load: { env: options.env ?? env },
      listen: options.asDeclared === true ? {} : { auth: loopback, accounting: loopback, admin: loopback },
      clock: systemClock,
      log: pino({ level: 'debug' }, { write: (line: string) => this.#note(line) }),
      random: Math.random,
      fillRandom: (octets) => void randomFillSync(octets),
      version: options.version ?? 'test',
      onListening: (listeners) => {
        this.#heard.push(listeners);
        this.#tell();
      },
    });
  }

  #note(line: string): void {
    this.#log.push(line);
    this.#tell();
  }

  get log(): string {
    return this.#log.join('');
  }

  /** Resolves when the log has this message, so many times. */
  async logged(message: string, times = 1): Promise<void> {
    while (this.log.split(`"msg":"${message}"`).length <= times) await this.#news();
  }

  /** Where it listens, as soon as it does. */
  async listeners(fits: (listeners: Listeners) => boolean = () => true): Promise<Listeners> {
    for (;;) {
      const last = this.#heard.at(-1);
      if (last !== undefined && fits(last)) return last;
      await this.#news();
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      const tell = this.#tell;
      this.#tell = () => {
        tell();
        resolve();
      };
    });
  }

  /** @param askedOnce no second time, for who is to hear nothing */
  async login(username: string, password: string, askedOnce = false): Promise<string> {
    const { auth } = await this.listeners(({ auth: bound }) => bound.length > 0);
    return loginAt(parseEndpoint(auth[0] ?? '') ?? loopback, username, password, askedOnce);
  }

  async readiness(): Promise<{ readonly status: number; readonly notes?: readonly string[] }> {
    const { admin } = await this.listeners();
    const answer = await fetch(`http://${admin}/readyz`);
    return { status: answer.status, ...((await answer.json()) as object) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const daemon = await this.started;
    await daemon[Symbol.asyncDispose]();
  }
}

async function loginAt(server: Endpoint, username: string, password: string, askedOnce: boolean): Promise<string> {
  const options = {
    ...{ server, secret: new Secret(sharedSecret), clock: systemClock, random: randomFillSync },
    ...(askedOnce ? { retry: { initialMs: 300, mostMs: 300, sends: 1 } } : {}),
  };
  const answer = await radiusLogin(options, { username, password: new Secret(password), method: 'pap' });
  return answer.result === 'silence' ? 'silence' : String(answer.code);
}

/** Serves declarations until the directory holds them and its secrets are kept, and ends. */
async function served(root: string, source: KeptSource, options: StartOptions = {}): Promise<void> {
  await using serving = new Serving(root, source, options);
  await serving.logged(keptForNext);
}

const keptForNext = 'what is served is kept for the next start';
const reading = /as it was applied last/;

describe('a restart while the declarations are still being read', () => {
  it('lets in who was let in before, and says by what', async () => {
    await using root = await TempFolder.make();
    const source = new KeptSource(declared);
    await served(root.path, source);
    const next = source.again().hold();
    await using serving = new Serving(root.path, next);

    const before = [await serving.login('anna', canary.anna), await serving.login('anna', 'guessed')];
    const unread = await serving.readiness();
    next.release();
    await serving.started;
    const after = await serving.login('anna', canary.anna);

    expect(before).toEqual(['Access-Accept', 'Access-Reject']);
    expect(unread).toMatchObject({ status: 200, ready: true, notes: [expect.stringMatching(reading)] });
    expect(after).toBe('Access-Accept');
    expect(await serving.readiness()).toEqual({ status: 200, ready: true, reasons: [] });
  });

  it('answers what is asked of the declarations once they are read', async () => {
    await using root = await TempFolder.make();
    const source = new KeptSource(declared);
    await served(root.path, source);
    const next = source.again().hold();
    await using serving = new Serving(root.path, next);
    const { adminSocket } = await serving.listeners(({ auth }) => auth.length > 0);
    const asked = overSocket(adminSocket, '/api/v1/drift');
    await serving.readiness();

    next.release();
    const answer = await asked;

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ open: [] });
  });

  it('lets in no longer who was suspended meanwhile, once they are read', async () => {
    await using root = await TempFolder.make();
    const source = new KeptSource(declared);
    await served(root.path, source);
    const next = source.again().hold();
    next.write({ ...declared, 'people.yaml': people.replace('name: ben,', 'name: ben, state: suspended,') });
    await using serving = new Serving(root.path, next);

    const before = await serving.login('ben', canary.ben);
    next.release();
    await serving.logged(keptForNext);

    expect(before).toBe('Access-Accept');
    expect(await serving.login('ben', canary.ben)).toBe('Access-Reject');
    expect(await serving.login('anna', canary.anna)).toBe('Access-Accept');
  });
});

describe('a restart without a source', () => {
  it('goes on with what was applied last, whoever asks', async () => {
    await using root = await TempFolder.make();
    const source = new KeptSource(declared);
    await served(root.path, source);
    const next = source.again().withoutPast().failing(new SourceError('the disk is gone'));
    await using serving = new Serving(root.path, next);

    await serving.started;

    expect(await serving.login('anna', canary.anna)).toBe('Access-Accept');
    expect(await serving.login('ben', canary.ben)).toBe('Access-Accept');
    expect(await serving.login('nobody', 'x')).toBe('Access-Reject');
  });
});

describe('a restart on declarations that are invalid', () => {
  it('goes on with what was applied last, and names what is wrong', async () => {
    await using root = await TempFolder.make();
    const source = new KeptSource(declared);
    await served(root.path, source);
    const next = source.again();
    next.write({ ...declared, 'people.yaml': 'kind: [' });
    await using serving = new Serving(root.path, next);

    await serving.started;

    expect(await serving.login('anna', canary.anna)).toBe('Access-Accept');
    expect(serving.log).toContain('revision refused');
    expect(await serving.readiness()).toEqual({ status: 200, ready: true, reasons: [] });
  });
});

describe('what was applied last', () => {
  it.each([
    ['by another version', { version: 'other' }],
    ['under another master key', { env: { ...env, LASTMILE_SECRET_MASTER: 'another master key, as good as it' } }],
    ['where the master key is gone', { env: { LASTMILE_SECRET_NAS: sharedSecret } }],
  ])('is not served %s: RADIUS waits for the declarations', async (_, options) => {
    await using root = await TempFolder.make();
    const source = new KeptSource(declared);
    await served(root.path, source);
    const next = source.again().hold();
    await using serving = new Serving(root.path, next, options);

    // The last good revision is read again at once: it is not the source that is waited for.
    expect(serving.log).not.toMatch(reading);
    next.release();
    await serving.started;

    expect(serving.log).not.toMatch(/answers by what was applied last/);
  });

  it('is served again by the start after one with another master key', async () => {
    await using root = await TempFolder.make();
    const other = { env: { ...env, LASTMILE_SECRET_MASTER: 'another master key, as good as it' } };
    const source = new KeptSource(declared);
    await served(root.path, source);
    await served(root.path, source.again(), other);
    const next = source.again().hold();
    await using serving = new Serving(root.path, next, other);

    expect(await serving.login('anna', canary.anna)).toBe('Access-Accept');
    expect((await serving.readiness()).notes).toHaveLength(1);
    next.release();
  });

  it('is served without a master key, too, where the declarations have secrets of their own', async () => {
    await using root = await TempFolder.make();
    const source = new KeptSource({ ...declared, 'operator.yaml': withoutMasterKey });
    await served(root.path, source);
    const next = source.again().hold();
    await using serving = new Serving(root.path, next);

    expect(await serving.login('anna', canary.anna)).toBe('Access-Accept');
    expect((await serving.readiness()).notes).toHaveLength(1);
    next.release();
  });

  it('is what the last commit made of it, without a master key, too', async () => {
    await using root = await TempFolder.make();
    const many = Array.from({ length: 150 }, (_, at) => `  - {name: u${at}, username: u${at}, password: of-${at}}\n`);
    const files = { ...declared, 'operator.yaml': withoutMasterKey, 'many.yaml': people.replace(/ {2}- .*\n/g, '') };
    files['many.yaml'] = files['many.yaml'].replace('name: people', 'name: many') + many.join('');
    const source = new KeptSource(files);
    await using first = new Serving(root.path, source);
    await first.logged(keptForNext);
    source.write({ ...files, 'people.yaml': people.replace(canary.ben, 'another password') });
    await (await first.started).refresh();
    await first.logged(keptForNext, 2);
    source.write({ ...files, 'people.yaml': people.replace(canary.ben, 'a third password') });
    await (await first.started).refresh();
    await first.logged(keptForNext, 3);
    await first[Symbol.asyncDispose]();
    const next = source.again().hold();
    await using serving = new Serving(root.path, next);

    expect(await serving.login('ben', 'a third password')).toBe('Access-Accept');
    expect(await serving.login('ben', 'another password')).toBe('Access-Reject');
    expect(await serving.login('u149', 'of-149')).toBe('Access-Accept');
    expect((await serving.readiness()).notes).toHaveLength(1);
    next.release();
  });

  it('gives no answer about somebody whose row is damaged, rather than a reject, until the declarations are read', async () => {
    await using root = await TempFolder.make();
    const source = new KeptSource(declared);
    await served(root.path, source);
    await using state = await stateOf(root.path);
    await state.table('directory').put(`${keyOf('login')}anna`, {
      fields: { password: { digest: '00' } },
      sealed: 'AAAA',
    });
    await state.close();
    const next = source.again().hold();
    await using serving = new Serving(root.path, next);

    const ben = await serving.login('ben', canary.ben);
    const anna = await serving.login('anna', canary.anna, true);
    next.release();
    await serving.logged(keptForNext);

    expect([anna, ben]).toEqual(['silence', 'Access-Accept']);
    expect(await serving.login('anna', canary.anna)).toBe('Access-Accept');
  });
});

describe('listen addresses that were changed while the daemon was down', () => {
  it('are those of before until the declarations are read, and then the new ones', async () => {
    await using root = await TempFolder.make();
    const [before, after] = [await freeUdpPort('127.0.0.1'), await freeUdpPort('127.0.0.1')];
    const [adminBefore, adminAfter] = [await freeTcpPort(), await freeTcpPort()];
    const listening = (auth: number, admin: number) =>
      operator.replace(
        '  radius:\n',
        `  admin: {listen: "127.0.0.1:${admin}"}\n  radius:\n    listen: {auth: "127.0.0.1:${auth}", accounting: "127.0.0.1:0"}\n`,
      );
    const source = new KeptSource({ ...declared, 'operator.yaml': listening(before, adminBefore) });
    await served(root.path, source, { asDeclared: true });
    const next = source.again().hold();
    next.write({ ...declared, 'operator.yaml': listening(after, adminAfter) });
    await using serving = new Serving(root.path, next, { asDeclared: true });

    const standing = await serving.listeners();
    const early = await serving.login('anna', canary.anna);
    next.release();
    const moved = await serving.listeners(({ auth }) => auth[0] === `127.0.0.1:${after}`);

    expect(standing).toMatchObject({ auth: [`127.0.0.1:${before}`], admin: `127.0.0.1:${adminBefore}` });
    expect(early).toBe('Access-Accept');
    expect(moved.admin).toBe(`127.0.0.1:${adminAfter}`);
    expect(await serving.login('anna', canary.anna)).toBe('Access-Accept');
    expect((await serving.readiness()).status).toBe(200);
  });

  it('move with somebody waiting whose quotas are not known before the declarations are', async () => {
    await using root = await TempFolder.make();
    const listening = (host: string) =>
      operator.replace(
        '  radius:\n',
        `  admin: {listen: "127.0.0.1:0"}\n  radius:\n    listen: {auth: "${host}:0", accounting: "${host}:0"}\n`,
      );
    const all = { ...declared, 'capped.yaml': capped };
    const source = new KeptSource({ ...all, 'operator.yaml': listening('127.0.0.1') });
    await served(root.path, source, { asDeclared: true });
    const next = source.again().hold();
    next.write({ ...all, 'operator.yaml': listening('127.0.0.2') });
    await using serving = new Serving(root.path, next, { asDeclared: true });

    await serving.listeners();
    const carl = serving.login('carl', 'of-carl', true);
    await serving.login('anna', canary.anna);
    next.release();
    await serving.listeners(({ auth }) => auth[0]?.startsWith('127.0.0.2:') === true);
    await carl;

    expect(await serving.login('carl', 'of-carl')).toBe('Access-Accept');
  });
});

describe('a restart that fails', () => {
  it('ends, though somebody waits whose quotas are not known yet', async () => {
    await using root = await TempFolder.make();
    const auth = await freeUdpPort('127.0.0.1');
    const listening = (admin: number) =>
      operator.replace(
        '  radius:\n',
        `  admin: {listen: "127.0.0.1:${admin}"}\n  radius:\n    listen: {auth: "127.0.0.1:${auth}", accounting: "127.0.0.1:0"}\n`,
      );
    const admin = await freeTcpPort();
    const source = new KeptSource({ ...declared, 'capped.yaml': capped, 'operator.yaml': listening(admin) });
    await served(root.path, source, { asDeclared: true });
    const taken = createServer().listen(admin, '127.0.0.1');
    await once(taken, 'listening');
    const serving = new Serving(root.path, source.again().hold(), { asDeclared: true });
    const ended = serving.started.catch(String);
    await serving.logged('RADIUS answers by what was applied last; declarations are being read');
    const carl = loginAt({ host: '127.0.0.1', port: auth }, 'carl', 'of-carl', true);

    expect(await ended).toMatch(/in use/);
    await carl;
    taken.close();
  });
});

describe('the state folder', () => {
  it('has no password and no shared secret in it that can be read', async () => {
    await using root = await TempFolder.make();
    await served(root.path, new KeptSource(declared));

    const texts = await everythingIn(join(root.path, 'state'));

    for (const secret of [canary.anna, canary.ben, ...Object.values(env)]) {
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64').slice(0, -4),
        Buffer.from(secret).toString('hex'),
      ])
        expect(texts.filter((text) => text.includes(form))).toEqual([]);
    }
    expect(texts.some((text) => text.includes('sealed'))).toBe(true);
  });

  it.each([
    ['state-seal', 'text'],
    ['state-seal', { slots: [{ kind: 'master-key' }, 7, null] }],
    ['served-settings', { by: 1, sealed: {} }],
    ['served-settings', []],
  ])('may have %s damaged (%j): RADIUS waits for the declarations', async (key, value) => {
    await using root = await TempFolder.make();
    const source = new KeptSource(declared);
    await served(root.path, source);
    await using state = await stateOf(root.path);
    expect(await state.table('meta').get(key)).toBeDefined();
    await state.table('meta').put(key, value);
    await state.close();

    await using serving = new Serving(root.path, source.again());
    await serving.started;

    expect(serving.log).not.toMatch(/answers by what was applied last/);
    expect(await serving.login('anna', canary.anna)).toBe('Access-Accept');
  });
});

/** Each file as it lies there, and each row of the database. */
async function everythingIn(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')));
  await using level = await opened(dir);
  for await (const [key, value] of level.db.iterator()) texts.push(`${key}\n${value}`);
  return texts;
}

function stateOf(root: string): Promise<Store> {
  return Store.open(join(root, 'state'), { clock: systemClock, log: pino({ level: 'silent' }) });
}

async function opened(state: string): Promise<AsyncDisposable & { readonly db: Level }> {
  const db = new Level(join(state, 'db'));
  await db.open();
  return { db, [Symbol.asyncDispose]: () => db.close() };
}
