import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { fingerprint, holdRule, isLeft, leftDrift } from '../../src/daemon/targets/hold-rule.ts';
import { reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { document, modelOf, operator } from '../support/manifest.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { Lab } from '../support/ppp-network.ts';

type Auth = 'local' | 'hybrid' | 'radius';

function router(auth: Auth): string {
  const radius = 'radius: {secret: {derive: 1}, sourceAddress: 192.0.2.11}\n';
  const hybrid = 'hybrid: {after: 10m, assumeFallthrough: true}\n';
  return document(
    'Router',
    'core-1',
    `address: 192.0.2.11
api: {username: lastmile, password: {derive: 1}}
auth: ${auth}
${auth === 'hybrid' ? hybrid : ''}${auth === 'local' ? '' : radius}pools:
  - {name: home, ranges: [10.0.0.2-10.0.0.199], static: [10.0.0.200/29]}
ppp:
  localAddress: 10.0.0.1
  servers: [{interface: ether2, name: internet}]
dhcp:
  - {name: lan, interface: ether3, pool: home, network: {address: 10.0.0.0/24, gateway: 10.0.0.1}}
hotspots:
  - {name: lobby, interface: ether4, address: 10.5.0.1, pool: home, dnsName: wifi.example.net, loginBy: [http-chap]}
`,
  );
}

function network(auth: Auth) {
  const parts = [
    operator,
    router(auth),
    document('Service', 'p', 'access: [pppoe]\naddress: {pool: home}'),
    document('Service', 'd', 'access: [dhcp]\naddress: {pool: home}'),
    document('Service', 'h', 'access: [hotspot]'),
    document('Subscriber', 'anna', 'service: p\nusername: anna\npassword: pa55-anna\nrouter: core-1'),
    document('Subscriber', 'ben', 'service: d\nmac: ["0C:42:A1:00:00:09"]\nrouter: core-1'),
    document('Subscriber', 'cleo', 'service: h\nusername: cleo\npassword: pa55-cleo\nrouter: core-1'),
  ];
  return modelOf({ 'n.yaml': parts.join('---\n') });
}

/** Who has a way in, by RADIUS or by a row of the router. */
function waysIn({ router: core }: Lab): readonly string[] {
  const yes = (value: string | undefined) => value === 'true' || value === 'yes';
  const asked = (service: string) =>
    core.rows('/radius').some((row) => !yes(row['disabled']) && (row['service'] ?? '').split(',').includes(service));
  const enabled = (menu: string, field: string, value: string) =>
    core.rows(menu).some((row) => row[field] === value && !yes(row['disabled']) && !yes(row['block-access']));
  const radius = (menu: string, service: string) =>
    asked(service) && core.rows(menu).some((row) => yes(row['use-radius']));
  const ways = {
    anna: radius('/ppp/aaa', 'ppp') || enabled('/ppp/secret', 'name', 'anna'),
    ben: radius('/ip/dhcp-server', 'dhcp') || enabled('/ip/dhcp-server/lease', 'mac-address', '0C:42:A1:00:00:09'),
    cleo: radius('/ip/hotspot/profile', 'hotspot') || enabled('/ip/hotspot/user', 'name', 'cleo'),
  };
  return Object.entries(ways).flatMap(([name, may]) => (may ? [name] : []));
}

describe('a switch of who lets people in, while the window is closed', () => {
  it.each([
    ['local', 'radius'],
    ['local', 'hybrid'],
    ['radius', 'local'],
    ['hybrid', 'local'],
    ['radius', 'hybrid'],
    ['hybrid', 'radius'],
  ] as const)('%s to %s leaves everybody a way in', async (from, to) => {
    const [before, after] = [network(from), network(to)];
    await using lab = await Lab.start(before);
    const inventory = new MemoryInventory();
    const deleteLimits = { always: 30, share: 1, most: 250 };
    const deps = { inventory, guard: { deleteLimits }, signal: new AbortController().signal };
    await reconcileOnce(lab.target, before, deps);
    const hold = holdRule({ policy: { heal: 'always' }, window: { open: false }, isDrift: () => false });

    await reconcileOnce(lab.target, after, { ...deps, ...(hold === undefined ? {} : { hold }) });

    expect(waysIn(lab)).toEqual(['anna', 'ben', 'cleo']);
  });
});

describe('drift that was left', () => {
  const key = Buffer.alloc(32, 7);
  const change = (password: string): Change => ({
    action: 'update',
    menu: '/ppp/secret',
    identity: 'anna',
    owner: 'Subscriber/anna',
    set: { password: new Secret(password) },
  });

  it('is another when another secret is declared', () => {
    const left = leftDrift([change('old')], key);

    expect(isLeft(left, change('old'), key)).toBe(true);
    expect(isLeft(left, change('new'), key)).toBe(false);
  });

  it('cannot be told without the key of this process', () => {
    expect(fingerprint(change('old'), key)).not.toBe(fingerprint(change('old'), Buffer.alloc(32, 8)));
  });
});
