import { compact } from '../../base/compact.ts';
import { nearest } from '../../base/nearest.ts';
import { parseDuration } from '../../base/units.ts';
import type { Declared, OperatorSpec, RouterSpec } from '../declarations.ts';
import type { DeleteLimits as DeleteLimitsSpec, IgnoreRules, TimeWindows } from '../generated/documents.ts';
import { kinds } from '../generated/schemas.ts';
import type { TimeWindow } from '../kinds/limits.ts';
import type { ClosedTime, DeleteLimits, HealRule, IgnoreRule, Operator } from '../kinds/operator.ts';
import type { Router } from '../kinds/router.ts';
import { isTimeZone, timeReader } from '../local-time.ts';
import { routerMenu, routerWord } from '../router-menu.ts';
import { error, type Resolving } from './resolving.ts';

type Owner = Declared<OperatorSpec> | Declared<RouterSpec>;
type Steps = readonly string[];
type SafetySpec = NonNullable<RouterSpec['reconcile']>;

/** What Operator and Router say alike about when and how far a router is changed. */
interface Safety {
  readonly heal?: HealRule;
  readonly windows?: readonly TimeWindow[];
  readonly ignore?: readonly IgnoreRule[];
}

const noLimits: DeleteLimits = { always: 3, share: 0.05, most: 25 };
const path = ['spec', 'reconcile'];
const shortestCollectMs = 30_000;
const longestCollectMs = 86_400_000;

/** Delete limits and safety of the Operator. */
export function operatorSafety(
  to: Resolving,
  declared: Declared<OperatorSpec> | undefined,
  timezone: string,
): Safety & Pick<Operator['reconcile'], 'deleteLimits' | 'routersAtOnce' | 'exceptions'> {
  const spec = declared?.spec.reconcile;
  if (declared === undefined || spec === undefined) return { deleteLimits: noLimits };
  const { deleteLimits, routersAtOnce } = spec;
  return compact({
    deleteLimits: limits(to, declared, deleteLimits ?? {}, noLimits),
    routersAtOnce,
    exceptions: spec.exceptions === undefined ? undefined : closedTimes(to, declared, spec.exceptions, timezone),
    ...safety(to, declared, spec, spec.windows),
  });
}

/** `reconcile` of a router; what it leaves out of its delete limits is as the Operator says. */
export function routerSafety(
  to: Resolving,
  declared: Declared<RouterSpec>,
  operator: Operator['reconcile'],
  operatorWindows: TimeWindows | undefined,
): Router['reconcile'] {
  const spec = declared.spec.reconcile;
  if (spec === undefined) return undefined;
  const { deleteLimits, collect } = spec;
  return compact({
    deleteLimits: deleteLimits === undefined ? undefined : limits(to, declared, deleteLimits, operator.deleteLimits),
    ...safety(to, declared, spec, spec.windows ?? operatorWindows),
    collectSeconds: collectSeconds(to, declared, collect, [...path, 'collect']),
  });
}

/** How often counters are read, in seconds; `undefined` when it is not said. */
export function collectSeconds(
  to: Resolving,
  declared: Owner | undefined,
  text: string | undefined,
  at: Steps,
): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text) ?? 0;
  if (ms >= shortestCollectMs && ms <= longestCollectMs) return ms / 1000;
  if (declared !== undefined) {
    error(to, 'LM_INTERVAL', `"${text}" is no time between two readings`, declared, at, 'from 30s to 24h');
  }
  return undefined;
}

/** @param open windows that hold there, whoever declares them */
function safety(to: Resolving, declared: Owner, spec: SafetySpec, open: TimeWindows | undefined): Safety {
  if (spec.heal === 'windowed' && open === undefined) {
    const message = 'heal: windowed mends drift in windows, and none are declared';
    error(to, 'LM_NO_WINDOWS', message, declared, [...path, 'heal'], 'set windows beside it');
  }
  return compact({
    heal: spec.heal,
    windows: spec.windows?.map((each, at) => zonedWindow(to, declared, each, at)),
    ignore: spec.ignore === undefined ? undefined : ignoreRules(to, declared, spec.ignore),
  });
}

