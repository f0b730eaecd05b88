import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { sessionEffects } from '../../src/directory/effects.ts';
import { directoryRows } from '../../src/directory/rows.ts';
import type { Model } from '../../src/model/model.ts';
import { type PlanPart, planDocument } from '../../src/reconcile/plan.ts';
import { type Prepared, prepare } from '../../src/reconcile/reconcile-once.ts';
import type { ObservedRow } from '../../src/reconcile/row.ts';
import type { LiveSession, Observation, Target } from '../../src/reconcile/target.ts';
import { planText } from '../../src/review/plan-text.ts';
import { allMenus } from '../../src/routeros/all-menus.ts';
import { readRows } from '../../src/routeros/read-rows.ts';
import { RouterTarget } from '../../src/routeros/router-target.ts';
import { modelOf } from '../support/manifest.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { applied } from './support.ts';

/**
 * `test/golden/<case>/`: what is declared (`desired/`), what is there (`observed.json`), and the plan as a person reads it
 * (`plan.txt`; `vitest -u` writes it: read the difference before you take it).
 */
interface Observed {
  /** By router, then by menu: rows as RouterOS prints them. `{derive}` in a value stands for the router's RADIUS secret. */
  readonly routers: Readonly<Record<string, Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>>>;
  /** Rows of the directory: fields, with `{ "secret": "…" }` for a secret. Absent: it is left out of the case. */
  readonly directory?: readonly {
    readonly menu: string;
    readonly identity: string;
    readonly fields: Readonly<Record<string, string | { readonly secret: string }>>;
  }[];
  /** Who is online, by router. */
  readonly sessions?: Readonly<Record<string, readonly LiveSession[]>>;
  /** Owners of rows that the inventory knows: `/ppp/secret anna` → `Subscriber/anna`. */
  readonly held?: Readonly<Record<string, string>>;
  /** Default `git`. */
  readonly cause?: 'drift';
}

const root = join(import.meta.dirname, '../golden');
const cases = readdirSync(root).filter((name) => existsSync(join(root, name, 'observed.json')));
const signal = new AbortController().signal;

describe.each(cases)('the golden case %s', (name) => {
  it('has this plan, and an empty one once it is applied', async () => {
    const model = modelOf(filesOf(join(root, name, 'desired')));
    const observed = JSON.parse(readFileSync(join(root, name, 'observed.json'), 'utf8')) as Observed;
    const targets = [...routerTargets(model, observed), ...directoryTarget(observed)];
    const inventory = await inventoryOf(model, observed);
    const deps = { inventory, guard: { deleteLimits: model.operator.reconcile.deleteLimits }, signal };

    const parts: PlanPart[] = [];
    for (const target of targets) {
      const prepared = await prepare(target, model, deps);
      parts.push({ ...partOf(target, prepared), cause: observed.cause ?? 'git' });
      expect(await secondRun(target, model, prepared)).toEqual([]);
    }

    const text = planText(planDocument('golden', parts), false);
    await expect(text).toMatchFileSnapshot(join(root, name, 'plan.txt'));
  });
});

function filesOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).sort((a, b) => a.localeCompare(b));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function routerTargets(model: Model, { routers, sessions = {} }: Observed): readonly Target[] {
  return model.routers.map((router) => {
    const connect = () => Promise.reject(new Error('nobody is there'));
    const target = new RouterTarget({ router, operator: model.operator.name, clock: systemClock, connect });
    const derived = router.radius?.secret.reveal() ?? '';
    const rows = allMenus.flatMap((menu) =>
      readRows(
        menu,
        (routers[router.name]?.[menu.path] ?? []).map((row) => withSecret(row, derived)),
      ),
    );
    return looking(target, { rows, sessions: sessions[router.name] ?? [], pendingEffects: [], findings: [] });
  });
}

function withSecret(row: Readonly<Record<string, string>>, secret: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value.replace('{derive}', secret)]));
}

function directoryTarget({ directory, sessions = {} }: Observed): readonly Target[] {
  if (directory === undefined) return [];
  const online = Object.values(sessions).flat();
  const rows = directory.map(({ menu, identity, fields }): ObservedRow => {
    const values = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : new Secret(value.secret),
    ]);
    return { menu, identity, fields: Object.fromEntries(values), ownership: 'ours' };
  });
  const target: Target = {
    name: 'directory',
    exclusive: true,
    references: {},
    ordered: [],
    desired: (model) => directoryRows(model).filter(({ menu }) => menu === 'login'),
    observe: async () => ({ rows, sessions: [], pendingEffects: [], findings: [] }),
    sessionEffects: (changes) =>
      sessionEffects(changes, {
        sessionsOf: (username) => online.filter((session) => session.username === username),
        guestSessions: () => [],
      }),
    apply: async () => [],
    settleSessions: async () => [],
  };
  return [target];
}

/** A target that shows a fixed state. */
function looking(target: Target, observation: Observation): Target {
  return {
    name: target.name,
    exclusive: target.exclusive,
    references: target.references,
    ordered: target.ordered,
    ...(target.refuses === undefined ? {} : { refuses: target.refuses }),
    ...(target.folders === undefined ? {} : { folders: target.folders }),
    ...(target.unique === undefined ? {} : { unique: target.unique }),
    desired: (model) => target.desired(model),
    observe: async () => observation,
    sessionEffects: (changes) => target.sessionEffects(changes, observation),
    apply: async () => [],
    settleSessions: async () => [],
  };
}

async function inventoryOf(model: Model, { held = {} }: Observed): Promise<MemoryInventory> {
  const inventory = new MemoryInventory();
  for (const [row, owner] of Object.entries(held)) {
    const [menu = '', identity = ''] = row.split(' ');
    for (const { name } of model.routers) {
      await inventory.claim(name, [{ menu, identity, owner }]);
    }
  }
  return inventory;
}

function partOf(target: Target, { plan, refusals }: Prepared): PlanPart {
  return { target: { name: target.name, state: 'observed' }, plan, refusals, cause: 'git', sessionsKnown: true };
}

async function secondRun(target: Target, model: Model, { plan, observation }: Prepared): Promise<readonly string[]> {
  const rows = applied(observation.rows, plan.levels.flat(), model.operator.name);
  const after = looking(target, { ...observation, rows });
  const guard = { deleteLimits: model.operator.reconcile.deleteLimits };
  const second = await prepare(after, model, { inventory: new MemoryInventory(), guard, signal });
  return second.plan.changes.map((change) => `${change.action} ${change.menu} ${change.identity}`);
}
