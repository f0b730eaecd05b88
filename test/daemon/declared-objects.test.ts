import { describe, expect, it } from 'vitest';
import { declaredObjects, kindOf } from '../../src/daemon/declared-objects.ts';
import { changed } from '../support/hotspot-network.ts';
import { document, modelOf } from '../support/manifest.ts';

const model = modelOf(
  changed(
    { 'edge.yaml': ['dnsName: login', 'macAuth: {password: shown-nowhere}, dnsName: login'] },
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
  ),
);

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
        spec: expect.objectContaining({ title: 'lobby', clickThrough: 'guest', key: '[secret]' }),
      }),
    ]);
    expect(declaredObjects(model, 'omadacontroller')?.[0]).toMatchObject({
      name: 'roof',
      spec: { url: 'https://192.0.2.9:8043', operator: { username: 'portal', password: '[secret]' } },
    });
    expect(declaredObjects(model, 'subscriber', 'kate')?.[0]?.spec).toMatchObject({ macs: ['0C:42:A1:00:00:01'] });
    expect(declaredObjects(model, 'portalsite', 'hall')).toBeUndefined();
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
