import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/admin/explain-service.ts';
import { explainObject } from '../../src/daemon/explain-object.ts';
import { loadFiles } from '../../src/daemon/load.ts';
import { LineBlame, parseBlame } from '../../src/git/line-blame.ts';
import { Repository } from '../../src/git/repository.ts';
import type { Model } from '../../src/model/model.ts';
import { desiredRows } from '../../src/omada/site/desired.ts';
import { allMenus } from '../../src/routeros/all-menus.ts';
import { configRows } from '../../src/routeros/config/config-rows.ts';
import { readFolder } from '../../src/source/folder.ts';
import type { SourceFile } from '../../src/source/source.ts';
import { BareRepository } from '../support/bare-repository.ts';

const now = Date.parse('2026-11-01T00:00:00Z');
const env = { LASTMILE_SECRET_MASTER: 'canary-master-key-of-thirty-two-symbols' };

async function explained(object: string, files: readonly SourceFile[], target?: string): Promise<Explanation> {
  const [kind = '', name = ''] = object.split('/');
  const answer = await explainObject(
    { kind, name, ...(target === undefined ? {} : { target }) },
    { revision: 'r', files, now, env },
  );
  if (answer.result !== 'explained') throw new Error(`${object}: ${JSON.stringify(answer)}`);
  return answer.explanation;
}

async function example(name: string): Promise<readonly SourceFile[]> {
  return (await readFolder(resolve(import.meta.dirname, '../../examples', name))).files;
}

/** Where a value of a thing that an object becomes is said to come from: `file:line Kind/name field`. */
function from({ becomes }: Explanation, thing: string, field: string): readonly string[] {
  const made = becomes.find(({ target, menu, identity }) => `${target} ${menu} ${identity}`.trim() === thing);
  const value = made?.fields.find((each) => each.field === field);
  if (value === undefined) throw new Error(`no ${field} of ${thing}: ${becomes.map((each) => each.menu).join(', ')}`);
  return value.from.map(({ file, line, object, field: source }) => `${file}:${line} ${object} ${source}`);
}

const objectsOf = ({ operator, routers, services, subscriptions, portalSites, omadaControllers }: Model) => [
  `Operator/${operator.name}`,
  ...routers.map(({ name }) => `Router/${name}`),
  ...services.map(({ name }) => `Service/${name}`),
  ...new Set(subscriptions.map(({ subscriber }) => `Subscriber/${subscriber}`)),
  ...portalSites.map(({ name }) => `PortalSite/${name}`),
  ...omadaControllers.map(({ name }) => `OmadaController/${name}`),
];

describe('everything that a network comes to', () => {
  it('is explained, line for line and row for row', async () => {
    const files = await example('hotspot-cafe');
    const { model } = await loadFiles(files, { env, mode: 'rehearse' });
    if (model === undefined) throw new Error('invalid');
    const lines = new Map(files.map(({ path, text }) => [path, text.split('\n')]));
    const told = new Set<string>();

    for (const object of objectsOf(model)) {
      const { fields, becomes } = await explained(object, files);
      for (const { target, menu, identity } of becomes) told.add(`${target} ${menu} ${identity}`);
      // What an object says itself stands where it is said to, its last word and all.
      for (const { field, value, from: places } of fields) {
        const [place] = places;
        if (place === undefined || value === '[secret]' || place.object !== object) continue;
        const line = lines.get(place.file)?.[place.line - 1] ?? '';
        expect(line, `${object} ${field}`).toContain(value);
      }
      for (const place of [...fields, ...becomes.flatMap((each) => each.fields)].flatMap((each) => each.from))
        expect(lines.get(place.file)?.[place.line - 1], JSON.stringify(place)).toMatch(/\S/);
    }

    const managed = new Map(allMenus.map((menu) => [menu.path, menu]));
    const rows = [
      ...model.routers.flatMap((router) => {
        const own = {
          ...model,
          subscriptions: model.subscriptions.filter((each) => each.localOn.includes(router.name)),
        };
        const all = [...allMenus.flatMap((menu) => menu.rows(own, router)), ...configRows(router, managed)];
        return all.map(({ menu, identity }) => `${router.name} ${menu} ${identity}`);
      }),
      ...model.omadaControllers.flatMap((each) =>
        desiredRows(model, each.name).map(({ menu, identity }) => `${each.name} ${menu} ${identity}`),
      ),
    ];
    expect(rows.filter((row) => !told.has(row))).toEqual([]);
  }, 60_000);

  it('comes from the line that makes it so, through lists, services, routers and what is built in', async () => {
    const files = await example('local-and-hybrid');

    const anna = await explained('Subscriber/anna', files);
    const home = await explained('Service/home', files);
    const router = await explained('Router/hill-1', files);
    const site = await explained('PortalSite/hill', files);

    expect(from(anna, 'hill-1 /ppp/secret anna', 'name')).toEqual(['subscribers.yaml:11 Subscriber/anna username']);
    expect(from(anna, 'hill-1 /ppp/secret anna', 'profile')).toEqual(['subscribers.yaml:11 Subscriber/anna service']);
    expect(from(anna, 'hill-1 /ppp/secret anna', 'disabled')).toEqual(['services.yaml:22 Service/home auth']);
    expect(from(anna, 'hill-1 /ppp/secret anna', 'password')).toContain('subscribers.yaml:8 Subscriber/anna password');
    const defaults = anna.fields.find(({ field }) => field === 'password')?.from[0];
    expect(defaults).toMatchObject({ line: 8, defaultsOf: 'SubscriberList/hill' });
    expect(anna.fields.find(({ field }) => field === 'state')).toEqual({ field: 'state', value: 'active', from: [] });
    expect(anna.fields.find(({ field }) => field === 'auth')?.from[0]).toMatchObject({
      object: 'Service/home',
      line: 22,
    });
    const accept = 'hill-1 Access-Accept anna';
    expect(from(anna, accept, 'Mikrotik-Rate-Limit')).toContain('services.yaml:24 Service/home rate.burst.seconds');
    expect(from(anna, accept, 'Framed-Pool')).toEqual(['services.yaml:26 Service/home address.pool']);
    expect(from(anna, accept, 'Acct-Interim-Interval')).toEqual([]);
    expect(anna.becomes[0]?.because.map(({ field }) => field)).toContain('auth');
    expect(from(home, 'hill-1 /ppp/profile home', 'local-address')).toEqual([
      'router.yaml:22 Router/hill-1 ppp.localAddress',
    ]);
    expect(from(router, 'hill-1 /radius 192.0.2.10 1812', 'address')).toEqual([
      'operator.yaml:11 Operator/hill-isp radius.servers[0].address',
    ]);
    expect(from(router, 'hill-1 /system/clock', 'time-zone-name')).toEqual([
      'router.yaml:37 Router/hill-1 config./system/clock.time-zone-name',
    ]);
    expect(from(site, 'hill-1 /ip/hotspot/walled-garden lobby pay.hill.example', 'server')).toEqual([
      'services.yaml:46 PortalSite/hill bridge.mikrotik.hotspot',
    ]);
    expect(JSON.stringify([anna, home, router, site])).not.toContain('canary');
  }, 60_000);
});

