import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { addressOf, readAddress, withAccess } from '../../src/omada/site/access.ts';
import { identityOf, listText, readIdentity, readList, siteIdentity } from '../../src/omada/site/menus.ts';
import { portalBody, portalFields } from '../../src/omada/site/portal.ts';
import { hidesSecret, profileBody, profileFields } from '../../src/omada/site/radius-profile.ts';
import { portalNames } from '../../src/omada/site/site.ts';

const ssids = [
  { name: 'Guests', id: 's1' },
  { name: 'Guests', id: 's2' },
  { name: 'Staff', id: 's3' },
];
const names = portalNames('Default', ssids, [{ name: 'ours', id: 'r1', object: {} }]);

describe('names of a controller', () => {
  it('stand in one field and are read back', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(fc.uniqueArray(name), (list) => {
        expect(readList(listText(list))).toEqual([...list].sort());
      }),
    );
  });

  it('are told apart in an identity, whatever is in them', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (site, name) => {
        expect(readIdentity(identityOf(site, name))).toEqual({ site, name });
        expect(readIdentity(siteIdentity(site))).toEqual({ site });
      }),
    );
  });
});

describe('a portal as it is read', () => {
  it('is in front of an SSID when it is so in every group of access points', () => {
    expect(portalFields({ ssidList: ['s1', 's2', 's3', 's9'] }, names)['ssids']).toBe('Guests, Staff, id s9');
    expect(portalFields({ ssidList: ['s1'] }, names)['ssids']).toBe('Guests in part');
  });

  it.each([
    [{ hostType: 2, serverUrlScheme: 'https', serverUrl: 'portal.example/p/cafe' }, 'https://portal.example/p/cafe'],
    [{ hostType: 2, serverUrl: 'http://portal.example/' }, 'http://portal.example/'],
    [{ hostType: 1, serverIp: '192.0.2.1', serverPort: 8080 }, 'http://192.0.2.1:8080'],
  ])('has its page in one piece: %j', (externalPortal, page) => {
    expect(portalFields({ authType: 4, externalPortal }, names)).toMatchObject({ type: 'external-portal', page });
  });

  it('is written with all it has but for status, its preset of a timeout spelled out', () => {
    const there = {
      name: 'Old',
      id: 'p1',
      landingPage: 3,
      authTimeout: { authTimeout: 5, customTimeout: null },
      externalRadius: { radiusProfileId: 'r0', receiverPortStatus: 1, disconnectReq: true },
      portalCustomize: undefined,
    };

    const body = portalBody('Old', { ssids: 'Guests', 'radius-profile': 'Default/ours' }, there, names);

    expect(body).toMatchObject({ name: 'Old', landingPage: 3, ssidList: ['s1', 's2'] });
    expect(body['authTimeout']).toEqual({ customTimeout: 8, customTimeoutUnit: 2 });
    expect(body['externalRadius']).toEqual({
      authMode: 1,
      portalCustom: 1,
      radiusProfileId: 'r1',
      disconnectReq: true,
    });
    expect(body).not.toHaveProperty('id');
  });
});

describe('pre-authentication access', () => {
  it.each([
    ['pay.example', { type: 2, url: 'https://Pay.example:443/x' }],
    ['198.51.100.7', { type: 1, ip: '198.51.100.7', subnetMask: 32 }],
    ['203.0.113.0/24', { type: 1, ip: '203.0.113.0', subnetMask: 24 }],
  ])('knows %s however it is written', (text, policy) => {
    expect(addressOf(policy)).toEqual(readAddress(text));
  });

  it('has what it had, with its numbers, and is off when nothing is left in it', () => {
    const setting = {
      preAuthAccessEnable: true,
      preAuthAccessPolicies: [{ type: 2, url: 'a.example', idInt: 7 }],
      freeAuthClientEnable: true,
      freeAuthClientPolicies: [{ type: 4, clientMac: 'AA-BB-CC-00-00-01', idInt: 1 }],
    };
    const none = new Set<string>();

    const more = withAccess(setting, { add: [{ name: 'b.example', kind: 'url' }], remove: none });
    const twice = withAccess(more, { add: [{ name: 'b.example', kind: 'url' }], remove: none });
    const less = withAccess(more, { add: [], remove: new Set(['a.example', 'b.example']) });

    expect(more).toEqual({
      ...setting,
      preAuthAccessPolicies: [...setting.preAuthAccessPolicies, { type: 2, url: 'b.example' }],
    });
    expect(twice).toEqual(more);
    expect(less).toEqual({ ...setting, preAuthAccessEnable: false, preAuthAccessPolicies: [] });
  });
});

describe('a RADIUS profile', () => {
  const secret = new Secret('correct horse');
  const wanted = { servers: '192.0.2.1 1812', secret, accounting: 'true', 'accounting-servers': '192.0.2.1 1813' };

  it('is read as it was written', () => {
    const fields = profileFields(profileBody('ours', wanted, {}));

    expect(fields).toMatchObject({ servers: wanted.servers, 'accounting-servers': wanted['accounting-servers'] });
    const told = fields['secret'];
    expect(typeof told === 'object' && told.equals(secret)).toBe(true);
    expect(typeof told === 'object' && told.equals(new Secret('other'))).toBe(false);
  });

  it('that shows its secret to nobody cannot be said to have another', () => {
    const hidden = { authServer: [{ radiusServerIp: '192.0.2.1', radiusPort: 1812, radiusPwd: '******' }] };
    const { secret: told } = profileFields(hidden);

    expect(hidesSecret(hidden)).toBe(true);
    expect(typeof told === 'object' && told.equals(secret)).toBe(true);
  });

  it('keeps what else is set for a server', () => {
    const there = {
      authServer: [{ radiusServerIp: '192.0.2.1', radiusPort: 1645, radiusPwd: 'x', radSecEnable: false }],
    };

    expect(profileBody('ours', wanted, there)).toMatchObject({
      authServer: [{ radiusServerIp: '192.0.2.1', radiusPort: 1812, radiusPwd: 'correct horse', radSecEnable: false }],
    });
  });
});
