/** An address of the portal, as routes are written: `/p/:site/files/*`. */
export interface Place {
  readonly url: string;
  readonly methods: readonly string[];
}

/**
 * For `Allow` (RFC 9110 §10.2.1).
 *
 * @param path without the query
 * @returns nothing when there is nothing at that path
 */
export function allowedMethods(places: readonly Place[], path: string): string | undefined {
  const methods = places.filter(({ url }) => shapeOf(url).test(path)).flatMap((place) => place.methods);
  return methods.length === 0 ? undefined : [...new Set(methods)].sort().join(', ');
}

/** A slash at the end does not matter. */
function shapeOf(url: string): RegExp {
  const path = url.replace(/\/$/, '').replace('*', '.+').replace(/:\w+/g, '[^/]+');
  return new RegExp(`^${path}/?$`);
}
