import type { LoggedDecision } from '../access/decision-log.ts';
import type { AccountingResult } from '../accounting/sessions/recent-accounting.ts';
import type { SessionJson } from '../accounting/sessions/view.ts';
import type { Visit } from '../accounting/sessions/visits.ts';
import type { Diagnosis } from '../doctor/finding.ts';
import type { RestAnswer, RestQuestion } from '../radius/rest/rest-front.ts';
import type { PlanDocument, PlannedChange, PlanTarget } from '../reconcile/plan.ts';
import type { SourceFile } from '../source/source.ts';
import type { Approval } from '../status/approvals.ts';
import type { AuditEntry } from '../status/audit-log.ts';
import type { CollectionStatus } from '../status/collection.ts';
import type { Condition } from '../status/conditions.ts';
import type { DriftEvent } from '../status/drift-log.ts';
import type { Pause } from '../status/pauses.ts';
import type { SessionEvent, TargetReport } from '../status/report.ts';
import type { TargetStatus } from '../status/status-book.ts';
import type { EventsService } from './events-service.ts';
import type { ExportRequest, WhoHadAnswer, WhoHadRequest } from './evidence.ts';
import type { OperationsService } from './operations-service.ts';
import type { Ordered } from './ordered.ts';
import type { TopUpAnswer, TopUpRequest } from './quota.ts';
import type { RecordsService } from './records-service.ts';
import type { StateAnswer, StateRequest } from './state-care.ts';
import type { LiveUsage, UsageAnswer, UsageRequest } from './usage.ts';

/** What the daemon offers to commands, pages and programs. Implemented in `daemon/`. */
export interface AdminService {
  /** What happened, and the webhooks that are told of it. */
  readonly events: EventsService;
  readonly records: RecordsService;
  /** What commits had done. */
  readonly operations: OperationsService;
  readiness(): Promise<Readiness>;
  status(): Promise<DaemonStatus>;
  /** At most `limit` sessions: open ones first, each the newest first. */
  sessions(query: SessionsRequest): Promise<readonly SessionJson[]>;
  /** The visits that sessions are of, newest first. */
  visitsOf(sessions: readonly SessionJson[]): readonly Visit[];
  usage(request: UsageRequest): Promise<UsageAnswer>;
  /** Who had an address at a moment. @throws RequestError when it is no address or no moment */
  whoHad(request: WhoHadRequest): Promise<WhoHadAnswer>;
  /** Sessions or usage as text, read as it is taken. @throws RequestError when what is asked for makes no sense */
  export(request: ExportRequest): Promise<AsyncIterable<string>>;
  /** What somebody uses now, by the counters of the routers he is on. */
  liveUsage(username: string): Promise<LiveUsage>;
  /** @throws AmbiguousError when a session ID is that of several sessions */
  disconnect(which: DisconnectRequest): Promise<readonly DisconnectResult[]>;
  /**
   * Tells sessions the limits declared now, or attributes.
   *
   * @throws AmbiguousError when a session ID is that of several sessions
   * @throws RequestError when an attribute cannot be sent
   */
  /** Gives somebody more than his quotas include. @throws RequestError, AmbiguousError */
  topUp(request: TopUpRequest): Promise<TopUpAnswer>;
  coa(request: CoaRequest): Promise<readonly DisconnectResult[]>;
  /** Looks after what is stored. @throws RequestError, LastmileError of the store */
  careForState(request: StateRequest): Promise<StateAnswer>;
  /** What people and commits had done, newest first. @param actions only these; absent: all */
  audit(limit: number, actions?: readonly string[]): Promise<readonly AuditEntry[]>;
  /** Devices that logins are bound to: all, or those of one username. */
  devices(username?: string): readonly LearnedDeviceJson[];
  /** @returns those that were forgotten */
  forgetDevices(request: ForgetDevicesRequest): Promise<readonly LearnedDeviceJson[]>;
  plan(request: PlanRequest): Promise<PlanAnswer>;
  /**
   * The same for whoever may only look: nothing is dialled that is not declared so in force, since a declaration could send the
   * password of a router anywhere.
   */
  review(request: PlanRequest): Promise<PlanAnswer>;
  apply(request: ApplyRequest): Promise<ApplyAnswer>;
  /** What waits for approval, and what was approved. */
  approvals(): ApprovalsAnswer;
  /** Approves a plan by its checksum, and takes what waits into force where that was it. @throws RequestError when nobody made it */
  approve(request: ApproveRequest): Promise<ApprovalsAnswer>;
  /** Reconciles now; resolves with what came of it. */
  reconcile(request: ReconcileRequest): Promise<readonly TargetReport[]>;
  /** Leaves a router alone until somebody resumes it, or the time is over. */
  suspend(request: SuspendRequest): Promise<Pause>;
  /** @returns the pause that is over; `undefined` when there was none */
  resume(request: ResumeRequest): Promise<Pause | undefined>;
  /** What routers hold otherwise than declared, looked up now, and what was found before. */
  drift(target?: string): Promise<DriftAnswer>;
  /** What is wrong with routers and controllers, looked up now. */
  doctor(request: DoctorRequest): Promise<Diagnosis>;
  /** Declared objects of a kind as they are in force, secrets hidden; `undefined` for an unknown kind or name. */
  objects(kind: string, name?: string): readonly DeclaredObject[] | undefined;
  why(username: string): Promise<WhyAnswer>;
  /** What a router was told last, and its last accounting; `undefined` when there is no such router. */
  calls(router: string, limit: number): RouterCalls | undefined;
  /** Decides or accounts for a FreeRADIUS that asks by HTTP. */
  rest(question: RestQuestion): Promise<RestAnswer>;
  /** Prometheus text. */
  metrics(): Promise<string>;
}

