import type { Clock } from '../base/clock.ts';
import { innerEap } from './inner-eap.ts';
import { type EapMethod, type FillRandom, type MethodOutcome, rejected, type Turn } from './method.ts';
import { eapCode, eapType, encodeEap, parseEap } from './packet.ts';
import { acceptProven, type Proven } from './resume.ts';
import { type OpenTunnel, type PhaseStep, tlsMethod } from './tls-method.ts';
import type { TlsTunnel } from './tls-tunnel.ts';

const name = 'peap';
/** Result TLV, mandatory, two octets: 1 is success, 2 failure (draft-josefsson-pppext-eap-tls-eap, as of version 0). */
const resultTlv = Buffer.of(0x80, 3, 0, 2, 0);
const tlvResult = { success: 1, failure: 2 } as const;

/**
 * PEAP version 0, as Windows speaks it: EAP inside TLS, whose packets go without their header, and a result that both sides
 * say inside before it is said outside.
 */
export function peapMethod(openTunnel: OpenTunnel, random: FillRandom, clock: Clock, lifetimeMs: number): EapMethod {
  const inner = innerEap(name, random);
  let asked = false;
  /** What the peer was told by a result TLV, and has to confirm. */
  let told: { readonly outcome: MethodOutcome; readonly until: number } | undefined;

  const tell = async (outcome: MethodOutcome, until: number, open: TlsTunnel, turn: Turn): Promise<PhaseStep> => {
    told = { outcome, until };
    const code = outcome.next === 'accept' ? tlvResult.success : tlvResult.failure;
    const data = Buffer.concat([resultTlv, Buffer.of(code)]);
    // With its header, unlike all other types.
    await open.write(encodeEap({ code: eapCode.request, identifier: turn.next, type: eapType.tlv, data }));
    return { next: 'wait' };
  };

  const begin = async (open: TlsTunnel, turn: Turn): Promise<PhaseStep> => {
    // What ends the handshake is for the peer to acknowledge first.
    if (open.hasOutput) return { next: 'wait' };
    asked = true;
    const { identity } = open;
    if (identity === undefined) {
      await open.write(Buffer.of(eapType.identity));
      return { next: 'wait' };
    }
    const { username, method, until } = identity;
    const decision = await turn.judge.admit(username);
    const outcome: MethodOutcome =
      decision.verdict === 'accept'
        ? { next: 'accept', username, method }
        : rejected(method, decision.reason, username);
    return tell(outcome, until, open, turn);
  };

  return tlsMethod(eapType.peap, openTunnel, {
    name,
    async advance(clear, open, turn) {
      if (!asked) return begin(open, turn);
      const response = innerResponse(clear);
      if (told !== undefined)
        return confirmed(told.outcome, response, (proven) => accept(proven, open, turn), told.until);
      if (response === undefined) return rejected(name, 'eap-malformed');
      const step = await inner.answer(response.type, response.data, turn);
      if (step.next !== 'request') return tell(step, clock.now() + lifetimeMs, open, turn);
      await open.write(Buffer.concat([Buffer.of(step.type), step.data]));
      return { next: 'wait' };
    },
  });
}

function accept(proven: Proven, tunnel: TlsTunnel, turn: Turn): PhaseStep {
  return acceptProven(proven, tunnel, eapType.peap, turn);
}

/** A success counts once the peer has said it, too: else somebody cut the conversation short. */
function confirmed(
  outcome: MethodOutcome,
  response: InnerResponse | undefined,
  accepted: (proven: Proven) => PhaseStep,
  until: number,
): PhaseStep {
  if (outcome.next === 'reject') return outcome;
  const said = response?.type === eapType.tlv && response.data.subarray(0, 5).equals(resultTlv);
  if (!said || response.data[5] !== tlvResult.success) return rejected(outcome.method, 'eap-aborted', outcome.username);
  return accepted({ username: outcome.username, method: outcome.method, until });
}

interface InnerResponse {
  readonly type: number;
  readonly data: Buffer;
}

/** Type and what follows it; extensions come with the header of EAP before. */
function innerResponse(clear: Buffer): InnerResponse | undefined {
  const whole = parseEap(clear);
  if (whole?.code === eapCode.response && whole.type === eapType.tlv) return whole;
  const [type] = clear;
  return type === undefined ? undefined : { type, data: clear.subarray(1) };
}
