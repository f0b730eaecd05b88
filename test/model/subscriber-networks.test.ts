import { describe, expect, it } from 'vitest';
import { document, errorsOf, lines, load, modelOf, operator, revealed, subscription } from '../support/manifest.ts';

const core = document(
  'Router',
  'core-1',
  `address: 127.0.0.2
api: {username: lm, password: {derive: 1}}
radius: {secret: {derive: 1}, services: [ppp, dhcp, wireless]}
pools: [{name: home, ranges: [10.0.0.0/24], static: [10.0.1.0/24]}]
dhcp: [{name: homes, interface: ether3, pool: home}]`,
);
const service = (access: string) => document('Service', 'home', `access: [${access}]\nrouters: [core-1]`);
const files = (person: string, access = 'pppoe') => ({
  'isp.yaml': operator,
  'core-1.yaml': core,
  'home.yaml': service(access),
  'anna.yaml': document('Subscriber', 'anna', `service: home\n${person}`),
});
const login = 'username: anna\npassword: {derive: 1}';
const said = (person: string, access?: string) => lines(load(files(person, access)));

describe('networks of a subscriber', () => {
  it('have one spelling', () => {
    const model = modelOf(
      files(`${login}
ipv6: {prefix: "2001:DB8:1:2::/64", delegated: "2001:db8:ff00::/56"}
routes: [10.9.0.0/24, {destination: 10.9.1.0/24, gateway: 10.0.1.7, metric: 5}]`),
    );

    expect(subscription(model, 'anna')).toMatchObject({
      ipv6: { prefix: '2001:db8:1:2::/64', delegated: '2001:db8:ff00::/56' },
      routes: [{ destination: '10.9.0.0/24' }, { destination: '10.9.1.0/24', gateway: '10.0.1.7', metric: 5 }],
    });
  });

  it('are read from lists, and from defaults under entries of services', () => {
    const list = `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: people}
items:
  - {name: anna, service: home, username: anna, password: {derive: 1}, routes: [10.9.0.0/24]}
  - name: bela
    services:
      - {name: tv, service: home, username: bela, password: {derive: 1}, ipv6: {prefix: "2001:db8::/64"}}
`;
    const model = modelOf({ ...files(login), 'anna.yaml': list });

    expect(subscription(model, 'anna').routes).toEqual([{ destination: '10.9.0.0/24' }]);
    expect(subscription(model, 'bela/tv').ipv6).toEqual({ prefix: '2001:db8::/64' });
  });

  it.each([
    [
      'ipv6: {prefix: "2001:db8::1/64"}',
      '8:18 error LM_ADDRESS_RANGE "2001:db8::1/64" is no IPv6 prefix without host bits',
    ],
    ['ipv6: {}', '8:9 error LM_OUT_OF_RANGE must not be empty'],
    ['routes: [10.9.0.1/24]', '8:12 error LM_ADDRESS_RANGE "10.9.0.1/24" is no IPv4 prefix without host bits'],
    [
      'routes: [{destination: 10.9.0.0/24, gateway: 10.9.0.300}]',
      '8:48 error LM_ADDRESS "10.9.0.300" is no IPv4 address',
    ],
    [
      'routes: [10.9.0.0/24, {destination: 10.9.0.0/24}]',
      '8:39 error LM_DUPLICATE_ADDRESS the network 10.9.0.0/24 stands twice in "anna"',
    ],
  ])('are refused where they are wrong: %s', (more, why) => {
    expect(said(`${login}\n${more}`)).toEqual([`anna.yaml:${why}`]);
  });

  it('belong to one subscriber', () => {
    const bela = document(
      'Subscriber',
      'bela',
      'service: home\nusername: bela\npassword: {derive: 1}\nroutes: [10.9.0.0/24]',
    );

    expect(errorsOf(load({ ...files(`${login}\nroutes: [10.9.0.0/24]`), 'bela.yaml': bela }))).toEqual([
      'bela.yaml:8:12 error LM_DUPLICATE_ADDRESS the network 10.9.0.0/24 belongs to "anna", at anna.yaml:1',
    ]);
  });

  it.each([
    [
      'dhcp',
      'mac: ["00:0C:42:00:D4:64"]\nipv6: {prefix: "2001:db8::/64"}',
      '7:9 error LM_NOT_POSSIBLE "anna" gets no IPv6 prefix: routers give them to PPPoE sessions only',
    ],
    [
      'hotspot, wireless',
      'mac: ["00:0C:42:00:D4:64"]\nroutes: [10.9.0.0/24]',
      '7:11 error LM_NOT_POSSIBLE "anna" gets no routes: they come with PPPoE sessions',
    ],
    [
      'dhcp',
      'mac: ["00:0C:42:00:D4:64"]\nauth: local\nroutes: [10.9.0.0/24]',
      '8:11 error LM_NOT_POSSIBLE "anna" gets no routes: they come with PPPoE sessions, and RADIUS for DHCP',
    ],
    [
      'pppoe',
      `${login}\nauth: local\nipv6: {delegated: "2001:db8::/56"}`,
      '9:21 error LM_NOT_POSSIBLE a router that lets "anna" in by itself cannot delegate a fixed prefix',
    ],
    [
      'pppoe',
      `${login}\nauth: hybrid\nipv6: {delegated: "2001:db8::/56"}`,
      '9:21 warning LM_NO_EFFECT_LOCALLY a router that lets "anna" in by itself cannot delegate a fixed prefix: while it is without us there is none',
    ],
    [
      'dhcp',
      'mac: ["00:0C:42:00:D4:64"]\nauth: hybrid\nroutes: [10.9.0.0/24]',
      '8:11 warning LM_NO_EFFECT_LOCALLY a lease on a router has no routes: "anna" is without them while the router is without us',
    ],
  ])('IS-04: are for those who can have them: %s, %s', (access, person, why) => {
    expect(said(person, access).filter((line) => !line.includes('LM_NOBODY_ASKS'))).toContain(`anna.yaml:${why}`);
  });

  it('SPL-04: a fixed address, a pool and none are all possible for somebody local', () => {
    expect(said(`${login}\nauth: local\naddress: 10.0.1.7`)).toEqual([]);
    expect(said(`${login}\nauth: local`)).toEqual([]);
    expect(said('mac: ["00:0C:42:00:D4:64"]\nauth: local', 'dhcp')).toEqual([]);
    expect(said(`${login}\nauth: local\naddress: 10.0.2.7`)).toEqual([
      expect.stringContaining('error LM_ADDRESS_OUTSIDE_POOLS 10.0.2.7 lies outside every pool of router core-1'),
    ]);
  });
});

