import { createHmac } from 'node:crypto';
import { Secret } from '../../base/secret.ts';
import type { HoldRule } from '../../reconcile/hold.ts';
import { keyOf } from '../../reconcile/row-key.ts';
import type { Change } from '../../reconcile/target.ts';
import type { LeftDrift } from '../../status/drift-log.ts';
import type { TargetPolicy, WindowState } from './target-policy.ts';

export interface HoldSettings {
  readonly policy: Pick<TargetPolicy, 'heal'>;
  readonly window: WindowState;
  readonly isDrift: (change: Change) => boolean;
}

/**
 * Which changes are not made now. Drift is mended as `heal` says. What was committed waits for a window, except for the
 * rows of subscribers: they come, go and are suspended at any time. Pure.
 */
export function holdRule({ policy: { heal }, window, isDrift }: HoldSettings): HoldRule | undefined {
  if (heal === 'always' && window.open) return undefined;
  const closed = window.open ? undefined : waiting(window);
  return (change) => {
    if (isDrift(change)) {
      if (heal === 'never') return 'reconcile.heal is never: drift is left as it is found';
      return heal === 'windowed' ? closed : undefined;
    }
    return change.owner.startsWith('Subscriber/') ? undefined : closed;
  };
}

function waiting({ opens, exception }: Exclude<WindowState, { open: true }>): string {
  const why = exception?.reason === undefined ? '' : ` (${exception.reason})`;
  const when = opens === undefined ? '' : ` that opens at ${new Date(opens).toISOString().slice(0, 16)}Z`;
  return `waits for the window${when}${why}`;
}

/**
 * What differs in how: as long as it is the same, nobody declared anything new about it. Secrets count, and cannot be had
 * from it. Pure.
 *
 * @param key random, of this process: what is left of drift is looked at anew after a start
 */
export function fingerprint({ action, set, before, place }: Change, key: Buffer): string {
  const found = Object.entries(before?.fields ?? {}).map(([name, value]) => [name, text(value)]);
  const wanted = Object.entries(set).map(([name, value]) => [name, text(value)]);
  return createHmac('sha256', key)
    .update(JSON.stringify([action, wanted, found, place]))
    .digest('base64url');
}

function text(value: unknown): unknown {
  return value instanceof Secret ? { secret: value.reveal() } : typeof value === 'string' ? value : '';
}

/** Whether this is drift that was left before. Pure. */
export function isLeft(left: LeftDrift, change: Change, key: Buffer): boolean {
  const known = left.get(keyOf(change));
  return known !== undefined && known === fingerprint(change, key);
}

/** What is left of drift. Pure. */
export function leftDrift(changes: readonly Change[], key: Buffer): LeftDrift {
  return new Map(changes.map((change) => [keyOf(change), fingerprint(change, key)]));
}
