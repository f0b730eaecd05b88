import type { RejectReason } from '../access/authorise.ts';
import type { EapFlaw } from '../eap/method.ts';
import type { DropReason } from './drops.ts';
import type { RequestFlaw } from './request-flaw.ts';

/** What became of an Access-Request. */
export interface AccessAnswer {
  readonly reason?: RejectReason | RequestFlaw | EapFlaw;
  /** A reject that no guesser can learn from: of a device that its NAS asks about by itself, and that waits meanwhile. */
  readonly prompt?: boolean;
  /** Absent when it would be longer than a packet, or with `drop`. */
  readonly reply: Buffer | undefined;
  /** The password came out right from under the shared secret: so the NAS has it. CHAP and MS-CHAP can do without. */
  readonly provesSecret?: boolean;
  /** Why there is no answer: silence makes the NAS ask its next server. */
  readonly drop?: DropReason;
}
