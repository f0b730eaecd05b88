import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { AccessKind, AuthMethod } from '../../src/model/kinds/service.ts';
import type { Subscription } from '../../src/model/kinds/subscription.ts';
import type { Model } from '../../src/model/model.ts';
import { diff } from '../../src/reconcile/diff.ts';
import { planChanges } from '../../src/reconcile/plan.ts';
import type { ObservedRow } from '../../src/reconcile/row.ts';
import { RouterTarget } from '../../src/routeros/router-target.ts';
import { applied, seen } from '../reconcile/support.ts';
import { everything } from '../support/everything-network.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { servicePlan, subscriptionOf } from '../support/model-parts.ts';

const kinds = ['pppoe', 'hotspot', 'dhcp'] as const;
type Kind = (typeof kinds)[number];
type Auths = Readonly<Record<Kind, readonly AuthMethod[]>>;

const words: Readonly<Record<Kind, string>> = { pppoe: 'ppp', hotspot: 'hotspot', dhcp: 'dhcp' };
const base = everything();

/** Some subscribers of each kind, each by its own method; the router asks RADIUS about those kinds that need it. */
function networkOf(auths: Auths): Model {
  const needs = (kind: Kind) => auths[kind].some((auth) => auth !== 'local');
  const services = kinds.map((kind) => servicePlan({ name: `service-${kind}`, access: [kind] }));
  const subscriptions = kinds.flatMap((kind, at) =>
    auths[kind].map((auth, index): Subscription => {
      const local = auth === 'radius' ? [] : ['core-1'];
      const more = { service: services[at] ?? servicePlan(), localOn: local, radius: auth !== 'local' };
      const mac = `0C:42:A1:00:0${at}:0${index}`;
      const login = { username: `${kind}-${index}`, password: new Secret('pa55') };
      return subscriptionOf(`${kind}-${index}`, {
        ...more,
        ...(auth === 'hybrid' ? { fallback: true } : {}),
        ...(kind === 'dhcp' ? { macs: [mac] } : login),
      });
    }),
  );
  const [router] = base.routers;
  if (router?.radius === undefined) throw new TypeError('no router with RADIUS');
  const asked = kinds.filter(needs).map((kind) => words[kind]);
  const { radius, ...without } = router;
  const dhcp = router.dhcp.map((server) => ({ ...server, radius: needs('dhcp') }));
  const routers =
    asked.length === 0 ? [{ ...without, dhcp }] : [{ ...router, dhcp, radius: { ...radius, services: asked } }];
  return { ...base, routers, services, subscriptions, portalSites: [] };
}

/** Can this one come in at a router that holds these rows? RADIUS lets in whom it knew before or knows now. */
function hasWayIn(rows: readonly ObservedRow[], { id, macs, service }: Subscription): boolean {
  const kind = kindOf(service.access);
  const of = (menu: string) => rows.filter((row) => row.menu === menu);
  const users = { pppoe: '/ppp/secret', hotspot: '/ip/hotspot/user', dhcp: '/ip/dhcp-server/lease' };
  const own = of(users[kind]).find(({ fields }) => [fields['name'], fields['mac-address']].includes(macs[0] ?? id));
  if (own?.fields['disabled'] === 'no' && own.fields['block-access'] !== 'yes') return true;
  const asks = { pppoe: '/ppp/aaa', hotspot: '/ip/hotspot/profile', dhcp: '/ip/dhcp-server' };
  const servers = of('/radius').filter(
    ({ fields }) => fields['disabled'] === 'no' && String(fields['service']).split(',').includes(words[kind]),
  );
  return servers.length > 0 && of(asks[kind]).some(({ fields }) => fields['use-radius'] === 'yes');
}

function kindOf([access]: readonly AccessKind[]): Kind {
  const kind = kinds.find((each) => each === access);
  if (kind === undefined) throw new TypeError(`no ${access} here`);
  return kind;
}

const auth = fc.constantFrom<AuthMethod>('radius', 'local', 'hybrid');
const auths = fc.record({
  pppoe: fc.array(auth, { minLength: 2, maxLength: 2 }),
  hotspot: fc.array(auth, { minLength: 2, maxLength: 2 }),
  dhcp: fc.array(auth, { minLength: 2, maxLength: 2 }),
});

describe('switching between local, hybrid and RADIUS', () => {
  it('SPL-12: leaves nobody without a way in at any step, in whatever order a level is carried out', () => {
    const [router] = base.routers;
    if (router === undefined) throw new TypeError('no router');
    const connect = () => Promise.reject(new Error('nobody is there'));
    const target = new RouterTarget({ router, operator: 'isp', clock: systemClock, connect });
    const ownership = { operator: 'isp', target, inventory: new MemoryInventory() };
    const plan = (rows: readonly ObservedRow[], model: Model) =>
      planChanges(target, diff(target.desired(model), seen(...rows), ownership).changes, [], []);

    fc.assert(
      fc.property(auths, auths, fc.infiniteStream(fc.nat()), (from, to, random) => {
        const start = plan([], networkOf(from)).levels.flat();
        let rows = applied([], start);
        const { subscriptions } = networkOf(to);
        expect(subscriptions.filter((each) => !hasWayIn(rows, each))).toEqual([]);

        for (const level of plan(rows, networkOf(to)).levels) {
          const keyed = level.map((change) => ({ change, key: random.next().value }));
          for (const { change } of keyed.sort((one, other) => one.key - other.key)) {
            rows = applied(rows, [change]);
            expect(subscriptions.filter((each) => !hasWayIn(rows, each)).map(({ id }) => id)).toEqual([]);
          }
        }
        expect(plan(rows, networkOf(to)).changes).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
