import { nearest } from '../../base/nearest.ts';
import type { Declared, ScenarioSpec } from '../declarations.ts';
import type { Router } from '../kinds/router.ts';
import { timeReader } from '../local-time.ts';
import { byName, error, type Resolving } from '../resolve/resolving.ts';

type Step = ScenarioSpec['steps'][number];
type Steps = readonly (string | number)[];

/** Words of a step that are no action. */
const besides: ReadonlySet<string> = new Set(['title', 'expect']);

/** What is wrong with rehearsals as they are declared, before anybody runs them. */
export function checkScenarios(to: Resolving, routers: ReadonlyMap<string, Router>): void {
  for (const scenario of byName(to, to.declarations.scenarios).values()) {
    const { start, steps } = scenario.spec;
    if (start !== undefined && timeReader('UTC')(start) === undefined)
      error(to, 'LM_TIME', `"${start}" is no time`, scenario, ['spec', 'start'], 'as in 2026-03-10T12:00');
    // What a step adds to the network is not known here.
    const adds = steps.some(({ edit }) => edit?.add !== undefined);
    for (const [at, step] of steps.entries()) checkStep(to, scenario, step, ['spec', 'steps', at], adds, routers);
  }
}

function checkStep(
  to: Resolving,
  scenario: Declared<ScenarioSpec>,
  step: Step,
  path: Steps,
  adds: boolean,
  routers: ReadonlyMap<string, Router>,
): void {
  const actions = Object.keys(step).filter((word) => !besides.has(word));
  const [, second] = actions;
  if (second !== undefined) {
    const message = `a step does one thing, and this one ${actions.join(' and ')}`;
    error(to, 'LM_SCENARIO_STEP', message, scenario, [...path, second], 'make it a step of its own');
  }
  if (actions.length === 0 && step.expect === undefined)
    error(to, 'LM_SCENARIO_STEP', 'this step does nothing and expects nothing', scenario, path);
  if (adds) return;
  for (const { field, value } of mentions(step, path)) {
    const isRouter = field.at(-1) === 'router';
    const known = isRouter ? [...routers.keys()] : subscribersOf(to, value);
    if (known.includes(value) || to.declarations.broken.router.has(value) || to.declarations.maybeDeclared(value))
      continue;
    const meant = nearest(value, known);
    const what = isRouter ? 'Router' : 'Subscriber';
    const hint = meant === undefined ? undefined : `did you mean ${meant}?`;
    error(to, 'LM_UNKNOWN_REFERENCE', `no ${what} is called "${value}"`, scenario, field, hint);
  }
}

/** Names a subscriber may be called by: one of several services follows a slash. */
function subscribersOf({ declarations }: Resolving, like: string): readonly string[] {
  return declarations.subscribers.flatMap(({ name, spec }) =>
    like.includes('/') ? (spec.services ?? []).map((each) => `${name}/${each.name}`) : [name],
  );
}

/** Every name of a router or subscriber in a step, with the way to it. */
function mentions(node: unknown, path: Steps): readonly { readonly field: Steps; readonly value: string }[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    // Values to compare rows with, and what is declared anew.
    if (['where', 'have', 'set', 'add', 'fields', 'reply'].includes(key)) return [];
    const field = [...path, Array.isArray(node) ? Number(key) : key];
    if (typeof value === 'string') return key === 'router' || key === 'subscriber' ? [{ field, value }] : [];
    return mentions(value, field);
  });
}
