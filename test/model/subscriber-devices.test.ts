import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMac, macFormats } from '../../src/base/mac.ts';
import type { Subscription } from '../../src/model/kinds/subscription.ts';
import { changed } from '../support/hotspot-network.ts';
import { document, errorsOf, lines, load, modelOf, router, subscription } from '../support/manifest.ts';

const macAuth = { 'edge.yaml': ['dnsName: login', 'macAuth: {}, dnsName: login'] } as const;
const login = (name: string) => `username: ${name}\npassword: {derive: 1}`;
const person = (name: string, spec: string) => document('Subscriber', name, spec);
const network = (kate: string, more: Readonly<Record<string, string>> = {}) =>
  changed(macAuth, { 'kate.yaml': person('kate', kate), ...more });
const told = (kate: string, more = {}) =>
  lines(load(network(kate, more))).filter((line) => !line.includes('LM_PLAIN_API'));
const kate = (spec: string): Subscription => subscription(modelOf(network(spec)), 'kate');

describe('the MACs of a subscriber', () => {
  it('SPL-17: are kept in one spelling, in the order declared', () => {
    const macs = '["0c-42-a1-00-00-01", "0C42A1000002", "0c42.a100.0003", "0c:42:a1:00:00:04"]';

    expect(kate(`service: fibre-dhcp\nmac: ${macs}`).macs).toEqual([
      '0C:42:A1:00:00:01',
      '0C:42:A1:00:00:02',
      '0C:42:A1:00:00:03',
      '0C:42:A1:00:00:04',
    ]);
  });

  it('SPL-20: may be written in every format in which a router sends them', () => {
    const octets = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 5, maxLength: 5 });

    fc.assert(
      fc.property(octets, fc.constantFrom(...macFormats), fc.boolean(), (rest, format, lower) => {
        const mac = ['0C', ...rest.map((octet) => octet.toString(16).padStart(2, '0').toUpperCase())].join(':');
        const text = formatMac(mac, format);
        const spec = `service: fibre-dhcp\nmac: ["${lower ? text.toLowerCase() : text}"]`;

        expect(kate(spec).macs).toEqual([mac]);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['0C:42:A1:00:00', '"0C:42:A1:00:00" is no MAC address'],
    ['0C:42:A1:00:00:0G', 'is no MAC address'],
    ['kate', '"kate" is no MAC address'],
    ['00:00:00:00:00:00', 'the MAC 00:00:00:00:00:00 is nobody'],
    ['FF:FF:FF:FF:FF:FF', 'the MAC FF:FF:FF:FF:FF:FF is for groups of devices'],
    ['01-00-5e-00-00-01', 'the MAC 01:00:5E:00:00:01 is for groups of devices'],
  ])('%s is none of one', (mac, said) => {
    expect(told(`service: fibre-dhcp\nmac: ["0C:42:A1:00:00:01", "${mac}"]`)).toEqual([
      expect.stringMatching(/^kate.yaml:6:30 error LM_MAC /),
    ]);
    expect(told(`service: fibre-dhcp\nmac: ["${mac}"]`)[0]).toContain(said);
  });

  it('belong to one subscriber, whatever their spelling', () => {
    const files = { 'ben.yaml': person('ben', 'service: fibre-dhcp\nmac: ["0c42a1000001"]') };

    expect(told('service: fibre-dhcp\nmac: ["0C:42:A1:00:00:01"]', files)).toEqual([
      'kate.yaml:6:9 error LM_DUPLICATE_MAC the MAC 0C:42:A1:00:00:01 belongs to "ben", at ben.yaml:1',
    ]);
  });

  it('belong to one of its services', () => {
    const services = `services:
  - {name: home, service: fibre-dhcp, mac: ["0C:42:A1:00:00:01"]}
  - {name: cafe, service: guest, mac: ["0C:42:A1:00:00:01"]}`;

    expect(told(services)).toEqual([
      'kate.yaml:7:42 error LM_DUPLICATE_MAC the MAC 0C:42:A1:00:00:01 stands twice in the subscriber "kate"',
    ]);
  });

  it("are nobody else's username", () => {
    const files = { 'ben.yaml': person('ben', `service: guest\n${login('"0c42a1000001"')}`) };

    expect(told('service: fibre-dhcp\nmac: ["0C:42:A1:00:00:01"]', files)).toEqual([
      'ben.yaml:1:1 error LM_DUPLICATE_MAC the username "0c42a1000001" is a MAC of "kate", at kate.yaml:1',
    ]);
  });

  it('are warned about once when devices made them up', () => {
    const macs = '["02:00:00:00:00:01", "da-a1-19-00-00-02"]';

    expect(told('service: fibre-dhcp\nmac: ["02:00:00:00:00:01"]')).toEqual([
      expect.stringContaining('kate.yaml:6:9 warning LM_RANDOM_MAC the MAC 02:00:00:00:00:01 is locally administered'),
    ]);
    expect(told(`service: fibre-dhcp\nmac: ${macs}`)).toEqual([
      expect.stringContaining('kate.yaml:6:9 warning LM_RANDOM_MAC 2 MACs are locally administered'),
    ]);
  });

  it('are warned about once where nothing looks at them', () => {
    const pppoe = { 'home.yaml': document('Service', 'home', 'access: [pppoe]') };

    expect(told(`service: home\n${login('kate')}\nmac: ["0C:42:A1:00:00:01"]`, pppoe)).toEqual([
      'kate.yaml:1:1 warning LM_NO_EFFECT "mac" of the subscriber "kate" is without effect: service "home" is PPPoE',
    ]);
  });
});

describe('what a subscriber is known by', () => {
  it('SPL-17: is its MAC alone with DHCP, and its address may be left to the pool', () => {
    const pooled = { 'pooled.yaml': document('Service', 'pooled', 'access: [dhcp]\naddress: {pool: homes}') };
    const spec = 'service: pooled\nmac: ["0C:42:A1:00:00:01"]\nauth: local\nrouter: edge-1';

    const { username, password, address, localOn } = subscription(modelOf(network(spec, pooled)), 'kate');

    expect({ username, password, address, localOn }).toEqual({ localOn: ['edge-1'] });
  });

  it('SPL-20: is username and password, MACs, or both at a hotspot', () => {
    expect(kate(`service: guest\n${login('kate')}`)).toMatchObject({ username: 'kate', macs: [] });
    expect(kate('service: guest\nmac: ["0C:42:A1:00:00:01"]').username).toBeUndefined();
    expect(kate(`service: guest\n${login('kate')}\nmac: ["0C:42:A1:00:00:01"]`)).toMatchObject({
      username: 'kate',
      macs: ['0C:42:A1:00:00:01'],
    });
  });

  it.each([
    ['service: fibre-dhcp', '"mac" of the subscriber "kate" is missing: service "fibre-dhcp" is DHCP'],
    [
      `service: fibre-dhcp\n${login('kate')}`,
      '"mac" of the subscriber "kate" is missing: service "fibre-dhcp" is DHCP',
    ],
    ['service: guest', '"username" or "mac" of the subscriber "kate" is missing: service "guest" is hotspot'],
    ['service: home', '"username" and "password" of the subscriber "kate" are missing: service "home" is PPPoE'],
    ['service: both', '"username" or "mac" of the subscriber "kate" is missing: service "both" is PPPoE and DHCP'],
    ['service: guest\nusername: kate', '"password" of the subscriber "kate" is missing'],
    ['service: guest\npassword: {derive: 1}', '"username" of the subscriber "kate" is missing'],
  ])('SPL-25: %s: what is missing is named with the line of the subscriber', (spec, said) => {
    const more = {
      'kate.yaml': `${person('ben', `service: guest\n${login('ben')}`)}---\n${person('kate', spec)}`,
      'home.yaml': document('Service', 'home', 'access: [pppoe]'),
      'both.yaml': document('Service', 'both', 'access: [pppoe, dhcp]'),
    };

    expect(told(spec, more)).toEqual([`kate.yaml:9:1 error LM_MISSING_KEY ${said}`]);
  });

  it('SPL-25: is missing in an item of a list, or an entry of services, at its line', () => {
    const list = `apiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: all}\ndefaults: {service: fibre-dhcp}\nitems:\n  - {name: leo, mac: ["0C:42:A1:00:00:09"]}\n  - {name: mia}\n`;
    const entry = 'services:\n  - {name: a, service: guest}';

    expect(told(entry, { 'list.yaml': list })).toEqual([
      'kate.yaml:6:7 error LM_MISSING_KEY "username" or "mac" of the subscriber "kate" is missing: service "guest" is hotspot',
      'list.yaml:7:6 error LM_MISSING_KEY "mac" of the subscriber "mia" is missing: service "fibre-dhcp" is DHCP',
    ]);
  });

  it('is not asked of a service that is not known', () => {
    expect(told('service: nothing')).toEqual([expect.stringContaining('LM_UNKNOWN_REFERENCE')]);
    expect(
      told('service: broken\nmac: ["0C:42:A1:00:00:01"]', {
        'b.yaml': document('Service', 'broken', 'access: [hotspt]'),
      }),
    ).toEqual([expect.stringContaining('LM_UNKNOWN_WORD')]);
  });

  it('is enough for one of the ways of its service', () => {
    const both = { 'both.yaml': document('Service', 'both', 'access: [pppoe, dhcp]') };

    expect(errorsOf(load(network(`service: both\n${login('kate')}`, both)))).toEqual([]);
    expect(errorsOf(load(network('service: both\nmac: ["0C:42:A1:00:00:01"]', both)))).toEqual([]);
  });
});

describe('a login that a router is to keep', () => {
  const far = { 'core.yaml': router };
  const local = 'auth: local\nrouter: core-1';

  it('SPL-20: needs a hotspot there', () => {
    expect(told(`service: guest\n${login('kate')}\n${local}`, far)).toEqual([
      'kate.yaml:1:1 error LM_NO_HOTSPOT "kate" is to be kept on "core-1", which has no hotspot',
    ]);
  });

  it('SPL-25: needs a DHCP server there', () => {
    expect(told(`service: fibre-dhcp\nmac: ["0C:42:A1:00:00:01"]\n${local}`, far)).toEqual([
      'kate.yaml:1:1 error LM_NO_DHCP_SERVER "kate" is to be kept on "core-1", which has no DHCP server',
    ]);
  });

  it('needs a hotspot that lets devices in, when it is a device', () => {
    const spec = 'service: guest\nmac: ["0C:42:A1:00:00:01"]\nauth: local\nrouter: edge-1';

    expect(told(spec)).toEqual([]);
    expect(errorsOf(load(changed({}, { 'kate.yaml': person('kate', spec) })))).toEqual([
      expect.stringContaining(
        'LM_NO_MAC_AUTH "kate" is known by "mac" alone, and no hotspot of "edge-1" lets devices in',
      ),
    ]);
  });

  it('SPL-21: is warned about a fixed address that no hotspot there has for it', () => {
    const spec = (address: string) =>
      `service: guest\nmac: ["0C:42:A1:00:00:01"]\naddress: ${address}\nauth: local\nrouter: edge-1`;
    const outside = (address: string) =>
      told(spec(address)).filter((line) => line.includes('LM_ADDRESS_OUTSIDE_NETWORK'));

    expect(outside('10.5.50.9')).toEqual([]);
    expect(outside('10.99.0.9')).toEqual([
      'kate.yaml:7:12 warning LM_ADDRESS_OUTSIDE_NETWORK "kate" gets another address than 10.99.0.9 at the hotspots of "edge-1": it is none of theirs',
    ]);
  });

  it('SPL-25: needs a pool to take its address from, when it has none', () => {
    const spec = 'service: fibre-dhcp\nmac: ["0C:42:A1:00:00:01"]\nauth: local\nrouter: edge-1';
    const only = changed({ 'edge.yaml': [/ {4}- \{name: dhcp-guests.*\n/, ''] }, { 'kate.yaml': person('kate', spec) });

    expect(told(spec)).toEqual([
      'kate.yaml:1:1 error LM_NO_POOL the lease of "kate" on "edge-1" has no address: no pool is named',
    ]);
    expect(errorsOf(load(only))).toEqual([]);
  });

  it('is warned about where its hotspot shows the portal, which cannot check it', () => {
    const spec = `service: guest\n${login('kate')}\nauth: local\nrouter: edge-1`;

    expect(told(spec)).toEqual([
      expect.stringContaining('kate.yaml:1:1 warning LM_LOCAL_BEHIND_PORTAL "kate" logs in at "edge-1" itself'),
    ]);
    expect(told(spec, { 'lobby.yaml': '' }).filter((line) => line.includes('BEHIND'))).toEqual([]);
  });

  it('SPL-18: has one device where it has a fixed address', () => {
    const spec = 'service: fibre-dhcp\naddress: 10.30.0.5\nmac: ["0C:42:A1:00:00:01", "0C:42:A1:00:00:02"]';

    expect(told(`${spec}\nauth: local\nrouter: edge-1`)).toEqual([
      'kate.yaml:6:12 error LM_ADDRESS_OF_SEVERAL "kate" has 2 devices and one fixed address: a lease belongs to one device',
    ]);
    expect(told(spec)).toEqual([]);
  });
});

describe('the fixed address of a device', () => {
  it('SPL-17: lies in a network of its routers, or is warned about', () => {
    const edge = ['static: [10.30.0.2-10.30.0.99]', 'static: [10.30.0.2-10.30.0.99, 10.77.0.0/24]'] as const;
    const at = (address: string) =>
      lines(
        load(
          changed(
            { 'edge.yaml': edge },
            { 'kate.yaml': person('kate', `service: fibre-dhcp\nmac: ["0C:42:A1:00:00:01"]\naddress: ${address}`) },
          ),
        ),
      ).filter((line) => line.includes('NETWORK'));

    expect(at('10.30.0.5')).toEqual([]);
    expect(at('10.77.0.5')).toEqual([
      'kate.yaml:7:12 warning LM_ADDRESS_OUTSIDE_NETWORK 10.77.0.5 lies in no DHCP network of its routers: "kate" will be told no gateway',
    ]);
  });
});

describe('a login that RADIUS is to decide', () => {
  it('is warned about when no router would ask: once for each service', () => {
    const without = { ...changed({}), 'lobby.yaml': '' };
    const files = {
      ...without,
      'a.yaml': person('a', 'service: guest\nmac: ["0C:42:A1:00:00:01"]'),
      'b.yaml': person('b', 'service: guest\nmac: ["0C:42:A1:00:00:02"]'),
      'c.yaml': person('c', `service: guest\n${login('c')}`),
    };

    expect(lines(load(files)).filter((line) => line.includes('NOBODY'))).toEqual([
      'a.yaml:1:1 warning LM_NOBODY_ASKS "a" can get in nowhere: no router has a hotspot with macAuth that asks RADIUS',
    ]);
  });

  it('is not warned about when others may ask', () => {
    const client = '    clients: [{name: wlan, clientAddress: 192.0.2.64, secret: {derive: 1}}]\n  portal:';
    const files = changed(
      { 'operator.yaml': ['  portal:', client] },
      { 'a.yaml': person('a', 'service: guest\nmac: ["0C:42:A1:00:00:01"]') },
    );

    expect(lines(load(files)).filter((line) => line.includes('NOBODY'))).toEqual([]);
  });
});
