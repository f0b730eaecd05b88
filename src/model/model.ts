import type { Secret } from '../base/secret.ts';

/** Where a declaration stands. `line` and `column` count from 1 and point at the object's first key. */
export interface Origin {
  /** Path below the repository's root, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A whole repository, resolved: references followed, units parsed, secrets revealed into `Secret`. */
export interface Model {
  readonly operator: Operator;
  /** In order of name. */
  readonly routers: readonly Router[];
  readonly services: readonly ServicePlan[];
  /** One entry per service of a subscriber, in order of username. */
  readonly subscriptions: readonly Subscription[];
}

export type ReconcileMode = 'observe' | 'plan' | 'apply';
export type MessageAuthenticatorPolicy = 'require' | 'off';
export type AuthMethod = 'radius' | 'local';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface Operator {
  /** Stands in ownership markers. `default` when no Operator is declared. */
  readonly name: string;
  /** IANA name. */
  readonly timezone: string;
  readonly radius: {
    readonly listenAuth: readonly Endpoint[];
    readonly listenAccounting: readonly Endpoint[];
    /** RADIUS servers told to routers, in this order, and the source of CoA. */
    readonly servers: readonly RadiusServer[];
    readonly messageAuthenticator: MessageAuthenticatorPolicy;
    readonly clients: readonly RadiusClient[];
  };
  readonly admin: { readonly listen: Endpoint; readonly tokens: readonly AdminToken[] };
  readonly reconcile: {
    readonly intervalMs: number;
    readonly mode: ReconcileMode;
    /** Overrides of the delete guard. */
    readonly deleteLimits: DeleteLimits;
  };
  readonly accounting: { readonly interimSeconds: number };
  readonly origin?: Origin;
}

export interface DeleteLimits {
  /** Deletes of one kind on one target that are always allowed. Default 3. */
  readonly always: number;
  /** Above `always`: at most this share of the rows of the kind. Default 0.05. */
  readonly share: number;
  /** And at most this many. Default 25. */
  readonly most: number;
}

export interface RadiusServer {
  readonly name: string;
  readonly address: string;
  readonly authPort: number;
  readonly accountingPort: number;
}

/** A NAS that is not a declared router. */
export interface RadiusClient {
  readonly name: string;
  /** Address or prefix its packets come from. */
  readonly clientAddress: string;
  readonly nasIdentifier?: string;
  readonly secret: Secret;
  readonly profile: VendorProfile;
  readonly messageAuthenticator: MessageAuthenticatorPolicy;
  readonly origin: Origin;
}

export type VendorProfile = 'mikrotik' | 'generic';

export interface AdminToken {
  readonly name: string;
  readonly role: 'viewer' | 'operator' | 'admin';
  /** Lower-case hex SHA-256 of the token. */
  readonly sha256: string;
}

export interface Router {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Name or address the API is dialled at. */
  readonly address: string;
  /** Absent: nothing is reconciled on it, it is only a NAS. */
  readonly api?: { readonly port: number; readonly username: string; readonly password: Secret };
  readonly mode: ReconcileMode;
  readonly auth: AuthMethod;
  readonly radius?: RouterRadius;
  readonly pools: readonly AddressPool[];
  readonly ppp?: RouterPpp;
  /** `system.identity`, when declared. */
  readonly identity?: string;
  readonly origin: Origin;
}

export interface RouterRadius {
  readonly secret: Secret;
  /** What the router is told to send from. */
  readonly sourceAddress?: string;
  /** What we see packets come from; absent when only a host name is declared. */
  readonly clientAddress?: string;
  /** Declared, else the identity, else the router's name. */
  readonly nasIdentifier: string;
  readonly messageAuthenticator: MessageAuthenticatorPolicy;
  /** RouterOS words for `/radius service`. */
  readonly services: readonly string[];
  readonly coaPort: number;
  readonly timeoutMs: number;
}

export interface AddressPool {
  readonly name: string;
  /** `10.0.0.2-10.0.0.254` or a prefix, as declared. */
  readonly ranges: readonly string[];
  /** Addresses for fixed assignment, not sent to the router. */
  readonly static: readonly string[];
  readonly next?: string;
  readonly origin: Origin;
}

export interface RouterPpp {
  readonly servers: readonly PppoeServer[];
  readonly localAddress?: string;
  readonly dns: readonly string[];
}

export interface PppoeServer {
  readonly interface: string;
  /** RouterOS `service-name`; Called-Station-Id in RADIUS. */
  readonly name: string;
  readonly authentication: readonly ('pap' | 'chap' | 'mschap1' | 'mschap2')[];
  readonly maxSessions?: number;
  readonly oneSessionPerHost?: boolean;
  readonly keepaliveSeconds?: number;
  readonly mtu?: number;
}

/** A tariff. */
export interface ServicePlan {
  readonly name: string;
  readonly title?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly access: readonly 'pppoe'[];
  readonly auth?: AuthMethod;
  /** Names of the routers it is offered on; absent when not restricted. */
  readonly routers?: readonly string[];
  readonly rate?: Rate;
  readonly sessions: {
    readonly timeoutSeconds?: number;
    readonly idleTimeoutSeconds?: number;
    readonly interimSeconds: number;
  };
  readonly pool?: string;
  readonly attributes: readonly ExtraAttribute[];
  readonly origin: Origin;
}

/** Bit/s, named from the subscriber's side. */
export interface Rate {
  readonly down: number;
  readonly up: number;
  readonly burst?: {
    readonly down: number;
    readonly up: number;
    /** Absent: the rates themselves. */
    readonly thresholdDown?: number;
    readonly thresholdUp?: number;
    readonly seconds: number;
  };
  readonly guaranteed?: { readonly down: number; readonly up: number };
  /** 1 to 8. */
  readonly priority?: number;
}

/** An attribute added to the Access-Accept, already checked against the dictionary. */
export interface ExtraAttribute {
  readonly name: string;
  readonly value: string | number;
}

/** What one username gets: a subscriber joined with one of its services. */
export interface Subscription {
  /** `anna`, or `anna/tv` when the subscriber has several services. */
  readonly id: string;
  /** `metadata.name` of the subscriber. */
  readonly subscriber: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly service: ServicePlan;
  readonly username: string;
  readonly password: Secret;
  /** Routers that hold a local row for it. */
  readonly localOn: readonly string[];
  /** May it log in by RADIUS? */
  readonly radius: boolean;
  /** Fixed IPv4 address. */
  readonly address?: string;
  readonly attributes: readonly ExtraAttribute[];
  readonly state: 'active' | 'suspended' | 'disabled';
  readonly reason?: string;
  /** Milliseconds since 1970. */
  readonly expires?: number;
  readonly origin: Origin;
}
