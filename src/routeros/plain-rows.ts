import type { Row } from '../reconcile/target.ts';

/** Of a subscriber, and says all it is by itself. */
export function isPlain({ owner, needs, previously, releases, rest, goesBefore }: Row): boolean {
  const more = [needs, previously, releases, rest, goesBefore];
  return owner.startsWith('Subscriber/') && more.every((each) => each === undefined);
}
