import { describe, expect, it } from 'vitest';
import { document, load, operator } from '../../support/manifest.ts';

const rules = `sessions: {max: 1}
devices: {max: 2}
quotas: [{name: volume, octets: 10G, period: month, then: {rate: {down: 1M, up: 1M}}}]`;
const omada = '{omada: {controller: roof, site: Roof}}';

const site = (name: string, spec = `methods: [login]\nbridge: ${omada}`) => document('PortalSite', name, spec);

/** What is said of sites that cannot, by fields of the service. */
function told(service: string, ...sites: readonly string[]): readonly string[] {
  const roof = `url: https://192.0.2.9:8043
operator: {username: portal, password: {derive: 1}}`;
  const router = `address: 192.0.2.1
radius: {secret: {derive: 1}}
pools: [{name: guests, ranges: [10.5.0.2-10.5.0.99]}]
hotspots: [{name: lobby, interface: bridge1, address: 10.5.0.1, pool: guests, dnsName: login.cafe.example}]`;
  const { issues } = load({
    'isp.yaml': [
      operator.replace('spec:\n', 'spec:\n  portal: {publicUrl: https://portal.example}\n'),
      document('Service', 'guests', service),
      document('OmadaController', 'roof', roof),
      document('Router', 'core-1', router),
      ...sites,
    ].join('---\n'),
  });
  expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  return issues.filter(({ code }) => code === 'LM_SITE_CANNOT').map(({ message }) => message);
}

describe('a site whose guests only an Omada controller lets in', () => {
  it('is named for what is counted by RADIUS, field by field', () => {
    const found = told(
      `access: [hotspot]\n${rules}`,
      site('cafe'),
      site('bar', 'methods: [login]\nbridge: {omada: {controller: roof, site: Bar}}'),
    );

    expect(found).toEqual([
      expect.stringMatching(
        /^"sessions\.max" of "guests" is not held to at the portal site "\w+" and 1 more: an Omada/,
      ),
      expect.stringMatching(/^"devices" of /),
      expect.stringMatching(/^"quotas" of .* which carries out any step but a block$/),
    ]);
  });

  it('is named for the service of those who only accept the terms', () => {
    const clickThrough = `methods: [click-through]\nservices: {clickThrough: guests}\nbridge: ${omada}`;

    expect(told(`access: [pppoe, hotspot]\n${rules}`, site('cafe', clickThrough))).toHaveLength(3);
  });

  it('is not named for quotas that block: the controller carries that out', () => {
    const blocks = 'quotas: [{name: volume, octets: 10G, period: month, then: {block: true}}]';

    expect(told(`access: [hotspot]\n${blocks}`, site('cafe'))).toEqual([]);
  });

  it('is no matter to services that are not sold there, nor where RADIUS counts', () => {
    const both = `methods: [login]\nbridge: [${omada}, {mikrotik: {router: core-1, hotspot: lobby}}]`;

    expect(told(`access: [pppoe]\n${rules}`, site('cafe'))).toEqual([]);
    expect(told(`access: [hotspot]\nrouters: [core-1]\n${rules}`, site('cafe'))).toEqual([]);
    expect(told('access: [hotspot]\nsessions: {timeout: 1h}', site('cafe'))).toEqual([]);
    expect(told(`access: [hotspot]\n${rules}`, site('cafe', both))).toEqual([]);
  });
});
