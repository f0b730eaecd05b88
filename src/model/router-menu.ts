/** The one spelling of a menu's path: `/ip/firewall/filter`, from `/ip firewall filter` or `ip/firewall/filter/`. Pure. */
export function routerMenu(text: string): string {
  return `/${text
    .split(/[/ ]/)
    .filter((step) => step !== '')
    .join('/')}`;
}

/** A value as the router's API takes it: truth values are `yes` and `no`, numbers decimal. Pure. */
export function routerWord(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}
