import type { Clock } from '../base/clock.ts';

/** Who had a TLS session, so that the next may be without password or certificate. */
export interface ResumableIdentity {
  /** As proved. */
  readonly username: string;
  /** By what, for `why`. */
  readonly method: string;
  /** Of the password when it was proved (`EapJudge.mark`). */
  readonly mark: string;
  /** Wall time in milliseconds since 1970. A resumed session has the end of the first. */
  readonly until: number;
}

/** A TLS session that is kept: what TLS 1.2 needs of it, and whose it is. */
export interface Resumption {
  readonly identity: ResumableIdentity;
  readonly session: Buffer;
}

/**
 * TLS sessions that may be resumed, by session id, in memory alone: after a restart everybody does a full handshake. TLS
 * itself does not tell whose a session is, be it looked up or in a ticket; what the tunnel had proved is remembered here.
 */
export interface Resumptions {
  find(id: Buffer): Resumption | undefined;
  keep(id: Buffer, resumption: Resumption): void;
  drop(id: Buffer): void;
}

export function resumptions(clock: Clock, most = 20_000): Resumptions {
  const kept = new Map<string, Resumption>();
  return {
    find(id) {
      const key = id.toString('hex');
      const found = kept.get(key);
      if (found === undefined || found.identity.until > clock.now()) return found;
      kept.delete(key);
      return undefined;
    },
    keep(id, resumption) {
      const [oldest] = kept.size >= most ? kept.keys() : [];
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(id.toString('hex'), resumption);
    },
    drop(id) {
      kept.delete(id.toString('hex'));
    },
  };
}
