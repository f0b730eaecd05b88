import type { Secret } from '../base/secret.ts';
import type { Hours } from '../model/hours.ts';
import type { AccessRules } from '../model/kinds/access-rules.ts';
import type { AccessKind } from '../model/kinds/service.ts';

/** What a decision needs to know of a login. The directory's `Login` is one. */
export interface AccessLogin {
  readonly username: string;
  /** Empty where there is none, or only a hash of it. */
  readonly password: Secret;
  /** In a form of `parsePasswordHash`. */
  readonly passwordHash?: Secret;
  /** Ways its service is sold for. Absent: any. */
  readonly access?: readonly AccessKind[];
  readonly state: 'active' | 'suspended' | 'disabled';
  /** Why it is so; `expired` when its time has come. */
  readonly reason?: string;
  /** Milliseconds since 1970. From then on the login is rejected. */
  readonly expires?: number;
  /** Until then it is paid for; from then on it is in grace. Milliseconds since 1970. Absent: there is no grace. */
  readonly graceFrom?: number;
  /** False when only routers' own tables know it. */
  readonly radius: boolean;
  readonly limits: SessionLimits;
  /**
   * What it gets while it is suspended or has expired, to meet a page, at a NAS that can keep it to that. Absent: nothing, it
   * is rejected.
   */
  readonly whileSuspended?: SessionLimits;
}

/** What a decision needs to know of limits. The directory's `LoginLimits` are some. */
export interface SessionLimits {
  readonly sessionTimeoutSeconds?: number;
  readonly idleTimeoutSeconds?: number;
  readonly interimSeconds: number;
  /** Only to meet a page, and under which address, where that is known. */
  readonly page?: { readonly url?: string };
  /** What each login is held to besides. Absent: nothing. */
  readonly rules?: AccessRules;
  /** Absent: at any time. */
  readonly hours?: Hours;
}
