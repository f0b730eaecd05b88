import type { MacFormat } from '../base/mac.ts';
import type { Secret } from '../base/secret.ts';
import type { PlaceLock } from './access-rules.ts';
import type { ProxySettings } from './proxy-settings.ts';
import type { Quota } from './quota.ts';

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
  /** One entry per service of a subscriber, in order of `id`. */
  readonly subscriptions: readonly Subscription[];
  readonly portalSites: readonly PortalSite[];
  readonly omadaControllers: readonly OmadaController[];
  /** `authorize` of the Operator: a program of his that decides about logins. Absent: there is none. */
  readonly authorize?: AuthorizeHook;
  /** `notify` of the Operator: programs of his that are told what happens. Absent: there are none. */
  readonly webhooks?: readonly Webhook[];
  /** `radius.proxy` of the Operator: servers of others for people of foreign realms. Absent: there are none. */
  readonly proxy?: ProxySettings;
  /** Objects whose rows must not be deleted (annotation `lastmile/prevent-destroy`): `Subscriber/anna`. */
  readonly preventDestroy?: readonly string[];
}

export type ReconcileMode = 'observe' | 'plan' | 'apply';
/** `learn`: what the first request that proves the secret shows. */
export type MessageAuthenticatorPolicy = 'require' | 'learn' | 'off';

/** What is unusual about how packets to and from a NAS are signed, and whether it may ask if we are alive. */
export interface NasSigning {
  readonly messageAuthenticator: MessageAuthenticatorPolicy;
  /** Set: its unsigned requests may have a Proxy-State. */
  readonly limitProxyState?: 'unsafe-off';
  /** Set: answers to its unsigned requests are unsigned, too. */
  readonly sendMessageAuthenticator?: 'when-asked';
  /** Set: its Status-Server gets no answer. */
  readonly statusServer?: false;
}
/** `hybrid`: RADIUS, and local rows that stay disabled until the router has not heard of us for a while. */
export type AuthMethod = 'radius' | 'local' | 'hybrid';
/** How subscribers connect. */
export type AccessKind = 'pppoe' | 'hotspot' | 'dhcp' | 'wireless';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** A socket that is open already, handed over by whoever started us: by its number. Never declared. */
  readonly fd?: number;
}

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
    /** Overrides of the delete guard. */
    readonly deleteLimits: DeleteLimits;
    /** What is done about drift, unless a router says otherwise. Absent: `always`. */
    readonly heal?: HealRule;
    /** When changes are applied, unless a router says otherwise. Absent: at any time. */
    readonly windows?: readonly TimeWindow[];
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
  };
  readonly origin?: Origin;
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

