import { nearest } from '../base/nearest.ts';
import type { Declared, RouterSpec } from './declarations.ts';
import { error, type Resolving } from './resolve/resolving.ts';

/** Reports the name of a pool that its own router does not declare. */
export function checkPoolOfRouter(
  to: Resolving,
  declared: Declared<RouterSpec>,
  name: string,
  path: readonly (string | number)[],
): void {
  // One without ranges is for people's addresses: the router has none of that name.
  const known = (declared.spec.pools ?? []).filter(({ ranges }) => ranges !== undefined).map((pool) => pool.name);
  if (known.includes(name)) return;
  const meant = nearest(name, known);
  const list = known.length === 0 ? undefined : `pools here: ${known.slice(0, 12).join(', ')}`;
  const hint = meant === undefined ? list : `did you mean ${meant}?`;
  error(to, 'LM_UNKNOWN_REFERENCE', `no pool of this router is called "${name}"`, declared, path, hint);
}
