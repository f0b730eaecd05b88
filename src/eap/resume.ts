import type { Turn } from './method.ts';
import { rejected } from './method.ts';
import type { PhaseStep } from './tls-method.ts';
import type { TlsTunnel } from './tls-tunnel.ts';
import { tunnelMsk } from './tunnel-keys.ts';

/** Says inside TLS 1.3 that the handshake is the whole conversation (RFC 9190 §2.1.1, 9427 §4). */
const commitment = Buffer.of(0);

/** Who was proved, inside which method. */
export interface Proven {
  readonly username: string;
  readonly method: string;
  /** Wall time in milliseconds since 1970, from which the session must not be resumed. */
  readonly until: number;
}

/** Accepts whom the tunnel has proved, and keeps its session so that the next is shorter. */
export function acceptProven(
  { username, method, until }: Proven,
  tunnel: TlsTunnel,
  type: number,
  turn: Turn,
): PhaseStep {
  const mark = turn.judge.mark(username);
  if (mark !== undefined) tunnel.remember({ username, method, mark, until });
  return { next: 'accept', username, method, msk: tunnelMsk(tunnel, type) };
}

/** Accepts by the handshake alone: a session resumed, or a certificate. The account is asked about whichever it is. */
export async function acceptByHandshake(
  proven: Proven,
  tunnel: TlsTunnel,
  type: number,
  turn: Turn,
): Promise<PhaseStep> {
  const decision = await turn.judge.admit(proven.username);
  if (decision.verdict === 'reject') return rejected(proven.method, decision.reason, proven.username);
  if (tunnel.isTls13) await tunnel.write(commitment);
  return acceptProven(proven, tunnel, type, turn);
}