/** A program of the operator's that is told what happens, by HTTP. */
export interface Webhook {
  readonly name: string;
  readonly url: string;
  /** Key of the signatures. */
  readonly secret: Secret;
  /** The key before: requests are signed by it, too. */
  readonly previousSecret?: Secret;
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

/** `windowed`: drift is mended in `windows` only. */
export type HealRule = 'always' | 'windowed' | 'never';

/** Days and times of day, in the operator's time zone. */
export interface TimeWindow {
  /** 0 is Sunday. Sorted, at least one. */
  readonly days: readonly number[];
  /** Minutes since midnight. `till` at or before `from`: till the next day. */
  readonly from: number;
  readonly till: number;
}

/** A window of a service. */
export interface ServiceWindow extends TimeWindow {
  /** Speed while it is open. Absent: it says when the service can be used. */
  readonly rate?: Rate;
}

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

export interface RadiusServer {
  readonly name: string;
  readonly address: string;
  readonly authPort: number;
  readonly accountingPort: number;
}

/** How we are known by RADIUS over TLS, and whom we trust there. */
export interface RadsecSettings {
  /** PEM, with its chain. */
  readonly certificate: Secret;
  readonly key: Secret;
  /** Authorities of NAS' certificates, PEM. Absent: only pinned certificates are believed. */
  readonly clientCa?: string;
}

/** How the certificate of a NAS on RADIUS over TLS is judged. */
export interface NasRadsec {
  /** Exactly this certificate: SHA-256 of its DER, 64 lower-case hex digits. Absent: one with its name, of a trusted authority. */
  readonly fingerprint?: string;
}

/** A NAS that is not a declared router. */
export interface RadiusClient extends NasSigning {
  readonly name: string;
  /** Address or prefix its packets come from. */
  readonly clientAddress: string;
  readonly nasIdentifier?: string;
  readonly secret: Secret;
  readonly profile: VendorProfile;
  /** Port it takes CoA and Disconnect on. */
  readonly coaPort: number;
  /** True when its Acct-Input-Octets are what the subscriber downloaded. */
  readonly swapOctets?: boolean;
  /** How it keeps somebody suspended to a page. Absent: it cannot, but for MikroTik's. */
  readonly redirect?: RedirectRecipe;
  /** It talks RADIUS over TLS. Absent: UDP. */
  readonly radsec?: NasRadsec;
  readonly origin: Origin;
}

/** The words a kind of NAS understands. */
export type VendorProfile = 'mikrotik' | 'generic' | 'omada';

/** By a filter it has under the name of the address list, by the address of a page, or by Cisco's pairs for both. */
export type RedirectRecipe = 'filter' | 'url' | 'cisco';

/** EAP methods, in the words of `Operator.radius.eap`. */
export type EapMethodName = 'peap' | 'ttls' | 'tls' | 'mschapv2' | 'md5';

/** How devices log in by EAP (802.1X, IKEv2). */
export interface EapSettings {
  /** In the order in which they are proposed. */
  readonly methods: readonly EapMethodName[];
  /** PEM, with the chain. Present where a method has TLS. */
  readonly certificate?: Secret;
  readonly key?: Secret;
  /** Authorities of devices' certificates, PEM. Present with `tls`. */
  readonly clientCa?: string;
  /** Revoked ones, PEM. */
  readonly clientRevoked?: string;
  /** 0: no TLS session is resumed. */
  readonly sessionLifetimeSeconds: number;
}

export interface AdminToken {
  readonly name: string;
  readonly role: 'viewer' | 'operator' | 'admin';
  /** Lower-case hex SHA-256 of the token. */
  readonly sha256: string;
}

export interface Router {
  readonly name: string;
  /** Names it had before, oldest first: what was counted under them is not counted again. */
  readonly previousNames?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Name or address the API is dialled at. */
  readonly address: string;
  /** Absent: nothing is reconciled on it, it is only a NAS. */
  readonly api?: {
    readonly port: number;
    readonly username: string;
    readonly password: Secret;
    /** Absent: plain text. */
    readonly tls?: RouterTls;
    /** True when the challenge login of RouterOS before 6.43 may be used. */
    readonly legacyLogin?: boolean;
  };
  readonly mode: ReconcileMode;
  readonly auth: AuthMethod;
  readonly radius?: RouterRadius;
  /** How long the router waits without us before it enables fallback rows of `hybrid`. Absent: 600. */
  readonly fallbackAfterSeconds?: number;
  /** True: the operator has seen that this RouterOS asks RADIUS about somebody whose own row is disabled. */
  readonly assumeFallthrough?: boolean;
  readonly pools: readonly AddressPool[];
  readonly ipv6Pools?: readonly Ipv6Pool[];
  readonly ppp?: RouterPpp;
  readonly dhcp: readonly DhcpServer[];
  readonly hotspots: readonly Hotspot[];
  /** What is put on it and renewed there. */
  readonly certificates?: readonly RouterCertificate[];
  /** `system.dns`, when declared. */
  readonly dns?: RouterDns;
  /** `system.identity`, when declared. */
  readonly identity?: string;
  /** `system.ntp`, when declared. Empty `servers`: the client is off. */
  readonly ntp?: { readonly servers: readonly string[] };
  /** `system.apiAccess`, when declared. */
  readonly apiAccess?: RouterApiAccess;
  /** `config`: menus written as declared, in the order of their paths. */
  readonly config?: readonly ConfigMenu[];
  /** What this router does otherwise than the Operator says. */
  readonly reconcile?: {
    readonly deleteLimits?: DeleteLimits;
    readonly heal?: HealRule;
    readonly windows?: readonly TimeWindow[];
    readonly ignore?: readonly IgnoreRule[];
    readonly collectSeconds?: number;
  };
  readonly origin: Origin;
}

/** How the certificate of `api-ssl` is judged. */
export type RouterTls =
  /** Signed by `ca` (PEM), or by an authority of Node.js. */
  | { readonly mode: 'ca'; readonly ca?: string }
  /** Exactly this certificate: SHA-256 of its DER, 64 lower-case hex digits. */
  | { readonly mode: 'pinned'; readonly fingerprint: string }
  /** Any, or none at all (anonymous Diffie-Hellman). */
  | { readonly mode: 'insecure' };

/** Who may reach the router's API. RouterOS: IP > Services, `api` and `api-ssl`. */
export interface RouterApiAccess {
  /** Prefixes; those we come from are among them. */
  readonly addresses: readonly string[];
  /** Name of the certificate on the router that `api-ssl` shows. */
  readonly certificate?: string;
  /** False: the plain API is switched off. Absent: as on the router. */
  readonly plain?: boolean;
}

export interface Ipv6Pool {
  readonly name: string;
  /** `2001:db8:1000::/36`. */
  readonly prefix: string;
  /** Of what is handed out: 56. */
  readonly prefixLength: number;
  readonly origin: Origin;
}

/** A menu of `config`. Values are RouterOS's own words, as its API shows them. */
export type ConfigMenu =
  | { readonly path: string; readonly kind: 'settings'; readonly settings: ConfigFields; readonly origin: Origin }
  /** In an ordered menu the rows stand in this order, as one block. */
  | { readonly path: string; readonly kind: 'rows'; readonly rows: readonly ConfigRow[]; readonly origin: Origin };

export type ConfigFields = Readonly<Record<string, string | Secret>>;

export interface ConfigRow {
  /** Without `comment`. */
  readonly fields: ConfigFields;
  /** A word for people in its comment, where the menu has one. */
  readonly comment?: string;
  /** What tells it from its neighbours where its fields do not; unique in the menu. Absent: made from its fields. */
  readonly key?: string;
  readonly origin: Origin;
}

export interface RouterRadius extends NasSigning {
  readonly secret: Secret;
  /** What the router is told to send from. */
  readonly sourceAddress?: string;
  /** What we see packets come from; absent when only a host name is declared. */
  readonly clientAddress?: string;
  /** Declared, else the identity, else the router's name. */
  readonly nasIdentifier: string;
  /** RouterOS words for `/radius service`. */
  readonly services: readonly string[];
  readonly coaPort: number;
  readonly timeoutMs: number;
  /** It talks RADIUS over TLS. Absent: UDP. */
  readonly radsec?: NasRadsec & {
    /** Name of the certificate on the router that it shows us. */
    readonly certificate: string;
  };
}

export interface AddressPool {
  readonly name: string;
  /** `10.0.0.2-10.0.0.254` or a prefix, as declared. Empty: the router knows nothing of it. */
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
  /** Name of the profile on the router of sessions that bring none. Absent: one of ours. */
  readonly profile?: string;
}

/** RouterOS: IP > DNS. */
export interface RouterDns {
  /** Absent: as on the router. */
  readonly servers?: readonly string[];
  /** Does the router answer its clients' questions? A hotspot needs it. Absent: as on the router. */
  readonly allowRemoteRequests?: boolean;
}

/** RouterOS: IP > DHCP Server. */
export interface DhcpServer {
  /** Unique on the router; Called-Station-Id in RADIUS. */
  readonly name: string;
  readonly interface: string;
  /** Pool of the router for clients that bring no address of their own. Absent: static leases only. */
  readonly pool?: string;
  readonly leaseSeconds?: number;
  readonly network?: {
    /** Prefix without host bits: `10.30.0.0/24`. */
    readonly address: string;
    readonly gateway?: string;
    readonly dns: readonly string[];
  };
  /** What a client gets whom nobody declared. Absent: without RADIUS the pool, with RADIUS nothing. */
  readonly unknownClients?: {
    readonly pool: string;
    readonly rate?: Rate;
    /** Present: they reach this site's page, its walled garden and name servers, and nothing else. */
    readonly redirect?: { readonly site: string };
  };
  /** Does the router ask RADIUS about clients of this server? Never where a hotspot does it on the same interface. */
  readonly radius: boolean;
  readonly origin: Origin;
}

/** RouterOS words of `/ip/hotspot/profile login-by` that can be declared. */
export type HotspotLoginMethod = 'mac' | 'cookie' | 'http-chap' | 'https' | 'http-pap' | 'mac-cookie';

/** A certificate with its key, as it is to be on a router. */
export interface RouterCertificate {
  /** Its name there. */
  readonly name: string;
  /** PEM of this one alone. */
  readonly certificate: Secret;
  /** PEM. */
  readonly key: Secret;
  /** SHA-256 of its DER, 64 lower-case hex digits. */
  readonly fingerprint: string;
  /** Those of the authorities between it and a root. */
  readonly chain: readonly { readonly certificate: Secret; readonly fingerprint: string }[];
  /** End of its validity, milliseconds since 1970. */
  readonly validTo: number;
  readonly origin: Origin;
}

/** RouterOS: IP > Hotspot. */
export interface Hotspot {
  /** Unique on the router; Called-Station-Id in RADIUS. */
  readonly name: string;
  readonly interface: string;
  /** The router's own address on that interface: the guests' gateway. */
  readonly address: string;
  /** RouterOS's name of its server profile, where it is another than its own. */
  readonly profile?: string;
  readonly pool?: string;
  /** Name under which guests reach the router. */
  readonly dnsName?: string;
  /** Sorted, without doubles. */
  readonly loginBy: readonly HotspotLoginMethod[];
  readonly addressesPerMac?: number;
  readonly keepaliveSeconds?: number;
  readonly idleSeconds?: number;
  /** Name of a certificate on the router, for `https`. */
  readonly certificate?: string;
  /** Folder of our own pages, without a slash at either end and without `flash/`, which boards that have it get. */
  readonly htmlDirectory: string;
  /** Devices that are let in by their MAC. Present exactly when `loginBy` has `mac`. */
  readonly macAuth?: {
    /** RouterOS word of `radius-mac-format`. */
    readonly format: MacFormat;
    /** What the router sends as password. */
    readonly password: Secret | 'mac' | 'none';
  };
  readonly origin: Origin;
}

/** A tariff. */
export interface ServicePlan {
  readonly name: string;
  /** Names it had before, oldest first. Absent: none. */
  readonly previousNames?: readonly string[];
  readonly title?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly access: readonly AccessKind[];
  readonly auth?: AuthMethod;
  /** Names of the routers it is offered on; absent when not restricted. */
  readonly routers?: readonly string[];
  readonly rate?: Rate;
  /** Other speeds at certain times, and the times at which it can be used at all. */
  readonly windows?: readonly ServiceWindow[];
  /** How long after `expires` a subscriber still has it. */
  readonly graceSeconds?: number;
  readonly sessions: {
    /** Sessions of one login at once. Absent: as the router has it (one at a hotspot). */
    readonly max?: number;
    /** What becomes of the login that would be one too many. Absent: refused. */
    readonly whenExceeded?: 'refuse' | 'replace-oldest';
    readonly timeoutSeconds?: number;
    readonly idleTimeoutSeconds?: number;
    readonly interimSeconds: number;
  };
  /** Devices of one login: at once, or with `lock` the first so many for good. */
  readonly devices?: { readonly max: number; readonly lock: boolean };
  /** What a subscription may use in a period, and what becomes of it then. */
  readonly quotas?: readonly Quota[];
  /** How long a subscriber has it. Absent: as long as he is declared. */
  readonly validity?: { readonly from: 'first-login' | 'assignment'; readonly lastsMs: number };
  readonly pool?: string;
  /** Names of IPv6 pools on the routers. */
  readonly ipv6?: { readonly prefixPool?: string; readonly delegatedPool?: string };
  /** Concurrent connections of one subscriber, by a rule of the firewall. */
  readonly connections?: number;
  /** What becomes of somebody suspended. Absent: rejected. */
  readonly onSuspend?: SuspendRedirect;
  /** RouterOS's name of its profile, where it is another than the service's. */
  readonly profile?: string;
  readonly attributes: readonly ExtraAttribute[];
  readonly origin: Origin;
}

/** Somebody suspended stays online, slowly, and meets a page. */
export interface SuspendRedirect {
  /** Name of the address list on the routers that holds who is suspended. */
  readonly addressList: string;
  readonly rate?: Rate;
  /** PortalSite whose page they meet. Absent: no redirect, only the list and the rate. */
  readonly site?: string;
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
  /** `Tunnel-Type:1` with a tag; `Attr-26.2352.1` by number. */
  readonly name: string;
  readonly value: string | number | Secret;
}

/** What one login gets: a subscriber joined with one of its services. It has a username, or MACs, or both. */
export interface Subscription {
  /** `anna`, or `anna/tv` when the subscriber has several services. */
  readonly id: string;
  /** `metadata.name` of the subscriber. */
  readonly subscriber: string;
  /** The oldest name of a subscriber that was renamed. */
  readonly firstName?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly service: ServicePlan;
  /** Absent: known by its MACs alone. */
  readonly username?: string;
  /** Present when `username` is, or `passwordHash` instead. */
  readonly password?: Secret;
  /** In a form of `parsePasswordHash`. Only RADIUS can do with it. */
  readonly passwordHash?: Secret;
  /** Of its wireless devices (WPA2), where the subscriber has a `password` and no `username`. */
  readonly passphrase?: Secret;
  /** Devices let in by their MAC (`AA:BB:CC:DD:EE:FF`), in the order declared. */
  readonly macs: readonly string[];
  /** Routers that hold a local row for it. */
  readonly localOn: readonly string[];
  /** True when those rows are kept disabled until the router is without us (`hybrid`). Then `radius` is true as well. */
  readonly fallback?: boolean;
  /** May it log in by RADIUS? */
  readonly radius: boolean;
  /** Where it may be used from, and with what. */
  readonly lock?: PlaceLock;
  /** Fixed IPv4 address. */
  readonly address?: string;
  /** Fixed prefixes: of the link, and delegated. */
  readonly ipv6?: { readonly prefix?: string; readonly delegated?: string };
  /** Networks behind the subscriber. */
  readonly routes?: readonly SubscriberRoute[];
  readonly attributes: readonly ExtraAttribute[];
  readonly state: 'active' | 'suspended' | 'disabled';
  readonly reason?: string;
  /** Milliseconds since 1970. */
  readonly expires?: number;
  /** Since when the subscriber has it, as declared: milliseconds since 1970. */
  readonly since?: number;
  readonly origin: Origin;
}

export interface SubscriberRoute {
  /** IPv4 prefix. */
  readonly destination: string;
  /** Absent: the subscriber's own address. */
  readonly gateway?: string;
  readonly metric?: number;
}

/** A place where guests meet our pages. */
export interface PortalSite {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** For people. Default: the name. */
  readonly title: string;
  /** Of the languages we have, the first is the default. At least one. */
  readonly languages: readonly PortalLanguage[];
  readonly bridges: readonly PortalBridge[];
  /** What router pages made for other platforms send in place of the site's name. */
  readonly aliases: { readonly domain?: string; readonly region?: string; readonly virtualId?: string };
  readonly methods: readonly PortalMethod[];
  /** Service of guests who only accept the terms. Present exactly when `methods` has `click-through`. */
  readonly clickThrough?: ServicePlan;
  /** Hosts that guests reach before they are let in: a name (`*.example` allowed), an address or a prefix, in order. */
  readonly walledGarden: readonly string[];
  readonly welcomeUrl?: string;
  /** Text of the terms of use. */
  readonly terms?: string;
  readonly branding: { readonly color?: string; readonly contact?: string };
  /** Signs contexts and one-time passwords of this site. */
  readonly key: Secret;
  readonly origin: Origin;
}

export type PortalMethod = 'login' | 'click-through';
export type PortalLanguage = 'en' | 'de' | 'es' | 'fr' | 'pt' | 'sw' | 'ar';
export type PortalBridge = MikrotikBridge | OmadaBridge;

export interface MikrotikBridge {
  readonly type: 'mikrotik';
  /** Name of the Router, which is also the name of its NAS in the directory. */
  readonly router: string;
  /** What the router sends as `$(identity)`. */
  readonly identity: string;
  /** Name of the hotspot on it, which it sends as `$(server-name)`. */
  readonly hotspot: string;
  readonly method: 'pap-redirect' | 'pap-form' | 'chap';
  /** Where guests log in at the router: `http://login.cafe.example/login`. */
  readonly loginUrl: string;
  /** Every `host` or `host:port` under which the router may name itself, lower case; the first is that of `loginUrl`. */
  readonly loginHosts: readonly string[];
}

export interface OmadaBridge {
  readonly type: 'omada';
  readonly controller: string;
  /** What the controller may send as `site`: its name there, and its id when declared. */
  readonly site: { readonly name: string; readonly id?: string };
}

/** A TP-Link Omada controller as operators of its hotspot see it. */
export interface OmadaController {
  readonly name: string;
  /** Origin of its API, without a slash at its end: `https://192.0.2.9:8043`. */
  readonly url: string;
  /** omadacId. Absent: asked for. */
  readonly id?: string;
  readonly tls: OmadaTls;
  readonly operator: { readonly username: string; readonly password: Secret };
  /** Unit of `time` in `extPortal/auth`. */
  readonly timeUnit: 'ms' | 'us' | 's' | 'min';
  /** Absent: found out. */
  readonly generation?: 'v4' | 'v5';
  /** Credentials of its OpenAPI, with which portal, pre-auth access and RADIUS profile are kept. */
  readonly openapi?: { readonly clientId: string; readonly clientSecret: Secret };
  /** Sites kept over the OpenAPI; empty or absent: none. */
  readonly sites?: readonly OmadaSite[];
  readonly origin: Origin;
}

/** A site of a controller whose portal is declared. */
export interface OmadaSite {
  /** Its name on the controller. */
  readonly name: string;
  /** Portals on it, by name on the controller. */
  readonly portals: readonly OmadaPortal[];
  readonly origin: Origin;
}

export interface OmadaPortal {
  readonly name: string;
  /** SSIDs it stands in front of. */
  readonly ssids: readonly string[];
  /** PortalSite that guests meet: its landing page, and its walled garden as pre-authentication access. */
  readonly site: string;
  /** `external-portal`: the page talks to the controller. `radius`: the controller asks us by RADIUS. */
  readonly type: 'external-portal' | 'radius';
  /** For `radius`: the shared secret. */
  readonly radiusSecret?: Secret;
}

export type OmadaTls =
  /** A certificate that a known authority signed: those of Node.js, or `ca` (PEM). */
  | { readonly mode: 'ca'; readonly ca?: string }
  /** Exactly this certificate: SHA-256 of its DER, 64 lower-case hex digits. */
  | { readonly mode: 'pinned'; readonly fingerprint: string }
  | { readonly mode: 'insecure' };
