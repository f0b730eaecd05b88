import { describe, expect, it } from 'vitest';
import type { Hotspot } from '../../../src/model/kinds/router.ts';
import type { Model } from '../../../src/model/model.ts';
import { changed } from '../../support/hotspot-network.ts';
import { errorsOf, lines, load, modelOf, revealed } from '../../support/manifest.ts';

const dnsName = 'dnsName: login.cafe.example';

function hotspotOf(model: Model): Hotspot {
  const found = model.routers[0]?.hotspots[0];
  if (found === undefined) throw new Error('no hotspot');
  return found;
}

/** The network whose hotspot has these fields, too. */
const withFields = (fields: string) => changed({ 'edge.yaml': [dnsName, `${dnsName}, ${fields}`] });
const hotspot = (fields: string) => hotspotOf(modelOf(withFields(fields)));
const told = (files: Readonly<Record<string, string>>) =>
  lines(load(files)).filter((line) => !line.includes('PLAIN_API'));

describe('a hotspot that says only what it must', () => {
  it('lets people log in by http-pap, from a folder of its own', () => {
    expect(hotspotOf(modelOf(changed({})))).toEqual({
      name: 'lobby',
      interface: 'bridge-guests',
      address: '10.5.50.1',
      pool: 'guests',
      dnsName: 'login.cafe.example',
      loginBy: ['http-pap'],
      htmlDirectory: 'lastmile/lobby',
      origin: { file: 'edge.yaml', line: 16, column: 8 },
    });
  });

  it('makes the router ask RADIUS about it', () => {
    expect(modelOf(changed({})).routers[0]?.radius?.services).toEqual(['hotspot', 'dhcp']);
  });
});

describe('ways to log in', () => {
  it('IS-44: are as declared, mac with http-pap and mac-cookie among them', () => {
    expect(hotspot('loginBy: [mac, http-pap, mac-cookie]').loginBy).toEqual(['http-pap', 'mac', 'mac-cookie']);
  });

  it('include mac where macAuth is declared, and macAuth where mac is', () => {
    expect(hotspot('macAuth: {}').loginBy).toEqual(['http-pap', 'mac']);
    expect(hotspot('loginBy: [http-chap, mac]').macAuth).toEqual({ format: 'XX:XX:XX:XX:XX:XX', password: 'none' });
    expect(hotspot('loginBy: [http-chap]').macAuth).toBeUndefined();
  });

  it('without mac do not go with macAuth', () => {
    expect(errorsOf(load(withFields('loginBy: [http-pap], macAuth: {}')))).toEqual([
      expect.stringContaining(
        'LM_LOGIN_BY macAuth of the hotspot "lobby" is without effect: "mac" is missing in loginBy',
      ),
    ]);
  });

  it('over https need a certificate', () => {
    expect(errorsOf(load(withFields('loginBy: [http-pap, https]')))).toEqual([
      expect.stringContaining('LM_LOGIN_BY https in loginBy of the hotspot "lobby" needs a certificate'),
    ]);
    expect(hotspot('loginBy: [http-pap, https], certificate: cafe').certificate).toBe('cafe');
  });

  it('by trial are not supported yet', () => {
    expect(errorsOf(load(withFields('loginBy: [http-pap, trial]')))).toEqual([
      expect.stringContaining('LM_NOT_SUPPORTED_YET "trial" is not supported yet'),
    ]);
  });

  it('with PAP and CHAP at once are warned about', () => {
    expect(told(withFields('loginBy: [http-pap, http-chap]'))).toEqual([
      expect.stringContaining('warning LM_PAP_AND_CHAP the hotspot "lobby" takes http-pap and http-chap'),
    ]);
  });
});

