import { describe, expect, it } from 'vitest';
import { document, lines, load, operator } from '../../support/manifest.ts';

const withUrl = operator.replace('spec:\n', 'spec:\n  portal: {publicUrl: https://portal.example}\n');

function told({ op = withUrl, bridge = '{controller: roof, site: Roof}' } = {}) {
  return lines(
    load({
      'operator.yaml': op,
      'cafe.yaml': document('PortalSite', 'cafe', `methods: [login]\nbridge: {omada: ${bridge}}`),
      'roof.yaml': document(
        'OmadaController',
        'roof',
        `url: https://192.0.2.9:8043
operator: {username: portal, password: {derive: 1}}
openapi: {clientId: app, clientSecret: {derive: 1}}
sites: [{name: Lobby}, {name: Roof, portals: [{name: Guests, ssids: [Guests], site: cafe}]}]`,
      ),
    }),
  );
}

describe('a portal that is set up on a controller', () => {
  it('is right with an address of the page, and a bridge back', () => {
    expect(told()).toEqual([]);
  });

  it.each([
    ['error LM_NO_PUBLIC_URL guests of the portal "Guests"', operator.replace(/ {2}radius:\n.*\n/, '')],
    ['warning LM_PUBLIC_URL_ASSUMED nothing says', operator],
  ])('needs an address under which guests reach the page: %s', (words, op) => {
    expect(told({ op })).toContainEqual(expect.stringContaining(words));
  });

  it('is warned about when its page would turn guests away', () => {
    expect(told({ bridge: '{controller: roof, site: Lobby}' })).toEqual([
      expect.stringContaining('warning LM_NO_BRIDGE guests who are sent to "cafe" from here are turned away'),
    ]);
  });
});
