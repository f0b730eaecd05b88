import { describe, expect, it } from 'vitest';
import { document, errorsOf, lines, load, modelOf, operator } from '../support/manifest.ts';

const core = document(
  'Router',
  'core-1',
  `address: 127.0.0.2
api: {username: lm, password: {derive: 1}}
radius: {secret: {derive: 1}}
pools: [{name: home, ranges: [10.0.0.0/24]}]
ipv6Pools: [{name: links, prefix: "2001:db8::/40", prefixLength: 64}, {name: homes, prefix: "2001:db8:1000::/36", prefixLength: 56}]`,
);
const page = document('PortalSite', 'page', 'bridge: {mikrotik: {router: core-1, hotspot: lobby}}\nmethods: [login]');
const files = (service: string, more: Readonly<Record<string, string>> = {}) => ({
  'isp.yaml': operator,
  'core-1.yaml': core,
  'home.yaml': document('Service', 'home', service),
  ...more,
});
const serviceOf = (service: string) => modelOf(files(service)).services[0];
const errors = (service: string, more?: Readonly<Record<string, string>>) => errorsOf(load(files(service, more)));
const person = (more: string) => ({
  'anna.yaml': document('Subscriber', 'anna', `service: home\nusername: anna\npassword: {derive: 1}\n${more}`),
});

describe('what a service limits and gives', () => {
  it('SPL-25: is read as declared', () => {
    expect(
      serviceOf(`access: [pppoe]
sessions: {max: 2}
connections: 400
profile: Home 20
address: {ipv6: {prefixPool: links, delegatedPool: homes}}
onSuspend: {redirect: {rate: {down: 512k, up: 256k}}}`),
    ).toMatchObject({
      sessions: { max: 2 },
      connections: 400,
      profile: 'Home 20',
      ipv6: { prefixPool: 'links', delegatedPool: 'homes' },
      onSuspend: { addressList: 'suspended', rate: { down: 512_000, up: 256_000 } },
    });
    expect(serviceOf('access: [pppoe]\nonSuspend: {reject: true}')).not.toHaveProperty('onSuspend');
    expect(serviceOf('access: [pppoe]\nonSuspend: {redirect: {addressList: debtors}}')?.onSuspend).toEqual({
      addressList: 'debtors',
    });
  });

  it.each([
    ['access: [pppoe]\nsessions: {max: 0}', 'LM_OUT_OF_RANGE "0" is too small'],
    ['access: [pppoe]\nsessions: {max: 10001}', 'LM_OUT_OF_RANGE "10001" is too large'],
    ['access: [pppoe]\nsessions: {whenExceeded: refuse}', 'LM_MISSING_KEY without "max" no session is one too many'],
    ['access: [pppoe]\nsessions: {max: 2, whenExceeded: ask}', 'LM_UNKNOWN_WORD'],
    ['access: [pppoe]\ndevices: {lock: true}', 'LM_MISSING_KEY'],
    ['access: [pppoe]\nvalidity: {lasts: 30d}', 'LM_MISSING_KEY "from" is missing'],
    ['access: [pppoe]\nconnections: 0', 'LM_OUT_OF_RANGE'],
    ['access: [pppoe]\nonSuspend: {}', 'LM_OUT_OF_RANGE must not be empty'],
    ['access: [pppoe]\nonSuspend: {reject: false}', 'LM_WRONG_VALUE must be true'],
    ['access: [pppoe]\nonSuspend: {reject: true, redirect: {}}', 'LM_OUT_OF_RANGE at most 1 keys'],
    ['access: [pppoe]\nonSuspend: {redirect: {site: pages}}', 'LM_UNKNOWN_REFERENCE no PortalSite is called "pages"'],
    [
      'access: [pppoe]\naddress: {ipv6: {delegatedPool: home}}',
      'LM_UNKNOWN_REFERENCE no IPv6 pool is called "home": not on core-1',
    ],
  ])('is refused where it is wrong: %s', (service, said) => {
    expect(errors(service)).toEqual([expect.stringContaining(said)]);
  });

  it('names the site that was meant', () => {
    const service = 'access: [pppoe]\nonSuspend: {redirect: {site: pages}}';

    expect(load(files(service, { 'page.yaml': page })).issues).toContainEqual(
      expect.objectContaining({ code: 'LM_UNKNOWN_REFERENCE', hint: 'did you mean page?', line: 6, column: 32 }),
    );
  });

  it('is silent about a site that is broken, which is told itself', () => {
    const broken = { 'page.yaml': page.replace('methods:', 'method:') };

    expect(errors('access: [pppoe]\nonSuspend: {redirect: {site: page}}', broken)).toEqual([
      expect.stringContaining('page.yaml:6:3 error LM_UNKNOWN_KEY'),
    ]);
  });
});

describe('pools that a service names', () => {
  it('are on the routers that keep its logins', () => {
    const second = core
      .replace('core-1', 'core-2')
      .replace('127.0.0.2', '127.0.0.3')
      .replace(/ipv6Pools.*/, 'mode: apply');
    const more = { ...person('router: core-2\nauth: local'), 'core-2.yaml': second };

    expect(
      errors('access: [pppoe]\naddress: {pool: home, ipv6: {prefixPool: links, delegatedPool: homes}}', more),
    ).toEqual([
      expect.stringContaining('home.yaml:6:44 error LM_UNKNOWN_REFERENCE no pool is called "links" on "core-2"'),
      expect.stringContaining('home.yaml:6:66 error LM_UNKNOWN_REFERENCE no pool is called "homes" on "core-2"'),
    ]);
  });
});

