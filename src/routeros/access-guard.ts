import type { Clock } from '../base/clock.ts';
import { LastmileError, messageOf } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { inTurns } from '../base/steps.ts';
import type { Router } from '../model/kinds/router.ts';
import type { OrderRules } from '../reconcile/order.ts';
import type { Armed, Change, Finding, HeldBack, Objection, Observation, Risk } from '../reconcile/target.ts';
import {
  armSwitch,
  CannotArmError,
  disarmSwitch,
  RouterRevertedError,
  SwitchGoneError,
  switchState,
} from './dead-man.ts';
import { inverseScriptInSteps, lostAmong } from './inverse-script.ts';
import { judgeAccessInSteps, type Verdict } from './lock-out/judge.ts';
import type { Menu } from './menus/menu.ts';
import { missingRights, type OwnAccess, readOwnAccess, sharedAccount } from './own-access.ts';
import type { Board } from './read-rows.ts';
import type { RouterOsSession } from './session.ts';
import { untilStarted } from './started.ts';
import { type RouterMemory, TakenBack } from './taken-back.ts';
import { takenTogether } from './taken-together.ts';

export interface AccessGuardOptions {
  readonly router: Router;
  readonly operator: string;
  readonly clock: Pick<Clock, 'sleep' | 'monotonic' | 'now'>;
  /** Dials anew, as declared. */
  readonly dial: (signal: AbortSignal) => Promise<RouterOsSession>;
  /** Absent: nothing is kept beyond the guard. */
  readonly memory?: RouterMemory;
  /** How long the router waits for us before it takes changes back. Default 5 minutes. */
  readonly confirmMs?: number;
}

/** What it takes to write the inverse of changes. */
export interface ArmContext {
  readonly menus: ReadonlyMap<string, Menu>;
  readonly board: Board;
  readonly rules: OrderRules;
  /** Takes the connection that proved that we still get in; `undefined` when none did: the old one is of no use. */
  readonly moved: (session: RouterOsSession | undefined) => void;
  /** The connection that changes are made over. */
  readonly current: (signal: AbortSignal) => Promise<RouterOsSession>;
}

const betweenDialsMs = 2_000;
const msEach = 20;
/** For the router to come to its time, and through the script. */
const graceMs = 20_000;
/** With less time left than that, nothing more is begun that the router is to take back. */
const leftMs = 10_000;
/** So often in a row changes are made anew that the router took back for no fault of theirs. */
const mostTries = 3;

/** Sees to it that no change cuts our own access to one router: refuses, or has the router take it back. */
export class AccessGuard {
  readonly #options: AccessGuardOptions;
  readonly #known = new WeakMap<RouterOsSession, OwnAccess>();
  #access: OwnAccess | undefined;
  readonly #takenBack: TakenBack;
  /** What was judged last, by the rows it was judged by. */
  readonly #judged = new WeakMap<Observation['rows'], Judged>();
  /** Times in a row that the router took changes back though they did not keep us out. */
  #gone = 0;

  constructor(options: AccessGuardOptions) {
    this.#options = options;
    this.#takenBack = new TakenBack(options.router.api?.password ?? new Secret(''), options.memory);
  }

  /** How we are on the router: read once for each connection, since rights are given at login. */
  async look(session: RouterOsSession, signal: AbortSignal): Promise<OwnAccess> {
    const { router, operator } = this.#options;
    const us = { username: router.api?.username ?? '', operator };
    const before = this.#known.get(session);
    const known = before ?? (await readOwnAccess(session, us, signal));
    if (before === undefined && known.armed === undefined) await this.#takenBack.waitNoMore();
    this.#known.set(session, known);
    this.#access = known;
    return known;
  }

  /** @param menus those we want rows in */
  findings(access: OwnAccess, menus: readonly string[]): readonly Finding[] {
    const armed = access.armed === undefined ? [] : [pending(access.armed.nextRun)];
    return [...missingRights(access, menus), ...sharedAccount(access), ...armed, ...this.#elsewhere(access)];
  }

  #elsewhere({ host, port, elsewhere }: OwnAccess): readonly Finding[] {
    const { name, address, api } = this.#options.router;
    if (elsewhere !== true) return [];
    const message =
      `router ${name} does not answer at ${address}:${api?.port}, where it is declared, and was reached at ` +
      `${host}:${port}, where it was before`;
    return [{ code: 'LM_REACHED_ELSEWHERE', message }];
  }

