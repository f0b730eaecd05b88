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
    const numbers = new Set(allAttributes.map(({ vendor, number }) => `${vendor} ${number}`));

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
  ])('%s = %s is refused', (name, value, words) => {
    expect(checkAttribute(name, value)).toMatch(words);
  });
});

describe('attributes shown to people', () => {
  it('are named, safe to print, and without secrets', () => {
    const packet = Buffer.concat([
      encodeNamed({ name: 'User-Name', value: 'an\u001bna' }),
      encodeNamed({ name: 'Service-Type', value: 2 }),
      encodeNamed({ name: 'Mikrotik-Wireless-PSK', value: 'hush' }),
      encodeNamed({ name: 'Tunnel-Type', value: 'VLAN' }),
      Buffer.of(26, 9, 0, 0, 0, 9, 1, 3, 5),
    ]);

    expect(describeAttributes(packet, 0, packet.length)).toEqual([
      { name: 'User-Name', value: 'an\\u{1b}na' },
      { name: 'Service-Type', value: 'Framed-User' },
      { name: 'Mikrotik-Wireless-PSK', value: '[secret]' },
      { name: 'Tunnel-Type', value: 'VLAN' },
      { name: 'Attr-26.9.1', value: '0x05' },
    ]);
  });
});