describe('a service that asks for what no router can do', () => {
  it.each([
    [
      'access: [dhcp]\nsessions: {max: 2}',
      '6:19 error LM_NOT_POSSIBLE "sessions.max" is not possible for "home", which is DHCP: routers count sessions of PPPoE and hotspots only',
    ],
    [
      'access: [dhcp, hotspot]\naddress: {ipv6: {delegatedPool: homes}}',
      '6:19 error LM_NOT_POSSIBLE "address.ipv6" is not possible for "home", which is DHCP and hotspot: routers give IPv6 prefixes to PPPoE sessions only',
    ],
    [
      'access: [wireless]\nconnections: 100',
      '6:16 error LM_NOT_POSSIBLE "connections" is not possible for "home", which is wireless: a wireless device has no address by which connections could be counted',
    ],
    [
      'access: [wireless]\nonSuspend: {redirect: {}}',
      '6:25 error LM_NOT_POSSIBLE "onSuspend.redirect" is not possible for "home", which is wireless: a wireless device has no address that could be redirected',
    ],
    [
      'access: [dhcp]\nprofile: x',
      '6:12 error LM_NOT_POSSIBLE "profile" is not possible for "home", which is DHCP: only PPP and hotspots have profiles',
    ],
  ])('IS-04: is refused: %s', (service, said) => {
    expect(errors(service)).toEqual([`home.yaml:${said}`]);
  });

  it('is not, where one of its ways can do it', () => {
    expect(
      errors(
        'access: [dhcp, pppoe]\nsessions: {max: 2}\nconnections: 9\nonSuspend: {redirect: {}}\naddress: {ipv6: {prefixPool: links}}',
      ),
    ).toEqual([]);
  });
});

describe('names of profiles on routers', () => {
  const other = (name: string, more = '') => ({
    [`${name}.yaml`]: document('Service', name, `access: [pppoe]\n${more}`),
  });

  it('belong to one service on each router', () => {
    expect(errors('access: [pppoe]\nprofile: gold', other('gold'))).toEqual([
      'home.yaml:6:12 error LM_DUPLICATE_PROFILE the profile "gold" is that of the service "gold", too',
    ]);
    expect(errors('access: [pppoe]\nprofile: x', other('gold', 'profile: x'))).toHaveLength(1);
    expect(errors('access: [pppoe]\nprofile: gold', other('gold', 'profile: x'))).toEqual([]);
  });

  it('may be the same in menus of their own: of PPP, and of hotspots', () => {
    expect(
      errors('access: [pppoe]\nprofile: x', {
        'spot.yaml': document('Service', 'spot', 'access: [hotspot]\nprofile: x'),
      }),
    ).toEqual([]);
  });

  it('may be the same on routers of their own', () => {
    const second = { 'core-2.yaml': core.replace('core-1', 'core-2').replace('127.0.0.2', '127.0.0.3') };

    expect(
      errors('access: [pppoe]\nrouters: [core-1]\nprofile: x', {
        ...second,
        ...other('gold', 'routers: [core-2]\nprofile: x'),
      }),
    ).toEqual([]);
  });
});

describe('a page for whom a service suspends, or nobody declared', () => {
  const site = page.replace('router: core-1', 'router: edge');
  const edge = document(
    'Router',
    'edge',
    `address: 127.0.0.3
api: {username: lm, password: {derive: 1}}
radius: {secret: {derive: 1}}
pools: [{name: fake, ranges: [10.5.50.10-10.5.50.90]}]
dhcp: [{name: lan, interface: bridge-lan, pool: fake, unknownClients: {pool: fake, redirect: {site: page}}}]
hotspots: [{name: lobby, interface: bridge, address: 10.6.0.1, dnsName: login.cafe.example}]`,
  );
  const told = (isp: string, service = 'access: [pppoe]') =>
    lines(load({ ...files(service), 'isp.yaml': isp, 'edge.yaml': edge, 'page.yaml': site })).filter((line) =>
      line.includes('LM_NO_PLAIN_PORTAL'),
    );
  const behindName = operator.replace('address: 192.0.2.1', 'address: "2001:db8::1"');

  it('is somewhere that routers can bring a browser to', () => {
    expect(told(operator)).toEqual([]);
    expect(told(`${behindName}  portal: {listen: "192.0.2.1:8080", publicUrl: "https://portal.example"}\n`)).toEqual(
      [],
    );
    expect(told(`${behindName}  portal: {publicUrl: "http://192.0.2.1:8080"}\n`)).toEqual([]);
  });

  it('is warned about once where it is not', () => {
    const isp = `${behindName}  portal: {publicUrl: "https://portal.example"}\n`;

    expect(told(isp)).toEqual([
      expect.stringContaining('edge.yaml:9:103 warning LM_NO_PLAIN_PORTAL nobody is brought to'),
    ]);
    expect(told(isp, 'access: [pppoe]\nonSuspend: {redirect: {site: page}}')).toEqual([
      expect.stringContaining('home.yaml:6:32 warning LM_NO_PLAIN_PORTAL'),
    ]);
  });
});
