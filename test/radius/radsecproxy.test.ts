import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import type { Endpoint } from '../../src/model/kinds/radius.ts';
import { testAuthority } from '../support/certificates.ts';
import { freeUdpPort } from '../support/free-ports.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { coreNas, hasRadclient, login, loopback, radclient, startServer } from './support.ts';

const hasPeers = hasRadclient && existsSync('/usr/sbin/radsecproxy');
if (!hasPeers)
  process.stderr.write('radsecproxy tests skipped: install Debian packages radsecproxy, freeradius-utils\n');

const authority = testAuthority('lastmile test');
const ours = authority.issue({ commonName: 'radius.example', dns: 'radius.example' });
const theirs = authority.issue({ commonName: 'core-1', dns: 'core-1' });

/** radsecproxy: takes UDP from a NAS and passes it on by TLS. */
async function startProxy(port: number): Promise<{ readonly udp: Endpoint } & AsyncDisposable> {
  const folder = await TempFolder.make();
  const udp = { host: '127.0.0.1', port: await freeUdpPort() };
  const file = (name: string): string => join(folder.path, name);
  await writeFile(file('ca.pem'), authority.certificate);
  await writeFile(file('client.pem'), theirs.certificate);
  await writeFile(file('client.key'), theirs.key);
  await writeFile(
    file('proxy.conf'),
    [
      `ListenUDP 127.0.0.1:${udp.port}`,
      'LogLevel 2',
      `tls default {\n CACertificateFile ${file('ca.pem')}\n CertificateFile ${file('client.pem')}\n CertificateKeyFile ${file('client.key')}\n}`,
      'client nas {\n host 127.0.0.1\n type udp\n secret between-nas-and-proxy\n}',
      `server lastmile {\n host 127.0.0.1\n port ${port}\n type tls\n secret radsec\n StatusServer on\n CertificateNameCheck off\n}`,
      'realm * {\n server lastmile\n accountingServer lastmile\n}',
      '',
    ].join('\n'),
  );
  const child = spawn('/usr/sbin/radsecproxy', ['-f', '-c', file('proxy.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(child, 'exit');
  await expect.poll(() => output, { timeout: 20_000 }).toMatch(/connect|TLS/i);
  return {
    udp,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe.runIf(hasPeers)('radsecproxy before us', () => {
  it('IW-26: brings logins and accounting of its NAS by TLS', async () => {
    const tls = {
      certificate: new Secret(ours.certificate),
      key: new Secret(ours.key),
      clientCa: authority.certificate,
    };
    await using bench = await startServer([login('anna')], { radsec: { listen: [loopback], tls } });
    bench.directory.nasList = [{ ...coreNas, radsec: {} }];
    await using proxy = await startProxy(bench.server.addresses().radsec[0]?.port ?? 0);
    const sign = 'Message-Authenticator = 0x00';

    const accept = await radclient('auth', proxy.udp, 'between-nas-and-proxy', [
      'User-Name = "anna"',
      'User-Password = "correct horse"',
      sign,
    ]);
    const chap = await radclient('auth', proxy.udp, 'between-nas-and-proxy', [
      'User-Name = "anna"',
      'CHAP-Password = "correct horse"',
      sign,
    ]);
    const reject = await radclient('auth', proxy.udp, 'between-nas-and-proxy', [
      'User-Name = "anna"',
      'User-Password = "wrong"',
      sign,
    ]);
    const stored = await radclient('acct', proxy.udp, 'between-nas-and-proxy', [
      'User-Name = "anna"',
      'Acct-Status-Type = Start',
      'Acct-Session-Id = "81000001"',
      'NAS-IP-Address = 192.0.2.1',
    ]);

    expect(accept).toContain('Received Access-Accept');
    expect(accept).toContain('Mikrotik-Rate-Limit = "5M/20M"');
    expect(chap).toContain('Received Access-Accept');
    expect(reject).toContain('Received Access-Reject');
    expect(stored).toContain('Received Accounting-Response');
    expect(bench.sink.events).toHaveLength(1);
  });
});
