import { describe, expect, it } from 'vitest';
import { document, errorsOf, lines, load, modelOf, operator } from '../../support/manifest.ts';

const files = (spec: string, address = '192.0.2.11') => ({
  'isp.yaml': operator,
  'core-1.yaml': document('Router', 'core-1', `address: ${address}\n${spec}`),
});
const routerOf = (spec: string) => modelOf(files(spec)).routers[0];
const errors = (spec: string) => errorsOf(load(files(spec)));
const said = (spec: string, address?: string) => lines(load(files(spec, address)));
const fingerprint = 'ab'.repeat(32);

describe('the API of a router', () => {
  it('SPL-09: is plain at 8728, or over TLS at 8729, unless it says its port', () => {
    const api = (more: string) => routerOf(`api: {username: lm, password: {derive: 1}${more}}`)?.api;

    expect(api('')).toEqual({ port: 8728, username: 'lm', password: expect.anything() });
    expect(api(', tls: {}')).toMatchObject({ port: 8729, tls: { mode: 'ca' } });
    expect(api(', tls: {mode: insecure}, port: 8443')).toMatchObject({ port: 8443, tls: { mode: 'insecure' } });
    expect(api(`, tls: {fingerprint: "${fingerprint.toUpperCase().replace(/..(?=.)/g, '$&:')}"}`)).toMatchObject({
      tls: { mode: 'pinned', fingerprint },
    });
    expect(api(', legacyLogin: true')).toMatchObject({ legacyLogin: true });
  });

  it('is warned about where passwords can be read on the way, and only there', () => {
    const api = (more = '') => `api: {username: lm, password: {derive: 1}${more}}`;

    expect(said(api())).toEqual([
      'core-1.yaml:6:8 warning LM_PLAIN_API the API of 1 router is used without TLS: passwords cross the network as they are',
    ]);
    expect(said(api(', tls: {mode: insecure}'))).toEqual([
      'core-1.yaml:6:58 warning LM_TLS_INSECURE whoever stands between us and "core-1" can read the password of its API',
    ]);
    expect(said(api(`, tls: {fingerprint: ${fingerprint}}`))).toEqual([]);
    for (const here of ['127.0.0.2', '"::1"', 'localhost']) expect(said(api(), here)).toEqual([]);
  });

  it('SPL-10: has an account of its own: admin is warned about', () => {
    expect(said('api: {username: admin, password: {derive: 1}, tls: {}}')).toEqual([
      expect.stringContaining('core-1.yaml:6:19 warning LM_API_ADMIN lastmile logs in to "core-1" as admin'),
    ]);
  });

  it.each([
    ['tls: {mode: pinned}', 'LM_TLS mode pinned needs a fingerprint'],
    [`tls: {mode: ca, fingerprint: ${fingerprint}}`, 'LM_TLS mode ca uses no fingerprint'],
    ['tls: {ca: not a certificate}', 'LM_TLS this is no certificate in PEM'],
    ['tls: {fingerprint: abc}', 'LM_WRONG_FORMAT "abc" is not in the form expected'],
    ['tls: {mod: ca}', 'LM_UNKNOWN_KEY unknown key "mod"'],
  ])('is refused where its TLS is wrong: %s', (tls, why) => {
    expect(errors(`api: {username: lm, password: {derive: 1}, ${tls}}`)).toEqual([expect.stringContaining(why)]);
  });
});

