import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { AmbiguousError, RequestError } from '../../src/admin/request-error.ts';
import { AdminServer } from '../../src/admin/server.ts';
import type { AdminService } from '../../src/admin/service.ts';
import { TempFolder } from '../support/temp-folder.ts';

const roles = ['viewer', 'operator', 'admin'] as const;

/** An admin API over a service that notes what it is asked. The token of each role is its name. */
class Lab implements AsyncDisposable {
  readonly asked: (readonly [string, unknown])[] = [];
  readonly #folder: TempFolder;
  #server: AdminServer | undefined;

  private constructor(folder: TempFolder) {
    this.#folder = folder;
  }

  static async start(answers: Partial<Record<keyof AdminService, () => unknown>> = {}): Promise<Lab> {
    const lab = new Lab(await TempFolder.make());
    const service = new Proxy({} as AdminService, {
      get: (_, name) => (given: unknown) => {
        lab.asked.push([String(name), given]);
        return answers[name as keyof AdminService]?.() ?? [];
      },
    });
    lab.#server = await AdminServer.start({
      hooks: { secrets: () => [], pushed: () => undefined, now: () => 0 },
      service,
      socketPath: join(lab.#folder.path, 'admin.sock'),
      listen: { host: '127.0.0.1', port: 0 },
      tokens: () =>
        roles.map((role) => ({ name: role, role, sha256: createHash('sha256').update(role).digest('hex') })),
      log: pino({ level: 'silent' }),
    });
    return lab;
  }

  get folder(): string {
    return this.#folder.path;
  }

  get port(): number {
    return this.#server?.endpoint.port ?? 0;
  }

  fetch(path: string, token?: string, body?: object): Promise<Response> {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    return fetch(`http://127.0.0.1:${this.port}${path}`, { headers, ...sent });
  }

  /** Begins a request and sends nothing of the body that it promises. */
  async promise(path: string, token: string | undefined, octets: number): Promise<number | undefined> {
    const outgoing: ClientRequest = request({
      port: this.port,
      method: 'POST',
      path,
      headers: {
        'content-type': 'application/json',
        'content-length': octets,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    outgoing.flushHeaders();
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    outgoing.on('error', () => undefined).destroy();
    return answer.statusCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

describe('a request over TCP', () => {
  it('is refused by its token before anything of its body is read', async () => {
    await using lab = await Lab.start();

    expect(await lab.promise('/api/v1/plan', undefined, 200_000_000)).toBe(401);
    expect(await lab.promise('/api/v1/plan', 'nobody', 200_000_000)).toBe(401);
    expect(await lab.promise('/api/v1/apply', 'operator', 200_000_000)).toBe(403);
    expect(lab.asked).toEqual([]);
  });

  it('may be long only where declarations are sent', async () => {
    await using lab = await Lab.start();
    const long = 'x'.repeat(70_000);

    expect((await lab.fetch('/api/v1/disconnect', 'admin', { user: long })).status).toBe(413);
    expect((await lab.fetch('/nowhere', undefined, { user: long })).status).toBe(413);
    expect((await lab.fetch('/api/v1/plan', 'admin', { files: [{ path: 'a.yaml', text: long }] })).status).toBe(200);
  });

  it('is answered 401 without a known token, 403 with one whose role is too low', async () => {
    await using lab = await Lab.start();

    const stranger = await lab.fetch('/api/v1/status');
    const viewer = await lab.fetch('/api/v1/reconcile', 'viewer', {});

    expect(stranger.status).toBe(401);
    expect(stranger.headers.get('www-authenticate')).toBe('Bearer');
    expect(viewer.status).toBe(403);
    expect(await viewer.json()).toEqual({ error: 'this takes a token with the role operator, and yours is viewer' });
    expect((await lab.fetch('/api/v1/reconcile', 'operator', {})).status).toBe(200);
    expect((await lab.fetch('/api/v1/openapi.json')).status).toBe(401);
    expect((await lab.fetch('/api/v1/openapi.json', 'viewer')).status).toBe(200);
    expect((await lab.fetch('/healthz')).status).toBe(200);
  });
});

describe('a FreeRADIUS', () => {
  it('may show its token as a password, where it asks and nowhere else', async () => {
    await using lab = await Lab.start();
    const ask = (path: string, password: string) =>
      fetch(`http://127.0.0.1:${lab.port}${path}`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`freeradius:${password}`).toString('base64')}` },
      });

    const answers = [
      await ask('/rest/post-auth', 'operator'),
      await ask('/rest/post-auth', 'viewer'),
      await ask('/rest/post-auth', 'nobody'),
      await ask('/api/v1/reconcile', 'operator'),
    ];

    expect(answers.map(({ status }) => status)).toEqual([204, 403, 401, 401]);
  });
});

describe('a field that is not known', () => {
  it.each([
    ['/api/v1/apply', { target: ['core-1'] }, 'body has an unknown field "target"'],
    ['/api/v1/apply', { files: [{ path: 'a', text: '', rev: 1 }] }, 'body/files/0 has an unknown field "rev"'],
    ['/api/v1/reconcile', { targets: ['core-1'] }, 'body has an unknown field "targets"'],
  ])('is refused in the body of %s', async (path, body, error) => {
    await using lab = await Lab.start();

    const answer = await lab.fetch(path, 'admin', body);

    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error });
    expect(lab.asked).toEqual([]);
  });

  it('is refused in the query', async () => {
    await using lab = await Lab.start();

    const answer = await lab.fetch('/api/v1/sessions?usr=anna', 'viewer');

    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: 'querystring has an unknown field "usr"' });
  });
});

describe('a value of another type', () => {
  it.each([
    ['/api/v1/apply', { targets: 'core-1' }],
    ['/api/v1/apply', { allowDeletes: '10' }],
    ['/api/v1/disconnect', { user: 17 }],
  ])('is refused in the body of %s', async (path, body) => {
    await using lab = await Lab.start();

    expect((await lab.fetch(path, 'admin', body)).status).toBe(400);
    expect(lab.asked).toEqual([]);
  });

  it('is read from the text of the query', async () => {
    await using lab = await Lab.start();

    await lab.fetch('/api/v1/sessions?all=true&limit=5', 'viewer');

    expect(lab.asked).toEqual([['sessions', { all: true, limit: 6 }]]);
    expect((await lab.fetch('/api/v1/sessions?all=perhaps', 'viewer')).status).toBe(400);
  });
});

describe('a long username', () => {
  it('is asked about like any other', async () => {
    await using lab = await Lab.start();
    const username = 'ü'.repeat(126);

    expect((await lab.fetch(`/api/v1/why/${encodeURIComponent(username)}`, 'viewer')).status).toBe(200);
    expect(lab.asked).toEqual([['why', username]]);
  });
});

describe('a list of sessions', () => {
  it('says when there are more than were asked for', async () => {
    await using lab = await Lab.start({ sessions: () => [{ key: 'a' }, { key: 'b' }] });

    const cut = await lab.fetch('/api/v1/sessions?limit=1', 'viewer');
    const whole = await lab.fetch('/api/v1/sessions?limit=2', 'viewer');

    expect(await cut.json()).toEqual([{ key: 'a' }]);
    expect(cut.headers.get('lastmile-more')).toBe('true');
    expect(await whole.json()).toEqual([{ key: 'a' }, { key: 'b' }]);
    expect(whole.headers.get('lastmile-more')).toBeNull();
  });
});

describe('visits', () => {
  it('are asked for in place of the sessions that belong together', async () => {
    await using lab = await Lab.start({ sessions: () => [{ key: 'a' }], visitsOf: () => [{ username: 'anna' }] });

    const answer = await lab.fetch('/api/v1/sessions?visits=true&all=true', 'viewer');

    expect(await answer.json()).toEqual([{ username: 'anna' }]);
    expect(lab.asked).toEqual([
      ['sessions', { all: true, limit: 1001 }],
      ['visitsOf', [{ key: 'a' }]],
    ]);
  });
});

describe('what the daemon cannot make sense of', () => {
  it('is the caller’s mistake, not a failure', async () => {
    const refuse = (error: Error) => () => {
      throw error;
    };
    await using lab = await Lab.start({
      plan: refuse(new RequestError('no target is called nosuch')),
      disconnect: refuse(new AmbiguousError('two of them')),
    });

    expect((await lab.fetch('/api/v1/plan', 'admin', {})).status).toBe(400);
    expect((await lab.fetch('/api/v1/disconnect', 'admin', { session: 'a' })).status).toBe(409);
  });
});

describe('the Unix socket', () => {
  it('is for its owner alone, and all there is in the folder', async () => {
    await using lab = await Lab.start();

    expect(readdirSync(lab.folder)).toEqual(['admin.sock']);
    expect(statSync(join(lab.folder, 'admin.sock')).mode & 0o777).toBe(0o600);
  });
});
