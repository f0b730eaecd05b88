type Required<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] };
type Optional<T> = { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** A copy without the keys whose value is `undefined`: absent is absent. */
export function compact<T extends object>(object: T): Required<T> & Optional<T> {
  const kept: Record<string, unknown> = {};
  // Half the time of going through entries: it is asked of every subscriber with each commit.
  for (const key of Object.keys(object)) {
    const value = (object as Record<string, unknown>)[key];
    if (value !== undefined) kept[key] = value;
  }
  return kept as Required<T> & Optional<T>;
}