describe('who may reach the API', () => {
  it('is a list of prefixes in their one spelling', () => {
    expect(
      routerOf(
        'system: {apiAccess: {addresses: [192.0.2.1, 10.0.0.0/8, "2001:DB8::/32"], certificate: api, plain: true}}',
      )?.apiAccess,
    ).toEqual({ addresses: ['192.0.2.1', '10.0.0.0/8', '2001:db8::/32'], certificate: 'api', plain: true });
  });

  it('is never so that we are locked out by it', () => {
    const access = 'system: {apiAccess: {addresses: [192.0.2.0/24], plain: false}}';

    expect(errors(`api: {username: lm, password: {derive: 1}}\n${access}`)).toEqual([
      'core-1.yaml:7:58 error LM_LOCKED_OUT "core-1" would have no plain API any more, which is the one we use',
    ]);
    expect(errors(`api: {username: lm, password: {derive: 1}, tls: {}}\n${access}`)).toEqual([]);
  });

  it('is refused where it is no prefix', () => {
    expect(errors('system: {apiAccess: {addresses: [192.0.2.0/33]}}')).toEqual([
      'core-1.yaml:6:36 error LM_ADDRESS "192.0.2.0/33" is neither an address nor a prefix',
    ]);
    expect(errors('system: {apiAccess: {addresses: []}}')).toHaveLength(1);
  });
});

describe('the clock of a router', () => {
  it('is set by servers, or by none', () => {
    expect(routerOf('system: {ntp: {servers: [192.0.2.3, pool.ntp.org]}}')?.ntp).toEqual({
      servers: ['192.0.2.3', 'pool.ntp.org'],
    });
    expect(routerOf('system: {ntp: {servers: []}}')?.ntp).toEqual({ servers: [] });
    expect(routerOf('mode: apply')?.ntp).toBeUndefined();
    expect(errors('system: {ntp: {servers: [192.0.2.300]}}')).toEqual([
      'core-1.yaml:6:28 error LM_ADDRESS "192.0.2.300" is no address',
    ]);
  });
});

describe('IPv6 pools', () => {
  it('have one spelling', () => {
    expect(routerOf('ipv6Pools: [{name: homes, prefix: "2001:DB8:0::/36", prefixLength: 56}]')?.ipv6Pools).toEqual([
      {
        name: 'homes',
        prefix: '2001:db8::/36',
        prefixLength: 56,
        origin: expect.objectContaining({ line: 6, column: 16 }),
      },
    ]);
  });

  it.each([
    [
      '{name: a, prefix: "2001:db8::1/36", prefixLength: 56}',
      'LM_ADDRESS_RANGE "2001:db8::1/36" is no IPv6 prefix without host bits',
    ],
    [
      '{name: a, prefix: "2001:db8::/129", prefixLength: 56}',
      'LM_ADDRESS_RANGE "2001:db8::/129" is no IPv6 prefix without host bits',
    ],
    [
      '{name: a, prefix: "2001:db8::/36", prefixLength: 32}',
      'LM_ADDRESS_RANGE prefixes of 32 bits are larger than 2001:db8::/36',
    ],
    ['{name: a, prefix: 10.0.0.0/8, prefixLength: 32}', 'LM_WRONG_FORMAT "10.0.0.0/8" is not in the form expected'],
    [
      '{name: a, prefix: "2001:db8::/36", prefixLength: 56}, {name: a, prefix: "2001:db9::/36", prefixLength: 56}',
      'LM_DUPLICATE_ENTRY "a" stands twice',
    ],
  ])('are refused where they are wrong: %s', (pools, why) => {
    expect(errors(`ipv6Pools: [${pools}]`)).toEqual([expect.stringContaining(why)]);
  });
});

describe('a time between two reports on a session', () => {
  it('IS-41: is accepted up to 10 minutes, and warned about above', () => {
    const interim = (text: string) => lines(load({ 'isp.yaml': `${operator}  accounting: {interim: ${text}}\n` }));
    const perService = (text: string) =>
      lines(
        load({
          'isp.yaml': operator,
          'home.yaml': document('Service', 'home', `access: [pppoe]\nsessions: {interim: ${text}}`),
        }),
      );

    expect(interim('10m')).toEqual([]);
    expect(interim('11m')).toEqual([
      expect.stringContaining('isp.yaml:8:25 warning LM_INTERIM_LONG every 11m is seldom'),
    ]);
    expect(perService('10m')).toEqual([]);
    expect(perService('1h')).toEqual([
      expect.stringContaining('home.yaml:6:23 warning LM_INTERIM_LONG every 1h is seldom'),
    ]);
  });
});
