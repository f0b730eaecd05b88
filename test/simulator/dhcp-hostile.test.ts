import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { RawClient, Responder, startRouter, useRadius } from './support.ts';

const macText = fc.integer({ min: 0, max: 7 }).map((last) => `02:00:5E:00:00:0${last}`);

/** Everything about leases that must fit together, whatever happened before. */
function expectInStep(router: SimulatedRouterOs): void {
  const leases = router.leases();
  const rows = router.rows('/ip/dhcp-server/lease');
  const addresses = leases.map(({ address }) => address);

  expect(new Set(addresses).size).toBe(addresses.length);
  expect(rows.filter((row) => row['status'] === 'bound').map((row) => row['active-address'])).toHaveLength(
    leases.length,
  );
  expect(rows.filter((row) => row['dynamic'] === 'true' && row['status'] !== 'bound')).toEqual([]);
  const used = router.rows('/ip/pool/used').map(({ address }) => address);
  expect(used.filter((address) => !addresses.includes(address ?? ''))).toEqual([]);
  expect(router.rows('/queue/simple')).toHaveLength(leases.filter(({ rateLimit }) => rateLimit !== undefined).length);
}

describe('devices that send anything', () => {
  it('are answered, and make no packet that is none', async () => {
    await using responder = await Responder.start();
    await using lab = await startRouter();
    const { router } = lab;
    router.add('/ip/pool', { name: 'lan', ranges: '10.30.0.0/24' });
    router.add('/ip/dhcp-server', {
      name: 'é'.repeat(120),
      interface: 'ether3',
      'address-pool': 'lan',
      'use-radius': 'yes',
    });
    useRadius(router, [responder.port], { service: 'dhcp' });
    const octet = fc.nat(255).map((value) => value.toString(16));
    const clientId = fc.array(octet, { minLength: 1, maxLength: 255 }).map((octets) => octets.join(':'));
    const anything = fc.option(fc.string({ unit: 'binary', maxLength: 800 }), { nil: undefined });

    await fc.assert(
      fc.asyncProperty(
        fc.oneof(macText, fc.string()),
        fc.oneof(clientId, anything),
        anything,
        async (mac, id, hostName) => {
          const result = await router.lease({
            mac,
            ...(id === undefined ? {} : { clientId: id }),
            ...(hostName === undefined ? {} : { hostName }),
            renews: false,
          });
          expect(result.ok || ['not a mac', 'not a client id'].includes(result.reason)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
    await router.accountingIdle();
    expectInStep(router);
  });
});

describe('leases, in whatever order they come and go', () => {
  const step = fc.oneof(
    fc.tuple(fc.constantFrom('lease' as const, 'renew' as const, 'release' as const, 'vanish' as const), macText),
    fc.tuple(fc.constant('pass' as const), fc.integer({ min: 1, max: 700 }).map(String)),
    fc.tuple(fc.constant('write' as const), macText),
    fc.tuple(fc.constant('erase' as const), fc.nat(9).map(String)),
    fc.tuple(fc.constant('make-static' as const), fc.nat(9).map(String)),
    fc.tuple(fc.constant('disable' as const), fc.nat(9).map(String)),
    fc.tuple(fc.constant('reboot' as const), fc.constant('')),
  );

  it('no two have one address, and nothing of an ended one stays', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await using lab = await startRouter();
        const { router, clock } = lab;
        router.add('/ip/pool', { name: 'lan', ranges: '10.30.0.10-10.30.0.14' });
        router.add('/ip/dhcp-server', { interface: 'ether3', 'address-pool': 'lan' });
        const rowAt = (index: string) => router.rows('/ip/dhcp-server/lease')[Number(index)]?.['.id'];
        const act: Record<(typeof step extends fc.Arbitrary<infer T> ? T : never)[0], (value: string) => unknown> = {
          lease: (mac) => router.lease({ mac }),
          renew: (mac) => router.renew(mac),
          release: (mac) => router.release(mac),
          vanish: (mac) => router.release(mac, { silently: true }),
          pass: (seconds) => clock.advance(Number(seconds) * 1000),
          write: (mac) =>
            refusable(() =>
              router.add('/ip/dhcp-server/lease', {
                address: `10.30.0.1${mac.at(-1)}`,
                'mac-address': mac,
                'rate-limit': '1M',
              }),
            ),
          erase: (index) => refusable(() => router.remove('/ip/dhcp-server/lease', rowAt(index) ?? '*FFF')),
          'make-static': async (index) => {
            using client = await RawClient.login(router.apiPort);
            await client.talk('/ip/dhcp-server/lease/make-static', `=.id=${rowAt(index) ?? '*FFF'}`);
          },
          disable: (index) =>
            refusable(() => router.set('/ip/dhcp-server/lease', rowAt(index) ?? '*FFF', { disabled: 'yes' })),
          reboot: () => router.reboot(),
        };
        for (const [action, value] of steps) {
          await act[action](value);
          expectInStep(router);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** What a router refuses is no fault here. */
function refusable(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    expect(error).toHaveProperty('name', 'RouterTrap');
  }
}

/** Debian's own interpreter first: that is where its packages are. */
const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import librouteros'], { stdio: 'ignore' }).status === 0,
);
const needsPackage = python === undefined ? ' (skipped: install the package python3-librouteros)' : '';

const script = `
import json, sys
from librouteros import connect
from librouteros.exceptions import TrapError
api = connect(host='127.0.0.1', port=int(sys.argv[1]), username='admin', password='')
leases = api.path('/ip/dhcp-server/lease')
out = {'id': leases.add(**{'address': '10.30.0.5', 'mac-address': '02-00-5e-00-00-01', 'comment': 'Anna'})}
try:
    leases.add(**{'mac-address': '02:00:5E:00:00:01'})
except TrapError as error:
    out['trap'] = str(error)
out['leases'] = list(leases)
out['dns'] = list(api.path('/ip/dns'))[0]['allow-remote-requests']
out['login'] = [row['name'] for row in api.path('/file').select('name', 'size') if row['name'] == 'hotspot/login.html']
out['piece'] = list(api('/file/read', **{'file': 'hotspot/api.json', 'chunk-size': '3'}))
list(api('/ip/dhcp-server/lease/make-static', **{'.id': out['id']}))
api.close()
print(json.dumps(out))
`;

describe('a client written by others', () => {
  it.skipIf(python === undefined)(`reads and writes leases, the resolver and files${needsPackage}`, async () => {
    await using lab = await startRouter();

    const { stdout } = await promisify(execFile)(python ?? '', ['-c', script, String(lab.router.apiPort)]);

    expect(JSON.parse(stdout)).toEqual({
      id: '*1',
      trap: 'failure: already have static lease for this client',
      leases: [
        {
          '.id': '*1',
          address: '10.30.0.5',
          'mac-address': '02:00:5E:00:00:01',
          'address-lists': '',
          'dhcp-option': '',
          status: 'waiting',
          'last-seen': 'never',
          radius: false,
          dynamic: false,
          blocked: false,
          disabled: false,
          comment: 'Anna',
        },
      ],
      dns: false,
      login: ['hotspot/login.html'],
      piece: [{ data: '{\n ' }],
    });
  });
});
