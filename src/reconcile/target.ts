import type { Steps } from '../base/steps.ts';
import type { AccessKind } from '../model/kinds/service.ts';
import type { Model } from '../model/model.ts';
import type { AgreedRows } from './agreed.ts';
import type { Marker, ObservedRow, Row, Value } from './row.ts';
import type { RowName } from './row-name.ts';

/** A place desired state is applied to: one router, or the subscriber directory. */
export interface Target {
  readonly name: string;
  /** True when nothing but ours is in it, so that no inventory is needed to know what may be deleted. */
  readonly exclusive: boolean;
  /** For each menu, which field names a row of which other menu: decides the order of changes. */
  readonly references: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** For each menu, the name that `references` has for it and others whose rows share one space of names. Absent: none. */
  readonly spaces?: Readonly<Record<string, string>>;
  /** Menus whose order of rows means something. */
  readonly ordered: readonly string[];
  /**
   * For each ordered menu, which rows of others would undo ours if they stood in front of them: ours go before the first
   * of these. Absent: there are none.
   */
  readonly refuses?: Readonly<Record<string, (row: ObservedRow) => boolean>>;
  /**
   * Menus whose identities are paths: a row lies in the folder that has the path up to its last `/`, and who names a
   * folder means all that lies in it. A folder goes only with the last row in it. Absent: there are none.
   */
  readonly folders?: readonly string[];
  /**
   * For each menu, fields of which no two rows may have the same value, of the values said: a row that takes one waits for
   * the row that gives it up. Absent: there are none.
   */
  readonly unique?: Readonly<Record<string, Readonly<Record<string, (value: string) => boolean>>>>;
  /**
   * For each menu, a field and the value with which a row has none of its `unique` ones, so that rows can trade theirs.
   * Absent: in no menu.
   */
  readonly aside?: Readonly<Record<string, readonly [field: string, value: string]>>;
  /**
   * Which changes must be in place, and seen to be, before which others are made: so that nobody is without a way in
   * meanwhile. Absent: none.
   */
  readonly precedence?: readonly Precedence[];
  /**
   * For each menu, those with rows that its own go by without naming one, as rules go by who is on a list: these are there
   * before it, and go after it. Absent: none.
   */
  readonly behind?: Readonly<Record<string, readonly string[]>>;
  /** Resolves when it can be talked to. Absent: it always can. @throws as `observe` does */
  ready?(signal: AbortSignal): Promise<void>;
  /** The rows this target should hold. Pure. */
  desired(model: Model): readonly Row[];
  /** The same where there are so many that others must come in between. Absent: there never are. */
  desiredInSteps?(model: Model): Steps<readonly Row[]>;
  /**
   * The rows it holds now, in canonical form, with the sessions that hang on them. They will be compared with `desired`:
   * a target that keeps no secrets knows its own in it.
   *
   * @param held menus in which we hold rows by our records, whether any are wanted there now or not
   */
  observe(signal: AbortSignal, desired?: readonly Row[], held?: readonly string[]): Promise<Observation>;
  /**
   * A part of it that holds these rows and can be looked at, and changed, without the rest. Pure. Absent, or `undefined`:
   * it takes a look at the whole, as where nothing says that it is still the target that was looked at last.
   *
   * @param touched none where all is wanted as it was
   * @param desired all rows that it should hold
   */
  partOf?(touched: readonly RowName[], desired: readonly Row[]): TargetPart | undefined;
  /**
   * It, seen through the rows that one model has otherwise than another. Only where it holds all that the first wants, and
   * nobody else writes there. Absent, or `undefined`: it takes a look at the whole.
   */
  since?(before: Model, now: Model): TargetPart | undefined;
  /**
   * It, seen through the rows of the few subscribers that this model has: compared, changed and read back as any. Absent: it
   * takes a look at the whole.
   */
  ofSome?(some: Model): Target;
  /**
   * What rows that nobody declares, and of which no record says that they are ours, tell of an earlier time of ours. Pure.
   * Absent: nothing.
   */
  leftBehind?(unclaimed: readonly ObservedRow[]): readonly Finding[];
  /**
   * Why these changes must not be made here: they would cut our own access. It may take a while, which others are let in
   * between. Absent: never.
   */
  objections?(changes: readonly Change[], observation: Observation): Promise<readonly Objection[]>;
  /**
   * Of these changes, those that may cut our own access: they are made only once `arm` has seen to it. In turns, as
   * `objections`. Absent: none.
   */
  underConfirm?(changes: readonly Change[], observation: Observation): Promise<readonly Risk[]>;
  /**
   * Of these changes, those that the target took back because they cut us off: they wait until a person asks. In turns, as
   * `objections`. Absent: none ever.
   */
  heldBack?(changes: readonly Change[], observation: Observation): Promise<HeldBack | undefined>;
  /**
   * Confirms what an earlier run left armed: that we came in again is the proof. Forgets what was taken back and is not
   * wanted any more. Called where changes may be made, with all that differs. Absent: nothing is ever left.
   */
  settleArmed?(wanted: readonly Change[], observation: Observation, signal: AbortSignal): Promise<void>;
  /**
   * Arms what takes these changes back by itself unless they are confirmed: called after the guard, before the first
   * change. Resolves with `undefined` where they cannot cut our access.
   *
   * @throws LastmileError when they can and it cannot be armed: then nothing is applied
   */
  arm?(changes: readonly Change[], observation: Observation, signal: AbortSignal): Promise<Armed | undefined>;
  /** What these changes mean for people who are online. Pure. */
  sessionEffects(changes: readonly Change[], observation: Observation): readonly SessionEffect[];
  /** Carries out changes that do not depend on one another, many in flight. Applying them twice must do no harm. */
  apply(level: readonly Change[], signal: AbortSignal): Promise<readonly Settled[]>;
  /** Ends or changes sessions, after the data. Never throws: each effect has its own result. */
  settleSessions(effects: readonly SessionEffect[], signal: AbortSignal): Promise<readonly SessionResult[]>;
}

