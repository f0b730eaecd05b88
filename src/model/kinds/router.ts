import type { MacFormat } from '../../base/mac.ts';
import type { Secret } from '../../base/secret.ts';
import type { Origin } from '../origin.ts';
import type { Rate, TimeWindow } from './limits.ts';
import type { DeleteLimits, HealRule, IgnoreRule, ReconcileMode } from './operator.ts';
import type { NasRadsec, NasSigning } from './radius.ts';
import type { AuthMethod } from './service.ts';

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
  /** Addresses that many share. Absent: none. */
  readonly nat?: readonly SharedAddresses[];
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

/** Inside addresses of which each has one outside address, and a block of its ports. */
export interface SharedAddresses {
  readonly name: string;
  /** Prefixes. */
  readonly inside: string;
  readonly outside: string;
  readonly firstPort: number;
  readonly portsPerSubscriber: number;
  readonly outInterface?: string;
  readonly outInterfaceList?: string;
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
