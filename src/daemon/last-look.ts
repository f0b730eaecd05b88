import { isDeepStrictEqual } from 'node:util';
import { sameData } from '../base/same-data.ts';
import type { Model } from '../model/model.ts';
import { digestRows, type RowDigests, type RowName, rowsTouched } from '../reconcile/digests.ts';
import { partTarget } from '../reconcile/part-target.ts';
import { keyOf } from '../reconcile/row-key.ts';
import type { Finding, Row, Target } from '../reconcile/target.ts';
import type { TouchedPart } from './reconcile-briefly.ts';
import type { RunSettings } from './run-target.ts';

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
  readonly mode: RunSettings['mode'];
  readonly policy: RunSettings['policy'];
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
  settings: RunSettings,
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
function isSettled(code: string, { mode }: RunSettings): boolean {
  return mode === 'apply' && code === 'LM_CONFIRM_PENDING';
}

/** Findings of the last look that a look at some rows tells nothing new about. Pure. */
export function stillFound({ findings }: LastLook, touched: readonly RowName[]): readonly Finding[] {
  const seen = new Set(touched.map(keyOf));
  return findings.filter(({ about }) => about === undefined || !seen.has(keyOf(about)));
}

/**
 * Holds what is wanted now against what was wanted at the last look. Only for a commit: whoever else asks wants to know how
 * the target is. Nothing is known of one that differed, be it in part, that was lost since, or where people online are still
 * owed something. Pure.
 */
export function sinceLook(target: Target, settings: RunSettings): SinceLook {
  const { lastLook: last, known, reason, pause, mode, policy } = settings;
  if (last === undefined || known === undefined || reason !== 'revision' || pause !== undefined) return unknown;
  if (settings.inventory.effectsDue(target.name).length > 0) return unknown;
  if (known.left.size > 0 || !isDeepStrictEqual(last.terms, termsOf(settings))) return unknown;
  const { held } = last;
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
function isIgnored(touched: readonly RowName[], policy: RunSettings['policy']): boolean {
  const menus = new Set(touched.map(({ menu }) => menu));
  return policy?.ignore.some(({ menu }) => menus.has(menu)) === true;
}

function termsOf({ model, mode, policy }: RunSettings): Terms {
  return { operator: model.operator.name, mode, policy };
}

function digestKey({ known }: RunSettings): Buffer {
  return known?.key ?? Buffer.alloc(0);
}
