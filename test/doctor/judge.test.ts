import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { checkAccess } from '../../src/doctor/check-access.ts';
import { checkCertificates } from '../../src/doctor/check-certificates.ts';
import { checkCollection } from '../../src/doctor/check-collection.ts';
import { checkDevice } from '../../src/doctor/check-device.ts';
import { checkHeartbeat } from '../../src/doctor/check-heartbeat.ts';
import { checkNetwork } from '../../src/doctor/check-network.ts';
import { checkPackets } from '../../src/doctor/check-packets.ts';
import { checkPath } from '../../src/doctor/check-path.ts';
import { checkRadius } from '../../src/doctor/check-radius.ts';
import type { RadiusRow, RouterFacts } from '../../src/doctor/facts.ts';
import { findingOf, inOrder } from '../../src/doctor/finding.ts';
import { dateOf } from '../../src/doctor/router-clock.ts';
import type { Router } from '../../src/model/kinds/router.ts';
import type { RadiusFinding } from '../../src/radius/drops.ts';
import { parseVersion } from '../../src/routeros/versions.ts';
import { origin } from '../support/model-parts.ts';

const router: Router = {
  name: 'core-1',
  labels: {},
  address: '10.0.0.1',
  mode: 'apply',
  auth: 'radius',
  radius: {
    secret: new Secret('a shared secret, long enough'),
    sourceAddress: '10.255.0.1',
    clientAddress: '10.255.0.1',
    nasIdentifier: 'core-1',
    messageAuthenticator: 'require',
    services: ['ppp'],
    coaPort: 3799,
    timeoutMs: 1500,
  },
  pools: [],
  ppp: { servers: [], dns: [] },
  dhcp: [],
  hotspots: [],
  origin,
};

const row: RadiusRow = {
  address: '10.9.0.1',
  services: ['ppp'],
  timeoutMs: 1500,
  source: '10.255.0.1',
  requiresSignature: true,
  secretMatches: true,
};

/** A router of which there is nothing to say, with some facts otherwise. */
function facts(
  rows: Readonly<Record<string, RouterFacts['rows'] extends ReadonlyMap<string, infer Rows> ? Rows : never>> = {},
  more: Partial<RouterFacts> = {},
): RouterFacts {
  const healthy = {
    '/ip/address': [{ address: '10.255.0.1/32', interface: 'loopback' }],
    '/interface': [{ name: 'loopback', type: 'bridge' }],
    '/ip/route': [{ active: 'true' }],
  };
  const operator = {
    radius: { servers: [{ name: 'main', address: '10.9.0.1', authPort: 1812, accountingPort: 1813 }] },
  };
  const version = parseVersion('7.22.3');
  return {
    router,
    operator: operator as unknown as RouterFacts['operator'],
    hybrid: false,
    managed: [],
    access: {
      username: 'lastmile',
      userAddresses: [],
      service: 'api',
      host: '10.0.0.1',
      port: 8728,
      services: [],
      addresses: [],
    },
    ...(version === undefined ? {} : { version }),
    radius: [row],
    rows: new Map(Object.entries({ ...healthy, ...rows })),
    forbidden: [],
    now: Date.parse('2026-11-22T12:00:00Z'),
    roundTripMs: 1,
    path: { fastTrackRules: [], offloadedPorts: [], interfaces: new Map() },
    ...more,
  };
}

const codes = (troubles: readonly { readonly code: string }[]) => troubles.map(({ code }) => code);
const sessions = (count: number) => Array.from({ length: count }, () => ({}));

describe('licences and sessions', () => {
  it.each([
    ['4', 179, 0, []],
    ['4', 180, 0, ['LM_LICENCE_SESSIONS']],
    ['4', 180, 200, ['LM_LICENCE_SESSIONS', 'LM_LICENCE_SESSIONS']],
    ['5', 449, 449, []],
    ['5', 450, 0, ['LM_LICENCE_SESSIONS']],
    ['6', 5000, 5000, []],
    ['p1', 5000, 5000, []],
    ['0', 0, 0, ['LM_LICENCE_LEVEL']],
    ['1', 0, 0, ['LM_LICENCE_LEVEL']],
  ])('IS-18: level %s with %i PPPoE and %i hotspot sessions', (level, pppoe, hotspot, found) => {
    const seen = facts({
      '/system/license': [{ nlevel: level }],
      '/ppp/active': sessions(pppoe),
      '/ip/hotspot/active': sessions(hotspot),
    });

    expect(codes(checkDevice(seen))).toEqual(found);
  });
});

