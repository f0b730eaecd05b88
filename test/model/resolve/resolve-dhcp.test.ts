import { describe, expect, it } from 'vitest';
import type { DhcpServer } from '../../../src/model/kinds/router.ts';
import { changed } from '../../support/hotspot-network.ts';
import { errorsOf, lines, load, modelOf } from '../../support/manifest.ts';

type Edit = readonly [from: string | RegExp, to: string];

const serverOf = (name: string, edit?: Edit): DhcpServer => {
  const model = modelOf(changed(edit === undefined ? {} : { 'edge.yaml': edit }));
  const found = model.routers[0]?.dhcp.find((server) => server.name === name);
  if (found === undefined) throw new Error(`no server ${name}`);
  return found;
};
const errors = (edit: Edit) => errorsOf(load(changed({ 'edge.yaml': edit })));

describe('a DHCP server', () => {
  it('IS-46, IS-49: has a pool, a lease time and a network with its gateway', () => {
    expect(serverOf('dhcp-guests')).toEqual({
      name: 'dhcp-guests',
      interface: 'bridge-guests',
      pool: 'guests',
      leaseSeconds: 3600,
      network: { address: '10.5.50.0/24', gateway: '10.5.50.1', dns: [] },
      radius: false,
      origin: { file: 'edge.yaml', line: 13, column: 8 },
    });
  });

  it('asks RADIUS, unless a hotspot on its interface does', () => {
    expect(serverOf('dhcp-homes').radius).toBe(true);
    expect(serverOf('dhcp-guests').radius).toBe(false);
  });

  it('asks RADIUS only where the router does', () => {
    expect(serverOf('dhcp-homes', ['{secret: {derive: 1}}', '{secret: {derive: 1}, services: [hotspot]}']).radius).toBe(
      false,
    );
  });

  it('says what it gives to devices that nobody declared', () => {
    const edit = ['pool: homes,', 'pool: homes, unknownClients: {pool: fake, rate: {down: 1M, up: 256k}},'] as const;

    expect(serverOf('dhcp-homes', edit).unknownClients).toEqual({
      pool: 'fake',
      rate: { down: 1_000_000, up: 256_000 },
    });
  });

  it('shows them only a site that is declared, and slows nobody down without RADIUS', () => {
    const redirect = ['pool: homes,', 'pool: homes, unknownClients: {pool: fake, redirect: {site: x}},'] as const;
    const rate = [
      'pool: guests, leaseTime',
      'pool: guests, unknownClients: {pool: fake, rate: {down: 1M, up: 1M}}, leaseTime',
    ];

    expect(errors(redirect)).toEqual([expect.stringContaining('LM_UNKNOWN_REFERENCE no PortalSite is called "x"')]);
    expect(lines(load(changed({ 'edge.yaml': rate as unknown as Edit })))).toContainEqual(
      expect.stringContaining('warning LM_NO_EFFECT_LOCALLY no RADIUS answer carries the rate of unknown clients'),
    );
  });
});

