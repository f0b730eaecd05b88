import type { Secret } from '../../base/secret.ts';
import type { Origin } from '../origin.ts';
import type { TimeWindow } from './limits.ts';
import type {
  EapSettings,
  Endpoint,
  MessageAuthenticatorPolicy,
  RadiusClient,
  RadiusServer,
  RadsecSettings,
} from './radius.ts';
import type { ServicePlan } from './service.ts';
import type { TrustRules } from './trust.ts';

export type ReconcileMode = 'observe' | 'plan' | 'apply';

export interface HeartbeatSettings {
  readonly intervalMs: number;
  /** In a row, until it is told. */
  readonly misses: number;
  /** Other servers that are asked, too. */
  readonly peers?: readonly HeartbeatPeer[];
}

/** A RADIUS server that is looked after. */
export interface HeartbeatPeer {
  readonly name: string;
  readonly address: string;
  readonly authPort: number;
  /** Absent: its accounting is not asked. */
  readonly accountingPort?: number;
  readonly secret: Secret;
  /** It answers Status-Server. */
  readonly statusServer: boolean;
  /** `off`: replies without Message-Authenticator are believed. */
  readonly messageAuthenticator: 'require' | 'off';
  readonly login?: { readonly username: string; readonly password: Secret };
  /** It is asked over TLS, at `authPort`: by our certificate, and known by the SHA-256 of its own (hexadecimal, lower case). */
  readonly tls?: { readonly certificate: Secret; readonly key: Secret; readonly fingerprint: string };
}

export interface Operator {
  /** Stands in ownership markers. `default` when no Operator is declared. */
  readonly name: string;
  /** IANA name. */
  readonly timezone: string;
  readonly radius: {
    readonly listenAuth: readonly Endpoint[];
    readonly listenAccounting: readonly Endpoint[];
    /** Where RADIUS over TLS is received. Absent without `radsec`. */
    readonly listenRadsec?: readonly Endpoint[];
    /** RADIUS over TLS. Absent: there is none. */
    readonly radsec?: RadsecSettings;
    /** RADIUS servers told to routers, in this order, and the source of CoA. */
    readonly servers: readonly RadiusServer[];
    readonly messageAuthenticator: MessageAuthenticatorPolicy;
    readonly clients: readonly RadiusClient[];
    /** Absent: nobody logs in by EAP. */
    readonly eap?: EapSettings;
    /** How often we ask ourselves. Absent: each minute, told of from three misses on. */
    readonly heartbeat?: HeartbeatSettings;
  };
  readonly portal: PortalSettings;
  readonly admin: { readonly listen: Endpoint; readonly tokens: readonly AdminToken[] };
  readonly reconcile: {
    readonly intervalMs: number;
    readonly mode: ReconcileMode;
    /** `mode: approved`: only revisions whose plan was approved come into force. Absent: any that is valid. */
    readonly approved?: true;
    /** Overrides of the delete guard. */
    readonly deleteLimits: DeleteLimits;
    /** What is done about drift, unless a router says otherwise. Absent: `always`. */
    readonly heal?: HealRule;
    /** When changes are applied, unless a router says otherwise. Absent: at any time. */
    readonly windows?: readonly TimeWindow[];
    /** When nothing is changed by itself, on any router. Absent: never. */
    readonly exceptions?: readonly ClosedTime[];
    readonly ignore?: readonly IgnoreRule[];
    /** Routers that are changed at the same time. Absent: no limit. */
    readonly routersAtOnce?: number;
  };
  readonly accounting: {
    readonly interimSeconds: number;
    /** A session that nothing was heard of for so long counts as ended. */
    readonly staleAfterSeconds: number;
    /** How often counters are read over the API. Absent: 300. */
    readonly collectSeconds?: number;
    /** Absent: all is kept for good. */
    readonly retention?: Retention;
  };
  /** How the declarations are taken from git. Absent: as the daemon is told. */
  readonly source?: SourceSettings;
  readonly origin?: Origin;
}

export interface SourceSettings {
  /** Who may tell of a push. */
  readonly hooks?: readonly { readonly name: string; readonly secret: Secret }[];
  /** What is done about a revision that does not come after the one in force. Absent: as the source has it. */
  readonly rewrites?: 'refuse' | 'allow';
  /** Whose commits count. Absent: everybody's who may push. */
  readonly verify?: TrustRules;
}

