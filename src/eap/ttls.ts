import type { Clock } from '../base/clock.ts';
import { innerEap } from './inner-eap.ts';
import { type EapMethod, type FillRandom, rejected, type Turn } from './method.ts';
import { eapCode, eapType, encodeEap, parseEap } from './packet.ts';
import { acceptByHandshake, acceptProven, type Proven } from './resume.ts';
import { type OpenTunnel, type PhaseStep, tlsMethod } from './tls-method.ts';
import type { TlsTunnel } from './tls-tunnel.ts';
import { encodeAvp, readAvps } from './ttls-avps.ts';
import { ttlsCredential } from './ttls-credential.ts';

const name = 'ttls';
const eapMessage = 79;
const mschap2Success = { vendor: 311, code: 26 } as const;

/** EAP-TTLS version 0 (RFC 5281): inside TLS the peer shows PAP, CHAP, MS-CHAP, MS-CHAPv2 or EAP-MSCHAPv2. */
export function ttlsMethod(openTunnel: OpenTunnel, random: FillRandom, clock: Clock, lifetimeMs: number): EapMethod {
  const inner = innerEap(name, random);
  /** Accepted, once the peer has taken note of our own proof. */
  let shown: Proven | undefined;

  const accept = (proven: Proven, tunnel: TlsTunnel, turn: Turn): PhaseStep =>
    acceptProven(proven, tunnel, eapType.ttls, turn);

  const talk = async (message: Buffer, tunnel: TlsTunnel, turn: Turn): Promise<PhaseStep> => {
    const packet = parseEap(message);
    if (packet?.code !== eapCode.response) return rejected(name, 'eap-malformed');
    const step = await inner.answer(packet.type, packet.data, turn);
    if (step.next === 'accept') {
      return accept({ username: step.username, method: step.method, until: clock.now() + lifetimeMs }, tunnel, turn);
    }
    if (step.next === 'reject') return step;
    const identifier = (packet.identifier + 1) & 0xff;
    const value = encodeEap({ code: eapCode.request, identifier, type: step.type, data: step.data });
    await tunnel.write(encodeAvp({ vendor: 0, code: eapMessage, value }));
    return { next: 'wait' };
  };

  return tlsMethod(eapType.ttls, openTunnel, {
    name,
    async advance(clear, open, turn) {
      if (shown !== undefined)
        return clear.length === 0 ? accept(shown, open, turn) : rejected(name, 'eap-aborted', shown.username);
      if (open.identity !== undefined) return acceptByHandshake(open.identity, open, eapType.ttls, turn);
      // The peer speaks first.
      if (clear.length === 0) return { next: 'wait' };
      const avps = readAvps(clear);
      const messages = avps?.filter(({ code, vendor }) => code === eapMessage && vendor === 0) ?? [];
      if (messages.length > 0) return talk(Buffer.concat(messages.map(({ value }) => value)), open, turn);
      const sent = ttlsCredential(avps ?? [], (length) => open.exportKey(length, 'ttls challenge'));
      if (sent === undefined) return rejected(name, 'eap-malformed');
      const { username, credential, identifier } = sent;
      const method = `${name}-${sent.name}`;
      const decision = await turn.judge.verify(username, credential);
      if (decision.verdict === 'reject') return rejected(method, decision.reason, username);
      const proven = { username, method, until: clock.now() + lifetimeMs };
      if (decision.proof?.method !== 'mschap2') return accept(proven, open, turn);
      shown = proven;
      const value = Buffer.concat([Buffer.of(identifier), Buffer.from(decision.proof.authenticatorResponse)]);
      await open.write(encodeAvp({ ...mschap2Success, value }));
      return { next: 'wait' };
    },
  });
}