describe('what a router declares', () => {
  const services = (edit: Edit) =>
    modelOf(changed({ 'edge.yaml': edit }, { 'lobby.yaml': '' })).routers[0]?.radius?.services;

  it('is what it asks RADIUS about', () => {
    expect(services(['hotspots:\n', 'ppp: {localAddress: 10.0.0.1}\n  hotspots:\n'])).toEqual([
      'ppp',
      'hotspot',
      'dhcp',
    ]);
    expect(services([/ {2}hotspots:\n.*\n/, ''])).toEqual(['dhcp']);
    expect(services([/ {4}- \{name: dhcp-homes.*\n/, ''])).toEqual(['hotspot']);
    expect(services([/ {2}dhcp:[\s\S]*$/, ''])).toEqual(['ppp']);
  });
});

describe('the network of a DHCP server', () => {
  it.each([
    ['10.30.0.1/24', 'LM_ADDRESS_RANGE "10.30.0.1/24" is no IPv4 prefix without host bits'],
    ['10.30.0.0/33', 'LM_ADDRESS_RANGE'],
    ['10.30.0.0', 'LM_WRONG_FORMAT'],
    ['10.5.50.0/24', 'LM_DUPLICATE_ENTRY the network 10.5.50.0/24 is that of "dhcp-guests", too'],
  ])('%s is refused', (address, said) => {
    expect(errors(['address: 10.30.0.0/24', `address: ${address}`])).toContainEqual(expect.stringContaining(said));
  });

  it('IS-49: holds its gateway', () => {
    expect(errors(['gateway: 10.30.0.1', 'gateway: 10.31.0.1'])).toEqual([
      expect.stringContaining('LM_GATEWAY_OUTSIDE_NETWORK the gateway 10.31.0.1 lies outside 10.30.0.0/24'),
    ]);
    expect(errors(['gateway: 10.30.0.1', 'gateway: 10.30.0.300'])).toEqual([expect.stringContaining('LM_ADDRESS')]);
    expect(errors(['gateway: 10.30.0.1', 'gateway: 10.30.0.1, dns: [9.9.9]'])).toHaveLength(1);
  });
});

describe('two DHCP servers of a router', () => {
  it('have names and interfaces of their own', () => {
    expect(errors(['name: dhcp-homes', 'name: dhcp-guests'])).toEqual([expect.stringContaining('LM_DUPLICATE_ENTRY')]);
    expect(errors(['interface: ether3', 'interface: bridge-guests'])).toEqual([
      expect.stringContaining('LM_DUPLICATE_ENTRY "bridge-guests" stands twice'),
    ]);
  });
});

describe('pools of DHCP', () => {
  it.each([
    ['pool: homes,', 'pool: nowhere,'],
    ['pool: homes,', 'pool: homes, unknownClients: {pool: nowhere},'],
  ])('are those of the router (%s)', (from, to) => {
    expect(errors([from, to])).toEqual([
      expect.stringContaining('LM_UNKNOWN_REFERENCE no pool of this router is called "nowhere"'),
    ]);
  });
});

describe('a pool outside the network of its clients', () => {
  it('IS-45: is warned about, since they would be told no gateway', () => {
    const found = lines(load(changed({ 'edge.yaml': ['10.30.0.100-10.30.0.199', '10.30.0.100-10.30.1.9'] })));

    expect(found).toContainEqual(
      expect.stringContaining('warning LM_POOL_OUTSIDE_NETWORK 10.30.0.100-10.30.1.9 of the pool "homes" lies outside'),
    );
  });
});

describe('a pool that holds the gateway of a network', () => {
  it('is warned about, with what is left without it', () => {
    const { issues } = load(changed({ 'edge.yaml': ['ranges: [10.30.0.200-10.30.0.250]', 'ranges: [10.30.0.0/24]'] }));

    expect(issues.filter(({ code }) => code === 'LM_POOL_HOLDS_ROUTER')).toMatchObject([
      {
        severity: 'warning',
        message: 'the pool "fake" gives 10.30.0.1 to a client, the gateway of "dhcp-homes"',
        hint: 'leave it out: 10.30.0.0, 10.30.0.2-10.30.0.255',
      },
    ]);
  });

  it('is told once where the gateway is the hotspot, too', () => {
    const found = lines(load(changed({ 'edge.yaml': ['10.5.50.10-10.5.50.250', '10.5.50.1'] })));

    expect(found.filter((line) => line.includes('LM_POOL_HOLDS_ROUTER'))).toHaveLength(1);
  });
});

describe("the router's own name servers", () => {
  it('are told as declared, and nothing where nothing is', () => {
    const dns = (text: string) =>
      modelOf(changed({ 'edge.yaml': ['dhcp:', `system: {${text}}\n  dhcp:`] })).routers[0]?.dns;

    expect(dns('dns: {servers: [9.9.9.9, "2001:DB8::1"], allowRemoteRequests: true}')).toEqual({
      servers: ['9.9.9.9', '2001:db8::1'],
      allowRemoteRequests: true,
    });
    expect(dns('dns: {}')).toEqual({});
    expect(dns('identity: edge')).toBeUndefined();
  });

  it('are addresses', () => {
    expect(errors(['dhcp:', 'system: {dns: {servers: [300.1.1.1]}}\n  dhcp:'])).toEqual([
      expect.stringContaining('LM_ADDRESS "300.1.1.1" is no address'),
    ]);
  });
});