/** How long is kept what, in milliseconds. Absent: for good. */
export interface Retention {
  /** Sessions after their end. */
  readonly sessionsMs?: number;
  /** Usage by hour, then by day, then by month. */
  readonly hoursMs?: number;
  readonly daysMs?: number;
  readonly monthsMs?: number;
  /** Accounting records as they came. */
  readonly journalMs?: number;
  readonly auditMs?: number;
  /** What is known of subscribers that are declared no more: first logins, top-ups, devices. */
  readonly formerMs?: number;
  /** What happened, when all webhooks have been told. Absent: a day. */
  readonly eventsMs?: number;
  /** What webhooks did not take. */
  readonly lettersMs?: number;
}

/** How a program of the operator's is asked about logins, by HTTP. */
export interface AuthorizeHook {
  readonly url: string;
  /** About whom it is asked: those whom no declaration knows, or everybody. */
  readonly asks: 'unknown' | 'all';
  /** Sent as `Authorization: Bearer`. */
  readonly secret?: Secret;
  /** Authorities its certificate is judged by, PEM. Absent: those of Node.js. */
  readonly ca?: string;
  /** Passwords that come in clear (PAP) are told. */
  readonly sendPassword: boolean;
  readonly timeoutMs: number;
  /** How long an accept holds. 0: it is asked each time. */
  readonly cacheMs: number;
  /** What becomes of a login it gives no answer about. `cached`: what it said last of it, within a day, else `silent`. */
  readonly whenDown: 'reject' | 'silent' | 'cached';
  /** What those get whom no declaration knows, beside what it answers. Absent: nothing more. */
  readonly service?: ServicePlan;
}

/** `events`: as JSON, signed. `slack`, `teams`: lines of a chat. The others: the status of each commit at a forge. */
export type NotifyFormat = 'events' | 'slack' | 'teams' | 'github' | 'gitlab' | 'gitea';

/** A program of the operator's that is told what happens, by HTTP. */
export interface Webhook {
  readonly name: string;
  readonly format: NotifyFormat;
  /** Of a forge, of the repository in its API. A secret where whoever knows it may write there, as with chats. */
  readonly url: string | Secret;
  /** Key of the signatures: of `events`. */
  readonly secret?: Secret;
  /** The key before: requests are signed by it, too. */
  readonly previousSecret?: Secret;
  /** Of a forge: lets us write the status of commits. */
  readonly token?: Secret;
  /** Of a forge: logins whose status of a commit approves a plan. Absent: nobody's does. */
  readonly approvers?: readonly string[];
  /** Types of events, families (`session.*`), or `*`. */
  readonly events: readonly string[];
  /** Authorities its certificate is judged by, PEM. Absent: those of Node.js. */
  readonly ca?: string;
  readonly timeoutMs: number;
  /** How long an event is tried. */
  readonly giveUpMs: number;
}

/** How guests' browsers reach the portal. */
export interface PortalSettings {
  readonly listen: Endpoint;
  /** True when `listen` is declared: the portal is then opened without a PortalSite, too. */
  readonly declared: boolean;
  /** Origin that guests see, without a slash at its end: `https://portal.example`. Absent: none is known. */
  readonly publicUrl?: string;
  /** PEM. Absent: plain HTTP, as behind a proxy. */
  readonly tls?: { readonly certificate: Secret; readonly key: Secret };
  /** Addresses and prefixes of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
}

/** From one moment to another, milliseconds since 1970. */
export interface ClosedTime {
  readonly from: number;
  readonly till: number;
  /** For people. */
  readonly reason?: string;
}

/** `windowed`: drift is mended in `windows` only. */
export type HealRule = 'always' | 'windowed' | 'never';

/** Rows, or fields of them, that are left as they are on the router: by diff, apply and drift alike. */
export interface IgnoreRule {
  /** `/ip/firewall/filter`. */
  readonly menu: string;
  /** Rows with these values; each may have `*` for any text. Absent: every row. */
  readonly match?: Readonly<Record<string, string>>;
  /** Absent: the whole row. */
  readonly fields?: readonly string[];
  readonly origin: Origin;
}

export interface DeleteLimits {
  /** Other limits for one menu or kind: `/ppp/secret`, `Subscriber`. */
  readonly kinds?: Readonly<Record<string, Omit<DeleteLimits, 'kinds'>>>;
  /** Deletes of one kind on one target that are always allowed. Default 3. */
  readonly always: number;
  /** Above `always`: at most this share of the rows of the kind. Default 0.05. */
  readonly share: number;
  /** And at most this many. Default 25. */
  readonly most: number;
}

export interface AdminToken {
  readonly name: string;
  readonly role: 'viewer' | 'operator' | 'admin';
  /** Lower-case hex SHA-256 of the token. */
  readonly sha256: string;
}
