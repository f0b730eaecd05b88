import { describe, expect, it } from 'vitest';
import type { PortalSite } from '../../../src/model/kinds/portal-site.ts';
import { changed, hotspotNetwork } from '../../support/hotspot-network.ts';
import { document, errorsOf, lines, load, modelOf, revealed } from '../../support/manifest.ts';

const bridge = 'bridge: {mikrotik: {router: edge-1, hotspot: lobby}}';
const dnsName = 'dnsName: login.cafe.example';
const controller = document(
  'OmadaController',
  'roof',
  'url: https://192.0.2.9:8043\noperator: {username: portal, password: {derive: 1}}\nsites: [{name: Terrace, id: 5f01}, {name: Garden}]',
);

/** The lobby with these fields, too. */
const withFields = (fields: string) => changed({ 'lobby.yaml': [bridge, `${bridge}\n  ${fields}`] });
/** The lobby over a hotspot and a bridge with these fields. */
const over = (hotspot: string, fields = '') =>
  changed({
    'edge.yaml': [dnsName, `${dnsName}${hotspot === '' ? '' : `, ${hotspot}`}`],
    'lobby.yaml': ['hotspot: lobby', `hotspot: lobby${fields === '' ? '' : `, ${fields}`}`],
  });
const told = (files: Readonly<Record<string, string>>) =>
  lines(load(files)).filter((line) => !line.includes('LM_PLAIN_API') && !line.includes('PAP_AND_CHAP'));

function siteOf(files: Readonly<Record<string, string>>): PortalSite {
  const [site] = modelOf(files).portalSites;
  if (site === undefined) throw new Error('no site');
  return site;
}

const mikrotik = (files: Readonly<Record<string, string>>) => {
  const found = siteOf(files).bridges[0];
  if (found?.type !== 'mikrotik') throw new Error('no bridge to a router');
  return found;
};

describe('a portal site that says only what it must', () => {
  it('has a title, a language, a key of its own and a bridge to its hotspot', () => {
    const { key, origin: _origin, ...site } = siteOf(hotspotNetwork);

    expect(site).toEqual({
      name: 'lobby',
      labels: {},
      title: 'lobby',
      languages: ['en'],
      bridges: [
        {
          type: 'mikrotik',
          router: 'edge-1',
          identity: 'edge-1',
          hotspot: 'lobby',
          method: 'pap-redirect',
          loginUrl: 'http://login.cafe.example/login',
          loginHosts: ['login.cafe.example', '10.5.50.1'],
        },
      ],
      aliases: {},
      methods: ['login'],
      walledGarden: [],
      branding: {},
    });
    expect(revealed(key)).toHaveLength(32);
  });

  it('cannot be without a master key for its own', () => {
    const written = [/\{derive: 1\}/g, 'a secret that is written down'] as const;
    const keyless = changed({ 'operator.yaml': [/ {2}masterKey.*\n/, ''], 'edge.yaml': written });

    expect(errorsOf(load(keyless))).toEqual([
      expect.stringMatching(
        /^lobby\.yaml:3:\d+ .*LM_NO_MASTER_KEY no master key to derive from: the site "lobby" signs what guests carry/,
      ),
    ]);
    expect(errorsOf(load(keyless, { mode: 'validate' }))).toEqual([]);
  });

  it('has another key by a digit, or the one it is given', () => {
    const second = siteOf(withFields('key: {derive: 2}')).key;
    const given = siteOf(withFields('key: sixteen letters.')).key;

    expect(revealed(second)).toHaveLength(32);
    expect(revealed(second)).not.toBe(revealed(siteOf(hotspotNetwork).key));
    expect(revealed(siteOf(withFields('key: {derive: 1}')).key)).toBe(revealed(siteOf(hotspotNetwork).key));
    expect(revealed(given)).toBe('sixteen letters.');
  });

  it('cannot have a key that is guessed', () => {
    const errors = errorsOf(load(withFields('key: short')));

    expect(errors).toEqual([expect.stringContaining('LM_SHORT_KEY the key of "lobby" is shorter than 16 characters')]);
  });

  it('keeps its key through a rename', () => {
    const renamed = changed({ 'lobby.yaml': ['{name: lobby}', '{name: hall, previousNames: [lobby]}'] });

    expect(revealed(siteOf(renamed).key)).toBe(revealed(siteOf(hotspotNetwork).key));
  });
});

