import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { document, errorsOf, lines, load, modelOf, operator, revealed } from '../../support/manifest.ts';

const base = 'url: https://192.0.2.9:8043\noperator: {username: portal, password: {derive: 1}}';
const files = (spec: string) => ({ 'operator.yaml': operator, 'roof.yaml': document('OmadaController', 'roof', spec) });
const controller = (fields: string, spec = base) => {
  const [found] = modelOf(files(`${spec}\n${fields}`)).omadaControllers;
  if (found === undefined) throw new Error('no controller');
  return found;
};
const told = (fields: string, spec = base) => lines(load(files(`${spec}\n${fields}`)));
const print = 'AB:'.repeat(31);

describe('an Omada controller', () => {
  it('has an address, an operator and a unit of time', () => {
    const { operator: account, origin: _origin, ...found } = controller('');

    expect(found).toEqual({ name: 'roof', url: 'https://192.0.2.9:8043', tls: { mode: 'ca' }, timeUnit: 'ms' });
    expect(account.username).toBe('portal');
    expect(revealed(account.password)).toHaveLength(32);
  });

  it('is as declared', () => {
    expect(
      controller('id: 0a1b2c\ntimeUnit: us\ngeneration: v5\nsites: [{name: A}, {name: B, id: 5f01}]'),
    ).toMatchObject({
      id: '0a1b2c',
      timeUnit: 'us',
    });
  });

  it.each(['https://192.0.2.9:8043/x', 'https://me:you@192.0.2.9', 'https://192.0.2.9/?x'])(
    'is reached at an origin, not %s',
    (url) => {
      expect(told('', base.replace('https://192.0.2.9:8043', url))).toEqual([expect.stringContaining('error LM_URL')]);
    },
  );

  it('is warned about over plain HTTP', () => {
    expect(told('', base.replace('https://192.0.2.9:8043', 'http://127.0.0.1:8088'))).toEqual([
      expect.stringContaining('warning LM_PLAIN_CONTROLLER'),
    ]);
  });

  it('OM-18: 433 is a slip for 443', () => {
    const at = (url: string) => load(files(base.replace('https://192.0.2.9:8043', url))).issues;

    expect(at('https://192.0.2.9:433')).toMatchObject([
      {
        severity: 'warning',
        code: 'LM_PORT',
        message: '433 is a slip for 443: hardware controllers use 443, software ones 8043',
      },
    ]);
    expect(at('https://192.0.2.9:443')).toEqual([]);
    expect(at('https://192.0.2.9')).toEqual([]);
  });

  it.each([
    ['generation: v6', 'LM_UNKNOWN_WORD "v6" is not known here'],
    ['openapi: {clientId: x}', 'LM_MISSING_KEY "clientSecret" is missing'],
    ['sites: [{name: A}, {name: A}]', 'LM_DUPLICATE_ENTRY "A" stands twice'],
    ['sites: [{name: A, id: x1}, {name: B, id: x1}]', 'LM_DUPLICATE_ENTRY "x1" stands twice'],
  ])('%s is refused', (fields, said) => {
    expect(told(fields)).toContainEqual(expect.stringContaining(said));
  });
});

describe('the certificate of an Omada controller', () => {
  it('OM-28: is pinned by its fingerprint, however that is written', () => {
    const pinned = { mode: 'pinned', fingerprint: 'ab'.repeat(32) };

    expect(controller(`tls: {fingerprint: "${print}ab"}`).tls).toEqual(pinned);
    expect(controller(`tls: {mode: pinned, fingerprint: ${'aB'.repeat(32)}}`).tls).toEqual(pinned);
  });

  it('OM-28: is that of an authority, known or declared', () => {
    const ca = readFileSync(join(import.meta.dirname, '../../fixtures/tls/portal.crt'), 'utf8');

    expect(controller('tls: {mode: ca}').tls).toEqual({ mode: 'ca' });
    expect(controller(`tls: {ca: ${JSON.stringify(ca)}}`).tls).toEqual({ mode: 'ca', ca });
  });

  it('OM-28: is not checked only when that is said, and warned about', () => {
    expect(controller('tls: {mode: insecure}').tls).toEqual({ mode: 'insecure' });
    expect(told('tls: {mode: insecure}')).toEqual([expect.stringContaining('warning LM_TLS_INSECURE')]);
  });

  it.each([
    ['{mode: pinned}', 'LM_TLS mode pinned needs a fingerprint'],
    [`{mode: ca, fingerprint: "${print}ab"}`, 'LM_TLS mode ca uses no fingerprint'],
    [`{mode: pinned, fingerprint: "${print}ab", ca: x}`, 'LM_TLS mode pinned uses no authority'],
    ['{ca: x}', 'LM_TLS this is no certificate in PEM'],
    ['{fingerprint: "AB:CD"}', 'LM_WRONG_FORMAT'],
  ])('is refused as %s', (tls, said) => {
    expect(errorsOf(load(files(`${base}\ntls: ${tls}`)))).toEqual([expect.stringContaining(said)]);
  });
});

