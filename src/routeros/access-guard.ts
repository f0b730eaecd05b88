import type { Clock } from '../base/clock.ts';
import { LastmileError, messageOf } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Router } from '../model/model.ts';
import type { OrderRules } from '../reconcile/order.ts';
import type { Armed, Change, Finding, HeldBack, Objection, Observation, Risk } from '../reconcile/target.ts';
import { armSwitch, CannotArmError, disarmSwitch, RouterRevertedError, switchState } from './dead-man.ts';
import { inverseScript, withDependants } from './inverse-script.ts';
import { judgeAccess, type Verdict } from './lock-out/judge.ts';
import type { Menu } from './menus/menu.ts';
import { missingRights, type OwnAccess, readOwnAccess, sharedAccount } from './own-access.ts';
import type { Board } from './read-rows.ts';
import type { RouterOsSession } from './session.ts';
import { untilStarted } from './started.ts';
import { type RouterMemory, TakenBack } from './taken-back.ts';

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
}

const betweenDialsMs = 2_000;
const msEach = 20;
/** For the router to come to its time, and through the script. */
const graceMs = 20_000;

/** Sees to it that no change cuts our own access to one router: refuses, or has the router take it back. */
export class AccessGuard {
  readonly #options: AccessGuardOptions;
  readonly #known = new WeakMap<RouterOsSession, OwnAccess>();
  #access: OwnAccess | undefined;
  readonly #takenBack: TakenBack;

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
  objections(changes: readonly Change[], { rows }: Observation): readonly Objection[] {
    return this.#judge(changes, rows).objections;
  }

  /** Those that the router is armed for, where they are made. */
  risks(changes: readonly Change[], { rows }: Observation): readonly Risk[] {
    return this.#judge(changes, rows).risks;
  }

  /** Those that the router took back before: until something else is declared, or a person asks. */
  heldBack(changes: readonly Change[], { rows }: Observation): HeldBack | undefined {
    const { risks } = this.#judge(changes, rows);
    const held = new Set(this.#takenBack.among(risks.map(({ change }) => change)));
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
    const { risks } = this.#judge(wanted, rows);
    if (this.#takenBack.among(risks.map(({ change }) => change)).length === 0) await this.#takenBack.forget();
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
    const verdict = this.#judge(changes, rows);
    if (verdict.risks.length === 0) return undefined;
    const { router, operator, clock, confirmMs = 300_000 } = this.#options;
    // A large plan takes its time, and must be done before the router loses patience.
    const waitMs = confirmMs + changes.length * msEach;
    // Only these: a script is no place for secrets of rows that have nothing to do with it, and has its bounds.
    const risky = verdict.risks.map(({ change }) => change);
    const inverse = { ...context, rows, operator, plan: changes };
    const { lost } = inverseScript(risky, inverse);
    const { statements } = inverseScript(withDependants(new Set(risky), changes, context.rules), inverse);
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
    return { confirm: (until) => this.#confirm(verdict, deadline, context, until) };
  }

  async #confirm(verdict: Verdict, deadline: number, context: ArmContext, signal: AbortSignal): Promise<void> {
    const { clock, operator } = this.#options;
    let last: unknown;
    // Longer than the router waits: it is to be seen whether it has taken the changes back.
    while (clock.monotonic() < deadline + graceMs) {
      try {
        const session = await this.#options.dial(signal);
        context.moved(session);
        const state = await switchState(session, operator, signal);
        if (state === 'fired')
          throw await this.#reverted(verdict, 'did not let us in after our changes and took them back');
        await disarmSwitch(session, operator, signal);
        await this.#takenBack.waitNoMore();
        await this.#takenBack.forget();
        return;
      } catch (error) {
        if (signal.aborted || error instanceof RouterRevertedError || !(error instanceof LastmileError)) throw error;
        last = error;
      }
      await clock.sleep(betweenDialsMs, signal);
    }
    context.moved(undefined);
    const why = `does not let us in after our changes (${messageOf(last)}), and takes them back by itself`;
    throw await this.#reverted(verdict, why, last);
  }

  async #reverted(verdict: Verdict, why: string, cause?: unknown): Promise<RouterRevertedError> {
    await this.#takenBack.keep(verdict.risks.map(({ change }) => change));
    await this.#takenBack.waitNoMore();
    return new RouterRevertedError(this.#options.router.name, `${why}: ${wordsOf(verdict.risks)}`, cause);
  }

  #judge(changes: readonly Change[], rows: Observation['rows']): Verdict {
    const access = this.#access;
    if (access === undefined) return { objections: [], risks: [] };
    return judgeAccess({ access, declared: this.#options.router, rows, changes });
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
