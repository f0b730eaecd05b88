import type { Secret } from '../base/secret.ts';
import type { Model, Origin } from '../model/model.ts';

/** A place desired state is applied to: one router, or the subscriber directory. */
export interface Target {
  readonly name: string;
  /** The rows this target should hold. Pure. */
  desired(model: Model): readonly Row[];
  /** The rows it holds now, in canonical form, with the live sessions that hang on them. */
  observe(signal: AbortSignal): Promise<Observation>;
  /** Carries out changes that do not depend on one another, many in flight. Applying them twice must do no harm. */
  apply(level: readonly Change[], signal: AbortSignal): Promise<readonly Settled[]>;
}

export type Value = string | Secret;

/** One row of a menu, or of the directory. Field values are canonical text. */
export interface Row {
  /** `/ppp/secret`, or `login` in the directory. */
  readonly menu: string;
  /** What makes it the same row over time: never a router's `.id`. Empty for a settings menu. */
  readonly identity: string;
  readonly fields: Readonly<Record<string, Value>>;
  /** Who declared it: `Subscriber/anna`, with `#part` when it makes several rows. */
  readonly owner: string;
  readonly source?: Origin;
}

export interface ObservedRow {
  readonly menu: string;
  readonly identity: string;
  readonly fields: Readonly<Record<string, Value>>;
  /** The ownership marker found at the end of `comment`. */
  readonly marker?: Marker;
  /** The comment without its marker: text of a person's own, which we keep. */
  readonly ownText?: string;
  /** How the target addresses the row now. */
  readonly handle?: string;
}

export interface Marker {
  readonly operator: string;
  /** `Subscriber/anna`, `Router/core-1#pool-home`. */
  readonly owner: string;
}

export interface Observation {
  readonly rows: readonly ObservedRow[];
  readonly sessions: readonly LiveSession[];
  /** Things an operator should know that are no change: rows in the way, versions, missing rights. */
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly code: string;
  readonly message: string;
}

/** Somebody online at this target now. */
export interface LiveSession {
  readonly username: string;
  readonly sessionId: string;
  /** True when RADIUS let it in, false when a local row did. */
  readonly radius: boolean;
  readonly handle?: string;
}

export interface Change {
  readonly action: 'create' | 'update' | 'delete';
  readonly menu: string;
  readonly identity: string;
  readonly owner: string;
  /** Changed fields only for an update, all of them for a create; empty for a delete. `undefined` clears a field. */
  readonly set: Readonly<Record<string, Value | undefined>>;
  readonly before?: ObservedRow;
  readonly after?: Row;
  /** The row was there without a marker and becomes ours. */
  readonly adopts?: boolean;
}

/** What became of one change. */
export interface Settled {
  readonly change: Change;
  readonly result: 'done' | 'failed';
  readonly error?: unknown;
}