describe('portals of a controller', () => {
  const cafe = document('PortalSite', 'cafe', 'bridge: {omada: {controller: roof, site: A}}\nmethods: [login]');
  const withCafe = (spec: string) => ({ ...files(`${base}\n${spec}`), 'cafe.yaml': cafe });
  const app = 'openapi: {clientId: app, clientSecret: {derive: 1}}';
  const guests = '{name: Guests, ssids: [Guests], site: cafe}';
  const said = (spec: string) => errorsOf(load(withCafe(spec)));

  it('OM-02: are kept on sites that have some, by the OpenAPI, with a secret where they ask by RADIUS', () => {
    const members = '{name: Members, ssids: [A, B], site: cafe, type: radius, radiusSecret: {derive: 1}}';
    const spec = `${app}\ngeneration: v4\nsites: [{name: A, portals: [${guests}, ${members}]}, {name: B}]`;
    const [found] = modelOf(withCafe(spec)).omadaControllers;

    expect(found).toMatchObject({ generation: 'v4', openapi: { clientId: 'app' } });
    expect(revealed(found?.openapi?.clientSecret)).toHaveLength(32);
    expect(found?.sites).toEqual([
      {
        name: 'A',
        origin: expect.anything(),
        portals: [
          { name: 'Guests', ssids: ['Guests'], site: 'cafe', type: 'external-portal' },
          { name: 'Members', ssids: ['A', 'B'], site: 'cafe', type: 'radius', radiusSecret: expect.anything() },
        ],
      },
    ]);
  });

  it('belong to a controller that no router shares its name with', () => {
    const roof = document('Router', 'roof', 'address: 127.0.0.2');

    expect(errorsOf(load({ ...withCafe(app), 'router.yaml': roof }))).toEqual([
      expect.stringContaining('roof.yaml:3:18 error LM_DUPLICATE_NAME "roof" is also the name of a Router'),
    ]);
    expect(errorsOf(load({ ...withCafe(''), 'router.yaml': roof }))).toEqual([]);
  });

  it('are none where none are declared, and the generation is found out unless it is said', () => {
    const [found] = modelOf(withCafe('generation: auto\nsites: [{name: A}]')).omadaControllers;

    expect(found).not.toHaveProperty('sites');
    expect(found).not.toHaveProperty('generation');
  });

  it.each([
    [
      `sites: [{name: A, portals: [${guests}]}]`,
      'LM_MISSING_KEY portals of "roof" can be kept by its OpenAPI only: "openapi" is missing',
    ],
    [
      `${app}\nsites: [{name: A, portals: [{name: G, ssids: [G], site: cafes}]}]`,
      'LM_UNKNOWN_REFERENCE no PortalSite is called "cafes"',
    ],
    [
      `${app}\nsites: [{name: A, portals: [${guests}, ${guests.replace('ssids: [Guests]', 'ssids: [B]')}]}]`,
      'LM_DUPLICATE_ENTRY "Guests" stands twice in this list',
    ],
    [
      `${app}\nsites: [{name: A, portals: [${guests}, ${guests.replace('name: Guests', 'name: B')}]}]`,
      'LM_DUPLICATE_ENTRY "Guests" shows the portal "Guests" already',
    ],
    [
      `${app}\nsites: [{name: A, portals: [{name: G, ssids: [G], site: cafe, type: radius}]}]`,
      'LM_MISSING_KEY the portal "G" asks us by RADIUS: "radiusSecret" is missing',
    ],
    [
      `${app}\nsites: [{name: A, portals: [{name: G, ssids: [G], site: cafe, radiusSecret: {derive: 1}}]}]`,
      'LM_NO_EFFECT type external-portal uses no RADIUS',
    ],
  ])('are refused where they are wrong: %s', (spec, why) => {
    expect(said(spec)).toEqual([expect.stringContaining(why)]);
  });
});
