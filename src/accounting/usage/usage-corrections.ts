import type { SessionState } from '../sessions/session-state.ts';

/**
 * Why what was used is not what the last record says:
 * - `taken-back`: what had been counted and a later record says was not used, as a Stop that says less than was read before;
 * - `counter-fell`: what a router's counter does not say any more, since it began anew within a session, and which stays counted;
 * - `late`: what came of a session that was taken for over.
 */
export type CorrectionKind = 'taken-back' | 'counter-fell' | 'late';

/** Of one kind, in a quarter of an hour. It is in the sums already. */
export interface Correction {
  readonly kind: CorrectionKind;
  readonly times: number;
  /** Never less than none. */
  readonly up: bigint;
  readonly down: bigint;
  /** Milliseconds online. */
  readonly onlineMs: number;
}

/** Each kind once. Absent: as nearly always, there are none. */
export type Corrections = readonly Correction[] | undefined;

export function joinedCorrections(a: Corrections, b: Corrections): Corrections {
  if (a === undefined || b === undefined) return a ?? b;
  const all = new Map(a.map((each) => [each.kind, each]));
  for (const each of b) {
    const known = all.get(each.kind);
    all.set(each.kind, known === undefined ? each : joined(known, each));
  }
  return [...all.values()];
}

function joined(a: Correction, b: Correction): Correction {
  return {
    kind: a.kind,
    times: a.times + b.times,
    up: a.up + b.up,
    down: a.down + b.down,
    onlineMs: a.onlineMs + b.onlineMs,
  };
}

/**
 * What was noteworthy about counting a session on from one state to the next.
 *
 * @param more octets and time that it adds
 */
export function correctionsOf(
  before: SessionState | undefined,
  after: SessionState,
  more: Omit<Correction, 'kind' | 'times'>,
): Corrections {
  if (before === undefined) return undefined;
  const late: Corrections = before.stoppedAt === undefined ? undefined : [{ kind: 'late', times: 1, ...more }];
  const fell = isOfPackets(before) && isOfPackets(after) ? counterFell(before, after) : undefined;
  return joinedCorrections(late, fell);
}

/** Of what is read over the API, another counter is no counter that fell. */
function isOfPackets({ source, api }: SessionState): boolean {
  return source === undefined && api === undefined;
}

function counterFell(before: SessionState, after: SessionState): Corrections {
  const [up, down] = [rise(before.up.base, after.up.base), rise(before.down.base, after.down.base)];
  return up === 0n && down === 0n ? undefined : [{ kind: 'counter-fell', times: 1, up, down, onlineMs: 0 }];
}

function rise(before: bigint, after: bigint): bigint {
  return after > before ? after - before : 0n;
}
