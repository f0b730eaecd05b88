import type { LoggedDecision } from '../access/decision-log.ts';
import type { Nas } from '../directory/reader.ts';
import type { DropReason } from './drops.ts';
import { textOf } from './exchange.ts';
import { attribute } from './packet/codes.ts';
import { emptyFrame, type Frame, offsetOf, readFrame } from './packet/framing.ts';

/**
 * A login that got no answer, for `lastmile why`; nothing when the request names nobody.
 *
 * @param packet an Access-Request that was accepted: it is read anew, since others may have come after it
 */
export function silentDecision(packet: Buffer, nas: Nas, reason: DropReason, now: number): LoggedDecision | undefined {
  const frame = emptyFrame();
  if (readFrame(packet, frame) !== undefined) return undefined;
  const username = textOf(packet, frame, attribute.userName);
  if (username === undefined) return undefined;
  const callingStationId = textOf(packet, frame, attribute.callingStationId);
  const station = callingStationId === undefined ? {} : { callingStationId };
  return { at: now, username, nas: nas.name, method: methodOf(frame), verdict: 'silent', reason, ...station };
}

function methodOf(frame: Frame): string {
  if (offsetOf(frame, attribute.eapMessage) !== 0) return 'eap';
  if (offsetOf(frame, attribute.userPassword) !== 0) return 'pap';
  return offsetOf(frame, attribute.chapPassword) === 0 ? 'none' : 'chap';
}
