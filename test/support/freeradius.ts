import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoint } from '../../src/model/kinds/radius.ts';
import { freeUdpPort } from './free-ports.ts';
import { TempFolder } from './temp-folder.ts';

export const hasFreeradius = existsSync('/usr/sbin/freeradius');
export const hasRlmRest = hasFreeradius && existsSync('/usr/lib/freeradius/rlm_rest.so');

export interface FreeradiusOptions {
  /** `client` and `home_server` sections, and the like. */
  readonly top: string;
  /** Inside of `modules`. */
  readonly modules?: string;
  /** Sections of the virtual server. */
  readonly server: string;
  /** Lines of its `users` file. Absent: there is none. */
  readonly users?: string;
}

export interface Freeradius extends AsyncDisposable {
  readonly auth: Endpoint;
  readonly accounting: Endpoint;
  readonly folder: string;
  /** What it has said so far. */
  output(): string;
}

/** Debian's FreeRADIUS with a configuration of its own, in front. */
export async function startFreeradius({ top, modules = '', server, users }: FreeradiusOptions): Promise<Freeradius> {
  const folder = await TempFolder.make();
  const [auth, accounting] = [await freeUdpPort(), await freeUdpPort()];
  await writeFile(join(folder.path, 'dictionary'), '');
  await writeFile(join(folder.path, 'users'), users ?? '');
  await writeFile(
    join(folder.path, 'radiusd.conf'),
    configuration(folder.path, { top, modules, server, auth, accounting }),
  );
  const child = spawn('/usr/sbin/freeradius', ['-d', folder.path, '-n', 'radiusd', '-X'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TZ: 'UTC' },
  });
  let output = '';
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes('Ready to process requests')) resolve();
      });
    }
    child.once('exit', () => reject(new Error(`FreeRADIUS ended:\n${output.slice(-4000)}`)));
  });
  const ended = once(child, 'close');
  await ready;
  return {
    auth: { host: '127.0.0.1', port: auth },
    accounting: { host: '127.0.0.1', port: accounting },
    folder: folder.path,
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      await folder[Symbol.asyncDispose]();
    },
  };
}

interface Parts {
  readonly top: string;
  readonly modules: string;
  readonly server: string;
  readonly auth: number;
  readonly accounting: number;
}

function configuration(folder: string, { top, modules, server, auth, accounting }: Parts): string {
  return `
prefix = /usr
exec_prefix = /usr
raddbdir = ${folder}
confdir = ${folder}
logdir = ${folder}
run_dir = ${folder}
db_dir = ${folder}
libdir = /usr/lib/freeradius
max_request_time = 10
cleanup_delay = 1
log {
  destination = stdout
}
security {
  max_attributes = 200
  reject_delay = 0
  status_server = yes
}
${top}
modules {
  ${modules}
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${auth}
  }
  listen {
    type = acct
    ipaddr = 127.0.0.1
    port = ${accounting}
  }
  ${server}
}
`;
}
