import { codeOf } from '../base/errors.ts';
import type { Nas } from '../directory/reader.ts';
import type { NasCounters, RadiusCounters } from './counters.ts';
import { attribute } from './packet/codes.ts';
import { type Frame, offsetOf } from './packet/framing.ts';
import { type SharedKey, sharedKey } from './packet/shared-key.ts';

/** A NAS with what is computed from it once. */
export interface NasContext {
  readonly nas: Nas;
  readonly key: SharedKey;
  readonly counters: NasCounters;
  /** What to do when a reply could not be sent: count it. The NAS will ask again. */
  readonly sent: (error: Error | null) => void;
}

/** Contexts by NAS: a changed declaration is a new object, and gets a new context. */
export function nasContexts(counters: RadiusCounters): (nas: Nas) => NasContext {
  const contexts = new WeakMap<Nas, NasContext>();
  return (nas) => {
    const known = contexts.get(nas);
    if (known !== undefined) return known;
    const made = makeContext(nas, counters.of(nas.name));
    contexts.set(nas, made);
    return made;
  };
}

function makeContext(nas: Nas, counters: NasCounters): NasContext {
  const sent = (error: Error | null): void => {
    if (error !== null) counters.add('send-errors', codeOf(error) ?? 'unknown');
  };
  return { nas, key: sharedKey(nas.secret.reveal()), counters, sent };
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
