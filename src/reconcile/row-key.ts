/** The key of a row within one target. */
export function keyOf(row: { readonly menu: string; readonly identity: string }): string {
  return `${row.menu}\n${row.identity}`;
}
