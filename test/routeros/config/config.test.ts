import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { prepare, reconcileOnce } from '../../../src/reconcile/reconcile-once.ts';
import { brief, settle } from '../menus/support.ts';
import { configured, configuredLab } from './support.ts';

type ConfiguredLab = Awaited<ReturnType<typeof configuredLab>>;

const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 } };

function deps({ inventory }: ConfiguredLab) {
  return { inventory, guard, signal: new AbortController().signal };
}

async function refusals(lab: ConfiguredLab, model: Model): Promise<readonly string[]> {
  const { refusals: found } = await prepare(lab.target, model, deps(lab));
  return found.map(({ code, message }) => `${code} ${message}`);
}

/** Chains and ports of the rules that people see, in their order. */
function rules(lab: ConfiguredLab): readonly string[] {
  return lab.router
    .rows('/ip/firewall/filter')
    .map((row) => `${row['chain']} ${row['dst-port'] ?? row['comment'] ?? ''}`.trim());
}

const ports = (...numbers: readonly number[]) =>
  numbers.map((port) => `{chain: forward, protocol: tcp, dst-port: ${port}, action: drop}`).join(', ');

describe('rules of a firewall in config', () => {
  it('stand in the declared order, and a rule in between is made in its place', async () => {
    const model = configured(`{/ip/firewall/filter: [${ports(1, 2, 3)}]}`);
    await using lab = await configuredLab(model);
    await settle(lab, model, lab.inventory);

    const { plan } = await settle(lab, configured(`{/ip/firewall/filter: [${ports(1, 9, 2, 3)}]}`), lab.inventory);

    expect(plan.changes.map(({ action }) => action)).toEqual(['create']);
    expect(rules(lab)).toEqual(['forward 1', 'forward 9', 'forward 2', 'forward 3']);
  });

  it('are changed where they stand, with their counters, when one is edited', async () => {
    const model = configured(`{/ip/firewall/filter: [${ports(1, 2, 3)}]}`);
    await using lab = await configuredLab(model);
    await settle(lab, model, lab.inventory);
    const before = lab.router.rows('/ip/firewall/filter').map((row) => row['.id']);

    const { plan } = await settle(lab, configured(`{/ip/firewall/filter: [${ports(1, 9, 3)}]}`), lab.inventory);

    expect(plan.changes.map(({ action, set }) => [action, ...Object.keys(set)])).toEqual([['update', 'dst-port']]);
    expect(rules(lab)).toEqual(['forward 1', 'forward 9', 'forward 3']);
    expect(lab.router.rows('/ip/firewall/filter').map((row) => row['.id'])).toEqual(before);
  });

  it('move as few as can be', async () => {
    const model = configured(`{/ip/firewall/filter: [${ports(1, 2, 3, 4)}]}`);
    await using lab = await configuredLab(model);
    await settle(lab, model, lab.inventory);

    const { plan } = await settle(lab, configured(`{/ip/firewall/filter: [${ports(4, 1, 2, 3)}]}`), lab.inventory);

    expect(plan.changes.map(({ action }) => action)).toEqual(['move']);
    expect(rules(lab)).toEqual(['forward 4', 'forward 1', 'forward 2', 'forward 3']);
  });

  it.each([
    ['behind rules of others, unless told otherwise', '', ['forward theirs', 'forward 1']],
    ['in front of all of others', ', place-before: first', ['forward 1', 'forward theirs']],
    ['in front of the one with that comment', ', place-before: theirs', ['forward 1', 'forward theirs']],
  ])('go %s', async (_title, place, order) => {
    const model = configured(
      `{/ip/firewall/filter: [{chain: forward, protocol: tcp, dst-port: 1, action: drop${place}}]}`,
    );
    await using lab = await configuredLab(model);
    lab.router.add('/ip/firewall/filter', { chain: 'forward', action: 'accept', comment: 'theirs' });

    await settle(lab, model, lab.inventory);

    expect(rules(lab)).toEqual(order);
  });

  it('that are there word for word are adopted where they stand', async () => {
    const model = configured(`{/ip/firewall/filter: [${ports(1, 2)}]}`);
    await using lab = await configuredLab(model);
    for (const port of [1, 2]) {
      lab.router.add('/ip/firewall/filter', {
        chain: 'forward',
        protocol: 'tcp',
        'dst-port': String(port),
        action: 'drop',
      });
    }
    const before = lab.router.rows('/ip/firewall/filter').map((row) => row['.id']);

    const { plan } = await settle(lab, model, lab.inventory);

    expect(plan.changes).toMatchObject([{ adopts: true }, { adopts: true }]);
    expect(lab.router.rows('/ip/firewall/filter').map((row) => row['.id'])).toEqual(before);
  });

  it('are healed of what narrows them, and of another comment than the declared', async () => {
    const model = configured('{/ip/firewall/filter: [{chain: forward, action: drop, comment: nobody passes}]}');
    await using lab = await configuredLab(model);
    await settle(lab, model, lab.inventory);
    const [rule] = lab.router.rows('/ip/firewall/filter');
    lab.router.set('/ip/firewall/filter', rule?.['.id'], {
      'src-address': '10.0.0.1',
      comment: rule?.['comment']?.replace('nobody passes', 'Tom was here') ?? '',
    });

    const { plan } = await settle(lab, model, lab.inventory);

    expect(Object.keys(plan.changes[0]?.set ?? {}).sort()).toEqual(['comment', 'src-address']);
    expect(lab.router.rows('/ip/firewall/filter')).toEqual([rule]);
  });

  it('keep their rows and counters when the router gets another name here', async () => {
    const model = configured(`{/ip/firewall/filter: [${ports(1)}]}`);
    await using lab = await configuredLab(model);
    await settle(lab, model, lab.inventory);
    const [before] = lab.router.rows('/ip/firewall/filter');

    const { plan } = await settle(
      lab,
      configured(`{/ip/firewall/filter: [{chain: forward, protocol: tcp, dst-port: 1, action: drop, key: web}]}`),
      lab.inventory,
    );

    expect(plan.changes).toMatchObject([{ action: 'update', set: {} }]);
    expect(lab.router.rows('/ip/firewall/filter')[0]?.['.id']).toBe(before?.['.id']);
  });
});

