import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import type { Endpoint } from '../../../src/model/kinds/radius.ts';
import { freeUdpPort } from '../../support/free-ports.ts';
import { PeerProcess } from '../../support/peer-process.ts';
import { TempFolder } from '../../support/temp-folder.ts';
import { coreNas, hasRadclient, login, radclient, secretText, startServer } from '../support.ts';
import { homeSecret, placeOf, startHome, startLab } from './proxy-lab.ts';

const able = hasRadclient && existsSync('/usr/sbin/radsecproxy');
if (!able) process.stderr.write('radsecproxy tests skipped: install Debian packages radsecproxy, freeradius-utils\n');

const sign = 'Message-Authenticator = 0x00';
const passwords = [
  ['PAP', 'User-Password = "correct horse"'],
  ['CHAP', 'CHAP-Password = "correct horse"'],
  ['MS-CHAP', 'MS-CHAP-Password = "correct horse"'],
] as const;

interface Passing {
  readonly from: string;
  readonly to: { readonly auth: Endpoint; readonly accounting: Endpoint; readonly secret: string };
}

/** radsecproxy from UDP to UDP; one port takes logins and accounting. */
async function startProxy({ from, to }: Passing): Promise<{ readonly at: Endpoint } & AsyncDisposable> {
  const folder = await TempFolder.make();
  const port = await freeUdpPort();
  const file = join(folder.path, 'proxy.conf');
  const server = (name: string, at: Endpoint): string =>
    `server ${name} {\n host ${at.host}\n port ${at.port}\n type udp\n secret "${to.secret}"\n}`;
  await writeFile(
    file,
    [
      `ListenUDP 127.0.0.1:${port}`,
      'LogLevel 3',
      `client before {\n host 127.0.0.1\n type udp\n secret "${from}"\n}`,
      server('auth', to.auth),
      server('acct', to.accounting),
      'realm * {\n server auth\n accountingServer acct\n}',
      '',
    ].join('\n'),
  );
  const radsecproxy = new PeerProcess('/usr/sbin/radsecproxy', ['-f', '-c', file]);
  await radsecproxy.says('listening for udp');
  return {
    at: { host: '127.0.0.1', port },
    async [Symbol.asyncDispose]() {
      await radsecproxy[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe.runIf(able)('radsecproxy before us, from UDP to UDP', () => {
  it.each(passwords)('IW-01: brings logins (%s)', async (_, password) => {
    await using bench = await startServer([login('anna')]);
    const { auth, accounting } = bench;
    await using proxy = await startProxy({
      from: 'between-nas-and-proxy',
      to: { auth, accounting, secret: secretText },
    });
    bench.directory.nasList = [{ ...coreNas, name: 'radsecproxy' }];
    const ask = (secret: string) =>
      radclient('auth', proxy.at, 'between-nas-and-proxy', ['User-Name = "anna"', secret, sign]);

    const right = await ask(password);
    const wrong = await ask(password.replace('horse', 'cow'));

    expect(right).toContain('Received Access-Accept');
    expect(right).toContain('Mikrotik-Rate-Limit = "5M/20M"');
    expect(wrong).toContain('Received Access-Reject');
    expect(bench.decisions.of('anna')).toMatchObject([{ nas: 'radsecproxy' }, { nas: 'radsecproxy' }]);
  });

  it('brings accounting', async () => {
    await using bench = await startServer([login('anna')]);
    const { auth, accounting } = bench;
    await using proxy = await startProxy({
      from: 'between-nas-and-proxy',
      to: { auth, accounting, secret: secretText },
    });
    const lines = ['User-Name = "anna"', 'Acct-Status-Type = Start', 'Acct-Session-Id = "81000001"'];

    const output = await radclient('acct', proxy.at, 'between-nas-and-proxy', [...lines, 'NAS-IP-Address = 192.0.2.1']);

    expect(output).toContain('Received Accounting-Response');
    expect(bench.sink.events).toHaveLength(1);
  });
});

describe.runIf(able)('radsecproxy behind us, on the way to a home server', () => {
  it.each(passwords)('takes logins of a foreign realm (%s)', async (_, password) => {
    await using home = await startHome([login('zoe@partner.example')]);
    const { auth, accounting } = home;
    await using proxy = await startProxy({
      from: 'between-us-and-proxy',
      to: { auth, accounting, secret: homeSecret },
    });
    const server = { secret: new Secret('between-us-and-proxy') };
    await using lab = await startLab({ homes: [{ ...placeOf(home), auth: proxy.at, accounting: proxy.at }], server });

    const output = await radclient('auth', lab.bench.auth, secretText, [
      'User-Name = "zoe@partner.example"',
      password,
      sign,
    ]);

    expect(output).toContain('Received Access-Accept');
  });
});
