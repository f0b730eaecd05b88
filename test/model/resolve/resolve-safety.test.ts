import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { document, errorsOf, load, modelOf, operator, router } from '../../support/manifest.ts';

const files = (forOperator: string, forRouter = '') => ({
  'isp.yaml': `${operator}${forOperator}`,
  'core-1.yaml': `${router}${forRouter}`,
});
const errors = (forOperator: string, forRouter = '') => errorsOf(load(files(forOperator, forRouter)));
const routerOf = (model: Model) => model.routers[0]?.reconcile;

describe('what the Operator says about changes', () => {
  it('is read, days sorted with Sunday first, times in minutes', () => {
    const { reconcile, accounting } = modelOf(
      files(`  reconcile:
    heal: windowed
    windows: [{days: [sat, mon, sun], from: "22:00", till: "04:00"}, {from: "12:00", till: "24:00"}]
    routersAtOnce: 10
    ignore:
      - {menu: /ip firewall address-list/, match: {list: dyn-*, disabled: true, timeout: 5}, fields: [comment]}
      - {menu: queue/simple}
  accounting: {collect: 30s}
`),
    ).operator;

    expect(reconcile).toMatchObject({
      heal: 'windowed',
      windows: [
        { days: [0, 1, 6], from: 22 * 60, till: 4 * 60 },
        { days: [0, 1, 2, 3, 4, 5, 6], from: 720, till: 1440 },
      ],
      routersAtOnce: 10,
      ignore: [
        {
          menu: '/ip/firewall/address-list',
          match: { list: 'dyn-*', disabled: 'yes', timeout: '5' },
          fields: ['comment'],
          origin: { file: 'isp.yaml', line: 13, column: 10 },
        },
        { menu: '/queue/simple', origin: { line: 14 } },
      ],
    });
    expect(accounting.collectSeconds).toBe(30);
  });

  it('is absent where it is not said', () => {
    const { reconcile, accounting } = modelOf(files('')).operator;

    expect(Object.keys(reconcile)).toEqual(['intervalMs', 'mode', 'deleteLimits']);
    expect(accounting).toEqual({ interimSeconds: 120, staleAfterSeconds: 86_400 });
  });

  it('has limits of its own for a menu and for a kind, the rest as in general', () => {
    const { reconcile } = modelOf(
      files('  reconcile: {deleteLimits: {most: 50, kinds: {ppp/secret: {most: 500}, Subscriber: {always: 0}}}}\n'),
    ).operator;

    expect(reconcile.deleteLimits).toEqual({
      always: 3,
      share: 0.05,
      most: 50,
      kinds: {
        '/ppp/secret': { always: 3, share: 0.05, most: 500 },
        Subscriber: { always: 0, share: 0.05, most: 50 },
      },
    });
  });

  it.each([
    [
      '  reconcile: {deleteLimits: {kinds: {Subscribers: {most: 1}}}}\n',
      'isp.yaml:8:51 error LM_UNKNOWN_KIND no kind is called "Subscribers"',
    ],
    [
      '  reconcile: {heal: windowed}\n',
      'isp.yaml:8:21 error LM_NO_WINDOWS heal: windowed mends drift in windows, and none are declared',
    ],
    ['  reconcile: {heal: sometimes}\n', 'isp.yaml:8:21 error LM_UNKNOWN_WORD "sometimes" is not known here'],
    [
      '  reconcile: {windows: [{from: "25:00", till: "04:00"}]}\n',
      'isp.yaml:8:32 error LM_WRONG_FORMAT "25:00" is not in the form expected',
    ],
    [
      '  reconcile: {windows: [{days: [monday], from: "20:00", till: "04:00"}]}\n',
      'isp.yaml:8:33 error LM_UNKNOWN_WORD "monday" is not known here',
    ],
    [
      '  reconcile: {ignore: [{menu: /queue/simple}, {menu: queue simple}]}\n',
      'isp.yaml:8:54 error LM_DUPLICATE_ENTRY "queue simple" is ignored twice',
    ],
    ['  accounting: {collect: 10s}\n', 'isp.yaml:8:25 error LM_INTERVAL "10s" is no time between two readings'],
    ['  accounting: {collect: 2d}\n', 'isp.yaml:8:25 error LM_INTERVAL "2d" is no time between two readings'],
  ])('is refused where it is wrong: %s', (yaml, said) => {
    expect(errors(yaml)).toEqual([said]);
  });
});

