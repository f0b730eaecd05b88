import { createHash, createHmac } from 'node:crypto';
import { Secret } from '../base/secret.ts';
import type { Change } from './target.ts';

/**
 * What stands for the secrets that changes write, in checksums: an HMAC by this key, which nobody outside has, so that they
 * cannot be guessed from it. Absent: a checksum is that of a plan with whatever secrets.
 */
export type PlanSeal = Buffer;

/** A change as published, which is a `PlannedChange`. */
interface Published {
  readonly menu: string;
  readonly identity: string;
  readonly actions: readonly string[];
  readonly target?: unknown;
  readonly source?: unknown;
  readonly cause?: unknown;
}

/**
 * SHA-256 over all that is done to one target, hexadecimal: each change with its rows before and after, in order of address.
 * Where a row is declared, and why it differs, is not part of it: a plan is the same in a pull request and after its merge.
 * Pure.
 *
 * @param published of the same changes
 */
export function targetChecksum(changes: readonly Change[], published: readonly Published[], seal?: PlanSeal): string {
  const unpublished = new Map(changes.map((change) => [keyOf(change.action, change), unpublishedOf(change, seal)]));
  const lines = published.map((change) => {
    const { target: _target, source: _source, cause: _cause, ...done } = change;
    return `${JSON.stringify(done)}${unpublished.get(keyOf(change.actions[0] ?? '', change)) ?? ''}`;
  });
  const hash = createHash('sha256');
  for (const line of lines.sort()) hash.update(`${line.length}:${line}`);
  return hash.digest('hex');
}

/** The checksum of a whole plan, from those of its targets with changes. Pure. */
export function wholeChecksum(targets: readonly { readonly name: string; readonly checksum?: string }[]): string {
  const hash = createHash('sha256');
  const lines = targets.flatMap(({ name, checksum }) => (checksum === undefined ? [] : [`${name} ${checksum}\n`]));
  for (const line of lines.sort()) hash.update(line);
  return hash.digest('hex');
}

/** What is done and not told: the place in an ordered menu, and secrets. */
function unpublishedOf({ menu, identity, set, place }: Change, seal: PlanSeal | undefined): string {
  const before = place === undefined ? '' : `before ${place.length}:${place}`;
  if (seal === undefined) return before;
  const secrets = Object.entries(set).flatMap(([name, value]) =>
    value instanceof Secret ? [`${name.length}:${name}${value.reveal()}`] : [],
  );
  if (secrets.length === 0) return before;
  const text = JSON.stringify([menu, identity, ...secrets.sort()]);
  return `${before}${createHmac('sha256', seal).update(text).digest('hex')}`;
}

function keyOf(action: string, { menu, identity }: Pick<Change, 'menu' | 'identity'>): string {
  return `${action}\n${menu}\n${identity}`;
}
