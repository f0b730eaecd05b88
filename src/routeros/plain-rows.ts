import type { Row } from '../reconcile/row.ts';

/** Of a subscriber, and says all it is by itself. */
export function isPlain({ owner, needs, previously, releases, rest, goesBefore }: Row): boolean {
  if (!owner.startsWith('Subscriber/') || needs !== undefined || previously !== undefined) return false;
  return releases === undefined && rest === undefined && goesBefore === undefined;
}
