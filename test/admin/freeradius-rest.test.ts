import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AdminServer } from '../../src/admin/server.ts';
import type { AdminService } from '../../src/admin/service.ts';
import type { Endpoint } from '../../src/model/kinds/radius.ts';
import { type Bench, coreNas, hasRadclient, login, radclient, startServer } from '../radius/support.ts';
import { type Freeradius, hasRlmRest, startFreeradius } from '../support/freeradius.ts';
import { TempFolder } from '../support/temp-folder.ts';

const able = hasRlmRest && hasRadclient;
if (!able) process.stderr.write('rlm_rest tests skipped: install Debian packages freeradius-rest, freeradius-utils\n');

const token = 'a-token-of-freeradius';
const nasSecret = 'between-nas-and-freeradius';

/** As docs/freeradius.md has it. */
function modules({ host, port }: Endpoint): string {
  const section = (name: string, path: string) => `
    ${name} {
      uri = "\${..connect_uri}/rest/${path}?nas=%{%{Packet-Src-IP-Address}:-%{Packet-Src-IPv6-Address}}"
      method = 'post'
      body = 'json'
      raw_value = yes
      auth = 'basic'
      username = 'freeradius'
      password = '${token}'
    }`;
  return `
  always handled {
    rcode = handled
  }
  rest {
    connect_uri = "http://${host}:${port}"
    ${section('authorize', 'authorize')}
    ${section('accounting', 'accounting')}
    pool {
      start = 0
      min = 0
      max = 4
      spare = 1
      uses = 0
      retry_delay = 1
      lifetime = 0
      idle_timeout = 60
    }
  }`;
}

const server = `
  authorize {
    if (&CHAP-Password && !&CHAP-Challenge) {
      update request {
        &CHAP-Challenge := "%{Packet-Authentication-Vector}"
      }
    }
    rest {
      fail = 1
    }
    if (fail) {
      update control {
        Response-Packet-Type := Do-Not-Respond
      }
      handled
    }
  }
  authenticate {
  }
  accounting {
    rest
  }
`;

interface Lab extends AsyncDisposable {
  readonly bench: Bench;
  readonly radius: Freeradius;
}

