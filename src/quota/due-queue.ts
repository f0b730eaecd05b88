/** What is due when, the soonest first: each key once. */
export interface DueQueue {
  /** Puts a key at a time, in place of where it was; `undefined` takes it out. */
  set(key: string, at: number | undefined): void;
  /** Takes out those due by then. */
  take(now: number): readonly string[];
  /** When the soonest is due. */
  next(): number | undefined;
}

/** A binary heap whose entries that were replaced are passed over when they come up. */
export function dueQueue(): DueQueue {
  const due = new Map<string, number>();
  const heap: Entry[] = [];
  const settle = (): Entry | undefined => {
    for (let [first] = heap; first !== undefined; [first] = heap) {
      if (due.get(first.key) === first.at) return first;
      pop(heap);
    }
    return undefined;
  };
  return {
    set(key, at) {
      if (due.get(key) === at) return;
      if (at === undefined) due.delete(key);
      else {
        due.set(key, at);
        push(heap, { key, at });
      }
    },
    take(now) {
      const found: string[] = [];
      for (let first = settle(); first !== undefined && first.at <= now; first = settle()) {
        due.delete(first.key);
        found.push(first.key);
      }
      return found;
    },
    next: () => settle()?.at,
  };
}

interface Entry {
  readonly key: string;
  readonly at: number;
}

function push(heap: Entry[], entry: Entry): void {
  heap.push(entry);
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if ((heap[parent] as Entry).at <= entry.at) break;
    heap[at] = heap[parent] as Entry;
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    let child = left;
    if (right < heap.length && (heap[right] as Entry).at < (heap[left] as Entry).at) child = right;
    if (child >= heap.length || (heap[child] as Entry).at >= last.at) break;
    heap[at] = heap[child] as Entry;
    at = child;
  }
  heap[at] = last;
}
