import { describe, expect, it } from 'vitest';
import { changed } from '../support/hotspot-network.ts';
import { codesOf, document, errorsOf, load, operator } from '../support/manifest.ts';

const router = (radius: string, more = '') => `apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 192.0.2.10
  radius: {secret: {derive: 1}, ${radius}}
  pools:
    - {name: home, ranges: [10.0.0.2-10.0.0.99], static: [10.0.0.100-10.0.0.200]}
${more}`;
const service = (access: string) => `apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: ${access}, routers: [core-1], address: {pool: home}}
`;
const subscriber = (name: string, spec: string) => `apiVersion: lastmile/v1
kind: Subscriber
metadata: {name: ${name}}
spec: {password: {derive: 1}, ${spec}}
`;

describe('mistakes in documents that refer to each other', () => {
  it('are all told in one run', () => {
    const found = load({
      'operator.yaml': operator,
      'a-router.yaml': router('sourceAdress: 192.0.2.10'),
      'b-service.yaml': service('pppoe'),
      'c-unknown.yaml': subscriber('unknown', 'service: hoem, username: unknown'),
      'd-twice.yaml': `${subscriber('one', 'service: home, username: same')}---\n${subscriber('two', 'service: home, username: same')}`,
      'e-outside.yaml': subscriber('outside', 'service: home, username: outside, address: 172.16.0.1'),
      'f-syntax.yaml': 'kind: [\n',
    });

    const told = errorsOf(found).map((line) => line.replace(/^(\S+?):\S+ error (\S+) .*$/, '$1 $2'));

    expect(told).toEqual(
      expect.arrayContaining([
        'a-router.yaml LM_UNKNOWN_KEY',
        'b-service.yaml LM_WRONG_TYPE',
        'c-unknown.yaml LM_UNKNOWN_REFERENCE',
        'd-twice.yaml LM_DUPLICATE_USERNAME',
        'e-outside.yaml LM_ADDRESS_OUTSIDE_POOLS',
        'f-syntax.yaml LM_YAML_SYNTAX',
      ]),
    );
    expect(new Set(told).size).toBe(6);
  });

  it('are told of a subscriber with a misspelt key as well', () => {
    const found = load({
      'operator.yaml': operator,
      'router.yaml': router('services: [ppp]'),
      'service.yaml': service('[pppoe]'),
      'a.yaml': subscriber('a', 'service: home, username: same, raeson: x'),
      'b.yaml': subscriber('b', 'service: home, username: same'),
    });

    expect(codesOf(found).filter((code) => code.startsWith('LM_DUPLICATE') || code === 'LM_UNKNOWN_KEY')).toEqual([
      'LM_UNKNOWN_KEY',
      'LM_DUPLICATE_USERNAME',
    ]);
  });
});

describe('what others are checked against', () => {
  it.each(['pols', 'poosl'])('and is misspelt (%s) makes no finding that is none', (word) => {
    const found = load({
      'operator.yaml': operator,
      'router.yaml': router('services: [ppp]').replace('  pools:', `  ${word}:`),
      'service.yaml': service('[pppoe]'),
      'a.yaml': subscriber('a', 'service: home, username: a, address: 10.0.0.150'),
    });

    expect(errorsOf(found)).toHaveLength(1);
  });

  it('and has the wrong type makes no finding that is none', () => {
    const found = load({
      'operator.yaml': operator,
      'router.yaml': router('services: [ppp]').replace('static: [', 'static: [5, '),
      'service.yaml': service('[pppoe]'),
      'a.yaml': subscriber('a', 'service: home, username: a, address: 10.0.0.150'),
    });

    expect(errorsOf(found)).toHaveLength(1);
  });
});

describe('what portals and leases are checked against', () => {
  const lease = {
    'kate.yaml': document(
      'Subscriber',
      'kate',
      'service: fibre-dhcp\nmac: ["0C:42:A1:00:00:01"]\nauth: local\nrouter: edge-1',
    ),
  };
  const controller = document('OmadaController', 'roof', 'url: https://192.0.2.9:8043\noperatr: {}');
  const site = document('PortalSite', 'roof', 'bridge: {omada: {controller: roof, site: Terrace}}\nmethods: [login]');

  it.each([
    ['a hotspot', changed({ 'edge.yaml': ['dnsName: login', 'loginBy: [http-pp], dnsName: login'] })],
    ['the list of hotspots', changed({ 'edge.yaml': ['hotspots:', 'hotspts:'] })],
    ['a DHCP server', changed({ 'edge.yaml': ['leaseTime: 1h', 'leaseTime: 1 hour'] }, lease)],
    ['the settings of RADIUS', changed({ 'edge.yaml': ['radius: {secret: {derive: 1}}', 'radius: {}'] })],
    ['the Operator', changed({ 'operator.yaml': ['publicUrl: "https://portal.example"', 'publicUrl: 7'] })],
    [
      'the service of guests',
      changed(
        { 'guest.yaml': ['[hotspot]', '[hotspto]'] },
        { 'a.yaml': document('Subscriber', 'a', 'service: guest\nmac: ["0C:42:A1:00:00:01"]') },
      ),
    ],
  ])('and is wrong in %s makes no finding that is none', (_, files) => {
    expect(errorsOf(load(files))).toHaveLength(1);
  });

  it('and is a controller that is wrong is not called unknown', () => {
    const found = errorsOf(load(changed({}, { 'roof.yaml': controller, 'site.yaml': site })));

    expect(found.filter((line) => !line.startsWith('roof.yaml'))).toEqual([]);
    expect(found.length).toBeGreaterThan(0);
  });
});
