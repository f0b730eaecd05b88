import { describe, expect, it } from 'vitest';
import { document, errorsOf, lines, load, operator } from '../support/manifest.ts';

const core = document(
  'Router',
  'core-1',
  `address: 127.0.0.2
api: {username: lm, password: {derive: 1}}
radius: {secret: {derive: 1}, services: [ppp, dhcp, wireless]}
hybrid: {assumeFallthrough: true}
pools: [{name: homes, ranges: [10.30.0.100-10.30.0.199], static: [10.30.0.2-10.30.0.99]}]
dhcp: [{name: homes, interface: ether3, pool: homes, network: {address: 10.30.0.0/24, gateway: 10.30.0.1}}]`,
);
const login = 'username: anna\npassword: {derive: 1}';
const device = 'mac: ["0C:42:A1:00:00:01"]';
const files = (service: string, person = login) => ({
  'isp.yaml': operator,
  'core-1.yaml': core,
  'home.yaml': document('Service', 'home', service),
  'anna.yaml': document('Subscriber', 'anna', `service: home\nrouter: core-1\n${person}`),
});
const told = (service: string, person?: string) => lines(load(files(service, person)));
const cannot = (field: string) => `a router that lets subscribers of "home" in by itself cannot keep "${field}": `;

describe('a service that a router keeps by itself', () => {
  it('IS-04: nor may a router that lets people in by itself be asked to count to two', () => {
    const service = (max: number, auth: string) => `access: [pppoe]\nsessions: {max: ${max}}\nauth: ${auth}`;

    expect(errorsOf(load(files(service(2, 'local'))))).toEqual([
      expect.stringContaining('home.yaml:6:19 error LM_NOT_POSSIBLE "home" allows 2 sessions'),
    ]);
    expect(errorsOf(load(files(service(1, 'local'))))).toEqual([]);
    expect(told(service(2, 'hybrid'))).toEqual([
      expect.stringContaining('home.yaml:6:19 warning LM_NO_EFFECT_LOCALLY "home" allows 2 sessions'),
    ]);
    expect(told(service(2, 'radius'))).toEqual([]);
  });

  it.each([
    ['dhcp', 'sessions.idleTimeout', 'sessions: {idleTimeout: 30m}', '6:27'],
    ['wireless', 'sessions.idleTimeout', 'sessions: {idleTimeout: 30m}', '6:27'],
    ['wireless', 'sessions.timeout', 'sessions: {timeout: 1h}', '6:23'],
    ['wireless', 'rate', 'rate: {down: 20M, up: 5M}', '6:9'],
    ['wireless', 'address.pool', 'address: {pool: homes}', '6:19'],
  ])('IS-04: may not ask of %s for what no row there has: %s', (way, field, asked, at) => {
    const service = (auth: string) => `access: [${way}]\n${asked}\nauth: ${auth}`;

    expect(told(service('local'), device)).toEqual([
      expect.stringContaining(`home.yaml:${at} error LM_NOT_POSSIBLE ${cannot(field)}`),
    ]);
    expect(told(service('hybrid'), device)).toEqual([
      expect.stringContaining(`home.yaml:${at} warning LM_NO_EFFECT_LOCALLY ${cannot(field)}`),
    ]);
    expect(errorsOf(load(files(service('radius'), device)))).toEqual([]);
  });

  it('may ask of a lease for a rate, a time and a pool, whatever else it is sold by', () => {
    const asked = 'rate: {down: 20M, up: 5M}\nsessions: {timeout: 12h}\naddress: {pool: homes}\nauth: local';

    expect(told(`access: [dhcp]\n${asked}`, device)).toEqual([]);
    expect(told(`access: [wireless, dhcp]\n${asked}`, device)).toEqual([]);
  });

  it('is told when it says how often sessions report, or what only an answer of RADIUS carries', () => {
    const service = (auth: string, access = 'pppoe') => `access: [${access}]
auth: ${auth}
sessions: {interim: 5m}
attributes: [{name: Mikrotik-Address-List, value: x}, {name: Filter-Id, value: y}]`;
    const interim = 'home.yaml:7:23 warning LM_NO_EFFECT_LOCALLY sessions of "home" on routers that let them in';
    const of = (name: string, at: string) =>
      `home.yaml:8:${at} warning LM_NO_EFFECT_LOCALLY no RADIUS answer carries ${name} of "home"`;

    expect(told(service('local'))).toEqual(
      [interim, of('Filter-Id', '57')].map((each) => expect.stringContaining(each) as string),
    );
    expect(told(service('local', 'wireless'), device)).toEqual(
      [interim, of('Mikrotik-Address-List', '16'), of('Filter-Id', '57')].map(
        (each) => expect.stringContaining(each) as string,
      ),
    );
    expect(told(service('hybrid'))).toEqual([]);
    expect(told(service('radius'))).toEqual([]);
  });

  it('gives nobody a fixed address by an access list', () => {
    const person = `${device}\naddress: 10.30.0.5`;

    expect(told('access: [wireless]\nauth: local', person)).toEqual([
      expect.stringContaining(
        'anna.yaml:8:12 error LM_NOT_POSSIBLE a router that lets "anna" in by itself gives it no address',
      ),
    ]);
    expect(told('access: [wireless, dhcp]\nauth: local', person)).toEqual([]);
  });
});
