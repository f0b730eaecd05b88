import type { Secret } from '../base/secret.ts';
import type { Origin } from '../model/origin.ts';

/** Canonical text, or a secret. */
export type Value = string | Secret;

/** What a target can say of a value: the text, or, of a secret, whether it is the declared one. */
export type ObservedValue = string | { equals(secret: Secret): boolean };

/** One row of a menu, or of the directory. */
export interface Row {
  /** `/ppp/secret`, or `login` in the directory. */
  readonly menu: string;
  /** What makes it the same row over time: never a router's `.id`. Empty for a settings menu. */
  readonly identity: string;
  readonly fields: Readonly<Record<string, Value>>;
  /** Who declared it: `Subscriber/anna`, with `#part` when it makes several rows. */
  readonly owner: string;
  readonly source?: Origin;
  /** What the target must be capable of beyond having the menu, in words of its own. Absent: nothing. */
  readonly needs?: readonly string[];
  /** A word for people that a new row gets in its comment, where it has one. Theirs to change. */
  readonly note?: string;
  /** Identities it had before, oldest first: a row of ours that has one of them is this one, and is renamed. */
  readonly previously?: readonly string[];
  /** Fields to empty where they hold just this value, which once was ours: any other is somebody's own. */
  readonly releases?: Readonly<Record<string, string>>;
  /** What fields that are not declared must be, where with any other value the row would say something else. */
  readonly rest?: Readonly<Record<string, string>>;
  /**
   * In an ordered menu, which rows of others this and all of ours before it go in front of, besides those that refuse: any,
   * or the first with this text as its comment.
   */
  readonly goesBefore?: { readonly any: true } | { readonly comment: string };
  /** True where rows of others that refuse do not matter to its place. */
  readonly free?: boolean;
}

export interface ObservedRow {
  readonly menu: string;
  readonly identity: string;
  readonly fields: Readonly<Record<string, ObservedValue>>;
  /**
   * Who owns it: `marker` when the row says so itself, `inventory` when only our inventory can tell (settings, menus
   * without a comment), `ours` when the whole target is ours (the directory).
   */
  readonly ownership: 'marker' | 'inventory' | 'ours';
  /** The ownership marker found at the end of its comment. */
  readonly marker?: Marker;
  /** The comment without its marker: text of a person's own, which is kept. */
  readonly ownText?: string;
  /** The same as it is to be written, where it is in another encoding than ours: what stands there stays, octet for octet. */
  readonly ownTextWritten?: string;
  /** True where the row is the target's own: it can be changed, and neither made nor removed. It carries no marker. */
  readonly fixed?: boolean;
  /** True when what it is known by names a row that is gone: whatever it was, it is no more. */
  readonly dangling?: boolean;
  /** Of a row that is to be renamed: the identity it still has. */
  readonly formerly?: string;
  /** How the target addresses the row now. */
  readonly handle?: string;
}

export interface Marker {
  readonly operator: string;
  /** `Subscriber/anna`, `Router/core-1#pool-home`. */
  readonly owner: string;
}
