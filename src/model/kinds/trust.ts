/** Who may bring commits into force, and what of them. */
export interface TrustRules {
  readonly signers: readonly Signer[];
}

export interface Signer {
  readonly name: string;
  readonly keys: readonly SigningKey[];
  /** What a commit says of its committer: one of these. Of a forge: what it says of its author. */
  readonly emails: readonly string[];
  /** It signs what is made on its web pages. `merges`: only merges, and no more in them than git makes of their parents. */
  readonly forge?: 'merges' | 'any';
  /** Absent: everything. */
  readonly may?: SignerLimits;
}

export interface SigningKey {
  readonly type: 'ssh' | 'pgp';
  /** `ssh-ed25519 AAAA…`, or an armoured public key. */
  readonly text: string;
  /** It counts from then, and until then: milliseconds since 1970. */
  readonly from?: number;
  readonly until?: number;
  /** Nothing that it has signed counts, whenever. */
  readonly revoked?: boolean;
}

export interface SignerLimits {
  /** `Subscriber` is meant for those in lists, too. */
  readonly kinds?: readonly string[];
  /** Patterns as of `.lastmileignore`. */
  readonly paths?: readonly string[];
  readonly routers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Objects that may be gone between two revisions that come into force. */
  readonly deletes?: number;
}
