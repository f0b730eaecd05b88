import type { Secret } from '../../base/secret.ts';
import type { Origin } from '../origin.ts';

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

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** A socket that is open already, handed over by whoever started us: by its number. Never declared. */
  readonly fd?: number;
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