function closedTimes(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  list: readonly { readonly from: string; readonly till: string; readonly reason?: string }[],
  timezone: string,
): readonly ClosedTime[] {
  const timeOf = timeReader(timezone);
  return list.flatMap(({ from, till, reason }, index) => {
    const [begins, ends] = [timeOf(from), timeOf(till)];
    const at = (field: string) => [...path, 'exceptions', String(index), field];
    const hint = 'as in 2026-12-20T00:00, or with an offset, 2026-12-20T00:00:00+03:00';
    if (begins === undefined) error(to, 'LM_TIME', `"${from}" is no time`, declared, at('from'), hint);
    if (ends === undefined) error(to, 'LM_TIME', `"${till}" is no time`, declared, at('till'), hint);
    if (begins === undefined || ends === undefined) return [];
    if (ends <= begins) error(to, 'LM_TIME', `"${till}" is not after "${from}"`, declared, at('till'));
    return [compact({ from: begins, till: ends, reason })];
  });
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export function timeWindow({ days: named = [], from, till }: TimeWindows[number]): TimeWindow {
  const numbers = named.length === 0 ? days.keys() : named.map((day) => days.indexOf(day));
  return { days: [...numbers].sort((a, b) => a - b), from: minutesOf(from), till: minutesOf(till) };
}

function zonedWindow(to: Resolving, declared: Owner, window: TimeWindows[number], at: number): TimeWindow {
  const { timezone } = window;
  if (timezone === undefined) return timeWindow(window);
  if (isTimeZone(timezone)) return { ...timeWindow(window), timezone };
  const hint = 'a name as in Africa/Nairobi or Europe/Berlin';
  error(
    to,
    'LM_TIMEZONE',
    `"${timezone}" is no time zone`,
    declared,
    [...path, 'windows', String(at), 'timezone'],
    hint,
  );
  return timeWindow(window);
}

function minutesOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}

function ignoreRules(to: Resolving, declared: Owner, rules: IgnoreRules): readonly IgnoreRule[] {
  return rules.map(({ menu, match, fields }, index) => {
    if (match === undefined && fields === undefined && rules.some((rule, other) => other < index && same(rule, menu))) {
      error(to, 'LM_DUPLICATE_ENTRY', `"${menu}" is ignored twice`, declared, [
        ...path,
        'ignore',
        String(index),
        'menu',
      ]);
    }
    return compact({
      menu: routerMenu(menu),
      match:
        match === undefined
          ? undefined
          : Object.fromEntries(Object.entries(match).map(([field, value]) => [field, routerWord(value)])),
      fields,
      origin: declared.entries?.get(`reconcile/ignore/${index}`) ?? declared.origin,
    });
  });
}

function same({ menu, match, fields }: IgnoreRules[number], other: string): boolean {
  return match === undefined && fields === undefined && routerMenu(menu) === routerMenu(other);
}

function limits(to: Resolving, declared: Owner, spec: DeleteLimitsSpec, outer: DeleteLimits): DeleteLimits {
  const { kinds: special, ...own } = spec;
  const general = { ...outer, ...own };
  if (special === undefined) return general;
  const { always, share, most } = general;
  const found = { ...outer.kinds };
  for (const [name, each] of Object.entries(special)) {
    const known = name.startsWith('/') || /^[a-z]/.test(name) ? routerMenu(name) : name;
    if (known === name) checkKind(to, declared, name);
    found[known] = { always, share, most, ...outer.kinds?.[known], ...each };
  }
  return { ...general, kinds: found };
}

function checkKind(to: Resolving, declared: Owner, name: string): void {
  const known = kinds.filter((kind) => kind !== 'SubscriberList');
  if (name.startsWith('/') || (known as readonly string[]).includes(name)) return;
  const meant = nearest(name, known);
  const hint = meant === undefined ? `a menu as in /ppp/secret, or ${known.join(', ')}` : `did you mean ${meant}?`;
  error(to, 'LM_UNKNOWN_KIND', `no kind is called "${name}"`, declared, [...path, 'deleteLimits', 'kinds', name], hint);
}
