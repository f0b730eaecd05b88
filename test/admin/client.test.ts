import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AdminClient, AdminClientError } from '../../src/admin/client.ts';
import { RequestError } from '../../src/admin/request-error.ts';
import { TempFolder } from '../support/temp-folder.ts';

/** A daemon that is well, and answers everything else with one status, or never. */
class AnsweringDaemon implements AsyncDisposable {
  readonly socketPath: string;
  readonly #folder: TempFolder;
  readonly #server: Server;

  private constructor(folder: TempFolder, server: Server, socketPath: string) {
    this.#folder = folder;
    this.#server = server;
    this.socketPath = socketPath;
  }

  static async start(status?: number): Promise<AnsweringDaemon> {
    const folder = await TempFolder.make();
    const server = createServer((incoming, answer) => {
      if (incoming.url === '/healthz') answer.end('{}');
      else if (status !== undefined) answer.writeHead(status).end(JSON.stringify({ error: `says ${status}` }));
    });
    const socketPath = join(folder.path, 'admin.sock');
    await once(server.listen(socketPath), 'listening');
    return new AnsweringDaemon(folder, server, socketPath);
  }

  async client(): Promise<AdminClient> {
    const client = await AdminClient.find(this.socketPath);
    if (client === undefined) throw new Error('not found');
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

describe('a command that asks the daemon', () => {
  it('learns what it asked wrongly, and what there is not', async () => {
    await using wrong = await AnsweringDaemon.start(400);
    await using absent = await AnsweringDaemon.start(404);

    const mistake = (await wrong.client()).post('/api/v1/plan', {});
    await expect(mistake).rejects.toBeInstanceOf(RequestError);
    await expect(mistake).rejects.toThrow('says 400');

    const nothing = (await absent.client()).get('/api/v1/objects/router');
    await expect(nothing).rejects.toBeInstanceOf(AdminClientError);
    await expect(nothing).rejects.toMatchObject({ status: 404, message: 'says 404' });
  });

  it('says that the daemon goes on when it does not wait any longer', async () => {
    await using silent = await AnsweringDaemon.start();

    const asked = (await silent.client()).post('/api/v1/apply', {}, { waitMs: 50 });

    await expect(asked).rejects.toThrow(
      'the daemon: no answer within 0.05 s; it goes on by itself, and lastmile status tells what came of it',
    );
  });

  it('finds nobody where there is no socket', async () => {
    await using folder = await TempFolder.make();

    expect(await AdminClient.find(join(folder.path, 'admin.sock'))).toBeUndefined();
  });
});
