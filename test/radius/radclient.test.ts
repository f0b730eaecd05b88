import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
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

  it('reads attributes of every kind, and shows those that are hidden on the way', async () => {
    const attributes = [
      { name: 'Tunnel-Type:1', value: 'VLAN' },
      { name: 'Tunnel-Private-Group-Id:1', value: '100' },
      { name: 'Tunnel-Private-Group-Id', value: '200' },
      { name: 'Tunnel-Password:1', value: new Secret('hush hush hush hush') },
      { name: 'Tunnel-Password', value: new Secret('and again') },
      { name: 'Ascend-Send-Secret', value: new Secret('pssst') },
      { name: 'Cisco-AVPair', value: 'ip:addr-pool=homes' },
      { name: 'Framed-IPv6-Prefix', value: '2001:db8:1::/48' },
      { name: 'Framed-IPv6-Address', value: '2001:db8::7' },
      { name: 'Framed-Interface-Id', value: '0000:0000:0000:0007' },
      { name: 'MIP6-Feature-Vector', value: '18446744073709551615' },
      { name: 'PMIP6-Home-IPv4-HoA', value: '192.0.2.0/24' },
      { name: 'IPv6-6rd-Configuration', value: 'IPv6-6rd-IPv4MaskLen=8, IPv6-6rd-BR-IPv4-Address=192.0.2.1' },
      { name: 'IP-Port-Limit-Info', value: 'IP-Port-Limit=512' },
      { name: 'Attr-26.2352.99', value: '0x0102' },
    ];
    await using bench = await startServer([login('anna', { limits: { interimSeconds: 120, attributes } })]);

    const request = ['User-Name = "anna"', 'User-Password = "correct horse"', sign];
    const output = await radclient('auth', bench.auth, secretText, request);

    expect(output.split('\n').map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        'Tunnel-Type:1 = VLAN',
        'Tunnel-Private-Group-Id:1 = "100"',
        'Tunnel-Private-Group-Id:0 = "200"',
        'Tunnel-Password:1 = "hush hush hush hush"',
        'Tunnel-Password:0 = "and again"',
        'Ascend-Send-Secret = "pssst"',
        'Cisco-AVPair = "ip:addr-pool=homes"',
        'Framed-IPv6-Prefix = 2001:db8:1::/48',
        'Framed-IPv6-Address = 2001:db8::7',
        'Framed-Interface-Id = 0:0:0:7',
        'MIP6-Feature-Vector = 18446744073709551615',
        'PMIP6-Home-IPv4-HoA = 192.0.2.0/24',
        // Not in the dictionary of 3.2.1.
        expect.stringMatching(/^(IPv6-6rd-IPv4MaskLen = 8|Attr-173\.1 = 0x00000008)$/),
        expect.stringMatching(/^(IPv6-6rd-BR-IPv4-Address = 192\.0\.2\.1|Attr-173\.3 = 0xc0000201)$/),
        'IP-Port-Limit = 512',
        'Attr-26.2352.99 = 0x0102',
      ]),
    );
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

    const output = await radclient('auth', bench.auth, secret, lines, 1);

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
