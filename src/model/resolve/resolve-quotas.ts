import { parseDuration, parseSize } from '../../base/units.ts';
import type { Declared, ServiceSpec } from '../declarations.ts';
import type { QuotaStep as StepSpec } from '../generated/documents.ts';
import type { Rate, SuspendRedirect } from '../kinds/limits.ts';
import type { Quota, QuotaEffect, QuotaStep } from '../kinds/quota.ts';
import { isGentle } from '../quota.ts';
import { timeWindow } from './resolve-safety.ts';
import { error, type Resolving, uniqueEntries, warning } from './resolving.ts';

type Path = readonly (string | number)[];
type QuotaSpec = NonNullable<ServiceSpec['quotas']>[number];

/** How parts of a step are read that services have elsewhere, too. Each reports what is wrong with its part. */
export interface StepParts {
  readonly rate: (spec: NonNullable<StepSpec['rate']>, path: Path) => Rate | undefined;
  readonly redirect: (spec: NonNullable<StepSpec['redirect']>, path: Path) => SuspendRedirect;
  readonly pool: (name: string, path: Path) => void;
}

/** Quotas of a service, units parsed; what is no quota is reported and left out. */
export function resolveQuotas(
  to: Resolving,
  declared: Declared<ServiceSpec>,
  parts: StepParts,
): readonly Quota[] | undefined {
  const { quotas } = declared.spec;
  if (quotas === undefined) return undefined;
  const path = ['spec', 'quotas'];
  uniqueEntries(to, quotas, ({ name }) => name, declared, path, 'name');
  return quotas.flatMap((spec, index) => {
    const report: Report = (where, message, hint) => {
      error(to, 'LM_QUOTA', message, declared, [...path, index, ...where], hint);
      return undefined;
    };
    const amount = amountOf(spec, report);
    const isRight = checkPeriod(spec, declared.spec, report);
    const carryOver = carryOverOf(spec, report);
    checkFreeHours(spec, report);
    if (amount === undefined || !isRight) return [];
    const steps = stepsOf(spec, amount, parts, [...path, index], report);
    warnOfFaster(to, declared, steps, [...path, index]);
    return [
      {
        name: spec.name,
        of: spec.time === undefined ? 'octets' : 'time',
        amount: String(amount),
        direction: spec.direction ?? 'total',
        period: spec.period,
        anchor: spec.anchor === 'sign-up' ? spec.anchor : Number(spec.anchor ?? 1),
        ...(carryOver === undefined ? {} : { carryOver }),
        ...(spec.freeHours === undefined ? {} : { freeHours: spec.freeHours.map(timeWindow) }),
        steps,
      },
    ];
  });
}

type Report = (where: Path, message: string, hint?: string) => undefined;

function amountOf({ name, octets, time, direction }: QuotaSpec, report: Report): bigint | undefined {
  if ((octets === undefined) === (time === undefined)) {
    return report(['name'], `the quota "${name}" is of octets or of time: one of them`);
  }
  if (time !== undefined && direction !== undefined) return report(['direction'], 'time has no direction');
  return time === undefined ? parseSize(octets ?? '') : BigInt(parseDuration(time) ?? 0);
}

function checkPeriod({ name, period, anchor }: QuotaSpec, spec: ServiceSpec, report: Report): boolean {
  if (period === 'validity' && spec.validity === undefined) {
    report(['period'], `the quota "${name}" is for the validity of the service, which has none`, 'set validity');
    return false;
  }
  if (anchor === undefined) return true;
  if (period !== 'week' && period !== 'month') {
    report(['anchor'], `a quota for each ${period} has no anchor`, 'weeks and months have one');
    return false;
  }
  if (period === 'week' && Number(anchor) > 7) {
    report(['anchor'], 'a week has seven days', '1 is Monday');
    return false;
  }
  return true;
}