describe('a wireless device', () => {
  it('is known by its MAC, and may have a passphrase', () => {
    const model = modelOf(files('mac: ["00:0C:42:00:D4:64"]\npassword: correct horse', 'wireless'));
    const anna = subscription(model, 'anna');

    expect(anna).toMatchObject({ macs: ['00:0C:42:00:D4:64'], radius: true });
    expect(anna).not.toHaveProperty('username');
    expect(anna).not.toHaveProperty('password');
    expect(revealed(anna.passphrase)).toBe('correct horse');
  });

  it('needs no declared radio where its router keeps it', () => {
    expect(said('mac: ["00:0C:42:00:D4:64"]\nauth: local', 'wireless')).toEqual([]);
  });

  it.each([
    [
      login,
      'wireless',
      '1:1 error LM_MISSING_KEY "mac" of the subscriber "anna" is missing: service "home" is wireless',
    ],
    [
      'mac: ["00:0C:42:00:D4:64"]\npassword: short',
      'wireless',
      '7:13 error LM_PASSPHRASE a passphrase has 8 to 63 letters, digits and signs of ASCII',
    ],
    [
      'mac: ["00:0C:42:00:D4:64"]\npassword: long enough',
      'dhcp',
      '1:1 error LM_MISSING_KEY "username" of the subscriber "anna" is missing',
    ],
  ])('is refused where it is wrong: %s', (person, access, why) => {
    expect(said(person, access)).toEqual([`anna.yaml:${why}`]);
  });

  it('gets in nowhere without a router that asks RADIUS about it', () => {
    const without = core.replace(', wireless]', ']');
    const manifest = load({ ...files('mac: ["00:0C:42:00:D4:64"]', 'wireless'), 'core-1.yaml': without });

    expect(lines(manifest)).toEqual([
      'anna.yaml:1:1 warning LM_NOBODY_ASKS "anna" can get in nowhere: no router has a wireless network that asks RADIUS',
    ]);
  });
});
