import { describe, expect, it } from 'vitest';
import { reconcileOnce } from '../../../src/reconcile/reconcile-once.ts';
import { modelOf, operator } from '../../support/manifest.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { coreRouter, Lab } from '../../support/ppp-network.ts';
import { brief, settle, wanted } from './support.ts';

function networkOf(...servers: readonly string[]) {
  const list = servers.map((address, at) => `{name: r${at}, address: ${address}}`).join(', ');
  const text = operator.replace('[{name: main, address: 192.0.2.1}]', `[${list}]`);
  return modelOf({ 'network.yaml': [text, coreRouter].join('---\n') });
}

const three = networkOf('192.0.2.1', '192.0.2.2', '192.0.2.3');

function addresses(lab: Lab): readonly (string | undefined)[] {
  return lab.router.rows('/radius').map((row) => row['address']);
}

describe('the RADIUS servers of a router', () => {
  it('IS-33, IS-34: have secret, source address and a timeout of 1s500ms told', async () => {
    await using lab = await Lab.start(three);
    await settle(lab, three);

    expect(lab.router.rows('/radius')[0]).toMatchObject({
      address: '192.0.2.1',
      service: 'ppp',
      'authentication-port': '1812',
      'accounting-port': '1813',
      'src-address': '192.0.2.11',
      timeout: '1s500ms',
      'require-message-auth': 'yes-for-request-resp',
      disabled: 'false',
      secret: three.routers[0]?.radius?.secret.reveal(),
    });
  });

  it('IS-36: are asked about the services declared, each server for all of them', async () => {
    const wide = coreRouter.replace('sourceAddress', 'services: [ppp, hotspot, wireless], sourceAddress');
    const list = '[{name: r0, address: 192.0.2.1}, {name: r1, address: 192.0.2.2}]';
    const servers = operator.replace('[{name: main, address: 192.0.2.1}]', list);
    const model = modelOf({ 'network.yaml': [servers, wide].join('---\n') });
    await using lab = await Lab.start(model);

    await settle(lab, model);

    const asked = lab.router.rows('/radius').map((row) => [row['address'], row['service']?.split(',').sort()]);
    expect(asked).toEqual([
      ['192.0.2.1', ['hotspot', 'ppp', 'wireless']],
      ['192.0.2.2', ['hotspot', 'ppp', 'wireless']],
    ]);
  });

  it('IS-36: stand in the declared order', async () => {
    await using lab = await Lab.start(three);
    await settle(lab, three);

    expect(addresses(lab)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
  });

  it('IS-36: are put back in order around a row that is not ours, which stays', async () => {
    await using lab = await Lab.start(three);
    const inventory = new MemoryInventory();
    lab.router.add('/radius', { address: '198.51.100.1', service: 'login', comment: 'ours is not this' });
    await settle(lab, three, inventory);
    lab.router.add('/radius', { address: '198.51.100.2', service: 'wireless' });
    const turned = networkOf('192.0.2.3', '192.0.2.1', '192.0.2.2');

    const outcome = await settle(lab, turned, inventory);

    expect(outcome.plan.changes.filter((change) => change.action === 'move')).toHaveLength(1);
    expect(addresses(lab).filter((address) => address?.startsWith('192'))).toEqual([
      '192.0.2.3',
      '192.0.2.1',
      '192.0.2.2',
    ]);
    expect(lab.router.rows('/radius').find((row) => row['address'] === '198.51.100.1')).toMatchObject({
      comment: 'ours is not this',
    });
    expect(addresses(lab)).toHaveLength(5);
  });

  it('IS-36: are in order, too, when a new one comes first', async () => {
    const two = networkOf('192.0.2.2', '192.0.2.3');
    await using lab = await Lab.start(two);
    const inventory = new MemoryInventory();
    await settle(lab, two, inventory);

    await settle(lab, three, inventory);

    expect(addresses(lab)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
  });

  it('IS-36: are made one after another even by a router that is slow', async () => {
    await using lab = await Lab.start(three, {
      faults: [{ kind: 'latency', command: '/radius/add', after: 0, times: 1, ms: 20 }],
    });
    await settle(lab, three);

    expect(addresses(lab)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3']);
  });

  it('go when they are no longer declared; what a person added stays', async () => {
    await using lab = await Lab.start(three);
    const inventory = new MemoryInventory();
    await settle(lab, three, inventory);
    lab.router.add('/radius', { address: '192.0.2.2', service: 'login' });

    const outcome = await settle(lab, networkOf('192.0.2.1'), inventory);

    expect(brief(outcome)).toEqual(['delete /radius 192.0.2.2 1812', 'delete /radius 192.0.2.3 1812']);
    expect(lab.router.rows('/radius').map((row) => row['service'])).toEqual(['ppp', 'login']);
  });

  it('are not asked for the Message-Authenticator where the router is excused from it', async () => {
    const excused = modelOf({
      'network.yaml': [operator, coreRouter.replace('sourceAddress', 'messageAuthenticator: off, sourceAddress')].join(
        '---\n',
      ),
    });
    await using lab = await Lab.start(excused, { version: '7.12' });

    await settle(lab, excused);

    expect(wanted(lab, excused, '/radius')[0]?.fields).not.toHaveProperty('require-message-auth');
  });
});

describe('a router before 7.15 of which the Message-Authenticator is required', () => {
  it('IS-33: says in words what it lacks and what can be done, and the rest goes on', async () => {
    await using lab = await Lab.start(three, { version: '7.12' });
    const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 } };
    const { signal } = new AbortController();

    const outcome = await reconcileOnce(lab.target, three, { inventory: new MemoryInventory(), guard, signal });

    expect(outcome).toMatchObject({ result: 'partial' });
    const words = outcome.result === 'partial' ? outcome.failed.map(({ error }) => error) : [];
    expect(words).toHaveLength(3);
    expect(words[0]).toMatch(/does not know require-message-auth.*before 7\.15.*upgrade.*messageAuthenticator: off/);
    expect(lab.router.row('/ppp/profile', 'lastmile')).toBeDefined();
  });
});

describe('CoA and Disconnect', () => {
  it('IS-37, IW-04: are accepted on port 3799', async () => {
    await using lab = await Lab.start(three);
    lab.router.set('/radius/incoming', undefined, { accept: 'no', port: '1700' });

    await settle(lab, three);

    expect(lab.router.rows('/radius/incoming')).toMatchObject([{ accept: 'true', port: '3799' }]);
  });

  it('IW-04: are taken on another port where the router says so', async () => {
    const other = modelOf({
      'network.yaml': [operator, coreRouter.replace('sourceAddress', 'coaPort: 1700, sourceAddress')].join('---\n'),
    });
    await using lab = await Lab.start(other);

    await settle(lab, other);

    expect(lab.router.rows('/radius/incoming')).toMatchObject([{ accept: 'true', port: '1700' }]);
  });
});
