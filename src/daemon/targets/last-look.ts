import { isDeepStrictEqual } from 'node:util';
import { sameData } from '../../base/same-data.ts';
import type { ReconcileMode } from '../../model/kinds/operator.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import type { Model } from '../../model/model.ts';
import { digestRows, type RowDigests, rowsTouched } from '../../reconcile/digests.ts';
import type { Inventory } from '../../reconcile/inventory.ts';
import { partTarget } from '../../reconcile/part-target.ts';
import type { Row } from '../../reconcile/row.ts';
import { keyOf } from '../../reconcile/row-key.ts';
import type { RowName } from '../../reconcile/row-name.ts';
import type { Finding, Target } from '../../reconcile/target.ts';
import type { LeftDrift } from '../../status/drift-log.ts';
import type { Pause } from '../../status/pauses.ts';
import type { TouchedPart } from './reconcile-briefly.ts';
import type { TargetPolicy } from './target-policy.ts';

/** What is kept of the last look at the whole of a target that was, or was brought, as declared. */
export interface LastLook {
  /** What was wanted there, and is there since. */
  readonly held: Held;
  /** Those that hold until the whole is looked at again. */
  readonly findings: readonly Finding[];
  readonly terms: Terms;
}

/**
 * Nearly always all that was declared then is there: it says which rows are, when that is asked, and shares all but a little
 * with what is declared now. Else the rows that are there, by their digests.
 */
type Held = { readonly model: Model } | { readonly digests: RowDigests };

/** What decides besides rows: with any of it declared otherwise, the whole is looked at. */
interface Terms {
  readonly operator: string;
  readonly mode: ReconcileMode;
  readonly policy: TargetPolicy | undefined;
}

/** Of a run, what tells whether the last look still holds. */
export interface LookSettings {
  readonly model: Model;
  readonly mode: ReconcileMode;
  readonly inventory: Inventory;
  readonly reason: string;
  readonly policy?: TargetPolicy;
  /** What was seen before to differ. */
  readonly known?: { readonly left: LeftDrift; readonly key: Buffer };
  /** What is known of it since it was as declared. Absent: a look at the whole must tell. */
  readonly lastLook?: LastLook;
  /** Why a person wants it left alone. */
  readonly pause?: Pause;
  /** What is done is held against a plan, which was made of the whole. */
  readonly declines?: unknown;
}

/** What a commit changes of a target, as far as can be told without looking at it. */
export type SinceLook =
  | { readonly type: 'nothing'; readonly last: LastLook }
  | { readonly type: 'part'; readonly last: LastLook; readonly part: TouchedPart; readonly wanted: readonly Row[] }
  | { readonly type: 'unknown' };

/** What a look told besides changes. */
export interface Found {
  readonly findings: readonly Finding[];
  /** Rows that are wanted and cannot be had. */
  readonly unmet: readonly Row[];
}

/**
 * What to remember of a target that holds what is wanted, but for what cannot be had. Pure.
 *
 * @param wanted asked only where something cannot be had
 */
export function lookOf(
  target: Pick<Target, 'ordered'>,
  wanted: () => readonly Row[],
  { findings, unmet }: Found,
  settings: LookSettings,
): LastLook {
  const { model } = settings;
  return {
    held:
      unmet.length === 0
        ? { model }
        : { digests: without(digestRows(wanted(), target.ordered, digestKey(settings)), unmet) },
    findings: findings.filter(({ code }) => !isSettled(code, settings)),
    terms: termsOf(settings),
  };
}

function without(digests: RowDigests, rows: readonly Row[]): RowDigests {
  const keys = new Set(rows.map(keyOf));
  return new Map([...digests].filter(([key]) => !keys.has(key)));
}

/** A run that may write has confirmed what was pending when it looked. */
function isSettled(code: string, { mode }: LookSettings): boolean {
  return mode === 'apply' && code === 'LM_CONFIRM_PENDING';
}

/** Findings of the last look that a look at some rows tells nothing new about. Pure. */
export function stillFound({ findings }: LastLook, touched: readonly RowName[]): readonly Finding[] {
  const seen = new Set(touched.map(keyOf));
  return findings.filter(({ about }) => about === undefined || !seen.has(keyOf(about)));
}

/** The same after some subscriptions of what was wanted are others, and are there. Pure. */
export function lookSince({ held, ...rest }: LastLook, subscriptions: readonly Subscription[]): LastLook | undefined {
  if (!('model' in held)) return undefined;
  const { model } = held;
  const byId = new Map(subscriptions.map((each) => [each.id, each]));
  const others = model.subscriptions.map((each) => byId.get(each.id) ?? each);
  return { ...rest, held: { model: { ...model, subscriptions: others } } };
}

/**
 * Holds what is wanted now against what was wanted at the last look. Only for a commit, and for who is at another step of a
 * quota: whoever else asks wants to know how the target is. Nothing is known of one that differed, be it in part, that was lost since, or where people online are still
 * owed something. Pure.
 */
export function sinceLook(target: Target, settings: LookSettings): SinceLook {
  const { lastLook: last, known, reason, pause, mode, policy } = settings;
  if (last === undefined || known === undefined || pause !== undefined || settings.declines !== undefined)
    return unknown;
  if (reason !== 'revision' && reason !== 'quota') return unknown;
  if (settings.inventory.effectsDue(target.name).length > 0) return unknown;
  if (known.left.size > 0 || !isDeepStrictEqual(last.terms, termsOf(settings))) return unknown;
  const { held } = last;
  if (target.since !== undefined) {
    const part = 'model' in held && mode === 'apply' ? target.since(held.model, settings.model) : undefined;
    return part === undefined
      ? unknown
      : { type: 'part', last, part: { target: partTarget(target, part), touched: [] }, wanted: [] };
  }
  if ('model' in held && sameData(held.model, settings.model))
    return target.partOf?.([], []) === undefined ? unknown : { type: 'nothing', last };
  const digested = (rows: readonly Row[]) => digestRows(rows, target.ordered, known.key);
  const wanted = target.desired(settings.model);
  const before = 'model' in held ? digested(target.desired(held.model)) : held.digests;
  const touched = rowsTouched(before, digested(wanted));
  const part = target.partOf?.(touched, wanted);
  if (part === undefined) return unknown;
  if (touched.length === 0) return { type: 'nothing', last };
  if (mode !== 'apply' || isIgnored(touched, policy)) return unknown;
  return { type: 'part', last, part: { target: partTarget(target, part), touched }, wanted };
}

const unknown: SinceLook = { type: 'unknown' };

/** Rules that leave rows as they are tell of all they leave. */
function isIgnored(touched: readonly RowName[], policy: TargetPolicy | undefined): boolean {
  const menus = new Set(touched.map(({ menu }) => menu));
  return policy?.ignore.some(({ menu }) => menus.has(menu)) === true;
}

function termsOf({ model, mode, policy }: LookSettings): Terms {
  return { operator: model.operator.name, mode, policy };
}

function digestKey({ known }: LookSettings): Buffer {
  return known?.key ?? Buffer.alloc(0);
}
