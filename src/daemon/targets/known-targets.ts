import { RequestError } from '../../admin/request-error.ts';
import { nearest } from '../../base/nearest.ts';
import { directoryName } from '../../directory/directory-target.ts';
import type { Model } from '../../model/model.ts';
import { keptControllers } from './omada-pool.ts';

/** Names of the targets that a model has: the directory, routers with an API, and controllers with an OpenAPI. */
export function targetNames(model: Model): readonly string[] {
  const routers = model.routers.filter(({ api }) => api !== undefined);
  return [directoryName, ...[...routers, ...keptControllers(model)].map(({ name }) => name)];
}

/**
 * Names of targets that were given must be names of targets there are: a slip must neither pass for success nor leave
 * something in that was to be left out.
 *
 * @throws RequestError naming the targets there are
 */
export function requireKnown(
  known: readonly string[],
  only: readonly string[] = [],
  exclude: readonly string[] = [],
): void {
  const unknown = [...only, ...exclude].find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  const perhaps = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  throw new RequestError(`no target is called ${unknown}${perhaps}; there are ${listed(known)}`);
}

/**
 * Only a router can be left alone: RADIUS is served from the directory, which follows git always.
 *
 * @throws RequestError naming the routers there are
 */
export function requireRouter(target: string, known: readonly string[]): void {
  if (target === directoryName) {
    throw new RequestError(`${directoryName} cannot be suspended: RADIUS is served from it; suspend routers`);
  }
  requireKnown(
    known.filter((name) => name !== directoryName),
    [target],
  );
}

function listed(names: readonly string[]): string {
  const more = names.length - shown;
  return `${names.slice(0, shown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Names told at most. */
const shown = 50;