describe('the time of a router', () => {
  it.each([
    [{ date: '2026-11-22', time: '15:00:00', 'gmt-offset': '+03:00' }],
    [{ date: 'nov/22/2026', time: '06:30:00', 'gmt-offset': '-05:30' }],
    [{ date: 'Nov/22/2026', time: '15:00:00', 'gmt-offset': '10800' }],
  ])('is read from %o', (shown) => {
    expect(dateOf(shown)).toBe(Date.parse('2026-11-22T12:00:00Z'));
  });

  it.each([[{}], [{ date: 'foo/22/2026', time: '12:00:00' }], [{ date: '2026-13-41', time: '12:00:00' }]])(
    'is unknown from %o',
    (shown) => {
      expect(dateOf(shown)).toBeUndefined();
    },
  );

  it('may be a minute off', () => {
    const at = (time: string) => checkDevice(facts({ '/system/clock': [{ date: '2026-11-22', time }] }));

    expect(at('12:01:00')).toEqual([]);
    expect(at('11:58:59')).toMatchObject([
      { code: 'LM_CLOCK_SKEW', says: expect.stringContaining('61 s behind ours') },
    ]);
    expect(at('12:01:01')).toMatchObject([
      { code: 'LM_CLOCK_SKEW', says: expect.stringContaining('61 s ahead of ours') },
    ]);
  });
});

describe('versions', () => {
  it.each([
    ['7.22.3', []],
    ['7.24.9', []],
    ['7.25', ['LM_ROUTER_VERSION_UNKNOWN']],
    ['7.22rc2', ['LM_ROUTER_VERSION']],
    ['7.14.9', ['LM_ROUTER_VERSION']],
    ['6.49.17', ['LM_ROUTER_VERSION']],
  ])('IS-19: %s', (text, found) => {
    const version = parseVersion(text);

    expect(codes(checkDevice(facts({}, version === undefined ? {} : { version })))).toEqual(found);
  });
});

describe('RADIUS', () => {
  const counters = { requests: 9, accepts: 0, rejects: 0, timeouts: 9, badReplies: 0 };

  it('IS-33: with answers thrown away though the secret is right by now', () => {
    const seen = facts({}, { radius: [{ ...row, counters: { ...counters, accepts: 5, badReplies: 4 } }] });

    expect(checkRadius(seen)).toMatchObject([
      {
        code: 'LM_RADIUS_BAD_REPLIES',
        mend: expect.stringContaining('/radius/reset-counters [find address=10.9.0.1]'),
      },
    ]);
  });

  it('IS-33: that never answers', () => {
    expect(codes(checkRadius(facts({}, { radius: [{ ...row, counters }] })))).toEqual(['LM_RADIUS_SILENT']);
    expect(checkRadius(facts({}, { radius: [{ ...row, counters: { ...counters, accepts: 1 } }] }))).toEqual([]);
  });

  it('IS-34: is waited for as long as the path takes, by ping and by its last request', () => {
    const slow = { ...counters, accepts: 1, lastRoundTripMs: 320 };
    const hasty = { ...row, timeoutMs: 300 };

    expect(codes(checkRadius(facts({}, { radius: [hasty], pingMs: 300 })))).toEqual(['LM_RADIUS_TIMEOUT']);
    expect(codes(checkRadius(facts({}, { radius: [{ ...hasty, counters: slow }] })))).toEqual(['LM_RADIUS_TIMEOUT']);
    expect(checkRadius(facts({}, { radius: [hasty], pingMs: 299 }))).toEqual([]);
    expect(checkRadius(facts({}, { radius: [hasty], pingMs: 1, roundTripMs: 4000 }))).toEqual([]);
  });

  it('IS-35: from an address that is switched off', () => {
    const off = [{ address: '10.255.0.1/32', interface: 'loopback', disabled: 'true' }];

    expect(checkRadius(facts({ '/ip/address': off }))).toMatchObject([
      { code: 'LM_RADIUS_SOURCE_MISSING', mend: expect.stringContaining('/ip/address/enable') },
    ]);
  });

  it.each(['8.8.8.8', '10.255.0.2'])('IW-26: over the public network, also from behind NAT (%s)', (clientAddress) => {
    const declared = { ...router, radius: { ...router.radius, clientAddress } } as Router;
    const operator = { radius: { servers: [{ address: '9.9.9.9' }] } } as unknown as RouterFacts['operator'];
    const seen = facts({}, { router: declared, operator, radius: [{ ...row, address: '9.9.9.9' }] });

    expect(checkRadius(seen)).toMatchObject([{ code: 'LM_RADIUS_PUBLIC', mend: expect.stringContaining('WireGuard') }]);
  });

  it('is nothing to a router that is not to ask it', () => {
    const { radius: _radius, ...alone } = router;

    expect(checkRadius(facts({}, { router: alone, radius: [] }))).toEqual([]);
  });
});

