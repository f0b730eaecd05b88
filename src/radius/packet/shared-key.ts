import { type Md5Workspace, md5Workspace } from '../../base/md5.ts';
import { type HmacKey, hmacKey } from './hmac-md5.ts';

/** A shared secret made ready for hashing, once per NAS. Never printed, never stored. */
export interface SharedKey {
  readonly octets: Uint8Array;
  readonly hmac: HmacKey;
  readonly work: Md5Workspace;
  /** The secret's octets with room behind them for what is hashed after it. */
  readonly scratch: Uint8Array;
  /** What verification puts aside: a Message-Authenticator and an authenticator. */
  readonly saved: Uint8Array;
  /** Where the end of a packet, less than a block of it, and the secret behind it are hashed. */
  readonly tail: Uint8Array;
  /** Where a User-Password is revealed. */
  readonly revealed: Uint8Array;
  /** Views of its first octets, by how many, each made when it is first wanted. */
  readonly firstRevealed: (Uint8Array | undefined)[];
}

/** Room in `SharedKey.scratch` behind the secret: a Request Authenticator and a salt. */
const scratchRoom = 32;

/** @param secret the shared secret; its octets are its UTF-8 form */
export function sharedKey(secret: string): SharedKey {
  const octets = new TextEncoder().encode(secret);
  const scratch = new Uint8Array(octets.length + scratchRoom);
  scratch.set(octets);
  return {
    octets,
    hmac: hmacKey(octets),
    work: md5Workspace(),
    scratch,
    saved: new Uint8Array(32),
    tail: new Uint8Array(64 + octets.length),
    revealed: new Uint8Array(128),
    firstRevealed: new Array<Uint8Array | undefined>(129).fill(undefined),
  };
}