describe('an object that cannot be explained', () => {
  it('is unknown, or is said to be wrong with a reason', async () => {
    const files = await example('pppoe-single-router');
    const ask = (kind: string, name: string, given = files) =>
      explainObject({ kind, name }, { revision: 'r', files: given, now, env });
    const slow = files.map(({ path, text }) => ({
      path,
      text: text.replace('auth: local', 'auth: local, state: away'),
    }));

    expect(await ask('Subscriber', 'nobody')).toEqual({ result: 'unknown' });
    expect(await ask('Policy', 'any')).toEqual({ result: 'unknown-kind' });
    // What does not meet its schema is not there to be explained; the others are.
    expect((await ask('subscribers', 'anna', slow)).result).toBe('explained');
  });
});

describe('lines in git', () => {
  it('are those of who wrote them, also where a commit around them is of somebody else', async () => {
    await using repository = await BareRepository.make({ 'a.yaml': 'one\ntwo\nthree\n' });
    repository.write({ 'a.yaml': 'one\n2\nthree\nfour\n' });
    repository.git('commit', '-q', '-m', 'second', '--author', 'Anna Ñ <anna@isp.example>');
    const id = repository.git('rev-parse', 'HEAD');
    repository.write({ 'a.yaml': 'one\n2\nthree\nfour\nfive\n' });
    using git = new Repository({ dir: repository.work, env: process.env });

    const blame = new LineBlame(git);
    const committed = await blame.of({ path: 'a.yaml', commit: id }, [1, 2, 4]);
    const now = await blame.of({ path: 'a.yaml' }, [1, 2, 5]);
    const none = await blame.of({ path: 'b.yaml', commit: id }, [1]);

    expect(committed.get(1)).toMatchObject({ subject: 'first' });
    expect(committed.get(2)).toMatchObject({ commit: id, author: 'Anna Ñ <anna@isp.example>', subject: 'second' });
    expect(new Set(committed.keys())).toEqual(new Set([1, 2, 4]));
    expect([now.get(5), (now.get(2) as { commit: string }).commit]).toEqual(['uncommitted', id]);
    expect(none.size).toBe(0);
  });

  it('may be older than the oldest commit of a shallow clone', async () => {
    await using repository = await BareRepository.make({ 'a.yaml': 'one\n' });
    repository.push({ 'a.yaml': 'one\ntwo\n' });
    const clone = `${repository.folder.path}/clone`;
    execFileSync('git', ['clone', '-q', '--depth', '1', `file://${repository.url}`, clone]);
    using git = new Repository({ dir: clone, env: process.env });

    expect((await new LineBlame(git).of({ path: 'a.yaml' }, [1])).get(1)).toMatchObject({ boundary: true });
  });

  it('are read of whatever git says, and of nothing else', () => {
    expect(parseBlame('').size).toBe(0);
    expect(parseBlame('fatal: no such path\n').size).toBe(0);
  });
});
