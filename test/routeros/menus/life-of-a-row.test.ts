import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { everythingRouter, guests, networkWith, officeService, printer } from '../../support/everything-network.ts';
import { document } from '../../support/manifest.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { home20, Lab, subscriber } from '../../support/ppp-network.ts';
import { brief, settle } from './support.ts';

interface Life {
  readonly row: string;
  readonly menu: string;
  /** Its subscriber, and the same declared otherwise. */
  readonly declared: string;
  readonly changed: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly changedFields: Readonly<Record<string, string>>;
  /** What keeps it out while suspended. */
  readonly shut: string;
  /** What somebody does to it by hand. */
  readonly byHand: Readonly<Record<string, string>>;
}

const [gina = ''] = guests;

const lives: readonly Life[] = [
  {
    row: 'a PPP secret',
    menu: '/ppp/secret',
    declared: subscriber('anna', 'address: 10.0.0.201'),
    changed: subscriber('anna', 'address: 10.0.0.202').replace('pa55-anna', 'another'),
    fields: { name: 'anna', password: 'pa55-anna', 'remote-address': '10.0.0.201' },
    changedFields: { name: 'anna', password: 'another', 'remote-address': '10.0.0.202' },
    shut: 'disabled',
    byHand: { password: 'guess', profile: 'default' },
  },
  {
    row: 'a DHCP lease',
    menu: '/ip/dhcp-server/lease',
    declared: printer,
    changed: printer.replace('10.30.0.5', '10.30.0.6').replace('office-50', 'office-90'),
    fields: { 'mac-address': '0C:42:A1:00:00:02', address: '10.30.0.5', 'rate-limit': '10M/50M' },
    changedFields: { 'mac-address': '0C:42:A1:00:00:02', address: '10.30.0.6', 'rate-limit': '20M/90M' },
    shut: 'block-access',
    byHand: { address: '10.30.0.77', 'rate-limit': '1k/1k' },
  },
  {
    row: 'a hotspot user',
    menu: '/ip/hotspot/user',
    declared: `${gina}\n  address: 10.41.41.20\n`,
    changed: `${gina.replace('pa55-gina', 'another')}\n  address: 10.41.41.21\n`,
    fields: { name: 'gina', password: 'pa55-gina', profile: 'cafe-10', address: '10.41.41.20' },
    changedFields: { name: 'gina', password: 'another', profile: 'cafe-10', address: '10.41.41.21' },
    shut: 'disabled',
    byHand: { password: 'guess', address: '10.41.41.99' },
  },
];

const router = everythingRouter.replace('static: [10.30.0.5]', 'static: [10.30.0.5-10.30.0.6]');
const faster = officeService.replace('office-50', 'office-90').replace('{down: 50M, up: 10M}', '{down: 90M, up: 20M}');

function network(...people: readonly string[]): Model {
  const other = document('Subscriber', 'zoe', 'service: home-20\nusername: zoe\npassword: pa55-zoe\nrouter: core-1');
  return networkWith(router, home20, faster, other, ...people);
}

describe('a row that the router keeps for a subscriber', () => {
  it.each(lives)(
    'SPL-06, SPL-07, SPL-08: $row is made, changed, shut, opened, set back where somebody changed or removed it, and removed',
    async ({ menu, declared, changed, fields, changedFields, shut, byHand }) => {
      await using lab = await Lab.start(network());
      const inventory = new MemoryInventory();
      const ours = () =>
        lab.router.rows(menu).filter((row) => /^lm:isp\/Subscriber\/(?!zoe)/.test(row['comment'] ?? ''));
      const settled = async (...people: readonly string[]) => brief(await settle(lab, network(...people), inventory));
      await settled();
      expect(ours()).toEqual([]);

      const made = await settled(declared);
      expect(made.filter((change) => change.startsWith(`create ${menu} `))).toHaveLength(1);
      expect(ours()).toMatchObject([fields]);
      expect(ours()[0]?.[shut]).not.toBe('true');

      const different = await settled(changed);
      expect(different.some((change) => change.startsWith(`update ${menu} `))).toBe(true);
      expect(ours()).toMatchObject([changedFields]);

      await settled(`${changed.trimEnd()}\n  state: suspended\n`);
      expect(ours()).toMatchObject([{ [shut]: 'true' }]);
      await settled(changed);
      expect(ours()).toMatchObject([changedFields]);
      expect(ours()[0]?.[shut]).not.toBe('true');

      lab.router.set(menu, ours()[0]?.['.id'], byHand);
      expect(ours()).toMatchObject([byHand]);
      const healed = await settled(changed);
      expect(healed).toHaveLength(1);
      expect(ours()).toMatchObject([changedFields]);
      lab.router.remove(menu, ours()[0]?.['.id'] ?? '');
      await settled(changed);
      expect(ours()).toMatchObject([changedFields]);

      const gone = await settled();
      expect(gone).toContainEqual(expect.stringMatching(new RegExp(`^delete ${menu} `)));
      expect(ours()).toEqual([]);
    },
  );
});
