import { randomFillSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import { Daemon, type Listeners } from '../../src/daemon/daemon.ts';
import { Heartbeat, type HeartbeatOptions, heartbeatNas } from '../../src/daemon/logins/heartbeat.ts';
import { Directory } from '../../src/directory/directory.ts';
import type { Endpoint } from '../../src/model/kinds/radius.ts';
import { FolderSource } from '../../src/source/folder-source.ts';
import { startServer } from '../radius/support.ts';
import { TempFolder } from '../support/temp-folder.ts';

const loopback: Endpoint = { host: '127.0.0.1', port: 0 };
const operator = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: demo}
spec:
  radius:
    clients: [{name: bras, clientAddress: 127.0.0.1, profile: mikrotik, secret: a shared secret of thirty-two ch}]
`;

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

describe('the heartbeat of a daemon', () => {
  it('IW-23: counts nowhere: neither in the metrics nor in what why tells', async () => {
    await using root = await TempFolder.make();
    await mkdir(join(root.path, 'declared'));
    await writeFile(join(root.path, 'declared', 'isp.yaml'), operator);
    const drawn: string[] = [];
    let listeners: Listeners | undefined;
    await using _daemon = await Daemon.start({
      source: new FolderSource(join(root.path, 'declared')),
      stateDir: join(root.path, 'state'),
      load: { env: {}, example: true },
      listen: { auth: loopback, accounting: loopback, admin: loopback },
      clock: systemClock,
      log: pino({ level: 'silent' }),
      random: Math.random,
      fillRandom: (octets) => {
        randomFillSync(octets);
        // Of so many is the name that the heartbeat goes by.
        if (octets.length === 16) drawn.push(Buffer.from(octets).toString('hex'));
      },
      version: 'test',
      onListening: (bound) => {
        listeners = bound;
      },
    });
    const { adminSocket = '' } = listeners ?? {};
    const up = async () => (await get(adminSocket, '/metrics')).match(/^lastmile_radius_heartbeat_up.* 1$/gm) ?? [];
    await expect.poll(up).toHaveLength(2);

    const metrics = await get(adminSocket, '/metrics');
    const told = await Promise.all(
      drawn.map((hex) => get(adminSocket, `/api/v1/why/${encodeURIComponent(`${heartbeatNas} ${hex}`)}`)),
    );

    expect(metrics).not.toContain(heartbeatNas);
    expect(metrics).not.toMatch(/^lastmile_radius_events\{/m);
    const answers = told.map((body) => JSON.parse(body) as { login?: object; decisions: readonly object[] });
    // One of them is the heartbeat's own login.
    expect(answers.filter(({ login }) => login !== undefined)).toHaveLength(1);
    expect(answers.flatMap(({ decisions }) => decisions)).toEqual([]);
  });
});

describe('what a missed heartbeat is put down to', () => {
  async function missed(auth: Endpoint, directory: Directory, more: Partial<HeartbeatOptions> = {}) {
    const told: string[] = [];
    const heartbeat = new Heartbeat({
      ...{ directory, clock: systemClock, random: (octets) => void randomFillSync(octets) },
      log: {
        error: ({ service, reason }: { service?: string; reason?: string }) => told.push(`${service}: ${reason}`),
        warn: () => undefined,
        info: () => undefined,
      },
      ...{ listeners: () => ({ auth: [auth], accounting: [] }), stores: () => true, overloads: () => 0 },
      settings: { intervalMs: 60_000, misses: 1 },
      ...more,
    });
    await heartbeat.beat();
    return { told, findings: heartbeat.findings() };
  }

  it('IW-24: is overload where packets were dropped since the last', async () => {
    const deaf = createSocket('udp4').bind(0, '127.0.0.1');
    await once(deaf, 'listening');
    let dropped = 0;

    const { port } = deaf.address();
    const overloads = () => (dropped += 1);
    const { told, findings } = await missed({ host: '127.0.0.1', port }, new Directory(), { overloads });
    deaf.close();

    expect(told).toEqual(['auth: overload']);
    expect(findings).toEqual([expect.stringContaining('there are more packets than can be answered')]);
  });

  it('IW-24: is the socket where nothing can be sent', async () => {
    const { told } = await missed({ host: '127.0.0.1', port: 0 }, new Directory());

    expect(told).toEqual(['auth: socket']);
  });

  it('IW-24: is a refusal where our own login is refused', async () => {
    await using bench = await startServer([]);
    const directory: Pick<Directory, 'serveProbe'> = {
      // Told the NAS, and not the login.
      serveProbe: (nas) => {
        bench.directory.nasList = nas;
      },
    };

    const { told } = await missed(bench.auth, directory as Directory);

    expect(told).toEqual(['auth: refused']);
  });
});