describe('packets that were dropped', () => {
  const dropped = (more: Partial<RadiusFinding>): RadiusFinding => ({
    ...{ nas: 'core-1', reason: 'ma-wrong', count: 3, lastAt: 0, source: '10.255.0.9' },
    ...more,
  });
  const api = {} as NonNullable<Router['api']>;
  const declared = (...routers: readonly Router[]) => {
    return { routers, operator: facts().operator } as Parameters<typeof checkPackets>[1];
  };

  it('IS-33: from nowhere that is declared name the nearest NAS', () => {
    const hint = 'nearest declared NAS: core-1 at 10.255.0.1; compare src-address in /radius';
    const [found] = checkPackets([dropped({ nas: 'unknown', reason: 'unknown-client', hint })], declared());

    expect(found).toMatchObject({ target: 'radius', code: 'LM_RADIUS_UNKNOWN_SOURCE', severity: 'error' });
    expect(found?.says).toContain('nearest declared NAS: core-1');
    expect(found?.mend).toContain('10.255.0.9');
  });

  it('with the NAS-Identifier of none that is declared there are told of with it, and not as of an unknown address', () => {
    const hint =
      'several NAS are declared at this address, and none with the NAS-Identifier of this packet, which is "x"';
    const [found] = checkPackets([dropped({ nas: 'unknown', reason: 'unknown-nas-identifier', hint })], declared());

    expect(found).toMatchObject({ target: 'radius', code: 'LM_RADIUS_UNKNOWN_IDENTIFIER', severity: 'error' });
    expect(found?.says).toMatch(/10\.255\.0\.9 .*which is "x"$/);
    expect(found?.mend).toContain('radius.nasIdentifier');
  });

  it("IS-33: for their secret are the router's", () => {
    expect(checkPackets([dropped({})], declared({ ...router, api }))).toMatchObject([
      { target: 'core-1', code: 'LM_RADIUS_SECRET', mend: 'lastmile apply --target core-1' },
    ]);
  });

  it.each<Partial<Router>>([{ api, mode: 'observe' }, { api, mode: 'plan' }, {}])(
    'IS-33: for the secret of a router that we do not write to are mended by hand (%j)',
    (more) => {
      expect(checkPackets([dropped({})], declared({ ...router, ...more }))).toMatchObject([
        { target: 'core-1', mend: expect.stringMatching(/^\/radius\/set \[find address=\S+\] secret=…$/) },
      ]);
    },
  );

  it('IS-33: for the secret of a client that is no router are mended on one side or the other', () => {
    expect(checkPackets([dropped({ nas: 'switch-1' })], declared(router))).toMatchObject([
      { target: 'switch-1', mend: expect.stringMatching(/on switch-1, or in radius\.clients\[\]\.secret/) },
    ]);
  });

  it('of a NAS that signs nothing name it as not ready, with what makes it so', () => {
    expect(checkPackets([dropped({ reason: 'unsigned' })], declared(router))).toMatchObject([
      {
        target: 'core-1',
        code: 'LM_RADIUS_UNSIGNED',
        says: expect.stringContaining('3 requests from 10.255.0.9 had no Message-Authenticator'),
        mend: expect.stringMatching(/RouterOS to 7\.15 .*messageAuthenticator: require for core-1$/),
      },
    ]);
  });

  it('for something else keep their reason', () => {
    expect(checkPackets([dropped({ reason: 'overload' })], declared())).toMatchObject([
      { code: 'LM_RADIUS_DROPPED', says: expect.stringContaining('overload') },
    ]);
  });
});

describe('a heartbeat that is missed', () => {
  it('IW-24: is told with its reason and the command that asks by hand', () => {
    const says = 'RADIUS auth at 0.0.0.0:1812 has missed 3 heartbeats: the process stood still';

    expect(checkHeartbeat([{ service: 'auth', listener: '0.0.0.0:1812', says }])).toMatchObject([
      {
        target: 'radius',
        code: 'LM_RADIUS_HEARTBEAT',
        severity: 'error',
        says,
        mend: expect.stringContaining('lastmile radius status-server --server 0.0.0.0:1812'),
      },
    ]);
  });

  it('over TLS is looked at by what speaks TLS', () => {
    const [found] = checkHeartbeat([{ service: 'radsec', listener: '192.0.2.1:2083', says: '' }]);

    expect(found?.mend).toBe('openssl s_client -connect 192.0.2.1:2083');
  });
});

