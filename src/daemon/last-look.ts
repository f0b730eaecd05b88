import { isDeepStrictEqual } from 'node:util';
import { digestRows, type RowDigests, type RowName, rowsTouched } from '../reconcile/digests.ts';
import { countHeld, type HeldRows } from '../reconcile/guard.ts';
import { partTarget } from '../reconcile/part-target.ts';
import type { Finding, Row, Target } from '../reconcile/target.ts';
import type { RunSettings } from './run-target.ts';

/** What is kept of the last look at the whole of a target that was, or was brought, as declared. */
export interface LastLook {
  /** Of what was wanted there, and is there since. */
  readonly digests: RowDigests;
  /** What deletes are measured against. */
  readonly held: HeldRows;
  readonly findings: readonly Finding[];
  readonly terms: Terms;
}

/** What decides besides rows: with any of it declared otherwise, the whole is looked at. */
interface Terms {
  readonly operator: string;
  readonly mode: RunSettings['mode'];
  readonly policy: RunSettings['policy'];
}

/** What a commit changes of a target, as far as can be told without looking at it. */
export type SinceLook =
  | { readonly type: 'nothing' }
  | { readonly type: 'part'; readonly target: Target; readonly wanted: readonly Row[] }
  | { readonly type: 'unknown' };

/** What to remember of a target that holds these rows now. Pure. */
export function lookOf(
  target: Pick<Target, 'ordered'>,
  wanted: readonly Row[],
  findings: readonly Finding[],
  settings: RunSettings,
): LastLook {
  return {
    digests: digestRows(wanted, target.ordered, digestKey(settings)),
    held: countHeld(wanted),
    findings,
    terms: termsOf(settings),
  };
}

/**
 * Holds what is wanted now against what was wanted at the last look. Only for a commit: whoever else asks wants to know how
 * the target is. Nothing is known of one that differed, be it in part, or where people online are still owed something. Pure.
 */
export function sinceLook(target: Target, settings: RunSettings): SinceLook {
  const { lastLook: last, known, reason, pause, mode, policy } = settings;
  if (last === undefined || known === undefined || reason !== 'revision' || pause !== undefined) return unknown;
  if (settings.inventory.effectsDue(target.name).length > 0) return unknown;
  if (known.left.size > 0 || !isDeepStrictEqual(last.terms, termsOf(settings))) return unknown;
  const wanted = target.desired(settings.model);
  const touched = rowsTouched(last.digests, digestRows(wanted, target.ordered, known.key));
  if (touched.length === 0) return { type: 'nothing' };
  if (mode !== 'apply' || isIgnored(touched, policy)) return unknown;
  const part = target.partOf?.(touched, wanted);
  return part === undefined ? unknown : { type: 'part', target: partTarget(target, part), wanted };
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