describe('what guests are shown', () => {
  it('is as declared', () => {
    const fields =
      'title: Café\n  languages: [sw, en]\n  welcomeUrl: HTTPS://Cafe.example/hello\n  terms: Be kind.\n  branding: {color: "#0A6e5c", contact: desk}';

    expect(siteOf(withFields(fields))).toMatchObject({
      title: 'Café',
      languages: ['sw', 'en'],
      welcomeUrl: 'https://cafe.example/hello',
      terms: 'Be kind.',
      branding: { color: '#0A6e5c', contact: 'desk' },
    });
  });

  it.each([
    ['languages: [xx]', 'LM_UNKNOWN_WORD'],
    ['branding: {color: red}', 'LM_WRONG_FORMAT'],
    ['branding: {color: "#0a6e5c;}"}', 'LM_WRONG_FORMAT'],
    ['welcomeUrl: javascript:alert(1)', 'LM_WRONG_FORMAT'],
    ['welcomeUrl: https://me:you@cafe.example/', 'LM_URL'],
    ['retention: 12h', 'LM_RETENTION'],
    ['retention: {days: 9}', 'LM_WRONG_TYPE'],
    ['services: {signUp: guest}', 'LM_NOT_SUPPORTED_YET'],
  ])('%s is refused', (fields, code) => {
    expect(errorsOf(load(withFields(fields)))[0]).toContain(code);
  });
});

describe('ways for guests to get in', () => {
  const methods = (text: string, fields = '') =>
    changed({ 'lobby.yaml': ['methods: [login]', `methods: ${text}\n  ${fields}`] });

  it.each(['voucher', 'sign-up', 'trial'])('%s is not supported yet', (method) => {
    expect(errorsOf(load(methods(`[${method}]`)))).toEqual([
      expect.stringContaining(`LM_NOT_SUPPORTED_YET "${method}" is not supported yet`),
    ]);
  });

  it('by the terms alone have a service', () => {
    expect(siteOf(methods('[click-through]', 'services: {clickThrough: guest}')).clickThrough?.name).toBe('guest');
    expect(errorsOf(load(methods('[click-through]')))).toEqual([
      expect.stringContaining('LM_MISSING_KEY "services.clickThrough" of the site "lobby" is missing'),
    ]);
  });

  it('by the terms alone have a service that is for hotspots, and declared', () => {
    expect(errorsOf(load(methods('[click-through]', 'services: {clickThrough: fibre-dhcp}')))).toEqual([
      expect.stringContaining('LM_ACCESS the service "fibre-dhcp" is not for guests of a hotspot'),
    ]);
    expect(load(methods('[click-through]', 'services: {clickThrough: gest}')).issues).toContainEqual(
      expect.objectContaining({ code: 'LM_UNKNOWN_REFERENCE', hint: 'did you mean guest?' }),
    );
  });

  it('that nobody takes need no service', () => {
    expect(errorsOf(load(withFields('services: {clickThrough: guest}')))).toEqual([
      expect.stringContaining('LM_NO_EFFECT nobody gets this service'),
    ]);
  });
});