/** Some rows of a target, which neither name rows outside of it that may change nor are named by any. */
export interface TargetPart {
  readonly desired: readonly Row[];
  /** Rows of the part as they are now, and who is online by them. @throws as `Target.observe` does */
  observe(signal: AbortSignal): Promise<Observation>;
}

export interface Observation {
  /** In the target's own order. */
  readonly rows: readonly ObservedRow[];
  readonly sessions: readonly LiveSession[];
  /** Effects of earlier changes that were not carried out yet. */
  readonly pendingEffects: readonly SessionEffect[];
  /** Things an operator should know that are no change: rows in the way, versions, missing rights. */
  readonly findings: readonly Finding[];
  /** Menus that only some targets have, and this one has not: rows wanted in them are left out. Absent: none. */
  readonly absent?: readonly string[];
  /** Wanted rows that are there as they are, and are left out of `rows`: nothing is to be compared. Absent: none. */
  readonly settled?: ReadonlySet<object>;
  /**
   * Rows that are there in every field as they are wanted, with our marker, and are left out of `rows`, none of which
   * has the identity of one: nothing is to be compared. Each can be asked for. Absent: none.
   */
  readonly agreed?: AgreedRows;
  /** Where rows are left out: how many there are in all, by menu. */
  readonly held?: ReadonlyMap<string, number>;
  /** Why nothing must be changed there: what is wanted cannot be, as far as can be told beforehand. Absent: nothing. */
  readonly objections?: readonly Objection[];
}

/** A plan that would cut us off. */
export interface Objection {
  /** Stable, `LM_…`. */
  readonly code: string;
  readonly message: string;
}

/** A change that may cut our own access, and why. */
export interface Risk {
  readonly change: Change;
  readonly why: string;
}

/** Changes that wait for a person, and what he is told. */
export interface HeldBack {
  readonly changes: ReadonlySet<Change>;
  readonly finding: Finding;
}

