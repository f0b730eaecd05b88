import { describe, expect, it } from 'vitest';
import { strayedClients } from '../../src/model/strayed-clients.ts';
import { everything } from '../support/everything-network.ts';
import { dhcpServerOf, onRouter, origin } from '../support/model-parts.ts';

const base = everything();
const fake = { name: 'fake', ranges: ['10.99.0.2-10.99.0.9'], static: [], origin };
const strangers = dhcpServerOf('yard', { unknownClients: { pool: 'fake', redirect: { site: 'yard' } } });
const model = onRouter(base, { pools: [fake], dhcp: [strangers] });

describe('a client whose browser a router sends to the portal', () => {
  it('SPL-19: meets the page of the pool that nobody declared it for', () => {
    expect(strayedClients(model)('10.99.0.5')).toBe('yard');
    expect(strayedClients(model)('::ffff:10.99.0.5')).toBe('yard');
  });

  it('IS-03: meets the page of its tariff, where all suspended meet one', () => {
    expect(strayedClients(model)('10.0.0.201')).toBe('cafe');
    expect(strayedClients(model)('192.0.2.77')).toBe('cafe');
  });

  it('is known by its fixed address where tariffs have several, and is nobody where no router sends any', () => {
    const [first, ...others] = model.services;
    if (first?.onSuspend === undefined) throw new TypeError('no page');
    const other = { ...first, onSuspend: { ...first.onSuspend, site: 'other' } };
    const several = strayedClients({ ...model, services: [other, ...others] });

    expect(several('10.0.0.201')).toBe('cafe');
    expect(several('192.0.2.77')).toBeUndefined();
    expect(strayedClients({ ...model, routers: [], services: [], subscriptions: [] })('10.0.0.201')).toBeUndefined();
  });
});
