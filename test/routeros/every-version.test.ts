import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/model/model.ts';
import { has, parseVersion } from '../../src/routeros/versions.ts';
import { everything } from '../support/everything-network.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { Lab } from '../support/ppp-network.ts';
import { settle } from './menus/support.ts';

/** One of each minor version that is known. */
const versions = [
  ...['6.49.17', '7.9.2', '7.10.2', '7.11.3', '7.12.2', '7.13.5', '7.14.3', '7.15.3', '7.16.2', '7.17.1', '7.18.2'],
  ...['7.19.6', '7.20.8', '7.21.5', '7.22.3', '7.23.3', '7.24'],
];

/** What that version can be: before 7.15 a router signs no requests, and takes no pages over the API. */
function everythingOn(version: string): Model {
  const model = everything();
  if (has(parseVersion(version), { since: '7.15' })) return model;
  const routers = model.routers.map((router) =>
    router.radius === undefined
      ? router
      : { ...router, radius: { ...router.radius, messageAuthenticator: 'off' as const } },
  );
  return { ...model, routers, portalSites: [] };
}

describe('a router with everything on it', () => {
  it.each(versions)('is in step after one apply, and after a state folder was lost: RouterOS %s', async (version) => {
    const model = everythingOn(version);
    await using lab = await Lab.start(model, { version });

    const first = await settle(lab, model);
    const again = await settle(lab, model, new MemoryInventory());

    expect(first.plan.changes.length).toBeGreaterThan(40);
    expect(again.plan.changes).toEqual([]);
    expect(lab.router.rows('/ppp/secret').map((row) => row['name'])).toEqual(['anna', 'ben', 'fay']);
  });
});
