import { stat } from 'node:fs/promises';
import { type Orphan, orphansOf } from '../adopt/orphans.ts';
import { type Overlooked, overlooked } from '../adopt/overlooked.ts';
import { printable } from '../base/bytes.ts';
import { LastmileError, messageOf } from '../base/errors.ts';
import { requireKnown, targetNames } from '../daemon/targets/known-targets.ts';
import { RouterPool } from '../daemon/targets/router-pool.ts';
import { policyOf } from '../daemon/targets/target-policy.ts';
import { asOf } from '../model/as-of.ts';
import type { Model } from '../model/model.ts';
import { withoutIgnored } from '../reconcile/ignore.ts';
import type { Inventory } from '../reconcile/inventory.ts';
import { allMenus } from '../routeros/all-menus.ts';
import type { RouterTarget } from '../routeros/router-target.ts';
import { StoredInventory } from '../status/stored-inventory.ts';
import { complain } from './complain.ts';
import { loadDeclared, readDeclared } from './declared.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { type Output, render, table } from './output.ts';
import { hasState, openEngine, type Surroundings } from './surroundings.ts';

export interface OrphansOptions {
  readonly state: string;
  readonly secrets?: string;
  readonly output: Output;
  readonly detailedExitcode: boolean;
}

/** What one router has that no declaration makes. */
export interface RouterOrphans {
  readonly router: string;
  readonly orphans?: readonly Orphan[];
  /** Menus with rows that were not compared: nothing is declared there. */
  readonly notLookedInto?: readonly Overlooked[];
  /** Why it could not be looked at. */
  readonly error?: string;
}

/** `lastmile orphans [ROUTER] [DIR]`: rows on routers that no declaration makes. Writes nothing. */
export async function orphansCommand(
  first: string | undefined,
  second: string | undefined,
  options: OrphansOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  // A folder alone is meant as such: routers are not called `./isp`, and seldom as a folder here.
  const onlyDir = first !== undefined && second === undefined && (await isFolder(first));
  const [router, said] = onlyDir ? [undefined, first] : [first, second];
  // What the daemon follows may be elsewhere, and rows compared with other declarations would all be orphans.
  if (said === undefined && (await findDaemon(options.state, around.signal)) !== undefined) {
    complain(
      new Error('a daemon runs with declarations of its own: say their folder too, as in orphans ROUTER DIR'),
      io,
    );
    return exitCodes.usage;
  }
  const dir = said ?? '.';
  const model = await loadDeclared(dir, await readDeclared(dir), options, io);
  if (model === undefined) return exitCodes.invalid;
  if (router !== undefined) requireKnown(targetNames(model), [router], []);
  await using routers = new RouterPool(around);
  const inForce = asOf(model, around.clock.now());
  const targets = routers.targets(inForce).filter(({ name }) => router === undefined || name === router);
  const inventory = await inventoryOf(options.state, around);
  const found = await Promise.all(targets.map((target) => look(target, inForce, inventory, around.signal)));
  io.out(await render(found, options.output, () => orphansText(found)));
  for (const { router: name, error } of found) if (error !== undefined) complain(new Error(`${name}: ${error}`), io);
  if (found.some(({ error }) => error !== undefined)) return exitCodes.error;
  const some = found.some(({ orphans = [] }) => orphans.length > 0);
  return options.detailedExitcode && some ? exitCodes.changes : exitCodes.success;
}

async function look(
  target: RouterTarget,
  model: Model,
  inventory: Pick<Inventory, 'ownerOf'>,
  signal: AbortSignal,
): Promise<RouterOrphans> {
  const router = target.name;
  try {
    const wanted = target.desired(model);
    const seen = await target.observe(signal, wanted);
    const { desired, observation } = withoutIgnored(wanted, seen, policyOf(target, model).ignore);
    const operator = model.operator.name;
    const orphans = orphansOf(desired, observation.rows, { router, operator, inventory });
    const looked = new Set([...allMenus, ...seen.rows.map(({ menu: path }) => ({ path }))].map(({ path }) => path));
    return { router, orphans, notLookedInto: await overlooked(await target.session(signal), looked, signal) };
  } catch (error) {
    if (!(error instanceof LastmileError)) throw error;
    return { router, error: messageOf(error) };
  }
}

/** Menus without a comment tell whose a row is only by what was written down. A daemon keeps that to itself. */
async function inventoryOf(state: string, around: Surroundings): Promise<Pick<Inventory, 'ownerOf'>> {
  const daemon = await findDaemon(state, around.signal);
  if (daemon !== undefined || !(await hasState(state))) return StoredInventory.empty();
  await using engine = await openEngine(state, around);
  const { inventory } = engine;
  return inventory;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Of each kind and menu as many rows as one looks through. */
const shown = 20;

const words = { gone: 'ours, gone from git', foreign: 'held by another', unmanaged: 'unmanaged' } as const;

function orphansText(found: readonly RouterOrphans[]): string {
  const blocks = found.flatMap(({ router, orphans, notLookedInto = [] }) => {
    if (orphans === undefined) return [];
    const kinds = (['gone', 'foreign', 'unmanaged'] as const).flatMap((kind) => kindText(router, kind, orphans));
    const others = notLookedInto.map(({ menu, rows }) => `${menu} (${rows})`).join(', ');
    const none = others === '' ? 'every row is declared' : 'every row of the menus looked into is declared';
    return [
      ...(kinds.length === 0 ? [`${router}: ${none}\n`] : kinds),
      ...(others === '' ? [] : [`${router}: not looked into, since nothing is declared there: ${others}\n`]),
    ];
  });
  return blocks.join('\n');
}

function kindText(router: string, kind: Orphan['kind'], orphans: readonly Orphan[]): readonly string[] {
  const all = orphans.filter((orphan) => orphan.kind === kind);
  if (all.length === 0) return [];
  const menus = [...new Set(all.map(({ menu }) => menu))];
  const rows = menus.flatMap((menu) => {
    const inMenu = all.filter((orphan) => orphan.menu === menu);
    const more = inMenu.length - shown;
    const cells = inMenu
      .slice(0, shown)
      .map(({ identity, owner = '', comment = '' }) => [menu, printable(identity, 60), owner, printable(comment, 60)]);
    return more > 0 ? [...cells, [menu, `… and ${more} more`, '', '']] : cells;
  });
  return [`${router}: ${words[kind]}: ${all.length}\n${table(['menu', 'row', 'whose', 'comment'], rows)}`];
}
