import { describe, expect, it } from 'vitest';
import { type Diverted, divertedClients } from '../../src/model/diverted.ts';
import type { Router } from '../../src/model/kinds/router.ts';
import type { Model } from '../../src/model/model.ts';
import { everything } from '../support/everything-network.ts';
import { modelOf, operator } from '../support/manifest.ts';
import { dhcpServerOf, origin, servicePlan } from '../support/model-parts.ts';

const empty: Model = modelOf({ 'isp.yaml': operator });
const core: Router = {
  name: 'core-1',
  labels: {},
  address: '192.0.2.1',
  mode: 'apply',
  auth: 'radius',
  pools: [
    { name: 'homes', ranges: ['10.0.0.2-10.0.0.99'], static: ['10.0.1.0/24'], origin },
    { name: 'offices', ranges: ['10.0.2.0/24'], static: [], origin },
    { name: 'fake', ranges: ['10.0.3.0/24'], static: ['10.0.4.0/24'], origin },
  ],
  dhcp: [dhcpServerOf('lan', { unknownClients: { pool: 'fake', redirect: { site: 'desk' } } })],
  hotspots: [],
  origin,
};
const home = servicePlan({ name: 'home', pool: 'homes', onSuspend: { addressList: 'suspended', site: 'pay' } });
const office = servicePlan({ name: 'office', pool: 'offices', onSuspend: { addressList: 'late', site: 'desk' } });
const network: Model = { ...empty, routers: [core], services: [home, office] };

describe('the page that somebody is to meet', () => {
  it.each<[string, Diverted | undefined]>([
    ['10.0.0.50', { site: 'pay', why: 'suspended' }],
    ['::ffff:10.0.0.50', { site: 'pay', why: 'suspended' }],
    ['10.0.1.7', { site: 'pay', why: 'suspended' }],
    ['10.0.2.7', { site: 'desk', why: 'suspended' }],
    ['10.0.3.7', { site: 'desk', why: 'unknown-device' }],
    ['10.0.4.7', undefined],
    ['2001:db8::1', undefined],
    ['nonsense', undefined],
  ])('is told by the pool his address lies in: %s', (address, page) => {
    expect(divertedClients(network)(address)).toEqual(page);
  });

  it('is the only one there is, when the address says nothing', () => {
    const one: Model = { ...network, routers: [{ ...core, dhcp: [] }], services: [home] };

    expect(divertedClients(one)('192.0.2.77')).toEqual({ site: 'pay', why: 'suspended' });
    expect(divertedClients(network)('192.0.2.77')).toBeUndefined();
    expect(divertedClients(empty)('192.0.2.77')).toBeUndefined();
  });

  it('IS-03: is that of the tariff, by the address that is kept for the customer', () => {
    const network = everything();
    const [first, ...others] = network.services;
    if (first?.onSuspend === undefined) throw new TypeError('no page');
    const other = { ...first, onSuspend: { ...first.onSuspend, site: 'other' } };
    const several = divertedClients({ ...network, services: [other, ...others] });

    expect(several('10.0.0.201')).toEqual({ site: 'cafe', why: 'suspended' });
    expect(several('192.0.2.77')).toBeUndefined();
  });

  it('is that of a service only on the routers where it is sold', () => {
    const elsewhere: Model = { ...network, services: [{ ...home, routers: ['core-2'] }, office] };

    expect(divertedClients(elsewhere)('10.0.0.50')).toBeUndefined();
  });
});