describe('devices let in by their MAC', () => {
  it('IS-42: send the password that is declared, which one digit changes', () => {
    const [first, second] = [1, 2].map((n) => hotspot(`macAuth: {password: {derive: ${n}}}`).macAuth?.password);

    expect(typeof first === 'object' && revealed(first)).toHaveLength(32);
    expect(typeof second === 'object' && revealed(second)).not.toBe(typeof first === 'object' && revealed(first));
  });

  it('send the MAC itself, or nothing', () => {
    expect(hotspot('macAuth: {sendMac: true}').macAuth?.password).toBe('mac');
    expect(hotspot('macAuth: {sendMac: false}').macAuth?.password).toBe('none');
    expect(errorsOf(load(withFields('macAuth: {sendMac: true, password: {derive: 1}}')))).toEqual([
      expect.stringContaining('LM_MAC_AUTH "password" and "sendMac" exclude each other'),
    ]);
  });

  it.each([
    'XX:XX:XX:XX:XX:XX',
    'XX-XX-XX-XX-XX-XX',
    'XX XX XX XX XX XX',
    'XXXX:XXXX:XXXX',
    'XXXXXX:XXXXXX',
    'XXXXXX-XXXXXX',
    'XXXXXXXXXXXX',
  ])('SPL-20: are written as %s where the router does so', (format) => {
    expect(hotspot(`macAuth: {format: "${format}"}`).macAuth?.format).toBe(format);
  });
});

describe('limits of a hotspot', () => {
  it('IS-47, IS-48: are addresses per device and the time a silent guest is kept', () => {
    expect(hotspot('addressesPerMac: 25, keepalive: 2m, idleTimeout: 5m')).toMatchObject({
      addressesPerMac: 25,
      keepaliveSeconds: 120,
      idleSeconds: 300,
    });
  });
});

describe('the folder of the pages', () => {
  it.each([
    ['/pages/', 'pages'],
    ['flash/pages', 'pages'],
    ['hotspots/lobby', 'hotspots/lobby'],
    ['a/b.c/', 'a/b.c'],
  ])('IS-43: %s is %s, flash or not', (declared, folder) => {
    expect(hotspot(`htmlDirectory: ${declared}`).htmlDirectory).toBe(folder);
  });

  it.each(['../x', 'a/../b', 'a//b', '.hidden', '/'])('%s is refused', (declared) => {
    expect(errorsOf(load(withFields(`htmlDirectory: "${declared}"`)))).toEqual([
      expect.stringContaining('LM_WRONG_FORMAT'),
    ]);
  });
});

describe('a folder that is not of the pages alone', () => {
  it.each([
    ['hotspot', '"hotspot" is a folder of the router, for the pages of the factory'],
    ['/flash/hotspot/', '"hotspot" is a folder of the router'],
    ['hotspot/mine', '"hotspot" is a folder of the router'],
    ['skins', '"skins" is a folder of the router'],
    ['flash', '"flash" is a folder of the router'],
    ['flash/flash/a', '"flash" is a folder of the router'],
    ['user-manager5/a', '"user-manager5" is a folder of the router'],
  ])('IS-43: as %s is refused', (declared, reason) => {
    expect(errorsOf(load(withFields(`htmlDirectory: "${declared}"`)))).toEqual([
      expect.stringMatching(new RegExp(`LM_HTML_DIRECTORY the pages of the hotspot "lobby" cannot lie in .*${reason}`)),
    ]);
  });

  it('IS-43: as one inside that of another hotspot is refused', () => {
    const inside = (folder: string) =>
      `hotspots:\n    - {name: other, interface: ether5, address: 10.6.0.1, htmlDirectory: ${folder}}`;

    expect(errorsOf(load(changed({ 'edge.yaml': ['hotspots:', inside('lastmile/lobby/xml')] })))).toEqual([
      expect.stringContaining('cannot lie in "lastmile/lobby/xml": it is inside the folder of "lobby"'),
    ]);
    expect(errorsOf(load(changed({ 'edge.yaml': ['hotspots:', inside('lastmile')] })))).toEqual([
      expect.stringContaining('"lobby" cannot lie in "lastmile/lobby": it is inside the folder of "other"'),
    ]);
    expect(errorsOf(load(changed({ 'edge.yaml': ['hotspots:', inside('lastmile/lobby-2')] })))).toEqual([]);
  });
});

describe('the name of the login page', () => {
  const named = (name: string) => told(changed({ 'edge.yaml': [dnsName, `dnsName: ${name}`] }));

  it('IS-38: has a dot', () => {
    expect(named('Login.Cafe.Example')).toEqual([]);
    expect(named('login')).toEqual([expect.stringContaining('error LM_DNS_NAME "login" cannot be the name')]);
    expect(named('10.5.50.1')).toEqual([expect.stringContaining('error LM_DNS_NAME')]);
  });

  it('IS-38: is warned about below .local, which devices ask one another for', () => {
    expect(named('login.local')).toEqual([
      expect.stringContaining('warning LM_DNS_NAME Apple devices do not ask the router for "login.local"'),
    ]);
  });

  it('is answered by the router, which may not be told to answer nobody', () => {
    const deaf = changed({ 'edge.yaml': ['dhcp:', 'system: {dns: {allowRemoteRequests: false}}\n  dhcp:'] });

    expect(told(deaf)).toEqual([expect.stringContaining('warning LM_HOTSPOT_WITHOUT_DNS "edge-1" has hotspots')]);
  });
});

