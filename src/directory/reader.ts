import type { Secret } from '../base/secret.ts';
import type { Hours } from '../model/hours.ts';
import type { AccessRules } from '../model/kinds/access-rules.ts';
import type { NasRadsec, NasSigning, RedirectRecipe, VendorProfile } from '../model/kinds/radius.ts';
import type { AccessKind } from '../model/kinds/service.ts';

/** What runtime (RADIUS, portals) sees of the declared state. Reads are synchronous and never touch the disk. */
export interface DirectoryReader {
  /** The login with exactly this username (case-sensitive). */
  login(username: string): Login | undefined;
  /** The same by the octets `[from, end)` of a packet, quicker. Nothing where it cannot be told by them alone: `login` can. */
  loginAt(octets: Uint8Array, from: number, end: number): Login | undefined;
  /**
   * Packets have come that `loginAt` will be asked about, at most 64: `[from, end)` of the username in each, an end of 0 where
   * there is none. Changes nothing but how long that takes.
   */
  fetchLogins(packets: readonly Uint8Array[], from: Uint16Array, end: Uint16Array): void;
  /** The login of the device with this MAC (`AA:BB:CC:DD:EE:FF`). */
  device(mac: string): Login | undefined;
  /** What portal sites let in at this NAS beside logins of their own password; empty for most NAS. */
  portalsAt(nas: string): readonly PortalAccess[];
  portal(site: string): PortalAccess | undefined;
  /** All NAS that may send from this address, most specific prefix first; several only when NAS-Identifier tells them apart. */
  nasAt(address: string): readonly Nas[];
  /** All NAS on RADIUS over TLS that may connect from this address, most specific declaration first. */
  tunnelNasAt(address: string): readonly Nas[];
  nas(name: string): Nas | undefined;
  /** Every declared NAS, to name the nearest one when a source is unknown. */
  allNas(): readonly Nas[];
}

export interface Nas extends NasSigning {
  /** Name of the router or of the RADIUS client. */
  readonly name: string;
  /** Address or prefix its packets come from, as declared. */
  readonly clientAddress: string;
  readonly nasIdentifier?: string;
  readonly secret: Secret;
  readonly profile: VendorProfile;
  /** True when its Acct-Input-Octets are what the subscriber downloaded. */
  readonly swapOctets?: boolean;
  /** How it keeps somebody suspended to a page. Absent: it cannot, but for MikroTik's. */
  readonly redirect?: RedirectRecipe;
  /** How long it waits for an answer. Absent: 1500. */
  readonly timeoutMs?: number;
  /** UDP port it takes CoA and Disconnect on. */
  readonly coaPort: number;
  /** Set when it is a declared router. */
  readonly router?: string;
  /** It talks RADIUS over TLS. */
  readonly radsec?: NasRadsec;
  /** It is no NAS: we ask ourselves whether we answer. */
  readonly isOurselves?: true;
  /** This is how it talks through a tunnel, in which nobody stands between. */
  readonly tunnelled?: true;
  /**
   * What its hotspots send as password with a MAC, by name of the hotspot (Called-Station-Id): a secret, the MAC itself
   * (`mac`), or nothing (`none`). Hotspots that let no device in are not among them. Absent: there are none on a declared
   * router; another NAS sends the MAC itself, or nothing.
   */
  readonly macPasswords?: ReadonlyMap<string, Secret | 'mac' | 'none'>;
  /** Limits for DHCP clients that nobody declared, by name of the DHCP server (Called-Station-Id). */
  readonly unknownClients?: ReadonlyMap<string, LoginLimits>;
}

/** What a portal site lets in by one-time passwords (DESIGN.md §15). */
export interface PortalAccess {
  readonly site: string;
  /** Signs the passwords. */
  readonly key: Secret;
  /** Names of NAS whose guests meet this site. */
  readonly nas: readonly string[];
  /** Names of the site's hotspots (Called-Station-Id), by NAS. Absent in what an earlier version stored: all that are there. */
  readonly hotspots?: ReadonlyMap<string, readonly string[]>;
  /** What guests without an account get. Absent: there are none. */
  readonly clickThrough?: { readonly service: string; readonly limits: LoginLimits };
}

export interface Login {
  /** For a device, its MAC: `AA:BB:CC:DD:EE:FF`. */
  readonly username: string;
  readonly subscriber: string;
  readonly service: string;
  /** Ways its service is sold for. Absent: any. */
  readonly access?: readonly AccessKind[];
  /** Empty for a device, and where only a hash is known. */
  readonly password: Secret;
  readonly passwordHash?: Secret;
  readonly state: 'active' | 'suspended' | 'disabled';
  readonly reason?: string;
  /** Milliseconds since 1970. From then on the login is rejected. */
  readonly expires?: number;
  /** From then on it is in grace, which `expires` ends. */
  readonly graceFrom?: number;
  /** False when the subscriber is local only. */
  readonly radius: boolean;
  /** True when its routers let it in by themselves while they are without us. */
  readonly fallback?: boolean;
  readonly limits: LoginLimits;
  /** What it gets while suspended, to meet a page. Absent: nothing. */
  readonly whileSuspended?: LoginLimits;
  /** Of a wireless device: what it proves to its access point. */
  readonly passphrase?: Secret;
}

/** What an Access-Accept grants. Directions are the subscriber's. */
export interface LoginLimits {
  /** Mikrotik-Rate-Limit text, upload first: `5M/20M …`. */
  readonly rateLimit?: string;
  /** The same in bit/s for NAS that do not read MikroTik's text. */
  readonly rate?: { readonly down: number; readonly up: number };
  readonly sessionTimeoutSeconds?: number;
  readonly idleTimeoutSeconds?: number;
  readonly interimSeconds: number;
  /** What each login is held to besides. Absent: nothing. */
  readonly rules?: AccessRules;
  /** Absent: at any time. */
  readonly hours?: Hours;
  readonly address?: string;
  readonly pool?: string;
  /** Sessions of one username at once. */
  readonly sessions?: number;
  /** RouterOS address lists that its sessions are put on, besides those among `attributes`. */
  readonly addressLists?: readonly string[];
  readonly ipv6?: Ipv6Limits;
  /** Framed-Route texts. */
  readonly routes?: readonly string[];
  /** Extra attributes, name and value, checked against the dictionary. */
  readonly attributes: readonly { readonly name: string; readonly value: string | number | Secret }[];
  /** Only to meet a page: the list of the suspended, and the page's address where one is known. */
  readonly page?: { readonly list: string; readonly url?: string };
  /** A program of the operator's granted something else than is declared: the declaration tells nothing about the session. */
  readonly saidElsewhere?: true;
}

/** Fixed prefixes, or the pools that they come from. */
export interface Ipv6Limits {
  readonly prefix?: string;
  readonly prefixPool?: string;
  readonly delegated?: string;
  readonly delegatedPool?: string;
}
