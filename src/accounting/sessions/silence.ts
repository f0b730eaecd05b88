import type { SessionState } from './session-state.ts';

/** No router boots so quickly: what was heard of since then is of after the boot. */
const bootMs = 10_000;

/** Milliseconds since anything was heard of a session, whatever clock was set meanwhile. */
export function silentMs({ updatedAt, clockSet = 0 }: SessionState, now: number, clockSetNow: number): number {
  return now - (updatedAt + clockSetNow - clockSet);
}

/** So silent is a session that has probably ended: for three interim intervals and a minute. */
export function staleMs(interimSeconds: number): number {
  return (3 * interimSeconds + 60) * 1000;
}

export interface SilenceRules {
  /** A session that is silent for so long counts as ended, though never before it is stale. */
  readonly staleAfterMs: number;
  readonly interimSeconds: number;
  /** For how long anything could be heard: a session is not over because we were away. */
  readonly listeningMs: number;
  /** How long ago its NAS was found to have booted, milliseconds. Absent: it was not. */
  readonly bootedMs?: number;
}

/**
 * Whether a session that RADIUS tells of counts as ended by its silence: it lasted, or its NAS has booted and the session has
 * missed two reports since.
 */
export function isOverBySilence(
  session: SessionState,
  silence: number,
  rules: SilenceRules,
): 'silent' | 'booted' | undefined {
  if (session.stoppedAt !== undefined || session.source !== undefined) return undefined;
  const { staleAfterMs, interimSeconds, listeningMs, bootedMs } = rules;
  const leastMs = staleMs(interimSeconds);
  if (listeningMs > leastMs && silence > Math.max(staleAfterMs, leastMs)) return 'silent';
  const missed = bootedMs !== undefined && bootedMs > (2 * interimSeconds + 30) * 1000;
  return missed && silence > bootedMs + bootMs ? 'booted' : undefined;
}
