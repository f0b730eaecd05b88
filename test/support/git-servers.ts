import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { testAuthority } from './certificates.ts';
import { freeTcpPort } from './free-ports.ts';
import { PeerProcess } from './peer-process.ts';

/** Git's own server by HTTPS, behind a certificate of its own authority and a login. */
export interface GitHttps extends AsyncDisposable {
  /** Of the folder that it serves. */
  readonly url: string;
  /** PEM. */
  readonly authority: string;
  /** What each request that was let in came with. */
  readonly asked: string[];
  /** Sends all that is asked from now on to another address. */
  moveTo(url: string): void;
}

/** @param onAsked while whoever asks waits: what can be seen of him now? */
export async function gitHttps(
  folder: string,
  login: string,
  onAsked: () => void = () => undefined,
): Promise<GitHttps> {
  const authority = testAuthority('Git Test Authority');
  const { certificate, key } = authority.issue({ commonName: 'git', ip: '127.0.0.1' });
  const asked: string[] = [];
  const right = `Basic ${Buffer.from(login).toString('base64')}`;
  let moved: string | undefined;
  const server = createServer({ cert: certificate, key }, (request, response) => {
    if (moved !== undefined) {
      response.writeHead(302, { location: `${moved}${request.url ?? ''}` }).end();
      return;
    }
    if (request.headers.authorization !== right) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    onAsked();
    asked.push(request.url ?? '');
    runBackend(folder, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `https://127.0.0.1:${port}`, authority: authority.certificate, asked },
    moveTo: (url) => {
      moved = url;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** RFC 3875: headers of the answer, an empty line, and the body. */
function runBackend(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'https://127.0.0.1');
  const backend = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend');
  const child = spawn(backend, [], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      REMOTE_USER: 'bot',
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      GIT_PROTOCOL: request.headers['git-protocol'] as string | undefined,
    },
  });
  request.pipe(child.stdin);
  let head = Buffer.alloc(0);
  let told = false;
  child.stdout.on('data', (chunk: Buffer) => {
    if (told) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    told = true;
    const fields = head
      .toString('latin1', 0, end)
      .split('\r\n')
      .map((line) => /^([^:]+): *(.*)$/.exec(line) ?? []);
    const status = fields.find(([, name]) => name === 'Status')?.[2];
    for (const [, name = '', value = ''] of fields) if (name !== 'Status') response.setHeader(name, value);
    response.writeHead(Number.parseInt(status ?? '200', 10));
    response.write(head.subarray(end + 4));
  });
  child.stdout.on('end', () => response.end());
}

/** Debian's OpenSSH, on loopback, for whoever runs the test. */
export interface GitSsh extends AsyncDisposable {
  readonly port: number;
  readonly user: string;
  /** The line of `known_hosts`. */
  readonly hostKey: string;
  /** File of the private key that is let in. */
  readonly key: string;
}

export async function gitSsh(folder: string): Promise<GitSsh> {
  const dir = join(folder, 'ssh');
  mkdirSync(dir, { mode: 0o700 });
  const [host, key] = ['host', 'client'].map((name) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)]);
    return join(dir, name);
  }) as [string, string];
  const port = await freeTcpPort();
  writeFileSync(join(dir, 'authorized'), readFileSync(`${key}.pub`));
  const settings = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${host}`,
    `AuthorizedKeysFile ${join(dir, 'authorized')}`,
    `PidFile ${join(dir, 'pid')}`,
    ...['PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'UsePAM no', 'StrictModes no'],
    'PermitRootLogin prohibit-password',
    'LogLevel INFO',
  ];
  writeFileSync(join(dir, 'sshd_config'), `${settings.join('\n')}\n`);
  // Where privileges are dropped to; sshd asks for it of root alone.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const server = new PeerProcess('/usr/sbin/sshd', ['-D', '-e', '-f', join(dir, 'sshd_config')]);
  await server.says('Server listening on 127.0.0.1');
  const hostKey = `[127.0.0.1]:${port} ${readFileSync(`${host}.pub`, 'utf8')}`;
  return { port, user: userInfo().username, hostKey, key, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Another key, which nobody knows. */
export function strangersKey(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  chmodSync(file, 0o600);
  return file;
}