describe('the walled garden', () => {
  const garden = (list: string) => withFields(`walledGarden: [${list}]`);

  it('IS-51, IS-52: holds names, addresses and prefixes, each once and in order', () => {
    expect(
      siteOf(garden('Pay.example, "*.bank.example", 203.0.113.7, 198.51.100.9/24, pay.example')).walledGarden,
    ).toEqual(['pay.example', '*.bank.example', '203.0.113.7', '198.51.100.0/24']);
  });

  it.each([
    ['"*"', 'LM_WALLED_HOST "*" is no host', 'a pattern needs a name after `*.`, as in "*.bank.example"'],
    ['"*.*.example"', 'LM_WALLED_HOST "*.*.example" is no host', 'one `*.` stands before a name'],
    ['"*bank.example"', 'LM_WALLED_HOST', 'one `*.` stands before a name'],
    ['http://pay.example', 'LM_WALLED_HOST "http://pay.example" is a URL', 'the host alone: pay.example'],
    ['pay.example/x', 'LM_WALLED_HOST "pay.example/x" is no host', 'the host alone: pay.example'],
    ['pay.example:443', 'LM_WALLED_HOST "pay.example:443" is no host', 'without a port: pay.example'],
    ['"2001:DB8::/32"', 'LM_ADDRESS "2001:DB8::/32" is IPv6', 'IPv6 is not supported here'],
    ['"2001:db8::7"', 'LM_ADDRESS "2001:db8::7" is IPv6', 'IPv6 is not supported here'],
    ['"[2001:db8::7]"', 'LM_ADDRESS "[2001:db8::7]" is IPv6', 'IPv6 is not supported here'],
    ['"a_b.example"', 'LM_WALLED_HOST "a_b.example" is no host', 'a name, *.name, an IPv4 address or a prefix'],
    ['"a b"', 'LM_WRONG_FORMAT', 'Hosts'],
    ['300.1.1.1', 'LM_ADDRESS "300.1.1.1" is neither an address nor a prefix', ''],
    ['10.0.0.0/40', 'LM_ADDRESS "10.0.0.0/40" is neither an address nor a prefix', ''],
  ])('IS-51: %s is refused, with what is wrong with it', (host, said, hint) => {
    const manifest = load(garden(host));

    expect(errorsOf(manifest)).toEqual([expect.stringContaining(said)]);
    expect(manifest.issues.find(({ severity }) => severity === 'error')?.hint ?? '').toContain(hint);
  });

  it.each(['captive.apple.com', 'Connectivitycheck.GStatic.com', '"*.msftconnecttest.com"', '"*.google.com"'])(
    '%s is warned about: devices would not show the page',
    (host) => {
      expect(told(garden(host))).toEqual([expect.stringContaining('warning LM_PROBE_HOST')]);
    },
  );

  it.each(['apple.com', 'google.com.example', '"*.apple.example"'])('%s is no such host', (host) => {
    expect(told(garden(host))).toEqual([]);
  });
});

