import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { hasFreeradius, startFreeradius } from '../../support/freeradius.ts';
import { coreNas, hasRadclient, login, radclient, secretText, startServer } from '../support.ts';
import { homeSecret, startLab } from './proxy-lab.ts';

const able = hasFreeradius && hasRadclient;
if (!able)
  process.stderr.write('FreeRADIUS proxy tests skipped: install Debian packages freeradius, freeradius-utils\n');

const sign = 'Message-Authenticator = 0x00';
const nasSecret = 'between-nas-and-freeradius';
const passwords = [
  ['PAP', 'User-Password = "correct horse"'],
  ['CHAP', 'CHAP-Password = "correct horse"'],
  ['MS-CHAP', 'MS-CHAP-Password = "correct horse"'],
] as const;

/** FreeRADIUS with accounts of its own. */
const startHome = () =>
  startFreeradius({
    top: `client front {\n ipaddr = 127.0.0.1\n secret = "${homeSecret}"\n}`,
    modules: `
      pap {
      }
      chap {
      }
      mschap {
      }
      files {
        usersfile = \${confdir}/users
      }
      detail {
        filename = \${logdir}/detail
      }`,
    users: [
      'zoe@partner.example Cleartext-Password := "correct horse"',
      '  Session-Timeout := 600, Mikrotik-Group := "full", Framed-Pool := "theirs", Reply-Message := "Hello"',
      '',
    ].join('\n'),
    server: `
      authorize {
        chap
        mschap
        files
        pap
      }
      authenticate {
        Auth-Type PAP {
          pap
        }
        Auth-Type CHAP {
          chap
        }
        Auth-Type MS-CHAP {
          mschap
        }
      }
      accounting {
        detail
      }`,
  });

/** FreeRADIUS that passes everything on to us. */
const startFront = (to: { auth: number; accounting: number }, signing: boolean) =>
  startFreeradius({
    top: `
client nas {
  ipaddr = 127.0.0.1
  secret = ${nasSecret}
}
home_server auth {
  type = auth
  ipaddr = 127.0.0.1
  port = ${to.auth}
  secret = "${secretText}"
  response_window = 5
}
home_server acct {
  type = acct
  ipaddr = 127.0.0.1
  port = ${to.accounting}
  secret = "${secretText}"
  response_window = 5
}
home_server_pool auth {
  home_server = auth
}
home_server_pool acct {
  home_server = acct
}
realm lastmile {
  auth_pool = auth
  acct_pool = acct
}`,
    server: `
      authorize {
        update control {
          &Proxy-To-Realm := lastmile
        }
      }
      preacct {
        update control {
          &Proxy-To-Realm := lastmile
        }
      }
      pre-proxy {
        ${signing ? 'update proxy-request {\n &Message-Authenticator := 0x00\n}' : ''}
      }`,
  });

describe.runIf(able)('a FreeRADIUS behind us, as home server of a realm', () => {
  it.each(passwords)(
    'IW-01: lets its people in through us (%s), and decides nothing of our network',
    async (method, password) => {
      await using home = await startHome();
      // Debian 12's 3.2.1 signs no replies.
      await using lab = await startLab({ homes: [home], server: { messageAuthenticator: 'learn' } });
      const ask = (secret: string) =>
        radclient('auth', lab.bench.auth, secretText, ['User-Name = "zoe@partner.example"', secret, sign]);

      const right = await ask(password);
      const wrong = await ask(password.replace('horse', 'cow'));

      expect(right, home.output()).toContain('Received Access-Accept');
      expect(right).toContain('Session-Timeout = 600');
      expect(right).toContain('Reply-Message = "Hello"');
      expect(right).not.toMatch(/Mikrotik-Group|Framed-Pool/);
      if (method === 'MS-CHAP') expect(right).toMatch(/MS-CHAP-MPPE-Keys = 0x/);
      expect(wrong).toContain('Received Access-Reject');
    },
  );

  it('has accounting of its people, and is asked by Status-Server', async () => {
    await using home = await startHome();
    await using lab = await startLab({ homes: [home], server: { messageAuthenticator: 'learn' } });
    const lines = ['User-Name = "zoe@partner.example"', 'Acct-Session-Id = "81000001"', 'NAS-IP-Address = 192.0.2.1'];

    const output = await radclient('acct', lab.bench.accounting, secretText, [...lines, 'Acct-Status-Type = Start']);
    const [alive] = lab.homes;
    const probes = [await alive?.auth.probe(), await alive?.accounting.probe()];

    expect(output).toContain('Received Accounting-Response');
    expect(lab.bench.sink.events).toHaveLength(1);
    expect(existsSync(`${home.folder}/detail`)).toBe(true);
    expect(probes).toEqual([true, true]);
  });

  it('is not believed unsigned where that is not declared', async () => {
    await using home = await startHome();
    await using lab = await startLab({ homes: [home] });

    const output = await radclient(
      'auth',
      lab.bench.auth,
      secretText,
      ['User-Name = "zoe@partner.example"', 'User-Password = "correct horse"', sign],
      1,
    );

    expect(output).toContain('No reply');
    await expect.poll(() => lab.homes[0]?.auth.counts.get('unproven')).toBeGreaterThan(0);
  });
});

