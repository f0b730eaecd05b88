import { describe, expect, it } from 'vitest';
import { hasRadclient, login, radclient, secretText, startServer } from './support.ts';

// Debian's radclient 3.2.1 signs only when the input names the attribute.
const sign = 'Message-Authenticator = 0x00';
const anna = login('anna', {
  limits: {
    interimSeconds: 120,
    rateLimit: '5M/20M 10M/40M 5M/20M 8/8',
    sessionTimeoutSeconds: 7200,
    address: '192.0.2.10',
    attributes: [{ name: 'Mikrotik-Address-List', value: 'customers' }],
  },
});

if (!hasRadclient) process.stderr.write('radclient tests skipped: install Debian package freeradius-utils\n');

describe.runIf(hasRadclient)('FreeRADIUS radclient', () => {
  it.each([
    ['PAP', 'User-Password = "correct horse"'],
    ['CHAP', 'CHAP-Password = "correct horse"'],
    ['MS-CHAP', 'MS-CHAP-Password = "correct horse"'],
  ])('IW-02, IW-05, IW-27: is accepted by %s with the attributes of MikroTik', async (_, password) => {
    await using bench = await startServer([anna]);

    const output = await radclient('auth', bench.auth, secretText, ['User-Name = "anna"', password, sign]);

    expect(output).toContain('Received Access-Accept');
    expect(output).toContain('Mikrotik-Rate-Limit = "5M/20M 10M/40M 5M/20M 8/8"');
    expect(output).toContain('Mikrotik-Address-List = "customers"');
    expect(output).toContain('Session-Timeout = 7200');
    expect(output).toContain('Acct-Interim-Interval = 120');
    expect(output).toContain('Framed-IP-Address = 192.0.2.10');
  });

  it.each(['User-Password', 'CHAP-Password', 'MS-CHAP-Password'])('is rejected with a wrong %s', async (attribute) => {
    await using bench = await startServer([anna]);

    const output = await radclient('auth', bench.auth, secretText, ['User-Name = "anna"', `${attribute} = "x"`, sign]);

    expect(output).toContain('Received Access-Reject');
    expect(output.includes('MS-CHAP-Error')).toBe(attribute === 'MS-CHAP-Password');
  });

  it.each([
    ['a wrong secret', 'testing123', [sign]],
    ['no Message-Authenticator', secretText, []],
  ])('hears nothing with %s', async (_, secret, more) => {
    await using bench = await startServer([anna]);
    const lines = ['User-Name = "anna"', 'User-Password = "correct horse"', ...more];

    const output = await radclient('auth', bench.auth, secret, lines);

    expect(output).not.toContain('Received');
    expect(output).toContain('No reply from server');
  });

  it('IW-03, IW-10, IW-11: has accounting acknowledged', async () => {
    await using bench = await startServer([anna]);
    const lines = ['User-Name = "anna"', 'Acct-Session-Id = "81100001"', 'NAS-IP-Address = 10.0.0.1'];

    for (const status of ['Start', 'Interim-Update', 'Stop']) {
      const output = await radclient('acct', bench.accounting, secretText, [...lines, `Acct-Status-Type = ${status}`]);
      expect(output).toContain('Received Accounting-Response');
    }

    expect(bench.sink.events.map(({ status }) => status)).toEqual(['start', 'interim', 'stop']);
  });

  it('is answered to Status-Server', async () => {
    await using bench = await startServer([]);

    const output = await radclient('status', bench.auth, secretText, [sign]);

    expect(output).toContain('Received Access-Accept');
  });
});