describe('the way back to the router', () => {
  it('is over https where the hotspot has it, and by address where it has no name', () => {
    expect(mikrotik(over('loginBy: [http-pap, https], certificate: cafe')).loginUrl).toBe(
      'https://login.cafe.example/login',
    );
    const nameless = changed({ 'edge.yaml': [`, ${dnsName}`, ''] });
    expect(mikrotik(nameless)).toMatchObject({ loginUrl: 'http://10.5.50.1/login', loginHosts: ['10.5.50.1'] });
  });

  it('may be another address, which comes first', () => {
    expect(mikrotik(over('', 'loginUrl: "http://Router.example:8081/lv/login"'))).toMatchObject({
      loginUrl: 'http://router.example:8081/lv/login',
      loginHosts: ['router.example:8081', 'login.cafe.example', '10.5.50.1'],
    });
  });

  it.each([
    'http://router.example/',
    'http://router.example/login?dst=x',
    'http://me:you@router.example/login',
    'http://router.example/a/b/login',
  ])('is a login page, not %s', (url) => {
    expect(errorsOf(load(over('', `loginUrl: "${url}"`)))).toEqual([expect.stringContaining('LM_URL')]);
  });

  it('names the router as it calls itself', () => {
    const named = changed({ 'edge.yaml': ['dhcp:', 'system: {identity: Edge One}\n  dhcp:'] });

    expect(mikrotik(named).identity).toBe('Edge One');
  });

  it.each([
    ['', '', 'pap-redirect'],
    ['loginBy: [http-chap]', '', 'chap'],
    ['loginBy: [http-chap, http-pap]', '', 'pap-redirect'],
    ['', 'method: pap-form', 'pap-form'],
    ['loginBy: [http-chap, http-pap]', 'method: chap', 'chap'],
  ])('is the one that the hotspot takes (%s %s)', (hotspot, fields, method) => {
    expect(mikrotik(over(hotspot, fields)).method).toBe(method);
  });

  it.each([
    ['loginBy: [http-chap]', 'method: pap-redirect', 'pap-redirect needs http-pap'],
    ['loginBy: [http-pap]', 'method: chap', 'chap needs http-chap'],
    ['loginBy: [cookie]', '', 'pap-redirect needs http-pap'],
  ])('is refused where the hotspot does not take it (%s %s)', (hotspot, fields, said) => {
    expect(errorsOf(load(over(hotspot, fields)))).toEqual([
      expect.stringContaining(`LM_LOGIN_BY guests of "lobby" cannot log in: ${said} in loginBy of the hotspot "lobby"`),
    ]);
  });

  it('by a form from https to http is warned about, as browsers do', () => {
    expect(told(over('', 'method: pap-form'))).toEqual([expect.stringContaining('warning LM_FORM_NOT_SECURE')]);
    expect(told(over('loginBy: [http-pap, https], certificate: cafe', 'method: pap-form'))).toEqual([]);
  });

  it('by the API is not supported yet', () => {
    expect(errorsOf(load(over('', 'method: api')))).toEqual([
      expect.stringContaining('LM_NOT_SUPPORTED_YET "api" is not supported yet'),
    ]);
  });

  it('IS-40: is warned about with mac-cookie, which keeps a password that works once', () => {
    expect(told(over('loginBy: [http-pap, mac-cookie]'))).toEqual([
      expect.stringContaining('lobby.yaml:5:48 warning LM_MAC_COOKIE mac-cookie of the hotspot "lobby"'),
    ]);
  });
});

describe('a bridge that leads nowhere', () => {
  it.each([
    ['router: edge-1', 'router: egde-1', 'no Router is called "egde-1"', 'did you mean edge-1?'],
    ['hotspot: lobby', 'hotspot: loby', 'no hotspot of "edge-1" is called "loby"', 'did you mean lobby?'],
    ['hotspot: lobby', 'hotspot: bar', 'no hotspot of "edge-1" is called "bar"', 'hotspots there: lobby'],
  ])('is told with what may be meant (%s → %s)', (from, to, message, hint) => {
    expect(load(changed({ 'lobby.yaml': [from, to] })).issues).toContainEqual(
      expect.objectContaining({ code: 'LM_UNKNOWN_REFERENCE', severity: 'error', message, hint }),
    );
  });

  it('is not told of a router that itself is wrong', () => {
    const wrong = changed({ 'edge.yaml': ['hotspots:', 'hotspotz:'] });

    expect(errorsOf(load(wrong))).toEqual([expect.stringContaining('LM_UNKNOWN_KEY unknown key "hotspotz"')]);
  });

  it('is one whose hotspots do not ask RADIUS', () => {
    const without = 'do not ask RADIUS, so guests of "lobby" cannot be let in';
    const silent = changed({ 'edge.yaml': ['{secret: {derive: 1}}', '{secret: {derive: 1}, services: [dhcp]}'] });
    const none = changed({ 'edge.yaml': ['radius: {secret: {derive: 1}}\n', 'auth: local\n'] });

    expect(errorsOf(load(silent))).toEqual([
      expect.stringContaining(`LM_PORTAL_WITHOUT_RADIUS the hotspots of "edge-1" ${without}`),
    ]);
    expect(errorsOf(load(none))).toEqual([expect.stringContaining('LM_PORTAL_WITHOUT_RADIUS')]);
  });

  it('is one of a portal that nobody knows how to reach', () => {
    const unknown = changed({ 'operator.yaml': [/ {2}radius:[\s\S]*/, ''] });

    expect(errorsOf(load(unknown))).toEqual([
      expect.stringContaining('lobby.yaml:5:22 error LM_NO_PUBLIC_URL guests of "lobby" cannot be sent to the portal'),
    ]);
  });

  it('is reached where it listens, or where routers find RADIUS, when nothing else is said', () => {
    const listening = changed({ 'operator.yaml': [/ {2}portal:.*\n/, '  portal: {listen: "192.0.2.5:8081"}\n'] });
    const everywhere = changed({ 'operator.yaml': [/ {2}portal:.*\n/, ''] });

    expect(errorsOf(load(listening))).toEqual([]);
    expect(load(listening).model?.operator.portal.publicUrl).toBe('http://192.0.2.5:8081');
    expect(told(listening)).toContainEqual(expect.stringContaining('warning LM_PUBLIC_URL_ASSUMED'));
    expect(load(everywhere).model?.operator.portal.publicUrl).toBe('http://192.0.2.1:8080');
  });

  it('is warned about where passwords would be seen on the Wi-Fi', () => {
    const plain = (url: string) => told(changed({ 'operator.yaml': ['https://portal.example', url] }));

    expect(plain('http://portal.example')).toEqual([expect.stringContaining('warning LM_PLAIN_PORTAL')]);
    expect(plain('http://127.0.0.1:8080')).toEqual([]);
  });
});

