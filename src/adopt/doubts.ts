/** What trying a candidate has shown: what cannot be declared, and what is declared otherwise than it is. */
export interface Doubts {
  /** By tag: why it is left to the router. */
  readonly out: ReadonlyMap<string, string>;
  /** By menu and identity: fields that a declaration cannot say as they are. */
  readonly ignored: ReadonlyMap<string, IgnoredRow>;
}

export interface IgnoredRow {
  readonly menu: string;
  /** Empty for settings. */
  readonly match: Readonly<Record<string, string>>;
  /** Empty for the whole row. */
  readonly fields: ReadonlySet<string>;
  /** What the router has in these fields. */
  readonly values: Readonly<Record<string, string>>;
}

/** Stands for all rows of a menu. */
export function menuTag(menu: string): string {
  return `all of ${menu}`;
}

export const noDoubts: Doubts = { out: new Map(), ignored: new Map() };