export interface SessionsRequest {
  readonly user?: string;
  readonly nas?: string;
  /** Closed ones as well. */
  readonly all?: boolean;
  /** Only closed ones. */
  readonly closed?: boolean;
  /** Those that were there some time from then on: a duration ago, a day or a time. With `till`, closed ones as well. */
  readonly from?: string;
  /** Those that began before. */
  readonly till?: string;
  readonly limit: number;
}

/** Sessions that belong together are asked for as one. */
export interface VisitsWanted {
  readonly visits?: boolean;
}

/** A device that a login is bound to, by `devices.lock` of its service. */
export interface LearnedDeviceJson {
  readonly username: string;
  readonly mac: string;
  /** When it was first let in. */
  readonly since: string;
}

export interface ForgetDevicesRequest {
  readonly user: string;
  /** `AA:BB:CC:DD:EE:FF`. Absent: all of this login. */
  readonly mac?: string;
  readonly by: string;
}

export interface Readiness {
  readonly ready: boolean;
  /** Why not. */
  readonly reasons: readonly string[];
  /** What holds only in part, though it serves. */
  readonly notes?: readonly string[];
}

export interface DaemonStatus {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly source: string;
  /** The revision in force. */
  readonly revision?: string;
  /** RADIUS is served by this revision, as it was applied last: no declarations have been read since the start. */
  readonly standsIn?: string;
  readonly author?: string;
  readonly subject?: string;
  readonly conditions: readonly Condition[];
  readonly targets: readonly TargetStatus[];
  /** Controllers that guests are let in at. Absent: no daemon runs that could have asked them. */
  readonly controllers?: readonly ControllerStatus[];
  /** Routers that a person wants left alone. */
  readonly pauses?: readonly Pause[];
  /** How the reading of counters goes, by router. Absent: no daemon runs that reads them. */
  readonly collections?: readonly CollectionStatus[];
  readonly openSessions: number;
  /** Size of the state folder. */
  readonly stateBytes: number;
  /** What was done to people online, newest first. */
  readonly sessionEvents: readonly SessionEvent[];
  /** What sessions could not be told yet, by NAS. Absent: no daemon runs that would tell them. */
  readonly outbox?: readonly OutboxStatus[];
  /** When a declaration next changes by itself (an expiry). */
  readonly nextChange?: string;
  readonly findings: readonly string[];
}

/** An Omada controller as the daemon last met it. */
export interface ControllerStatus {
  readonly name: string;
  /** Did it answer when it was last asked? Absent: it was not asked yet. */
  readonly answered?: boolean;
  readonly askedAt?: string;
  readonly version?: string;
  readonly findings: readonly string[];
}

/** A session is named by its Acct-Session-Id, or, where several NAS have the same, by NAS/ID. */
export type DisconnectRequest = ({ readonly user: string } | { readonly session: string }) & {
  /** Only says which it would be. */
  readonly dryRun?: boolean;
} & Ordered;

export type CoaRequest = ({ readonly user: string } | { readonly session: string }) & {
  /** In place of the limits that are declared. */
  readonly attributes?: readonly { readonly name: string; readonly value: string }[];
} & Ordered;

/** What sessions on a NAS could not be told yet. */
export interface OutboxStatus {
  readonly nas: string;
  readonly waiting: number;
  /** When the first of it was ordered: milliseconds since 1970. */
  readonly oldest: number;
  /** When somebody last tried. */
  readonly lastTried?: number;
  /** What was met then. */
  readonly detail?: string;
}

