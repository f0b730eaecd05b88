import { describe, expect, it } from 'vitest';
import { prepare } from '../../../src/reconcile/reconcile-once.ts';
import { Inspections } from '../../../src/routeros/config/inspect.ts';
import { RouterTrapError } from '../../../src/routeros/errors.ts';
import type { RouterOsSession, RunResult } from '../../../src/routeros/session.ts';
import { parseVersion } from '../../../src/routeros/versions.ts';
import { settle } from '../menus/support.ts';
import { configured, configuredLab } from './support.ts';

const { signal } = new AbortController();
const at = { router: 'core-1', host: '192.0.2.11', port: 8728 };
const child = (name: string, type: string) => ({ type: 'child', name, 'node-type': type });

/** What a router tells by path. Every third answer about words has all of them. */
class Told implements Pick<RouterOsSession, 'run'> {
  readonly asked: string[] = [];
  readonly #children: Readonly<Record<string, readonly Record<string, string>[]>>;

  constructor(children: Readonly<Record<string, readonly Record<string, string>[]>>) {
    this.#children = children;
  }

  async run(_command: string, { request = '', path = '' }: Readonly<Record<string, string>> = {}): Promise<RunResult> {
    this.asked.push(`${request} ${path}`);
    if (request === 'child') return { rows: this.#children[path] ?? [] };
    const times = this.asked.filter((each) => each === `${request} ${path}`).length;
    return { rows: times % 3 === 0 ? [{ completion: 'cake', show: 'true' }] : [] };
  }
}

const menus = {
  'queue,type': [{ type: 'self', name: 'type', 'node-type': 'dir' }, child('add', 'cmd'), child('set', 'cmd')],
  'queue,type,add': [child('name', 'arg'), child('kind', 'arg'), child('copy-from', 'arg')],
  'queue,type,set': [child('numbers', 'arg'), child('kind', 'arg')],
  'ip,service': [child('set', 'cmd'), child('enable', 'cmd')],
  'ip,service,set': [child('numbers', 'arg'), child('port', 'arg')],
  'ip,settings': [child('set', 'cmd'), child('print', 'cmd')],
  'ip,settings,set': [child('rp-filter', 'arg')],
};

describe('what a router tells of its menus', () => {
  const version = parseVersion('7.22.3');

  it.each([
    ['/queue/type', 'rows', ['name', 'kind']],
    ['/ip/service', 'fixed', ['port']],
    ['/ip/settings', 'settings', ['rp-filter']],
  ])('%s is a menu of %s', async (path, kind, fields) => {
    const report = await new Inspections().report(new Told(menus), version, path, signal);

    expect(report).toMatchObject({ kind });
    expect(typeof report === 'string' ? report : [...report.fields]).toEqual(fields);
  });

  it('is asked once for a version, and anew for another', async () => {
    const [told, inspections] = [new Told(menus), new Inspections()];
    await inspections.report(told, version, '/queue/type', signal);
    const once = told.asked.length;

    await inspections.report(told, version, '/queue/type', signal);
    expect(told.asked.length).toBe(once);
    await inspections.report(told, parseVersion('7.23'), '/queue/type', signal);
    expect(told.asked.length).toBe(2 * once);
  });

  it('that there is no such menu is asked again: a package may come', async () => {
    const [told, inspections] = [new Told({}), new Inspections()];

    expect(await inspections.report(told, version, '/container', signal)).toBe('no-such-menu');
    await inspections.report(told, version, '/container', signal);

    expect(told.asked).toHaveLength(2);
  });

  const field = { path: '/queue/type', kind: 'rows', field: 'kind' } as const;

  it('is asked several times for a word, since the API loses some, and never again for one that was offered', async () => {
    const [told, inspections] = [new Told(menus), new Inspections()];

    expect([...(await inspections.words(told, version, field, ['cake'], signal))]).toEqual(['cake']);

    expect(told.asked).toHaveLength(3);
    expect(inspections.unseen(version, field, ['cake', 'cheese'])).toEqual(['cheese']);
  });

  it('is asked a bounded number of times for a word that it does not have', async () => {
    const [told, inspections] = [new Told(menus), new Inspections()];
    await inspections.words(told, version, field, ['cake'], signal);

    const words = await inspections.words(told, version, field, ['cheese'], signal);

    expect([...words]).toEqual(['cake']);
    expect(told.asked).toHaveLength(3 + 8);
  });

  it('is not asked what makes an old router hang', async () => {
    const told = new Told(menus);

    await new Inspections().words(told, version, { ...field, field: 'do' }, ['cake'], signal);

    expect(told.asked).toEqual([]);
  });

  it('is nothing where it cannot be asked', async () => {
    const session = {
      run: async () => {
        throw new RouterTrapError(at, '/console/inspect', [{ message: 'no such command prefix' }]);
      },
    };

    expect(await new Inspections().report(session, version, '/queue/type', signal)).toBe('not-offered');
  });
});

describe('config on RouterOS 6, which cannot be asked', () => {
  const six = { version: '6.49.17' };
  const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 } };

  it('works for menus that are known', async () => {
    const model = configured(`{
      /ip/firewall/filter: [{chain: forward, protocol: tcp, dst-port: 25, action: drop}],
      /queue/simple: [{name: office, target: 10.0.0.7, max-limit: 10M/50M}],
      /user/group: [{name: noc, policy: 'read,api'}]}`);
    await using lab = await configuredLab(model, six);

    await settle(lab, model, lab.inventory);

    expect(lab.router.rows('/queue/simple')).toMatchObject([{ 'max-limit': '10000000/50000000' }]);
  });

  it.each([
    ['what came later', '{/interface/wireguard: [{name: wg}]}', /RouterOS 6\.49\.17 has no such menu/],
    ['a menu that is not there', '{/container: [{name: x}]}', /\/container: the router knows no such menu/],
  ])('is refused for %s', async (_what, config, message) => {
    const model = configured(config);
    await using lab = await configuredLab(model, six);

    const { refusals } = await prepare(lab.target, model, { inventory: lab.inventory, guard, signal });

    expect(refusals.map((each) => each.message).join('\n')).toMatch(message);
  });
});

describe('a menu of which nothing is known', () => {
  it('is read and written by what it declares, and cleaned up', async () => {
    const model = configured('{/system/ntp/client/servers: [{address: 192.0.2.123, comment: ours}]}');
    await using lab = await configuredLab(model);

    await settle(lab, model, lab.inventory);
    const rows = lab.router.rows('/system/ntp/client/servers');
    await settle(lab, configured('{}'), lab.inventory);

    expect(rows).toMatchObject([{ address: '192.0.2.123' }]);
    expect(lab.router.rows('/system/ntp/client/servers')).toEqual([]);
  });
});