/** A dead-man's switch on the target. */
export interface Armed {
  /**
   * Asked before these changes of the plan are made. Absent: it always holds.
   *
   * @throws LastmileError when the target takes changes back already, or soon: nothing would take these back any more
   */
  holds?(changes: readonly Change[], signal: AbortSignal): Promise<void>;
  /**
   * Proves over a new connection that we still get in, and disarms the switch.
   *
   * @throws LastmileError when we do not: the target takes the changes back by itself
   */
  confirm(signal: AbortSignal): Promise<void>;
}

export interface Finding {
  /** Stable, `LM_…`. */
  readonly code: string;
  readonly message: string;
  /** The row it is about. Absent: several, or the target. */
  readonly about?: RowName;
}

/** Somebody online at this target now. */
export interface LiveSession {
  readonly username: string;
  /** Of a hotspot's session, as the router shows it: the MAC, which is all it has. */
  readonly sessionId: string;
  /** The NAS it is on, where RADIUS tells. */
  readonly nas?: string;
  /** Which of the devices that this NAS stands for, where it is declared by a prefix and RADIUS tells. */
  readonly nasAddress?: string;
  /** True when RADIUS let it in, false when a local row did. */
  readonly radius: boolean;
  /** Where a router shows it; absent when it is known from RADIUS. */
  readonly kind?: 'ppp' | 'hotspot';
  /** True of what would let a device in again without a password: nobody is online by it. */
  readonly cookie?: true;
  /** The way it came in, where RADIUS tells. */
  readonly door?: AccessKind;
  /** Let in once, for a time, by a controller that is told no limits afterwards. */
  readonly fixed?: true;
  /** Name of the hotspot it is at. */
  readonly server?: string;
  readonly handle?: string;
  /** Of the local row that let it in, as the row was then. */
  readonly marker?: Marker;
}

export type SessionAction = 'change' | 'disconnect';

/** `change` alters limits of running sessions (CoA); `disconnect` ends them. */
export interface SessionEffect {
  readonly username: string;
  readonly action: SessionAction;
  readonly why: string;
  /** Sessions it concerned when the plan was made. */
  readonly sessionIds: readonly string[];
  /** The NAS they are on. Absent: whichever has them. */
  readonly nas?: string;
}

export interface SessionResult {
  readonly effect: SessionEffect;
  readonly sessionId: string;
  readonly nas: string;
  /**
   * `gone`: it had ended by itself. `failed`: still due, tried again. `stale`: nothing was done, since what is declared by
   * now does not call for it any more.
   */
  readonly result: 'changed' | 'disconnected' | 'gone' | 'failed' | 'stale';
  /** True where nobody answered at all: it waits until its NAS is heard again. */
  readonly unreached?: true;
  /** How it was done and what was answered: `CoA-ACK`, `Disconnect-NAK Session-Context-Not-Found`, `/ppp/active/remove`. */
  readonly detail: string;
}

export interface Change {
  readonly action: 'create' | 'update' | 'delete' | 'move';
  readonly menu: string;
  readonly identity: string;
  readonly owner: string;
  /** Changed fields only for an update, all of them for a create; empty for a delete and a move. */
  readonly set: Readonly<Record<string, Value>>;
  readonly before?: ObservedRow;
  readonly after?: Row;
  /** The row was there without a marker and becomes ours. */
  readonly adopts?: boolean;
  /** For a move, and a new row of an ordered menu: the identity of the row it goes in front of; absent for the end. */
  readonly place?: string;
  /** The same row, where it is there already: another may have its identity. */
  readonly placeRow?: ObservedRow;
}

/** Every change that is `later` waits for all that are `earlier`; where one of those failed, it is not made. */
export interface Precedence {
  readonly earlier: (change: Change) => boolean;
  readonly later: (change: Change) => boolean;
}

/** What became of one change. */
export interface Settled {
  readonly change: Change;
  readonly result: 'done' | 'failed';
  readonly error?: unknown;
}