describe('several sites', () => {
  const second = (spec: string, more = {}) =>
    load(changed({}, { 'second.yaml': document('PortalSite', 'second', `${spec}\nmethods: [login]`), ...more }));

  it('do not share a hotspot', () => {
    expect(errorsOf(second(bridge))).toEqual([
      'second.yaml:5:22 error LM_DUPLICATE_BRIDGE the hotspot "lobby" of "edge-1" already leads to the site "lobby", at lobby.yaml:1',
    ]);
  });

  it('do not share an Omada site', () => {
    const omada = 'bridge: [{omada: {controller: roof, site: Terrace}}, {omada: {controller: roof, site: Terrace}}]';

    expect(errorsOf(second(omada, { 'roof.yaml': controller }))).toEqual([
      expect.stringContaining('LM_DUPLICATE_BRIDGE the site "Terrace" of "roof" already leads to the site "second"'),
    ]);
  });

  it('IS-53, IS-54, IS-55: are told apart by what the router page sends', () => {
    const aliases = (text: string, first = '{domain: cafe.example, region: coast, virtualId: "7"}') =>
      errorsOf(
        load({
          ...withFields(`aliases: ${first}`),
          'roof.yaml': controller,
          'second.yaml': document(
            'PortalSite',
            'second',
            `bridge: {omada: {controller: roof, site: Garden}}\nmethods: [login]\naliases: ${text}`,
          ),
        }),
      );

    expect(aliases('{domain: cafe.example, region: coast, virtualId: "8"}')).toEqual([]);
    expect(aliases('{domain: cafe.example}')).toEqual([]);
    expect(aliases('{domain: other.example, region: coast}')).toEqual([]);
    expect(aliases('{region: coast}', '{domain: cafe.example}')).toHaveLength(1);
    expect(aliases('{virtualId: "7", region: coast, domain: cafe.example}')).toEqual([
      expect.stringContaining(
        'LM_DUPLICATE_ALIASES pages of other platforms that mean "second" can mean "lobby", too, at lobby.yaml:1',
      ),
    ]);
  });
});

