import { messageOf } from '../base/errors.ts';
import { parseSize } from '../base/units.ts';
import type { Declared, ScenarioSpec } from '../model/declarations.ts';
import type { ScenarioStep } from '../model/generated/documents.ts';
import { timeReader } from '../model/local-time.ts';
import { act, actionOf } from './act.ts';
import {
  type Expect,
  type Miss,
  missedLogin,
  missedPage,
  missedRows,
  missedSessions,
  missedText,
  missedUsage,
  type SeenLogin,
  type SeenSession,
} from './expectations.ts';
import { loopbackFor } from './loopback.ts';
import type { Repository } from './repository.ts';
import { Stage } from './stage.ts';
import { StuckError } from './stuck-error.ts';
import { VirtualClock } from './virtual-clock.ts';
import { localText } from './when.ts';
import { World } from './world.ts';

export interface ScenarioResult {
  readonly scenario: Declared<ScenarioSpec>;
  /** Steps that were done, the last of them perhaps in vain. */
  readonly steps: number;
  /** Empty: all was as expected. */
  readonly failures: readonly Failure[];
  /** How long it took, and how much time went by in it. */
  readonly durationMs: number;
  readonly passedMs: number;
}

/** What is not as expected, with the way to it from the document. */
export interface Failure {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly hint?: string;
}

const usualStart = '2026-03-10T12:00';

/** Plays one scenario in a world of its own. It ends with the first step that is not as expected: what follows would not be, either. */
export async function runScenario(
  scenario: Declared<ScenarioSpec>,
  repository: Repository,
  { block, signal }: { readonly block: string; readonly signal: AbortSignal },
): Promise<ScenarioResult> {
  const began = performance.now();
  const { model } = repository;
  const start = timeReader(model.operator.timezone)(scenario.spec.start ?? usualStart) ?? 0;
  const clock = new VirtualClock(start);
  const done = (steps: number, failures: readonly Failure[]): ScenarioResult => ({
    ...{ scenario, steps, failures },
    durationMs: performance.now() - began,
    passedMs: clock.monotonic(),
  });
  const loopback = loopbackFor(model, block);
  await using world = await World.start({ model, revision: 'start', clock, loopback, signal });
  const stage = new Stage(world, repository);
  for (const [at, step] of scenario.spec.steps.entries()) {
    signal.throwIfAborted();
    const failures = await played(step, at, stage);
    if (failures.length > 0) return done(at + 1, failures);
  }
  return done(scenario.spec.steps.length, []);
}

async function played(step: ScenarioStep, at: number, stage: Stage): Promise<readonly Failure[]> {
  const path = ['spec', 'steps', at];
  try {
    await act(step, stage);
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof StuckError)) throw error;
    const action = actionOf(step);
    return [{ path: action === undefined ? path : [...path, action], message: messageOf(error) }];
  }
  const { expect = {} } = step;
  const misses = [...(await missed(expect, stage)), ...unexpected(expect, stage)];
  return misses.map(({ path: below, ...rest }) => ({ path: [...path, ...below], ...rest }));
}

/** A commit that nobody expects to fail must not. */
function unexpected(expect: Expect, { committed }: Stage): readonly Miss[] {
  if (committed === undefined || expect.result !== undefined || expect.code !== undefined) return [];
  if (committed.result === 'applied' || committed.result === 'in-sync') return [];
  const message = `the commit was ${wordOf(committed.result)}: ${committed.codes.join(', ')}`;
  return [{ path: [], message, ...firstIssue(committed) }];
}

function wordOf(result: string): string {
  return result === 'partial' ? 'applied in part' : result;
}

function firstIssue(committed: NonNullable<Stage['committed']>): { readonly hint?: string } {
  if (committed.result !== 'invalid') return {};
  const [first] = committed.issues;
  return first === undefined ? {} : { hint: `${first.file}: ${first.message}` };
}

async function missed(expect: Expect, stage: Stage): Promise<readonly Miss[]> {
  const { sessions, rows = [], usage = [], page, result, code, now } = expect;
  const { world, committed } = stage;
  const misses: Miss[] = [...missedLogin(expect, seenLogin(stage))];
  if (sessions !== undefined)
    misses.push(...missedSessions(sessions, seenSessions(stage), (who) => stage.username(who)));
  for (const [at, entry] of rows.entries()) misses.push(...rowsMissed(entry, stage, ['rows', at]));
  for (const [at, entry] of usage.entries()) {
    const held = await world.drive(world.engine.quotas.standingOf(stage.username(entry)));
    misses.push(...missedUsage(entry, held?.states ?? [], ['usage', at], parseSize));
  }
  if (page !== undefined) misses.push(...missedPage(page, stage.page));
  if (result !== undefined && result !== committed?.result)
    misses.push({
      path: ['result'],
      message: committed === undefined ? 'nothing is committed here' : `it was ${wordOf(committed.result)}`,
      ...(committed === undefined || committed.codes.length === 0 ? {} : { hint: committed.codes.join(', ') }),
    });
  if (code !== undefined && committed?.codes.includes(code) !== true)
    misses.push({ path: ['code'], message: `told was ${committed?.codes.join(', ') || 'nothing'}, and not ${code}` });
  if (now !== undefined) {
    const { timezone } = world.model.operator;
    misses.push(...missedText(['now'], now, localText(world.clock.now(), timezone).slice(0, now.length)));
  }
  return misses.map((miss) => ({ ...miss, path: ['expect', ...miss.path] }));
}

function seenLogin({ login, world }: Stage): SeenLogin | undefined {
  if (login === undefined) return undefined;
  const { accepted, address, rate, username } = login;
  const decision = world.decisions(username).at(-1);
  const told = decision?.verdict === (accepted ? 'accept' : 'reject') ? decision : undefined;
  const reason = told?.reason ?? login.reason;
  return {
    accepted,
    ...(reason === undefined ? {} : { reason }),
    ...(told?.reply === undefined ? {} : { reply: told.reply }),
    ...(address === undefined ? {} : { address }),
    ...(rate === undefined ? {} : { rate }),
  };
}

function seenSessions({ world }: Stage): readonly SeenSession[] {
  return [...world.routers].flatMap(([router, simulated]) =>
    simulated.sessions().map(({ username, address, rateLimit, radius }) => ({
      ...{ username, router, address, radius },
      ...(rateLimit === undefined ? {} : { rate: rateLimit }),
    })),
  );
}

function rowsMissed(entry: NonNullable<Expect['rows']>[number], stage: Stage, path: Miss['path']): readonly Miss[] {
  const { router, menu } = entry;
  const name = router ?? [...stage.world.routers.keys()][0] ?? '';
  const menuPath = `/${menu.replace(/^\/|\/$/g, '').replaceAll(' ', '/')}`;
  const simulated = stage.router(name);
  if (!simulated.menus.includes(menuPath))
    return [{ path: [...path, 'menu'], message: `a router of this version has no menu ${menuPath}` }];
  const shown = (text: string) => stage.world.shown(text);
  const rows = simulated
    .rows(menuPath)
    .map((row) => Object.fromEntries(Object.entries(row).map(([field, value]) => [field, shown(value)])));
  return missedRows(entry, rows, path);
}
