/** Somebody who takes up room, on behalf of a source. */
export interface Occupant {
  readonly source: string;
  /** Monotonic time of its last word. */
  readonly heardAt: number;
}

/** Room for so many. Whoever wants in when it is full gets in at the cost of the source that takes up most of it. */
export interface SharedRoom<T extends Occupant> {
  /**
   * Makes room for one more of this source, where there is none: the longest silent one of the source that has most gives way.
   * If that is this source itself, only one that has been silent for some seconds does. So no source pushes out those of
   * another, and a crowd does not push out itself.
   *
   * @param evict ends one: it must leave
   * @returns whether there is room
   */
  makeRoom(source: string, now: number, evict: (one: T) => void): boolean;
  /** Comes in, or was heard again. */
  enter(one: T): void;
  leave(one: T): void;
}

/** A peer that is still there answers sooner; a person who is asked for a password may not. */
const quietMs = 5_000;

export function sharedRoom<T extends Occupant>(most: number): SharedRoom<T> {
  /** Of each source the longest silent first. */
  const bySource = new Map<string, Set<T>>();
  let size = 0;

  const leave = (one: T): void => {
    const its = bySource.get(one.source);
    if (its?.delete(one) !== true) return;
    size -= 1;
    if (its.size === 0) bySource.delete(one.source);
  };

  const largest = (): Set<T> => {
    let found = new Set<T>();
    for (const each of bySource.values()) if (each.size > found.size) found = each;
    return found;
  };

  return {
    makeRoom(source, now, evict) {
      if (size < most) return true;
      const own = bySource.get(source);
      const other = largest();
      // Not for a difference of one: two that are as large would push out one another's in turn.
      const isUneven = other.size > (own?.size ?? 0) + 1;
      const [oldest] = isUneven ? other : (own ?? other);
      if (oldest === undefined || (!isUneven && now - oldest.heardAt < quietMs)) return false;
      evict(oldest);
      return size < most;
    },
    enter(one) {
      leave(one);
      const its = bySource.get(one.source);
      if (its === undefined) bySource.set(one.source, new Set([one]));
      else its.add(one);
      size += 1;
    },
    leave,
  };
}
