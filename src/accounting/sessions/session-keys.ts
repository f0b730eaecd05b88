import { keyOf } from '../../store/layout.ts';
import type { SessionState } from './session-state.ts';

/** Where a session that is over lies, by when it ended. */
export const closedKey = (session: Pick<SessionState, 'stoppedAt' | 'key'>) =>
  keyOf(session.stoppedAt ?? 0, session.key);

/** By whose it is, and when it began. */
export const historyKey = (session: Pick<SessionState, 'username' | 'startedAt' | 'key'>) =>
  keyOf(session.username, session.startedAt, session.key);

/** By what its NAS calls it. */
export const latestKey = (session: Pick<SessionState, 'nas' | 'sessionId' | 'username'>) =>
  keyOf(session.nas, session.sessionId, session.username);