describe('several routers of one site', () => {
  const twin = (edit: (text: string) => string) =>
    errorsOf(
      load(
        changed(
          {
            'lobby.yaml': [
              bridge,
              'bridge: [{mikrotik: {router: edge-1, hotspot: lobby}}, {mikrotik: {router: edge-2, hotspot: lobby}}]',
            ],
          },
          {
            'twin.yaml': edit(
              hotspotNetwork['edge.yaml'].replace('name: edge-1', 'name: edge-2').replace('192.0.2.21', '192.0.2.22'),
            ),
          },
        ),
      ),
    );
  const identity = (name: string) => (text: string) => text.replace('dhcp:', `system: {identity: ${name}}\n  dhcp:`);

  it('are told apart by their identity, though their login pages have one address', () => {
    expect(twin((text) => text)).toEqual([]);
    expect(twin(identity('Edge Two'))).toEqual([]);
  });

  it('are refused when their pages say the same', () => {
    expect(twin(identity('edge-1'))).toContainEqual(
      expect.stringContaining('LM_BRIDGES_ALIKE guests of "edge-2" cannot be told from those of "edge-1"'),
    );
  });
});

describe('a site on an Omada controller', () => {
  const omada = (fields: string) =>
    changed({ 'lobby.yaml': [bridge, `bridge: {omada: {${fields}}}`] }, { 'roof.yaml': controller });

  it('is known by its name and its id', () => {
    expect(siteOf(omada('controller: roof, site: Terrace')).bridges).toEqual([
      { type: 'omada', controller: 'roof', site: { name: 'Terrace', id: '5f01' } },
    ]);
    expect(siteOf(omada('controller: roof, site: Garden')).bridges).toEqual([
      { type: 'omada', controller: 'roof', site: { name: 'Garden' } },
    ]);
  });

  it('is one of those the controller lists', () => {
    expect(load(omada('controller: roof, site: Terace')).issues).toContainEqual(
      expect.objectContaining({
        code: 'LM_UNKNOWN_REFERENCE',
        message: 'no site of "roof" is called "Terace"',
        hint: 'did you mean Terrace?',
      }),
    );
    expect(errorsOf(load(omada('controller: rof, site: Garden')))).toEqual([
      expect.stringContaining('LM_UNKNOWN_REFERENCE no OmadaController is called "rof"'),
    ]);
  });

  it('by RADIUS is not supported yet', () => {
    expect(errorsOf(load(omada('controller: roof, site: Garden, mode: radius')))).toEqual([
      expect.stringContaining('LM_NOT_SUPPORTED_YET "radius" is not supported yet'),
    ]);
  });

  it('stands beside a hotspot', () => {
    const both = changed(
      {
        'lobby.yaml': [
          bridge,
          'bridge: [{mikrotik: {router: edge-1, hotspot: lobby}}, {omada: {controller: roof, site: Garden}}]',
        ],
      },
      { 'roof.yaml': controller },
    );

    expect(siteOf(both).bridges.map(({ type }) => type)).toEqual(['mikrotik', 'omada']);
  });

  it.each([
    '{}',
    '[]',
    '[{}]',
    '{mikrotik: {router: edge-1, hotspot: lobby}, omada: {controller: roof, site: Garden}}',
  ])('is one thing: %s is refused', (text) => {
    const wrong = changed({ 'lobby.yaml': [bridge, `bridge: ${text}`] }, { 'roof.yaml': controller });

    expect(errorsOf(load(wrong))).toEqual([expect.stringContaining('LM_OUT_OF_RANGE')]);
  });
});

describe('usernames of guests without an account', () => {
  it('belong to no subscriber', () => {
    const named = (username: string) =>
      errorsOf(
        load(
          changed(
            {},
            { 'a.yaml': document('Subscriber', 'a', `service: guest\nusername: ${username}\npassword: {derive: 1}`) },
          ),
        ),
      );

    expect(named('guest-lobby-0c42a1000001')).toEqual([
      expect.stringContaining(
        'LM_GUEST_USERNAME the username "guest-lobby-0c42a1000001" is one that the site "lobby" gives',
      ),
    ]);
    expect(named('guest-lobby')).toEqual([]);
    expect(named('guest-other-0c42a1000001')).toEqual([]);
  });
});
