import type { SessionResult } from '../../reconcile/target.ts';
import type { SessionEvent } from '../../status/report.ts';

/** What is told and kept of an effect on a session. @param at wall time, milliseconds since 1970 */
export function sessionEvent({ effect, sessionId, nas, result, detail }: SessionResult, at: number): SessionEvent {
  const { username, action, why } = effect;
  return { at, username, action, why, nas, sessionId, result, detail };
}
