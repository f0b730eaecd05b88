import { describe, expect, it } from 'vitest';
import { declaredObjects, kindOf } from '../../src/daemon/declared-objects.ts';
import { asOf } from '../../src/model/as-of.ts';
import { changed } from '../support/hotspot-network.ts';
import { document, modelOf, operator } from '../support/manifest.ts';

const files = changed(
  {
    'edge.yaml': [
      /hotspots:\n(.*)dnsName: login/,
      'system: {identity: edge}\n  hotspots:\n$1macAuth: {password: shown-nowhere}, keepalive: 2m, idleTimeout: 90s, dnsName: login',
    ],
  },
  {
    'lobby.yaml': document(
      'PortalSite',
      'lobby',
      'bridge: [{mikrotik: {router: edge-1, hotspot: lobby}}, {omada: {controller: roof, site: Terrace}}]\nmethods: [click-through]\nservices: {clickThrough: guest}',
    ),
    'roof.yaml': document(
      'OmadaController',
      'roof',
      'url: https://192.0.2.9:8043\noperator: {username: portal, password: shown-nowhere}',
    ),
    'kate.yaml': document('Subscriber', 'kate', 'service: guest\nmac: ["0C:42:A1:00:00:01"]'),
  },
);
const model = modelOf(files);

describe('the words for kinds', () => {
  it.each([
    ['routers', 'router'],
    ['PortalSite', 'portalsite'],
    ['portalsites', 'portalsite'],
    ['OmadaControllers', 'omadacontroller'],
    ['leases', undefined],
  ])('%s means %s', (word, kind) => {
    expect(kindOf(word)).toBe(kind);
  });
});

describe('declared objects', () => {
  it('name their place, and what they refer to by its name', () => {
    expect(declaredObjects(model, 'portalsite', 'lobby')).toEqual([
      expect.objectContaining({
        kind: 'PortalSite',
        name: 'lobby',
        source: 'lobby.yaml:1',
        spec: expect.objectContaining({ title: 'lobby', services: { clickThrough: 'guest' } }),
      }),
    ]);
    expect(declaredObjects(model, 'omadacontroller')?.[0]).toMatchObject({
      name: 'roof',
      spec: { url: 'https://192.0.2.9:8043', operator: { username: 'portal', password: '[secret]' } },
    });
    expect(declaredObjects(model, 'subscriber', 'kate')?.[0]?.spec).toMatchObject({ macs: ['0C:42:A1:00:00:01'] });
    expect(declaredObjects(model, 'portalsite', 'hall')).toBeUndefined();
  });

  it('speak the words of declarations: a site says its bridges, and nothing of its key', () => {
    expect(declaredObjects(model, 'portalsite', 'lobby')?.[0]?.spec).toEqual({
      labels: {},
      title: 'lobby',
      languages: ['en'],
      bridge: [
        {
          mikrotik: {
            router: 'edge-1',
            hotspot: 'lobby',
            method: 'pap-redirect',
            loginUrl: 'http://login.cafe.example/login',
          },
        },
        { omada: { controller: 'roof', site: 'Terrace', mode: 'external-portal' } },
      ],
      methods: ['click-through'],
      services: { clickThrough: 'guest' },
      walledGarden: [],
      branding: {},
    });
  });

  it('speak the words of declarations: a router says its times with units, and nothing of where they stand', () => {
    expect(declaredObjects(model, 'router', 'edge-1')?.[0]?.spec).toMatchObject({
      radius: { timeout: '1500ms' },
      pools: [{ name: 'guests', ranges: ['10.5.50.10-10.5.50.250'], static: [] }, {}, {}],
      system: { identity: 'edge' },
      dhcp: [
        { name: 'dhcp-guests', leaseTime: '1h' },
        { name: 'dhcp-homes', network: { gateway: '10.30.0.1' } },
      ],
      hotspots: [
        { keepalive: '2m', idleTimeout: '90s', macAuth: { format: 'XX:XX:XX:XX:XX:XX', password: '[secret]' } },
      ],
    });
    expect(JSON.stringify(declaredObjects(model, 'router'))).not.toMatch(/"origin"|Seconds"|Ms"/);
  });

  it.each(['router', 'portalsite'])('of kind %s can be declared again as they are printed', (kind) => {
    const [printed] = declaredObjects(model, kind) ?? [];
    const secrets = (key: string, value: unknown) =>
      value === '[secret]' ? { derive: 1 } : key === 'labels' ? undefined : value;
    const spec = JSON.stringify(printed?.spec, secrets);
    const own =
      kind === 'router'
        ? { 'edge.yaml': document('Router', 'edge-1', spec) }
        : { 'lobby.yaml': document('PortalSite', 'lobby', spec) };

    const again = modelOf({ ...files, ...own });

    expect(declaredObjects(again, kind)?.[0]?.spec).toEqual(printed?.spec);
  });

  it.each(['operator', 'router', 'service', 'subscriber', 'portalsite', 'omadacontroller'])(
    'of kind %s show no secret',
    (kind) => {
      const text = JSON.stringify(declaredObjects(model, kind));

      expect(text.length).toBeGreaterThan(20);
      expect(text).not.toContain('shown-nowhere');
      for (const { key } of model.portalSites) expect(text).not.toContain(key.reveal());
    },
  );
});

describe('what changes by itself', () => {
  const now = Date.parse('2026-01-15T12:00:00Z');
  const home = document(
    'Service',
    'home',
    'access: [pppoe]\ngrace: 1d\nwindows: [{from: "22:00", till: "06:00", rate: {down: 50M, up: 9M}}]',
  );
  const office = document('Service', 'office', 'access: [pppoe]\nwindows: [{from: "06:00", till: "18:00"}]');
  const of = (service: string, more: string) => {
    const anna = document('Subscriber', 'anna', `service: ${service}\nusername: anna\npassword: x\n${more}`);
    const declared = asOf(modelOf({ 'all.yaml': [operator, home, office, anna].join('---\n') }), now);
    return declaredObjects(declared, 'subscriber', 'anna', now)?.[0]?.spec;
  };

  it.each([
    ['home', 'expires: "2026-01-15T15:00:00Z"', { next: { at: '2026-01-15T15:00:00.000Z', what: 'is overdue' } }],
    ['home', 'expires: "2026-01-15T11:00:00Z"', { overdue: true, next: { what: 'has another speed' } }],
    ['office', 'expires: "2026-01-15T15:00:00Z"', { next: { at: '2026-01-15T15:00:00.000Z', what: 'expires' } }],
    ['office', '', { next: { at: '2026-01-15T18:00:00.000Z', what: 'closes' } }],
    ['office', 'expires: "2026-01-15T11:00:00Z"', { state: 'suspended', reason: 'expired' }],
  ])('IS-02: is predicted for %s, %s', (service, more, expected) => {
    expect(of(service, more)).toMatchObject(expected);
  });

  it('IS-02: is nothing for who is cut off already', () => {
    expect(of('office', 'state: disabled\nexpires: "2026-02-15T11:00:00Z"')).not.toHaveProperty('next');
  });
});
