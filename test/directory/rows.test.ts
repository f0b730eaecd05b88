import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { loginOf, nasOf, portalOf } from '../../src/directory/row-meaning.ts';
import { directoryRows } from '../../src/directory/rows.ts';
import type { Model } from '../../src/model/model.ts';
import { document, modelOf, operator, router, service } from '../support/manifest.ts';
import {
  dhcpServerOf,
  hotspotOf,
  mikrotikBridge,
  onRouter,
  portalSite,
  servicePlan,
  subscriptionOf,
} from '../support/model-parts.ts';

const client = `    clients:
      - {name: wlan, clientAddress: 198.51.100.0/24, nasIdentifier: ap, secret: a-shared-secret-of-32-characters!, profile: generic}
`;
const office = document(
  'Service',
  'office',
  `access: [pppoe]
rate: {down: 100M, up: 50M, burst: {down: 200M, up: 100M, seconds: 8}, guaranteed: {down: 10M, up: 5M}, priority: 2}
sessions: {timeout: 12h, idleTimeout: 10m, interim: 5m}
attributes: [{name: Mikrotik-Address-List, value: offices}]`,
);

function networkOf(...documents: readonly string[]): Model {
  return modelOf({ 'network.yaml': [`${operator}${client}`, router, service, office, ...documents].join('---\n') });
}

function subscriber(name: string, more: string): string {
  return document('Subscriber', name, `username: ${name}\npassword: hunter2\n${more}`);
}

function loginFor(more: string) {
  const [row] = directoryRows(networkOf(subscriber('anna', more)));
  return row === undefined ? undefined : loginOf(row);
}

describe('the login of a subscriber', () => {
  it('carries what an Access-Accept is made of', () => {
    expect(loginFor('service: office\nrouter: core-1\naddress: 10.0.0.250')).toEqual({
      username: 'anna',
      subscriber: 'anna',
      service: 'office',
      access: ['pppoe'],
      password: expect.any(Secret),
      state: 'active',
      radius: true,
      limits: {
        rateLimit: '50M/100M 100M/200M 50M/100M 8/8 2 5M/10M',
        rate: { up: 50_000_000, down: 100_000_000 },
        sessionTimeoutSeconds: 43_200,
        idleTimeoutSeconds: 600,
        interimSeconds: 300,
        address: '10.0.0.250',
        attributes: [{ name: 'Mikrotik-Address-List', value: 'offices' }],
      },
    });
  });

  it('IW-08: takes 120 s between interim updates where nothing is said', () => {
    expect(loginFor('service: home-20')?.limits.interimSeconds).toBe(120);
  });

  it('has the pool of its service only without an address of its own', () => {
    expect(loginFor('service: home-20')?.limits).toMatchObject({ pool: 'home' });
    expect(loginFor('service: home-20\nrouter: core-1\naddress: 10.0.0.250')?.limits).not.toHaveProperty('pool');
  });

  it('keeps state, reason and expiry', () => {
    const login = loginFor('service: home-20\nstate: suspended\nreason: unpaid\nexpires: "2030-01-01T00:00:00Z"');

    expect(login).toMatchObject({ state: 'suspended', reason: 'unpaid', expires: Date.UTC(2030, 0, 1) });
  });

  it('is there for a local subscriber, who may not log in by RADIUS', () => {
    expect(loginFor('service: home-20\nrouter: core-1\nauth: local')).toMatchObject({ radius: false });
  });

  it('has no field missing and none that is undefined, so that a row can be kept as text', () => {
    for (const row of directoryRows(networkOf(subscriber('anna', 'service: home-20')))) {
      for (const value of Object.values(row.fields))
        expect(typeof value === 'string' || value instanceof Secret).toBe(true);
    }
  });
});

describe('the NAS of a network', () => {
  const nas = directoryRows(networkOf())
    .filter((row) => row.menu === 'nas')
    .map(nasOf);

  it('are the routers, and clients that are none', () => {
    expect(nas).toMatchObject([
      { name: 'wlan', clientAddress: '198.51.100.0/24', nasIdentifier: 'ap', profile: 'generic', coaPort: 3799 },
      { name: 'core-1', clientAddress: '192.0.2.11', nasIdentifier: 'core-1', profile: 'mikrotik', router: 'core-1' },
    ]);
    expect(nas[0]).not.toHaveProperty('router');
  });

  it('come after the logins, so that nobody is unknown while the directory fills', () => {
    const menus = directoryRows(networkOf(subscriber('anna', 'service: home-20'))).map((row) => row.menu);

    expect(menus).toEqual(['login', 'nas', 'nas']);
  });
});

const phone = '00:0C:42:00:D4:64';
const tablet = '00:0C:42:00:D4:65';

function rowsOf(more: Partial<Model>, menu: string) {
  return directoryRows({ ...networkOf(), ...more }).filter((row) => row.menu === menu);
}