/** What a session could not be told yet. */
export interface WaitingOrder {
  readonly nas: string;
  readonly sessionId: string;
  readonly action: 'change' | 'disconnect';
  readonly why: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly tried?: { readonly times: number; readonly at: number; readonly detail: string };
}

export interface DisconnectResult {
  readonly username: string;
  readonly sessionId: string;
  readonly nas: string;
  /** `open`: left as it is, since that was asked for. */
  readonly result: 'disconnected' | 'gone' | 'failed' | 'changed' | 'open';
  readonly detail: string;
}

export interface PlanRequest {
  /** Declarations to plan with; absent: those in force. */
  readonly files?: readonly SourceFile[];
  readonly targets?: readonly string[];
  readonly exclude?: readonly string[];
  /** Its checksums are to be those of the same changes with any secrets: to compare it with one made without a daemon. */
  readonly unsealed?: boolean;
}

/** `invalid`: the declarations have errors; they are those of `validate`. */
export type PlanAnswer =
  | { readonly result: 'planned'; readonly plan: PlanDocument }
  | { readonly result: 'invalid'; readonly issues: readonly unknown[] };

export interface ReconcileRequest extends Ordered {
  /** Absent: all. */
  readonly target?: string;
}

export interface SuspendRequest {
  readonly target: string;
  readonly kind: Pause['kind'];
  readonly reason: string;
  readonly by: string;
  /** Wall time, milliseconds since 1970. Absent: until somebody resumes it. */
  readonly until?: number;
}

export interface ResumeRequest {
  readonly target: string;
  readonly by: string;
}

export interface DoctorRequest {
  /** A router or a controller. Absent: all. */
  readonly target?: string;
  /** What routers ping to see whether they have the Internet. Absent: a public name server that they use. */
  readonly ping?: string;
}

export interface DriftAnswer {
  /** What differs now though nobody committed it. Absent: no daemon is there to look. */
  readonly open?: readonly PlannedChange[];
  /** Targets that could not be looked at, and why. */
  readonly unknown?: readonly PlanTarget[];
  /** Newest first. */
  readonly events: readonly DriftEvent[];
}

export interface ApplyRequest extends Omit<PlanRequest, 'unsealed'>, Ordered {
  readonly allowDeletes?: number;
  /** What was planned, of each target: nothing else is done. Absent: whatever differs. */
  readonly exactly?: readonly ExactTarget[];
}

export interface ExactTarget {
  readonly target: string;
  readonly checksum: string;
  readonly sealed: boolean;
}

export type ApplyAnswer =
  | {
      readonly result: 'applied';
      readonly reports: readonly TargetReport[];
      readonly sessions: readonly SessionEvent[];
    }
  | { readonly result: 'invalid'; readonly issues: readonly unknown[] }
  /** The declarations given are not those the daemon follows. */
  | { readonly result: 'not-followed'; readonly source: string; readonly waiting?: WaitingApproval };

export interface ApproveRequest extends Ordered {
  /** Of a whole plan, or of one target of it. */
  readonly checksum: string;
}

/** A revision that is not in force, since nobody approved its plan. */
export interface WaitingApproval {
  readonly revision: string;
  readonly checksum: string;
  /** Targets whose changes nobody approved. */
  readonly targets: readonly string[];
}

export interface ApprovalsAnswer {
  readonly waiting?: WaitingApproval;
  /** Newest first. */
  readonly approvals: readonly Approval[];
}

export interface DeclaredObject {
  readonly kind: string;
  readonly name: string;
  readonly source: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface RouterCalls {
  readonly router: string;
  /** Commands of its API, newest first; what may be a secret is hidden. */
  readonly calls: readonly RouterCall[];
  /** What became of its accounting records, newest first. */
  readonly accounting: readonly AccountingResult[];
}

export interface RouterCall {
  /** Grows with each command of the router. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly durationMs: number;
  readonly command: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly queries?: readonly string[];
  readonly result: 'done' | 'refused' | 'failed';
  readonly rows?: number;
  readonly error?: string;
}

export interface WhyAnswer {
  readonly username: string;
  /** The login as it is in force; absent when nobody has this username. */
  readonly login?: Readonly<Record<string, unknown>>;
  /** Newest first. */
  readonly decisions: readonly LoggedDecision[];
  /** Requests with this username that were dropped before a decision, by reason. */
  readonly hints: readonly string[];
  /** What its sessions could not be told yet. Absent: nothing. */
  readonly waiting?: readonly WaitingOrder[];
}
