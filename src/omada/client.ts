import { setMaxListeners } from 'node:events';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { OmadaController } from '../model/kinds/omada-controller.ts';
import type { ControllerAnswer } from './answer.ts';
import { authBody, type OmadaClientContext } from './auth-body.ts';
import type { ClientRecord } from './client-records.ts';
import { clientListPath, standingOf } from './client-standing.ts';
import type { ControllerInfo } from './controller-info.ts';
import { underEither } from './either-signal.ts';
import { type AccessEnd, endAccess, recordsOf } from './end-access.ts';
import { meaningOf, noPathCode, noRightOnSiteCode, operatorCodes, unknownIdCode } from './error-codes.ts';
import { OmadaAnswerError, OmadaRefusedError, OmadaUnreachableError, OmadaUntrustedError } from './errors.ts';
import { Findings, type OmadaFinding, type OmadaFindingReason, type OmadaLog } from './findings.ts';
import { grantedSeconds, unitObjection } from './granted-time.ts';
import { OperatorSession } from './operator-session.ts';
import { Transport } from './transport.ts';

export type OmadaVerdict =
  | { readonly result: 'authorised' }
  /** `stale`: the controller does not know this client as waiting; a fresh redirect helps. `failed`: the guest cannot help it. */
  | { readonly result: 'stale' | 'busy' | 'failed'; readonly reason: string };

/** What came of taking the right to be let through from a device. */
export type OmadaEnd =
  | Extract<AccessEnd, { readonly result: 'over' }>
  /** `unreached`: nobody answered. */
  | { readonly result: 'failed'; readonly reason: string; readonly unreached?: true };

export interface OmadaClientDeps {
  readonly clock: Clock;
  readonly log: OmadaLog;
  /** For one exchange with the controller. Default 5 s. */
  readonly timeoutMs?: number;
  /** Before a busy controller is asked again, once. Default 500 ms. */
  readonly busyPauseMs?: number;
}

/** How the last question to a controller ended. */
export interface LastContact {
  readonly answered: boolean;
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
}

/** How many sites are remembered whose clients cannot be listed. */
const mostSites = 200;

/** Lets clients in at one Omada controller (4.1.5 or above), as its hotspot operator. */
export class OmadaClient implements Disposable {
  readonly controller: OmadaController;
  readonly #deps: OmadaClientDeps;
  readonly #closing = new AbortController();
  readonly #transport: Transport;
  readonly #session: OperatorSession;
  readonly #findings: Findings;
  readonly #unlisted = new Set<string>();
  #unitChecked = false;
  #lastContact: LastContact | undefined;
  /** Some failures are told again without a question to the controller. */
  #lastError: unknown;

  constructor(controller: OmadaController, deps: OmadaClientDeps) {
    this.controller = controller;
    this.#deps = deps;
    this.#transport = new Transport(controller, deps);
    const closing = this.#closing.signal;
    // One listener for each guest who waits.
    setMaxListeners(0, closing);
    this.#session = new OperatorSession(controller, { transport: this.#transport, clock: deps.clock, closing });
    this.#findings = new Findings(controller.name, deps);
  }

  /** What the controller told of itself; `undefined` until it was asked, and when its id is declared and right. */
  get info(): ControllerInfo | undefined {
    return this.#session.info;
  }

  /** `undefined` until it was asked something. */
  get lastContact(): LastContact | undefined {
    return this.#lastContact;
  }

  findings(): readonly OmadaFinding[] {
    return this.#findings.list();
  }

