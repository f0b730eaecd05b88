import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import type { Model } from '../../src/model/model.ts';
import { digestRows, rowsTouched } from '../../src/reconcile/digests.ts';
import { partTarget } from '../../src/reconcile/part-target.ts';
import { prepare, reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import type { Value } from '../../src/reconcile/row.ts';
import type { Change, Target } from '../../src/reconcile/target.ts';
import { document, modelOf, operator } from '../support/manifest.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { Lab } from '../support/ppp-network.ts';

const key = Buffer.alloc(32, 7);

const network = `${operator}---
${document(
  'Router',
  'core-1',
  `address: 192.0.2.11
api: {username: lastmile, password: {derive: 1}}
auth: local
pools: [{name: home, ranges: [10.0.0.20-10.0.0.199], static: [10.0.0.2-10.0.0.9]}]
ppp: {localAddress: 10.0.0.1, servers: [{interface: ether2, name: internet}]}
dhcp: [{name: homes, interface: ether3, pool: home, network: {address: 10.0.0.0/24, gateway: 10.0.0.1}}]
hotspots: [{name: lobby, interface: ether4, address: 10.5.50.1, macAuth: {}}]`,
)}---
${document('Service', 'dial', 'access: [pppoe]\nrate: {down: 20M, up: 5M}\naddress: {pool: home}')}---
${document('Service', 'fast', 'access: [pppoe]\nrate: {down: 90M, up: 9M}\naddress: {pool: home}')}---
${document('Service', 'wire', 'access: [dhcp]\nrate: {down: 10M, up: 5M}')}---
${document('Service', 'guest', 'access: [hotspot]\nrate: {down: 5M, up: 1M}')}---
${['dial', 'fast', 'guest'].map((service) => login(`kept-${service}`, service, 'kept')).join('---\n')}---
${document('Subscriber', 'kept-wire', 'service: wire\nmac: ["02:00:00:00:00:99"]\nrouter: core-1')}`;

function login(name: string, service: string, password: string, more = ''): string {
  return document(
    'Subscriber',
    name,
    `service: ${service}\nusername: ${name}\npassword: ${password}\nrouter: core-1\n${more}`,
  );
}

function device(at: number, more = ''): string {
  return document('Subscriber', `s${at}`, `service: wire\nmac: ["02:00:00:00:00:0${at}"]\nrouter: core-1\n${more}`);
}

/** What one subscriber may be declared as, `undefined` where not at all. */
const variants: readonly ((at: number) => string | undefined)[] = [
  () => undefined,
  (at) => login(`s${at}`, 'dial', 'one'),
  (at) => login(`s${at}`, 'dial', 'two'),
  (at) => login(`s${at}`, 'fast', 'one'),
  (at) => login(`s${at}`, 'dial', 'one', 'state: suspended'),
  (at) => login(`s${at}`, 'guest', 'one', `mac: ["02:00:00:00:00:0${at}"]`),
  (at) => login(`s${at}`, 'guest', 'two'),
  (at) => device(at),
  (at) => device(at, `address: 10.0.0.${2 + ((at + 8) % subscribers)}`),
  (at) => device(at, `address: 10.0.0.${2 + ((at + 9) % subscribers)}`),
];

const subscribers = 3;
const names = Array.from({ length: subscribers }, (_, at) => `s${at}`);
/** From this variant on. */
const withAddress = 8;

function modelWith(which: readonly number[]): Model {
  const documents = which.flatMap((variant, at) => variants[variant]?.(at) ?? []);
  return modelOf({ 'network.yaml': [network, ...documents].join('---\n') });
}

/** Two with the same fixed address are no network. */
function isValid(which: readonly number[]): boolean {
  const addresses = which.flatMap((variant, at) => (variant < withAddress ? [] : [(at + variant) % subscribers]));
  return new Set(addresses).size === addresses.length;
}

const states = fc
  .array(fc.integer({ min: 0, max: variants.length - 1 }), { minLength: subscribers, maxLength: subscribers })
  .filter(isValid);

function depsOf(model: Model, inventory: MemoryInventory) {
  const guard = { deleteLimits: model.operator.reconcile.deleteLimits };
  return { inventory, guard, signal: new AbortController().signal };
}

/** The same target, seen through what one model changes of another. */
function part(target: Target, before: Model, now: Model) {
  const [then, wanted] = [target.desired(before), target.desired(now)];
  const touched = rowsTouched(digestRows(then, target.ordered, key), digestRows(wanted, target.ordered, key));
  const found = target.partOf?.(touched, wanted);
  return { touched, target: found === undefined ? undefined : partTarget(target, found) };
}

function plain(changes: readonly Change[]): readonly string[] {
  const text = (value: Value) => (value instanceof Secret ? value.reveal() : value);
  const fields = ({ set }: Change) => Object.entries(set).map(([name, value]) => [name, text(value)]);
  return changes.map((each) =>
    JSON.stringify([each.action, each.menu, each.identity, each.owner, fields(each), each.before?.handle, each.adopts]),
  );
}

describe('a router of which a commit touches some subscribers', () => {
  it('has the same plan whether it is looked at as a whole or in part, and is as declared after either', async () => {
    const first = modelWith(Array.from({ length: subscribers }, () => 1));
    await using lab = await Lab.start(first);
    const inventory = new MemoryInventory();
    await reconcileOnce(lab.target, first, depsOf(first, inventory));
    let before = first;
    await prepare(lab.target, first, depsOf(first, inventory));
    let inParts = 0;
    let kicked = 0;

    await fc.assert(
      fc.asyncProperty(states, async (which) => {
        const now = modelWith(which);
        const deps = depsOf(now, inventory);
        const whole = await prepare(lab.target, now, deps);
        const { touched, target } = part(lab.target, before, now);

        if (target !== undefined) {
          const some = await prepare(target, now, deps);
          expect(plain(some.plan.changes).toSorted()).toEqual(plain(whole.plan.changes).toSorted());
          expect(some.plan.levels.map(plain).map((each) => each.toSorted())).toEqual(
            whole.plan.levels.map(plain).map((each) => each.toSorted()),
          );
          expect(some.refusals).toEqual(whole.refusals);
          expect(some.plan.sessions).toEqual(whole.plan.sessions);
          if (touched.length > 0) inParts += 1;
          kicked += some.plan.sessions.length;
        }
        const outcome = await reconcileOnce(target ?? lab.target, now, deps);
        before = now;
        await outcome.sessions;
        await Promise.all(names.map((username) => lab.router.dial({ username, password: 'one' })));

        expect(outcome.result).toBe('applied');
        expect(plain((await prepare(lab.target, now, deps)).plan.changes)).toEqual([]);
      }),
      { numRuns: 25, seed: 4 },
    );

    expect(inParts).toBeGreaterThan(15);
    expect(kicked).toBeGreaterThan(5);
  });
});