describe('the devices of a subscriber', () => {
  const anna = subscriptionOf('anna', {
    username: 'anna',
    password: new Secret('hunter2'),
    macs: [phone, tablet],
    service: servicePlan({ access: ['hotspot', 'dhcp'], sessions: { interimSeconds: 120, timeoutSeconds: 3600 } }),
    attributes: [{ name: 'Mikrotik-Address-List', value: 'known' }],
  });

  it('SPL-20: are logins of their own, by MAC, with the limits of the service and no password', () => {
    const devices = rowsOf({ subscriptions: [anna] }, 'device').map(loginOf);

    expect(devices.map(({ username }) => username)).toEqual([phone, tablet]);
    expect(devices[0]).toMatchObject({
      subscriber: 'anna',
      service: 'cafe',
      access: ['dhcp', 'hotspot'],
      state: 'active',
      radius: true,
      limits: {
        rateLimit: '2M/10M',
        sessionTimeoutSeconds: 3600,
        attributes: [{ name: 'Mikrotik-Address-List', value: 'known' }],
      },
    });
    expect(devices[0]?.password.reveal()).toBe('');
  });

  it('stand beside the username, which has the same limits', () => {
    const [login] = rowsOf({ subscriptions: [anna] }, 'login').map(loginOf);
    const [device] = rowsOf({ subscriptions: [anna] }, 'device').map(loginOf);

    expect(login).toMatchObject({ username: 'anna', limits: device?.limits });
  });

  it('belong to an account by its first name, so that a new name moves nobody', () => {
    const accounts = (more: Partial<typeof anna>) => {
      return rowsOf({ subscriptions: [{ ...anna, ...more }] }, 'device').map(({ fields }) => fields['account']);
    };

    expect(accounts({})).toEqual(['anna', 'anna']);
    expect(accounts({ subscriber: 'anna-w', firstName: 'anna' })).toEqual(['anna', 'anna']);
  });

  it('need no username', () => {
    const { username: _username, password: _password, ...known } = anna;

    expect(rowsOf({ subscriptions: [known] }, 'login')).toEqual([]);
    expect(rowsOf({ subscriptions: [known] }, 'device')).toHaveLength(2);
  });
});

describe('a portal site', () => {
  const key = new Secret('a key of this site only, thirty-two');
  const clickThrough = servicePlan({
    name: 'free',
    sessions: { interimSeconds: 60, timeoutSeconds: 1800 },
    pool: 'guests',
  });

  it('lets guests in at the routers of its hotspots, with the limits of its click-through service', () => {
    const bridges = [mikrotikBridge('core-2'), mikrotikBridge('core-1'), mikrotikBridge('core-1', 'hs-roof')];
    const [portal] = rowsOf({ portalSites: [portalSite('cafe', { key, bridges, clickThrough })] }, 'portal').map(
      portalOf,
    );

    expect(portal).toEqual({
      site: 'cafe',
      key,
      nas: ['core-1', 'core-2'],
      hotspots: new Map([
        ['core-1', ['hs-guest', 'hs-roof']],
        ['core-2', ['hs-guest']],
      ]),
      clickThrough: {
        service: 'free',
        limits: {
          rateLimit: '2M/10M',
          rate: { up: 2_000_000, down: 10_000_000 },
          sessionTimeoutSeconds: 1800,
          interimSeconds: 60,
          pool: 'guests',
          attributes: [],
        },
      },
    });
  });

  it('has no guests without an account where click-through is not offered', () => {
    const [portal] = rowsOf({ portalSites: [portalSite('cafe', { key })] }, 'portal').map(portalOf);

    expect(portal).toEqual({ site: 'cafe', key, nas: ['core-1'], hotspots: new Map([['core-1', ['hs-guest']]]) });
  });

  it('at an Omada controller alone concerns no NAS', () => {
    const omada = { type: 'omada' as const, controller: 'oc', site: { name: 'cafe' } };

    expect(rowsOf({ portalSites: [portalSite('cafe', { bridges: [omada] })] }, 'portal')).toEqual([]);
  });
});

describe('the NAS of a router with hotspots and DHCP servers', () => {
  const nasWith = (more: Partial<Model['routers'][number]>) =>
    rowsOf(onRouter(networkOf(), more), 'nas')
      .map(nasOf)
      .find(({ name }) => name === 'core-1');

  it('IS-42: knows what each of its hotspots sends with a MAC', () => {
    const macAuth = (password: Secret | 'mac' | 'none') => ({ format: 'XXXXXXXXXXXX' as const, password });
    const hotspots = [
      hotspotOf('e'),
      hotspotOf('a', { macAuth: macAuth(new Secret('mac')) }),
      hotspotOf('b', { macAuth: macAuth(new Secret('of the site')) }),
      hotspotOf('c', { macAuth: macAuth('none') }),
      hotspotOf('d', { macAuth: macAuth(new Secret('of the site')) }),
    ];

    const given = [...(nasWith({ hotspots })?.macPasswords ?? [])].map(([name, each]) => {
      return [name, each instanceof Secret ? [each.reveal()] : each];
    });

    expect(given).toEqual([
      ['c', 'none'],
      ['a', ['mac']],
      ['b', ['of the site']],
      ['d', ['of the site']],
    ]);
    expect(nasWith({ hotspots: [hotspotOf('e')] })).not.toHaveProperty('macPasswords');
  });

  it('SPL-19: knows the pool of unknown clients, for each DHCP server that asks RADIUS', () => {
    const unknownClients = { pool: 'fake', rate: { down: 1_000_000, up: 512_000 } };
    const dhcp = [
      dhcpServerOf('lan', { unknownClients }),
      dhcpServerOf('by-itself', { unknownClients, radius: false }),
      dhcpServerOf('closed'),
    ];

    expect(nasWith({ dhcp })?.unknownClients).toEqual(
      new Map([
        [
          'lan',
          {
            pool: 'fake',
            rateLimit: '512k/1M',
            rate: { up: 512_000, down: 1_000_000 },
            sessionTimeoutSeconds: 300,
            interimSeconds: 120,
            attributes: [],
          },
        ],
      ]),
    );
    expect(nasWith({ dhcp: [dhcpServerOf('closed')] })).not.toHaveProperty('unknownClients');
  });
});
