import type { Router } from '../../model/kinds/router.ts';
import type { Model } from '../../model/model.ts';
import type { ObservedValue, Row } from '../../reconcile/row.ts';
import type { Change } from '../../reconcile/target.ts';
import type { RouterOsSession } from '../session.ts';

/** A RouterOS menu as data: what differs between menus. What is common is code, in `router-target.ts`. */
export interface Menu {
  /** `/ppp/secret`. */
  readonly path: string;
  /**
   * By which fields a row is the same row over time, never by `.id`; `settings` for a menu of one row; `marker` where
   * fields tell nothing (rules of a firewall): a row of ours is known by the owner in its comment, which is its identity,
   * and one without a marker that says just what a wanted row says is adopted as that row.
   */
  readonly identity: readonly string[] | 'settings' | 'marker';
  /** Fields read and written. Whatever else a row has is not ours. */
  readonly fields: Readonly<Record<string, Field>>;
  /** Has the menu a `comment` to carry our marker? */
  readonly comment: boolean;
  /** True where the rows are the router's own: they are changed, and neither made nor removed. */
  readonly fixed?: boolean;
  /** True where some rows are RouterOS's own from the factory (`default=true`), which cannot be removed. */
  readonly builtIn?: boolean;
  /** What `references` call this menu and others whose rows share one space of names: `/interface`. */
  readonly space?: string;
  /** True where the order of rows means something. */
  readonly ordered?: boolean;
  /** Of somebody else's row in an ordered menu: would it undo ours if it stood in front of them? */
  readonly refuses?: (fields: Readonly<Record<string, ObservedValue>>) => boolean;
  /**
   * Fields that make a row say less than ours do, which have none of them. A row without a marker that has one is
   * somebody's own, whatever else it says; on a row of ours they are drift.
   */
  readonly narrowing?: readonly string[];
  /** True where identities are paths: a row lies in the folder whose row has the path up to its last `/`. */
  readonly folders?: boolean;
  /** A field, and the value with which a row has none of its unique ones: rows that trade theirs pass through it. */
  readonly aside?: readonly [field: string, value: string];
  /** True where RouterOS has no `show-sensitive`: secrets in it are shown to every reader. */
  readonly plain?: boolean;
  /** True for a menu that may be long and in which we seldom have rows: read only where some are wanted, or may be left. */
  readonly sparing?: boolean;
  /** True for a menu that not every router has: rows wanted in one that is missing are left out. */
  readonly optional?: boolean;
  /**
   * The field by which some of its rows are asked for, without the others: of menus whose rows belong to subscribers, are
   * named by no other row, and have no bearing on our own access.
   */
  readonly askedBy?: string;
  /** Carries out what takes more than an `add` or a `set`; `false`: these do, nothing was done. */
  readonly carryOut?: (change: Change, session: Pick<RouterOsSession, 'run'>, signal: AbortSignal) => Promise<boolean>;
  /** What a person can do where the router knows no `add` here. */
  readonly byHand?: string;
  /** Rows of the router itself that are never looked at, besides dynamic ones. */
  readonly ignore?: (row: Readonly<Record<string, string>>) => boolean;
  /** The rows a router should hold. Pure. */
  readonly rows: (model: Model, router: Router) => readonly Row[];
}

export interface Field {
  /** What a print that leaves the field out means. Default: empty. */
  readonly default?: string;
  /** Brings any spelling the router may print, and our own, to one form. Must be idempotent. */
  readonly canonical?: (value: string) => string;
  /** The menu whose row this names. */
  readonly references?: string;
  readonly secret?: boolean;
  /** Never printed: whether it is as declared only the digest of what we wrote can tell. */
  readonly writeOnly?: boolean;
  /** Rows that may have no such secret: where it is missing, that does not mean that it is hidden. */
  readonly absent?: (row: Readonly<Record<string, string>>) => boolean;
  /** What a person can do where the router does not know this field. */
  readonly unknown?: string;
  /** The value RouterOS takes by itself: it is not told to a router that does not know the field. */
  readonly implied?: string;
  /** Of these values, RouterOS lets only one row have each. */
  readonly unique?: (value: string) => boolean;
  /** Too much to read of every row: read only of rows that are wanted, and else empty. */
  readonly costly?: boolean;
  /** Rows in whose print it is missing because it has no use there: nobody knows its value then. */
  readonly hidden?: (row: Readonly<Record<string, string>>) => boolean;
  /** A path on the router's disk. Boards with a folder `flash` keep only what is in there: we leave that out of paths. */
  readonly path?: boolean;
  /** All words it takes, where they are known: any other is worth a question to the router. */
  readonly words?: readonly string[];
  /** The form of its values, in `canonical` form, where another is surely wrong. */
  readonly form?: Form;
  /** Why it is not for declarations, and what to write instead. */
  readonly refused?: string;
  /** First version that has it, and the first that has it no more. */
  readonly since?: string;
  readonly goneSince?: string;
  /** Fields that older versions have, one for each item of the list that this is, and what stands in one without. */
  readonly parts?: { readonly goneSince: string; readonly names: readonly string[]; readonly none: string };
  /** How it is written where a row has another value: policies that are not named stay granted. */
  readonly spelled?: (value: string, before: string) => string;
  /**
   * How it is cleared (seen on RouterOS 7.2x, by type): written empty, by `unset`, or by a neutral word. `flag`: it is a
   * word without a value, there or not, and any value sets it.
   */
  readonly clear?: 'empty' | 'unset' | 'flag' | { readonly word: string };
}

/** How values of a field are written. */
export interface Form {
  readonly fits: (value: string) => boolean;
  /** What fits, for people: `a rate such as 512k or 10M`. */
  readonly words: string;
}

/** What to do where a router knows nothing of IPv6. */
export const withoutIpv6 =
  'RouterOS 6 has a package for IPv6: enable it on the router, or declare no ipv6 for those who come in there';
