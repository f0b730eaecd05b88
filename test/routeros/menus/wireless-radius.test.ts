import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { document, modelOf, operator } from '../../support/manifest.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { Lab } from '../../support/ppp-network.ts';
import { brief, settle } from './support.ts';

const air = document('Service', 'air', 'access: [wireless]');
const tablet = document(
  'Subscriber',
  'tablet',
  'service: air\nmac: ["0C:42:A1:00:00:09"]\npassword: quite a long phrase\nrouter: core-1\nauth: local',
);

/** A router with radios, which asks RADIUS about these services. */
function network(services: string, config = '', ...people: readonly string[]): Model {
  const router = document(
    'Router',
    'core-1',
    `address: 192.0.2.11
api: {username: lastmile, password: {derive: 1}}
radius: {secret: {derive: 1}, sourceAddress: 192.0.2.11, services: [${services}]}
${config}`,
  );
  return modelOf({ 'network.yaml': [operator, router, air, ...people].join('---\n') });
}

describe('wireless devices of which RADIUS decides', () => {
  it('IS-36: are asked about by the newer drivers, behind the devices that the router knows by itself', async () => {
    const model = network('wireless', '', tablet);
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    lab.router.add('/interface/wifi/access-list', { action: 'reject', comment: 'all others, by hand' });

    await settle(lab, model, inventory);

    expect(lab.router.rows('/interface/wifi/access-list')).toMatchObject([
      { 'mac-address': '0C:42:A1:00:00:09', action: 'accept', passphrase: 'quite a long phrase' },
      { action: 'query-radius', disabled: 'false' },
      { action: 'reject', comment: 'all others, by hand' },
    ]);
    expect(lab.router.rows('/interface/wifi/access-list')[1]).not.toHaveProperty('mac-address');
    expect(lab.router.rows('/radius')).toMatchObject([{ service: 'wireless', 'src-address': '192.0.2.11' }]);

    const gone = await settle(lab, network('ppp', '', tablet), inventory);
    expect(brief(gone)).toContainEqual(expect.stringMatching(/^delete \/interface\/wifi\/access-list /));
  });

  it('IS-36: are asked about by the older drivers where a security profile in config says so', async () => {
    const profile = '{name: default, radius-mac-authentication: true, radius-mac-accounting: true}';
    const model = network('wireless', `config: {/interface/wireless/security-profiles: [${profile}]}`, tablet);
    await using lab = await Lab.start(model, { packages: ['wireless'] });

    await settle(lab, model);

    expect(lab.router.rows('/interface/wireless/security-profiles')).toMatchObject([
      { name: 'default', 'radius-mac-authentication': 'true', 'radius-mac-accounting': 'true' },
    ]);
    expect(lab.router.rows('/interface/wireless/access-list')).toMatchObject([
      { 'mac-address': '0C:42:A1:00:00:09', authentication: 'true', 'private-pre-shared-key': 'quite a long phrase' },
    ]);
  });
});