describe("rows of the router's own in config", () => {
  it('are changed, and neither made nor removed', async () => {
    const model = configured(
      '{/ip/service: [{name: telnet, disabled: true}], /ppp/profile: [{name: default, only-one: true}]}',
    );
    await using lab = await configuredLab(model);
    const own = () => lab.router.rows('/ip/service').filter((row) => row['connection'] !== 'true');
    const names = () => own().map((row) => row['name']);
    const before = names();

    await settle(lab, model, lab.inventory);
    const { plan } = await settle(lab, configured('{}'), lab.inventory);

    expect(plan.changes).toEqual([]);
    expect(names()).toEqual(before);
    expect(own().find((row) => row['name'] === 'telnet')?.['disabled']).toBe('true');
    expect(lab.router.rows('/ppp/profile').find((row) => row['name'] === 'default')).not.toHaveProperty('comment');
  });
});

describe('interfaces in config', () => {
  it('are made before what is on them, in one apply, and go after it', async () => {
    const declared = `{
      /interface/bridge: [{name: br-lan}],
      /interface/vlan: [{name: vlan20, vlan-id: 20, interface: br-lan}],
      /interface/list: [{name: LAN}],
      /interface/list/member: [{list: LAN, interface: vlan20}],
      /ip/address: [{address: 10.20.0.1/24, interface: vlan20}],
      /ip/firewall/filter: [{chain: forward, in-interface: vlan20, action: accept}, {chain: forward, in-interface-list: LAN, action: drop}]}`;
    const model = configured(
      declared,
      'pools: [{name: lan, ranges: [10.20.0.10-10.20.0.99]}]\ndhcp: [{name: lan, interface: vlan20, pool: lan}]',
    );
    await using lab = await configuredLab(model);

    await settle(lab, model, lab.inventory);
    const { plan } = await settle(lab, configured('{}'), lab.inventory, { allowDeletes: 20 });

    expect(plan.changes.map(({ action }) => action)).toEqual(plan.changes.map(() => 'delete'));
    expect(lab.router.rows('/interface/vlan')).toEqual([]);
  });
});

describe('a menu that is ours and in config as well', () => {
  it('holds the rows of both', async () => {
    const model = configured(
      '{/ip/pool: [{name: b, ranges: 10.2.0.0/24}]}',
      'pools: [{name: a, ranges: [10.1.0.0/24]}]',
    );
    await using lab = await configuredLab(model);

    const outcome = await settle(lab, model, lab.inventory);

    expect(brief(outcome)).toEqual(['create /ip/pool a', 'create /ip/pool b']);
  });

  it('is refused where both declare one row, with both lines', async () => {
    const model = configured(
      '{/ip/pool: [{name: a, ranges: 10.2.0.0/24}]}',
      'pools: [{name: a, ranges: [10.1.0.0/24]}]',
    );
    await using lab = await configuredLab(model);

    const [refusal] = await refusals(lab, model);

    expect(refusal).toMatch(/^LM_DECLARED_TWICE network\.yaml:15: \/ip\/pool a is declared at network\.yaml:\d+/);
    expect(lab.router.rows('/ip/pool')).toEqual([]);
  });

  it('takes settings from both', async () => {
    const model = configured('{/ip/dns: {cache-size: 4096}}', 'system: {dns: {servers: [9.9.9.9]}}');
    await using lab = await configuredLab(model);

    await settle(lab, model, lab.inventory);

    expect(lab.router.rows('/ip/dns')).toMatchObject([{ servers: '9.9.9.9', 'cache-size': '4096KiB' }]);
  });
});

describe('what a router cannot have', () => {
  it.each([
    ['a menu', '{/ip/fierwall/filter: [{name: x}]}', /\/ip\/fierwall\/filter: the router knows no such menu/],
    [
      'a property',
      '{/ip/pool: [{name: a, rangs: 10.0.0.0/24}]}',
      /network\.yaml:15:\d+: \/ip\/pool: the router knows no rangs here; did you mean ranges\?/,
    ],
    ['a word', '{/queue/type: [{name: a, kind: fifo}]}', /kind takes pfifo, .*, not fifo/],
    ['rows of settings', '{/ip/settings: [{rp-filter: loose}]}', /it is a menu of settings/],
    ['settings of rows', '{/ip/pool: {ranges: 10.0.0.0/24}}', /it is a menu of rows/],
    ['the time', '{/system/clock: {time: "12:00:00"}}', /time cannot be declared/],
  ])('is refused before anything is written, once: %s', async (_title, config, message) => {
    const model = configured(config, 'pools: [{name: home, ranges: [10.1.0.0/24]}]');
    await using lab = await configuredLab(model);

    const outcome = await reconcileOnce(lab.target, model, deps(lab));

    expect(outcome.result).toBe('refused');
    expect(await refusals(lab, model)).toEqual([expect.stringMatching(message)]);
    expect(lab.router.rows('/ip/pool')).toEqual([]);
  });
});