async function startLab(bench: Bench): Promise<Lab> {
  const folder = await TempFolder.make();
  const service = { rest: (question: Parameters<AdminService['rest']>[0]) => bench.server.rest.ask(question) };
  const admin = await AdminServer.start({
    hooks: { secrets: () => [], pushed: () => undefined, now: () => 0 },
    service: service as AdminService,
    socketPath: join(folder.path, 'admin.sock'),
    listen: { host: '127.0.0.1', port: 0 },
    tokens: () => [{ name: 'freeradius', role: 'operator', sha256: createHash('sha256').update(token).digest('hex') }],
    log: pino({ enabled: false }),
  });
  const top = `client nas {\n ipaddr = 127.0.0.1\n secret = ${nasSecret}\n}`;
  const radius = await startFreeradius({ top, modules: modules(admin.endpoint), server });
  return {
    bench,
    radius,
    async [Symbol.asyncDispose]() {
      await radius[Symbol.asyncDispose]();
      await admin[Symbol.asyncDispose]();
      await bench[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const anna = login('anna', {
  limits: {
    interimSeconds: 120,
    rateLimit: '5M/20M',
    sessionTimeoutSeconds: 7200,
    attributes: [
      { name: 'Tunnel-Private-Group-Id:1', value: '100' },
      { name: 'Reply-Message', value: '100 % \\ %{User-Name}' },
    ],
  },
});

describe.runIf(able)('a FreeRADIUS that asks us by rlm_rest', () => {
  it.each([
    ['PAP', 'User-Password = "correct horse"'],
    ['CHAP', 'CHAP-Password = "correct horse"'],
    ['MS-CHAP', 'MS-CHAP-Password = "correct horse"'],
  ])('IW-01: lets in whom we let in, with what we grant (%s)', async (method, password) => {
    await using lab = await startLab(await startServer([anna]));

    const output = await radclient('auth', lab.radius.auth, nasSecret, ['User-Name = "anna"', password]);

    expect(output, lab.radius.output()).toContain('Received Access-Accept');
    expect(output).toContain('Mikrotik-Rate-Limit = "5M/20M"');
    expect(output).toContain('Session-Timeout = 7200');
    expect(output).toContain('Acct-Interim-Interval = 120');
    expect(output).toContain('Tunnel-Private-Group-Id:1 = "100"');
    expect(output).toContain('Reply-Message = "100 % \\\\ %{User-Name}"');
    expect(output).toMatch(/Class = 0x02[0-9a-f]{48}/);
    if (method === 'MS-CHAP') expect(output).toMatch(/MS-CHAP-MPPE-Keys = 0x[0-9a-f]+/);
    expect(lab.bench.decisions.of('anna')).toMatchObject([{ verdict: 'accept', nas: 'core-1' }]);
  });

  it('rejects whom we reject, in our words', async () => {
    await using lab = await startLab(await startServer([anna, login('ben', { state: 'suspended' })]));
    const ask = (...lines: readonly string[]) => radclient('auth', lab.radius.auth, nasSecret, lines);

    const wrong = await ask('User-Name = "anna"', 'User-Password = "wrong"');
    const suspended = await ask('User-Name = "ben"', 'User-Password = "correct horse"');
    const chap = await ask('User-Name = "zoe"', 'MS-CHAP-Password = "correct horse"');

    expect(wrong).toContain('Received Access-Reject');
    expect(wrong).toContain('Reply-Message = "Wrong username or password"');
    expect(suspended).toContain('Reply-Message = "This account is suspended"');
    expect(chap).toMatch(/MS-CHAP-Error = "\\000E=691 R=0/);
  });

  it('has accounting acknowledged when we have stored it, and not before', async () => {
    await using lab = await startLab(await startServer([anna]));
    const record = (lines: readonly string[], seconds?: number) => {
      const all = ['User-Name = "anna"', 'Acct-Session-Id = "81000001"', ...lines];
      return radclient('acct', lab.radius.accounting, nasSecret, all, seconds);
    };

    const start = await record([
      'Acct-Status-Type = Start',
      'Framed-IP-Address = 10.0.0.7',
      'Event-Timestamp = "Nov 22 2026 09:00:00 UTC"',
    ]);
    lab.bench.sink.fail = true;
    const lost = await record(['Acct-Status-Type = Interim-Update', 'Acct-Session-Time = 60'], 2);
    await expect.poll(() => lab.bench.sink.refused).toBe(1);
    lab.bench.sink.fail = false;
    const stop = await record([
      'Acct-Status-Type = Stop',
      'Acct-Output-Octets = 5',
      'Acct-Output-Gigawords = 1',
      'Acct-Terminate-Cause = User-Request',
    ]);

    expect(start, lab.radius.output()).toContain('Received Accounting-Response');
    expect(lost).toContain('No reply');
    expect(stop).toContain('Received Accounting-Response');
    expect(lab.bench.sink.events).toMatchObject([
      { status: 'start', nas: 'core-1', framedIpAddress: '10.0.0.7', eventTimestamp: Date.UTC(2026, 10, 22, 9) / 1000 },
      { status: 'stop', outputOctets: 5, outputGigawords: 1, terminateCause: 1 },
    ]);
  });

  it('says nothing to a NAS that we do not know, or while we cannot decide', async () => {
    await using lab = await startLab(await startServer([anna]));
    lab.bench.directory.nasList = [{ ...coreNas, clientAddress: '192.0.2.1' }];

    const output = await radclient(
      'auth',
      lab.radius.auth,
      nasSecret,
      ['User-Name = "anna"', 'User-Password = "correct horse"'],
      2,
    );

    expect(output).not.toContain('Received Access');
    await expect
      .poll(() => lab.bench.server.findings())
      .toMatchObject([{ reason: 'unknown-client', source: '127.0.0.1' }]);
  });
});