function carryOverOf({ period, time, carryOver }: QuotaSpec, report: Report): string | undefined {
  if (carryOver === undefined || carryOver === false) return undefined;
  if (period === 'validity') return report(['carryOver'], 'there is no period after the validity of the service');
  if (carryOver === true) return 'all';
  const amount = time === undefined ? parseSize(carryOver) : parseDuration(carryOver);
  if (amount !== undefined) return String(amount);
  return report(
    ['carryOver'],
    `"${carryOver}" is not of the same kind as the quota`,
    time === undefined ? '20G' : '5h',
  );
}

/** As accounting keeps it. */
const slotMinutes = 15;

function checkFreeHours({ freeHours = [] }: QuotaSpec, report: Report): void {
  for (const [index, window] of freeHours.entries()) {
    const { from, till } = timeWindow(window);
    const odd = from % slotMinutes !== 0 ? 'from' : till % slotMinutes !== 0 ? 'till' : undefined;
    if (odd !== undefined) report(['freeHours', index, odd], 'usage is kept by the quarter of an hour', '22:15');
  }
}

function stepsOf(spec: QuotaSpec, amount: bigint, parts: StepParts, path: Path, report: Report): readonly QuotaStep[] {
  const { time, steps = [], then: first = { block: true } } = spec;
  const found: QuotaStep[] = [];
  const add = (from: bigint, then: StepSpec, where: Path): void => {
    const effect = effectOf(then, [...path, ...where], parts);
    if (effect === undefined) report(where, 'block and redirect stand alone');
    else found.push({ from: String(from), effect });
  };
  add(amount, first, ['then']);
  let before = amount;
  for (const [index, step] of steps.entries()) {
    const where = ['steps', index];
    const given = time === undefined ? step.octets : step.time;
    const from = given === undefined ? undefined : time === undefined ? parseSize(given) : parseDuration(given);
    if (from === undefined || (step.octets !== undefined && step.time !== undefined)) {
      report(where, `a step of this quota says its ${time === undefined ? 'octets' : 'time'}, and nothing else`);
      continue;
    }
    if (found.at(-1)?.effect.type === 'block') report(where, 'nobody gets this far: the step before it is a block');
    if (BigInt(from) <= before) report(where, 'steps are in order: each begins at more than the one before');
    before = BigInt(from);
    add(before, step.then, [...where, 'then']);
  }
  return found;
}

/** @returns `undefined` when it says what excludes each other */
function effectOf(then: StepSpec, path: Path, parts: StepParts): QuotaEffect | undefined {
  const { block, redirect, rate, pool, addressList } = then;
  const alone = block !== undefined || redirect !== undefined;
  if (alone && Object.keys(then).length > 1) return undefined;
  if (block !== undefined) return { type: 'block' };
  if (redirect !== undefined) return { type: 'redirect', redirect: parts.redirect(redirect, [...path, 'redirect']) };
  if (pool !== undefined) parts.pool(pool, [...path, 'pool']);
  const speed = rate === undefined ? undefined : parts.rate(rate, [...path, 'rate']);
  return {
    type: 'limit',
    ...(speed === undefined ? {} : { rate: speed }),
    ...(pool === undefined ? {} : { pool }),
    ...(addressList === undefined ? {} : { addressList }),
  };
}

/** Whoever uses more is not to be the faster for it. */
function warnOfFaster(to: Resolving, declared: Declared<ServiceSpec>, steps: readonly QuotaStep[], path: Path): void {
  for (const [at, { effect }] of steps.entries()) {
    const [now, before] = [effect, steps[at - 1]?.effect].map((each) =>
      each?.type === 'limit' ? each.rate : undefined,
    );
    if (now === undefined || before === undefined || !isGentle(effect)) continue;
    if (now.down <= before.down && now.up <= before.up) continue;
    const message = 'this step is faster than the one before it';
    warning(to, 'LM_QUOTA', message, declared, [...path, 'steps', at - 1, 'then', 'rate']);
  }
}
