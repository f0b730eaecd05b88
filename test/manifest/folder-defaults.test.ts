import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatText } from '../../src/manifest/format.ts';
import type { FileCache, LoadMemory } from '../../src/manifest/load-manifest.ts';
import {
  document,
  errorsOf,
  lines,
  load,
  modelOf,
  operator,
  revealed,
  router,
  service,
  subscription,
} from '../support/manifest.ts';

const base = { 'operator.yaml': operator, 'router.yaml': router, 'service.yaml': service };
const defaults = (spec: string) => `apiVersion: lastmile/v1\nkind: Defaults\nspec:\n${spec.replace(/^/gm, '  ')}\n`;
const person = (name: string, more = '') =>
  document('Subscriber', name, `username: ${name}\npassword: {derive: 1}\n${more}`);
const list = (head: string, ...items: readonly string[]) =>
  `apiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: people}\n${head}items:\n${items.map((each) => `  - ${each}\n`).join('')}`;

describe('a _defaults.yaml', () => {
  it('holds for its folder and those below: a nearer one wins, a list over it, an item over all; labels add up', () => {
    const model = modelOf({
      ...base,
      'gold.yaml': document('Service', 'gold', 'access: [pppoe]'),
      'people/_defaults.yaml': defaults(
        'subscriber: {service: home-20, state: disabled, labels: {town: north, net: a}}',
      ),
      'people/far/_defaults.yaml': defaults('subscriber: {state: suspended, reason: unpaid, labels: {net: b}}'),
      'people/anna.yaml': person('anna'),
      'people/far/ben.yaml': person('ben'),
      'people/far/list.yaml': list(
        'defaults: {reason: moved, labels: {list: l}}\n',
        '{name: carl, username: carl, password: {derive: 1}}',
        '{name: dora, username: dora, password: {derive: 1}, state: active, labels: {net: own}}',
        '{name: emil, services: [{name: a, service: home-20, username: e1, password: {derive: 1}}, {name: b, service: gold, username: e2, password: {derive: 1}}]}',
      ),
      'elsewhere.yaml': person('fred', 'service: home-20'),
    });

    const of = (id: string) => {
      const { service: plan, state, reason, labels } = subscription(model, id);
      return [plan.name, state, reason, labels];
    };
    expect(of('anna')).toEqual(['home-20', 'disabled', undefined, { town: 'north', net: 'a' }]);
    expect(of('ben')).toEqual(['home-20', 'suspended', 'unpaid', { town: 'north', net: 'b' }]);
    expect(of('carl')).toEqual(['home-20', 'suspended', 'moved', { town: 'north', net: 'b', list: 'l' }]);
    expect(of('dora')).toEqual(['home-20', 'active', 'moved', { town: 'north', net: 'own', list: 'l' }]);
    expect([of('emil/a')[0], of('emil/b')[0]]).toEqual(['home-20', 'gold']);
    expect(of('fred')).toEqual(['home-20', 'active', undefined, {}]);
  });

  it('gives routers what they have alike, each its own derived secret, and says where rows of it stand', () => {
    const model = modelOf({
      'operator.yaml': operator,
      'routers/_defaults.yaml': defaults(
        'router:\n  radius: {secret: {derive: 1}}\n  pools:\n    - {name: home, ranges: [10.0.0.2-10.0.0.9]}\n  labels: {site: n}',
      ),
      'routers/a.yaml': document('Router', 'a', 'address: 192.0.2.1'),
      'routers/b.yaml': document(
        'Router',
        'b',
        'address: 192.0.2.2\npools: [{name: other, ranges: [10.1.0.2-10.1.0.9]}]',
      ),
    });

    const [a, b] = model.routers;
    expect(revealed(a?.radius?.secret)).not.toBe(revealed(b?.radius?.secret));
    expect(a?.pools[0]).toMatchObject({
      name: 'home',
      origin: { file: 'routers/_defaults.yaml', line: 7, column: 10 },
    });
    expect(b?.pools[0]).toMatchObject({ name: 'other', origin: { file: 'routers/b.yaml', line: 6 } });
  });

  it('is where a mistake in what it gives is shown', () => {
    const files = {
      ...base,
      'people/_defaults.yaml': defaults('subscriber:\n  service: home-2\n  router: core-1'),
      'people/anna.yaml': person('anna'),
      'people/list.yaml': list('', '{name: ben, username: ben, password: {derive: 1}}'),
    };

    expect(errorsOf(load(files))).toEqual([
      'people/_defaults.yaml:5:14 error LM_UNKNOWN_REFERENCE no Service is called "home-2"',
    ]);
  });

  it('with mistakes of its own is told once, and nothing that may follow from it', () => {
    const files = {
      ...base,
      'people/_defaults.yaml': defaults('subscriber:\n  servce: home-20\n  state: activ'),
      'people/anna.yaml': person('anna', 'pasword: x'),
      'people/list.yaml': list('', '{name: ben, username: ben, password: {derive: 1}}'),
      'refers.yaml': document('Service', 'other', 'access: [pppoe]\nrouters: [core-1]'),
    };

    expect(errorsOf(load(files))).toEqual([
      'people/_defaults.yaml:5:5 error LM_UNKNOWN_KEY unknown key "servce"',
      'people/_defaults.yaml:6:12 error LM_UNKNOWN_WORD "activ" is not known here',
      'people/anna.yaml:7:3 error LM_UNKNOWN_KEY unknown key "pasword"',
    ]);
  });

  it.each([
    [
      'a/_defaults.yml',
      defaults('subscriber: {state: active}'),
      '1:1 error LM_DEFAULTS_PLACE a file of defaults is called _defaults.yaml',
    ],
    [
      'a/b.yaml',
      defaults('subscriber: {state: active}'),
      '2:7 error LM_DEFAULTS_PLACE defaults of a folder stand in its _defaults.yaml',
    ],
    ['a/_defaults.yaml', service, '2:7 error LM_DEFAULTS_PLACE a _defaults.yaml holds a document of kind Defaults'],
    [
      'a/_defaults.yaml',
      `${defaults('router: {}')}---\n${service}`,
      '7:7 error LM_DEFAULTS_PLACE a _defaults.yaml holds one document',
    ],
    ['a/_defaults.yaml', '# nothing\n', '1:1 error LM_DEFAULTS_PLACE this file says nothing'],
    ['a/_defaults.yaml', defaults('subscribers: {}'), '4:3 error LM_UNKNOWN_KEY unknown key "subscribers"'],
    [
      'a/_defaults.yaml',
      defaults('router: {address: 7}'),
      '4:21 error LM_TEXT_EXPECTED text is due here, this is a number',
    ],
  ])('is in its place, and nothing else is: %s (%#)', (path, text, expected) => {
    expect(lines(load({ ...base, [path]: text }))).toContain(`${path}:${expected}`);
  });

  it('has one form', () => {
    const text = defaults(
      'subscriber: {labels: {a: b},   service: home-20}\nrouter:\n    mode: plan\n    api: {password: {derive: 1}, username: x}',
    );

    expect(formatText('_defaults.yaml', text)).toEqual({
      text: 'apiVersion: lastmile/v1\nkind: Defaults\nspec:\n  subscriber: {labels: {a: b}, service: home-20}\n  router:\n    api: {username: x, password: {derive: 1}}\n    mode: plan\n',
    });
  });

  it('that changes has read again what lies beneath it, and nothing else', () => {
    const files = (state: string) => ({
      ...base,
      'people/_defaults.yaml': defaults(`subscriber: {service: home-20, state: ${state}}`),
      'people/anna.yaml': person('anna'),
      'ben.yaml': person('ben', 'service: home-20'),
    });
    const cache: FileCache = new Map();
    const memory: LoadMemory = {};
    const first = load(files('active'), { cache, memory });
    const [anna, ben] = ['people/anna.yaml', 'ben.yaml'].map((path) => cache.get(path)?.collected);

    const second = load(files('disabled'), { cache, memory });

    expect(cache.get('ben.yaml')?.collected).toBe(ben);
    expect(cache.get('people/anna.yaml')?.collected).not.toBe(anna);
    expect(second.model?.subscriptions.map(({ id, state }) => [id, state])).toEqual([
      ['anna', 'disabled'],
      ['ben', 'active'],
    ]);
    expect(second.model?.subscriptions[1]).toBe(first.model?.subscriptions[1]);
    expect(load(files('disabled'), { cache, memory }).model).toEqual(second.model);
  });

  it('through any edits gives what reading everything anew gives, in whatever order files come', () => {
    const words = fc.constantFrom(
      'service: home-20',
      'state: disabled',
      'labels: {a: b}',
      'router: core-1',
      'router: nobody',
      'nonsense: x',
      'reason: r',
    );
    const edit = fc.record({
      path: fc.constantFrom(
        '_defaults.yaml',
        'p/_defaults.yaml',
        'p/q/_defaults.yaml',
        'p/anna.yaml',
        'p/q/list.yaml',
        'ben.yaml',
      ),
      words: fc.array(words, { maxLength: 2 }),
      gone: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), fc.infiniteStream(fc.nat()), (edits, order) => {
        const cache: FileCache = new Map();
        const memory: LoadMemory = {};
        const files: Record<string, string> = {
          ...base,
          'p/anna.yaml': person('anna'),
          'ben.yaml': person('ben', 'service: home-20'),
        };
        for (const { path, words: some, gone } of edits) {
          const isDefaults = path.endsWith('_defaults.yaml');
          const flow = [...new Map(some.map((each) => [each.split(':')[0], each])).values()];
          if (gone) delete files[path];
          else if (isDefaults) files[path] = defaults(`subscriber: {${flow.join(', ')}}`);
          else if (path.endsWith('list.yaml'))
            files[path] = list(
              `defaults: {${flow.join(', ')}}\n`,
              '{name: carl, username: carl, password: {derive: 1}}',
            );
          else files[path] = person(path.includes('anna') ? 'anna' : 'ben', flow.join('\n'));
          const shuffled = Object.fromEntries(
            Object.entries(files)
              .map((entry) => [order.next().value ?? 0, entry] as const)
              .sort(([a], [b]) => a - b)
              .map(([, entry]) => entry),
          );

          const kept = load(shuffled, { cache, memory });
          const anew = load(files);

          expect(lines(kept)).toEqual(lines(anew));
          expect(kept.model).toEqual(anew.model);
        }
      }),
      { numRuns: 25 },
    );
  });
});