  /** Lets a client in for so long. Never rejects. */
  async authorise(client: OmadaClientContext, seconds: number, signal: AbortSignal): Promise<OmadaVerdict> {
    try {
      return await underEither([signal, this.#closing.signal], (either) => this.#authorise(client, seconds, either));
    } catch (error) {
      return this.#failure(error, signal);
    }
  }

  /** Logs in, or sees whether the controller still answers. Never rejects. @returns what is amiss */
  async check(signal: AbortSignal): Promise<readonly OmadaFinding[]> {
    try {
      await underEither([signal, this.#closing.signal], (either) => this.#session.probe(either));
      this.#worked();
    } catch (error) {
      this.#failure(error, signal);
    }
    return this.findings();
  }

  /**
   * All that a controller (5.15 or above) has counted of the clients of a site, page by page. Never rejects.
   *
   * @returns undefined where it cannot be told now, or at all
   */
  async records(site: string, signal: AbortSignal): Promise<readonly ClientRecord[] | undefined> {
    if (this.#unlisted.has(site)) return undefined;
    try {
      return await underEither([signal, this.#closing.signal], (either) => this.#records(site, either));
    } catch (error) {
      this.#failure(error, signal);
      return undefined;
    }
  }

  /**
   * Takes the right to be let through from a device, and sees that it has none any more. Never rejects.
   *
   * @param mac `AA:BB:CC:DD:EE:FF`
   */
  async disconnect(site: string, mac: string, signal: AbortSignal): Promise<OmadaEnd> {
    if (this.#unlisted.has(site)) return this.#cannotEnd();
    try {
      const ended = await underEither([signal, this.#closing.signal], (either) =>
        endAccess(site, mac, (request) => this.#session.call(request, either)),
      );
      return ended.result === 'over' ? this.#ended(ended) : this.#notEnded(ended, site);
    } catch (error) {
      const { reason } = this.#failure(error, signal);
      return { result: 'failed', reason, ...(error instanceof OmadaUnreachableError ? { unreached: true } : {}) };
    }
  }

  [Symbol.dispose](): void {
    this.#closing.abort(new Error('the declaration of the controller has changed'));
    this.#transport[Symbol.dispose]();
  }

  async #authorise(client: OmadaClientContext, seconds: number, signal: AbortSignal): Promise<OmadaVerdict> {
    const listed = await this.#listed(client, signal);
    const standing = standingOf(resultIn(listed), client.clientMac);
    if (standing === 'authorised') return { result: 'authorised' };
    if (standing === 'elsewhere') return { result: 'stale', reason: this.#words('does not ask this client to log in') };
    const { logins } = this.#session;
    const verdict = this.#verdict(await this.#grant(client, seconds, signal), client.site);
    if (verdict.result !== 'authorised') return verdict;
    // What looked like the end of the session was none: this controller has no such list.
    if (listed?.type === 'session-over' && this.#session.logins === logins) this.#unlist(client.site);
    await this.#checkUnit(client, seconds, signal);
    return verdict;
  }

  async #records(site: string, signal: AbortSignal): Promise<readonly ClientRecord[] | undefined> {
    const read = await recordsOf(site, undefined, (request) => this.#session.call(request, signal));
    return read.result === 'read' ? read.records : undefined;
  }

  #ended(ended: Extract<AccessEnd, { readonly result: 'over' }>): OmadaEnd {
    this.#worked();
    this.#findings.clear(['no-right-on-site', 'refused']);
    return ended;
  }

  #notEnded(ended: Exclude<AccessEnd, { readonly result: 'over' }>, site: string): OmadaEnd {
    if (ended.result === 'still-in') {
      const reason = this.#words('says that it has ended the access of a device, and still lists it as let in');
      return { result: 'failed', reason };
    }
    const { doing, answer } = ended;
    const hasNoList = answer.type === 'foreign' || (answer.type === 'refused' && answer.errorCode === noPathCode);
    if (doing !== 'list' || !hasNoList) return { result: 'failed', reason: reasonIn(this.#verdict(answer, site)) };
    this.#unlist(site);
    return this.#cannotEnd();
  }

  /** Those before 5.15 offer an operator nothing that ends what was granted. */
  #cannotEnd(): OmadaEnd {
    const reason = this.#words('cannot end what it granted: one of 5.15 or above can');
    return { result: 'failed', reason };
  }

  async #grant(client: OmadaClientContext, seconds: number, signal: AbortSignal): Promise<ControllerAnswer> {
    const body = authBody(client, seconds, this.controller.timeUnit);
    const request = { method: 'POST', path: '/api/v2/hotspot/extPortal/auth', body } as const;
    const answer = await this.#session.call(request, signal);
    if (!isBusy(answer)) return answer;
    await this.#deps.clock.sleep(this.#deps.busyPauseMs ?? 500, signal);
    return this.#session.call(request, signal);
  }

  /** Once for a controller: reads the time back that the first guest got. */
  async #checkUnit(client: OmadaClientContext, seconds: number, signal: AbortSignal): Promise<void> {
    if (this.#unitChecked) return;
    this.#unitChecked = true;
    // The guest is in, whatever comes of this.
    const listed = await this.#listed(client, signal).catch(() => undefined);
    const granted = grantedSeconds(resultIn(listed), client.clientMac);
    const objection = granted && unitObjection(seconds, granted, this.controller.timeUnit);
    if (objection) this.#findings.note('time-unit', this.#words(objection));
    else this.#unitChecked = granted !== undefined;
  }

  /**
   * The operator's list, cut down to one client: nothing in a redirect is signed, so whether he waits is asked where the
   * controller tells it. `undefined` for a site whose clients cannot be listed. Costs no login of its own.
   */
  async #listed({ site, clientMac }: OmadaClientContext, signal: AbortSignal): Promise<ControllerAnswer | undefined> {
    if (this.#unlisted.has(site)) return undefined;
    const answer = await this.#session.once({ method: 'GET', path: clientListPath(site, clientMac) }, signal);
    const passing = answer.type === 'refused' && (isBusy(answer) || answer.errorCode === unknownIdCode);
    if (answer.type === 'foreign' || (answer.type === 'refused' && !passing)) this.#unlist(site);
    return answer;
  }

  #unlist(site: string): void {
    if (this.#unlisted.size < mostSites) this.#unlisted.add(site);
  }

  #verdict(answer: ControllerAnswer, site: string): OmadaVerdict {
    this.#heard(true);
    switch (answer.type) {
      case 'result':
        this.#worked();
        this.#findings.clear(['no-right-on-site', 'refused']);
        return { result: 'authorised' };
      case 'refused':
        return this.#refusal(answer.errorCode, answer.message, site);
      case 'session-over':
        return { result: 'busy', reason: this.#words(`says right after a login that it is over, by ${answer.sign}`) };
      case 'overloaded':
        return { result: 'busy', reason: this.#words(`is overloaded (HTTP ${answer.status})`) };
      case 'foreign':
        return this.#failed('refused', this.#words(`answered with ${answer.what} (HTTP ${answer.status})`));
    }
  }

  #refusal(errorCode: number, message: string | undefined, site: string): OmadaVerdict {
    const { kind, words } = meaningOf(errorCode, message);
    const { message: reason } = new OmadaRefusedError(this.controller.name, {
      errorCode,
      words: errorCode === noRightOnSiteCode ? `${words} (site ${site})` : words,
      busy: kind === 'busy',
    });
    return kind === 'failed' ? this.#failed(reasonOf(errorCode), reason) : { result: kind, reason };
  }

  #failure(error: unknown, signal: AbortSignal): Exclude<OmadaVerdict, { result: 'authorised' }> {
    if (signal.aborted) return { result: 'failed', reason: 'given up' };
    if (this.#closing.signal.aborted) return { result: 'busy', reason: messageOf(this.#closing.signal.reason) };
    const reason = messageOf(error);
    const again = error === this.#lastError;
    this.#lastError = error;
    if (!again) this.#heard(error instanceof OmadaRefusedError || error instanceof OmadaAnswerError);
    if (error instanceof OmadaUntrustedError) return this.#failed('untrusted', reason);
    if (error instanceof OmadaUnreachableError) {
      this.#findings.note('unreachable', reason);
      return { result: error.timedOut ? 'busy' : 'failed', reason };
    }
    if (error instanceof OmadaRefusedError) {
      if (error.retry === 'backoff') return { result: 'busy', reason };
      return this.#failed(reasonOf(error.errorCode), reason);
    }
    const busy = error instanceof OmadaAnswerError && error.retry === 'backoff';
    return busy ? { result: 'busy', reason } : this.#failed('refused', reason);
  }

  #failed(finding: OmadaFindingReason, reason: string): Exclude<OmadaVerdict, { result: 'authorised' }> {
    this.#findings.note(finding, reason);
    return { result: 'failed', reason };
  }

  /** There is a session, and the controller answers: what kept us from it is over. */
  #worked(): void {
    this.#heard(true);
    this.#findings.clear(['operator-refused']);
    const { id } = this.controller;
    const words = `is not of the declared id ${id}, but of ${this.#session.info?.id}, which is used: correct id`;
    if (this.#session.declaredIdUnknown) this.#findings.note('wrong-id', this.#words(words));
    else this.#findings.clear(['wrong-id']);
  }

  /** Whoever answers is neither away nor a stranger. */
  #heard(answered: boolean): void {
    this.#lastContact = { answered, at: this.#deps.clock.now() };
    if (answered) this.#findings.clear(['unreachable', 'untrusted']);
  }

  #words(what: string): string {
    return `Omada controller ${this.controller.name} ${what}`;
  }
}

function reasonIn(verdict: OmadaVerdict): string {
  return verdict.result === 'authorised' ? 'more than its list can tell' : verdict.reason;
}

function resultIn(answer: ControllerAnswer | undefined): unknown {
  return answer?.type === 'result' ? answer.result : undefined;
}

function isBusy(answer: ControllerAnswer): boolean {
  return answer.type === 'refused' && meaningOf(answer.errorCode, undefined).kind === 'busy';
}

function reasonOf(errorCode: number): OmadaFindingReason {
  if (operatorCodes.has(errorCode)) return 'operator-refused';
  if (errorCode === unknownIdCode) return 'wrong-id';
  return errorCode === noRightOnSiteCode ? 'no-right-on-site' : 'refused';
}
