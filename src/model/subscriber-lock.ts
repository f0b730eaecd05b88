import { compact } from '../base/compact.ts';
import { parseMac } from '../base/mac.ts';
import type { Declared, SubscriberSpec } from './declarations.ts';
import type { PlaceLock } from './kinds/access-rules.ts';
import type { Subscription } from './kinds/subscription.ts';
import { error, type Resolving, unknownReference, warning } from './resolve/resolving.ts';

type Declaration = Declared<SubscriberSpec>;
type Steps = readonly (string | number)[];

/** Where somebody may log in from, checked. */
export function resolveLock(
  to: Resolving,
  declared: Declaration,
  lock: SubscriberSpec['lock'],
  path: Steps,
  nasNames: ReadonlyMap<string, unknown>,
): PlaceLock | undefined {
  if (lock === undefined) return undefined;
  const macs = listOf(lock.mac).flatMap((text) => {
    const mac = parseMac(text);
    if (mac !== undefined) return [mac];
    error(
      to,
      'LM_MAC',
      `"${text}" is no MAC address`,
      declared,
      [...path, 'mac'],
      'six octets, as in 0C:42:A1:00:00:01',
    );
    return [];
  });
  const nas = listOf(lock.nas);
  for (const name of nas) {
    if (nasNames.has(name) || to.declarations.incomplete.operator) continue;
    unknownReference(to, { what: 'Router', name, from: declared, path: [...path, 'nas'] }, nasNames);
  }
  return compact({
    macs: macs.length === 0 ? undefined : macs,
    nas: nas.length === 0 ? undefined : nas,
    port: lock.port,
    circuitId: lock.circuitId,
  });
}

/** A router that lets somebody in by itself does not look where he is. */
export function checkLock(
  to: Resolving,
  declared: Declaration,
  { localOn, fallback = false }: Pick<Subscription, 'localOn' | 'fallback'>,
  path: Steps,
): void {
  if (localOn.length === 0) return;
  const message = `a router that lets "${declared.name}" in by itself does not hold it to its lock`;
  if (fallback) warning(to, 'LM_NO_EFFECT_LOCALLY', message, declared, path);
  else error(to, 'LM_NOT_POSSIBLE', message, declared, path, 'auth: radius');
}

function listOf(field: string | readonly string[] | undefined): readonly string[] {
  if (field === undefined) return [];
  return typeof field === 'string' ? [field] : field;
}