describe.runIf(able)('a FreeRADIUS before us, as proxy of its NAS', () => {
  it.each(passwords)('IW-01: brings logins that it signs (%s)', async (_, password) => {
    await using bench = await startServer([login('anna')]);
    bench.directory.nasList = [{ ...coreNas, name: 'old-radius' }];
    await using front = await startFront({ auth: bench.auth.port, accounting: bench.accounting.port }, true);
    const ask = (secret: string) => radclient('auth', front.auth, nasSecret, ['User-Name = "anna"', secret]);

    const right = await ask(password);
    const wrong = await ask(password.replace('horse', 'cow'));

    expect(right, front.output()).toContain('Received Access-Accept');
    expect(right).toContain('Mikrotik-Rate-Limit = "5M/20M"');
    expect(wrong).toContain('Received Access-Reject');
    expect(bench.decisions.of('anna')).toMatchObject([{ nas: 'old-radius', verdict: 'accept' }, { verdict: 'reject' }]);
  });

  it('brings accounting, acknowledged when we have stored it', async () => {
    await using bench = await startServer([login('anna')]);
    await using front = await startFront({ auth: bench.auth.port, accounting: bench.accounting.port }, true);
    const lines = ['User-Name = "anna"', 'Acct-Session-Id = "81000001"', 'NAS-IP-Address = 192.0.2.1'];

    const output = await radclient('acct', front.accounting, nasSecret, [...lines, 'Acct-Status-Type = Start']);

    expect(output, front.output()).toContain('Received Accounting-Response');
    expect(bench.sink.events).toMatchObject([{ status: 'start', username: 'anna' }]);
  });

  it('signs by itself what its NAS did not', async () => {
    await using bench = await startServer([login('anna')]);
    await using front = await startFront({ auth: bench.auth.port, accounting: bench.accounting.port }, false);

    const output = await radclient('auth', front.auth, nasSecret, ['User-Name = "anna"', passwords[0][1]]);

    expect(output, front.output()).toContain('Received Access-Accept');
  });

  it('is found out when it brings back what we have passed on', async () => {
    await using lab = await startLab({ homes: [], logins: [] });
    await using front = await startFront({ auth: lab.bench.auth.port, accounting: lab.bench.accounting.port }, true);
    lab.bench.directory.nasList = [{ ...coreNas, name: 'old-radius' }];
    await using loop = await startLab({
      homes: [front],
      server: { secret: new Secret(nasSecret), messageAuthenticator: 'learn' },
    });
    loop.bench.directory.nasList = [coreNas];

    const output = await radclient(
      'auth',
      loop.bench.auth,
      secretText,
      ['User-Name = "zoe@partner.example"', passwords[0][1], sign],
      2,
    );

    expect(output).toContain('No reply');
    await expect.poll(() => lab.bench.server.findings()).toMatchObject([{ reason: 'proxy-loop' }]);
  });
});
