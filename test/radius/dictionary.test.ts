import { describe, expect, it } from 'vitest';
import { checkAttribute } from '../../src/radius/dictionary/check-attribute.ts';
import { describeAttributes } from '../../src/radius/dictionary/describe.ts';
import { allAttributes, attributeNamed, attributeNumbered, valueName } from '../../src/radius/dictionary/dictionary.ts';
import { encodeNamed } from '../../src/radius/dictionary/encode-named.ts';
import { mikrotikAttributes } from '../../src/radius/dictionary/mikrotik.ts';

describe('the dictionary', () => {
  it('IW-27: has all thirty attributes of MikroTik, numbered 1 to 30 without a gap', () => {
    expect(mikrotikAttributes.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(mikrotikAttributes.every(({ vendor }) => vendor === 14988)).toBe(true);
  });

  it('has every name and every number once', () => {
    const names = new Set(allAttributes.map(({ name }) => name));
    const numbers = new Set(allAttributes.map(({ extended, vendor, number }) => `${extended} ${vendor} ${number}`));

    expect([names.size, numbers.size]).toEqual([allAttributes.length, allAttributes.length]);
  });

  it('finds by name and by number', () => {
    expect(attributeNamed('Mikrotik-Rate-Limit')).toMatchObject({ vendor: 14988, number: 8, type: 'text' });
    expect(attributeNumbered(14988, 19)?.name).toBe('Mikrotik-Address-List');
    expect(attributeNumbered(undefined, 27)?.name).toBe('Session-Timeout');
    expect(valueName('Error-Cause', 503)).toBe('Session-Context-Not-Found');
    expect(attributeNamed('constructor')).toBeUndefined();
  });
});

describe('an attribute that an operator declares', () => {
  it.each<[string, string | number]>([
    ['Mikrotik-Address-List', 'customers'],
    ['Mikrotik-Group', 'default'],
    ['Port-Limit', 1],
    ['Port-Limit', '1'],
    ['Service-Type', 'Framed-User'],
    ['Framed-Route', '192.0.2.0/24 192.0.2.1 1'],
    ['Delegated-IPv6-Prefix', '2001:db8:7::/48'],
    ['Tunnel-Type', 'VLAN'],
    ['Tunnel-Private-Group-Id', 100],
    ['WISPr-Redirection-URL', 'https://isp.example/'],
    ['Filter-Id', 'customers.in'],
    ['Tunnel-Type:1', 'VLAN'],
    ['Tunnel-Medium-Type:1', 6],
    ['Tunnel-Private-Group-Id:1', '100'],
    ['Cisco-AVPair', 'ip:sub-qos-policy-in=GOLD'],
    ['Ascend-Xmit-Rate', 20_000_000],
    ['MS-Primary-DNS-Server', '192.0.2.53'],
    ['Framed-Interface-Id', '0000:0000:0000:0001'],
    ['MIP6-Feature-Vector', '18446744073709551615'],
    ['PMIP6-Home-IPv4-HoA', '192.0.2.0/24'],
    ['Framed-IPv6-Address', '2001:db8::7'],
    ['NAS-Filter-Rule', `permit in ip from any to any ${'x'.repeat(300)}`],
    ['User-Priority-Table', '0x0001020304050607'],
    [
      'IPv6-6rd-Configuration',
      'IPv6-6rd-IPv4MaskLen=8, IPv6-6rd-Prefix=2001:db8::/32, IPv6-6rd-BR-IPv4-Address=192.0.2.1',
    ],
    ['IP-Port-Limit-Info', 'IP-Port-Type=2, IP-Port-Limit=512'],
    ['Attr-250', '0x01'],
    ['Attr-26.2352.1', 'gold'],
    ['Attr-241.200', '0x0102'],
    ['Attr-245.26.9.1', `0x${'ab'.repeat(600)}`],
  ])('%s = %s is good, and can be encoded', (name, value) => {
    expect(checkAttribute(name, value)).toBeUndefined();
    expect(encodeNamed({ name, value }).length).toBeGreaterThan(2);
  });

  it.each<[string, string | number, RegExp]>([
    ['Mikrotik-Adress-List', 'x', /unknown RADIUS attribute.*did you mean "Mikrotik-Address-List"\?/],
    ['mikrotik-group', 'x', /did you mean "Mikrotik-Group"\?/],
    ['Nothing-Of-The-Kind', 'x', /^unknown RADIUS attribute "Nothing-Of-The-Kind"$/],
    ['Port-Limit', 'many', /whole number from 0 to 4294967295, not "many"/],
    ['Port-Limit', -1, /whole number/],
    ['Port-Limit', 1.5, /whole number/],
    ['Service-Type', 'Framed-Usr', /did you mean "Framed-User"\?/],
    ['Service-Type', '__proto__', /takes a number or one of/],
    ['Framed-IP-Address', '10.0.0', /IPv4 address such as/],
    ['Mikrotik-Group', 'x'.repeat(248), /1 to 247 octets of text/],
    ['Filter-Id', '', /1 to 253 octets of text/],
    ['Session-Timeout', 3600, /set sessions\.timeout/],
    ['User-Password', 'x', /belongs to requests/],
    ['Message-Authenticator', 'x', /belongs to requests/],
    ['EAP-Message', 'x', /belongs to requests/],
    ['State', 'x', /belongs to requests/],
    ['Class', 'x', /lastmile sets it/],
    ['Acct-Input-Octets', 1, /belongs to accounting/],
    ['MS-MPPE-Send-Key', 'x', /authentication sets it/],
    ['Frag-Status', 1, /belongs to requests/],
    ['Tunnel-Type:32', 'VLAN', /^the tag of "Tunnel-Type:32" is not from 0 to 31$/],
    ['Tunnel-Type:1', 'VLAM', /did you mean "VLAN"\?/],
    ['Tunnel-Preference:1', 16_777_216, /whole number from 0 to 16777215/],
    ['Session-Timeout:1', 'x', /^attribute Session-Timeout has no tag: write it without$/],
    ['Filter-Id:1', 'x', /has no tag/],
    ['Tunnel-Tipe:1', 'VLAN', /did you mean "Tunnel-Type"\?/],
    ['Attr-27', '0x00000e10', /^"Attr-27" is Session-Timeout: write it so$/],
    ['Attr-26.14988.8', '5M', /is Mikrotik-Rate-Limit/],
    ['Attr-26', '0x01', /^unknown RADIUS attribute/],
    ['Attr-0', '0x01', /^unknown RADIUS attribute/],
    ['Attr-256', '0x01', /^unknown RADIUS attribute/],
    ['Attr-241', '0x01', /^unknown RADIUS attribute/],
    ['Attr-26.16777216.1', '0x01', /^unknown RADIUS attribute/],
    ['User-Priority-Table', '0x00', /takes 8 octets, as in 0x0000000000000000/],
    ['IPv6-6rd-Configuration', 'IPv6-6rd-Mask=8', /takes "name=value, name=value" of IPv6-6rd-IPv4MaskLen, /],
    ['Tunnel-Password:1', 'x'.repeat(240), /^Tunnel-Password takes 1 to 239 octets/],
    ['Ascend-Send-Secret', 'x'.repeat(17), /1 to 16 octets/],
  ])('%s = %s is refused', (name, value, words) => {
    expect(checkAttribute(name, value)).toMatch(words);
  });
});

describe('attributes shown to people', () => {
  it('are named, safe to print, and without secrets', () => {
    const packet = Buffer.concat([
      encodeNamed({ name: 'User-Name', value: 'an\u001bna' }),
      encodeNamed({ name: 'Tunnel-Private-Group-Id:3', value: '100' }),
      encodeNamed({ name: 'IPv6-6rd-Configuration', value: 'IPv6-6rd-IPv4MaskLen=8,IPv6-6rd-Prefix=2001:db8::/32' }),
      encodeNamed({ name: 'Attr-241.26.9.1', value: '0x05' }),
      Buffer.of(27, 3, 1),
      encodeNamed({ name: 'Service-Type', value: 2 }),
      encodeNamed({ name: 'Mikrotik-Wireless-PSK', value: 'hush' }),
      encodeNamed({ name: 'Tunnel-Type', value: 'VLAN' }),
      Buffer.of(26, 9, 0, 0, 9, 48, 1, 3, 5),
    ]);

    expect(describeAttributes(packet, 0, packet.length)).toEqual([
      { name: 'User-Name', value: 'an\\u{1b}na' },
      { name: 'Tunnel-Private-Group-Id:3', value: '100' },
      { name: 'IPv6-6rd-Configuration', value: 'IPv6-6rd-IPv4MaskLen=8, IPv6-6rd-Prefix=2001:db8::/32' },
      { name: 'Attr-241.26.9.1', value: '0x05' },
      { name: 'Session-Timeout', value: '0x01' },
      { name: 'Service-Type', value: 'Framed-User' },
      { name: 'Mikrotik-Wireless-PSK', value: '[secret]' },
      { name: 'Tunnel-Type', value: 'VLAN' },
      { name: 'Attr-26.2352.1', value: '0x05' },
    ]);
  });
});