describe('what a router does otherwise', () => {
  it('keeps limits of the Operator that it does not say itself', () => {
    const model = modelOf(
      files(
        '  reconcile: {deleteLimits: {always: 7, kinds: {/ip/pool: {most: 1}}}}\n',
        '  reconcile: {deleteLimits: {most: 9, kinds: {/ip/pool: {always: 0}, Service: {most: 2}}}, collect: 1m, heal: never}\n',
      ),
    );

    expect(routerOf(model)).toEqual({
      deleteLimits: {
        always: 7,
        share: 0.05,
        most: 9,
        kinds: {
          '/ip/pool': { always: 0, share: 0.05, most: 1 },
          Service: { always: 7, share: 0.05, most: 2 },
        },
      },
      heal: 'never',
      collectSeconds: 60,
    });
  });

  it('may have windows by its own clocks', () => {
    const own = (timezone: string) =>
      `  reconcile: {windows: [{from: "03:00", till: "04:00", timezone: ${timezone}}]}\n`;

    expect(routerOf(modelOf(files('', own('Africa/Kampala'))))?.windows).toMatchObject([
      { timezone: 'Africa/Kampala' },
    ]);
    expect(errors('', own('Africa/Kampla'))).toEqual([
      expect.stringContaining('LM_TIMEZONE "Africa/Kampla" is no time zone'),
    ]);
  });

  it('may mend in windows of the Operator', () => {
    const windows = '  reconcile: {windows: [{from: "22:00", till: "04:00"}]}\n';

    expect(routerOf(modelOf(files(windows, '  reconcile: {heal: windowed}\n')))).toEqual({ heal: 'windowed' });
    expect(errors('', '  reconcile: {heal: windowed}\n')).toEqual([
      expect.stringContaining('core-1.yaml:12:21 error LM_NO_WINDOWS'),
    ]);
  });
});

describe('objects whose rows must not be deleted', () => {
  const annotated = (annotations: string) =>
    router.replace('metadata: {name: core-1}', `metadata: {name: core-1, annotations: {${annotations}}}`);
  const withAnna = (list: string) => ({
    'isp.yaml': operator,
    'core-1.yaml': annotated('lastmile/prevent-destroy: "true", note: important'),
    'home.yaml': document('Service', 'home', 'access: [pppoe]'),
    'people.yaml': list,
  });
  const list = `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: people}
defaults: {service: home, annotations: {lastmile/prevent-destroy: "true"}}
items:
  - {name: anna, username: anna, password: {derive: 1}}
  - {name: bela, username: bela, password: {derive: 1}, annotations: {lastmile/prevent-destroy: "false"}}
`;

  it('are named by kind, from documents and lists alike', () => {
    expect(modelOf(withAnna(list)).preventDestroy).toEqual(['Router/core-1', 'Subscriber/anna']);
    expect(modelOf({ 'isp.yaml': operator, 'core-1.yaml': router }).preventDestroy).toBeUndefined();
  });

  it('are told by an annotation that is spelt right', () => {
    const misspelt = { 'isp.yaml': operator, 'core-1.yaml': annotated('lastmile/prevent-destory: "true"') };

    expect(load(misspelt).issues).toContainEqual(
      expect.objectContaining({
        code: 'LM_UNKNOWN_KEY',
        message: 'no annotation is called "lastmile/prevent-destory"',
        hint: 'did you mean lastmile/prevent-destroy?',
        line: 3,
        column: 66,
      }),
    );
    expect(errorsOf(load(withAnna(list.replace('"false"', '"no"'))))).toEqual([
      'people.yaml:7:97 error LM_UNKNOWN_WORD must be "true" or "false"',
    ]);
  });
});
