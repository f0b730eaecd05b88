/** Rules of a firewall, by the version of IP. */
const rules = ['filter', 'raw', 'mangle', 'nat'];

/**
 * Menus whose rules go by lists: an address or an interface that is not on its list yet is one that the rule for all others
 * is for. RouterOS: IP > Firewall > Address Lists, Interfaces > Lists.
 */
export const listOrder: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  ['/ip', '/ipv6'].flatMap((family) =>
    rules.map((rule) => [
      `${family}/firewall/${rule}`,
      [`${family}/firewall/address-list`, '/interface/list/member', '/interface/list'],
    ]),
  ),
);
