import { describe, expect, it } from 'vitest';
import { document, errorsOf, load, modelOf, operator, subscription } from '../support/manifest.ts';

const noServers = operator.replace(/ {2}radius:\n.*\n/, '');
const router = (name: string, more: string) => document('Router', name, `address: 192.0.2.1${name.at(-1)}\n${more}`);
const api = 'api: {username: lm, password: {derive: 1}, tls: {}}';
const radius = 'radius: {secret: {derive: 1}}';
const anna = (more: string) =>
  document('Subscriber', 'anna', `service: home\nusername: anna\npassword: {derive: 1}\n${more}`);
const files = (service: string, person: string, ...routers: readonly string[]) => ({
  'isp.yaml': operator,
  'routers.yaml': routers.join('---\n'),
  'home.yaml': document('Service', 'home', service),
  'people.yaml': anna(person),
});
const core1 = router('core-1', `${api}\n${radius}`);
const core2 = router('core-2', `${api}\n${radius}`);

describe('a subscriber whose password RADIUS checks, and a router while it is without us', () => {
  it('SPL-02: has rows on its routers for that time, and its login', () => {
    const model = modelOf(files('access: [pppoe]\nauth: hybrid\nrouters: [core-2, core-1]', '', core1, core2));

    expect(subscription(model, 'anna')).toMatchObject({ localOn: ['core-1', 'core-2'], fallback: true, radius: true });
  });

  it('SPL-12: is so by service, by subscriber, or by router, beside others on one router', () => {
    const hybrid = router('core-1', `${api}\n${radius}\nauth: hybrid\nhybrid: {after: 30m, assumeFallthrough: true}`);
    const by = (service: string, person: string, core: string) =>
      subscription(modelOf(files(`access: [pppoe]\nrouters: [core-1]\n${service}`, person, core)), 'anna');

    expect(by('auth: local', 'auth: hybrid', core1)).toMatchObject({
      localOn: ['core-1'],
      fallback: true,
      radius: true,
    });
    expect(by('', '', hybrid)).toMatchObject({ localOn: ['core-1'], fallback: true, radius: true });
    expect(by('auth: local', '', hybrid)).toMatchObject({ localOn: ['core-1'], radius: false });
    expect(by('auth: local', '', hybrid)).not.toHaveProperty('fallback');
    expect(by('auth: radius', '', hybrid)).toMatchObject({ localOn: [], radius: true });
  });

  it('waits as long as its router says', () => {
    const waiting = (text: string) =>
      load(files('access: [pppoe]', '', router('core-1', `${api}\n${radius}\nhybrid: {after: ${text}}`)));

    expect(waiting('30m').model?.routers[0]).toMatchObject({ fallbackAfterSeconds: 1800 });
    expect(waiting('59s').issues).toContainEqual(expect.objectContaining({ code: 'LM_INTERVAL', line: 8, column: 19 }));
    expect(waiting('25h').issues).toContainEqual(expect.objectContaining({ code: 'LM_INTERVAL' }));
  });

  it.each([
    [
      'SPL-03: no router',
      files('access: [pppoe]\nauth: hybrid', '', core1),
      ['people.yaml:1:1 error LM_NO_ROUTER the subscriber "anna" has no router to hold its login: "router" is missing'],
    ],
    [
      'SPL-25: a router without an API',
      files('access: [pppoe]\nauth: hybrid', 'router: core-1', router('core-1', radius)),
      ['routers.yaml:3:18 error LM_ROUTER_WITHOUT_API 1 login is to be kept on "core-1", which has no api'],
    ],
    [
      'a router that does not ask RADIUS',
      files('access: [pppoe]\nauth: hybrid', 'router: core-1', router('core-1', api)),
      [
        'routers.yaml:3:18 error LM_ROUTER_WITHOUT_RADIUS "core-1" does not ask RADIUS: "radius" is missing, and "anna" is hybrid there',
      ],
    ],
    [
      'a hybrid router that does not ask RADIUS, with nobody on it',
      files('access: [pppoe]\nauth: radius', '', router('core-1', `${api}\nauth: hybrid`)),
      ['routers.yaml:7:9 error LM_ROUTER_WITHOUT_RADIUS "core-1" does not ask RADIUS: "radius" is missing'],
    ],
    [
      'a router that asks RADIUS about others',
      files(
        'access: [pppoe]\nauth: hybrid',
        'router: core-1',
        router('core-1', `${api}\nradius: {secret: {derive: 1}, services: [hotspot]}`),
      ),
      [
        'routers.yaml:7:11 error LM_ROUTER_WITHOUT_RADIUS "core-1" does not ask RADIUS about ppp, and "anna" is hybrid there',
      ],
    ],
    [
      'no server to ask',
      { ...files('access: [pppoe]\nauth: hybrid', 'router: core-1', core1), 'isp.yaml': noServers },
      [
        'routers.yaml:3:18 error LM_NO_RADIUS_SERVER "core-1" is told of no RADIUS server: radius.servers of the Operator is missing, and "anna" is hybrid there',
      ],
    ],
    [
      'local here and hybrid there',
      files(
        'access: [pppoe]\nrouters: [core-1, core-2]',
        '',
        router('core-1', `${api}\n${radius}\nauth: local`),
        router('core-2', `${api}\n${radius}\nauth: hybrid`),
      ),
      ['people.yaml:1:1 error LM_MIXED_AUTH "anna" is local on "core-1" and hybrid on "core-2": it cannot be both'],
    ],
  ])('is refused with %s', (_what, repository, said) => {
    expect(errorsOf(load(repository))).toEqual(said);
  });

  it.each([
    ['the router', { 'routers.yaml': router('core-1', `${api}\n${radius}\nmode: plan`) }, 'routers.yaml:8:9', 'plan'],
    [
      'the operator',
      { 'isp.yaml': operator.replace('spec:', 'spec:\n  reconcile: {mode: observe}') },
      'routers.yaml:3:18',
      'observe',
    ],
  ])(
    'is warned about where %s only lets us look: nobody would put off that the router does without us',
    (_who, other, at, mode) => {
      const { issues } = load({ ...files('access: [pppoe]\nauth: hybrid', 'router: core-1', core1), ...other });
      const warned = issues.find(({ code }) => code === 'LM_HYBRID_NOT_PUT_OFF');

      expect(warned).toMatchObject({ severity: 'warning', message: expect.stringContaining(`mode: ${mode}`) });
      expect(`${warned?.file}:${warned?.line}:${warned?.column}`).toBe(at);
    },
  );
});
