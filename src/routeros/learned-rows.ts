/** Menus in which a router may have a million rows of its own: what BGP and OSPF have taught it. */
const learned: ReadonlySet<string> = new Set(['/ip/route', '/ipv6/route']);

/** Query words that leave out what a router has learned, where that may be much. Older versions leave a flag out that is not set. */
export function unlearned(path: string): readonly string[] {
  return learned.has(path) ? ['?dynamic=true', '?#!'] : [];
}
