import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LoadMemory, loadManifest } from '../../src/manifest/load-manifest.ts';
import type { Model } from '../../src/model/model.ts';
import { partTarget } from '../../src/reconcile/part-target.ts';
import { reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import type { Target } from '../../src/reconcile/target.ts';
import { secretResolver } from '../../src/secrets/secret-resolver.ts';
import { DirectoryLab } from '../support/directory-lab.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { TempFolder } from '../support/temp-folder.ts';

/** By subscriber: what he logs in with. */
type People = Readonly<Record<string, string>>;

const network = `apiVersion: lastmile/v1
kind: Operator
metadata: {name: isp}
spec: {timezone: UTC, radius: {clients: [{name: nas, clientAddress: 192.0.2.7, secret: secret-of-nas-000001}]}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe], rate: {down: 20M, up: 5M}}
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: spot}
spec: {access: [hotspot], rate: {down: 2M, up: 1M}}
`;

function modelsOf(commits: readonly People[]): readonly Model[] {
  const memory: LoadMemory = {};
  return commits.map((people) => {
    const items = Object.entries(people).map(([name, fields]) => `  - {name: ${name}, ${fields}}\n`);
    const list = `apiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: people}\nitems:\n  - {name: always, service: home, username: always, password: pw-always}\n${items.join('')}`;
    const files = [
      { path: 'network.yaml', text: network },
      { path: 'people.yaml', text: list },
    ];
    const { model, issues } = loadManifest(files, { secrets: secretResolver({ env: {} }), mode: 'use', memory });
    if (model === undefined) throw new Error(JSON.stringify(issues));
    return model;
  });
}

async function changesOf(target: Target, model: Model): Promise<readonly string[]> {
  const guard = { deleteLimits: { always: 99, share: 1, most: 99 } };
  const deps = { inventory: new MemoryInventory(), guard, signal: new AbortController().signal };
  const outcome = await reconcileOnce(target, model, deps);
  if (outcome.result !== 'applied') throw new Error(outcome.result);
  await outcome.sessions;
  return outcome.plan.changes.map(({ action, menu, identity }) => `${action} ${menu} ${identity}`).sort();
}

const names = ['anna', 'ben', 'cem', 'dora'] as const;
/** Usernames and devices go from one to another, but nobody has what somebody else has. */
const people: fc.Arbitrary<People> = fc
  .record({
    order: fc.shuffledSubarray([...names], { minLength: 0 }),
    usernames: fc.shuffledSubarray(['u1', 'u2', 'u3', 'u4', 'u5', 'u6'], { minLength: 4 }),
    macs: fc.shuffledSubarray(['01', '02', '03', '04', '05', '06'], { minLength: 4 }),
    sorts: fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
  })
  .map(({ order, usernames, macs, sorts }) =>
    Object.fromEntries(order.map((name, at) => [name, fieldsOf(sorts[at] ?? 0, `${usernames[at]}`, `${macs[at]}`)])),
  );

function fieldsOf(sort: number, username: string, mac: string): string {
  const login = `username: ${username}, password: pw-${username}-${sort % 2}`;
  const device = `mac: ["0C:42:A1:00:00:${mac}"]`;
  if (sort === 0) return `service: home, ${login}`;
  if (sort === 1) return `service: home, ${login}, state: suspended`;
  return sort === 2 ? `service: spot, ${device}` : `service: spot, ${login}, ${device}`;
}

describe('the directory, seen through what one model has otherwise than another', () => {
  it('comes to hold what the second wants, by the same changes as a look at the whole makes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(people, { minLength: 2, maxLength: 5 }), async (commits) => {
        await using folder = await TempFolder.make();
        await using brief = await DirectoryLab.open(join(folder.path, 'brief'));
        await using whole = await DirectoryLab.open(join(folder.path, 'whole'));
        const [first, ...others] = modelsOf(commits);
        if (first === undefined) return;
        await Promise.all([changesOf(brief.target, first), changesOf(whole.target, first)]);
        let before = first;
        for (const now of others) {
          const part = brief.target.since(before, now);
          if (part === undefined) throw new Error('only subscribers are declared otherwise');

          const made = await changesOf(partTarget(brief.target, part), now);

          expect(made).toEqual(await changesOf(whole.target, now));
          expect(await changesOf(brief.target, now)).toEqual([]);
          before = now;
        }
      }),
      { numRuns: 12 },
    );
  });

  it('is looked at as a whole where more than subscribers is declared otherwise', async () => {
    await using folder = await TempFolder.make();
    await using lab = await DirectoryLab.open(folder.path);
    const [model] = modelsOf([{}]) as readonly [Model];

    expect(lab.target.since(model, { ...model, operator: { ...model.operator } })).toBeUndefined();
    expect(lab.target.since(model, { ...model, routers: [] })).toBeUndefined();
    expect(lab.target.since(model, { ...model, portalSites: [] })).toBeUndefined();
    expect(lab.target.since(model, { ...model })?.desired).toEqual([]);
  });
});