describe('readings of counters', () => {
  const status = { router: 'core-1', everySeconds: 300, ageSeconds: 700, missed: 2, failures: 2, findings: [] };

  it('SPL-27: that are late are told after two', () => {
    expect(checkCollection({ ...status, missed: 1 })).toEqual([]);
    expect(checkCollection({ ...status, reason: 'it did not answer' })).toMatchObject([
      {
        code: 'LM_NOT_COLLECTED',
        says: expect.stringContaining('it did not answer'),
        mend: expect.stringContaining('api-log core-1'),
      },
    ]);
  });

  it('SPL-26: tell the share of FastTrack, in place of the rule alone', () => {
    const path = { fastTrackRules: ['/ip/firewall/filter forward'], offloadedPorts: [], interfaces: new Map() };
    const message = 'FastTrack is on: 90 % of 1000 octets. Mend it with /ip/firewall/filter/disable x';

    expect(checkPath(facts({}, { path }), [{ code: 'LM_FASTTRACK', message }])).toEqual([
      { code: 'LM_FASTTRACK', says: 'FastTrack is on: 90 % of 1000 octets', mend: '/ip/firewall/filter/disable x' },
    ]);
  });
});

describe('other findings', () => {
  it('a hybrid that nobody tried', () => {
    expect(codes(checkNetwork(facts({}, { hybrid: true })))).toEqual(['LM_HYBRID_UNPROVEN']);
    expect(checkNetwork(facts({}, { hybrid: true, router: { ...router, assumeFallthrough: true } }))).toEqual([]);
  });

  it('the account admin, and the plain API in public', () => {
    const { access } = facts();

    expect(codes(checkAccess(facts({}, { access: { ...access, username: 'admin' } })))).toEqual(['LM_ACCOUNT_SHARED']);
    expect(codes(checkAccess(facts({}, { access: { ...access, routerAddress: '8.8.8.8' } })))).toEqual([
      'LM_API_PUBLIC',
    ]);
    expect(checkAccess(facts({}, { access: { ...access, routerAddress: '8.8.8.8', service: 'api-ssl' } }))).toEqual([]);
  });

  it('is warned of certificates that end within three weeks, of those that are declared', () => {
    const hotspots = [{ name: 'lobby', interface: 'ether2', address: '10.5.50.1', loginBy: [], certificate: 'cafe' }];
    const shows = (fields: Readonly<Record<string, string>>) => {
      const rows = {
        '/certificate': [
          { name: 'cafe', ...fields },
          { name: 'other', 'expires-after': '1d' },
        ],
      };
      const declared = { ...router, hotspots } as unknown as RouterFacts['router'];
      return checkCertificates(facts(rows, { router: declared })).map(({ code, says }) => `${code} ${says}`);
    };

    expect(shows({ 'expires-after': '3w1d' })).toEqual([]);
    expect(shows({ 'expires-after': '2w6d23h' })).toEqual([
      'LM_CERTIFICATE_ENDS its certificate cafe, of the hotspot lobby, ends in 20 days',
    ]);
    expect(shows({ 'expires-after': '2h' }).join()).toMatch(/ends today$/);
    expect(shows({ expired: 'true' }).join()).toMatch(/has ended$/);
    expect(shows({})).toEqual([]);
  });

  it('are in order of their targets, errors first, each once', () => {
    const [a, b] = ['LM_NTP_OFF', 'LM_COA_OFF'].map((code) => ({ code, says: 's', mend: 'm' }));
    const both = [a, b].flatMap((trouble) =>
      trouble === undefined ? [] : [trouble as Parameters<typeof findingOf>[1]],
    );
    const found = ['r2', 'r1', 'r1'].flatMap((target) => both.map((trouble) => findingOf(target, trouble)));

    expect(inOrder(found).map(({ target, code }) => `${target} ${code}`)).toEqual([
      ...['r1 LM_COA_OFF', 'r1 LM_NTP_OFF', 'r2 LM_COA_OFF', 'r2 LM_NTP_OFF'],
    ]);
  });
});
