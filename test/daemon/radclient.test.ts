import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/model/kinds/radius.ts';
import { hasRadclient, radclient } from '../radius/support.ts';
import type { DaemonProcess } from '../support/lastmile.ts';
import { canaries, TestNetwork } from '../support/network.ts';

const sign = 'Message-Authenticator = 0x00';
const anna = 'User-Name = "anna@isp.example"';

if (!hasRadclient) process.stderr.write('radclient tests skipped: install Debian package freeradius-utils\n');

function endpoint(text: string | undefined): Endpoint {
  const [host = '', port] = (text ?? '').split(':');
  return { host, port: Number(port) };
}

describe.runIf(hasRadclient)('FreeRADIUS radclient against the daemon', () => {
  it('IW-05, IW-06, IW-07, IW-08: is accepted by PAP, CHAP and MS-CHAP with the attributes MikroTik wants', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();

    for (const method of ['User-Password', 'CHAP-Password', 'MS-CHAP-Password']) {
      const lines = [anna, `${method} = "${canaries.annaPassword}"`, sign];
      const output = await radclient('auth', endpoint(daemon.listeners.auth), canaries.radiusSecret, lines);

      expect(output).toContain('Received Access-Accept');
      expect(output).toContain('Mikrotik-Rate-Limit = "5M/20M"');
      expect(output).toContain('Session-Timeout = 43200');
      expect(output).toContain('Idle-Timeout = 1800');
      expect(output).toContain('Acct-Interim-Interval = 120');
      expect(output).toContain('Framed-Pool = "home"');
      expect(output).toContain('Mikrotik-Address-List = "customers"');
      expect(output).toMatch(/Class = 0x/);
      // Message-Authenticator stands first, before anything an attacker could shift (CVE-2024-3596).
      expect(output.indexOf('Message-Authenticator', output.indexOf('Received'))).toBeLessThan(
        output.indexOf('Mikrotik-Rate-Limit'),
      );
    }
  });

  it('is refused with a wrong password, and hears nothing with a wrong secret or no Message-Authenticator', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    const right = `User-Password = "${canaries.annaPassword}"`;

    const wrong = [anna, 'User-Password = "x"', sign];
    const auth = endpoint(daemon.listeners.auth);
    const wrongPassword = await radclient('auth', auth, canaries.radiusSecret, wrong);
    const wrongSecret = await radclient('auth', auth, 'another-secret-000', [anna, right, sign], 1);
    const unsigned = await radclient('auth', auth, canaries.radiusSecret, [anna, right], 1);

    expect(wrongPassword).toContain('Received Access-Reject');
    expect(wrongSecret).toContain('No reply from server');
    expect(unsigned).toContain('No reply from server');
    const { out } = await network.lastmile('status');
    expect(out).toContain('ma-wrong');
    expect(out).toContain('ma-missing');
  });

  it('IW-10, IW-11, IW-12, IW-13, IW-14: has Start, Interim and Stop acknowledged, shown, and kept through kill -9', async () => {
    await using network = await TestNetwork.start();
    const killed = await network.running();
    const base = [anna, 'Acct-Session-Id = "81100042"', 'NAS-IP-Address = 127.0.0.1', 'Framed-IP-Address = 10.10.0.9'];
    const send = (daemon: DaemonProcess, ...lines: readonly string[]) =>
      radclient('acct', endpoint(daemon.listeners.accounting), canaries.radiusSecret, [...base, ...lines]);

    const start = await send(killed, 'Acct-Status-Type = Start');
    const interim = await send(
      killed,
      ...['Acct-Status-Type = Interim-Update', 'Acct-Session-Time = 120'],
      ...['Acct-Input-Octets = 1000', 'Acct-Output-Octets = 5', 'Acct-Output-Gigawords = 1'],
    );
    await killed.stop('SIGKILL');
    await using daemon = await network.running();
    const { out: open } = await network.lastmile('sessions', '--user', 'anna@isp.example', '-o', 'json');
    const stop = await send(
      daemon,
      'Acct-Status-Type = Stop',
      'Acct-Session-Time = 180',
      'Acct-Terminate-Cause = User-Request',
    );
    const { out: closed } = await network.lastmile('sessions', '--all', '-o', 'json');

    for (const answer of [start, interim, stop]) expect(answer).toContain('Received Accounting-Response');
    expect(JSON.parse(open)).toMatchObject([
      { sessionId: '81100042', nas: 'checks', sessionSeconds: 120, upOctets: '1000', downOctets: '4294967301' },
    ]);
    expect(JSON.parse(closed)).toMatchObject([{ sessionSeconds: 180, terminateCause: 'User-Request' }]);
  });
});
