import { type EapMethod, type MethodOutcome, type MethodStep, rejected, type Turn } from './method.ts';
import type { ResumableIdentity } from './resumptions.ts';
import { emptyData, fragmentReader, fragmentsOf, isAcknowledgement, startData } from './tls-framing.ts';
import type { MayResume, TlsTunnel } from './tls-tunnel.ts';

/** What is done once there is TLS. */
export interface TunnelPhase {
  /** For `why`, until somebody is known. */
  readonly name: string;
  /**
   * Called when the tunnel is open, then with whatever the peer says.
   *
   * @param clear what it said inside the tunnel; empty for a bare acknowledgement
   * @returns `wait`: what was written into the tunnel, if anything, is sent, and the peer speaks next
   */
  advance(clear: Buffer, tunnel: TlsTunnel, turn: Turn): Promise<PhaseStep>;
}

/** Makes a tunnel when the peer begins to speak TLS: whoever declines the method costs none. */
export type OpenTunnel = (first: Buffer, mayResume: MayResume) => TlsTunnel;

export type PhaseStep = { readonly next: 'wait' } | MethodOutcome;

/** EAP methods that speak TLS: fragments, the handshake, and what the outcome has to wait for (RFC 5216 §2.1). */
export function tlsMethod(type: number, openTunnel: OpenTunnel, phase: TunnelPhase): EapMethod {
  const reader = fragmentReader();
  let tunnel: TlsTunnel | undefined;
  let unsent: Buffer[] = [];
  /** Known already, but the peer must first have what TLS has to say. */
  let outcome: MethodOutcome | undefined;

  const send = (octets: Buffer, turn: Turn): MethodStep => {
    const [first = emptyData, ...rest] = fragmentsOf(octets, turn.maxOctets);
    unsent = rest;
    return { next: 'request', data: first };
  };

  const receive = async (message: Buffer, turn: Turn): Promise<MethodStep> => {
    if (outcome !== undefined) return outcome;
    tunnel ??= openTunnel(message, (identity) => isStillGood(identity, turn));
    await tunnel.feed(message);
    const step = await proceed(tunnel, phase, turn);
    const output = tunnel.takeOutput();
    if (step.next === 'wait') return send(output, turn);
    if (output.length === 0) return step;
    outcome = step;
    return send(output, turn);
  };

  return {
    type,
    start: () => ({ next: 'request', data: startData }),
    answer(data, turn) {
      const [next, ...rest] = unsent;
      if (next !== undefined) {
        if (!isAcknowledgement(data)) return rejected(phase.name, 'eap-malformed');
        unsent = rest;
        return { next: 'request', data: next };
      }
      const message = reader.add(data);
      if (message === undefined) return rejected(phase.name, 'eap-malformed');
      return message === 'more' ? { next: 'request', data: emptyData } : receive(message, turn);
    },
    close: () => tunnel?.close(),
  };
}

async function proceed(tunnel: TlsTunnel, phase: TunnelPhase, turn: Turn): Promise<PhaseStep> {
  if (tunnel.failure !== undefined) return rejected(phase.name, 'eap-tls');
  if (tunnel.isOpen) return phase.advance(tunnel.takeClear(), tunnel, turn);
  return tunnel.hasOutput ? { next: 'wait' } : rejected(phase.name, 'eap-tls');
}

/** A changed password, or no such account any more: then everything is proved anew. */
function isStillGood({ username, mark }: ResumableIdentity, { judge }: Turn): boolean {
  return judge.mark(username) === mark;
}