  /** Why these changes must not be made. */
  async objections(changes: readonly Change[], { rows }: Observation): Promise<readonly Objection[]> {
    return (await this.#judge(changes, rows)).objections;
  }

  /** Those that the router is armed for, where they are made. */
  async risks(changes: readonly Change[], { rows }: Observation): Promise<readonly Risk[]> {
    return (await this.#judge(changes, rows)).risks;
  }

  /** Those that the router took back before: until something else is declared, or a person asks. */
  async heldBack(changes: readonly Change[], { rows }: Observation): Promise<HeldBack | undefined> {
    if (!this.#takenBack.isAny()) return undefined;
    const { risks } = await this.#judge(changes, rows);
    const held = new Set(await this.#takenBack.among(risks.map(({ change }) => change)));
    if (held.size === 0) return undefined;
    const why = wordsOf(risks.filter(({ change }) => held.has(change)));
    return { changes: held, finding: revertedBefore(why) };
  }

  /**
   * Removes the switch that an earlier connection left: that we came in again is the proof it waited for. What the router
   * took back is forgotten once something else is wanted.
   */
  async settle(
    session: RouterOsSession,
    wanted: readonly Change[],
    { rows }: Observation,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#takenBack.isAny()) {
      const { risks } = await this.#judge(wanted, rows);
      const still = await this.#takenBack.among(risks.map(({ change }) => change));
      if (still.length === 0) await this.#takenBack.forget();
    }
    const access = this.#known.get(session);
    if (access?.armed === undefined && access?.reverted !== true) return;
    await disarmSwitch(session, this.#options.operator, signal);
    await this.#takenBack.waitNoMore();
    const { armed: _armed, reverted: _reverted, ...rest } = access;
    this.#known.set(session, rest);
  }

  /**
   * Arms the router to take these changes back, where they may cut our access.
   *
   * @throws CannotArmError: then nothing may be changed; the errors of the connection
   */
  async arm(
    session: RouterOsSession,
    changes: readonly Change[],
    { rows }: Observation,
    context: ArmContext,
    signal: AbortSignal,
  ): Promise<Armed | undefined> {
    const verdict = await this.#judge(changes, rows);
    if (verdict.risks.length === 0) return undefined;
    const { router, operator, clock, confirmMs = 300_000 } = this.#options;
    // A large plan takes its time, and must be done before the router loses patience.
    const waitMs = confirmMs + changes.length * msEach;
    // Only these: a script is no place for secrets of rows that have nothing to do with it, and has its bounds.
    const risky = verdict.risks.map(({ change }) => change);
    const inverse = { ...context, rows, operator, plan: changes };
    const concerning = async (left: readonly Change[]) => (await this.#judge(left, rows)).concerning;
    const { together, needed } = await takenTogether(risky, changes, context, concerning);
    const lost = lostAmong(needed, context.menus);
    const { statements } = await inTurns(inverseScriptInSteps(together, inverse));
    if (lost.length > 0) {
      throw new CannotArmError(
        router.name,
        `their old values are not known to us, so nothing could bring them back: ${lost.join(', ')}`,
      );
    }
    await untilStarted(session, clock, signal);
    const { policies } = this.#access ?? {};
    const rights = policies === undefined ? {} : { policies };
    await this.#takenBack.wait(clock.now() + waitMs);
    try {
      await armSwitch(session, { router: router.name, operator, statements, waitMs, ...rights }, signal);
    } catch (error) {
      if (error instanceof CannotArmError) await this.#takenBack.waitNoMore();
      throw error;
    }
    const deadline = clock.monotonic() + waitMs;
    const guarded = new Set(together);
    return {
      holds: async (made, until) => {
        if (!made.some((change) => guarded.has(change))) return;
        if (clock.monotonic() < deadline - leftMs && (await isArmed(context.current, operator, until))) return;
        throw await this.#switchGone(verdict);
      },
      confirm: (until) => this.#confirm(verdict, deadline, context, until),
    };
  }

  /** They did not keep us out: made anew, though not without end. */
  async #switchGone(verdict: Verdict): Promise<LastmileError> {
    this.#gone += 1;
    if (this.#gone < mostTries) {
      await this.#takenBack.waitNoMore();
      return new SwitchGoneError(this.#options.router.name);
    }
    this.#gone = 0;
    return this.#reverted(verdict, `took our changes back ${mostTries} times before they were confirmed`);
  }

  async #confirm(verdict: Verdict, deadline: number, context: ArmContext, signal: AbortSignal): Promise<void> {
    const { clock, operator } = this.#options;
    let last: unknown;
    // Longer than the router waits: it is to be seen whether it has taken the changes back. Who stood still looks once.
    do {
      try {
        const session = await this.#options.dial(signal);
        context.moved(session);
        const state = await switchState(session, operator, signal);
        if (state === 'fired' || (await disarmSwitch(session, operator, signal)) === 'fired') {
          // Who gets in at the first attempt was not kept out.
          if (last === undefined) throw await this.#switchGone(verdict);
          throw await this.#reverted(verdict, 'did not let us in after our changes and took them back');
        }
        this.#gone = 0;
        await this.#takenBack.waitNoMore();
        await this.#takenBack.forget();
        return;
      } catch (error) {
        if (signal.aborted || isOutcome(error) || !(error instanceof LastmileError)) throw error;
        last = error;
      }
      await clock.sleep(betweenDialsMs, signal);
    } while (clock.monotonic() < deadline + graceMs);
    context.moved(undefined);
    const why = `does not let us in after our changes (${messageOf(last)}), and takes them back by itself`;
    throw await this.#reverted(verdict, why, last);
  }

  async #reverted(verdict: Verdict, why: string, cause?: unknown): Promise<RouterRevertedError> {
    await this.#takenBack.keep(verdict.risks.map(({ change }) => change));
    await this.#takenBack.waitNoMore();
    return new RouterRevertedError(this.#options.router.name, `${why}: ${wordsOf(verdict.risks)}`, cause);
  }

  /** What one reconcile asks several times is judged once. */
  async #judge(changes: readonly Change[], rows: Observation['rows']): Promise<Verdict> {
    const access = this.#access;
    if (access === undefined) return { objections: [], risks: [], concerning: [] };
    const last = this.#judged.get(rows);
    if (last?.access === access && areSame(last.changes, changes)) return last.verdict;
    const verdict = await inTurns(judgeAccessInSteps({ access, declared: this.#options.router, rows, changes }));
    this.#judged.set(rows, { access, changes, verdict });
    return verdict;
  }
}

interface Judged {
  readonly access: OwnAccess;
  readonly changes: readonly Change[];
  readonly verdict: Verdict;
}

function areSame(some: readonly Change[], others: readonly Change[]): boolean {
  return some.length === others.length && some.every((change, at) => change === others[at]);
}

function isOutcome(error: unknown): boolean {
  return error instanceof RouterRevertedError || error instanceof SwitchGoneError;
}

/** A connection that is lost says nothing: what is to be made over it fails by itself. */
async function isArmed(current: ArmContext['current'], operator: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await switchState(await current(signal), operator, signal)) === 'armed';
  } catch (error) {
    if (signal.aborted || !(error instanceof LastmileError)) throw error;
    return true;
  }
}

function pending(nextRun: string | undefined): Finding {
  const at = nextRun === undefined ? '' : ` at ${nextRun}`;
  return {
    code: 'LM_CONFIRM_PENDING',
    message: `the router is set to take our last changes back${at}; the next reconcile that may write confirms them`,
  };
}

function revertedBefore(why: string): Finding {
  return {
    code: 'LM_REVERTED',
    message:
      `the router took these changes back, since we did not get in after them: ${why}. ` +
      'They and what needs them wait until they are declared otherwise; lastmile apply tries them once more',
  };
}

function wordsOf(risks: Verdict['risks']): string {
  const words = risks.slice(0, 3).map(({ why }) => why);
  return [...new Set(words), ...(risks.length > 3 ? [`and ${risks.length - 3} more`] : [])].join('; ');
}
