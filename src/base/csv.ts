/** What a spreadsheet takes for the begin of a formula, in any width. */
const formula = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const special = /[",\r\n]/;

export type Cell = string | number | bigint | undefined;

/**
 * A line of CSV (RFC 4180), for people: what somebody else chose, as a username, must not become a formula in their
 * spreadsheet, and gets an apostrophe in front.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map((cell) => quoted(typeof cell === 'string' && formula.test(cell) ? `'${cell}` : cell)).join(',')}\r\n`;
}

/** The same for programs: every value as it is, none is an empty cell without quotes (`COPY … CSV` of PostgreSQL: NULL). */
export function csvLineAsIs(cells: readonly Cell[]): string {
  return `${cells.map((cell) => (cell === '' ? '""' : quoted(cell))).join(',')}\n`;
}

function quoted(cell: Cell): string {
  if (cell === undefined) return '';
  const text = String(cell);
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