describe('the address of a hotspot', () => {
  const at = (address: string) => told(changed({ 'edge.yaml': ['address: 10.5.50.1,', `address: ${address},`] }));

  it('IS-39: lies in the network of its guests', () => {
    expect(at('10.5.51.1')).toEqual([
      'edge.yaml:16:56 error LM_HOTSPOT_ADDRESS the hotspot address 10.5.51.1 lies outside 10.5.50.0/24, where DHCP on "bridge-guests" puts its guests',
    ]);
  });

  it('IS-39: is warned about when it is not their gateway', () => {
    expect(at('10.5.50.2')).toEqual([
      expect.stringContaining('warning LM_HOTSPOT_ADDRESS guests on "bridge-guests" are told the gateway 10.5.50.1'),
    ]);
  });

  it.each(['10.5.50', '10.5.50.256'])('%s is none', (address) => {
    expect(at(address)).toEqual([expect.stringMatching(/error (LM_ADDRESS|LM_WRONG_FORMAT)/)]);
  });
});

describe('two hotspots of a router', () => {
  const second = (fields: string) =>
    errorsOf(load(changed({ 'edge.yaml': ['hotspots:', `hotspots:\n    - {${fields}}`] })));

  it('have names, interfaces and folders of their own', () => {
    expect(second('name: lobby, interface: ether5, address: 10.6.0.1')).toHaveLength(2);
    expect(second('name: other, interface: bridge-guests, address: 10.5.50.2')).toHaveLength(1);
    expect(second('name: other, interface: ether5, address: 10.6.0.1, htmlDirectory: lastmile/lobby')).toEqual([
      expect.stringContaining('LM_DUPLICATE_ENTRY "lastmile/lobby" stands twice in this list'),
    ]);
    expect(second('name: other, interface: ether5, address: 10.6.0.1, profile: lobby')).toEqual([
      expect.stringContaining('LM_DUPLICATE_ENTRY "lobby" is the server profile of the hotspot "lobby", too'),
    ]);
    expect(second('name: other, interface: ether5, address: 10.6.0.1, profile: hsprof1')).toEqual([]);
  });

  it('have addresses of their own', () => {
    expect(second('name: other, interface: ether5, address: 10.5.50.1')).toEqual([
      expect.stringContaining('LM_DUPLICATE_ENTRY "10.5.50.1" stands twice in this list'),
    ]);
  });

  it('are warned about when both go by one name: its guests are sent to one of them', () => {
    const twin = 'hotspots:\n    - {name: other, interface: ether5, address: 10.6.0.1, dnsName: Login.Cafe.example}';

    expect(told(changed({ 'edge.yaml': ['hotspots:', twin] }))).toEqual([
      'edge.yaml:17:90 warning LM_DNS_NAME "login.cafe.example" is the name of "other", too: guests of one are sent to the address of the other',
    ]);
  });
});

describe('the pool of a hotspot', () => {
  it('is warned about when it hands out the address of the router', () => {
    const wide = changed({ 'edge.yaml': ['10.5.50.10-10.5.50.250', '10.5.50.1-10.5.50.250'] });

    expect(told(wide)).toEqual([
      'edge.yaml:9:31 warning LM_POOL_HOLDS_ROUTER the pool "guests" gives 10.5.50.1 to a client, the address of the hotspot "lobby"',
    ]);
    expect(load(wide).issues.at(-1)).toMatchObject({ hint: 'leave it out: 10.5.50.2-10.5.50.250' });
  });

  it('IS-45: is one of its router', () => {
    const wrong = changed({ 'edge.yaml': [`pool: guests, ${dnsName}`, `pool: guest, ${dnsName}`] });

    const { issues } = load(wrong);

    expect(issues.find(({ code }) => code === 'LM_UNKNOWN_REFERENCE')).toMatchObject({
      message: 'no pool of this router is called "guest"',
      hint: 'did you mean guests?',
    });
  });
});
