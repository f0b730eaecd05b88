import { codeOf } from '../base/errors.ts';
import type { Nas } from '../directory/reader.ts';
import type { NasCounters, RadiusCounters } from './counters.ts';
import { attribute } from './packet/codes.ts';
import { type Frame, offsetOf } from './packet/framing.ts';
import { type SharedKey, sharedKey } from './packet/shared-key.ts';
import type { LearnedPolicy, LearnedSigning } from './signing/learned-signing.ts';

/** Status-Server that a NAS may send at once, and how long it takes until it may send one more. */
const statusBurst = 100;
const statusEveryMs = 50;

/** A NAS with what is computed from it once. */
export interface NasContext {
  readonly nas: Nas;
  readonly key: SharedKey;
  readonly counters: NasCounters;
  /** What holds for its Access-Requests: as declared or learned; `learn` as long as that is open. */
  signing: LearnedPolicy | 'learn';
  /** Signed requests since the last that was not, as far as they are counted. */
  signedInRow: number;
  /** Monotonic time at which all its Status-Server will be forgotten. */
  statusForgottenAt: number;
  /** By attribute, what its packets had last of those that are nearly always the same: with type and length, and as text. */
  readonly repeated: Map<number, { readonly octets: Uint8Array; readonly text: string }>;
  /** What to do when a reply could not be sent: count it. The NAS will ask again. */
  readonly sent: (error: Error | null) => void;
}

/** Contexts by NAS: a changed declaration is a new object, and gets a new context. */
export function nasContexts(counters: RadiusCounters, learned: LearnedSigning): (nas: Nas) => NasContext {
  const contexts = new WeakMap<Nas, NasContext>();
  return (nas) => {
    const known = contexts.get(nas);
    if (known !== undefined) return known;
    const made = makeContext(nas, counters.of(nas.name), learned);
    contexts.set(nas, made);
    return made;
  };
}

/** May this NAS have one more Status-Server answered now? Counts it. @param now monotonic milliseconds */
export function mayAskStatus(context: NasContext, now: number): boolean {
  const from = Math.max(context.statusForgottenAt, now);
  if (from - now > (statusBurst - 1) * statusEveryMs) return false;
  context.statusForgottenAt = from + statusEveryMs;
  return true;
}

function makeContext(nas: Nas, counters: NasCounters, learned: LearnedSigning): NasContext {
  const sent = (error: Error | null): void => {
    if (error !== null) counters.add('send-errors', codeOf(error) ?? 'unknown');
  };
  const { messageAuthenticator: declared } = nas;
  const signing = declared === 'learn' ? (learned.of(nas) ?? 'learn') : declared;
  const key = sharedKey(nas.secret.reveal());
  return { nas, key, counters, signing, signedInRow: 0, statusForgottenAt: 0, repeated: new Map(), sent };
}

/**
 * Which of the NAS behind one address sent this packet? One alone needs no NAS-Identifier; among several the identifier
 * decides, and whoever declares none takes the rest. The secret then proves the choice.
 */
export function pickNas(candidates: readonly Nas[], packet: Buffer, frame: Frame): Nas | undefined {
  if (candidates.length < 2) return candidates[0];
  const at = offsetOf(frame, attribute.nasIdentifier);
  const sent = at === 0 ? undefined : packet.toString('utf8', at + 2, at + (packet[at + 1] as number));
  return (
    candidates.find((nas) => nas.nasIdentifier !== undefined && nas.nasIdentifier === sent) ??
    candidates.find((nas) => nas.nasIdentifier === undefined)
  );
}
