import { setImmediate } from 'node:timers/promises';

/**
 * A computation that may be interrupted: whoever runs it decides at each step whether others come first. It says nothing on
 * its way, and returns its result in the end.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Items that one step takes: a few milliseconds of work with the largest of them. */
const itemsPerStep = 256;

/** Runs to the end at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Runs a step in each turn of the event loop, so that sockets are served in between. @throws the reason of `signal` once it is aborted */
export async function inTurns<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await setImmediate();
    signal?.throwIfAborted();
  }
}

/** Lets whatever else there is to do come first. */
export async function othersFirst(): Promise<void> {
  await setImmediate();
}

/** Does something with each item, some hundred in a step, or as many as are given. */
export function* eachInSteps<Item>(
  items: Iterable<Item>,
  act: (item: Item) => void,
  perStep = itemsPerStep,
): Steps<void> {
  let count = 0;
  for (const item of items) {
    act(item);
    count += 1;
    if (count % perStep === 0) yield;
  }
}

/** What each item comes to, in order. */
export function* flatMapInSteps<Item, To>(items: Iterable<Item>, change: (item: Item) => readonly To[]): Steps<To[]> {
  const found: To[] = [];
  yield* eachInSteps(items, (item) => {
    for (const each of change(item)) found.push(each);
  });
  return found;
}
